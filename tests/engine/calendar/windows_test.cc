#include "engine/calendar/calendar.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::calendar;

namespace {

constexpr std::int32_t kHour = 3600;

Instant at(std::string_view text) {
    return parse_instant(text).value();
}

const Zone& zone(std::string_view name) {
    return *find_zone(name);
}

}  // namespace

TEST_CASE("the next time of day is today while it is ahead", "[calendar]") {
    struct Row {
        std::string label;
        std::string from;
        std::int32_t time;
        std::optional<std::uint8_t> weekday;
        std::string zone;
        std::string expected;
    };
    const auto row = GENERATE(values<Row>({
        {"still ahead",
         "2026-03-02T00:00:00Z",
         10 * kHour,
         {},
         "Asia/Shanghai",
         "2026-03-02T02:00:00Z"},
        {"just now counts",
         "2026-03-02T02:00:00Z",
         10 * kHour,
         {},
         "Asia/Shanghai",
         "2026-03-02T02:00:00Z"},
        {"a microsecond late is tomorrow",
         "2026-03-02T02:00:00.000001Z",
         10 * kHour,
         {},
         "Asia/Shanghai",
         "2026-03-03T02:00:00Z"},
        {"Tuesday before ten is today", "2026-03-03T01:00:00Z", 10 * kHour, 2, "Asia/Shanghai",
         "2026-03-03T02:00:00Z"},
        {"Tuesday after ten is in a week", "2026-03-03T03:00:00Z", 10 * kHour, 2, "Asia/Shanghai",
         "2026-03-10T02:00:00Z"},
        {"Monday from a Tuesday", "2026-03-03T03:00:00Z", 10 * kHour, 1, "Asia/Shanghai",
         "2026-03-09T02:00:00Z"},
        {"into the gap",
         "2026-03-28T12:00:00Z",
         2 * kHour + 1800,
         {},
         "Europe/Berlin",
         "2026-03-29T01:00:00Z"},
        {"the fold's second half is past it",
         "2026-10-25T01:10:00Z",
         2 * kHour + 600,
         {},
         "Europe/Berlin",
         "2026-10-26T01:10:00Z"},
        {"24:00 is tonight", "2026-03-02T12:00:00Z", 24 * kHour, {}, "UTC", "2026-03-03T00:00:00Z"},
        {"24:00 at midnight is now",
         "2026-03-02T00:00:00Z",
         24 * kHour,
         {},
         "UTC",
         "2026-03-02T00:00:00Z"},
    }));
    CAPTURE(row.label);
    CHECK(format_instant(next_time(at(row.from), {row.time}, row.weekday, zone(row.zone))) ==
          format_instant(at(row.expected)));
}

TEST_CASE("days, weeks and months start at local midnight", "[calendar]") {
    const Instant moment = at("2026-03-29T10:00:00Z");  // a Sunday
    const Zone& berlin = zone("Europe/Berlin");
    CHECK(start_of_day(moment, berlin) == at("2026-03-28T23:00:00Z"));
    CHECK(start_of_week(moment, 1, berlin) == at("2026-03-22T23:00:00Z"));
    CHECK(start_of_week(moment, 7, berlin) == at("2026-03-28T23:00:00Z"));
    CHECK(start_of_month(moment, berlin) == at("2026-02-28T23:00:00Z"));
    // A day whose midnight is skipped begins at one.
    CHECK(start_of_day(at("2026-03-29T10:00:00Z"), zone("Asia/Beirut")) ==
          at("2026-03-28T22:00:00Z"));
}

