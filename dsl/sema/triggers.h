#pragma once
// How people come into a journey.

#include "dsl/sema/expr.h"

namespace journey::sema {

/// One `enter`. What `trigger` can be asked is added to `scope.journey`.
std::optional<Trigger> check_enter(Context& cx, const Scope& scope, const ast::Enter& enter,
                                   Span span);
/// Nullopt after a diagnostic.
std::optional<ir::OnSchedule> check_schedule(Context& cx, const ast::Schedule& schedule);

}  // namespace journey::sema
