#pragma once
// The lints that reason about whole ways: over the finished model.

#include "dsl/sema/context.h"

namespace journey::sema {

void lint_moments(Context& cx);   // J0312, J0313
void lint_personal(Context& cx);  // J0404, J0405

}  // namespace journey::sema
