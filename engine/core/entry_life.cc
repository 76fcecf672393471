// What an Entry does on coming to a state:
//
//   Send      plans one Intent               rests, sending, until the message is final; then next
//   Test      asks its condition             if_true or if_false
//   Pick      draws by hash                  the holdout, or an arm
//   Await     sets its timer                 a `when` arm that holds already; timeout when it is due
//                                            already; else rests, waiting, until an arm, an exit or
//                                            the timer
//   SetField  SetLocal  Tag   write          next
//   Call      posts to a webhook (call.cc)   rests, calling, until the answer; then next or failed
//   OneOf     asks which channels may       one of its Sends; back here when that is refused
//                                            (choice.cc)
//   Emit, Run stand in line (emit.cc)        next
//   Settle    looks for the winner           its arm; else rests, waiting, until it is decided
//                                            (settle.cc)
//   End       is over                        watching while a goal's window is open, else gone
//
// Only Send, Call, Await and Settle rest. From a rest an Entry moves by: its timer (wake), an arm (offer.cc), its
// message becoming final (close, send.cc), or it ends by goal, exit, lifetime or a restart
// (finish). More than kHopsMax states in one go end it.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr int kHopsMax = 1000;
constexpr std::size_t kEndedLook = 64;

}  // namespace

void Machine::start(Person& person, std::uint32_t ordinal) {
    Entry& entry = *person.entry(ordinal);
    const ir::Journey& journey = journey_of(entry);
    entry.phase = Phase::moving;
    entry.entered_at = now_;
    if (journey.lifetime)
        entry.expires = calendar::add(now_, *journey.lifetime, place_of(person, entry));
    watch_exits(person, entry);
    JourneyTally& tally = tally_of(entry);
    ++tally.entered;
    if (held_out(person)) ++tally.held_out.entered;
    entry.state = static_cast<std::uint16_t>(journey.start);
    happens(Happening::Kind::entered, person, entry);
    if (!leaves_at_once(person, entry)) run(person, ordinal, journey.start);
}

void Machine::run(Person& person, std::uint32_t ordinal, ir::Index state) {
    for (int hops = 0; hops < kHopsMax; ++hops) {
        const std::optional<ir::Index> next = enter_state(person, ordinal, state);
        if (!next) return;
        if (*next == ir::kNone) return finish(person, ordinal, "finished");
        state = *next;
    }
    finish(person, ordinal, "too many steps");
}

std::optional<ir::Index> Machine::enter_state(Person& person, std::uint32_t ordinal,
                                              ir::Index state) {
    Entry& entry = *person.entry(ordinal);
    leave(entry);
    state = divert(person, entry, state);
    entry.state = static_cast<std::uint16_t>(state);
    return std::visit([&](const auto& act) { return at(person, entry, act); }, state_of(entry).act);
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Send& send) {
    rest(person, entry, Phase::sending);
    if (plan(person, entry, send)) return std::nullopt;
    if (send.among != ir::kNone)
        set_tried(entry, std::get<ir::OneOf>(journey_of(entry).states[send.among].act), 0);
    return send.next;
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Test& test) {
    const bool holds = facts(person, entry).holds(test.condition);
    took(person, entry, holds ? 0 : 1);
    return holds ? test.if_true : test.if_false;
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Pick& pick) {
    const auto led_to = [&](const std::string& arm, ir::Index target, std::size_t way) {
        took(person, entry, static_cast<ir::Index>(way));
        ++tally_of(entry).arms[pick.experiment + "/" + arm];
        if (Happening* happening = happens(Happening::Kind::moved, person, entry))
            happening->detail = arm;
        return target;
    };
    const std::string_view who = model::customer_id_of(person.external_id);
    if (pick.holdout > 0 &&
        rules::experiment_hash(pick.experiment + "/holdout", who) < pick.holdout) {
        return led_to("holdout", pick.holdout_target, pick.arms.size());
    }
    if (const auto winner = decided_arm(journey_of(entry), pick))
        return led_to(pick.arms[*winner].name, pick.arms[*winner].target, *winner);
    if (pick.sample < 1 && pick.rest_target != ir::kNone &&
        rules::experiment_hash(pick.experiment + "/sample", who) >= pick.sample) {
        draw(person, entry, pick, nullptr);
        return led_to("rest", pick.rest_target, pick.arms.size() + 1);
    }
    std::vector<double> weights;
    for (const ir::Arm& arm : pick.arms)
        weights.push_back(arm.weight);
    const auto arm = rules::choose_arm(rules::experiment_hash(pick.experiment, who), weights);
    if (!arm) return led_to("none", pick.holdout_target, pick.arms.size());
    draw(person, entry, pick, &pick.arms[*arm].name);
    return led_to(pick.arms[*arm].name, pick.arms[*arm].target, *arm);
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Await& await) {
    if (const auto target = level_target(await, person, entry)) return target;
    const std::optional<Instant> due = due_of(await, person, entry);
    if (!due) {
        finish(person, entry.ordinal, "no moment to wait for");
        return std::nullopt;
    }
    if (*due <= now_) {
        took(person, entry, static_cast<ir::Index>(await.arms.size()));
        return await.timeout;
    }
    entry.due = *due;
    rest(person, entry, Phase::waiting);
    return std::nullopt;
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::SetField& set) {
    const LinkedProgram& program = linked(entry.program);
    if (set_attribute(person, program.profile[set.field],
                      facts(person, entry).evaluate(set.value))) {
        levels_changed_ = true;
        writer_ = entry.ordinal;
        changed(person);
    }
    took(person, entry);
    return set.next;
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::SetLocal& set) {
    set_local(entry, set.local, facts(person, entry).evaluate(set.value));
    took(person, entry);
    return set.next;
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Tag& tag) {
    for (const std::string& name : tag.names) {
        if (!person.set_tag(name, tag.add)) continue;
        levels_changed_ = true;
        writer_ = entry.ordinal;
        changed(person);
    }
    took(person, entry);
    return tag.next;
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::End& end) {
    took(person, entry);
    finish(person, entry.ordinal,
           end.reason.empty() ? std::string_view("finished") : std::string_view(end.reason));
    return std::nullopt;
}

