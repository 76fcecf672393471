// Why somebody is in a journey or is not: her passes, and the occasions she had, each asked again
// with what is known. Events are asked with the history as it was at their time; of the profile
// only today's values are known. What cannot be seen any more (the journey was published or paused
// later, the event came too late) leaves `would_enter` behind an event that did not lead in.
#include "engine/core/machine.h"

#include <algorithm>

namespace journey::core {
namespace {

constexpr std::size_t kTriedMost = 3;  // of each trigger
constexpr std::size_t kCheckedMost = 60;
constexpr std::size_t kSawMost = 8;
constexpr int kPlannedDays = 366 * 8;  // 29 February comes again

bool is_fact(ir::Op op) {
    switch (op) {
        case ir::Op::user_field:
        case ir::Op::trigger_field:
        case ir::Op::row_field:
        case ir::Op::local:
        case ir::Op::entry_time:
        case ir::Op::trigger_time:
        case ir::Op::row_time:
        case ir::Op::tagged:
        case ir::Op::consented:
        case ir::Op::reachable:
        case ir::Op::aggregate:
        case ir::Op::record_field:
        case ir::Op::record_time:
        case ir::Op::time_since:
        case ir::Op::tags:
            return true;
        default:
            return false;
    }
}

/// Takes a condition apart and keeps what its parts saw.
class Taker {
  public:
    Taker(const ir::Program& program, const PersonFacts& facts, ir::Index event,
          const expr::Row* row)
        : program_(program), facts_(facts), event_(event), row_(row) {}

    void take(ir::Index at, std::uint32_t depth, std::vector<Checked>& into) const {
        if (at == ir::kNone || into.size() >= kCheckedMost) return;
        const ir::Expr& it = program_.exprs[at];
        if (it.op == ir::Op::logical_and) {
            for (ir::Index i = 0; i < it.count; ++i)
                take(operand(it, i), depth, into);
            return;
        }
        Checked checked{at, event_, depth, facts_.holds(at, row_), {}};
        see(at, checked.saw);
        into.push_back(std::move(checked));
        if (it.op == ir::Op::logical_or) {
            for (ir::Index i = 0; i < it.count; ++i)
                take(operand(it, i), depth + 1, into);
        }
        const ir::Expr& inner = it.op == ir::Op::logical_not ? program_.exprs[operand(it, 0)] : it;
        if (inner.op == ir::Op::member) {
            const PersonFacts person = facts_.of_person();
            Taker(program_, person, ir::kNone, nullptr)
                .take(program_.segments[inner.a].expr, depth + 1, into);
        }
    }

  private:
    ir::Index operand(const ir::Expr& it, ir::Index i) const {
        return program_.operands[it.first + i];
    }
    void see(ir::Index at, std::vector<Checked::Saw>& into) const {
        const ir::Expr& it = program_.exprs[at];
        if (it.op == ir::Op::logical_or || it.op == ir::Op::logical_and) return;
        if (is_fact(it.op)) {
            const bool known = std::any_of(into.begin(), into.end(),
                                           [&](const Checked::Saw& one) { return one.expr == at; });
            if (!known && into.size() < kSawMost)
                into.push_back({at, expr::evaluate(program_, at, facts_, row_)});
            return;
        }
        for (ir::Index i = 0; i < it.count; ++i)
            see(operand(it, i), into);
    }
    const ir::Program& program_;
    const PersonFacts& facts_;
    ir::Index event_;
    const expr::Row* row_;
};

class Inquiry {
  public:
    Inquiry(const Catalog& catalog, const Person& person, ir::Index index, Instant now,
            const AddressList* addresses)
        : catalog_(catalog),
          live_(*catalog.live()),
          program_(*live_.program),
          journey_(program_.journeys[index]),
          linked_(live_.journeys[index]),
          index_(index),
          person_(person),
          now_(now),
          addresses_(addresses) {}

