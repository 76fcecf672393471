// A trigger fires:
//   event too late, journey paused, filter says no    nothing
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
    // A journey is entered at most once by one event, by the first of its triggers that takes it.
    ir::Index entered = ir::kNone;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
        const TriggerIndex::Ref ref = candidates_[i];
        if (ref.journey == entered) continue;
        const std::uint32_t before = person.next_ordinal;
        try_enter(person, *live, ref, event);
        if (person.next_ordinal != before) entered = ref.journey;
    }
}

void Machine::try_enter(Person& person, const LinkedProgram& live, const TriggerIndex::Ref& ref,
                        Arrived& event) {
    const ir::Journey& journey = live.program->journeys[ref.journey];
    const LinkedJourney& linked_journey = live.journeys[ref.journey];
    const std::vector<ir::Index>& columns = linked_journey.trigger_columns[ref.pattern];
    const std::vector<Value>& row = *event.row(live);
    const PersonFacts asked =
        PersonFacts(live, person, now_).triggered_by(row, columns, event.time());
    const expr::Row seen = event.expr_row(live);
    if (!asked.holds(std::get<ir::OnEvent>(journey.triggers[ref.pattern]).pattern.filter, &seen))
        return;
    if (catalog_->stopped(journey.name)) return;
    if (!asked.holds(journey.admit)) return;
    const std::uint64_t key = journey.key == ir::kNone ? 0 : hash_of(asked.evaluate(journey.key));
    const std::uint64_t per =
        journey.reentry_per == ir::kNone ? 0 : hash_of(asked.evaluate(journey.reentry_per));
    if (!may_enter_again(person, live, journey, linked_journey, key, per)) return;

    std::uint32_t running = 0;
    std::size_t queued = 0;
    for (const Entry& entry : person.entries) {
        if (linked_of(entry).number != linked_journey.number || entry.key != key) continue;
        if (entry.live()) running = entry.ordinal;
        if (entry.phase == Phase::queued) ++queued;
    }
    if (running != 0 && journey.overlap == ir::Overlap::ignore) return;
    if (queued >= kQueuedMax) return;
    if (running != 0 && journey.overlap == ir::Overlap::restart)
        finish(person, running, "restarted");

    Entry entry;
    entry.ordinal = person.next_ordinal++;
    ByteWriter name;
    name.u64(person.id.number);
    name.u32(entry.ordinal);
    entry.id = model::EntryId{hash64(name.bytes(), 11)};
    entry.entered_at = now_;
    entry.trigger_time = event.time();
    entry.key = key;
    entry.per = per;
    entry.journey = ref.journey;
    entry.program = live.number;
    entry.state = static_cast<std::uint16_t>(journey.start);
    entry.phase = Phase::queued;
    entry.values.reserve(columns.size());
    for (const ir::Index column : columns)
        entry.values.push_back(column == ir::kNone ? Value() : row[column]);
    const std::uint32_t ordinal = entry.ordinal;
    person.entries.push_back(std::move(entry));
    changed(person);
    if (running == 0 || journey.overlap != ir::Overlap::queue) start(person, ordinal);
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
