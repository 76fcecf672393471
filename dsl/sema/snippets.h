#pragma once
// `snippet` and `include`: steps written once. Expanded here, at compile time.

#include "dsl/sema/steps.h"

namespace journey::sema {

/// How large steps are once every `include` is expanded; counted without expanding, so that a
/// file cannot ask for more than anybody can hold.
struct Expanse {
    std::uint64_t steps = 0;  // notes left out; saturates
    int depth = 0;            // of blocks
};
Expanse expanse_of(Context& cx, const ast::Steps& steps);
inline constexpr std::uint64_t kStepsMax = 500;
inline constexpr int kBlocksMax = 16;

/// The steps of `include`, with their own names for labels and locals. Nothing for a broken
/// snippet, which was reported where it stands.
void include_snippet(Context& cx, Scope& scope, Journey& journey, const ast::Step& step,
                     const ast::Include& include, Steps& into);

}  // namespace journey::sema
