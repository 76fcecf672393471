#include "engine/render/number.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace journey::render {
namespace {

using Big = boost::multiprecision::cpp_int;

constexpr std::size_t kDigitsMost = 4000;
constexpr std::int64_t kWholeMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kWholeLeast = std::numeric_limits<std::int64_t>::min();

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// mantissa / 10^scale; whole numbers have scale 0 and say so.
struct Decimal {
    Big mantissa;
    int scale = 0;
    bool whole = true;
};

Big power_of_ten(int exponent) {
    return boost::multiprecision::pow(Big(10), static_cast<unsigned>(exponent));
}

Big big_of(std::string_view digits) {
    const bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) digits.remove_prefix(1);
    while (digits.size() > 1 && digits.front() == '0')
        digits.remove_prefix(1);
    Big value(std::string{digits});
    return negative ? Big(-value) : value;
}

/// "-1.25e-7" and the like, never Infinity.
Decimal decimal_of(std::string_view text) {
    Decimal out;
    out.whole = false;
    const std::size_t e = text.find('e');
    int exponent = 0;
    if (e != std::string_view::npos) {
        std::string_view power = text.substr(e + 1);
        if (power.starts_with('+')) power.remove_prefix(1);
        std::from_chars(power.data(), power.data() + power.size(), exponent);
        text = text.substr(0, e);
    }
    std::string digits;
    const std::size_t point = text.find('.');
    digits.append(text.substr(0, point));
    if (point != std::string_view::npos) {
        digits.append(text.substr(point + 1));
        exponent -= static_cast<int>(text.size() - point - 1);
    }
    out.mantissa = big_of(digits);
    if (exponent > 0) out.mantissa *= power_of_ten(exponent);
    out.scale = exponent > 0 ? 0 : -exponent;
    return out;
}

Decimal decimal_of(const View& number) {
    if (number.kind == Kind::integer) return {Big(number.whole), 0, true};
    if (number.kind == Kind::big) return {big_of(number.str()), 0, true};
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number.real,
                                   std::chars_format::scientific);
    return decimal_of(
        std::string_view{buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data())});
}

double double_of(const Decimal& decimal) {
    const std::string text = fmt::format("{}e{}", decimal.mantissa.str(), -decimal.scale);
    double out = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    if (read.ec == std::errc::result_out_of_range) {
        const bool tiny = decimal.mantissa.str().size() < static_cast<std::size_t>(decimal.scale);
        out = tiny ? 0.0 : std::numeric_limits<double>::infinity();
        if (decimal.mantissa < 0) out = -out;
    }
    return out;
}

View whole_of(Memory& memory, const Big& value) {
    if (value <= kWholeMost && value >= kWholeLeast)
        return View::of(static_cast<std::int64_t>(value));
    const std::string digits = value.str();
    if (digits.size() > kDigitsMost) {
        throw Refusal{ErrorKind::budget, "the number exceeds 4,000 digits"};
    }
    View view = View::of(memory.keep(digits));
    view.kind = Kind::big;
    return view;
}

View taken(Memory& memory, const Decimal& decimal) {
    return decimal.whole ? whole_of(memory, decimal.mantissa) : View::of(double_of(decimal));
}

void align(Decimal& a, Decimal& b) {
    if (a.scale < b.scale) {
        a.mantissa *= power_of_ten(b.scale - a.scale);
        a.scale = b.scale;
    } else if (b.scale < a.scale) {
        b.mantissa *= power_of_ten(a.scale - b.scale);
        b.scale = a.scale;
    }
}

