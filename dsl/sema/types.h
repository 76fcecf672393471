#pragma once
// Types in the author's words, and which may stand for which.

#include "dsl/sema/context.h"

namespace journey::sema {

ir::Type simple(ir::TypeKind kind);
ir::Type money_of(const Currency& currency);
bool is_number(const ir::Type& type);
/// text, choice or zone
bool is_text(const ir::Type& type);
/// instant or date
bool is_day_or_moment(const ir::Type& type);
/// Has an order: numbers, money, durations, instants, dates, times of day. Text has none here.
bool is_ordered(const ir::Type& type);
/// The type of a list's or map's elements.
ir::Type element_of(const ir::Type& type);

/// May a value of type `from` be used where `to` is wanted, as it is or by the engine's own
/// widening (integer to real, text to choice and zone)?
bool assignable(const ir::Type& to, const ir::Type& from);
/// May the two be compared for equality?
bool comparable(const ir::Type& a, const ir::Type& b);

ir::Type type_of(const Value& value);
std::string currency_text(const Currency& currency);

/// Reads a declared type. J0101 for a name that is neither a type nor an event.
std::optional<ir::Type> resolve_type(Context& cx, const ast::Type& type);

}  // namespace journey::sema
