#pragma once
// Private to core. What one partition knows of a rail: the blast limit of a step, or the canary of
// one version of a step.

#include "engine/base/base.h"

namespace journey::core {

struct RailRule {
    std::uint64_t limit = 0;   // messages, of all partitions together
    std::int64_t seconds = 0;  // blast limit: in so long; canary: then everybody waits so long
};

/// `used`, `granted`, `bad` and `asked` are this partition's own; the rest is the same everywhere,
/// by what all were told.
struct Rail {
    enum class State : std::uint8_t {
        counting,  // up to `granted` may go
        looking,   // the canary's messages are out; what becomes of them is seen at `until`
        open,      // until `until`
        shut       // until somebody approves
    } state = State::counting;
    bool asked = false;       // for more than was granted
    std::int64_t window = 0;  // what `used` is of
    std::uint64_t used = 0;
    std::uint64_t granted = 0;
    std::uint64_t bad = 0;  // of the canary: refused, bounced, complained about
    Instant until = kNever;
};

/// Of journeys at a rate of their own, which tell and hear as rails do. turns.cc.
bool is_about_turns(const model::Learned& learned);

}  // namespace journey::core
