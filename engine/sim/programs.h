#pragma once
// The simulator's own Programs: small, but with every kind of step that waits, sends or draws lots.
// Private to the room.

#include "engine/ir/ir.h"

namespace journey::sim {

/// Two versions of the same workspace, to be published one after the other.
std::vector<Bytes> own_programs();

}  // namespace journey::sim
