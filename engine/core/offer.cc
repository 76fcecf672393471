// One event for one person. For every entry that was there before it, in entry order:
//   0. the watched segments and the pending stays are brought up to date
//   1. goals are credited, also while watching; a goal that exits ends the entry
//   2. exits, by event or by condition
//   3. the arms of the waiting step, in the author's order: `on` by event, `when` by condition
// Then, and only then, triggers. A late event gets no further than 1.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

std::string_view reason_of(const ir::Exit& exit) {
    return exit.reason.empty() ? std::string_view("exited") : std::string_view(exit.reason);
}

}  // namespace

void Machine::record_and_offer(Person& person, const LinkedProgram& live, ir::Index event,
                               std::vector<Value> row, Instant time, bool late) {
    if (person.history.forget(now_)) levels_changed_ = all_changed_ = true;
    person.history.add(time, live.events[event], row);
    changed(person);
    Arrived arrived(live, event, std::move(row), time, late);
    std::vector<Edge> outer = std::exchange(edges_, {});
    look_at_segments_by(person, arrived.number());
    offer_to_stays(person, arrived);
    fulfil_hopes(person, arrived);
    offer(person, arrived);
    if (late) leave_by_edges(person);
    enter_by(person, arrived);
    if (!late) enter_by_edges(person);
    edges_ = std::move(outer);
}

void Machine::offer(Person& person, Arrived& event) {
    if (person.entries.empty()) return;
    // Entries made by this very event (a queue that moves up) do not see it.
    const std::uint32_t after = person.next_ordinal;
    std::vector<std::uint32_t> ordinals;
    const std::uint64_t bit = event_bit(event.number());
    for (const Entry& entry : person.entries) {
        if (entry.phase == Phase::queued || entry.ordinal >= after) continue;
        if ((linked_of(entry).states[entry.state].wakes & bit) != 0)
            ordinals.push_back(entry.ordinal);
    }
    for (const std::uint32_t ordinal : ordinals)
        offer_to(person, ordinal, event);
}

void Machine::offer_to(Person& person, std::uint32_t ordinal, Arrived& event) {
    Entry* entry = person.entry(ordinal);
    if (entry == nullptr) return;
    const ir::Journey& journey = journey_of(*entry);
    const std::uint64_t before = entry->goals;
    credit_goals(person, *entry, event);
    if (!entry->live()) return;
    for (std::size_t i = 0; i < journey.goals.size() && i < 64; ++i) {
        const bool now_met = ((entry->goals & ~before) >> i & 1) != 0;
        if (now_met && journey.goals[i].exits)
            return finish(person, ordinal, "goal " + journey.goals[i].name);
    }
    if (event.late()) return;
    if (try_exits(person, *entry, &event)) return;
    try_arms(person, *entry, &event);
}

void Machine::credit_goals(Person& person, Entry& entry, Arrived& event) {
    const ir::Journey& journey = journey_of(entry);
    const LinkedJourney& linked_journey = linked_of(entry);
    for (std::size_t i = 0; i < journey.goals.size() && i < 64; ++i) {
        const ir::Goal& goal = journey.goals[i];
        if (linked_journey.goal_events[i] != event.number() || (entry.goals >> i & 1) != 0)
            continue;
        if (event.time() < std::min(entry.trigger_time, entry.entered_at)) continue;
        if (entry.phase == Phase::watching && !goal.within) continue;
        if (goal.within &&
            event.time() > calendar::add(entry.entered_at, *goal.within, place_of(person, entry))) {
            continue;
        }
        const expr::Row row = event.expr_row(linked(entry.program));
        if (row.fields == nullptr && row.count > 0) continue;
        if (!facts(person, entry).holds(goal.pattern.filter, &row)) continue;
        entry.goals |= std::uint64_t{1} << i;
        JourneyTally& tally = tally_of(entry);
        ++tally.goals;
        if (held_out(person)) ++tally.held_out.goals;
        count_goal(person, entry, goal.name);
        changed(person, entry);
        if (Happening* happening = happens(Happening::Kind::goal, person, entry))
            happening->detail = goal.name;
    }
}

bool Machine::leaves_at_once(Person& person, Entry& entry) {
    for (const ir::Exit& exit : journey_of(entry).exits) {
        if (exit.condition == ir::kNone || !facts(person, entry).holds(exit.condition)) continue;
        finish(person, entry.ordinal, reason_of(exit));
        return true;
    }
    return false;
}

bool Machine::try_exits(Person& person, Entry& entry, Arrived* event) {
    const ir::Journey& journey = journey_of(entry);
    const LinkedJourney& linked_journey = linked_of(entry);
    for (std::size_t i = 0; i < journey.exits.size(); ++i) {
        const ir::Exit& exit = journey.exits[i];
        bool met = false;
        if (exit.segment != ir::kNone) {
            met = has_edge(linked_journey.exit_watches[i], exit.joining);
        } else if (exit.pattern.event == ir::kNone) {
            met = exit.condition != ir::kNone && facts(person, entry).holds(exit.condition);
        } else if (event != nullptr && linked_journey.exit_events[i] == event->number()) {
            const expr::Row row = event->expr_row(linked(entry.program));
            met = facts(person, entry).holds(exit.pattern.filter, &row);
        }
        if (!met) continue;
        finish(person, entry.ordinal, reason_of(exit));
        return true;
    }
    return false;
}

void Machine::try_arms(Person& person, Entry& entry, Arrived* event) {
    if (entry.phase != Phase::waiting || entry.parked) return;
    const auto* await = std::get_if<ir::Await>(&state_of(entry).act);
    if (await == nullptr) return;  // a Settle listens to nobody
    const LinkedProgram& program = linked(entry.program);
    for (std::size_t i = 0; i < await->arms.size(); ++i) {
        const ir::WaitArm& arm = await->arms[i];
        bool met = false;
        if (arm.pattern.event == ir::kNone) {
            met = facts(person, entry).holds(arm.condition);
        } else if (event != nullptr &&
                   program.events[arm.pattern.event].number == event->number()) {
            const expr::Row row = event->expr_row(program);
            met = facts(person, entry).holds(arm.pattern.filter, &row);
        }
        if (!met) continue;
        took(person, entry, static_cast<ir::Index>(i));
        return run(person, entry.ordinal, arm.target);
    }
}

void Machine::leave_by_edges(Person& person) {
    if (edges_.empty()) return;
    std::vector<std::uint32_t> ordinals;
    for (const Entry& entry : person.entries) {
        if (entry.live()) ordinals.push_back(entry.ordinal);
    }
    for (const std::uint32_t ordinal : ordinals) {
        Entry* entry = person.entry(ordinal);
        if (entry != nullptr && entry->live()) try_exits(person, *entry, nullptr);
    }
}

void Machine::retest_levels(Person& person) {
    std::vector<std::uint32_t> ordinals;
    for (const Entry& entry : person.entries) {
        if (entry.live() && linked_of(entry).states[entry.state].has_levels)
            ordinals.push_back(entry.ordinal);
    }
    for (const std::uint32_t ordinal : ordinals) {
        Entry* entry = person.entry(ordinal);
        if (entry == nullptr || !entry->live()) continue;
        if (!try_exits(person, *entry, nullptr)) try_arms(person, *entry, nullptr);
    }
}

}  // namespace journey::core
