#include "engine/base/base.h"

#include <catch2/catch.hpp>

namespace journey {

TEST_CASE("date-times are read", "[time]") {
    struct Row {
        std::string text;
        std::string utc;
    };
    const auto row = GENERATE(values<Row>({
        {"2026-03-02T09:00:00Z", "2026-03-02T09:00:00.000Z"},
        {"2026-03-02t09:00:00z", "2026-03-02T09:00:00.000Z"},
        {"2026-03-02 09:00:00", "2026-03-02T09:00:00.000Z"},
        {"2026-03-02T09:00", "2026-03-02T09:00:00.000Z"},
        {"2026-03-02", "2026-03-02T00:00:00.000Z"},
        {"2026-03-02T09:00:00+08:00", "2026-03-02T01:00:00.000Z"},
        {"2026-03-02T09:00:00+0800", "2026-03-02T01:00:00.000Z"},
        {"2026-03-02T09:00:00+08", "2026-03-02T01:00:00.000Z"},
        {"2026-03-02T09:00:00-03:30", "2026-03-02T12:30:00.000Z"},
        {"2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00.000Z"},
        {"2026-03-02T09:00:00.5Z", "2026-03-02T09:00:00.500Z"},
        {"2026-03-02T09:00:00.123456789Z", "2026-03-02T09:00:00.123Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
        {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
        {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
    }));
    CAPTURE(row.text);
    const auto at = parse_instant(row.text);
    REQUIRE(at.has_value());
    CHECK(format_instant(at.value()) == row.utc);
}

TEST_CASE("microseconds are kept and finer fractions cut off", "[time]") {
    CHECK(micros_of(parse_instant("1970-01-01T00:00:00.000001Z").value()) == 1);
    CHECK(micros_of(parse_instant("1970-01-01T00:00:00.0000019Z").value()) == 1);
    CHECK(micros_of(parse_instant("1969-12-31T23:59:59.999999Z").value()) == -1);
}

TEST_CASE("what is not a date-time is refused with the notation to use", "[time]") {
    const auto text =
        GENERATE(as<std::string>(), "", "now", "2026", "2026-3-2", "2026-03-02T", "2026-13-01",
                 "2026-02-29", "2026-00-10", "2026-01-00", "2026-03-02T24:00:00Z",
                 "2026-03-02T09:60:00Z", "2026-03-02T09:00:61Z", "2026-03-02T09:00:60Z",
                 "2026-03-02T09:00:00.Z", "2026-03-02T09:00:00,5Z", "2026-03-02T09:00:00+",
                 "2026-03-02T09:00:00+8", "2026-03-02T09:00:00+08:", "2026-03-02T09:00:00+24:00",
                 "2026-03-02T09:00:00ZZ", "2026-03-02T09:00:00Z ", " 2026-03-02", "2026-03-02Z",
                 "2026-03-0２", "+2026-03-02", "20260302T090000Z", "2026-03-02T9:00:00Z");
    CAPTURE(text);
    const auto at = parse_instant(text);
    REQUIRE_FALSE(at.has_value());
    CHECK(at.error().code == ErrorCode::invalid);
    CHECK(at.error().detail.find("2026-03-02T09:00:00Z") != std::string::npos);
}

TEST_CASE("instants are written in UTC whatever their size", "[time]") {
    CHECK(format_instant(instant_of(0)) == "1970-01-01T00:00:00.000Z");
    CHECK(format_instant(instant_of(-1)) == "1969-12-31T23:59:59.999Z");
    CHECK(format_instant(instant_of(1'772'442'000'123'999)) == "2026-03-02T09:00:00.123Z");
    CHECK(format_instant(kNever) == "never");
    CHECK(format_instant(kNever - Micros{1}) == "294247-01-10T04:00:54.775Z");
    CHECK(format_instant(Instant::min()) == "-290308-12-21T19:59:05.224Z");
}

TEST_CASE("every day of four centuries is written and read back", "[time]") {
    for (int day = -135'140; day < 47'482; ++day) {
        const Instant at{std::chrono::days{day}};
        const auto back = parse_instant(format_instant(at));
        REQUIRE(back.has_value());
        REQUIRE(back.value() == at);
    }
}

TEST_CASE("a clock moved by hand stands still otherwise", "[time]") {
    ManualClock clock(instant_of(5));
    CHECK(clock.now() == instant_of(5));
    clock.set(instant_of(9));
    CHECK(clock.now() == instant_of(9));
    CHECK(clock.real_time_until(kNever) == Micros{0});
}

TEST_CASE("sleeping until the past takes no time, until never a day", "[time]") {
    const SystemClock real;
    const FastClock fast(instant_of(0), 3'600);
    CHECK(real.real_time_until(instant_of(0)) == Micros{0});
    CHECK(real.real_time_until(Instant::min()) == Micros{0});
    CHECK(real.real_time_until(kNever) == std::chrono::hours{24});
    CHECK(fast.real_time_until(Instant::min()) == Micros{0});
    CHECK(fast.real_time_until(kNever) == std::chrono::hours{24});
    CHECK(FastClock(instant_of(-1), 1).real_time_until(kNever) == std::chrono::hours{24});
}

TEST_CASE("a fast clock starts where it is told and asks for less sleep", "[time]") {
    const Instant start = parse_instant("2026-03-02T09:00:00Z").value();
    const FastClock clock(start, 3'600);
    const Instant first = clock.now();
    CHECK(first >= start);
    CHECK(clock.now() >= first);
    // An hour of its time is a second of ours; real time may have passed meanwhile.
    CHECK(clock.real_time_until(start + std::chrono::hours{1}) <= std::chrono::seconds{1});
}

}  // namespace journey
