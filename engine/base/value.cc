#include "engine/base/value.h"

#include "engine/base/result.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <utility>

namespace journey {
namespace {

struct CurrencyDigits {
    std::string_view code;
    int digits;
};

// ISO 4217 list one, the currencies whose minor unit is not the hundredth.
constexpr std::array<CurrencyDigits, 26> kUnusualDigits{{
    {"BHD", 3}, {"BIF", 0}, {"CLF", 4}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3},
    {"ISK", 0}, {"JOD", 3}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3},
    {"OMR", 3}, {"PYG", 0}, {"RWF", 0}, {"TND", 3}, {"UGX", 0}, {"UYI", 0}, {"UYW", 4},
    {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
}};

std::uint64_t magnitude(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    return number < 0 ? 0 - bits : bits;
}

// "12mo" as "1y": the notation wants each unit once, in falling order.
struct Unit {
    std::string_view name;
    std::uint64_t size;
};

void append_units(std::string& out, std::uint64_t amount, std::span<const Unit> units) {
    for (const Unit& unit : units) {
        if (const std::uint64_t whole = amount / unit.size; whole > 0) {
            fmt::format_to(std::back_inserter(out), "{}{}", whole, unit.name);
        }
        amount %= unit.size;
    }
}

constexpr std::array<Unit, 2> kMonthUnits{{{"y", 12}, {"mo", 1}}};
constexpr std::array<Unit, 1> kDayUnits{{{"d", 1}}};
constexpr std::array<Unit, 3> kSecondUnits{{{"h", 3600}, {"m", 60}, {"s", 1}}};

std::string unsigned_duration(std::uint64_t months, std::uint64_t days, std::uint64_t seconds) {
    std::string out;
    append_units(out, months, kMonthUnits);
    append_units(out, days, kDayUnits);
    append_units(out, seconds, kSecondUnits);
    return out;
}

}  // namespace

int minor_digits(const Currency& currency) {
    const std::string_view code{currency.data(), currency.size()};
    const auto* found = std::find_if(kUnusualDigits.begin(), kUnusualDigits.end(),
                                     [&](const CurrencyDigits& one) { return one.code == code; });
    return found == kUnusualDigits.end() ? 2 : found->digits;
}

const Value* find(const Record& record, std::string_view name) {
    const auto found = std::find_if(record.begin(), record.end(),
                                    [&](const NamedValue& field) { return field.name == name; });
    return found == record.end() ? nullptr : &found->value;
}

void put(Record& record, std::string_view name, Value value) {
    const auto found = std::find_if(record.begin(), record.end(),
                                    [&](const NamedValue& field) { return field.name == name; });
    if (found != record.end()) {
        found->value = std::move(value);
    } else {
        record.push_back({std::string(name), std::move(value)});
    }
}

std::string format_time_of_day(TimeOfDay time) {
    const int hour = time.seconds / 3600;
    const int minute = time.seconds / 60 % 60;
    const int second = time.seconds % 60;
    return second == 0 ? fmt::format("{:02}:{:02}", hour, minute)
                       : fmt::format("{:02}:{:02}:{:02}", hour, minute, second);
}

std::string format_money(Money money) {
    const std::string_view code{money.currency.data(), money.currency.size()};
    return fmt::format("{} {}", code, format_amount(money));
}

std::string format_amount(Money money) {
    const int digits = minor_digits(money.currency);
    std::uint64_t unit = 1;
    for (int i = 0; i < digits; ++i)
        unit *= 10;
    const std::uint64_t amount = magnitude(money.minor);
    const std::string_view sign = money.minor < 0 ? "-" : "";
    if (digits == 0) return fmt::format("{}{}", sign, amount);
    return fmt::format("{}{}.{:0{}}", sign, amount / unit, amount % unit, digits);
}

std::string format_duration(const CalendarDuration& duration) {
    const bool any_negative = duration.months < 0 || duration.days < 0 || duration.seconds < 0;
    const bool any_positive = duration.months > 0 || duration.days > 0 || duration.seconds > 0;
    if (!any_negative && !any_positive) return "0s";
    if (any_negative && any_positive) {
        // No literal can be written so; arithmetic yields it. Every part says its sign.
        std::string out;
        for (const CalendarDuration& part :
             {CalendarDuration{duration.months, 0, 0}, CalendarDuration{0, duration.days, 0},
              CalendarDuration{0, 0, duration.seconds}}) {
            if (part == CalendarDuration{}) continue;
            const std::string text = format_duration(part);
            if (!out.empty() && text.front() != '-') out += '+';
            out += text;
        }
        return out;
    }
    const std::string text = unsigned_duration(magnitude(duration.months), magnitude(duration.days),
                                               magnitude(duration.seconds));
    return any_negative ? "-" + text : text;
}

Result<Date> parse_date(std::string_view text) {
    constexpr std::size_t kDateSize = 10;
    if (text.size() == kDateSize) {
        if (auto at = parse_instant(text)) {
            const auto day = std::chrono::floor<std::chrono::days>(at.value());
            return Date{static_cast<std::int32_t>(day.time_since_epoch().count())};
        }
    }
    constexpr std::size_t kShown = 40;
    return error(ErrorCode::invalid, fmt::format("\"{}\" is not a date; write it as 2026-03-02",
                                                 text.substr(0, kShown)));
}

}  // namespace journey
