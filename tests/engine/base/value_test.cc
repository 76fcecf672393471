#include "engine/base/base.h"

#include <catch2/catch.hpp>
#include <limits>

namespace journey {
namespace {

Currency currency(std::string_view code) {
    return {{code[0], code[1], code[2]}};
}

}  // namespace

TEST_CASE("money is written with its currency's digits", "[value]") {
    struct Row {
        std::int64_t minor;
        std::string code;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {1'990, "CNY", "CNY 19.90"},
        {5, "USD", "USD 0.05"},
        {-5, "USD", "USD -0.05"},
        {-1'990, "EUR", "EUR -19.90"},
        {0, "GBP", "GBP 0.00"},
        {1'990, "JPY", "JPY 1990"},
        {0, "KRW", "KRW 0"},
        {1'990, "KWD", "KWD 1.990"},
        {12, "CLF", "CLF 0.0012"},
        {std::numeric_limits<std::int64_t>::min(), "USD", "USD -92233720368547758.08"},
        {std::numeric_limits<std::int64_t>::max(), "JPY", "JPY 9223372036854775807"},
    }));
    CAPTURE(row.text);
    CHECK(format_money({row.minor, currency(row.code)}) == row.text);
}

TEST_CASE("durations are written as the language writes them", "[value]") {
    struct Row {
        CalendarDuration duration;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {{0, 0, 0}, "0s"},
        {{0, 0, 5'400}, "1h30m"},
        {{0, 0, 59}, "59s"},
        {{0, 0, 90'061}, "25h1m1s"},
        {{0, 3, 0}, "3d"},
        {{14, 2, 30}, "1y2mo2d30s"},
        {{0, -3, -60}, "-3d1m"},
        {{1, -3, 60}, "1mo-3d+1m"},
    }));
    CAPTURE(row.text);
    CHECK(format_duration(row.duration) == row.text);
}

TEST_CASE("dates and times of day are written and read", "[value]") {
    CHECK(format_date(Date{20'514}) == "2026-03-02");
    CHECK(format_date(Date{-1}) == "1969-12-31");
    CHECK(format_date(Date{std::numeric_limits<std::int32_t>::max()}) == "5881580-07-11");
    CHECK(format_time_of_day({0}) == "00:00");
    CHECK(format_time_of_day({34'215}) == "09:30:15");
    CHECK(format_time_of_day({86'400}) == "24:00");
    CHECK(parse_date("2026-03-02").value() == Date{20'514});
    CHECK(parse_date("1969-12-31").value() == Date{-1});
    for (const char* text : {"", "2026-02-30", "2026-3-2", "2026-03-02T00:00", "02.03.2026"}) {
        CAPTURE(text);
        REQUIRE_FALSE(parse_date(text).has_value());
        CHECK(parse_date(text).error().detail.find("2026-03-02") != std::string::npos);
    }
}

TEST_CASE("a record finds, replaces and appends by name and keeps its order", "[value]") {
    Record record;
    put(record, "b", 1);
    put(record, "a", 2);
    put(record, "b", "three");
    CHECK(record == Record{{"b", "three"}, {"a", 2}});
    CHECK(find(record, "c") == nullptr);
    CHECK(*find(record, "a") == Value(2));
    CHECK_FALSE(record == Record{{"a", 2}, {"b", "three"}});
}

TEST_CASE("values of different kinds are never equal", "[value]") {
    CHECK_FALSE(Value(1) == Value(1.0));
    CHECK_FALSE(Value(0) == Value(false));
    CHECK_FALSE(Value() == Value(""));
    CHECK(Value(List{1}) == Value(List{1}));
}

}  // namespace journey