    std::vector<Tried> run() {
        for (std::uint32_t i = 0; i < journey_.triggers.size(); ++i) {
            trigger_ = i;
            std::visit([this](const auto& trigger) { look(trigger); }, journey_.triggers[i]);
        }
        std::stable_sort(tried_.begin(), tried_.end(),
                         [](const Tried& a, const Tried& b) { return a.at < b.at; });
        return std::move(tried_);
    }

  private:
    void look(const ir::OnEvent& trigger) {
        each_event(trigger.pattern.event, trigger.lasts, [&](Tried& tried, const Happened&) {
            const expr::Row seen{row_.data(), row_.size(), tried.at};
            const PersonFacts facts = facts_at(tried.at);
            Taker(program_, facts, trigger.pattern.event, &seen)
                .take(trigger.pattern.filter, 0, tried.checked);
            if (!facts.holds(trigger.pattern.filter, &seen)) return Verdict::filtered;
            return trigger.lasts ? stay(tried) : Verdict::would_enter;
        });
    }
    void look(const ir::OnReach& trigger) {
        const ir::Aggregate& asked = program_.aggregates[trigger.aggregate];
        each_event(asked.event, std::nullopt, [&](Tried& tried, const Happened& happened) {
            const expr::Row seen{row_.data(), row_.size(), tried.at};
            const PersonFacts facts(live_, person_, tried.at, addresses_);
            Taker(program_, facts, asked.event, &seen).take(asked.filter, 0, tried.checked);
            if (!facts.holds(asked.filter, &seen)) return Verdict::filtered;
            Counted counted;
            if (trigger.per != ir::kNone) {
                if (row_[trigger.per].is_missing()) return Verdict::filtered;
                counted.per = trigger.per;
                counted.value = &row_[trigger.per];
            }
            tried.threshold = facts.evaluate(trigger.threshold);
            tried.reached = aggregate_of(live_, asked, person_, facts, counted);
            if (!at_least(tried.reached, tried.threshold)) return Verdict::below;
            counted.without = &happened;
            return at_least(aggregate_of(live_, asked, person_, facts, counted), tried.threshold)
                       ? Verdict::reached_before
                       : Verdict::would_enter;
        });
    }
    void look(const ir::OnSegment& trigger) {
        Tried tried{trigger_, now_, Verdict::outside, {}, {}, kNever, {}, {}};
        if (member(trigger.segment, tried)) tried.verdict = Verdict::inside;
        tried_.push_back(std::move(tried));
    }
    void look(const ir::OnSchedule& trigger) {
        Tried tried{trigger_, now_, Verdict::planned, {}, {}, kNever, {}, {}};
        if (trigger.audience != ir::kNone && !member(trigger.audience, tried))
            tried.verdict = Verdict::outside;
        tried.at_last = next_moment(trigger, tried);
        if (tried.at_last == kNever && tried.verdict == Verdict::planned)
            tried.verdict = Verdict::never_planned;
        if (tried.verdict == Verdict::planned) {
            row_.clear();
            if (const Verdict rules = admitted(tried, now_); rules == Verdict::condition)
                tried.verdict = rules;
        }
        tried_.push_back(std::move(tried));
    }
    void look(const ir::OnCall&) {
        tried_.push_back({trigger_, now_, Verdict::only_called, {}, {}, kNever, {}, {}});
    }

    /// The newest events of the type, each judged by `judge` first and by the journey's rules then.
    template <typename Judge>
    void each_event(ir::Index event, const std::optional<CalendarDuration>& lasts, Judge judge) {
        const Micros slack = std::chrono::minutes(10) +
                             (lasts ? Micros(std::chrono::seconds(lasts->seconds)) : Micros{0});
        std::size_t count = 0;
        for (const Happened* one = person_.history.end(); one != person_.history.begin();) {
            --one;
            if (one->event != live_.events[event].number) continue;
            if (++count > kTriedMost) return;
            person_.history.read(*one, live_.events[event], program_.events[event], row_);
            Tried tried{trigger_, one->time, Verdict::would_enter, {}, {}, kNever, {}, {}};
            tried.verdict = judge(tried, *one);
            tried.entry = entered_by(one->time, slack);
            if (tried.entry) {
                tried.verdict = Verdict::entered;
            } else if (tried.verdict == Verdict::would_enter) {
                tried.verdict = admitted(tried, one->time);
            }
            tried_.push_back(std::move(tried));
        }
    }

