#include "engine/calendar/calendar.h"

#include <catch2/catch.hpp>
#include <date/tz.h>
#include <thread>

using namespace journey;
using namespace journey::calendar;

namespace {

Instant at(std::string_view text) {
    return parse_instant(text).value();
}

Local local(std::string_view date, int hour, int minute, int second = 0) {
    return {parse_date(date).value(), TimeOfDay{hour * 3600 + minute * 60 + second}};
}

std::string text_of(const Local& it) {
    return format_date(it.date) + " " + format_time_of_day(it.time);
}

const Zone& zone(std::string_view name) {
    const Zone* found = find_zone(name);
    REQUIRE(found != nullptr);
    return *found;
}

// With and without summer time, both hemispheres, half hours, a shift of half an hour, midnight
// shifts.
const std::vector<std::string> kZones{
    "Europe/Berlin",    "America/New_York",    "Asia/Shanghai",
    "Asia/Kolkata",     "Australia/Lord_Howe", "America/Sao_Paulo",
    "Pacific/Apia",     "Africa/Casablanca",   "America/St_Johns",
    "Pacific/Auckland", "America/Havana",      "Asia/Beirut",
    "Etc/UTC",          "Europe/Dublin",       "America/Nuuk"};

// What the library answers, by our two rules.
Instant expected_instant(const date::time_zone* theirs, date::local_seconds wanted) {
    const date::local_info info = theirs->get_info(wanted);
    if (info.result == date::local_info::nonexistent) return Instant{info.first.end};
    return Instant{(wanted - info.first.offset).time_since_epoch()};
}

}  // namespace