std::optional<ir::Index> Machine::level_target(const ir::Await& await, const Person& person,
                                               const Entry& entry) {
    for (std::size_t i = 0; i < await.arms.size(); ++i) {
        const ir::WaitArm& arm = await.arms[i];
        if (arm.pattern.event != ir::kNone || !facts(person, entry).holds(arm.condition)) continue;
        took(person, entry, static_cast<ir::Index>(i));
        return arm.target;
    }
    return std::nullopt;
}

std::optional<Instant> Machine::due_of(const ir::Await& await, Person& person, const Entry& entry) {
    if (const auto* wait = std::get_if<ir::WaitFor>(&await.timer)) {
        const calendar::Zone& place = place_of(person, entry);
        if (wait->length == ir::kNone) return calendar::add(now_, wait->duration, place);
        const Value length = facts(person, entry).evaluate(wait->length);
        const auto* duration = length.as<CalendarDuration>();
        if (duration == nullptr) return std::nullopt;
        // A length below zero is over already.
        return calendar::add(now_, *duration, place);
    }
    const auto& until = std::get<ir::WaitUntil>(await.timer);
    const bool asks_clock = until.moment == ir::kNone || until.time_seconds.has_value();
    const calendar::Zone& zone = asks_clock
                                     ? zone_of_step(until.zone_from, until.zone, person, entry)
                                     : place_of(person, entry);
    const TimeOfDay time{until.time_seconds.value_or(0)};
    // Ten o'clock is the next one to come, also for who arrives at ten: a loop must not race through.
    if (until.moment == ir::kNone)
        return calendar::next_time(now_ + Micros(1), time, until.weekday, zone);
    const Value moment = facts(person, entry).evaluate(until.moment);
    if (const auto* date = moment.as<Date>()) return calendar::to_instant({*date, time}, zone);
    const auto* instant = moment.as<Instant>();
    if (instant == nullptr) return std::nullopt;
    if (!until.time_seconds) return *instant;
    return calendar::to_instant({calendar::to_local(*instant, zone).date, time}, zone);
}

void Machine::rest(Person& person, Entry& entry, Phase phase) {
    entry.phase = phase;
    tally_.rests(entry.program, entry.journey, entry.state, 1);
    changed(person, entry);
    happens(Happening::Kind::moved, person, entry);
}

void Machine::leave(Entry& entry) {
    if (entry.live()) tally_.rests(entry.program, entry.journey, entry.state, -1);
    entry.phase = Phase::moving;
    entry.due = kNever;
    entry.parked = false;
    entry.late = model::Late::send;
}

