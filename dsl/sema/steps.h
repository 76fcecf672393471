#pragma once
// The steps of one journey: the author's blocks become typed steps.

#include "dsl/sema/expr.h"

namespace journey::sema {

/// Finds every label before anything asks for one. Reports J0106.
void collect_labels(Context& cx, const ast::Steps& steps, JourneyScope& scope);

Steps check_steps(Context& cx, Scope& scope, Journey& journey, const ast::Steps& steps);

std::optional<Send> check_send(Context& cx, const Scope& scope, const Journey& journey,
                               const ast::Send& send);

/// Shares of an experiment's arms add up to 100% without its holdout; a split's with it. Else
/// J0306.
bool shares_add_up(Context& cx, const ast::Name& name, bool split,
                   const std::optional<Span>& holdout, std::int64_t holdout_points,
                   std::int64_t arm_points,
                   const std::vector<std::pair<Span, std::int64_t>>& shares);

/// Does anybody come out at the end of these steps?
bool continues(const Steps& steps);
bool continues(const Step& step);

/// Visits every step, outer ones first.
void each_step(const Steps& steps, const std::function<void(const Step&)>& visit);
/// Visits every block: the journey's own steps, then those inside.
void each_block(const Steps& steps, const std::function<void(const Steps&)>& visit);

}  // namespace journey::sema
