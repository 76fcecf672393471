#include "engine/base/rng.h"

#include "engine/base/result.h"

#include <bit>

namespace journey {
namespace {

// splitmix64, which the authors of xoshiro recommend for filling its state: no seed, not even
// zero, yields the all-zero state that xoshiro could never leave.
std::uint64_t split_mix(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

}  // namespace

Rng::Rng(std::uint64_t seed) : state_{} {
    for (std::uint64_t& word : state_)
        word = split_mix(seed);
}

std::uint64_t Rng::next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::uint64_t Rng::below(std::uint64_t bound) {
    ENSURE(bound > 0, "a number below zero was asked for");
    // Draws under 2^64 mod bound are thrown away: with them the small results would come up more
    // often.
    const std::uint64_t least = (0 - bound) % bound;
    std::uint64_t draw = next();
    while (draw < least)
        draw = next();
    return draw % bound;
}

double Rng::unit() {
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

}  // namespace journey
