#include "engine/calendar/calendar.h"

#include <catch2/catch.hpp>
#include <date/date.h>
#include <limits>

using namespace journey;
using namespace journey::calendar;

namespace {

Instant at(std::string_view text) {
    return parse_instant(text).value();
}

const Zone& zone(std::string_view name) {
    return *find_zone(name);
}

}  // namespace

TEST_CASE("dates and days agree with the date library for four centuries", "[calendar]") {
    for (int days = -150'000; days < 150'000; days += 7) {
        const date::year_month_day theirs{date::sys_days{date::days{days}}};
        const Civil ours = civil_of(Date{days});
        REQUIRE(ours.year == int{theirs.year()});
        REQUIRE(ours.month == unsigned{theirs.month()});
        REQUIRE(ours.day == unsigned{theirs.day()});
        REQUIRE(date_of(ours) == Date{days});
        REQUIRE(weekday_of(Date{days}) ==
                date::weekday{date::sys_days{date::days{days}}}.iso_encoding());
    }
}

TEST_CASE("impossible dates are none", "[calendar]") {
    CHECK(date_of({2024, 2, 29}).has_value());
    CHECK_FALSE(date_of({2023, 2, 29}).has_value());
    CHECK_FALSE(date_of({1900, 2, 29}).has_value());
    CHECK(date_of({2000, 2, 29}).has_value());
    CHECK_FALSE(date_of({2026, 4, 31}).has_value());
    CHECK_FALSE(date_of({2026, 0, 1}).has_value());
    CHECK_FALSE(date_of({2026, 13, 1}).has_value());
    CHECK_FALSE(date_of({2026, 1, 0}).has_value());
    CHECK_FALSE(date_of({std::numeric_limits<int>::max(), 1, 1}).has_value());
}

