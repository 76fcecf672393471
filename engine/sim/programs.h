#pragma once
// The simulator's own Programs: small, but with every kind of step that waits, sends or draws lots.
// Private to the room.

#include "engine/ir/ir.h"

namespace journey::sim {

/// Of a step a day in a workspace with rails.
inline constexpr std::uint64_t kBlastLimit = 8;

/// Two versions of the same workspace, to be published one after the other; `railed`: with a blast
/// limit and a canary.
std::vector<Bytes> own_programs(bool railed);

}  // namespace journey::sim