void Machine::finish(Person& person, std::uint32_t ordinal, std::string_view reason) {
    Entry& entry = *person.entry(ordinal);
    const ir::Journey& journey = journey_of(entry);
    const LinkedJourney& linked_journey = linked_of(entry);
    leave(entry);
    JourneyTally& tally = tally_of(entry);
    ++tally.ended;
    ++tally.ended_by[std::string(reason)];
    EndedEntry ended;
    ended.id = entry.id;
    ended.entered_at = entry.entered_at;
    ended.ended_at = now_;
    ended.key = entry.key;
    ended.per = entry.per;
    ended.journey = linked_journey.number;
    ended.version = journey.version;
    ended.reason = words_.number_of(reason);
    ended.step = words_.number_of(state_of(entry).step);
    person.ended.push_back(ended);
    if (person.ended.size() % kEndedLook == 0) {
        // Only `never` and `once per` look further back, and they need one of each value.
        std::set<std::pair<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>>> met;
        std::set<model::EntryId> needless;
        for (std::size_t i = person.ended.size(); i-- > 0;) {
            const EndedEntry& one = person.ended[i];
            const bool first = met.insert({one.journey, {one.key, one.per}}).second;
            if (!first && one.ended_at < now_ - kRetention) needless.insert(one.id);
        }
        person.ended.erase_if([&](const EndedEntry& one) { return needless.count(one.id) > 0; });
    }
    changed(person, entry);
    if (Happening* happening = happens(Happening::Kind::ended, person, entry))
        happening->detail = std::string(reason);
    const std::uint32_t number = linked_journey.number;
    const std::uint64_t key = entry.key;
    forget_move(person, entry);
    drop_calls(person, entry.id);
    skip_planned(person, entry.id, model::Reason::entry_over);

    Instant watch_until = Instant::min();
    for (std::size_t i = 0; linked_journey.watches_after_end && i < journey.goals.size() && i < 64;
         ++i) {
        const ir::Goal& goal = journey.goals[i];
        if (!goal.within || (entry.goals >> i & 1) != 0) continue;
        watch_until = std::max(
            watch_until, calendar::add(entry.entered_at, *goal.within, place_of(person, entry)));
    }
    if (watch_until > now_) {
        entry.phase = Phase::watching;
        entry.due = watch_until + Micros(1);  // the last moment still counts
        entry.expires = kNever;
    } else {
        person.entries.erase(static_cast<std::size_t>(&entry - person.entries.begin()));
    }
    start_queued(person, number, key);
}

void Machine::start_queued(Person& person, std::uint32_t journey, std::uint64_t key) {
    std::uint32_t first = 0;
    for (const Entry& entry : person.entries) {
        if (linked_of(entry).number != journey || entry.key != key) continue;
        if (entry.live() || entry.phase == Phase::moving) return;
        if (entry.phase == Phase::queued && first == 0) first = entry.ordinal;
    }
    if (first == 0) return;
    // `only if` is asked at entry, and that is now.
    Entry& next = *person.entry(first);
    if (facts(person, next).holds(journey_of(next).admit)) return start(person, first);
    changed(person);
    person.entries.erase(static_cast<std::size_t>(&next - person.entries.begin()));
    start_queued(person, journey, key);
}

void Machine::wake(Person& person, Entry& entry) {
    changed(person);  // even when nobody goes anywhere: it is not due any more
    if (entry.phase == Phase::watching) {
        person.entries.erase(static_cast<std::size_t>(&entry - person.entries.begin()));
        return;
    }
    if (catalog_->stopped(journey_of(entry).name)) {
        entry.due = kNever;
        entry.parked = true;
        parked_.insert(person.id);
        return;
    }
    entry.due = kNever;
    const model::Late late = std::exchange(entry.late, model::Late::send);
    if (late == model::Late::exit) return finish(person, entry.ordinal, "late");
    const LateRun run_late(*this, late == model::Late::skip ? entry.id : model::EntryId{});
    if (move_now(person, entry) || entry.phase != Phase::waiting) return;
    if (const auto* settle = std::get_if<ir::Settle>(&state_of(entry).act)) {
        const auto arm = settled(entry, *settle);
        if (!arm) return;
        took(person, entry, static_cast<ir::Index>(*arm));
        return run(person, entry.ordinal, settle->targets[*arm]);
    }
    const auto& await = std::get<ir::Await>(state_of(entry).act);
    took(person, entry, static_cast<ir::Index>(await.arms.size()));
    run(person, entry.ordinal, await.timeout);
}

}  // namespace journey::core
