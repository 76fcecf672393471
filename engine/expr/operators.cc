#include "engine/expr/operators.h"

#include <cmath>
#include <compare>
#include <limits>

namespace journey::expr {
namespace {

using calendar::Zone;

bool is_exact(const CalendarDuration& duration) {
    return duration.months == 0 && duration.days == 0;
}

// A double that an integer equals exactly, or the order of the two; no rounding on the way.
std::partial_ordering compare_mixed(std::int64_t whole, double real) {
    constexpr double kEdge = 9223372036854775808.0;  // 2^63
    if (std::isnan(real)) return std::partial_ordering::unordered;
    if (real >= kEdge) return std::partial_ordering::less;
    if (real < -kEdge) return std::partial_ordering::greater;
    const double floor = std::floor(real);
    const auto order = whole <=> static_cast<std::int64_t>(floor);
    if (order != 0) return order;
    return floor < real ? std::partial_ordering::less : std::partial_ordering::equivalent;
}

// A calendar duration lasts as long as the calendar says; what is certain is the shortest it can
// be.
std::partial_ordering compare_durations(const CalendarDuration& a, const CalendarDuration& b) {
    if (a == b) return std::partial_ordering::equivalent;
    if (is_exact(a) && is_exact(b)) return a.seconds <=> b.seconds;
    return calendar::bounds_of(a).least <=> calendar::bounds_of(b).least;
}

Instant midnight(Date date, const Zone& zone) {
    return calendar::to_instant({date, TimeOfDay{0}}, zone);
}

std::optional<double> as_real(const Value& a) {
    if (const auto* whole = a.as<std::int64_t>()) return static_cast<double>(*whole);
    if (const auto* real = a.as<double>()) return *real;
    return std::nullopt;
}

Value finite(double real) {
    return std::isfinite(real) ? Value(real) : Value();
}

std::optional<std::int64_t> to_integer(double real) {
    constexpr double kEdge = 9223372036854775808.0;
    if (!(real >= -kEdge && real < kEdge)) return std::nullopt;
    return static_cast<std::int64_t>(real);
}

std::optional<std::int64_t> plus(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
    return sum;
}

std::optional<std::int64_t> times(std::int64_t a, std::int64_t b) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
    return product;
}

std::optional<std::int64_t> minus(std::int64_t a) {
    if (a == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
    return -a;
}

Value integer_or_missing(std::optional<std::int64_t> number) {
    return number ? Value(*number) : Value();
}

Value money_or_missing(std::optional<std::int64_t> minor, const Currency& currency) {
    return minor ? Value(Money{*minor, currency}) : Value();
}

Value duration_or_missing(std::optional<std::int64_t> months, std::optional<std::int64_t> days,
                          std::optional<std::int64_t> seconds) {
    using Limits = std::numeric_limits<std::int32_t>;
    const auto fits = [](const std::optional<std::int64_t>& it) {
        return it && *it >= Limits::min() && *it <= Limits::max();
    };
    if (!fits(months) || !fits(days) || !seconds) return {};
    return CalendarDuration{static_cast<std::int32_t>(*months), static_cast<std::int32_t>(*days),
                            *seconds};
}

// The operations on a number pair: whole stays whole, else real.
template <typename Whole, typename Real>
std::optional<Value> numbers(const Value& a, const Value& b, Whole whole, Real real) {
    const auto* first = a.as<std::int64_t>();
    const auto* second = b.as<std::int64_t>();
    if (first != nullptr && second != nullptr) return integer_or_missing(whole(*first, *second));
    const auto x = as_real(a);
    const auto y = as_real(b);
    if (x && y) return finite(real(*x, *y));
    return std::nullopt;
}

// Dates move by calendar parts only: 36 exact hours after a date is not a date.
Value move_date(Date date, const CalendarDuration& duration, const Zone&) {
    if (duration.seconds != 0) return {};
    const Instant moved = calendar::add(midnight(date, calendar::utc()), duration, calendar::utc());
    return calendar::to_local(moved, calendar::utc()).date;
}

Value add_duration(const Value& a, const CalendarDuration& duration, const Zone& zone) {
    if (const auto* at = a.as<Instant>()) return calendar::add(*at, duration, zone);
    if (const auto* date = a.as<Date>()) return move_date(*date, duration, zone);
    if (const auto* other = a.as<CalendarDuration>()) {
        return duration_or_missing(plus(other->months, duration.months),
                                   plus(other->days, duration.days),
                                   plus(other->seconds, duration.seconds));
    }
    return {};
}

Value scale(const Money& money, const Value& factor) {
    if (const auto* whole = factor.as<std::int64_t>()) {
        return money_or_missing(times(money.minor, *whole), money.currency);
    }
    if (const auto* real = factor.as<double>()) {
        return money_or_missing(to_integer(std::round(static_cast<double>(money.minor) * *real)),
                                money.currency);
    }
    return {};
}

Value scale(const CalendarDuration& duration, const Value& factor) {
    const auto* whole = factor.as<std::int64_t>();
    if (whole == nullptr) return {};
    return duration_or_missing(times(duration.months, *whole), times(duration.days, *whole),
                               times(duration.seconds, *whole));
}

Value divide_money(const Money& a, const Value& b) {
    if (const auto* other = b.as<Money>()) {
        if (other->currency != a.currency || other->minor == 0) return {};
        return static_cast<double>(a.minor) / static_cast<double>(other->minor);
    }
    const auto by = as_real(b);
    if (!by || *by == 0) return {};
    return money_or_missing(to_integer(std::round(static_cast<double>(a.minor) / *by)), a.currency);
}

Value divide_duration(const CalendarDuration& a, const Value& b) {
    if (const auto* other = b.as<CalendarDuration>()) {
        if (!is_exact(a) || !is_exact(*other) || other->seconds == 0) return {};
        return static_cast<double>(a.seconds) / static_cast<double>(other->seconds);
    }
    // A third of a month is nothing we could wait for.
    const auto* by = b.as<std::int64_t>();
    if (by == nullptr || *by == 0) return {};
    if (*by == -1) return negate(a);  // the one quotient that can leave the range
    if (a.months % *by != 0 || a.days % *by != 0) return {};
    return duration_or_missing(a.months / *by, a.days / *by, a.seconds / *by);
}

}  // namespace

std::partial_ordering compare(const Value& a, const Value& b, const Zone& zone) {
    if (a.held.index() == b.held.index()) {
        if (const auto* x = a.as<std::int64_t>()) return *x <=> *b.as<std::int64_t>();
        if (const auto* x = a.as<double>()) return *x <=> *b.as<double>();
        if (const auto* x = a.as<std::string>()) return *x <=> *b.as<std::string>();
        if (const auto* x = a.as<Instant>()) return *x <=> *b.as<Instant>();
        if (const auto* x = a.as<Date>()) return *x <=> *b.as<Date>();
        if (const auto* x = a.as<TimeOfDay>()) return *x <=> *b.as<TimeOfDay>();
        if (const auto* x = a.as<CalendarDuration>()) {
            return compare_durations(*x, *b.as<CalendarDuration>());
        }
        if (const auto* x = a.as<Money>()) {
            const Money& y = *b.as<Money>();
            if (x->currency == y.currency) return x->minor <=> y.minor;
        }
        return std::partial_ordering::unordered;
    }
    const auto* whole = a.as<std::int64_t>();
    const auto* real = b.as<double>();
    if (whole != nullptr && real != nullptr) return compare_mixed(*whole, *real);
    whole = b.as<std::int64_t>();
    real = a.as<double>();
    if (whole != nullptr && real != nullptr) return 0 <=> compare_mixed(*whole, *real);
    // A date against an instant is the midnight that begins it.
    if (const auto* at = a.as<Instant>()) {
        if (const auto* date = b.as<Date>()) return *at <=> midnight(*date, zone);
    }
    if (const auto* date = a.as<Date>()) {
        if (const auto* at = b.as<Instant>()) return midnight(*date, zone) <=> *at;
    }
    return std::partial_ordering::unordered;
}

bool equal(const Value& a, const Value& b, const Zone& zone) {
    if (const auto* x = a.as<bool>()) {
        const auto* y = b.as<bool>();
        return y != nullptr && *x == *y;
    }
    if (const auto* x = a.as<List>()) {
        const auto* y = b.as<List>();
        return y != nullptr && x->size() == y->size() &&
               std::equal(
                   x->begin(), x->end(), y->begin(),
                   [&](const Value& one, const Value& two) { return equal(one, two, zone); });
    }
    if (const auto* x = a.as<Record>()) {
        const auto* y = b.as<Record>();
        return y != nullptr && *x == *y;
    }
    // 1 day and 24 hours are not the same; only the order has to settle for bounds.
    if (const auto* x = a.as<CalendarDuration>()) {
        const auto* y = b.as<CalendarDuration>();
        return y != nullptr && *x == *y;
    }
    return compare(a, b, zone) == 0;
}

Value add(const Value& a, const Value& b, const Zone& zone) {
    if (auto sum = numbers(a, b, plus, [](double x, double y) { return x + y; })) {
        return std::move(*sum);
    }
    if (const auto* duration = b.as<CalendarDuration>()) return add_duration(a, *duration, zone);
    if (const auto* duration = a.as<CalendarDuration>()) return add_duration(b, *duration, zone);
    const auto* x = a.as<Money>();
    const auto* y = b.as<Money>();
    if (x != nullptr && y != nullptr && x->currency == y->currency) {
        return money_or_missing(plus(x->minor, y->minor), x->currency);
    }
    return {};
}

Value subtract(const Value& a, const Value& b, const Zone& zone) {
    const auto* at = a.as<Instant>();
    if (const auto* duration = b.as<CalendarDuration>()) {
        if (at != nullptr) return calendar::subtract(*at, *duration, zone);
        const Value back = negate(b);
        const auto* negative = back.as<CalendarDuration>();
        return negative != nullptr ? add_duration(a, *negative, zone) : Value();
    }
    const auto* other = b.as<Instant>();
    if (at != nullptr && other != nullptr) return exact_between(*other, *at);
    const auto* date = a.as<Date>();
    const auto* other_date = b.as<Date>();
    if (date != nullptr && other_date != nullptr) {
        const std::int64_t days = std::int64_t{date->days} - other_date->days;
        return duration_or_missing(0, days, 0);
    }
    const auto difference = [](std::int64_t x, std::int64_t y) -> std::optional<std::int64_t> {
        std::int64_t result = 0;
        if (__builtin_sub_overflow(x, y, &result)) return std::nullopt;
        return result;
    };
    if (auto left = numbers(a, b, difference, [](double x, double y) { return x - y; })) {
        return std::move(*left);
    }
    const auto* x = a.as<Money>();
    const auto* y = b.as<Money>();
    if (x != nullptr && y != nullptr && x->currency == y->currency) {
        return money_or_missing(difference(x->minor, y->minor), x->currency);
    }
    return {};
}

Value multiply(const Value& a, const Value& b) {
    if (auto product = numbers(a, b, times, [](double x, double y) { return x * y; })) {
        return std::move(*product);
    }
    if (const auto* money = a.as<Money>()) return scale(*money, b);
    if (const auto* money = b.as<Money>()) return scale(*money, a);
    if (const auto* duration = a.as<CalendarDuration>()) return scale(*duration, b);
    if (const auto* duration = b.as<CalendarDuration>()) return scale(*duration, a);
    return {};
}

Value divide(const Value& a, const Value& b, ir::TypeKind type) {
    if (const auto* money = a.as<Money>()) return divide_money(*money, b);
    if (const auto* duration = a.as<CalendarDuration>()) return divide_duration(*duration, b);
    const auto* x = a.as<std::int64_t>();
    const auto* y = b.as<std::int64_t>();
    if (x != nullptr && y != nullptr && type == ir::TypeKind::integer) {
        if (*y == 0) return {};
        return *y == -1 ? integer_or_missing(minus(*x)) : Value(*x / *y);
    }
    const auto over = as_real(a);
    const auto by = as_real(b);
    if (!over || !by || *by == 0) return {};
    return finite(*over / *by);
}

Value negate(const Value& a) {
    if (const auto* whole = a.as<std::int64_t>()) return integer_or_missing(minus(*whole));
    if (const auto* real = a.as<double>()) return -*real;
    if (const auto* money = a.as<Money>())
        return money_or_missing(minus(money->minor), money->currency);
    if (const auto* duration = a.as<CalendarDuration>()) {
        return duration_or_missing(minus(duration->months), minus(duration->days),
                                   minus(duration->seconds));
    }
    return {};
}

CalendarDuration exact_between(Instant from, Instant to) {
    // Seconds first: the difference of two far instants does not fit in microseconds.
    constexpr std::int64_t kMicros = 1'000'000;
    const auto seconds = [](Instant at) {
        return micros_of(at) / kMicros - (micros_of(at) % kMicros < 0 ? 1 : 0);
    };
    const auto rest = [](Instant at) { return (micros_of(at) % kMicros + kMicros) % kMicros; };
    std::int64_t whole = seconds(to) - seconds(from);
    if (rest(to) < rest(from)) --whole;
    return CalendarDuration{0, 0, whole};
}

}  // namespace journey::expr
