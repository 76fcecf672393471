// The winner of an experiment is decided here, once: when its time has come, what the partitions
// count is added up and the rule is asked; the Decide that follows is durable before anybody acts
// on it. After a stop before that, it is decided again; after one behind it, it stands.
#include "engine/rules/rules.h"
#include "engine/runtime/node_impl.h"

namespace journey::runtime {
namespace {

struct Total {
    core::TrialCounts counts;
    Instant due = kNever;
};

using Totals = std::map<std::tuple<std::string, std::uint32_t, std::string>, Total>;

Totals add_up(const std::vector<core::Partition>& partitions) {
    Totals totals;
    for (const core::Partition& partition : partitions) {
        for (core::TrialCounts& one : partition.trials()) {
            const Instant due = one.due;
            Total& total = totals[{one.journey, one.version, one.winner.experiment}];
            total.due = std::min(total.due, due);
            if (total.counts.arms.empty()) {
                total.counts = std::move(one);
                continue;
            }
            for (std::size_t i = 0; i < one.arms.size(); ++i) {
                for (std::size_t metric = 0; metric < core::kMetrics; ++metric)
                    total.counts.arms[i].counts[metric] += one.arms[i].counts[metric];
            }
        }
    }
    return totals;
}

std::size_t winning_arm(const core::TrialCounts& trial) {
    const ir::Winner& winner = trial.winner;
    std::vector<rules::ArmResult> results;
    for (const core::TrialCounts::Arm& arm : trial.arms) {
        results.push_back({arm.counts[static_cast<std::size_t>(winner.numerator)],
                           arm.counts[static_cast<std::size_t>(winner.denominator)]});
    }
    return rules::find_winner(results, {winner.needs, winner.confidence, winner.otherwise}).arm;
}

}  // namespace

Instant Node::Impl::next_decision() const {
    if (decisions_asked > 0) return kNever;
    return *std::min_element(decisions_due.begin(), decisions_due.end());
}

void Node::Impl::decide_winners(Instant now) {
    for (const auto& [key, total] : add_up(partitions)) {
        if (total.due > now || total.counts.arms.empty()) continue;
        std::string arm = total.counts.arms[winning_arm(total.counts)].name;
        const auto forced = options.forced_winners.find(total.counts.winner.experiment);
        if (forced != options.forced_winners.end()) arm = forced->second;
        model::Command command;
        command.partition = model::kEveryPartition;
        command.at = now;
        command.event_time = now;
        command.body = model::Decide{total.counts.journey, total.counts.version,
                                     total.counts.winner.experiment, std::move(arm)};
        commands_out.push_back(std::move(command));
        ++decisions_asked;
    }
}

}  // namespace journey::runtime
