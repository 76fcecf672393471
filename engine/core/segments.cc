// Membership of watched segments: those that triggers of the live program look at, for everybody;
// those that exits look at, for people with such an entry. What a person is inside of is kept; an
// edge is the difference.
//   published first          members are inside silently: nobody joins by a publication
//   met first                outside of everything, before the first command is applied
//   an event                 segments whose history questions look at it
//   profile, tag, consent    those that look at the person, or can hold without any events
//   the clock                all, at `flip` (flips.cc), which is aimed anew for what was looked at
//   absorbed                 inside of what either was inside of
// A late event moves people silently into segments and out of them: it starts nothing, but exits by
// a segment hold.
#include "engine/core/flips.h"
#include "engine/core/machine.h"

namespace journey::core {
namespace {

// Conditions of one entry may change what another waits for; a ring of them stops here.
constexpr int kLevelRounds = 20;
constexpr std::size_t kAimedAll = 8;

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

bool Machine::holds(const Person& person, std::uint32_t number) {
    const Watch& watch = catalog_->watches[number];
    if (watch.question != kNoQuestion) return reaches(person, watch) != watch.below;
    const LinkedProgram& program = linked(watch.program);
    return PersonFacts(program, person, now_, addresses())
        .holds(program.program->segments[watch.segment].expr);
}

bool Machine::reaches(const Person& person, const Watch& watch) {
    if (answers_.size() <= watch.question) answers_.resize(catalog_->questions.size());
    Answer& answer = answers_[watch.question];
    if (answer.look != look_) {
        const Question& question = catalog_->questions[watch.question];
        const LinkedProgram& program = linked(question.program);
        const Value count =
            PersonFacts(program, person, now_, addresses()).aggregate(question.aggregate);
        const auto* number = count.as<std::int64_t>();
        const auto* any = count.as<bool>();
        answer = {look_, number != nullptr        ? static_cast<std::uint64_t>(*number)
                         : any != nullptr && *any ? 1u
                                                  : 0u};
    }
    return answer.count >= watch.at_least;
}

void Machine::look_at_segments_by(Person& person, EventNumber event) {
    std::vector<std::uint32_t> numbers;
    const LinkedProgram* live = catalog_->live();
    const ir::Index index = live == nullptr ? ir::kNone : live->event_at(event);
    if (index != ir::kNone) numbers = live->events[index].watches;
    for (const Entry& entry : person.entries) {
        if (!entry.live()) continue;
        for (const std::uint32_t number : linked_of(entry).exit_watches) {
            if (number == kNoWatch) continue;
            const std::vector<EventNumber>& reads = catalog_->watches[number].reads;
            if (std::binary_search(reads.begin(), reads.end(), event)) numbers.push_back(number);
        }
    }
    if (!numbers.empty()) look_at(person, std::move(numbers));
}

void Machine::look_at_segments(Person& person, bool all) {
    std::vector<std::uint32_t> numbers;
    const auto consider = [&](std::uint32_t number) {
        if (all || catalog_->watches[number].person) numbers.push_back(number);
    };
    const LinkedProgram* live = catalog_->live();
    if (live != nullptr) {
        for (const std::uint32_t number : live->watches)
            consider(number);
    }
    for (const Entry& entry : person.entries) {
        if (!entry.live()) continue;
        for (const std::uint32_t number : linked_of(entry).exit_watches) {
            if (number != kNoWatch) consider(number);
        }
    }
    if (!numbers.empty()) look_at(person, std::move(numbers));
}

void Machine::look_at(Person& person, std::vector<std::uint32_t> numbers) {
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    ++look_;
    for (const std::uint32_t number : numbers) {
        if (catalog_->watches[number].clock) looked_at_.push_back(number);
        const bool inside = holds(person, number);
        if (inside == is_inside(person, number)) continue;
        set_inside(person, number, inside);
        edges_.push_back({number, inside});
    }
}

// What an exit looks at is kept for the person only while somebody needs it.
void Machine::watch_exits(Person& person, const Entry& entry) {
    const LinkedProgram* live = catalog_->live();
    ++look_;
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
    std::vector<std::uint32_t> fired;
    for (const Edge& edge : edges) {
        const auto watch_of = [&](std::uint32_t trigger) {
            return live->edge_triggers[trigger].watch;
        };
        auto at = std::lower_bound(
            live->edges_by_watch.begin(), live->edges_by_watch.end(), edge.watch,
            [&](std::uint32_t trigger, std::uint32_t watch) { return watch_of(trigger) < watch; });
        for (; at != live->edges_by_watch.end() && watch_of(*at) == edge.watch; ++at) {
            if (live->edge_triggers[*at].joining == edge.joined) fired.push_back(*at);
        }
    }
    std::sort(fired.begin(), fired.end());
    fired.erase(std::unique(fired.begin(), fired.end()), fired.end());
    ir::Index entered = ir::kNone;
    for (const std::uint32_t at : fired) {
        const EdgeTrigger& trigger = live->edge_triggers[at];
        if (trigger.ref.journey == entered) continue;
        const Occasion occasion{
            nothing, live->journeys[trigger.ref.journey].trigger_columns[trigger.ref.pattern],
            now_};
        if (enter(person, *live, trigger.ref.journey, occasion)) entered = trigger.ref.journey;
    }
}

void Machine::settle_levels(Person& person) {
    for (int round = 0; levels_changed_ && round < kLevelRounds; ++round) {
        levels_changed_ = false;
        const bool all = std::exchange(all_changed_, false);
        flip_stale_ = flip_stale_ || all;
        cause_ = std::exchange(writer_, 0);
        look_at_segments(person, all);
        retest_levels(person);
        enter_by_edges(person);
        cause_ = 0;
    }
    if (levels_changed_ && writer_ != 0) {
        ++acts_.dropped;
        const Entry* writer = person.entry(writer_);
        tell_circle(person, writer == nullptr ? std::string() : journey_of(*writer).name,
                    kLevelRounds);
    }
    writer_ = 0;
    levels_changed_ = false;
    all_changed_ = false;
}

// The watches that were looked at are aimed anew; the others turn when they would have, so the
// earlier of both is right, if too early at times. Few are all aimed anew, so that it is not.
void Machine::aim_flip(Person& person) {
    const LinkedProgram* live = catalog_->live();
    const bool had = person.rare_parts && person.rare_parts->flip != kNever;
    bool entries = false;
    for (const Entry& entry : person.entries)
        entries = entries || (entry.live() && linked_of(entry).states[entry.state].clock_levels);
    const std::vector<std::uint32_t> looked_at = std::exchange(looked_at_, {});
    const bool few = live == nullptr || live->clock_watches <= kAimedAll;
    const bool stale = std::exchange(flip_stale_, false) || (few && !looked_at.empty());
    if (!stale && !entries && looked_at.empty()) return;
    const bool all = stale || few;
    Instant flip = all || !had ? kNever : person.rare_parts->flip;
    const auto aim = [&](const LinkedProgram& program, const Entry* entry, ir::Index expr) {
        if (reads_clock(*program.program, expr))
            flip = std::min(flip, next_flip(program, person, now_, entry, expr, addresses()));
    };
    const auto aim_watch = [&](std::uint32_t number) {
        if (number == kNoWatch || !catalog_->watches[number].clock) return;
        const Watch& watch = catalog_->watches[number];
        // What is not reached now takes another event.
        if (watch.question != kNoQuestion && is_inside(person, number) == watch.below) return;
        const LinkedProgram& program = linked(watch.program);
        const ir::Index expr = program.program->segments[watch.segment].expr;
        flip = std::min(flip, next_flip(program, person, now_, nullptr, expr, addresses()));
    };
    if (all && live != nullptr && live->clock_watches > 0) {
        for (const std::uint32_t number : live->watches)
            aim_watch(number);
    }
    if (!all) {
        for (const std::uint32_t number : looked_at)
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
