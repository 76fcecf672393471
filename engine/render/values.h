#pragma once
// How Liquid sees values: truth, text, numbers, equality, order.

#include "engine/base/base.h"

namespace journey::render {

/// `blank` and `empty` as values, so that they can be assigned. No JSON can make them.
Value blank_literal();
Value empty_literal();
bool is_blank_literal(const Value& value);
bool is_empty_literal(const Value& value);

bool is_truthy(const Value& value);
bool is_blank(const Value& value);
bool is_empty(const Value& value);

void append_text(std::string& out, const Value& value);
std::string text_of(const Value& value);
/// As Ruby prints floats: "3.0", "1.0e+20".
std::string format_double(double number);

using Number = std::variant<std::int64_t, double>;
/// As Liquid's to_number: text by its leading integer or whole decimal, everything else 0.
Number number_of(const Value& value);
/// Only what is a number or whole numeric text.
std::optional<Number> strict_number(const Value& value);
Value value_of(Number number);
double as_double(Number number);
/// For limits, widths, indexes: nothing for what is no integer.
std::optional<std::int64_t> integer_of(const Value& value);
/// Leading digits, as Ruby's to_i; 0 without.
std::int64_t lenient_integer(const Value& value);

bool are_equal(const Value& a, const Value& b);
/// Nothing when the two cannot be ordered.
std::optional<int> compare(const Value& a, const Value& b);
bool contains(const Value& whole, const Value& part);

/// Byte offsets of the code points, and the end.
std::vector<std::size_t> code_point_starts(std::string_view text);

}  // namespace journey::render
