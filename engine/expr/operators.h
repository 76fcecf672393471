#pragma once
// Inside engine/expr: what operators and functions do with values once their operands are known.
// Every function is total: missing, or false, for kinds that do not go together.

#include "engine/expr/expr.h"

namespace journey::expr {

// ---- comparing (operators.cc)

/// False when a side is missing.
bool equal(const Value& a, const Value& b, const calendar::Zone& zone);
/// Unordered when a side is missing, or the kinds have no common order.
std::partial_ordering compare(const Value& a, const Value& b, const calendar::Zone& zone);

// ---- calculating (operators.cc)

Value add(const Value& a, const Value& b, const calendar::Zone& zone);
Value subtract(const Value& a, const Value& b, const calendar::Zone& zone);
Value multiply(const Value& a, const Value& b);
/// Integers divide to an integer, cut off towards zero, when `type` says so; else to a real.
Value divide(const Value& a, const Value& b, ir::TypeKind type);
Value negate(const Value& a);

// ---- functions (functions.cc)

bool is_blank(const Value& a);
bool contains(const Value& whole, const Value& part, const calendar::Zone& zone);
Value size_of(const Value& a);
Value lower(const Value& a);
Value upper(const Value& a);
Value trim(const Value& a);
Value absolute(const Value& a);
/// round (half away from zero), floor and ceil, by `op`; money to whole main units.
Value rounded(const Value& a, ir::Op op, ir::TypeKind type);
/// Appends `a` as a person would read it; false when it is missing or cannot be read.
bool append_text(std::string& out, const Value& a);
/// year month day weekday hour minute, by `op`.
Value part_of(const Value& a, ir::Op op, const calendar::Zone& zone);
Value date_of(const Value& a, const calendar::Zone& zone);
Value days_between(const Value& a, const Value& b, const calendar::Zone& zone);
Value element_of(const Value& whole, const Value& key);

/// Whole seconds from `from` to `to`, rounded down.
CalendarDuration exact_between(Instant from, Instant to);

}  // namespace journey::expr