TEST_CASE("windows of the day", "[calendar]") {
    struct Row {
        std::string label;
        std::string now;
        std::int32_t from;
        std::int32_t to;
        std::string zone;
        bool inside;
        std::string end;
    };
    const std::int32_t night = 21 * kHour + 1800;
    const std::int32_t morning = 9 * kHour;
    const auto row = GENERATE_COPY(values<Row>({
        {"by day", "2026-03-02T04:00:00Z", night, morning, "Asia/Shanghai", false,
         "2026-03-02T04:00:00Z"},
        {"in the evening", "2026-03-02T14:00:00Z", night, morning, "Asia/Shanghai", true,
         "2026-03-03T01:00:00Z"},
        {"the first moment", "2026-03-02T13:30:00Z", night, morning, "Asia/Shanghai", true,
         "2026-03-03T01:00:00Z"},
        {"after midnight", "2026-03-02T17:00:00Z", night, morning, "Asia/Shanghai", true,
         "2026-03-03T01:00:00Z"},
        {"the last moment", "2026-03-03T00:59:59.999999Z", night, morning, "Asia/Shanghai", true,
         "2026-03-03T01:00:00Z"},
        {"the end is out", "2026-03-03T01:00:00Z", night, morning, "Asia/Shanghai", false,
         "2026-03-03T01:00:00Z"},
        {"a night an hour shorter", "2026-03-28T21:00:00Z", night, morning, "Europe/Berlin", true,
         "2026-03-29T07:00:00Z"},
        {"the gap jumps out of the window", "2026-03-29T00:30:00Z", kHour, 2 * kHour + 1800,
         "Europe/Berlin", true, "2026-03-29T01:00:00Z"},
        {"the first half of a fold", "2026-10-25T00:10:00Z", kHour, 2 * kHour + 1800,
         "Europe/Berlin", true, "2026-10-25T00:30:00Z"},
        {"the second half of a fold", "2026-10-25T01:10:00Z", kHour, 2 * kHour + 1800,
         "Europe/Berlin", true, "2026-10-25T01:30:00Z"},
        {"within a day", "2026-03-02T12:30:00Z", 12 * kHour, 13 * kHour, "UTC", true,
         "2026-03-02T13:00:00Z"},
        {"until midnight", "2026-03-02T23:00:00Z", 22 * kHour, 24 * kHour, "UTC", true,
         "2026-03-03T00:00:00Z"},
        {"an empty window", "2026-03-02T12:00:00Z", 12 * kHour, 12 * kHour, "UTC", false,
         "2026-03-02T12:00:00Z"},
    }));
    CAPTURE(row.label);
    CHECK(inside_daily_window(at(row.now), row.from, row.to, zone(row.zone)) == row.inside);
    CHECK(micros_of(end_of_daily_window(at(row.now), row.from, row.to, zone(row.zone))) ==
          micros_of(at(row.end)));
}

TEST_CASE("a window of 24 hours never ends", "[calendar]") {
    CHECK(end_of_daily_window(at("2026-03-02T12:00:00Z"), 0, 24 * kHour, utc()) == kNever);
}

TEST_CASE("the end of a window is outside of it, and nothing before the end is", "[calendar]") {
    Rng rng(11);
    for (const char* name : {"Europe/Berlin", "Asia/Beirut", "Australia/Lord_Howe",
                             "America/St_Johns", "Asia/Shanghai"}) {
        const Zone& here = zone(name);
        for (int i = 0; i < 5000; ++i) {
            const auto from = static_cast<std::int32_t>(rng.below(96)) * 900;
            const auto to = static_cast<std::int32_t>(rng.below(96)) * 900;
            const Instant now =
                instant_of(static_cast<std::int64_t>(rng.below(2'000'000'000)) * 1'000'000);
            const Instant end = end_of_daily_window(now, from, to, here);
            CAPTURE(name, micros_of(now), from, to);
            REQUIRE(end >= now);
            REQUIRE(end - now < std::chrono::hours(26));
            REQUIRE_FALSE(inside_daily_window(end, from, to, here));
            if (end == now) continue;
            REQUIRE(inside_daily_window(end - Micros{1}, from, to, here));
            const Instant middle = now + (end - now) / 2;
            REQUIRE(inside_daily_window(middle, from, to, here));
        }
    }
}