    PersonFacts facts_at(Instant at) const {
        return PersonFacts(live_, person_, at, addresses_)
            .triggered_by(index_, row_, linked_.trigger_columns[trigger_], at);
    }

    Verdict admitted(Tried& tried, Instant at) const {
        const PersonFacts facts = facts_at(at);
        Taker(program_, facts, ir::kNone, nullptr).take(journey_.admit, 0, tried.checked);
        if (!facts.holds(journey_.admit)) return Verdict::condition;
        const EntryKeys keys = entry_keys(journey_, facts);
        if (const auto by = barred(catalog_, person_, live_, index_, keys, at)) {
            tried.entry = by->entry;
            tried.at_last = by->until;
            return Verdict::entered_before;
        }
        if (journey_.overlap != ir::Overlap::ignore) return Verdict::would_enter;
        for (const Entry& entry : person_.entries) {
            if (!is_ours(entry) || !entry.live() || entry.key != keys.key) continue;
            if (entry.entered_at > at) continue;
            tried.entry = entry.id;
            return Verdict::running;
        }
        for (const EndedEntry& ended : person_.ended) {
            if (ended.journey != linked_.number || ended.key != keys.key) continue;
            if (ended.entered_at > at || ended.ended_at <= at) continue;
            tried.entry = ended.id;
            return Verdict::running;
        }
        return Verdict::would_enter;
    }

    Verdict stay(Tried& tried) const {
        if (!person_.rare_parts) return Verdict::did_not_stay;
        for (const PendingStay& one : person_.rare_parts->stays) {
            const bool ours =
                catalog_.at(one.program).journeys[one.journey].number == linked_.number &&
                one.trigger == trigger_ && one.began == tried.at;
            if (!ours) continue;
            tried.at_last = one.due;
            return Verdict::staying;
        }
        return Verdict::did_not_stay;
    }

    bool member(ir::Index segment, Tried& tried) const {
        const PersonFacts facts(live_, person_, now_, addresses_);
        const ir::Index asked = program_.segments[segment].expr;
        Taker(program_, facts, ir::kNone, nullptr).take(asked, 0, tried.checked);
        return facts.holds(asked);
    }

    Instant next_moment(const ir::OnSchedule& trigger, Tried& tried) const {
        const calendar::Zone* zone =
            trigger.zone.empty() ? zone_of(live_, person_) : calendar::find_zone(trigger.zone);
        if (zone == nullptr) zone = live_.workspace_zone;
        Planned next = next_planned(trigger, now_, *zone);
        if (trigger.recurrence != ir::Recurrence::yearly) return next.at;
        tried.reached = PersonFacts(live_, person_, now_, addresses_).user(trigger.date_field);
        const auto* date = tried.reached.as<Date>();
        if (date == nullptr) return kNever;
        for (int day = 0; day < kPlannedDays && next.at != kNever; ++day) {
            if (falls_on(*date, next.date, trigger.leap)) return next.at;
            next = next_planned(trigger, next.at, *zone);
        }
        return kNever;
    }

    bool is_ours(const Entry& entry) const {
        return catalog_.at(entry.program).journeys[entry.journey].number == linked_.number;
    }

