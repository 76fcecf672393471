#include "tests/engine/expr/bench.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::expr;
using bench::at;
using bench::Bench;
using bench::cny;
using ir::Op;
using ir::TypeKind;

namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();

struct Case {
    const char* label;
    Op op;
    std::vector<Value> operands;
    Value expected;
    TypeKind type = TypeKind::missing;
};

void check(const Case& row) {
    CAPTURE(row.label);
    const Value got = Bench().of(row.op, row.operands, row.type);
    CAPTURE(to_json(got), to_json(row.expected), got.held.index());
    CHECK(got == row.expected);
}

Value days(int count) {
    return CalendarDuration{0, count, 0};
}
Value seconds(std::int64_t count) {
    return CalendarDuration{0, 0, count};
}

}  // namespace

TEST_CASE("logic has two values and stops early", "[expr]") {
    const Value yes = true;
    const Value no = false;
    check(GENERATE_COPY(values<Case>({
        {"and", Op::logical_and, {yes, yes, yes}, true},
        {"and with one no", Op::logical_and, {yes, no, yes}, false},
        {"and with missing", Op::logical_and, {yes, Value()}, false},
        {"or", Op::logical_or, {no, yes}, true},
        {"or of noes", Op::logical_or, {no, no}, false},
        {"or with missing", Op::logical_or, {Value(), yes}, true},
        {"not", Op::logical_not, {no}, true},
        {"not yes", Op::logical_not, {yes}, false},
    })));
    Bench bench;
    bench.aggregates = {Value(true)};
    const ir::Index history = bench.op(Op::aggregate, {}, 0);
    const ir::Index false_first = bench.op(Op::logical_and, {bench.value(no), history});
    const ir::Index true_first = bench.op(Op::logical_or, {bench.value(yes), history});
    CHECK_FALSE(holds(bench.program, false_first, bench));
    CHECK(holds(bench.program, true_first, bench));
    CHECK(bench.asked == 0);
}

