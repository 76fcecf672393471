#pragma once
// The door of engine/calendar: zones, civil time, windows. One rule for the spring gap (the instant of the transition, the
// earliest valid moment) and one for the autumn fold (the earlier of the two). LANGUAGE 1.6, 2.11.

#include "engine/base/base.h"

namespace journey::calendar {

/// A zone of the system's database, valid for the life of the process. Null when there is none of that name.
/// Thread safe; a lookup costs a hash probe after the first.
class Zone;
const Zone* find_zone(std::string_view name);
const Zone& utc();
/// Without a zone database (no /usr/share/zoneinfo) there is only "UTC".
bool has_zone_database();
std::string_view name_of(const Zone& zone);
/// Nearby names for a misspelt zone.
std::vector<std::string> zone_names_near(std::string_view name);

struct Local {
    Date date;
    TimeOfDay time;
};

Local to_local(Instant at, const Zone& zone);
/// Gap: the transition. Fold: the earlier.
Instant to_instant(const Local& local, const Zone& zone);

/// Months (end of month clamped) and days on the local date, then seconds exactly.
Instant add(Instant at, const CalendarDuration& duration, const Zone& zone);
Instant subtract(Instant at, const CalendarDuration& duration, const Zone& zone);

/// The first instant after or at `from` whose local time is `time` (and whose weekday is `weekday`, 1 = Monday, when given).
/// Today counts when the time is still ahead.
Instant next_time(Instant from, TimeOfDay time, std::optional<std::uint8_t> weekday,
                  const Zone& zone);

/// Midnight that starts the local day, week (from Monday = 1 or another first day), month or year that holds `at`.
Instant start_of_day(Instant at, const Zone& zone);
Instant start_of_week(Instant at, std::uint8_t first_day, const Zone& zone);
Instant start_of_month(Instant at, const Zone& zone);
Instant start_of_year(Instant at, const Zone& zone);

/// Is the local time of `at` inside [from, to)? from > to spans midnight.
bool inside_daily_window(Instant at, std::int32_t from_seconds, std::int32_t to_seconds,
                         const Zone& zone);
/// The next instant at which the window is not in force: `at` itself when outside. kNever for a window of 24 hours.
Instant end_of_daily_window(Instant at, std::int32_t from_seconds, std::int32_t to_seconds,
                            const Zone& zone);

std::uint8_t weekday_of(Date date);  // 1 = Monday … 7 = Sunday
struct Civil {
    int year = 1970;
    unsigned month = 1;
    unsigned day = 1;
};
Civil civil_of(Date date);
std::optional<Date> date_of(const Civil& civil);  // none for impossible dates

/// Bounds in seconds of what a calendar duration may last (a day 23 to 25 h, a month 28 to 31 d).
struct Bounds {
    std::int64_t least = 0;
    std::int64_t most = 0;
};
Bounds bounds_of(const CalendarDuration& duration);

}  // namespace journey::calendar
