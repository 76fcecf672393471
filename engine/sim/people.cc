#include "engine/rules/rules.h"
#include "engine/sim/sim.h"

namespace journey::sim {

namespace {

bool falls_into(const ArmWish& wish, const std::string& external_id) {
    const ir::Pick& pick = *wish.pick;
    const std::string_view who = model::customer_id_of(external_id);
    const bool held_out = pick.holdout > 0 &&
                          rules::experiment_hash(pick.experiment + "/holdout", who) < pick.holdout;
    if (held_out) return wish.arm.empty() && !wish.rest;
    const bool outside =
        pick.sample < 1 && rules::experiment_hash(pick.experiment + "/sample", who) >= pick.sample;
    if (outside || wish.rest) return outside && wish.rest;
    if (wish.arm.empty()) return false;
    std::vector<double> weights;
    for (const ir::Arm& arm : pick.arms)
        weights.push_back(arm.weight);
    const auto arm = rules::choose_arm(rules::experiment_hash(pick.experiment, who), weights);
    return arm && pick.arms[*arm].name == wish.arm;
}

}  // namespace

std::optional<std::string> person_in_arms(std::span<const ArmWish> wishes,
                                          const HoldoutWish& holdout, std::uint32_t tries) {
    for (std::uint32_t number = 1; number <= tries; ++number) {
        std::string external_id = "user:test-" + std::to_string(number);
        const bool all = std::all_of(wishes.begin(), wishes.end(), [&](const ArmWish& wish) {
            return falls_into(wish, external_id);
        });
        const bool held =
            rules::held_out(holdout.share, model::customer_id_of(external_id)) == holdout.in;
        if (all && held) return external_id;
    }
    return std::nullopt;
}

}  // namespace journey::sim