TEST_CASE("comparing", "[expr]") {
    check(GENERATE(values<Case>({
        {"integers", Op::less, {1, 2}, true},
        {"equal integers", Op::less, {2, 2}, false},
        {"equal integers or less", Op::less_equal, {2, 2}, true},
        {"an integer and a real", Op::equal, {2, 2.0}, true},
        {"a real and an integer", Op::greater, {2.5, 2}, true},
        {"an integer just above a real", Op::greater, {kMost, 9.2e18}, true},
        {"the largest integer is not 2^63", Op::equal, {kMost, 9223372036854775808.0}, false},
        {"the largest integer is less than 2^63", Op::less, {kMost, 9223372036854775808.0}, true},
        {"no number is not a number",
         Op::equal,
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()},
         false},
        {"no number has no order", Op::less, {1, std::numeric_limits<double>::quiet_NaN()}, false},
        {"text by bytes", Op::less, {"Z", "a"}, true},
        {"text is exact", Op::equal, {"ada", "Ada"}, false},
        {"composed and decomposed differ", Op::equal, {"\u00e9", "e\u0301"}, false},
        {"text and number", Op::equal, {"1", 1}, false},
        {"text and number are not unequal either way", Op::not_equal, {"1", 1}, true},
        {"booleans", Op::equal, {true, true}, true},
        {"booleans have no order", Op::less, {false, true}, false},
        {"money of one currency", Op::greater_equal, {cny(100), cny(99)}, true},
        {"money of two currencies", Op::less, {cny(1), Money{2, {{'U', 'S', 'D'}}}}, false},
        {"money of two currencies is not equal",
         Op::equal,
         {cny(1), Money{1, {{'U', 'S', 'D'}}}},
         false},
        {"instants", Op::less, {at("2026-01-01"), at("2026-01-02")}, true},
        {"dates", Op::greater, {Date{2}, Date{1}}, true},
        {"a date is its midnight where the workspace is",
         Op::equal,
         {Date{20'454}, at("2025-12-31T23:00:00Z")},
         true},
        {"an instant after that midnight",
         Op::less,
         {Date{20'454}, at("2025-12-31T23:00:01Z")},
         true},
        {"an instant before a date", Op::less, {at("2025-12-31T22:59:59Z"), Date{20'454}}, true},
        {"times of day", Op::less, {TimeOfDay{9}, TimeOfDay{10}}, true},
        {"exact durations", Op::greater, {seconds(7200), seconds(3600)}, true},
        {"calendar durations", Op::greater, {days(2), days(1)}, true},
        {"a day is not 24 hours", Op::equal, {days(1), seconds(86'400)}, false},
        {"two days are longer than a day's hours", Op::greater, {days(2), seconds(86'400)}, true},
        {"lists", Op::equal, {List{1, "a"}, List{1.0, "a"}}, true},
        {"lists of other length", Op::equal, {List{1}, List{1, 2}}, false},
        {"between, both ends in", Op::between, {1, 1, 3}, true},
        {"between, upper end", Op::between, {3, 1, 3}, true},
        {"outside", Op::between, {4, 1, 3}, false},
        {"between mixed numbers", Op::between, {2, 1.5, 2.5}, true},
    })));
}

TEST_CASE("lists and texts", "[expr]") {
    check(GENERATE(values<Case>({
        {"in", Op::in, {"pro", List{"plus", "pro"}}, true},
        {"not in", Op::in, {"free", List{"plus", "pro"}}, false},
        {"a number in a list", Op::in, {2, List{1, 2.0}}, true},
        {"in a text is no question", Op::in, {"a", "abc"}, false},
        {"a list contains", Op::contains, {List{"travel", "food"}, "travel"}, true},
        {"a text contains", Op::contains, {"summer sale", "mer s"}, true},
        {"every text contains nothing", Op::contains, {"", ""}, true},
        {"starts", Op::starts_with, {"summer", "sum"}, true},
        {"starts with more than it is", Op::starts_with, {"su", "sum"}, false},
        {"ends", Op::ends_with, {"ada@example.com", "@example.com"}, true},
        {"size counts code points", Op::size, {"小王"}, 2},
        {"size of a list", Op::size, {List{1, 2, 3}}, 3},
        {"size of nothing", Op::size, {""}, 0},
        {"lower", Op::lower, {"STRASSE ÄÖ"}, "strasse äö"},
        {"upper grows", Op::upper, {"straße"}, "STRASSE"},
        {"the Turkish i is not our guess", Op::lower, {"TITLE"}, "title"},
        {"trim", Op::trim, {"\u3000 a b\u00a0\n"}, "a b"},
        {"trim of blanks", Op::trim, {" \t "}, ""},
        {"concat", Op::concat, {"Order ", 7, ": ", cny(1990)}, "Order 7: CNY 19.90"},
        {"concat of a real", Op::concat, {2.5, " ", true}, "2.5 true"},
        {"concat of a date", Op::concat, {Date{0}, " ", TimeOfDay{34'200}}, "1970-01-01 09:30"},
        {"concat of a list", Op::concat, {"a", List{1}}, Value()},
        {"element", Op::element, {List{"a", "b"}, 1}, "b"},
        {"beyond the end", Op::element, {List{"a", "b"}, 2}, Value()},
        {"before the start", Op::element, {List{"a", "b"}, -1}, Value()},
        {"by name", Op::element, {Record{{"code", "TEN"}}, "code"}, "TEN"},
        {"by a wrong name", Op::element, {Record{{"code", "TEN"}}, "kode"}, Value()},
        {"a list", Op::list, {1, "a"}, List{1, "a"}},
        {"a map", Op::map, {"a", 1, "b", Value()}, Record{{"a", 1}, {"b", Value()}}},
    })));
}

TEST_CASE("arithmetic", "[expr]") {
    check(GENERATE(values<Case>({
        {"integers", Op::add, {1, 2}, 3},
        {"mixed", Op::add, {1, 0.5}, 1.5},
        {"too large", Op::add, {kMost, 1}, Value()},
        {"too small", Op::subtract, {kLeast, 1}, Value()},
        {"product", Op::multiply, {6, 7}, 42},
        {"product too large", Op::multiply, {kMost, 2}, Value()},
        {"real too large", Op::multiply, {1e300, 1e300}, Value()},
        {"a whole quotient where the type says so", Op::divide, {7, 2}, 3, TypeKind::integer},
        {"a whole quotient is cut off", Op::divide, {-7, 2}, -3, TypeKind::integer},
        {"a real quotient", Op::divide, {7, 2}, 3.5, TypeKind::real},
        {"by zero", Op::divide, {7, 0}, Value(), TypeKind::integer},
        {"by real zero", Op::divide, {7, 0.0}, Value(), TypeKind::real},
        {"the quotient that does not fit", Op::divide, {kLeast, -1}, Value(), TypeKind::integer},
        {"minus", Op::negate, {5}, -5},
        {"minus the smallest", Op::negate, {kLeast}, Value()},
        {"minus money", Op::negate, {cny(5)}, cny(-5)},
        {"money", Op::add, {cny(100), cny(250)}, cny(350)},
        {"money less money", Op::subtract, {cny(100), cny(250)}, cny(-150)},
        {"money of two currencies", Op::add, {cny(1), Money{1, {{'U', 'S', 'D'}}}}, Value()},
        {"money and a number do not add", Op::add, {cny(1), 1}, Value()},
        {"money times", Op::multiply, {cny(1990), 2}, cny(3980)},
        {"times money", Op::multiply, {0.5, cny(1990)}, cny(995)},
        {"half a fen rounds away", Op::multiply, {cny(1), 0.5}, cny(1)},
        {"too much money", Op::multiply, {cny(kMost), 2}, Value()},
        {"too much money in reals", Op::multiply, {cny(kMost), 1e10}, Value()},
        {"money parted", Op::divide, {cny(100), 3}, cny(33)},
        {"money by money", Op::divide, {cny(100), cny(400)}, 0.25},
        {"money by no money", Op::divide, {cny(100), cny(0)}, Value()},
        {"durations", Op::add, {days(1), seconds(60)}, CalendarDuration{0, 1, 60}},
        {"durations less", Op::subtract, {days(1), days(3)}, days(-2)},
        {"a duration times", Op::multiply, {3, days(2)}, days(6)},
        {"a duration parted", Op::divide, {days(6), 3}, days(2)},
        {"a third of a day is nothing", Op::divide, {days(1), 3}, Value()},
        {"how often", Op::divide, {seconds(7200), seconds(3600)}, 2.0},
        {"minus a duration", Op::negate, {days(3)}, days(-3)},
        {"texts do not add", Op::add, {"a", "b"}, Value()},
        {"abs", Op::abs, {-3}, 3},
        {"abs of the smallest", Op::abs, {kLeast}, Value()},
        {"abs of money", Op::abs, {cny(-3)}, cny(3)},
        {"abs of a real", Op::abs, {-2.5}, 2.5},
        {"round", Op::round, {2.5}, 3, TypeKind::integer},
        {"round down below zero", Op::round, {-2.5}, -3, TypeKind::integer},
        {"floor", Op::floor, {-2.1}, -3, TypeKind::integer},
        {"ceil", Op::ceil, {2.1}, 3, TypeKind::integer},
        {"round to a real", Op::round, {2.4}, 2.0, TypeKind::real},
        {"round what fits no integer", Op::round, {1e30}, Value(), TypeKind::integer},
        {"round money", Op::round, {cny(1950)}, cny(2000)},
        {"round money below zero", Op::round, {cny(-1950)}, cny(-2000)},
        {"floor money", Op::floor, {cny(-1901)}, cny(-2000)},
        {"ceil money", Op::ceil, {cny(1901)}, cny(2000)},
        {"ceil whole money", Op::ceil, {cny(1900)}, cny(1900)},
        {"round yen", Op::round, {Money{19, {{'J', 'P', 'Y'}}}}, Money{19, {{'J', 'P', 'Y'}}}},
    })));
}

TEST_CASE("time", "[expr]") {
    const Instant evening = at("2026-03-28T22:30:00Z");  // 23:30 in Berlin, 07:30 in Tokyo
    check(GENERATE_COPY(values<Case>({
        {"a day later keeps the clock of the run",
         Op::add,
         {evening, days(1)},
         at("2026-03-29T21:30:00Z")},
        {"24 hours later does not",
         Op::add,
         {evening, seconds(86'400)},
         at("2026-03-29T22:30:00Z")},
        {"the duration first", Op::add, {days(1), evening}, at("2026-03-29T21:30:00Z")},
        {"a day earlier", Op::subtract, {at("2026-03-29T21:30:00Z"), days(1)}, evening},
        {"the time between", Op::subtract, {at("2026-03-02"), at("2026-03-01")}, seconds(86'400)},
        {"the time between rounds down",
         Op::subtract,
         {at("2026-03-01T00:00:00Z"), at("2026-03-01T00:00:00.5Z")},
         seconds(-1)},
        {"far instants",
         Op::subtract,
         {Instant::max(), Instant::min()},
         seconds(18'446'744'073'709)},
        {"a date and days", Op::add, {Date{10}, days(5)}, Date{15}},
        {"a date and a month", Op::add, {Date{30}, CalendarDuration{1, 0, 0}}, Date{58}},
        {"a date and hours", Op::add, {Date{30}, seconds(3600)}, Value()},
        {"a date less days", Op::subtract, {Date{10}, days(3)}, Date{7}},
        {"dates apart", Op::subtract, {Date{10}, Date{3}}, days(7)},
        {"year", Op::year, {evening}, 2026},
        {"month", Op::month, {evening}, 3},
        {"day in the workspace's zone", Op::day, {evening}, 28},
        {"day in a zone", Op::day, {evening, "Asia/Tokyo"}, 29},
        {"weekday", Op::weekday, {evening}, 6},
        {"hour", Op::hour, {evening}, 23},
        {"hour in a zone", Op::hour, {evening, "Asia/Tokyo"}, 7},
        {"hour in no zone is that of the workspace", Op::hour, {evening, "Asia/Nowhere"}, 23},
        {"day in a missing zone too", Op::day, {evening, Value()}, 28},
        {"minute", Op::minute, {evening}, 30},
        {"year of a date", Op::year, {Date{-1}}, 1969},
        {"hour of a date", Op::hour, {Date{0}}, 0},
        {"hour of a time", Op::hour, {TimeOfDay{34'200}}, 9},
        {"year of a time", Op::year, {TimeOfDay{34'200}}, Value()},
        {"date of", Op::date_of, {evening}, Date{20'540}},
        {"date of in a zone", Op::date_of, {evening, "Asia/Tokyo"}, Date{20'541}},
        {"days between",
         Op::days_between,
         {at("2026-03-01T22:59:00Z"), at("2026-03-01T23:01:00Z")},
         1},
        {"days between dates", Op::days_between, {Date{5}, Date{2}}, -3},
        {"time since", Op::time_since, {at("2026-03-29T09:00:00Z")}, seconds(3600)},
    })));
}

TEST_CASE("time since is compared on the calendar, as windows are", "[expr]") {
    // Now is 12:00 in Berlin on the day the clocks went forward: yesterday noon is 23 hours away.
    struct Since {
        const char* label;
        const char* moment;
        Op op;
        bool expected;
    };
    const auto row = GENERATE(values<Since>({
        {"a second more than a day", "2026-03-28T10:59:59Z", Op::greater, true},
        {"exactly a day is not more", "2026-03-28T11:00:00Z", Op::greater, false},
        {"exactly a day is at least", "2026-03-28T11:00:00Z", Op::greater_equal, true},
        {"a second less", "2026-03-28T11:00:01Z", Op::less, true},
        {"exactly a day is at most", "2026-03-28T11:00:00Z", Op::less_equal, true},
    }));
    CAPTURE(row.label);
    Bench bench;
    const ir::Index since = bench.op(Op::time_since, {bench.value(at(row.moment))});
    const ir::Index day = bench.value(days(1));
    CHECK(holds(bench.program, bench.op(row.op, {since, day}), bench) == row.expected);
    // The other way round.
    const std::map<Op, Op> turned{{Op::greater, Op::less},
                                  {Op::greater_equal, Op::less_equal},
                                  {Op::less, Op::greater},
                                  {Op::less_equal, Op::greater_equal}};
    CHECK(holds(bench.program, bench.op(turned.at(row.op), {day, since}), bench) == row.expected);
    // A moment that is missing satisfies nothing.
    const ir::Index never = bench.op(Op::time_since, {bench.value(Value())});
    CHECK_FALSE(holds(bench.program, bench.op(row.op, {never, day}), bench));
}

TEST_CASE("names find their facts", "[expr]") {
    Bench bench;
    const auto get = [&](Op op, ir::Index a = ir::kNone) {
        return evaluate(bench.program, bench.op(op, {}, a), bench);
    };
    CHECK(get(Op::user_field, 0) == Value("Ada"));
    CHECK(get(Op::user_field, 1) == Value("plus"));  // its default
    CHECK(get(Op::user_field, 3).is_missing());
    CHECK(get(Op::trigger_field, 0) == Value("o-1"));
    CHECK(get(Op::local, 0) == Value("code"));
    CHECK(get(Op::now) == Value(bench.now()));
    CHECK(get(Op::entry_time) == Value(bench.entry_time()));
    CHECK(get(Op::trigger_time) == Value(bench.trigger_time()));
    CHECK(get(Op::entry_id) == Value("entry-1"));
    CHECK(get(Op::consented, 0) == Value(true));
    CHECK(get(Op::consented, 1) == Value(false));
    CHECK(get(Op::reachable, 0) == Value(true));
    CHECK(get(Op::reachable, 1) == Value(false));
    CHECK(bench.of(Op::tagged, {"vip"}) == Value(true));
    CHECK(bench.of(Op::tagged, {"nobody"}) == Value(false));
    CHECK(bench.of(Op::fallback, {Value(), "friend"}) == Value("friend"));
    CHECK(bench.of(Op::fallback, {"Ada", "friend"}) == Value("Ada"));
    CHECK(bench.of(Op::fallback, {Value(), Value()}).is_missing());
}

TEST_CASE("days from a moment on are the run's, parts of a moment the workspace's", "[expr]") {
    Bench bench;
    bench.run = "America/New_York";  // an hour is lost on 2026-03-08; in Berlin on 2026-03-29
    const Value day(CalendarDuration{0, 1, 0});
    const Value before(at("2026-03-07T14:00:00Z"));
    CHECK(bench.of(Op::add, {before, day}) == Value(at("2026-03-08T13:00:00Z")));
    CHECK(bench.of(Op::add, {day, before}) == Value(at("2026-03-08T13:00:00Z")));
    CHECK(bench.of(Op::subtract, {Value(at("2026-03-08T13:00:00Z")), day}) == before);
    CHECK(bench.of(Op::hour, {before}) == Value(std::int64_t{15}));
    // Now is 2026-03-29 10:00 UTC, six in New York, where it was summer the day before.
    const ir::Index one = bench.value(day);
    const ir::Index since = bench.op(Op::time_since, {bench.value(at("2026-03-28T10:00:00Z"))});
    CHECK(holds(bench.program, bench.op(Op::greater_equal, {since, one}), bench));
    bench.run = "Europe/Berlin";
    const ir::Index later = bench.op(Op::time_since, {bench.value(at("2026-03-28T11:00:00Z"))});
    CHECK(holds(bench.program, bench.op(Op::greater_equal, {later, one}), bench));
    bench.run = "America/New_York";
    CHECK_FALSE(holds(bench.program, bench.op(Op::greater_equal, {later, one}), bench));
}

TEST_CASE("a row is seen inside of where and nowhere else", "[expr]") {
    Bench bench;
    const std::vector<Value> fields{"o-7", cny(500)};
    const expr::Row row{fields.data(), fields.size(), at("2026-03-01T00:00:00Z")};
    const ir::Index total = bench.op(Op::row_field, {}, 1);
    CHECK(evaluate(bench.program, total, bench, &row) == Value(cny(500)));
    CHECK(evaluate(bench.program, total, bench).is_missing());
    CHECK(evaluate(bench.program, bench.op(Op::row_field, {}, 2), bench, &row).is_missing());
    CHECK(evaluate(bench.program, bench.op(Op::row_time), bench, &row) == Value(row.time));
    CHECK(evaluate(bench.program, bench.op(Op::row_time), bench).is_missing());
    // A segment asked for in a filter is about the person.
    bench.program.segments[0].expr = bench.op(Op::is_missing, {total});
    const ir::Index member = bench.op(Op::member, {}, 0);
    const ir::Index present = bench.op(Op::is_present, {total});
    const ir::Index both = bench.op(Op::logical_and, {member, present});
    CHECK(holds(bench.program, both, bench, &row));
}

TEST_CASE("an event is a record whose time comes first", "[expr]") {
    Bench bench;
    const std::vector<Value> fields{"o-7", Value(), "noon"};
    const expr::Row row{fields.data(), fields.size(), at("2026-03-29T09:00:00Z")};
    bench.aggregates = {record_of(bench.program.events[0], row), Value()};
    const ir::Index last = bench.op(Op::aggregate, {}, 0);
    const ir::Index none = bench.op(Op::aggregate, {}, 1);
    const auto field = [&](ir::Index of, ir::Index which) {
        return evaluate(bench.program, bench.op(Op::record_field, {of}, which), bench);
    };
    CHECK(field(last, 0) == Value("o-7"));
    CHECK(field(last, 1).is_missing());
    CHECK(field(last, 2) == Value("noon"));  // the event's own field called time
    CHECK(field(none, 0).is_missing());
    const auto of = [&](Op op, ir::Index operand) {
        return evaluate(bench.program, bench.op(op, {operand}), bench);
    };
    CHECK(of(Op::record_time, last) == Value(row.time));
    CHECK(of(Op::record_time, none).is_missing());
    CHECK(of(Op::time_since, last) == seconds(3600));
    bench.program.events[0].fields[1].fallback = Value(cny(1));
    CHECK(field(last, 1) == Value(cny(1)));
}

TEST_CASE("the language's own examples", "[expr]") {
    Bench bench;
    bench.aggregates = {cny(200'000), Value(3)};
    // sum(order_paid.total within 1y) >= CNY 2000 and count(…) >= 3 and user.tier in ["plus",
    // "pro"]
    const ir::Index spent =
        bench.op(Op::greater_equal, {bench.op(Op::aggregate, {}, 0), bench.value(cny(200'000))});
    const ir::Index often =
        bench.op(Op::greater_equal, {bench.op(Op::aggregate, {}, 1), bench.value(3)});
    const ir::Index tier =
        bench.op(Op::in, {bench.op(Op::user_field, {}, 1), bench.value(List{"plus", "pro"})});
    CHECK(holds(bench.program, bench.op(Op::logical_and, {spent, often, tier}), bench));
    // now > trigger.time + 2 days
    const ir::Index later = bench.op(Op::add, {bench.op(Op::trigger_time), bench.value(days(2))});
    CHECK(holds(bench.program, bench.op(Op::greater, {bench.op(Op::now), later}), bench));
    // (user.first_name default "friend") is not blank
    const ir::Index name =
        bench.op(Op::fallback, {bench.op(Op::user_field, {}, 3), bench.value("friend")});
    CHECK(holds(bench.program, bench.op(Op::logical_not, {bench.op(Op::is_blank, {name})}), bench));
}
