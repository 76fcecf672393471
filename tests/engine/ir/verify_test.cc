#include "tests/engine/ir/sample.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::ir;
using sample::act;

namespace {

struct Row {
    const char* label;
    void (*harm)(Program&);
    const char* says;
};

void break_expr(Program& it, Op op, void (*harm)(Expr&)) {
    for (Expr& expr : it.exprs) {
        if (expr.op == op) return harm(expr);
    }
    FAIL("the sample has no such operation");
}

// A chain of nots, `depth` nodes deep, below the journey's `only if`.
void nest(Program& it, int depth) {
    Index at = sample::add_constant(it, true);
    for (int i = 1; i < depth; ++i)
        at = sample::add(it, Op::logical_not, {at});
    it.journeys[0].admit = at;
}

}  // namespace

TEST_CASE("the sample is a good program, and so is an empty one", "[ir]") {
    const auto result = verify(sample::program());
    if (!result) FAIL(result.error().detail);
    CHECK(verify(Program{}));
}

TEST_CASE("nothing gets past the verifier", "[ir]") {
    const auto row = GENERATE(values<Row>({
        // schema and policies
        {"week", [](Program& it) { it.workspace.week_starts = 0; }, "week starts"},
        {"two fields of a name", [](Program& it) { it.profile[1].name = "email"; },
         "`email` occurs twice"},
        {"two events of a name", [](Program& it) { it.events[1].name = "order_paid"; },
         "occurs twice"},
        {"a nameless journey", [](Program& it) { it.journeys[0].name = ""; }, "has no name"},
        {"a type of an event that is none",
         [](Program& it) { it.profile[0].type.kind = TypeKind::event; }, "type names an event"},
        {"a currency", [](Program& it) { it.events[0].fields[1].type.currency = "cny"; },
         "three capitals"},
        {"a built-in event of our own", [](Program& it) { it.events[0].builtin = true; },
         "not one of the built-in"},
        {"a built-in event's fields", [](Program& it) { it.events[1].fields.pop_back(); },
         "built-in fields"},
        {"an address", [](Program& it) { it.channels[0].address_field = 3; }, "address field"},
        {"a template's channel", [](Program& it) { it.templates[0].channel = kNone; },
         "its channel"},
        {"a template's consent", [](Program& it) { it.templates[0].consent = 1; }, "its consent"},
        {"a template's field", [](Program& it) { it.templates[0].profile_fields[0] = 9; },
         "profile field"},
        {"a consent's channel", [](Program& it) { it.consents[0].channels[0] = 2; }, "channel"},
        {"a limit's channel", [](Program& it) { it.frequencies[0].limits[0].channel = 2; },
         "channel"},
        {"a limit with two windows",
         [](Program& it) { it.frequencies[0].limits[0].rolling_seconds = 5; }, "calendar unit"},
        {"a limit with none",
         [](Program& it) { it.frequencies[0].limits[0].unit = CalendarUnit::none; },
         "calendar unit"},
        {"a quiet hour", [](Program& it) { it.quiets[0].from_seconds = 86'401; }, "hours lie"},
        {"no zone to use", [](Program& it) { it.quiets[0].no_zone_use = ""; }, "names no zone"},
        // expressions
        {"operands beyond the table",
         [](Program& it) {
             break_expr(it, Op::equal, [](Expr& expr) { expr.first = 0xfffffffe; });
         },
         "operand table"},
        {"an operand that is none", [](Program& it) { it.operands[0] = kNone; },
         "operands does not exist"},
        {"too few operands",
         [](Program& it) { break_expr(it, Op::equal, [](Expr& expr) { expr.count = 1; }); },
         "number of operands"},
        {"operands of a leaf",
         [](Program& it) { break_expr(it, Op::user_field, [](Expr& expr) { expr.count = 1; }); },
         "number of operands"},
        {"a constant",
         [](Program& it) { break_expr(it, Op::constant, [](Expr& expr) { expr.a = 99; }); },
         "constant"},
        {"a profile field",
         [](Program& it) { break_expr(it, Op::user_field, [](Expr& expr) { expr.a = 3; }); },
         "profile field"},
        {"a segment",
         [](Program& it) { break_expr(it, Op::member, [](Expr& expr) { expr.a = kNone; }); },
         "segment"},
        {"a consent",
         [](Program& it) { break_expr(it, Op::consented, [](Expr& expr) { expr.a = 1; }); },
         "consent"},
        {"an aggregate",
         [](Program& it) { break_expr(it, Op::aggregate, [](Expr& expr) { expr.a = 2; }); },
         "aggregate"},
        {"a trigger field",
         [](Program& it) { break_expr(it, Op::trigger_field, [](Expr& expr) { expr.a = 1; }); },
         "trigger field"},
        {"a local",
         [](Program& it) { break_expr(it, Op::local, [](Expr& expr) { expr.a = 1; }); },
         "local"},
        {"a row field of the filter",
         [](Program& it) { break_expr(it, Op::row_field, [](Expr& expr) { expr.a = 2; }); },
         "the event does not have"},
        {"a row where there is none",
         [](Program& it) { it.journeys[0].admit = it.aggregates[0].filter; },
         "reads an event, and none is there"},
        {"an entry before there is one",
         [](Program& it) {
             const Index order = sample::add(it, Op::trigger_field, {}, 0);
             const Index x = sample::add_constant(it, "x");
             std::get<OnEvent>(it.journeys[0].triggers[0]).pattern.filter = sample::add(it, Op::equal, {order, x});
         },
         "asks about an entry"},
        {"an entry in a segment",
         [](Program& it) { it.segments[0].expr = sample::add(it, Op::entry_time); },
         "asks about an entry"},
        {"an entry behind a segment's aggregate",
         [](Program& it) { it.segments[0].expr = sample::add(it, Op::aggregate, {}, 1); },
         "asks about an entry"},
        {"a record's field",
         [](Program& it) {
             const Index last = sample::add(it, Op::aggregate, {}, 0);
             it.journeys[0].admit = sample::add(it, Op::record_field, {last}, 2, 0);
         },
         "no such field"},
        {"a map without a value",
         [](Program& it) {
             const Index name = sample::add_constant(it, "x");
             it.journeys[0].admit = sample::add(it, Op::map, {name});
         },
         "pairs"},
        {"a map with a name that is not text",
         [](Program& it) {
             const Index name = sample::add_constant(it, 1);
             it.journeys[0].admit = sample::add(it, Op::map, {name, name});
         },
         "constant texts"},
        {"an operand that is its parent",
         [](Program& it) {
             const Index self = sample::add(it, Op::logical_not, {0});
             it.operands.back() = self;
         },
         "back to itself"},
        {"a segment that asks for itself",
         [](Program& it) { it.segments[0].expr = sample::add(it, Op::member, {}, 0); },
         "back to itself"},
        {"an aggregate's filter that asks for the aggregate",
         [](Program& it) { it.aggregates[0].filter = sample::add(it, Op::aggregate, {}, 0); },
         "back to itself"},
        {"65 deep", [](Program& it) { nest(it, 65); }, "64 deep"},
        {"a hundred thousand deep", [](Program& it) { nest(it, 100'000); }, "64 deep"},
        {"a tree that doubles on every level",
         [](Program& it) {
             Index at = sample::add_constant(it, true);
             for (int i = 0; i < 40; ++i)
                 at = sample::add(it, Op::logical_and, {at, at});
             it.journeys[0].admit = at;
         },
         "10,000 steps"},
        {"a sum of nothing", [](Program& it) { it.aggregates[0].field = kNone; },
         "needs a field"},
        {"an aggregate's event", [](Program& it) { it.aggregates[0].event = 2; }, "its event"},
        {"a window's bound", [](Program& it) { it.aggregates[1].window.since = kNone; },
         "first bound"},
        {"a list without a limit",
         [](Program& it) { it.aggregates[0].fn = AggregateFn::list; }, "limit from 1 to 100"},
        {"a segment without a rule", [](Program& it) { it.segments[0].expr = kNone; },
         "does not exist"},
        // journeys
        {"a trigger's event", [](Program& it) { std::get<OnEvent>(it.journeys[0].triggers[0]).pattern.event = kNone; },
         "event that does not exist"},
        {"the first state", [](Program& it) { it.journeys[0].start = 9; }, "first state"},
        {"no state", [](Program& it) { it.journeys[0].states.clear(); }, "first state"},
        {"501 states",
         [](Program& it) { it.journeys[0].states.resize(501, State{End{"finished"}, "", 0, ""}); },
         "500 states"},
        {"once per nothing", [](Program& it) { it.journeys[0].reentry = Reentry::once_per; },
         "once per"},
        {"the frequency", [](Program& it) { it.journeys[0].frequency = 1; }, "frequency"},
        {"the quiet hours", [](Program& it) { it.journeys[0].quiet = 1; }, "quiet"},
        {"an exit from nothing", [](Program& it) { it.journeys[0].exits[0].condition = kNone; },
         "by an event, by a condition or by a segment"},
        {"the goal's event", [](Program& it) { it.journeys[0].goals[0].pattern.event = 7; },
         "event that does not exist"},
        {"a condition on no event",
         [](Program& it) { it.journeys[0].exits[0].pattern.filter = it.journeys[0].admit; },
         "and no event"},
        {"version 0", [](Program& it) { it.journeys[0].version = 0; }, "version"},
        {"a send to nowhere",
         [](Program& it) { act<Send>(it, sample::send_hello).next = kNone; }, "state 0: it leads"},
        {"a send by another channel",
         [](Program& it) { act<Send>(it, sample::send_hello).channel = 1; }, "another channel"},
        {"a send's argument",
         [](Program& it) { act<Send>(it, sample::send_hello).args[0].expr = kNone; },
         "the argument `name`"},
        {"a test's way out", [](Program& it) { act<Test>(it, sample::test).if_true = 9; },
         "leads to a state"},
        {"weights", [](Program& it) { act<Pick>(it, sample::pick).arms[0].weight = 0.4; },
         "add up to 1"},
        {"a weight that is no number",
         [](Program& it) {
             act<Pick>(it, sample::pick).arms[0].weight = std::numeric_limits<double>::quiet_NaN();
         },
         "share from 0 to 1"},
        {"a holdout without a target",
         [](Program& it) { act<Pick>(it, sample::pick).holdout_target = kNone; },
         "leads to a state"},
        {"no arm", [](Program& it) { act<Pick>(it, sample::pick).arms.clear(); }, "no arm"},
        {"a wait back in time",
         [](Program& it) { act<Await>(it, sample::wait_for).timer = WaitFor{{0, 0, -1}}; },
         "negative time"},
        {"a wait for nothing",
         [](Program& it) { act<Await>(it, sample::wait_until).timer = WaitUntil{}; },
         "neither for a moment"},
        {"an eighth day",
         [](Program& it) {
             std::get<WaitUntil>(act<Await>(it, sample::wait_until).timer).weekday = 8;
         },
         "weekday"},
        {"an arm for nothing",
         [](Program& it) { act<Await>(it, sample::wait_until).arms[0].condition = kNone; },
         "waits for one thing"},
        {"an arm for two things",
         [](Program& it) {
             act<Await>(it, sample::wait_for).arms[0].condition = it.journeys[0].admit;
         },
         "waits for one thing"},
        {"a timeout to nowhere",
         [](Program& it) { act<Await>(it, sample::wait_for).timeout = kNone; },
         "leads to a state"},
        {"a field to set", [](Program& it) { act<SetField>(it, sample::set_field).field = 3; },
         "profile field"},
        {"a local to set", [](Program& it) { act<SetLocal>(it, sample::set_local).local = 1; },
         "local"},
        {"a nameless tag", [](Program& it) { act<Tag>(it, sample::tag).names = {""}; },
         "names no tag"},
        {"an end without a word", [](Program& it) { act<End>(it, sample::end).reason = ""; },
         "gives no reason"},
        {"a circle without a wait",
         [](Program& it) { act<Tag>(it, sample::tag).next = sample::test; }, "without a wait"},
        {"a circle of one", [](Program& it) { act<Tag>(it, sample::tag).next = sample::tag; },
         "without a wait"},
    }));
    CAPTURE(row.label);
    Program hurt = sample::program();
    row.harm(hurt);
    const auto result = verify(hurt);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::invalid);
    CHECK_THAT(result.error().detail, Catch::Contains(row.says));
    // What cannot be verified cannot be read either.
    CHECK_FALSE(decode(encode(hurt)));
}

TEST_CASE("nothing gets past the verifier in the other ways in and acts either", "[ir]") {
    using sample::more;
    using sample::More;
    using sample::way;
    using sample::Way;
    const auto row = GENERATE(values<Row>({
        {"unless without lasts", [](Program& it) { way<OnEvent>(it, Way::dwell).lasts.reset(); },
         "without `lasts`"},
        {"lasts in days",
         [](Program& it) {
             way<OnEvent>(it, Way::dwell).lasts = CalendarDuration{0, 1, 0};
         },
         "not an exact time"},
        {"lasts without dwell", [](Program& it) { it.events[2].dwell.reset(); }, "without `dwell`"},
        {"a heartbeat that is none", [](Program& it) { it.events[2].dwell->ping = 99; },
         "an event that does not exist"},
        {"a heartbeat without the field", [](Program& it) { it.events[2].dwell->ping_key = 1; },
         "lacks the field"},
        {"a heartbeat without a pace", [](Program& it) { it.events[2].dwell->every = {}; },
         "no pace"},
        {"reaching by nothing", [](Program& it) { way<OnReach>(it, Way::reach).aggregate = 99; },
         "an aggregate that is not"},
        {"reaching by what does not count",
         [](Program& it) { way<OnReach>(it, Way::reach).aggregate = 1; }, "does not count up"},
        {"reaching something that moves",
         [](Program& it) { way<OnReach>(it, Way::reach).threshold = it.journeys[0].key; },
         "not a constant"},
        {"per a field that is none", [](Program& it) { way<OnReach>(it, Way::reach).per = 7; },
         "`per` names"},
        {"a segment to join", [](Program& it) { way<OnSegment>(it, Way::segment).segment = 9; },
         "its segment"},
        {"no weekday", [](Program& it) { way<OnSchedule>(it, Way::weekly).weekdays = 0; },
         "no weekday"},
        {"a date field for a weekly one",
         [](Program& it) { way<OnSchedule>(it, Way::weekly).date_field = 0; }, "yearly trigger"},
        {"no audience", [](Program& it) { way<OnSchedule>(it, Way::yearly).audience = kNone; },
         "its audience"},
        {"a late hour", [](Program& it) { way<OnSchedule>(it, Way::yearly).time_seconds = 90'000; },
         "outside of the day"},
        {"an exit by two things",
         [](Program& it) { it.journeys[1].exits[0].condition = it.journeys[1].admit; },
         "by a segment"},
        {"a winner per goal",
         [](Program& it) { it.journeys[1].winners[0].denominator = Metric::goal; }, "per goal"},
        {"a winner by no goal", [](Program& it) { it.journeys[1].winners[0].goal = ""; },
         "names the goal"},
        {"a fallback that is no arm", [](Program& it) { it.journeys[1].winners[0].otherwise = 2; },
         "not one of the arms"},
        {"a move from the future",
         [](Program& it) { it.journeys[1].migrations[0].from_version = 3; }, "not an older one"},
        {"a move to nowhere", [](Program& it) { it.journeys[1].migrations[0].moves[0].to = 99; },
         "a move leads"},
        {"a sample", [](Program& it) { more<Pick>(it, More::draw).sample = 1.5; }, "its sample"},
        {"a rest without a place",
         [](Program& it) { more<Pick>(it, More::draw).rest_target = kNone; }, "leads to a state"},
        {"a winner never found", [](Program& it) { more<Settle>(it, More::settle).winner = 1; },
         "never found"},
        {"a webhook that is none", [](Program& it) { more<Call>(it, More::call).webhook = 1; },
         "its webhook"},
        {"what a webhook does not take",
         [](Program& it) { more<Call>(it, More::call).args[0].name = "email"; }, "does not take"},
        {"a call without a way to fail",
         [](Program& it) { more<Call>(it, More::call).failed = kNone; }, "leads to a state"},
        {"a webhook elsewhere", [](Program& it) { it.webhooks[0].url = "file:///etc/passwd"; },
         "one of HTTP"},
        {"making a built-in event", [](Program& it) { more<Emit>(it, More::emit).event = 1; },
         "built-in event"},
        {"making an event with more than it has",
         [](Program& it) { more<Emit>(it, More::emit).args[0].name = "x"; },
         "a field that the event does not have"},
        {"running what is not called", [](Program& it) { more<Run>(it, More::run).journey = 0; },
         "not entered when called"},
        {"a circle that never rests",
         [](Program& it) { more<Run>(it, More::run).next = More::emit; }, "without a wait"},
        {"a choice without an otherwise",
         [](Program& it) { break_expr(it, Op::select, [](Expr& at) { --at.count; }); },
         "wrong number"},
    }));
    CAPTURE(row.label);
    Program hurt = sample::whole_program();
    row.harm(hurt);
    const auto result = verify(hurt);
    REQUIRE_FALSE(result);
    CHECK_THAT(result.error().detail, Catch::Contains(row.says));
    CHECK_FALSE(decode(encode(hurt)));
}

TEST_CASE("64 deep and 10,000 steps are allowed", "[ir]") {
    Program program = sample::program();
    nest(program, 64);
    CHECK(verify(program));
    Index at = sample::add_constant(program, true);
    for (int i = 0; i < 12; ++i)
        at = sample::add(program, Op::logical_and, {at, at});
    program.journeys[0].admit = at;  // 8,191 nodes
    CHECK(verify(program));
}

TEST_CASE("a circle through a wait or a send is a loop that rests", "[ir]") {
    Program program = sample::program();
    act<Tag>(program, sample::tag).next = sample::wait_for;
    CHECK(verify(program));
    act<Tag>(program, sample::tag).next = sample::send_hello;
    CHECK(verify(program));
}
