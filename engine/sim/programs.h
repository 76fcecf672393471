#pragma once
// The simulator's own Programs: small, but with every kind of step that waits, sends or draws lots.
// Private to the room.

#include "engine/ir/ir.h"

namespace journey::sim {

/// Of a step a day in a workspace with rails.
inline constexpr std::uint64_t kBlastLimit = 8;

/// The fetch whose failure skips the message; the failure of the other one leaves a blank.
inline constexpr std::string_view kNeededFetch = "water";
/// So long an answer of the other one serves equal addresses.
inline constexpr Micros kServes = std::chrono::minutes(10);

/// Between two messages of the journey `welcome` where it has a rate.
inline constexpr Micros kWelcomeStep = std::chrono::minutes(15);

struct OwnWorkspace {
    bool railed = false;    // with a blast limit and a canary
    bool paced = false;     // a journey sends at a rate of its own
    bool fetching = false;  // messages show what others say
    double holdout = 0;     // share of the people who get no marketing
};
/// Two versions of the same workspace, to be published one after the other.
std::vector<Bytes> own_programs(const OwnWorkspace& workspace);

}  // namespace journey::sim
