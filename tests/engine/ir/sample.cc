#include "tests/engine/ir/sample.h"

namespace journey::ir::sample {
namespace {

Type type(TypeKind kind) {
    Type it;
    it.kind = kind;
    return it;
}

void declare(Program& it) {
    it.workspace = {"shop", "Asia/Shanghai", "CNY", "zh-CN", 1};
    Type tier = type(TypeKind::choice);
    tier.choices = {"plus", "pro"};
    Type topics = type(TypeKind::list);
    topics.element = TypeKind::text;
    it.profile = {{"email", type(TypeKind::text), true, true, std::nullopt},
                  {"tier", tier, false, false, Value("plus")},
                  {"topics", topics, false, false, std::nullopt}};
    Type money = type(TypeKind::money);
    money.currency = "CNY";
    it.events.push_back({"order_paid",
                         {{"order_id", type(TypeKind::text), true, false, std::nullopt},
                          {"total", money, false, false, std::nullopt}},
                         false,
                         {}});
    EventType clicked{"clicked", {}, true, {}};
    for (const char* name : kBuiltinEventFields)
        clicked.fields.push_back({name, type(TypeKind::text), false, false, std::nullopt});
    it.events.push_back(clicked);
    it.channels.push_back({"email", ChannelKind::email, 0, "shop@example.com", "Shop", 50, 0});
    it.channels.push_back({"webhook", ChannelKind::webhook, kNone, "", "", 0, 0});
    it.consents.push_back({"newsletter", "News", {0}, Basis::double_opt_in});
    it.frequencies.push_back(
        {"gentle",
         {{1, 0, CalendarUnit::day, 0}, {6, kNone, CalendarUnit::none, 604'800}},
         MessageClass::marketing,
         true,
         {0, 2, 0}});
    it.quiets.push_back({"night", 77'400, 32'400, "", {0}, true, NoZone::use, "Asia/Shanghai"});
    Template hello{"hello",
                   0,
                   MessageClass::marketing,
                   0,
                   "Hi",
                   "",
                   "Hello {{ name }}",
                   "<p>Hi</p>",
                   {},
                   {0},
                   true,
                   {},
                   {},
                   {},
                   {}};
    hello.params.push_back({{"name", type(TypeKind::text), true, false, std::nullopt}});
    it.templates.push_back(hello);
}

void declare_rules(Program& it) {
    const Index total = add(it, Op::row_field, {}, 1);
    const Index hundred = add_constant(it, Money{10'000, {{'C', 'N', 'Y'}}});
    const Index large = add(it, Op::greater_equal, {total, hundred});
    it.aggregates.push_back(
        {AggregateFn::sum, 0, 1, large, {WindowKind::within, {12, 0, 0}, kNone, kNone}, 0, 0});
    const Index entry = add(it, Op::entry_time);
    it.aggregates.push_back(
        {AggregateFn::did, 0, kNone, kNone, {WindowKind::since, {}, entry, kNone}, 1, 0});
    const Index spent = add(it, Op::aggregate, {}, 0);
    const Index champion = add(it, Op::greater, {spent, hundred});
    it.segments.push_back({"champions", "Champions", champion});
}

void fill_states(Program& it, Journey& journey) {
    const auto text = [&](const char* word) { return add_constant(it, word); };
    journey.states.resize(At::end + 1);
    Send send;
    send.channel = 0;
    send.message_template = 0;
    send.args = {{"name", add(it, Op::fallback, {add(it, Op::user_field, {}, 0), text("friend")})}};
    send.validity = {Validity::Kind::for_duration, {0, 2, 0}, 0, ""};
    send.retry_for = CalendarDuration{0, 0, 3600};
    send.next = At::wait_for;
    journey.states[At::send_hello] = {send, "hello", 3, "send email hello"};
    WaitArm arm;
    const Index message = add(it, Op::row_field, {}, 0);
    arm.pattern = {1, add(it, Op::equal, {message, text("hello")})};
    arm.target = At::end;
    journey.states[At::wait_for] = {Await{WaitFor{{0, 3, 0}}, {arm}, At::test}, "wait_1", 4,
                                    "wait"};
    const Index did = add(it, Op::aggregate, {}, 1);
    const Index member = add(it, Op::member, {}, 0);
    journey.states[At::test] = {Test{add(it, Op::logical_and, {did, member}), At::pick, At::end},
                                "if_1", 5, "if"};
    Pick pick;
    pick.experiment = "hello_test";
    pick.holdout = 0.1;
    pick.holdout_target = At::end;
    pick.arms = {{"a", 0.5, At::set_field}, {"b", 0.5, At::set_local}};
    journey.states[At::pick] = {pick, "experiment", 6, "experiment"};
    journey.states[At::set_field] = {SetField{1, text("pro"), At::tag}, "set", 7, "set"};
    const Index order = add(it, Op::trigger_field, {}, 0);
    journey.states[At::set_local] = {SetLocal{0, order, At::tag}, "let", 8, "let"};
    journey.states[At::tag] = {Tag{true, {"greeted"}, At::wait_until}, "tag", 9, "tag"};
    Await until;
    until.timer = WaitUntil{std::uint8_t{2}, 36'000, kNone, ""};
    WaitArm when;
    when.condition = add(it, Op::equal, {add(it, Op::local, {}, 0), text("x")});
    when.target = At::send_hello;
    until.arms = {when};
    until.timeout = At::send_hello;
    journey.states[At::wait_until] = {until, "wait_2", 10, "wait until Tuesday"};
    journey.states[At::end] = {End{"finished"}, "end", 11, "end"};
    journey.start = At::send_hello;
}

}  // namespace

Index add(Program& program, Op op, const std::vector<Index>& operands, Index a, Index b) {
    Expr expr;
    expr.op = op;
    expr.a = a;
    expr.b = b;
    expr.first = static_cast<Index>(program.operands.size());
    expr.count = static_cast<Index>(operands.size());
    program.operands.insert(program.operands.end(), operands.begin(), operands.end());
    program.exprs.push_back(expr);
    return static_cast<Index>(program.exprs.size() - 1);
}

Index add_constant(Program& program, Value value) {
    program.constants.push_back(std::move(value));
    return add(program, Op::constant, {}, static_cast<Index>(program.constants.size() - 1));
}

Program program() {
    Program it;
    declare(it);
    declare_rules(it);
    Journey journey;
    journey.name = "welcome";
    journey.title = "Welcome";
    journey.owner = "crm";
    journey.triggers = {OnEvent{{0, kNone}, {}, {}}};
    journey.trigger_fields = {"order_id"};
    journey.locals = {"code"};
    journey.admit = add(it, Op::is_present, {add(it, Op::user_field, {}, 0)});
    journey.key = add(it, Op::trigger_field, {}, 0);
    journey.reentry = Reentry::after;
    journey.reentry_after = {0, 30, 0};
    journey.goals = {{"bought", {0, kNone}, CalendarDuration{0, 14, 0}, true}};
    Exit exit;
    exit.reason = "left";
    exit.condition = add(it, Op::consented, {}, 0);
    journey.exits = {exit};
    journey.frequency = 0;
    journey.quiet = 0;
    journey.lifetime = CalendarDuration{0, 45, 0};
    journey.priority = -2;
    journey.file = "welcome.journey";
    journey.line = 1;
    fill_states(it, journey);
    it.journeys.push_back(journey);
    it.journeys[0].hash = journey_hash(it, it.journeys[0]);
    return it;
}

namespace {

void declare_more(Program& it) {
    const Type text = type(TypeKind::text);
    it.profile.push_back({"birthday", type(TypeKind::date), false, false, std::nullopt});
    const auto at = static_cast<Index>(it.events.size());
    it.events.push_back({"viewed", {{"view", text, true, false, {}}}, false, {}});
    it.events.push_back({"ping", {{"view", text, true, false, {}}}, false, {}});
    it.events.push_back({kCalledEvent, {}, true, {}});
    it.events[at].dwell = Dwell{at + 1, 0, 0, {0, 0, 15}, kNone, kNone};
    it.webhooks.push_back(
        {"mint", "https://example.com/mint", {"sku"}, {{"code", text, true, false, {}}}, 5, 2});
    it.aggregates.push_back({AggregateFn::count, at, kNone, kNone, {}, 3, 0});
}

Journey more_ways_in(Program& it) {
    const Index viewed = find_named(it.events, "viewed");
    Journey journey;
    journey.name = "more";
    journey.version = 3;
    journey.triggers = {
        OnEvent{{viewed, kNone}, CalendarDuration{0, 0, 90}, {{0, kNone}}},
        OnReach{static_cast<Index>(it.aggregates.size() - 1), add_constant(it, 3), 0},
        OnSegment{0, false},
        OnSchedule{Recurrence::yearly, 34'200, 0, 0, find_named(it.profile, "birthday"),
                   LeapDay::feb_28, 0, "", 0},
        OnSchedule{Recurrence::weekly, 28'800, 1, 0, kNone, LeapDay::skip, 0, "Asia/Shanghai", 0},
        OnCall{}};
    journey.locals = {"coupon"};
    Exit left;
    left.reason = "champions";
    left.segment = 0;
    journey.exits = {left};
    journey.goals = {{"bought", {0, kNone}, std::nullopt, false}};
    journey.winners = {
        {"subject", Metric::goal, "bought", Metric::delivered, {0, 0, 14'400}, 500, 0.95, 1}};
    journey.migrations = {{2, {{"old_mail", More::call}}, Others::restart}};
    return journey;
}

}  // namespace

Program whole_program() {
    Program it = program();
    declare_more(it);
    Journey journey = more_ways_in(it);
    const Index text = add_constant(it, "A1");
    journey.states.resize(More::over + 1);
    Pick pick;
    pick.experiment = "subject";
    pick.sample = 0.2;
    pick.rest_target = More::settle;
    pick.arms = {{"plain", 0.5, More::call}, {"emoji", 0.5, More::emit}};
    journey.states[More::draw] = {pick, "subject", 1, ""};
    journey.states[More::settle] = {Settle{0, {More::call, More::emit}}, "settle", 2, ""};
    journey.states[More::call] = {Call{0, {{"sku", text}}, 0, More::emit, More::over}, "c", 3, ""};
    journey.states[More::emit] = {
        Emit{find_named(it.events, "viewed"), {{"view", text}}, More::run}, "e", 4, ""};
    journey.states[More::run] = {Run{1, {{"sku", text}}, More::wait}, "r", 5, ""};
    journey.states[More::wait] = {Await{WaitFor{{0, 1, 0}}, {}, More::over}, "w", 6, ""};
    journey.states[More::over] = {End{"finished"}, "end", 7, ""};
    const Index yes = add_constant(it, true);
    journey.admit = add(it, Op::equal,
                        {add(it, Op::select, {yes, text, text}),
                         add(it, Op::element, {add(it, Op::tags), add_constant(it, 0)})});
    journey.start = More::draw;
    it.journeys.push_back(journey);
    it.journeys[1].hash = journey_hash(it, it.journeys[1]);
    return it;
}

}  // namespace journey::ir::sample
