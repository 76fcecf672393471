// Schedules: a partition knows the next planned moment of every schedule in every zone where
// somebody lives. When one is due, a sweep goes through the people in order of their ids, a slice a
// Tick, so that what else arrives is not kept waiting.
//   due                                           a sweep
//   missed, still the same local date (or by
//   less than an hour), or planned once           a sweep, at once
//   missed by more                                nothing: a digest of last week helps nobody
//   planned before the first publication          nothing
//   another zone, met after its moment            nothing
// For each person: moved, not met before the moment, lives elsewhere, date does not match, was met
// by the same date in a zone left since, not of the audience: nothing; else enters.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr Micros kStillGood = std::chrono::hours(1);
constexpr Micros kFormerZones = std::chrono::hours(72);  // no date lasts longer anywhere
constexpr Micros kLookAfter = std::chrono::minutes(5);
constexpr int kEnterCost = 8;  // of one who is only looked at

const LinkedSchedule* find_schedule(const LinkedProgram& live, const Bytes& identity) {
    for (const LinkedSchedule& one : live.schedules) {
        if (one.identity == identity) return &one;
    }
    return nullptr;
}

const ir::OnSchedule& schedule_of(const LinkedProgram& live, const LinkedSchedule& schedule) {
    return std::get<ir::OnSchedule>(
        live.program->journeys[schedule.ref.journey].triggers[schedule.ref.pattern]);
}

bool is_address(const LinkedProgram& live, FieldNumber field) {
    return std::any_of(
        live.program->channels.begin(), live.program->channels.end(), [&](const ir::Channel& one) {
            // One device more or less moves nobody elsewhere.
            return one.address_field != ir::kNone && live.profile[one.address_field] == field &&
                   live.program->profile[one.address_field].type.kind != ir::TypeKind::list;
        });
}

}  // namespace

Instant Machine::next_due() const {
    const Instant next = std::min({timers_.next_due(), rails_due_, turns_due_});
    if (!meetings_.empty()) return std::min(next, meeting_due());
    if (list_look_.running) return now_;
    return std::min({next, planned_due_, sweep_due(), list_look_.due});
}

Instant Machine::sweep_due() const {
    if (sweeps_.empty()) return kNever;
    const Sweep& sweep = sweeps_.front();
    return sweep.begun ? now_ : std::max(now_, sweep.planned.at + in_turn());
}

const calendar::Zone& Machine::home_of(const Person& person) const {
    const LinkedProgram& live = *catalog_->live();
    const calendar::Zone* zone = zone_of(live, person);
    return zone == nullptr ? *live.workspace_zone : *zone;
}

void Machine::plan_schedules(Instant since) {
    const LinkedProgram& live = *catalog_->live();
    std::map<Bytes, ScheduleState> kept;
    for (const LinkedSchedule& schedule : live.schedules) {
        const auto old = schedules_.find(schedule.identity);
        ScheduleState state;
        if (old != schedules_.end()) {
            state = std::move(old->second);
            schedules_.erase(old);
        } else if (kept.count(schedule.identity) > 0) {
            continue;  // the author said the same twice
        } else {
            state.since = since;
        }
        kept.emplace(schedule.identity, std::move(state));
    }
    schedules_ = std::move(kept);
    std::erase_if(sweeps_,
                  [&](const Sweep& sweep) { return schedules_.count(sweep.schedule) == 0; });
    aim_schedules();
}

/// Gives every schedule a next moment in every zone, and finds the first of all.
void Machine::aim_schedules() {
    planned_due_ = kNever;
    const LinkedProgram* live = catalog_->live();
    for (auto& [identity, state] : schedules_) {
        const LinkedSchedule* schedule = find_schedule(*live, identity);
        if (schedule == nullptr) continue;
        const ir::OnSchedule& plan = schedule_of(*live, *schedule);
        const auto meet = [&](const std::string& name) {
            const auto [place, is_new] = state.next.try_emplace(name);
            const calendar::Zone* zone = calendar::find_zone(name);
            if (is_new && zone != nullptr) place->second = next_planned(plan, now_, *zone);
            planned_due_ = std::min(planned_due_, place->second.at);
        };
        if (schedule->zone != nullptr) {
            meet(std::string(calendar::name_of(*schedule->zone)));
        } else {
            for (const std::string& name : zones_)
                meet(name);
        }
    }
}

void Machine::meet_zone(const Person& person) {
    const calendar::Zone* zone = zone_of(*catalog_->live(), person);
    if (zone == nullptr) return;
    const std::string_view name = calendar::name_of(*zone);
    if (zones_.emplace(name).second) aim_schedules();
}

