#include "tests/engine/expr/bench.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::expr;
using bench::at;
using bench::cny;
using ir::Type;
using ir::TypeKind;

namespace {

Type type(TypeKind kind, std::string currency = "") {
    Type it;
    it.kind = kind;
    it.currency = std::move(currency);
    return it;
}

Type choice() {
    Type it = type(TypeKind::choice);
    it.choices = {"plus", "pro"};
    return it;
}

Type many(TypeKind kind, TypeKind element) {
    Type it = type(kind);
    it.element = element;
    return it;
}

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("values that fit a type become it", "[expr]") {
    struct Row {
        const char* label;
        Value value;
        Type type;
        Value expected;
    };
    const auto row = GENERATE(values<Row>({
        {"boolean", true, type(TypeKind::boolean), true},
        {"integer", 3, type(TypeKind::integer), 3},
        {"a whole real", 3.0, type(TypeKind::integer), 3},
        {"real", 2.5, type(TypeKind::real), 2.5},
        {"integer to real", 2, type(TypeKind::real), 2.0},
        {"text", "a", type(TypeKind::text), "a"},
        {"date", "2026-03-01", type(TypeKind::date), Date{20'513}},
        {"instant", "2026-03-01T10:00:00+08:00", type(TypeKind::instant),
         at("2026-03-01T02:00:00Z")},
        {"time of day", "09:30", type(TypeKind::time_of_day), TimeOfDay{34'200}},
        {"time of day with seconds", "09:30:15", type(TypeKind::time_of_day), TimeOfDay{34'215}},
        {"the end of the day", "24:00", type(TypeKind::time_of_day), TimeOfDay{86'400}},
        {"zone", "Asia/Shanghai", type(TypeKind::zone), "Asia/Shanghai"},
        {"duration", "1h30m", type(TypeKind::duration), CalendarDuration{0, 0, 5400}},
        {"every unit", "1y2mo1w3d4h5m6s", type(TypeKind::duration),
         CalendarDuration{14, 10, 14'706}},
        {"back", "-3d", type(TypeKind::duration), CalendarDuration{0, -3, 0}},
        {"a duration already", CalendarDuration{1, 0, 0}, type(TypeKind::duration),
         CalendarDuration{1, 0, 0}},
        {"money in main units", 20, type(TypeKind::money, "CNY"), cny(2000)},
        {"money as a real", 19.9, type(TypeKind::money, "CNY"), cny(1990)},
        {"yen", 20, type(TypeKind::money, "JPY"), Money{20, {{'J', 'P', 'Y'}}}},
        {"money as text", "CNY 19.90", type(TypeKind::money, "CNY"), cny(1990)},
        {"money as text of any currency", "CNY 19.9", type(TypeKind::money), cny(1990)},
        {"an amount alone", "19.90", type(TypeKind::money, "CNY"), cny(1990)},
        {"money owed", "CNY -0.05", type(TypeKind::money, "CNY"), cny(-5)},
        {"money as JSON writes it", Record{{"currency", "CNY"}, {"amount", "19.90"}},
         type(TypeKind::money, "CNY"), cny(1990)},
        {"money as a record of numbers", Record{{"amount", 19.9}, {"currency", "CNY"}},
         type(TypeKind::money, "CNY"), cny(1990)},
        {"choice", "pro", choice(), "pro"},
        {"list", List{"a", "b"}, many(TypeKind::list, TypeKind::text), List{"a", "b"}},
        {"a list of anything", List{"a", 1}, many(TypeKind::list, TypeKind::missing), List{"a", 1}},
        {"a list made to fit", List{1, 2.5}, many(TypeKind::list, TypeKind::real), List{1.0, 2.5}},
        {"map", Record{{"a", 1}}, many(TypeKind::map, TypeKind::integer), Record{{"a", 1}}},
    }));
    CAPTURE(row.label);
    bool fits = false;
    CHECK(coerce(row.value, row.type, fits) == row.expected);
    CHECK(fits);
}

TEST_CASE("values that do not fit are missing, and we are told", "[expr]") {
    struct Row {
        const char* label;
        Value value;
        Type type;
    };
    const auto row = GENERATE(values<Row>({
        {"text for a boolean", "true", type(TypeKind::boolean)},
        {"text for an integer", "3", type(TypeKind::integer)},
        {"a broken number", 2.5, type(TypeKind::integer)},
        {"a huge real", 1e300, type(TypeKind::integer)},
        {"no number", std::numeric_limits<double>::quiet_NaN(), type(TypeKind::real)},
        {"endless", std::numeric_limits<double>::infinity(), type(TypeKind::real)},
        {"a number for text", 3, type(TypeKind::text)},
        {"a date that is none", "2026-02-30", type(TypeKind::date)},
        {"a date with an hour", "2026-02-03T10:00:00Z", type(TypeKind::date)},
        {"words for a time", "yesterday", type(TypeKind::instant)},
        {"a number for an instant", 1'772'452'800, type(TypeKind::instant)},
        {"the 25th hour", "25:00", type(TypeKind::time_of_day)},
        {"after the end of the day", "24:01", type(TypeKind::time_of_day)},
        {"the 60th minute", "09:60", type(TypeKind::time_of_day)},
        {"one digit", "9:30", type(TypeKind::time_of_day)},
        {"a sign in a time", "+9:30", type(TypeKind::time_of_day)},
        {"a zone that is none", "Asia/Beijing", type(TypeKind::zone)},
        {"no duration", "", type(TypeKind::duration)},
        {"a bare number", "15", type(TypeKind::duration)},
        {"units in rising order", "30m1h", type(TypeKind::duration)},
        {"a unit twice", "1h1h", type(TypeKind::duration)},
        {"a duration too long", "9999999999y", type(TypeKind::duration)},
        {"a duration far too long", "99999999999999999999s", type(TypeKind::duration)},
        {"a number without a currency", 20, type(TypeKind::money)},
        {"another currency", "USD 19.90", type(TypeKind::money, "CNY")},
        {"money of another currency", Money{1, {{'U', 'S', 'D'}}}, type(TypeKind::money, "CNY")},
        {"a third decimal", "CNY 19.905", type(TypeKind::money, "CNY")},
        {"decimals of yen", "JPY 19.9", type(TypeKind::money, "JPY")},
        {"no amount", "CNY ", type(TypeKind::money, "CNY")},
        {"a bare point", "CNY 19.", type(TypeKind::money, "CNY")},
        {"a sign twice", "CNY --1", type(TypeKind::money, "CNY")},
        {"a sign after the point", "CNY 1.-5", type(TypeKind::money, "CNY")},
        {"more money than there is", kMost, type(TypeKind::money, "CNY")},
        {"more money than a real counts", 1e300, type(TypeKind::money, "CNY")},
        {"not among the choices", "free", choice()},
        {"one bad element", List{"a", 1}, many(TypeKind::list, TypeKind::text)},
        {"text for a list", "a", many(TypeKind::list, TypeKind::text)},
        {"a list for a map", List{}, many(TypeKind::map, TypeKind::text)},
        {"anything for nothing", 1, type(TypeKind::missing)},
    }));
    CAPTURE(row.label);
    bool fits = true;
    CHECK(coerce(row.value, row.type, fits).is_missing());
    CHECK_FALSE(fits);
}

TEST_CASE("an absent value fits every type", "[expr]") {
    for (int kind = 0; kind <= static_cast<int>(TypeKind::event); ++kind) {
        bool fits = false;
        CHECK(coerce(Value(), type(static_cast<TypeKind>(kind)), fits).is_missing());
        CHECK(fits);
    }
}
