// Experiments that end with a winner. Who is drawn is remembered (Drawn), and what becomes of them
// is counted once a person and metric, by arm, in the partition's trials; the runtime adds up the
// partitions, decides once, and the decision is in the catalog from then on:
//
//   Pick    decided           the winner's arm, whoever comes (but for the holdout)
//           in the sample     an arm, and counted from now on
//           outside           the rest: a Settle
//   Settle  decided           the winner's arm
//           not yet           rests; use_catalog wakes it
//
// Messages count when their step comes after the draw. Who opened, clicked or replied had it
// delivered, whether or not the provider said so.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

using ir::Metric;

constexpr std::uint8_t bit(Metric metric) {
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(metric));
}

// All that a metric says about a message.
std::uint8_t implied(Metric metric) {
    switch (metric) {
        case Metric::opened:
        case Metric::clicked:
        case Metric::replied:
            return bit(metric) | bit(Metric::delivered) | bit(Metric::sent);
        case Metric::delivered:
            return bit(metric) | bit(Metric::sent);
        case Metric::entered:
        case Metric::sent:
        case Metric::goal:
            return bit(metric);
    }
    return 0;
}

const ir::Winner* winner_of(const ir::Journey& journey, std::string_view experiment) {
    for (const ir::Winner& one : journey.winners) {
        if (one.experiment == experiment) return &one;
    }
    return nullptr;
}

ir::Index pick_of(const ir::Journey& journey, std::string_view experiment) {
    for (std::size_t i = 0; i < journey.states.size(); ++i) {
        const auto* pick = std::get_if<ir::Pick>(&journey.states[i].act);
        if (pick != nullptr && pick->experiment == experiment) return static_cast<ir::Index>(i);
    }
    return ir::kNone;
}

// The newest program that has this version of the journey.
const LinkedProgram* find_version(const Catalog& catalog, const TrialKey& key,
                                  const ir::Journey** journey) {
    for (std::size_t i = catalog.programs.size(); i-- > 0;) {
        const ir::Program& program = *catalog.programs[i]->program;
        const ir::Index found = ir::find_named(program.journeys, key.journey);
        if (found == ir::kNone || program.journeys[found].version != key.version) continue;
        *journey = &program.journeys[found];
        return catalog.programs[i].get();
    }
    return nullptr;
}

}  // namespace

std::optional<std::size_t> Machine::decided_arm(const ir::Journey& journey,
                                                const ir::Pick& pick) const {
    const std::string* arm = catalog_->decided({journey.name, journey.version, pick.experiment});
    if (arm == nullptr) return std::nullopt;
    const ir::Index found = ir::find_named(pick.arms, *arm);
    if (found == ir::kNone) return std::nullopt;
    return found;
}

void Machine::draw(Person& person, const Entry& entry, const ir::Pick& pick,
                   const std::string* arm) {
    const ir::Journey& journey = journey_of(entry);
    if (winner_of(journey, pick.experiment) == nullptr) return;
    const TrialKey key{journey.name, journey.version, pick.experiment};
    Trial& trial = trials_[key];
    if (trial.first_drawn == kNever) {
        trial.first_drawn = now_;
        look_at_trials();
    }
    if (arm == nullptr) return;  // the rest starts the clock, too
    std::vector<Drawn>& all = person.acts().drawn;
    for (const Drawn& one : all) {
        if (one.journey == key.journey && one.version == key.version &&
            one.experiment == key.experiment) {
            return;  // drawn before, counted before
        }
    }
    Drawn& drawn = all.emplace_back(
        Drawn{key.journey, key.version, key.experiment, *arm, bit(Metric::entered), now_});
    count(drawn, Metric::entered);
    changed(person);
}

void Machine::count(const Drawn& drawn, Metric metric) {
    Trial& trial = trials_[{drawn.journey, drawn.version, drawn.experiment}];
    ++trial.arms[drawn.arm][static_cast<std::size_t>(metric)];
}