void Machine::begin_sweeps() {
    if (planned_due_ > now_) return;
    const LinkedProgram& live = *catalog_->live();
    std::vector<std::pair<std::pair<Instant, std::uint32_t>, Sweep>> due;
    for (auto& [identity, state] : schedules_) {
        const LinkedSchedule* schedule = find_schedule(live, identity);
        if (schedule == nullptr) continue;
        const ir::OnSchedule& plan = schedule_of(live, *schedule);
        for (auto& [name, next] : state.next) {
            if (next.at > now_) continue;
            const calendar::Zone& zone = *calendar::find_zone(name);
            Planned last = next;
            for (; next.at <= now_; next = next_planned(plan, next.at, zone))
                last = next;
            const bool same_day = calendar::to_local(now_, zone).date == last.date;
            if (plan.recurrence != ir::Recurrence::once && !same_day &&
                now_ - last.at >= kStillGood) {
                continue;
            }
            Sweep sweep;
            sweep.schedule = identity;
            sweep.zone = name;
            sweep.planned = last;
            due.push_back({{last.at, schedule->ref.order}, std::move(sweep)});
        }
    }
    std::stable_sort(due.begin(), due.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& one : due)
        sweeps_.push_back(std::move(one.second));
    aim_schedules();
}

void Machine::run_sweeps() {
    if (sweep_due() > now_) return;
    if (by_id_.empty()) {
        by_id_ = people_.ids();
    }
    Person room;
    for (int left = options_.people_a_tick; left > 0 && sweep_due() <= now_;) {
        Sweep& sweep = sweeps_.front();
        const LinkedSchedule* schedule = find_schedule(*catalog_->live(), sweep.schedule);
        auto next = sweep.begun ? std::upper_bound(by_id_.begin(), by_id_.end(), sweep.done)
                                : by_id_.begin();
        for (; schedule != nullptr && next != by_id_.end() && left > 0; ++next) {
            const model::PersonId id = *next;
            sweep.begun = true;
            sweep.done = id;
            --left;
            if (!is_swept(*people_.peek(id, room), *schedule, sweep)) continue;
            people_.rest();
            if (sweep_over(*person_of(id), *schedule, sweep)) left -= kEnterCost - 1;
        }
        if (schedule == nullptr || next == by_id_.end()) sweeps_.pop_front();
    }
    if (sweeps_.empty() && !list_look_.running) by_id_ = {};
}

// Nothing goes to a suppressed address from the command on. What else hangs on being reachable (who
// is in a segment, who leaves a journey) follows five minutes after the first word: one look for all
// that was said in them.
void Machine::addresses_changed(model::LogPosition position, Instant at) {
    if (position < applied_) return;
    applied_ = position;
    const LinkedProgram* live = catalog_->live();
    if (live == nullptr || !live->asks_reachable) return;
    list_look_.due = std::min(list_look_.due, std::max(now_, at) + kLookAfter + in_turn());
}

bool Machine::is_listed(const Person& person) const {
    const LinkedProgram& live = *catalog_->live();
    for (ir::Index i = 0; i < live.program->channels.size(); ++i) {
        const ir::Channel& channel = live.program->channels[i];
        for (const std::string& address : addresses_of(live, person, i)) {
            const auto said = [&](std::string_view scope) {
                return addresses()
                    ->find(addresses()->key_of(scope, channel.kind, address))
                    .has_value();
            };
            if (said(scope_of(channel.kind)) ||
                said(std::string(model::kChannelScope) + channel.name))
                return true;
        }
    }
    return false;
}

void Machine::run_look() {
    if (!list_look_.running) {
        if (list_look_.due > now_) return;
        list_look_ = {};
        list_look_.running = true;
    }
    const bool can = catalog_->live() != nullptr && addresses() != nullptr;
    if (by_id_.empty() && can) by_id_ = people_.ids();
    Person room;
    auto next = list_look_.begun ? std::upper_bound(by_id_.begin(), by_id_.end(), list_look_.done)
                                 : by_id_.begin();
    for (int left = options_.people_a_tick; next != by_id_.end() && left > 0; ++next, --left) {
        const model::PersonId id = *next;
        list_look_.begun = true;
        list_look_.done = id;
        const Person* seen = people_.peek(id, room);
        if (seen == nullptr || seen->moved() != nullptr || !is_listed(*seen)) continue;
        people_.rest();
        Person& person = *person_of(id);
        levels_changed_ = true;
        if (person.scheduled <= now_) wake_due(person, now_);
        finish_command(person);
        left -= kEnterCost - 1;
    }
    if (next != by_id_.end()) return;
    const Instant again = list_look_.due;
    list_look_ = {};
    list_look_.due = again;
    if (sweeps_.empty()) by_id_ = {};
}

