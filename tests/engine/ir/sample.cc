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
                         false});
    EventType clicked{"clicked", {}, true};
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
    Template hello{
        "hello", 0,   MessageClass::marketing, 0, "Hi", "", "Hello {{ name }}", "<p>Hi</p>", {},
        {0},     true};
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
    Pick pick{"hello_test", 0.1, At::end, {}};
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
    journey.exits = {{"left", {}, add(it, Op::consented, {}, 0)}};
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

}  // namespace journey::ir::sample
