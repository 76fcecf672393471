#include "tests/engine/expr/bench.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::expr;
using bench::Bench;
using ir::Op;

namespace {

// One set of good operands for each operation that has some.
struct Call {
    Op op;
    std::vector<Value> operands;
};

std::vector<Call> functions() {
    const Value list{List{Value(1), Value(2)}};
    const Value map{Record{{"a", Value(1)}}};
    const Value instant{bench::at("2026-03-29T10:00:00Z")};
    return {
        {Op::add, {1, 2}},
        {Op::subtract, {3, 2}},
        {Op::multiply, {2, 3}},
        {Op::divide, {6, 3}},
        {Op::negate, {1}},
        {Op::size, {"abc"}},
        {Op::lower, {"A"}},
        {Op::upper, {"a"}},
        {Op::trim, {" a "}},
        {Op::abs, {-1}},
        {Op::round, {1.5}},
        {Op::floor, {1.5}},
        {Op::ceil, {1.5}},
        {Op::concat, {"a", "b"}},
        {Op::year, {instant}},
        {Op::month, {instant}},
        {Op::day, {instant}},
        {Op::weekday, {instant}},
        {Op::hour, {instant}},
        {Op::minute, {instant}},
        {Op::hour, {instant, "UTC"}},
        {Op::date_of, {instant, "UTC"}},
        {Op::days_between, {Date{1}, Date{2}}},
        {Op::element, {list, 0}},
        {Op::element, {map, "a"}},
        {Op::time_since, {instant}},
    };
}

std::vector<Call> comparisons() {
    const Value list{List{Value("a")}};
    return {
        {Op::equal, {1, 1}},
        {Op::not_equal, {1, 2}},
        {Op::less, {1, 2}},
        {Op::less_equal, {1, 2}},
        {Op::greater, {2, 1}},
        {Op::greater_equal, {2, 1}},
        {Op::in, {"a", list}},
        {Op::contains, {list, "a"}},
        {Op::contains, {"abc", "b"}},
        {Op::starts_with, {"abc", "a"}},
        {Op::ends_with, {"abc", "c"}},
        {Op::between, {2, 1, 3}},
        {Op::tagged, {"vip"}},
    };
}

}  // namespace

TEST_CASE("functions and arithmetic on missing are missing", "[expr]") {
    for (const Call& call : functions()) {
        CAPTURE(static_cast<int>(call.op));
        CHECK_FALSE(Bench().of(call.op, call.operands).is_missing());
        // A place that is missing counts as not said: the workspace's.
        const bool dated = call.op == Op::year || call.op == Op::month || call.op == Op::day ||
                           call.op == Op::weekday || call.op == Op::hour || call.op == Op::minute ||
                           call.op == Op::date_of;
        for (std::size_t i = 0; i < call.operands.size(); ++i) {
            auto operands = call.operands;
            operands[i] = Value();
            CAPTURE(i);
            CHECK(Bench().of(call.op, operands).is_missing() == (!dated || i == 0));
        }
    }
}

TEST_CASE("comparisons with missing are false, never missing", "[expr]") {
    for (const Call& call : comparisons()) {
        CAPTURE(static_cast<int>(call.op));
        CHECK(Bench().of(call.op, call.operands) == Value(true));
        for (std::size_t i = 0; i < call.operands.size(); ++i) {
            auto operands = call.operands;
            operands[i] = Value();
            CAPTURE(i);
            CHECK(Bench().of(call.op, operands) == Value(false));
        }
    }
}

TEST_CASE("no operation minds operands of any kind", "[expr]") {
    const std::vector<Value> kinds{
        Value(),
        true,
        std::numeric_limits<std::int64_t>::min(),
        -1,
        0,
        std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN(),
        -1e300,
        0.0,
        "text",
        "\xff\xfe",
        CalendarDuration{std::numeric_limits<std::int32_t>::min(), -1,
                         std::numeric_limits<std::int64_t>::min()},
        CalendarDuration{1, 1, 1},
        Instant::min(),
        Instant::max(),
        Date{std::numeric_limits<std::int32_t>::min()},
        Date{std::numeric_limits<std::int32_t>::max()},
        TimeOfDay{86'400},
        Money{std::numeric_limits<std::int64_t>::min(), {{'C', 'N', 'Y'}}},
        Money{1, {{'J', 'P', 'Y'}}},
        List{Value(1)},
        Record{{"time", Value(1)}}};
    for (int i = static_cast<int>(Op::logical_not); i <= static_cast<int>(Op::element); ++i) {
        const Op op = static_cast<Op>(i);
        if (op == Op::member || op == Op::consented || op == Op::reachable || op == Op::aggregate) {
            continue;
        }
        Bench bench;
        std::vector<ir::Index> constants;
        for (const Value& kind : kinds)
            constants.push_back(bench.value(kind));
        for (const ir::Index first : constants) {
            for (const ir::Index second : constants) {
                // Operands beyond an operation's own are not looked at.
                const ir::Index expr =
                    bench.op(op, {first, second, first}, 0, ir::TypeKind::integer);
                const Value result = evaluate(bench.program, expr, bench);
                const auto* real = result.as<double>();
                if (op >= Op::add && op <= Op::divide && real != nullptr) {
                    CHECK(std::isfinite(*real));
                }
                const bool* yes = result.as<bool>();
                CHECK(holds(bench.program, expr, bench) == (yes != nullptr && *yes));
            }
        }
    }
}

TEST_CASE("is missing, is present and is blank always answer", "[expr]") {
    struct Row {
        Value value;
        bool missing;
        bool blank;
    };
    const auto row = GENERATE(values<Row>({
        {Value(), true, true},
        {"", false, true},
        {" \t\n", false, true},
        {"\u3000\u00a0", false, true},
        {" x ", false, false},
        {List{}, false, true},
        {List{Value()}, false, false},
        {0, false, false},
        {false, false, false},
    }));
    CAPTURE(to_json(row.value));
    CHECK(Bench().of(Op::is_missing, {row.value}) == Value(row.missing));
    CHECK(Bench().of(Op::is_present, {row.value}) == Value(!row.missing));
    CHECK(Bench().of(Op::is_blank, {row.value}) == Value(row.blank));
}

TEST_CASE("only boolean true holds", "[expr]") {
    Bench bench;
    CHECK(holds(bench.program, bench.value(true), bench));
    CHECK_FALSE(holds(bench.program, bench.value(false), bench));
    CHECK_FALSE(holds(bench.program, bench.value(Value()), bench));
    CHECK_FALSE(holds(bench.program, bench.value(1), bench));
    CHECK_FALSE(holds(bench.program, bench.value("true"), bench));
}

TEST_CASE("an evaluation that takes too long is missing", "[expr]") {
    Bench bench;
    ir::Index at = bench.value(1);
    for (int i = 0; i < 40; ++i)
        at = bench.op(Op::add, {at, at});
    CHECK(evaluate(bench.program, at, bench).is_missing());
    ir::Index condition = bench.value(true);
    for (int i = 0; i < 40; ++i)
        condition = bench.op(Op::logical_and, {condition, condition});
    CHECK_FALSE(holds(bench.program, condition, bench));
}