Big floor_divide(const Big& a, const Big& b) {
    Big quotient = a / b;
    if (quotient * b != a && (a < 0) != (b < 0)) --quotient;
    return quotient;
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

[[noreturn]] void refuse_zero() {
    throw Refusal{ErrorKind::zero_division, "divided by 0"};
}

// Forty digits of a quotient are more than a float can tell apart.
Decimal quotient_of(Decimal a, Decimal b) {
    if (a.whole && b.whole) return {floor_divide(a.mantissa, b.mantissa), 0, true};
    align(a, b);
    const auto digits_a = static_cast<int>(a.mantissa.str().size());
    const auto digits_b = static_cast<int>(b.mantissa.str().size());
    const int shift = std::max(0, 40 + digits_b - digits_a);
    return {Big(a.mantissa * power_of_ten(shift)) / b.mantissa, shift, false};
}

std::optional<View> small_sum(Sum sum, std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    switch (sum) {
        case Sum::plus:
            if (__builtin_add_overflow(a, b, &out)) return std::nullopt;
            return View::of(out);
        case Sum::minus:
            if (__builtin_sub_overflow(a, b, &out)) return std::nullopt;
            return View::of(out);
        case Sum::times:
            if (__builtin_mul_overflow(a, b, &out)) return std::nullopt;
            return View::of(out);
        case Sum::divide:
            if (b == 0) refuse_zero();
            if (b == -1) return std::nullopt;
            return View::of(floor_divide(a, b));
        case Sum::modulo:
            if (b == 0) refuse_zero();
            if (b == -1) return View::of(std::int64_t{0});
            return View::of(a - floor_divide(a, b) * b);
    }
    return std::nullopt;
}

double as_double(const View& number) {
    if (number.kind == Kind::integer) return static_cast<double>(number.whole);
    return number.kind == Kind::real ? number.real : double_of(decimal_of(number));
}

View real_sum(Sum sum, double a, double b) {
    switch (sum) {
        case Sum::plus:
            return View::of(a + b);
        case Sum::minus:
            return View::of(a - b);
        case Sum::times:
            return View::of(a * b);
        case Sum::divide:
            return View::of(a / b);
        case Sum::modulo:
            break;
    }
    return View::of(std::fmod(a, b));
}

bool is_finite(const View& number) {
    return number.kind != Kind::real || std::isfinite(number.real);
}

std::size_t digits_of(const View& number) {
    return number.kind == Kind::big ? number.size : 20;
}

// "12", "-12" or "-12.5" from the start; how long, and whether it has a fraction.
std::size_t numeric_prefix(std::string_view text, bool& fraction) {
    fraction = false;
    std::size_t end = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    const std::size_t first = end;
    while (end < text.size() && (is_digit(text[end]) || (text[end] == '_' && end > first)))
        ++end;
    if (end == first) return 0;
    std::size_t after = end + 1;
    while (after < text.size() && is_digit(text[after]))
        ++after;
    if (end < text.size() && text[end] == '.' && after > end + 1) {
        fraction = true;
        return after;
    }
    return end;
}

View whole_of_text(Memory* memory, std::string_view digits) {
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::string plain;
    if (digits.find('_') != std::string_view::npos) {
        for (const char c : digits) {
            if (c != '_') plain += c;
        }
        digits = plain;
    }
    std::int64_t whole = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
    if (read.ec != std::errc::result_out_of_range) return View::of(whole);
    if (digits.size() > kDigitsMost) {
        throw Refusal{ErrorKind::budget, "the number exceeds 4,000 digits"};
    }
    if (memory == nullptr) return View::of(digits.starts_with('-') ? kWholeLeast : kWholeMost);
    return whole_of(*memory, big_of(digits));
}

View number_of_text(Memory* memory, std::string_view text) {
    text = trimmed(text);
    bool fraction = false;
    const std::size_t end = numeric_prefix(text, fraction);
    if (end == 0) return View::of(std::int64_t{0});
    if (fraction && end == text.size() && !text.starts_with('+') &&
        text.find('_') == std::string_view::npos) {
        double real = 0;
        std::from_chars(text.data(), text.data() + text.size(), real);
        return View::of(real);
    }
    return whole_of_text(memory, text.substr(0, fraction ? text.find('.') : end));
}

View stepped(Memory& memory, const View& number, int direction) {
    if (number.kind != Kind::real) return number;
    if (!std::isfinite(number.real)) {
        throw Refusal{ErrorKind::float_domain, std::isnan(number.real) ? "NaN" : "Infinity"};
    }
    const double whole = direction > 0 ? std::ceil(number.real) : std::floor(number.real);
    if (std::abs(whole) < 9.2e18) return View::of(static_cast<std::int64_t>(whole));
    return whole_of(memory, Big(whole));
}

// Half away from zero, to so many decimals; the result has that scale.
Big rounded_mantissa(const Decimal& decimal, int digits) {
    if (decimal.scale <= digits) return decimal.mantissa * power_of_ten(digits - decimal.scale);
    const Big unit = power_of_ten(decimal.scale - digits);
    const Big half = unit / 2;
    const Big& value = decimal.mantissa;
    return value < 0 ? Big(-((half - value) / unit)) : Big((value + half) / unit);
}

}  // namespace

View number_of(Memory& memory, const View& value) {
    if (value.kind == Kind::integer || value.kind == Kind::real || value.kind == Kind::big) {
        return value;
    }
    if (value.kind == Kind::text) return number_of_text(&memory, value.str());
    return View::of(std::int64_t{0});
}

