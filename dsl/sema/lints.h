#pragma once
// The lints that reason about whole ways: over the finished model.

#include "dsl/sema/context.h"

namespace journey::sema {

void lint_receipts(Context& cx);  // J0103, J0104
void lint_moments(Context& cx);   // J0312, J0313
void lint_personal(Context& cx);  // J0404, J0405
void lint_sent(Context& cx);      // J0312
void lint_size(Context& cx);      // J0903

/// Every expression of the journey, whole; null ones too.
void each_value(const Journey& journey, const std::function<void(const NodePtr&)>& visit);

/// What it says, or the default.
inline CalendarDuration lifetime_of(const Journey& journey) {
    return journey.lifetime.value_or(CalendarDuration{0, kLifetimeDaysMax, 0});
}

}  // namespace journey::sema
