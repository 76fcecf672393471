// The winner of an experiment is decided here, once: when its time has come, what the partitions
// count is added up and the rule is asked; the Decide that follows is durable before anybody acts
// on it. After a stop before that, it is decided again; after one behind it, it stands. What came
// back of the channels of a step (core's choice.cc) is learned in the same way, again and again.
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
        emit_decision(model::Decide{total.counts.journey, total.counts.version,
                                    total.counts.winner.experiment, std::move(arm)},
                      now);
    }
}

void Node::Impl::emit_decision(model::CommandBody body, Instant now) {
    model::Command command;
    command.partition = model::kEveryPartition;
    command.at = now;
    command.event_time = now;
    command.body = std::move(body);
    commands_out.push_back(std::move(command));
    ++decisions_asked;
}

void Node::Impl::learn(Instant now) {
    std::map<std::string, std::map<std::string, model::Learned::Count>> totals;
    std::set<std::string> ready;
    for (const core::Partition& partition : partitions) {
        for (const core::LessonCounts& lesson : partition.lessons(now)) {
            if (lesson.due <= now) ready.insert(lesson.subject);
            for (const model::Learned::Count& count : lesson.counts) {
                model::Learned::Count& total = totals[lesson.subject][count.name];
                total.name = count.name;
                total.of += count.of;
                total.came += count.came;
            }
        }
    }
    for (const std::string& subject : ready) {
        model::Learned learned;
        learned.subject = subject;
        for (const auto& [name, total] : totals[subject])
            learned.counts.push_back(total);
        emit_decision(std::move(learned), now);
    }
}

}  // namespace journey::runtime