bool Machine::is_swept(const Person& person, const LinkedSchedule& schedule,
                       const Sweep& sweep) const {
    if (person.moved() != nullptr || person.first_seen >= sweep.planned.at) return false;
    const LinkedProgram& live = *catalog_->live();
    const ir::OnSchedule& plan = schedule_of(live, schedule);
    if (schedule.zone == nullptr && calendar::name_of(home_of(person)) != sweep.zone) return false;
    const PersonFacts facts(live, person, now_, addresses());
    if (plan.recurrence == ir::Recurrence::yearly) {
        const auto* date = facts.user(plan.date_field).as<Date>();
        if (date == nullptr || !falls_on(*date, sweep.planned.date, plan.leap)) return false;
    }
    if (!facts.holds(live.program->segments[plan.audience].expr)) return false;
    return schedule.zone != nullptr || !was_met_elsewhere(person, plan, sweep);
}

bool Machine::sweep_over(Person& person, const LinkedSchedule& schedule, const Sweep& sweep) {
    const LinkedProgram& live = *catalog_->live();
    static const std::vector<Value> nothing;
    const Occasion occasion{
        nothing, live.journeys[schedule.ref.journey].trigger_columns[schedule.ref.pattern],
        sweep.planned.at};
    const bool entered = enter(person, live, schedule.ref.journey, occasion);
    finish_command(person);
    return entered;
}

bool Machine::was_met_elsewhere(const Person& person, const ir::OnSchedule& plan,
                                const Sweep& sweep) const {
    if (!person.rare_parts) return false;
    const Instant since = schedules_.at(sweep.schedule).since;
    for (const FormerZone& former : person.rare_parts->former_zones) {
        const Instant at = planned_on(plan, sweep.planned.date, *former.zone);
        if (at > since && at >= former.from && at <= former.until) return true;
    }
    return false;
}

bool Machine::set_attribute(Person& person, FieldNumber field, Value value) {
    const LinkedProgram* live = catalog_->live();
    if (live != nullptr && person.any_acts() != nullptr && person.attribute(field) != nullptr &&
        is_address(*live, field)) {
        if (!person.set_attribute(field, std::move(value))) return false;
        drop_requests(person);
        return true;
    }
    const bool is_home = live != nullptr && live->zone_field != ir::kNone &&
                         live->profile[live->zone_field] == field;
    if (!is_home) return person.set_attribute(field, std::move(value));
    const calendar::Zone* before = &home_of(person);
    if (!person.set_attribute(field, std::move(value))) return false;
    meet_zone(person);
    note_former_zone(person, before);
    return true;
}

void Machine::note_former_zone(Person& person, const calendar::Zone* zone) {
    // Who was not here before has not been met anywhere.
    if (schedules_.empty() || person.first_seen == now_ || zone == &home_of(person)) return;
    auto& former = person.rare().former_zones;
    const Instant from = former.empty() ? Instant::min() : former.back().until;
    former.erase_if([&](const FormerZone& one) { return one.until < now_ - kFormerZones; });
    former.push_back({zone, from, now_});
    changed(person);
}

Person& Machine::add_person(model::PersonId id, std::string external_id) {
    Person& person = people_.add(id, std::move(external_id));
    person.first_seen = now_;
    if (const auto grave = graves_.find(id); grave != graves_.end())
        person.next_ordinal = grave->second.next_ordinal;
    flip_stale_ = true;
    skip_meetings(id);
    if (!by_id_.empty()) by_id_.insert(std::lower_bound(by_id_.begin(), by_id_.end(), id), id);
    meet_stranger(person);
    return person;
}

// Both are one now: inside of what either was inside of, so that nobody joins twice.
void Machine::merge_triggers(Person& into, Rare& from) {
    for (const std::uint32_t watch : from.inside)
        set_inside(into, watch, true);
    auto& stays = into.rare().stays;
    for (PendingStay& stay : from.stays) {
        const auto same = [&](const PendingStay& one) {
            return one.program == stay.program && one.journey == stay.journey &&
                   one.trigger == stay.trigger && one.key == stay.key;
        };
        const bool overtaken = std::any_of(stays.begin(), stays.end(), [&](const PendingStay& one) {
            return same(one) && one.began >= stay.began;
        });
        if (overtaken) continue;
        stays.erase_if(same);
        keep_stay(stays, std::move(stay));
    }
    auto& former = into.rare().former_zones;
    for (const FormerZone& one : from.former_zones)
        former.push_back(one);
    std::stable_sort(former.begin(), former.end(),
                     [](const FormerZone& a, const FormerZone& b) { return a.until < b.until; });
}

}  // namespace journey::core
