#include "engine/render/filters.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace journey::render {
namespace {

// Liquid reckons with decimals; fifteen digits of a double hold what prices and rates need and hide
// 0.1 + 0.2.
double tidy(double number) {
    if (!std::isfinite(number)) return number;
    double rounded = number;
    const std::string text = fmt::format("{:.15g}", number);
    std::from_chars(text.data(), text.data() + text.size(), rounded);
    return rounded;
}

Value from_real(double number) {
    return tidy(number);
}

bool fits(double number) {
    return std::abs(number) < 9.2e18;
}

enum class Sum { plus, minus };

Value add_money(FilterRun& run, const Money& money, const Value& other, Sum sum) {
    const Money* more = other.as<Money>();
    if (more == nullptr || more->currency != money.currency) {
        return run.fail("money is added to, and taken from, money of the same currency only");
    }
    std::int64_t minor = 0;
    const bool over = sum == Sum::plus ? __builtin_add_overflow(money.minor, more->minor, &minor)
                                       : __builtin_sub_overflow(money.minor, more->minor, &minor);
    if (over) return run.fail("the amount is too large");
    return Money{minor, money.currency};
}

Value add(FilterRun& run, const Value& input, Sum sum) {
    if (const Money* money = input.as<Money>()) return add_money(run, *money, run[0], sum);
    const Number a = number_of(input);
    const Number b = number_of(run[0]);
    const auto* x = std::get_if<std::int64_t>(&a);
    const auto* y = std::get_if<std::int64_t>(&b);
    std::int64_t whole = 0;
    if (x != nullptr && y != nullptr &&
        !(sum == Sum::plus ? __builtin_add_overflow(*x, *y, &whole)
                           : __builtin_sub_overflow(*x, *y, &whole))) {
        return whole;
    }
    return from_real(sum == Sum::plus ? as_double(a) + as_double(b) : as_double(a) - as_double(b));
}

Value plus(FilterRun& run, const Value& input) {
    return add(run, input, Sum::plus);
}
Value minus(FilterRun& run, const Value& input) {
    return add(run, input, Sum::minus);
}

Value scale_money(FilterRun& run, const Money& money, double by) {
    const double minor = std::round(static_cast<double>(money.minor) * by);
    if (!fits(minor)) return run.fail("the amount is too large");
    return Money{static_cast<std::int64_t>(minor), money.currency};
}

Value times(FilterRun& run, const Value& input) {
    const Number b = number_of(run[0]);
    if (const Money* money = input.as<Money>()) return scale_money(run, *money, as_double(b));
    const Number a = number_of(input);
    const auto* x = std::get_if<std::int64_t>(&a);
    const auto* y = std::get_if<std::int64_t>(&b);
    std::int64_t whole = 0;
    if (x != nullptr && y != nullptr && !__builtin_mul_overflow(*x, *y, &whole)) return whole;
    return from_real(as_double(a) * as_double(b));
}

// Rounds toward negative infinity, as Ruby does.
std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

Value divided_by(FilterRun& run, const Value& input) {
    const Number b = number_of(run[0]);
    const auto* y = std::get_if<std::int64_t>(&b);
    if (y != nullptr && *y == 0) return run.fail("`divided_by` cannot divide by zero");
    if (const Money* money = input.as<Money>()) return scale_money(run, *money, 1 / as_double(b));
    const Number a = number_of(input);
    const auto* x = std::get_if<std::int64_t>(&a);
    if (x != nullptr && y != nullptr && *y != -1) return floor_divide(*x, *y);
    return x != nullptr && y != nullptr && *x != std::numeric_limits<std::int64_t>::min()
               ? Value(-*x)
               : Value(as_double(a) / as_double(b));
}

Value modulo(FilterRun& run, const Value& input) {
    const Number a = number_of(input);
    const Number b = number_of(run[0]);
    const auto* x = std::get_if<std::int64_t>(&a);
    const auto* y = std::get_if<std::int64_t>(&b);
    if (y != nullptr && *y == 0) return run.fail("`modulo` cannot divide by zero");
    if (x != nullptr && y != nullptr) {
        return *y == -1 ? Value(0) : Value(*x - floor_divide(*x, *y) * *y);
    }
    const double divisor = as_double(b);
    const double rest = std::fmod(as_double(a), divisor);
    return from_real(rest != 0 && (rest < 0) != (divisor < 0) ? rest + divisor : rest);
}

Value absolute(FilterRun&, const Value& input) {
    const Number a = number_of(input);
    if (const auto* whole = std::get_if<std::int64_t>(&a)) {
        if (*whole == std::numeric_limits<std::int64_t>::min()) return std::abs(as_double(a));
        return std::abs(*whole);
    }
    return std::abs(as_double(a));
}

Value to_whole(double number) {
    if (!fits(number)) return number;
    return static_cast<std::int64_t>(number);
}

Value ceil(FilterRun&, const Value& input) {
    const Number a = number_of(input);
    return std::holds_alternative<std::int64_t>(a) ? value_of(a)
                                                   : to_whole(std::ceil(as_double(a)));
}
Value floor(FilterRun&, const Value& input) {
    const Number a = number_of(input);
    return std::holds_alternative<std::int64_t>(a) ? value_of(a)
                                                   : to_whole(std::floor(as_double(a)));
}

Value round(FilterRun& run, const Value& input) {
    const Number a = number_of(input);
    const std::int64_t digits = run.count() > 0 ? lenient_integer(run[0]) : 0;
    const double number = as_double(a);
    if (digits <= 0) {
        if (digits == 0 || digits < -18) {
            return std::holds_alternative<std::int64_t>(a) ? value_of(a)
                                                           : to_whole(std::round(number));
        }
        const double unit = std::pow(10.0, static_cast<double>(-digits));
        return to_whole(std::round(number / unit) * unit);
    }
    if (std::holds_alternative<std::int64_t>(a) || digits > 15) return value_of(a);
    const double unit = std::pow(10.0, static_cast<double>(digits));
    return from_real(std::round(tidy(number * unit)) / unit);
}

Value at_least(FilterRun& run, const Value& input) {
    const Number a = number_of(input);
    const Number b = number_of(run[0]);
    return value_of(as_double(a) < as_double(b) ? b : a);
}
Value at_most(FilterRun& run, const Value& input) {
    const Number a = number_of(input);
    const Number b = number_of(run[0]);
    return value_of(as_double(a) > as_double(b) ? b : a);
}

std::string grouped(std::string_view digits) {
    std::string out;
    const std::size_t first = digits.starts_with('-') ? 1 : 0;
    const std::size_t end = std::min(digits.find('.'), digits.size());
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > first && i < end && (end - i) % 3 == 0) out += ',';
        out += digits[i];
    }
    return out;
}

