#pragma once
// Numbers as Ruby's Liquid reckons them: whole numbers without bound, fractions as exact decimals
// that become floats only when the result is taken. 0.1 + 0.2 is 0.3.

#include "engine/render/view.h"

namespace journey::render {

enum class Sum : std::uint8_t { plus, minus, times, divide, modulo };

/// Utils.to_number: numbers as they are, text by its whole decimal or its leading integer, else 0.
View number_of(Memory& memory, const View& value);
View reckon(Memory& memory, Sum sum, const View& a, const View& b);
/// Of two numbers.
int compare_numbers(const View& a, const View& b);

View absolute(Memory& memory, const View& number);
/// To a whole number; refuses infinities.
View ceiling(Memory& memory, const View& number);
View flooring(Memory& memory, const View& number);
/// Half away from zero; digits below one give a whole number.
View rounded(Memory& memory, const View& number, std::int64_t digits);
/// "1234.50": exactly this many decimals, half away from zero. Empty for what is no finite number.
std::string fixed_text(const View& number, int decimals);

/// Only what is a number or, as a whole, numeric text.
bool is_numeric(const View& value);
/// Ruby's Integer(): whole numbers and text that is one; refuses everything else.
std::int64_t to_integer(const View& value);
/// Ruby's to_i: leading digits; 0 without.
std::int64_t lenient_integer(const View& value);

}  // namespace journey::render
