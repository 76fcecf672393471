#include "engine/calendar/zone.h"

#include <algorithm>
#include <limits>

// Dates alone. std::chrono::year ends at 32767 and an Instant at 294247, so the conversions are H.
// Hinnant's "chrono-Compatible Low-Level Date Algorithms" in 64 bits.

namespace journey::calendar {
namespace {

constexpr std::int64_t kDaysOfEra = 146'097;  // 400 years
constexpr std::int64_t kEpochShift = 719'468;
constexpr std::int64_t kMicrosOfSecond = 1'000'000;

struct Ymd {
    std::int64_t year = 0;
    int month = 0;
    int day = 0;
};

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

Ymd ymd_of(std::int64_t days) {
    const std::int64_t shifted = days + kEpochShift;
    const std::int64_t era = floor_div(shifted, kDaysOfEra);
    const std::int64_t of_era = shifted - era * kDaysOfEra;
    const std::int64_t year_of_era =
        (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted_month = (5 * of_year + 2) / 153;
    const int day = static_cast<int>(of_year - (153 * shifted_month + 2) / 5 + 1);
    const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

std::int64_t days_of(const Ymd& ymd) {
    const std::int64_t year = ymd.month <= 2 ? ymd.year - 1 : ymd.year;
    const std::int64_t era = floor_div(year, 400);
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t shifted_month = ymd.month > 2 ? ymd.month - 3 : ymd.month + 9;
    const std::int64_t of_year = (153 * shifted_month + 2) / 5 + ymd.day - 1;
    const std::int64_t of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    return era * kDaysOfEra + of_era - kEpochShift;
}

int last_day(std::int64_t year, int month) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month == 2) return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::int32_t clamp_days(std::int64_t days) {
    using Limits = std::numeric_limits<std::int32_t>;
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(days, Limits::min(), Limits::max()));
}

std::int64_t add_saturating(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b > 0 ? std::numeric_limits<std::int64_t>::max()
                 : std::numeric_limits<std::int64_t>::min();
}

struct Parts {
    std::int64_t months = 0;
    std::int64_t days = 0;
    std::int64_t seconds = 0;
};

Instant add_parts(Instant at, const Parts& parts, const Zone& zone) {
    if (at == kNever) return kNever;
    std::int64_t seconds = seconds_of(at);
    // Not `at` less its seconds: those of the earliest instant lie before it.
    const Micros rest{(micros_of(at) % kMicrosOfSecond + kMicrosOfSecond) % kMicrosOfSecond};
    if (parts.months != 0 || parts.days != 0) {
        Local local = to_local(at, zone);
        local.date = add_months(local.date, parts.months);
        local.date.days = clamp_days(local.date.days + parts.days);
        seconds = seconds_of(to_instant(local, zone));
    }
    return instant_of_seconds(add_saturating(seconds, parts.seconds), rest);
}

// The fewest and the most days that this many months in a row can have, within a year.
struct DaySpread {
    std::int64_t least;
    std::int64_t most;
};
constexpr std::array<DaySpread, 12> kMonthsInARow{{{0, 0},
                                                   {28, 31},
                                                   {59, 62},
                                                   {89, 92},
                                                   {120, 123},
                                                   {150, 153},
                                                   {181, 184},
                                                   {212, 215},
                                                   {242, 245},
                                                   {273, 276},
                                                   {303, 306},
                                                   {334, 337}}};

DaySpread days_in_months(std::int64_t months) {
    const DaySpread rest = kMonthsInARow[static_cast<std::size_t>(months % 12)];
    return {months / 12 * 365 + rest.least, months / 12 * 366 + rest.most};
}

}  // namespace

std::int64_t seconds_of(Instant at) {
    return floor_div(micros_of(at), kMicrosOfSecond);
}

Instant instant_of_seconds(std::int64_t seconds, Micros rest) {
    // One second away from the ends, so that `rest` fits too.
    if (seconds >= std::numeric_limits<std::int64_t>::max() / kMicrosOfSecond) return kNever;
    if (seconds <= std::numeric_limits<std::int64_t>::min() / kMicrosOfSecond) {
        return Instant::min();
    }
    return Instant{std::chrono::seconds{seconds} + rest};
}

Date add_months(Date date, std::int64_t months) {
    if (months == 0) return date;
    Ymd ymd = ymd_of(date.days);
    const std::int64_t from_zero = ymd.year * 12 + ymd.month - 1 + months;
    ymd.year = floor_div(from_zero, 12);
    ymd.month = static_cast<int>(from_zero - ymd.year * 12) + 1;
    ymd.day = std::min(ymd.day, last_day(ymd.year, ymd.month));
    return Date{clamp_days(days_of(ymd))};
}

Instant add(Instant at, const CalendarDuration& duration, const Zone& zone) {
    return add_parts(at, {duration.months, duration.days, duration.seconds}, zone);
}

Instant subtract(Instant at, const CalendarDuration& duration, const Zone& zone) {
    const std::int64_t seconds = duration.seconds == std::numeric_limits<std::int64_t>::min()
                                     ? std::numeric_limits<std::int64_t>::max()
                                     : -duration.seconds;
    return add_parts(at, {-std::int64_t{duration.months}, -std::int64_t{duration.days}, seconds},
                     zone);
}

std::uint8_t weekday_of(Date date) {
    // 1970-01-01 was a Thursday.
    const std::int64_t from_monday = (std::int64_t{date.days} + 3) % 7;
    return static_cast<std::uint8_t>((from_monday + 7) % 7 + 1);
}

Civil civil_of(Date date) {
    const Ymd ymd = ymd_of(date.days);
    return {static_cast<int>(ymd.year), static_cast<unsigned>(ymd.month),
            static_cast<unsigned>(ymd.day)};
}

std::optional<Date> date_of(const Civil& civil) {
    if (civil.month < 1 || civil.month > 12 || civil.day < 1 || civil.day > 31) return std::nullopt;
    const Ymd ymd{civil.year, static_cast<int>(civil.month), static_cast<int>(civil.day)};
    if (ymd.day > last_day(ymd.year, ymd.month)) return std::nullopt;
    const std::int64_t days = days_of(ymd);
    if (days != clamp_days(days)) return std::nullopt;
    return Date{static_cast<std::int32_t>(days)};
}

Bounds bounds_of(const CalendarDuration& duration) {
    // One change of the clock, whatever the number of days.
    constexpr std::int64_t kClockChange = 3600;
    const DaySpread months = days_in_months(std::abs(std::int64_t{duration.months}));
    const bool back = duration.months < 0;
    const std::int64_t days = duration.days;
    Bounds bounds{(days + (back ? -months.most : months.least)) * kSecondsOfDay,
                  (days + (back ? -months.least : months.most)) * kSecondsOfDay};
    if (duration.months != 0 || days != 0) {
        bounds.least -= kClockChange;
        bounds.most += kClockChange;
    }
    bounds.least = add_saturating(bounds.least, duration.seconds);
    bounds.most = add_saturating(bounds.most, duration.seconds);
    return bounds;
}

}  // namespace journey::calendar
