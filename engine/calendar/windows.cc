#include "engine/calendar/zone.h"

#include <limits>

namespace journey::calendar {
namespace {

bool holds(std::int32_t of_day, std::int32_t from, std::int32_t to) {
    if (from <= to) return of_day >= from && of_day < to;
    return of_day >= from || of_day < to;
}

Instant midnight(Date date, const Zone& zone) {
    return to_instant({date, TimeOfDay{0}}, zone);
}

}  // namespace

Instant next_time(Instant from, TimeOfDay time, std::optional<std::uint8_t> weekday,
                  const Zone& zone) {
    if (from == kNever) return kNever;
    const Date today = to_local(from, zone).date;
    // From yesterday, whose 24:00 may be now; a week and a day find any weekday.
    for (std::int32_t day = -1; day <= 8; ++day) {
        const Date date{today.days + day};
        if (weekday && weekday_of(date) != *weekday) continue;
        const Instant at = to_instant({date, time}, zone);
        if (at >= from) return at;
    }
    return kNever;
}

Instant start_of_day(Instant at, const Zone& zone) {
    return midnight(to_local(at, zone).date, zone);
}

Instant start_of_week(Instant at, std::uint8_t first_day, const Zone& zone) {
    const Date today = to_local(at, zone).date;
    const std::int32_t gone = (weekday_of(today) - first_day + 7) % 7;
    return midnight(Date{today.days - gone}, zone);
}

Instant start_of_month(Instant at, const Zone& zone) {
    const Date today = to_local(at, zone).date;
    return midnight(Date{today.days - static_cast<std::int32_t>(civil_of(today).day) + 1}, zone);
}

Instant start_of_year(Instant at, const Zone& zone) {
    Civil first = civil_of(to_local(at, zone).date);
    first.month = 1;
    first.day = 1;
    return midnight(date_of(first).value(), zone);
}

bool inside_daily_window(Instant at, std::int32_t from_seconds, std::int32_t to_seconds,
                         const Zone& zone) {
    return holds(to_local(at, zone).time.seconds, from_seconds, to_seconds);
}

Instant end_of_daily_window(Instant at, std::int32_t from_seconds, std::int32_t to_seconds,
                            const Zone& zone) {
    if (!inside_daily_window(at, from_seconds, to_seconds, zone)) return at;
    if (from_seconds == 0 && to_seconds == kSecondsOfDay) return kNever;
    const auto& spans = zone.spans();
    std::int64_t seconds = seconds_of(at);
    // Either this span's clock reaches `to`, or the clock changes first and may jump out of the
    // window, or back into it for another hour.
    for (std::size_t i = zone.span_at(seconds); i < spans.size(); ++i) {
        const std::int64_t of_day = to_local(instant_of_seconds(seconds), zone).time.seconds;
        const std::int64_t left = (to_seconds - of_day + kSecondsOfDay) % kSecondsOfDay;
        const std::int64_t end = seconds + left;
        if (i + 1 == spans.size() || end < spans[i + 1].from) return instant_of_seconds(end);
        seconds = spans[i + 1].from;
        const Instant change = instant_of_seconds(seconds);
        if (!inside_daily_window(change, from_seconds, to_seconds, zone)) return change;
    }
    return kNever;
}

}  // namespace journey::calendar