void Machine::count_new(Person& person, Drawn& drawn, std::uint8_t metrics) {
    for (std::size_t i = 0; i < kMetrics; ++i) {
        const auto metric = static_cast<Metric>(i);
        if ((metrics & bit(metric)) == 0 || (drawn.metrics & bit(metric)) != 0) continue;
        drawn.metrics = static_cast<std::uint8_t>(drawn.metrics | bit(metric));
        count(drawn, metric);
        changed(person);
    }
}

void Machine::count_message(Person& person, const Message& message, Metric metric) {
    Acts* acts = person.any_acts();
    if (acts == nullptr || acts->drawn.empty()) return;
    const ir::Journey& journey = linked(message.program).program->journeys[message.journey];
    for (Drawn& drawn : acts->drawn) {
        if (drawn.journey != journey.name || drawn.version != journey.version ||
            message.planned_at < drawn.at) {
            continue;
        }
        const ir::Index pick = pick_of(journey, drawn.experiment);
        if (pick == ir::kNone || !leads_to(journey, pick, message.state)) continue;
        count_new(person, drawn, implied(metric));
    }
}

void Machine::count_goal(Person& person, const Entry& entry, const std::string& goal) {
    Acts* acts = person.any_acts();
    if (acts == nullptr) return;
    const ir::Journey& journey = journey_of(entry);
    for (Drawn& drawn : acts->drawn) {
        if (drawn.journey != journey.name || drawn.version != journey.version) continue;
        const ir::Winner* winner = winner_of(journey, drawn.experiment);
        if (winner != nullptr && winner->goal == goal) count_new(person, drawn, bit(Metric::goal));
    }
}

std::optional<std::size_t> Machine::settled(const Entry& entry, const ir::Settle& settle) const {
    const ir::Journey& journey = journey_of(entry);
    const ir::Index at = pick_of(journey, journey.winners[settle.winner].experiment);
    if (at == ir::kNone) return std::nullopt;
    const auto arm = decided_arm(journey, std::get<ir::Pick>(journey.states[at].act));
    return arm && *arm < settle.targets.size() ? arm : std::nullopt;
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Settle& settle) {
    if (const auto arm = settled(entry, settle)) {
        took(person, entry, static_cast<ir::Index>(*arm));
        return settle.targets[*arm];
    }
    rest(person, entry, Phase::waiting);
    parked_.insert(person.id);
    return std::nullopt;
}

void Machine::look_at_trials() {
    next_decision_ = kNever;
    for (const TrialCounts& one : trials()) {
        if (one.due < next_decision_) next_decision_ = one.due;
    }
    for (const LessonCounts& one : lessons(now_))
        next_decision_ = std::min(next_decision_, one.due);
}

std::vector<TrialCounts> Machine::trials() const {
    std::vector<TrialCounts> out;
    for (const auto& [key, trial] : trials_) {
        if (catalog_->decided(key) != nullptr) continue;
        const ir::Journey* journey = nullptr;
        const LinkedProgram* program = find_version(*catalog_, key, &journey);
        if (program == nullptr) continue;
        const ir::Winner* winner = winner_of(*journey, key.experiment);
        const ir::Index at = pick_of(*journey, key.experiment);
        if (winner == nullptr || at == ir::kNone) continue;
        TrialCounts& counts = out.emplace_back();
        counts.journey = key.journey;
        counts.version = key.version;
        counts.winner = *winner;
        counts.first_drawn = trial.first_drawn;
        if (trial.first_drawn != kNever)
            counts.due = calendar::add(trial.first_drawn, winner->after, *program->workspace_zone);
        for (const ir::Arm& arm : std::get<ir::Pick>(journey->states[at].act).arms) {
            const auto found = trial.arms.find(arm.name);
            counts.arms.push_back(
                {arm.name, found == trial.arms.end() ? MetricCounts{} : found->second});
        }
    }
    return out;
}

}  // namespace journey::core
