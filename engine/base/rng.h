#pragma once
// Seeded randomness (xoshiro256**, Blackman and Vigna 2018). The core has none; simulation, the
// demo's generator and retry jitter are handed one.

#include <cstdint>

namespace journey {

class Rng {
  public:
    explicit Rng(std::uint64_t seed);
    std::uint64_t next();
    /// Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound);
    /// Uniform in [0, 1).
    double unit();
    bool chance(double probability) { return unit() < probability; }

  private:
    std::uint64_t state_[4];
};

}  // namespace journey