TEST_CASE("durations are added on the local calendar, then exactly", "[calendar]") {
    struct Row {
        std::string label;
        std::string from;
        CalendarDuration duration;
        std::string zone;
        std::string expected;
    };
    const auto row = GENERATE(values<Row>({
        {"a day over the spring change keeps the clock",
         "2026-03-28T09:00:00Z",
         {0, 1, 0},
         "Europe/Berlin",
         "2026-03-29T08:00:00Z"},
        {"24 hours do not",
         "2026-03-28T09:00:00Z",
         {0, 0, 86'400},
         "Europe/Berlin",
         "2026-03-29T09:00:00Z"},
        {"a day into the gap ends at the change",
         "2026-03-28T01:30:00Z",
         {0, 1, 0},
         "Europe/Berlin",
         "2026-03-29T01:00:00Z"},
        {"a day into the fold takes the earlier",
         "2026-10-24T00:30:00Z",
         {0, 1, 0},
         "Europe/Berlin",
         "2026-10-25T00:30:00Z"},
        {"days first, hours after",
         "2026-03-28T01:30:00Z",
         {0, 1, 3600},
         "Europe/Berlin",
         "2026-03-29T02:00:00Z"},
        {"nothing moves nothing, in the later half of a fold too",
         "2026-10-25T01:30:00Z",
         {0, 0, 0},
         "Europe/Berlin",
         "2026-10-25T01:30:00Z"},
        {"the end of a short month",
         "2026-01-31T12:00:00Z",
         {1, 0, 0},
         "UTC",
         "2026-02-28T12:00:00Z"},
        {"the end of a leap February",
         "2024-01-31T12:00:00Z",
         {1, 0, 0},
         "UTC",
         "2024-02-29T12:00:00Z"},
        {"a leap day, a year on",
         "2024-02-29T12:00:00Z",
         {12, 0, 0},
         "UTC",
         "2025-02-28T12:00:00Z"},
        {"over the turn of the year",
         "2025-11-30T12:00:00Z",
         {3, 1, 0},
         "UTC",
         "2026-03-01T12:00:00Z"},
        {"back over the turn of the year",
         "2026-01-15T12:00:00Z",
         {-2, 0, 0},
         "UTC",
         "2025-11-15T12:00:00Z"},
        {"fractions stay",
         "2026-01-15T12:00:00.123456Z",
         {0, 1, 1},
         "Asia/Shanghai",
         "2026-01-16T12:00:01.123456Z"},
    }));
    CAPTURE(row.label);
    CHECK(micros_of(add(at(row.from), row.duration, zone(row.zone))) ==
          micros_of(at(row.expected)));
}

TEST_CASE("subtracting goes back on the local calendar", "[calendar]") {
    const Zone& berlin = zone("Europe/Berlin");
    CHECK(subtract(at("2026-03-29T08:00:00Z"), {0, 1, 0}, berlin) == at("2026-03-28T09:00:00Z"));
    CHECK(subtract(at("2026-03-31T10:00:00Z"), {1, 0, 0}, berlin) == at("2026-02-28T11:00:00Z"));
    CHECK(subtract(at("2026-03-31T10:00:00Z"), {0, 0, 60}, berlin) == at("2026-03-31T09:59:00Z"));
}

TEST_CASE("arithmetic ends at the ends of time instead of wrapping", "[calendar]") {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
    constexpr auto kMostDays = std::numeric_limits<std::int32_t>::max();
    constexpr auto kLeastDays = std::numeric_limits<std::int32_t>::min();
    const Instant now = at("2026-03-28T09:00:00Z");
    const Zone& berlin = zone("Europe/Berlin");
    CHECK(add(now, {0, 0, kMost}, berlin) == kNever);
    CHECK(add(now, {kMostDays, kMostDays, kMost}, berlin) == kNever);
    CHECK(add(now, {kMostDays, 0, 0}, berlin) == kNever);
    CHECK(add(kNever, {0, 1, 0}, berlin) == kNever);
    CHECK(add(now, {kLeastDays, kLeastDays, kLeast}, berlin) == Instant::min());
    CHECK(subtract(now, {kLeastDays, kLeastDays, kLeast}, berlin) == kNever);
    CHECK(subtract(now, {0, 0, kMost}, berlin) == Instant::min());
    CHECK(add(Instant::min(), {0, -1, 0}, berlin) == Instant::min());
    CHECK(add(Instant::max() - Micros{1}, {0, 1, 0}, berlin) == kNever);
}

TEST_CASE("adding never goes back, whatever the moment", "[calendar]") {
    Rng rng(7);
    for (const char* name :
         {"Europe/Berlin", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia"}) {
        const Zone& here = zone(name);
        for (int i = 0; i < 20'000; ++i) {
            const Instant from =

                instant_of(800'000'000'000'000 +
                           static_cast<std::int64_t>(rng.below(1'400'000'000'000'000)));
            const CalendarDuration duration{static_cast<std::int32_t>(rng.below(15)),
                                            static_cast<std::int32_t>(rng.below(40)),
                                            static_cast<std::int64_t>(rng.below(90'000))};
            const Instant to = add(from, duration, here);
            const Bounds bounds = bounds_of(duration);
            const std::int64_t took = (micros_of(to) - micros_of(from)) / 1'000'000;
            CAPTURE(name, micros_of(from), duration.months, duration.days, duration.seconds);
            // From 1995: before, countries changed more than an hour at once. Apia did in 2011, by
            // a day.
            const std::int64_t slack = std::string_view(name) == "Pacific/Apia" ? 86'400 : 0;
            REQUIRE(took >= bounds.least - slack);
            REQUIRE(took <= bounds.most + slack);
        }
    }
}

TEST_CASE("bounds of durations", "[calendar]") {
    struct Row {
        std::string label;
        CalendarDuration duration;
        std::int64_t least;
        std::int64_t most;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", {0, 0, 0}, 0, 0},
        {"seconds are exact", {0, 0, 90}, 90, 90},
        {"a day", {0, 1, 0}, 23 * 3600, 25 * 3600},
        {"ten days change the clock once", {0, 10, 0}, 239 * 3600, 241 * 3600},
        {"a month", {1, 0, 0}, 28 * 86'400 - 3600, 31 * 86'400 + 3600},
        {"a year", {12, 0, 0}, 365 * 86'400 - 3600, 366 * 86'400 + 3600},
        {"back", {0, -1, 0}, -25 * 3600, -23 * 3600},
    }));
    CAPTURE(row.label);
    CHECK(bounds_of(row.duration).least == row.least);
    CHECK(bounds_of(row.duration).most == row.most);
}
