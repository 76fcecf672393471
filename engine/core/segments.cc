// Membership of watched segments: those that triggers of the live program look at, for everybody;
// those that exits look at, for people with such an entry. What a person is inside of is kept; an
// edge is the difference.
//   published first          members are inside silently: nobody joins by a publication
//   met first                outside of everything, before the first command is applied
//   an event                 segments whose history questions look at it
//   profile, tag, consent    all
//   the clock                all, at `flip` (flips.cc), which is aimed anew after every command
//   absorbed                 inside of what either was inside of
// A late event moves people silently into segments and out of them: it starts nothing, but exits by
// a segment hold.
#include "engine/core/flips.h"
#include "engine/core/machine.h"

namespace journey::core {
namespace {

// Conditions of one entry may change what another waits for; a ring of them stops here.
constexpr int kLevelRounds = 20;

}  // namespace

bool Machine::is_inside(const Person& person, std::uint32_t watch) const {
    return person.rare_parts && std::binary_search(person.rare_parts->inside.begin(),
                                                   person.rare_parts->inside.end(), watch);
}

void Machine::set_inside(Person& person, std::uint32_t watch, bool inside) {
    if (is_inside(person, watch) == inside) return;
    auto& all = person.rare().inside;
    const auto place =
        static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), watch) - all.begin());
    if (inside) {
        all.insert(place, watch);
    } else {
        all.erase(place);
    }
    changed(person);
}

bool Machine::has_edge(std::uint32_t watch, bool joined) const {
    return std::any_of(edges_.begin(), edges_.end(), [&](const Edge& edge) {
        return edge.watch == watch && edge.joined == joined;
    });
}

bool Machine::holds(const Person& person, std::uint32_t number) const {
    const Watch& watch = catalog_->watches[number];
    const LinkedProgram& program = linked(watch.program);
    return PersonFacts(program, person, now_).holds(program.program->segments[watch.segment].expr);
}

void Machine::look_at_segments(Person& person, std::optional<std::uint64_t> events) {
    std::vector<std::uint32_t> numbers;
    const auto look_at = [&](std::uint32_t number) {
        if (!events || (catalog_->watches[number].reads & *events) != 0) numbers.push_back(number);
    };
    const LinkedProgram* live = catalog_->live();
    if (live != nullptr && (!events || (live->watch_reads & *events) != 0)) {
        for (const std::uint32_t number : live->watches)
            look_at(number);
    }
    for (const Entry& entry : person.entries) {
        if (!entry.live()) continue;
        for (const std::uint32_t number : linked_of(entry).exit_watches) {
            if (number != kNoWatch) look_at(number);
        }
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    for (const std::uint32_t number : numbers) {
        const bool inside = holds(person, number);
        if (inside == is_inside(person, number)) continue;
        set_inside(person, number, inside);
        edges_.push_back({number, inside});
    }
}

// What an exit looks at is kept for the person only while somebody needs it.
void Machine::watch_exits(Person& person, const Entry& entry) {
    const LinkedProgram* live = catalog_->live();
    for (const std::uint32_t number : linked_of(entry).exit_watches) {
        if (number == kNoWatch) continue;
        const bool kept = live != nullptr &&
                          std::binary_search(live->watches.begin(), live->watches.end(), number);
        if (!kept) set_inside(person, number, holds(person, number));
    }
}

void Machine::enter_by_edges(Person& person) {
    if (edges_.empty()) return;
    const LinkedProgram* live = catalog_->live();
    // An entry of the same command has not seen how the person came here.
    const std::vector<Edge> edges = std::exchange(edges_, {});
    if (live == nullptr) return;
    static const std::vector<Value> nothing;
    ir::Index entered = ir::kNone;
    for (const EdgeTrigger& trigger : live->edge_triggers) {
        const bool fires = std::any_of(edges.begin(), edges.end(), [&](const Edge& edge) {
            return edge.watch == trigger.watch && edge.joined == trigger.joining;
        });
        if (!fires || trigger.ref.journey == entered) continue;
        const Occasion occasion{
            nothing, live->journeys[trigger.ref.journey].trigger_columns[trigger.ref.pattern],
            now_};
        if (enter(person, *live, trigger.ref.journey, occasion)) entered = trigger.ref.journey;
    }
}

void Machine::settle_levels(Person& person) {
    for (int round = 0; levels_changed_ && round < kLevelRounds; ++round) {
        levels_changed_ = false;
        flip_stale_ = true;
        look_at_segments(person, std::nullopt);
        retest_levels(person);
        enter_by_edges(person);
    }
    levels_changed_ = false;
}

void Machine::aim_flip(Person& person) {
    const LinkedProgram* live = catalog_->live();
    const bool had = person.rare_parts && person.rare_parts->flip != kNever;
    bool entries = false;
    for (const Entry& entry : person.entries)
        entries = entries || (entry.live() && linked_of(entry).states[entry.state].clock_levels);
    const bool stale = std::exchange(flip_stale_, false);
    if (!stale && !entries) return;
    Instant flip = kNever;
    const auto aim = [&](const LinkedProgram& program, const Entry* entry, ir::Index expr) {
        if (reads_clock(*program.program, expr))
            flip = std::min(flip, next_flip(program, person, now_, entry, expr));
    };
    const auto aim_watch = [&](std::uint32_t number) {
        if (number == kNoWatch || !catalog_->watches[number].clock) return;
        const Watch& watch = catalog_->watches[number];
        const LinkedProgram& program = linked(watch.program);
        const ir::Index expr = program.program->segments[watch.segment].expr;
        flip = std::min(flip, next_flip(program, person, now_, nullptr, expr));
    };
    if (live != nullptr && live->clock_watches) {
        for (const std::uint32_t number : live->watches)
            aim_watch(number);
    }
    for (const Entry& entry : person.entries) {
        if (!entry.live() || !linked_of(entry).states[entry.state].clock_levels) continue;
        for (const std::uint32_t number : linked_of(entry).exit_watches)
            aim_watch(number);
        for (const ir::Exit& exit : journey_of(entry).exits) {
            if (exit.condition != ir::kNone) aim(linked(entry.program), &entry, exit.condition);
        }
        const auto* await = std::get_if<ir::Await>(&state_of(entry).act);
        if (await == nullptr || entry.phase != Phase::waiting || entry.parked) continue;
        for (const ir::WaitArm& arm : await->arms) {
            if (arm.pattern.event == ir::kNone && arm.condition != ir::kNone)
                aim(linked(entry.program), &entry, arm.condition);
        }
    }
    if (flip == kNever && !had) return;
    if (person.rare().flip == flip) return;
    person.rare().flip = flip;
    changed(person);
}

}  // namespace journey::core
