#pragma once
// A value in a place of a certain type.

#include "dsl/sema/expr.h"

namespace journey::sema {

/// check_expr where a value of type `wanted` is asked for: a lone word that nobody knows is probably
/// a text without its quotes.
NodePtr check_value(Context& cx, const Scope& scope, const ast::Expr& expr, const ir::Type& wanted);
/// J0201 or J0202: these two do not go together. Broken, for the caller to return.
NodePtr report_mismatch(Context& cx, const Node& left, const Node& right, Span span);

}  // namespace journey::sema
