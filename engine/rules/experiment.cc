#include "engine/rules/rules.h"

#include <cmath>

namespace journey::rules {
namespace {

constexpr std::uint32_t kFnvOffset = 2'166'136'261u;
constexpr std::uint32_t kFnvPrime = 16'777'619u;

std::uint32_t fnv1a32(std::string_view bytes, std::uint32_t hash = kFnvOffset) {
    for (const char c : bytes) {
        hash ^= static_cast<unsigned char>(c);
        hash *= kFnvPrime;
    }
    return hash;
}

}  // namespace

double experiment_hash(std::string_view seed, std::string_view value) {
    constexpr std::uint32_t kBuckets = 10'000;
    const std::uint32_t inner = fnv1a32(value, fnv1a32(seed));
    return (fnv1a32(std::to_string(inner)) % kBuckets) / double{kBuckets};
}

bool held_out(double share, std::string_view who) {
    return share > 0 && experiment_hash("workspace/holdout", who) < share;
}

std::optional<std::size_t> choose_arm(double hash, std::span<const double> weights) {
    double sum = 0;
    for (const double weight : weights)
        sum += weight;
    // GrowthBook shares out evenly when weights do not add up, and takes "about 1" as they are.
    constexpr double kSlack = 0.01;
    const bool even = !(std::abs(sum - 1) <= kSlack);
    double start = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double end = start + (even ? 1.0 / static_cast<double>(weights.size()) : weights[i]);
        if (hash >= start && hash < end) return i;
        start = end;
    }
    return std::nullopt;
}

}  // namespace journey::rules
