#pragma once
// The steps of one journey: the author's blocks become typed steps.

#include "dsl/sema/expr.h"

namespace journey::sema {

/// Finds every label before anything asks for one. Reports J0106.
void collect_labels(Context& cx, const ast::Steps& steps, JourneyScope& scope);

Steps check_steps(Context& cx, Scope& scope, Journey& journey, const ast::Steps& steps);

std::optional<Call> check_webhook_call(Context& cx, const Scope& scope,
                                       const ast::CallWebhook& call);
std::optional<Emit> check_emit(Context& cx, const Scope& scope, const ast::Emit& emit);
std::optional<Run> check_run(Context& cx, const Scope& scope, const ast::Run& run);
/// `winner by … per …` of an experiment with these arms.
std::optional<ir::Winner> check_winner(Context& cx, const Journey& journey,
                                       const std::string& experiment,
                                       const std::vector<PickArm>& arms, const ast::Winner& winner);
/// Reports J0304 and J0305.
void check_rounds(Context& cx, const Repeat& repeat, Span keyword);
/// `from version N { … }`, after the steps are known.
void check_migrations(Context& cx, const ast::JourneyDecl& decl, Journey& journey);

std::optional<Send> check_send(Context& cx, const Scope& scope, const Journey& journey,
                               const ast::Send& send);

/// Shares of an experiment's arms add up to 100% without its holdout; a split's with it. Else
/// J0306.
bool shares_add_up(Context& cx, const ast::Name& name, bool split,
                   const std::optional<Span>& holdout, std::int64_t holdout_points,
                   std::int64_t arm_points,
                   const std::vector<std::pair<Span, std::int64_t>>& shares);

/// A sum of money that is written out, in the workspace's currency; none after a report. `what`
/// begins the sentence: "A cost".
std::optional<double> amount_of(Context& cx, const ast::Expr& expr, const std::string& what);

/// The blocks right inside of a step.
std::vector<const ast::Steps*> blocks_of(const ast::Step& step);

/// Does anybody come out at the end of these steps?
bool continues(const Steps& steps);
bool continues(const Step& step);

/// The blocks right inside of a step, in the author's order.
void each_inner(const Step& step, const std::function<void(const Steps&)>& visit);
/// Visits every step, outer ones first.
void each_step(const Steps& steps, const std::function<void(const Step&)>& visit);
/// Visits every block: the journey's own steps, then those inside.
void each_block(const Steps& steps, const std::function<void(const Steps&)>& visit);

/// What a call of the journey gives, as far as its runs and tests say.
std::vector<ir::Field> called_fields(const Context& cx, Index journey);
/// False after J0501: a call with this data lacks something that the journey reads.
bool gives_all(Context& cx, Index journey, const std::vector<ir::Field>& fields, const Record& data,
               Span span);

}  // namespace journey::sema