std::string_view symbol_of(std::string_view code) {
    struct Symbol {
        std::string_view code;
        std::string_view symbol;
    };
    constexpr std::array<Symbol, 9> kSymbols{{{"CNY", "¥"},
                                              {"JPY", "¥"},
                                              {"USD", "$"},
                                              {"EUR", "€"},
                                              {"GBP", "£"},
                                              {"KRW", "₩"},
                                              {"INR", "₹"},
                                              {"HKD", "HK$"},
                                              {"TWD", "NT$"}}};
    for (const Symbol& one : kSymbols) {
        if (one.code == code) return one.symbol;
    }
    return {};
}

// "¥1,299.00", "-$5.00", "CHF 12.50"; a bare number gets its two decimals.
Value money(FilterRun&, const Value& input) {
    if (input.is_missing()) return "";
    const Money* amount = input.as<Money>();
    if (amount == nullptr) {
        const auto number = strict_number(input);
        return number ? Value(grouped(fmt::format("{:.2f}", as_double(*number)))) : input;
    }
    const std::string_view code{amount->currency.data(), amount->currency.size()};
    std::string digits = grouped(format_amount(*amount));
    const std::string_view symbol = symbol_of(code);
    if (symbol.empty()) return fmt::format("{} {}", code, digits);
    if (!digits.starts_with('-')) return fmt::format("{}{}", symbol, digits);
    return fmt::format("-{}{}", symbol, digits.substr(1));
}

Value money_without_currency(FilterRun& run, const Value& input) {
    const Money* amount = input.as<Money>();
    return amount == nullptr ? money(run, input) : Value(grouped(format_amount(*amount)));
}

constexpr std::array<FilterInfo, 13> kFilters{{
    {"plus", 1, 1, plus},
    {"minus", 1, 1, minus},
    {"times", 1, 1, times},
    {"divided_by", 1, 1, divided_by},
    {"modulo", 1, 1, modulo},
    {"abs", 0, 0, absolute},
    {"ceil", 0, 0, ceil},
    {"floor", 0, 0, floor},
    {"round", 0, 1, round},
    {"at_least", 1, 1, at_least},
    {"at_most", 1, 1, at_most},
    {"money", 0, 0, money},
    {"money_without_currency", 0, 0, money_without_currency},
}};

}  // namespace

std::span<const FilterInfo> number_filters() {
    return kFilters;
}

}  // namespace journey::render