View reckon(Memory& memory, Sum sum, const View& a, const View& b) {
    if (a.kind == Kind::integer && b.kind == Kind::integer) {
        if (const auto quick = small_sum(sum, a.whole, b.whole)) return *quick;
    }
    const bool divides = sum == Sum::divide || sum == Sum::modulo;
    if (!is_finite(a) || !is_finite(b)) return real_sum(sum, as_double(a), as_double(b));
    const auto size = static_cast<std::int64_t>(std::max(digits_of(a), digits_of(b)));
    memory.take(static_cast<std::size_t>(size * size / 256));
    Decimal x = decimal_of(a);
    Decimal y = decimal_of(b);
    if (divides && y.mantissa == 0) refuse_zero();
    const bool whole = x.whole && y.whole;
    if (sum == Sum::times) {
        return taken(memory, {Big(x.mantissa * y.mantissa), x.scale + y.scale, whole});
    }
    if (sum == Sum::divide) return taken(memory, quotient_of(std::move(x), std::move(y)));
    align(x, y);
    Big out;
    if (sum == Sum::plus) out = x.mantissa + y.mantissa;
    if (sum == Sum::minus) out = x.mantissa - y.mantissa;
    if (sum == Sum::modulo) {
        out = x.mantissa - floor_divide(x.mantissa, y.mantissa) * y.mantissa;
    }
    return taken(memory, {std::move(out), x.scale, whole});
}

int compare_numbers(const View& a, const View& b) {
    const auto three_way = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
    if (a.kind == Kind::integer && b.kind == Kind::integer) return three_way(a.whole, b.whole);
    if (a.kind == Kind::real && b.kind == Kind::real) return three_way(a.real, b.real);
    if (!is_finite(a) || !is_finite(b)) return three_way(as_double(a), as_double(b));
    Decimal x = decimal_of(a);
    Decimal y = decimal_of(b);
    align(x, y);
    return three_way(x.mantissa, y.mantissa);
}

View absolute(Memory& memory, const View& number) {
    if (number.kind == Kind::real) return View::of(std::abs(number.real));
    if (number.kind == Kind::integer && number.whole != kWholeLeast) {
        return View::of(std::abs(number.whole));
    }
    return whole_of(memory, abs(decimal_of(number).mantissa));
}

View ceiling(Memory& memory, const View& number) {
    return stepped(memory, number, 1);
}
View flooring(Memory& memory, const View& number) {
    return stepped(memory, number, -1);
}

View rounded(Memory& memory, const View& number, std::int64_t digits) {
    if (number.kind == Kind::real && !std::isfinite(number.real)) {
        if (digits > 0) return number;
        throw Refusal{ErrorKind::float_domain, std::isnan(number.real) ? "NaN" : "Infinity"};
    }
    if (digits >= 0 && number.kind != Kind::real) return number;
    if (digits > 400) return number;
    if (digits < -400) return View::of(std::int64_t{0});
    const Decimal decimal = decimal_of(number);
    if (digits > 0) {
        return View::of(double_of({rounded_mantissa(decimal, static_cast<int>(digits)),
                                   static_cast<int>(digits), false}));
    }
    if (digits == 0) return whole_of(memory, rounded_mantissa(decimal, 0));
    // To tens, hundreds …: as if the value had more decimals, then back.
    const int places = static_cast<int>(-digits);
    const Decimal small{decimal.mantissa, decimal.scale + places, false};
    return whole_of(memory, rounded_mantissa(small, 0) * power_of_ten(places));
}

std::string fixed_text(const View& number, int decimals) {
    if (!is_finite(number)) return {};
    const Big mantissa = rounded_mantissa(decimal_of(number), decimals);
    const bool negative = mantissa < 0;
    std::string digits = negative ? Big(-mantissa).str() : mantissa.str();
    const auto places = static_cast<std::size_t>(decimals);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    if (places > 0) digits.insert(digits.size() - places, ".");
    return negative ? "-" + digits : digits;
}

bool is_numeric(const View& value) {
    if (value.kind == Kind::integer || value.kind == Kind::real || value.kind == Kind::big) {
        return true;
    }
    if (value.kind != Kind::text) return false;
    const std::string_view text = trimmed(value.str());
    bool fraction = false;
    const std::size_t end = numeric_prefix(text, fraction);
    return end > 0 && end == text.size();
}

std::int64_t to_integer(const View& value) {
    if (value.kind == Kind::integer) return value.whole;
    if (value.kind == Kind::text) {
        const std::string_view text = trimmed(value.str());
        bool fraction = false;
        const std::size_t end = numeric_prefix(text, fraction);
        if (end > 0 && end == text.size() && !fraction) {
            return whole_of_text(nullptr, text).whole;
        }
    }
    if (value.kind == Kind::big) return value.str().front() == '-' ? kWholeLeast : kWholeMost;
    throw Refusal{ErrorKind::argument, "invalid integer"};
}

std::int64_t lenient_integer(const View& value) {
    View number = value;
    if (value.kind == Kind::text) number = number_of_text(nullptr, value.str());
    if (number.kind == Kind::integer) return number.whole;
    if (number.kind == Kind::big) return to_integer(number);
    if (number.kind == Kind::real && std::abs(number.real) < 9.0e18) {
        return static_cast<std::int64_t>(number.real);
    }
    return 0;
}

}  // namespace journey::render