    /// From newer to older events: each takes the first pass after it that is not taken.
    std::optional<model::EntryId> entered_by(Instant time, Micros slack) {
        for (const Entry& entry : person_.entries) {
            if (is_ours(entry) && entry.live() && entry.trigger_time == time) return entry.id;
        }
        const EndedEntry* best = nullptr;
        for (const EndedEntry& one : person_.ended) {
            const bool may = one.journey == linked_.number && one.entered_at >= time &&
                             one.entered_at - time <= slack &&
                             std::find(taken_.begin(), taken_.end(), one.id) == taken_.end();
            if (may && (best == nullptr || one.entered_at < best->entered_at)) best = &one;
        }
        if (best == nullptr) return std::nullopt;
        taken_.push_back(best->id);
        return best->id;
    }

    const Catalog& catalog_;
    const LinkedProgram& live_;
    const ir::Program& program_;
    const ir::Journey& journey_;
    const LinkedJourney& linked_;
    ir::Index index_;
    const Person& person_;
    Instant now_;
    const AddressList* addresses_;
    std::uint32_t trigger_ = 0;
    std::vector<Value> row_;  // of the event that is looked at
    std::vector<model::EntryId> taken_;
    std::vector<Tried> tried_;
};

}  // namespace

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::entered:
            return "entered";
        case Verdict::would_enter:
            return "would_enter";
        case Verdict::filtered:
            return "filtered";
        case Verdict::below:
            return "below";
        case Verdict::reached_before:
            return "reached_before";
        case Verdict::staying:
            return "staying";
        case Verdict::did_not_stay:
            return "did_not_stay";
        case Verdict::condition:
            return "condition";
        case Verdict::entered_before:
            return "entered_before";
        case Verdict::running:
            return "running";
        case Verdict::outside:
            return "outside";
        case Verdict::inside:
            return "inside";
        case Verdict::planned:
            return "planned";
        case Verdict::never_planned:
            return "never_planned";
        case Verdict::only_called:
            return "only_called";
    }
    return "";
}

Why Machine::why(model::PersonId id, std::string_view journey, Instant now) const {
    Why out;
    out.now = std::max(now, now_);
    const LinkedProgram* live = catalog_->live();
    const ir::Index index =
        live == nullptr ? ir::kNone : ir::find_named(live->program->journeys, journey);
    if (index == ir::kNone) return out;
    out.declared = true;
    out.hash = live->hash;
    out.version = live->program->journeys[index].version;
    out.paused = catalog_->stopped(journey);
    out.sending_stopped = catalog_->stopped("");
    Person room;
    const Person* person = people_.peek(id, room);
    if (person == nullptr) return out;
    out.known = true;
    if (const Moved* moved = person->moved()) {
        out.moved_to = moved->to;
        return out;
    }
    const std::uint32_t number = live->journeys[index].number;
    for (const EndedEntry& ended : person->ended) {
        if (ended.journey != number) continue;
        Visit& visit = out.visits.emplace_back();
        visit.entry = ended.id;
        visit.version = ended.version;
        visit.entered_at = ended.entered_at;
        visit.ended_at = ended.ended_at;
        visit.reason = words_.name(ended.reason);
        visit.step = words_.name(ended.step);
    }
    for (const Entry& entry : person->entries) {
        if (linked_of(entry).number != number || entry.phase == Phase::watching) continue;
        Visit& visit = out.visits.emplace_back();
        visit.entry = entry.id;
        visit.version = journey_of(entry).version;
        visit.entered_at = entry.entered_at;
        visit.step = state_of(entry).step;
        if (entry.program == live->number) visit.state = entry.state;
        if (entry.phase == Phase::waiting) visit.due = entry.due;
        visit.queued = entry.phase == Phase::queued;
        visit.parked = entry.parked;
    }
    std::stable_sort(out.visits.begin(), out.visits.end(),
                     [](const Visit& a, const Visit& b) { return a.entered_at < b.entered_at; });
    out.tried = Inquiry(*catalog_, *person, index, out.now, addresses()).run();
    return out;
}

}  // namespace journey::core
