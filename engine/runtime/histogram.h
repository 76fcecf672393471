#pragma once
// Histograms by powers of two, and where their first bucket ends. Private to the room.

#include <bit>
#include <cstdint>
#include <vector>

namespace journey::runtime {

inline constexpr std::size_t kHistogramBuckets = 24;

/// Bucket 0 holds everything up to `first`, bucket n up to first * 2^n, the last everything above.
inline std::size_t bucket_of(std::uint64_t value, std::uint64_t first = 1) {
    const std::uint64_t steps = value <= first ? 0 : (value + first - 1) / first - 1;
    return std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(steps)),
                                 kHistogramBuckets - 1);
}
inline void count_in(std::vector<std::uint64_t>& histogram, std::uint64_t value,
                     std::uint64_t first = 1) {
    ++histogram[bucket_of(value, first)];
}

}  // namespace journey::runtime
