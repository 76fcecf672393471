#include "engine/rules/rules.h"

#include <cmath>

namespace journey::rules {
namespace {

ArmResult bounded(const ArmResult& arm) {
    return {std::min(arm.numerator, arm.denominator), arm.denominator};
}

// Exactly, so that two arms of one rate are a tie at any size: a/b > c/d as a d > c b. There are
// fewer than 2^32 people.
bool better(const ArmResult& one, const ArmResult& other) {
    return one.numerator * other.denominator > other.numerator * one.denominator;
}

// How sure the difference is, two-sided: 1 - p of the pooled z-test.
double confidence_of(const ArmResult& best, const ArmResult& second) {
    const auto a = static_cast<double>(best.denominator);
    const auto b = static_cast<double>(second.denominator);
    const double rate_a = static_cast<double>(best.numerator) / a;
    const double rate_b = static_cast<double>(second.numerator) / b;
    const double pooled =
        (static_cast<double>(best.numerator) + static_cast<double>(second.numerator)) / (a + b);
    const double error = std::sqrt(pooled * (1 - pooled) * (1 / a + 1 / b));
    if (!(error > 0)) return 0;
    return 1 - std::erfc((rate_a - rate_b) / error / std::sqrt(2.0));
}

}  // namespace

WinnerFound find_winner(std::span<const ArmResult> arms, const WinnerRule& rule) {
    WinnerFound found;
    found.arm = rule.otherwise;
    if (arms.empty()) return found;
    for (const ArmResult& arm : arms) {
        if (arm.denominator == 0 || arm.denominator < rule.needs) return found;
    }
    std::size_t best = 0;
    for (std::size_t i = 1; i < arms.size(); ++i) {
        if (better(bounded(arms[i]), bounded(arms[best]))) best = i;
    }
    std::optional<std::size_t> second;
    for (std::size_t i = 0; i < arms.size(); ++i) {
        if (i == best) continue;
        if (!second || better(bounded(arms[i]), bounded(arms[*second]))) second = i;
    }
    if (!second) return {best, WinnerFound::By::evidence, 1};
    const ArmResult first = bounded(arms[best]);
    const ArmResult next = bounded(arms[*second]);
    if (!better(first, next)) {
        found.by = WinnerFound::By::tie;
        return found;
    }
    found.confidence = confidence_of(first, next);
    if (found.confidence < rule.confidence) {
        found.by = WinnerFound::By::not_confident;
        return found;
    }
    return {best, WinnerFound::By::evidence, found.confidence};
}

}  // namespace journey::rules
