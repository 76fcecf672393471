// A trigger fires (an event that its filter takes or that reaches a number; a stay that lasted,
// dwell.cc; a change of membership, segments.cc; a planned moment, sweep.cc):
//   event too late, journey paused                    nothing
//   `only if` says no                                 nothing
//   re-entry rule says no                             nothing
//   an entry with the same key is live   ignore       nothing
//                                        restart      that one ends as "restarted"; a new one starts
//                                        queue        waits behind it
//                                        parallel     starts
//   otherwise                                         starts
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr std::size_t kQueuedMax = 100;

}  // namespace

void Machine::enter_by(Person& person, Arrived& event) {
    const LinkedProgram* live = catalog_->live();
    if (live == nullptr || event.late()) return;
    const ir::Index index = live->event_at(event.number());
    if (index == ir::kNone || live->events[index].triggers.empty()) return;
    live->events[index].triggers.candidates(*event.row(*live), candidates_);
    const std::vector<TriggerIndex::Ref> candidates = candidates_;
    // A journey is entered at most once by one event, by the first of its triggers that takes it.
    ir::Index entered = ir::kNone;
    for (const TriggerIndex::Ref ref : candidates) {
        if (ref.journey != entered && try_trigger(person, *live, ref, event)) entered = ref.journey;
    }
}

bool Machine::try_trigger(Person& person, const LinkedProgram& live, const TriggerIndex::Ref& ref,
                          Arrived& event) {
    const ir::Trigger& trigger = live.program->journeys[ref.journey].triggers[ref.pattern];
    const Occasion occasion{*event.row(live),
                            live.journeys[ref.journey].trigger_columns[ref.pattern], event.time()};
    if (const auto* reach = std::get_if<ir::OnReach>(&trigger))
        return reaches(person, live, *reach, event) && enter(person, live, ref.journey, occasion);
    const auto& on_event = std::get<ir::OnEvent>(trigger);
    const PersonFacts asked =
        PersonFacts(live, person, now_).triggered_by(occasion.row, occasion.columns, occasion.time);
    const expr::Row seen = event.expr_row(live);
    if (!asked.holds(on_event.pattern.filter, &seen)) return false;
    if (!on_event.lasts) return enter(person, live, ref.journey, occasion);
    begin_stay(person, live, ref, event);
    return false;
}

bool Machine::enter(Person& person, const LinkedProgram& program, ir::Index index,
                    const Occasion& occasion) {
    const ir::Journey& journey = program.program->journeys[index];
    const LinkedJourney& linked_journey = program.journeys[index];
    const PersonFacts asked = PersonFacts(program, person, now_)
                                  .triggered_by(occasion.row, occasion.columns, occasion.time);
    if (catalog_->stopped(journey.name)) return false;
    if (!asked.holds(journey.admit)) return false;
    const std::uint64_t key = journey.key == ir::kNone ? 0 : hash_of(asked.evaluate(journey.key));
    const std::uint64_t per =
        journey.reentry_per == ir::kNone ? 0 : hash_of(asked.evaluate(journey.reentry_per));
    if (!may_enter_again(person, program, journey, linked_journey, key, per)) return false;

    std::uint32_t running = 0;
    std::size_t queued = 0;
    for (const Entry& entry : person.entries) {
        if (linked_of(entry).number != linked_journey.number || entry.key != key) continue;
        if (entry.live()) running = entry.ordinal;
        if (entry.phase == Phase::queued) ++queued;
    }
    if (running != 0 && journey.overlap == ir::Overlap::ignore) return false;
    if (queued >= kQueuedMax) return false;
    if (running != 0 && journey.overlap == ir::Overlap::restart)
        finish(person, running, "restarted");

    Entry entry;
    entry.ordinal = person.next_ordinal++;
    entry.id = entry_id_of(person.id, entry.ordinal);
    entry.entered_at = now_;
    entry.trigger_time = occasion.time;
    entry.key = key;
    entry.per = per;
    entry.journey = index;
    entry.program = program.number;
    entry.state = static_cast<std::uint16_t>(journey.start);
    entry.phase = Phase::queued;
    entry.values.reserve(occasion.columns.size());
    for (const ir::Index column : occasion.columns)
        entry.values.push_back(column == ir::kNone ? Value() : occasion.row[column]);
    const std::uint32_t ordinal = entry.ordinal;
    person.entries.push_back(std::move(entry));
    changed(person);
    if (running == 0 || journey.overlap != ir::Overlap::queue) start(person, ordinal);
    return true;
}

bool Machine::may_enter_again(const Person& person, const LinkedProgram& live,
                              const ir::Journey& journey, const LinkedJourney& linked_journey,
                              std::uint64_t key, std::uint64_t per) const {
    if (journey.reentry == ir::Reentry::always) return true;
    const auto blocks = [&](std::uint64_t their_key, std::uint64_t their_per, Instant entered_at) {
        if (their_key != key) return false;
        if (journey.reentry_per != ir::kNone && their_per != per) return false;
        if (journey.reentry != ir::Reentry::after) return true;
        return calendar::add(entered_at, journey.reentry_after, *live.workspace_zone) > now_;
    };
    for (const Entry& entry : person.entries) {
        if (entry.phase != Phase::watching && linked_of(entry).number == linked_journey.number &&
            blocks(entry.key, entry.per, entry.entered_at)) {
            return false;
        }
    }
    for (const EndedEntry& ended : person.ended) {
        if (ended.journey == linked_journey.number &&
            blocks(ended.key, ended.per, ended.entered_at))
            return false;
    }
    return true;
}

}  // namespace journey::core