TEST_CASE("local times are those of the date library at every change of the clock", "[calendar]") {
    REQUIRE(has_zone_database());
    for (const std::string& name : kZones) {
        CAPTURE(name);
        const Zone& ours = zone(name);
        const date::time_zone* theirs = date::locate_zone(name);
        date::sys_seconds change = date::sys_days{date::year{2000} / 1 / 1};
        const date::sys_seconds end = date::sys_days{date::year{2037} / 1 / 1};
        int changes = 0;
        while (change < end) {
            for (int offset_s : {-7201, -3600, -1801, -1, 0, 1, 1800, 3599, 3600, 7200, 86'400}) {
                const date::sys_seconds moment = change + std::chrono::seconds{offset_s};
                const auto wanted = date::zoned_time<std::chrono::seconds>(theirs, moment)
                                        .get_local_time()
                                        .time_since_epoch()
                                        .count();
                const Local got = to_local(Instant{moment}, ours);
                REQUIRE(std::int64_t{got.date.days} * 86'400 + got.time.seconds == wanted);
            }
            const date::sys_info info = theirs->get_info(change);
            if (info.end <= change) break;
            change = info.end;
            ++changes;
        }
        CHECK(changes >= 0);
    }
}

TEST_CASE("gaps end at the change and folds take the earlier, like the date library",
          "[calendar]") {
    for (const std::string& name : kZones) {
        CAPTURE(name);
        const Zone& ours = zone(name);
        const date::time_zone* theirs = date::locate_zone(name);
        date::sys_seconds change = date::sys_days{date::year{2005} / 1 / 1};
        const date::sys_seconds end = date::sys_days{date::year{2037} / 1 / 1};
        while (change < end) {
            const date::sys_info info = theirs->get_info(change);
            // Every ten minutes around the change, on the clock of both sides.
            for (int minutes = -200; minutes <= 200; minutes += 10) {
                const auto wanted = date::local_seconds{
                    (change + info.offset + std::chrono::minutes{minutes}).time_since_epoch()};
                const auto seconds = wanted.time_since_epoch().count();
                const std::int64_t day = date::floor<date::days>(wanted).time_since_epoch().count();
                const Local asked{Date{static_cast<std::int32_t>(day)},
                                  TimeOfDay{static_cast<std::int32_t>(seconds - day * 86'400)}};
                CAPTURE(text_of(asked));
                REQUIRE(to_instant(asked, ours) == expected_instant(theirs, wanted));
            }
            if (info.end <= change) break;
            change = info.end;
        }
    }
}

TEST_CASE("the two rules, spelled out", "[calendar]") {
    struct Row {
        std::string label;
        std::string zone;
        Local asked;
        std::string expected;
    };
    const auto row = GENERATE(values<Row>({
        {"a plain winter morning", "Europe/Berlin", local("2026-01-15", 9, 0),
         "2026-01-15T08:00:00Z"},
        {"a plain summer morning", "Europe/Berlin", local("2026-07-15", 9, 0),
         "2026-07-15T07:00:00Z"},
        {"a skipped hour is the change", "Europe/Berlin", local("2026-03-29", 2, 30),
         "2026-03-29T01:00:00Z"},
        {"the first moment after the gap", "Europe/Berlin", local("2026-03-29", 3, 0),
         "2026-03-29T01:00:00Z"},
        {"a repeated hour is the earlier", "Europe/Berlin", local("2026-10-25", 2, 30),
         "2026-10-25T00:30:00Z"},
        {"after the repeated hour", "Europe/Berlin", local("2026-10-25", 3, 0),
         "2026-10-25T02:00:00Z"},
        {"New York skips too", "America/New_York", local("2026-03-08", 2, 15),
         "2026-03-08T07:00:00Z"},
        {"a skipped midnight", "Asia/Beirut", local("2026-03-29", 0, 0), "2026-03-28T22:00:00Z"},
        {"a skipped day", "Pacific/Apia", local("2011-12-30", 12, 0), "2011-12-30T10:00:00Z"},
        {"24:00 is the next midnight",
         "Asia/Shanghai",
         {parse_date("2026-03-01").value(), {86'400}},
         "2026-03-01T16:00:00Z"},
    }));
    CAPTURE(row.label);
    CHECK(format_instant(to_instant(row.asked, zone(row.zone))) ==
          format_instant(at(row.expected)));
}

TEST_CASE("local times before 1970 and fractions of seconds round down", "[calendar]") {
    CHECK(text_of(to_local(instant_of(-1), utc())) == "1969-12-31 23:59:59");
    CHECK(text_of(to_local(instant_of(999'999), utc())) == "1970-01-01 00:00");
    CHECK(text_of(to_local(at("1961-08-13T00:00:00Z"), zone("Europe/Berlin"))) ==
          "1961-08-13 01:00");
}

TEST_CASE("the rules of the zones go on after their tables", "[calendar]") {
    struct Row {
        std::string label;
        std::string zone;
        std::string moment;
        std::string local;
    };
    // By Python's zoneinfo, which reads the rules too.
    const auto row = GENERATE(values<Row>({
        {"summer", "Europe/Berlin", "2038-07-01T12:00:00Z", "2038-07-01 14:00"},
        {"winter", "Europe/Berlin", "2060-01-01T12:00:00Z", "2060-01-01 13:00"},
        {"the last second of winter", "Europe/Berlin", "2050-03-27T00:59:59Z",
         "2050-03-27 01:59:59"},
        {"the first second of summer", "Europe/Berlin", "2050-03-27T01:00:00Z", "2050-03-27 03:00"},
        {"the last second of summer", "America/New_York", "2099-11-01T05:59:59Z",
         "2099-11-01 01:59:59"},
        {"the first second of winter", "America/New_York", "2099-11-01T06:00:00Z",
         "2099-11-01 01:00"},
        {"winter is the exception", "Europe/Dublin", "2045-07-01T12:00:00Z", "2045-07-01 13:00"},
        {"Dublin in winter", "Europe/Dublin", "2045-12-01T12:00:00Z", "2045-12-01 12:00"},
        {"southern summer", "Pacific/Auckland", "2040-01-15T12:00:00Z", "2040-01-16 01:00"},
        {"half an hour", "Australia/Lord_Howe", "2041-12-01T00:00:00Z", "2041-12-01 11:00"},
        {"half an hour back", "Australia/Lord_Howe", "2041-06-01T00:00:00Z", "2041-06-01 10:30"},
        {"a change at minus one o'clock", "America/Nuuk", "2039-03-27T00:59:59Z",
         "2039-03-26 22:59:59"},
        {"after minus one o'clock", "America/Nuuk", "2039-03-27T01:00:00Z", "2039-03-27 00:00"},
        {"a change at 24:00 on a Thursday", "Africa/Cairo", "2040-10-25T20:59:59Z",
         "2040-10-25 23:59:59"},
        {"after 24:00 on a Thursday", "Africa/Cairo", "2040-10-25T21:00:00Z", "2040-10-25 23:00"},
        {"no summer time", "Asia/Shanghai", "2050-07-01T12:00:00Z", "2050-07-01 20:00"},
        {"two hours", "Antarctica/Troll", "2042-07-01T12:00:00Z", "2042-07-01 14:00"},
    }));
    CAPTURE(row.label, row.zone, row.moment);
    CHECK(text_of(to_local(at(row.moment), zone(row.zone))) == row.local);
}

TEST_CASE("zones that are no places to live in do not exist", "[calendar]") {
    const auto name =
        GENERATE(as<std::string>{}, "", "Asia/Beijing", "../../etc/passwd", "posixrules",
                 "right/Europe/Berlin", "posix/Europe/Berlin", "localtime", "zone.tab",
                 "europe/berlin", "Europe", "leap-seconds.list", "tzdata.zi", "+01:00");
    CAPTURE(name);
    CHECK(find_zone(name) == nullptr);
}

TEST_CASE("every zone that the database lists can be read", "[calendar]") {
    for (const auto& theirs : date::get_tzdb().zones) {
        const Zone* ours = find_zone(theirs.name());
        if (ours == nullptr) continue;
        const Local noon = to_local(at("2026-06-01T12:00:00Z"), *ours);
        const auto offset = theirs.get_info(date::sys_days{date::year{2026} / 6 / 1}).offset;
        CAPTURE(theirs.name());
        CHECK(noon.time.seconds == (43'200 + static_cast<int>(offset.count()) + 86'400) % 86'400);
    }
}

TEST_CASE("a zone is one object, from every thread", "[calendar]") {
    std::vector<const Zone*> found(8);
    {
        std::vector<std::jthread> threads;
        for (auto& slot : found)
            threads.emplace_back([&slot] { slot = find_zone("Antarctica/Troll"); });
    }
    for (const Zone* one : found) {
        CHECK(one != nullptr);
        CHECK(one == found.front());
    }
    CHECK(find_zone("UTC") == &utc());
    CHECK(name_of(*found.front()) == "Antarctica/Troll");
}

TEST_CASE("misspelt zones find what was meant", "[calendar]") {
    struct Row {
        std::string written;
        std::string meant;
    };
    const auto row = GENERATE(values<Row>({{"Asia/Beijing", "Asia/Shanghai"},
                                           {"europe/berlin", "Europe/Berlin"},
                                           {"Berlin", "Europe/Berlin"},
                                           {"Europe/Berln", "Europe/Berlin"},
                                           {"America/New York", "America/New_York"},
                                           {"Europe/Munich", "Europe/Berlin"}}));
    CAPTURE(row.written);
    const auto near = zone_names_near(row.written);
    REQUIRE_FALSE(near.empty());
    CHECK(near.front() == row.meant);
    CHECK(near.size() <= 3);
    CHECK(zone_names_near("xyzzy quux").empty());
}
