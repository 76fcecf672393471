#include "engine/expr/operators.h"

#include <charconv>
#include <cmath>

namespace journey::expr {
namespace {

using ir::Type;
using ir::TypeKind;

constexpr std::size_t kNestingMax = 32;

std::optional<Currency> currency_of(std::string_view code) {
    Currency currency{};
    if (code.size() != currency.size()) return std::nullopt;
    for (std::size_t i = 0; i < currency.size(); ++i) {
        if (code[i] < 'A' || code[i] > 'Z') return std::nullopt;
        currency[i] = code[i];
    }
    return currency;
}

std::int64_t minor_per_unit(const Currency& currency) {
    std::int64_t unit = 1;
    for (int i = 0; i < minor_digits(currency); ++i)
        unit *= 10;
    return unit;
}

std::optional<std::int64_t> digits_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

// "19.90" of CNY is 1990; more decimals than the currency has are no amount.
std::optional<Money> read_amount(std::string_view text, const Currency& currency) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    std::string digits(whole);
    const std::string_view rest = point == std::string_view::npos ? "" : text.substr(point + 1);
    const auto decimals = static_cast<std::size_t>(minor_digits(currency));
    if (rest.size() > decimals || whole.empty() || whole.front() == '-') return std::nullopt;
    if (point != std::string_view::npos && rest.empty()) return std::nullopt;
    digits += rest;
    digits.append(decimals - rest.size(), '0');
    const auto minor = digits_of(digits);
    if (!minor || rest.starts_with('-')) return std::nullopt;
    return Money{negative ? -*minor : *minor, currency};
}

std::optional<Money> money_of_real(double units, const Currency& currency) {
    const double minor = std::round(units * static_cast<double>(minor_per_unit(currency)));
    constexpr double kExactMost = 9007199254740992.0;  // 2^53: beyond, a double skips integers
    if (!(std::abs(minor) <= kExactMost)) return std::nullopt;
    return Money{static_cast<std::int64_t>(minor), currency};
}

std::optional<Money> money_of_integer(std::int64_t units, const Currency& currency) {
    std::int64_t minor = 0;
    if (__builtin_mul_overflow(units, minor_per_unit(currency), &minor)) return std::nullopt;
    return Money{minor, currency};
}

// "CNY 19.90", or the amount alone where the type says of which currency.
std::optional<Money> money_of_text(std::string_view text, const std::optional<Currency>& known) {
    if (text.size() > 4 && text[3] == ' ') {
        const auto written = currency_of(text.substr(0, 3));
        return written ? read_amount(text.substr(4), *written) : std::nullopt;
    }
    return known ? read_amount(text, *known) : std::nullopt;
}

// {"currency": "CNY", "amount": "19.90"}, as to_json writes it.
std::optional<Money> money_of_record(const Record& record) {
    const Value* code = find(record, "currency");
    const Value* amount = find(record, "amount");
    if (code == nullptr || amount == nullptr || code->as<std::string>() == nullptr)
        return std::nullopt;
    const auto currency = currency_of(*code->as<std::string>());
    if (!currency) return std::nullopt;
    if (const auto* text = amount->as<std::string>()) return read_amount(*text, *currency);
    if (const auto* whole = amount->as<std::int64_t>()) return money_of_integer(*whole, *currency);
    if (const auto* real = amount->as<double>()) return money_of_real(*real, *currency);
    return std::nullopt;
}

std::optional<Value> to_money(const Value& value, const Type& type) {
    const auto known = currency_of(type.currency);
    std::optional<Money> money;
    if (const auto* it = value.as<Money>()) money = *it;
    if (const auto* it = value.as<std::string>()) money = money_of_text(*it, known);
    if (const auto* it = value.as<Record>()) money = money_of_record(*it);
    if (const auto* it = value.as<std::int64_t>(); it != nullptr && known) {
        money = money_of_integer(*it, *known);
    }
    if (const auto* it = value.as<double>(); it != nullptr && known) {
        money = money_of_real(*it, *known);
    }
    if (!money || (known && money->currency != *known)) return std::nullopt;
    return Value(*money);
}

struct DurationUnit {
    std::string_view name;
    std::int64_t months;
    std::int64_t days;
    std::int64_t seconds;
};
// In falling order, as they must be written.
constexpr std::array<DurationUnit, 7> kDurationUnits{{{"y", 12, 0, 0},
                                                      {"mo", 1, 0, 0},
                                                      {"w", 0, 7, 0},
                                                      {"d", 0, 1, 0},
                                                      {"h", 0, 0, 3600},
                                                      {"m", 0, 0, 60},
                                                      {"s", 0, 0, 1}}};

std::optional<std::int64_t> checked(std::int64_t a, std::int64_t unit, std::int64_t sum,
                                    std::int64_t most) {
    std::int64_t product = 0;
    std::int64_t result = 0;
    if (__builtin_mul_overflow(a, unit, &product)) return std::nullopt;
    if (__builtin_add_overflow(product, sum, &result)) return std::nullopt;
    return result <= most ? std::optional(result) : std::nullopt;
}

// "1h30m", "-3d": the notation of the language and of format_duration.
std::optional<Value> to_duration(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    std::int64_t months = 0;
    std::int64_t days = 0;
    std::int64_t seconds = 0;
    std::size_t least_unit = 0;
    while (!text.empty()) {
        const std::size_t digits = text.find_first_not_of("0123456789");
        if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
        const auto amount = digits_of(text.substr(0, digits));
        text.remove_prefix(digits);
        const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
        text.remove_prefix(name.size());
        const auto* unit = std::find_if(kDurationUnits.begin() + least_unit, kDurationUnits.end(),
                                        [&](const DurationUnit& one) { return one.name == name; });
        if (!amount || unit == kDurationUnits.end()) return std::nullopt;
        least_unit = static_cast<std::size_t>(unit - kDurationUnits.begin()) + 1;
        constexpr std::int64_t kSmall = std::numeric_limits<std::int32_t>::max();
        const auto m = checked(*amount, unit->months, months, kSmall);
        const auto d = checked(*amount, unit->days, days, kSmall);
        const auto s =
            checked(*amount, unit->seconds, seconds, std::numeric_limits<std::int64_t>::max());
        if (!m || !d || !s) return std::nullopt;
        months = *m;
        days = *d;
        seconds = *s;
    }
    const CalendarDuration duration{static_cast<std::int32_t>(months),
                                    static_cast<std::int32_t>(days), seconds};
    return negative ? negate(duration) : Value(duration);
}

// "09:30" or "09:30:15"; "24:00" ends a day.
std::optional<Value> to_time_of_day(std::string_view text) {
    const bool short_form = text.size() == 5;
    if (!(short_form || text.size() == 8) || text[2] != ':') return std::nullopt;
    if (!short_form && text[5] != ':') return std::nullopt;
    const auto two = [&](std::size_t at) -> std::int64_t {
        const std::string_view digits = text.substr(at, 2);
        const bool plain = digits.find_first_not_of("0123456789") == std::string_view::npos;
        return plain ? (digits[0] - '0') * 10 + (digits[1] - '0') : -1;
    };
    const std::int64_t hour = two(0);
    const std::int64_t minute = two(3);
    const std::int64_t second = short_form ? 0 : two(6);
    const std::int64_t seconds = hour * 3600 + minute * 60 + second;
    if (hour < 0 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
    if (seconds > 86'400) return std::nullopt;
    return Value(TimeOfDay{static_cast<std::int32_t>(seconds)});
}

template <typename T>
std::optional<Value> same(const Value& value) {
    return value.as<T>() != nullptr ? std::optional(value) : std::nullopt;
}

std::optional<Value> to_integer(const Value& value) {
    const auto* real = value.as<double>();
    if (real == nullptr) return same<std::int64_t>(value);
    // 3.0 is how some senders write 3.
    constexpr double kExactMost = 9007199254740992.0;
    if (!(std::abs(*real) <= kExactMost) || std::floor(*real) != *real) return std::nullopt;
    return Value(static_cast<std::int64_t>(*real));
}

std::optional<Value> to_real(const Value& value) {
    if (const auto* whole = value.as<std::int64_t>()) return Value(static_cast<double>(*whole));
    const auto* real = value.as<double>();
    return real != nullptr && std::isfinite(*real) ? std::optional(value) : std::nullopt;
}

std::optional<Value> of_text(const std::string& text, const Type& type) {
    switch (type.kind) {
        case TypeKind::text:
            return Value(text);
        case TypeKind::duration:
            return to_duration(text);
        case TypeKind::instant:
            if (auto at = parse_instant(text)) return Value(at.value());
            return std::nullopt;
        case TypeKind::date:
            if (auto date = parse_date(text)) return Value(date.value());
            return std::nullopt;
        case TypeKind::time_of_day:
            return to_time_of_day(text);
        case TypeKind::zone:
            if (calendar::find_zone(text) == nullptr) return std::nullopt;
            return Value(text);
        case TypeKind::choice:
            if (std::find(type.choices.begin(), type.choices.end(), text) == type.choices.end()) {
                return std::nullopt;
            }
            return Value(text);
        case TypeKind::missing:
        case TypeKind::boolean:
        case TypeKind::integer:
        case TypeKind::real:
        case TypeKind::money:
        case TypeKind::list:
        case TypeKind::map:
        case TypeKind::event:
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Value> fit(const Value& value, const Type& type, std::size_t depth);

Type element_type(const Type& type) {
    Type element = type;
    element.kind = type.element;
    element.element = TypeKind::missing;
    return element;
}

std::optional<Value> to_list(const Value& value, const Type& type, std::size_t depth) {
    const auto* list = value.as<List>();
    if (list == nullptr) return std::nullopt;
    if (type.element == TypeKind::missing) return value;
    const Type element = element_type(type);
    List out;
    for (const Value& one : *list) {
        auto fitted = fit(one, element, depth + 1);
        if (!fitted) return std::nullopt;
        out.push_back(std::move(*fitted));
    }
    return Value(std::move(out));
}

std::optional<Value> to_map(const Value& value, const Type& type, std::size_t depth) {
    const auto* record = value.as<Record>();
    if (record == nullptr) return std::nullopt;
    if (type.element == TypeKind::missing) return value;
    const Type element = element_type(type);
    Record out;
    for (const NamedValue& one : *record) {
        auto fitted = fit(one.value, element, depth + 1);
        if (!fitted) return std::nullopt;
        out.push_back({one.name, std::move(*fitted)});
    }
    return Value(std::move(out));
}

// None when the value is of another kind than the type.
std::optional<Value> fit(const Value& value, const Type& type, std::size_t depth) {
    if (depth > kNestingMax) return std::nullopt;
    switch (type.kind) {
        case TypeKind::missing:
            return std::nullopt;
        case TypeKind::boolean:
            return same<bool>(value);
        case TypeKind::integer:
            return to_integer(value);
        case TypeKind::real:
            return to_real(value);
        case TypeKind::money:
            return to_money(value, type);
        case TypeKind::list:
            return to_list(value, type, depth);
        case TypeKind::map:
            return to_map(value, type, depth);
        case TypeKind::event:
            return same<Record>(value);
        case TypeKind::duration:
            if (value.as<CalendarDuration>() != nullptr) return value;
            break;
        case TypeKind::instant:
            if (value.as<Instant>() != nullptr) return value;
            break;
        case TypeKind::date:
            if (value.as<Date>() != nullptr) return value;
            break;
        case TypeKind::time_of_day:
            if (value.as<TimeOfDay>() != nullptr) return value;
            break;
        case TypeKind::text:
        case TypeKind::zone:
        case TypeKind::choice:
            break;
    }
    const auto* text = value.as<std::string>();
    return text != nullptr ? of_text(*text, type) : std::nullopt;
}

}  // namespace

Value coerce(const Value& value, const ir::Type& type, bool& fits) {
    fits = true;
    if (value.is_missing()) return {};
    auto fitted = fit(value, type, 0);
    fits = fitted.has_value();
    return fitted ? std::move(*fitted) : Value();
}

}  // namespace journey::expr
