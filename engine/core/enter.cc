// A trigger fires (an event that its filter takes or that reaches a number; a stay that lasted,
// dwell.cc; a change of membership, segments.cc; a planned moment, sweep.cc):
//   event too late, journey paused                    nothing
//   `only if` says no                                 nothing
//   re-entry rule says no                             nothing
//   an entry with the same key is live   ignore       nothing
//                                        restart      that one ends as "restarted"; a new one starts
//                                        queue        waits behind it
//                                        parallel     starts
//   its chain has made too many, emit.cc              nothing
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
    std::vector<TriggerIndex::Ref> candidates = std::exchange(candidates_, {});
    live->events[index].triggers.candidates(*event.row(*live), candidates);
    // A journey is entered at most once by one event, by the first of its triggers that takes it.
    ir::Index entered = ir::kNone;
    for (const TriggerIndex::Ref ref : candidates) {
        if (ref.journey != entered && try_trigger(person, *live, ref, event)) entered = ref.journey;
    }
    candidates_ = std::move(candidates);  // its room serves the next event
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
        PersonFacts(live, person, now_, addresses())
            .triggered_by(ref.journey, occasion.row, occasion.columns, occasion.time);
    const expr::Row seen = event.expr_row(live);
    if (!asked.holds(on_event.pattern.filter, &seen)) return false;
    if (!on_event.lasts) return enter(person, live, ref.journey, occasion);
    begin_stay(person, live, ref, event);
    return false;
}

EntryKeys entry_keys(const ir::Journey& journey, const PersonFacts& asked) {
    const auto hashed = [&](ir::Index expr) {
        return expr == ir::kNone ? 0 : hash_of(asked.evaluate(expr));
    };
    return {hashed(journey.key), hashed(journey.reentry_per)};
}

bool Machine::enter(Person& person, const LinkedProgram& program, ir::Index index,
                    const Occasion& occasion) {
    const ir::Journey& journey = program.program->journeys[index];
    const LinkedJourney& linked_journey = program.journeys[index];
    const PersonFacts asked =
        PersonFacts(program, person, now_, addresses())
            .triggered_by(index, occasion.row, occasion.columns, occasion.time);
    if (catalog_->stopped(journey.name)) return false;
    if (!asked.holds(journey.admit)) return false;
    const auto [key, per] = entry_keys(journey, asked);
    if (barred(*catalog_, person, program, index, {key, per}, now_)) return false;

    std::uint32_t running = 0;
    std::size_t queued = 0;
    for (const Entry& entry : person.entries) {
        if (linked_of(entry).number != linked_journey.number || entry.key != key) continue;
        if (entry.live()) running = entry.ordinal;
        if (entry.phase == Phase::queued) ++queued;
    }
    if (running != 0 && journey.overlap == ir::Overlap::ignore) return false;
    if (queued >= kQueuedMax) return false;
    if (!may_follow(person, journey.name)) return false;
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
    follow(person, ordinal);
    changed(person);
    if (running == 0 || journey.overlap != ir::Overlap::queue) start(person, ordinal);
    return true;
}

std::optional<Barred> barred(const Catalog& catalog, const Person& person,
                             const LinkedProgram& program, ir::Index index, EntryKeys keys,
                             Instant at) {
    const ir::Journey& journey = program.program->journeys[index];
    const std::uint32_t number = program.journeys[index].number;
    if (journey.reentry == ir::Reentry::always) return std::nullopt;
    const auto bars = [&](model::EntryId id, EntryKeys theirs,
                          Instant entered_at) -> std::optional<Barred> {
        if (entered_at > at || theirs.key != keys.key) return std::nullopt;
        if (journey.reentry_per != ir::kNone && theirs.per != keys.per) return std::nullopt;
        if (journey.reentry != ir::Reentry::after) return Barred{id, kNever};
        const Instant until =
            calendar::add(entered_at, journey.reentry_after, *program.workspace_zone);
        return until > at ? std::optional(Barred{id, until}) : std::nullopt;
    };
    for (const Entry& entry : person.entries) {
        const std::uint32_t theirs = catalog.at(entry.program).journeys[entry.journey].number;
        if (entry.phase == Phase::watching || theirs != number) continue;
        if (const auto by = bars(entry.id, {entry.key, entry.per}, entry.entered_at)) return by;
    }
    for (const EndedEntry& ended : person.ended) {
        if (ended.journey != number) continue;
        if (const auto by = bars(ended.id, {ended.key, ended.per}, ended.entered_at)) return by;
    }
    return std::nullopt;
}

}  // namespace journey::core
