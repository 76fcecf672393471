#pragma once
// A `repeat`, found again in the states it became: a counter that authors never see, set to nought,
// asked before every round and raised after it.

#include "engine/ir/ir.h"

namespace journey::explain {

struct Rounds {
    ir::Index counter = ir::kNone;  // locals
    ir::Index times = ir::kNone;    // exprs
    ir::Index until = ir::kNone;    // exprs; kNone: no `until`
};

/// Of the state that asks before every round; nothing for other states.
std::optional<Rounds> rounds_of(const ir::Program& program, const ir::Journey& journey,
                                const ir::State& state);
/// Where a `repeat` begins, the state that asks; else kNone.
ir::Index rounds_from(const ir::Program& program, const ir::Journey& journey,
                      const ir::State& state);
/// A round ends there.
bool ends_round(const ir::Program& program, const ir::Journey& journey, const ir::State& state);

}  // namespace journey::explain
