#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

namespace journey::core::kit {
namespace {

ir::Type type_of(ir::TypeKind kind) {
    ir::Type type;
    type.kind = kind;
    return type;
}

ir::Field field_of(const std::string& name, ir::TypeKind kind) {
    ir::Field field;
    field.name = name;
    field.type = type_of(kind);
    return field;
}

ir::Template template_of(const std::string& name, Index channel) {
    ir::Template text;
    text.name = name;
    text.channel = channel;
    text.subject = "Hello";
    text.body = "Hello {{ name }}";
    return text;
}

}  // namespace

Builder::Builder() {
    using enum ir::TypeKind;
    program.workspace.name = "shop";
    program.workspace.zone = "Europe/Berlin";
    program.workspace.currency = "EUR";
    for (const char* name : {"email", "phone", "first_name"})
        program.profile.push_back(field_of(name, text));
    program.profile.push_back(field_of("time_zone", zone));
    program.profile.push_back(field_of("tier", text));
    program.profile.push_back(field_of("age", integer));
    program.events.push_back(
        {"viewed",
         {field_of("sku", text), field_of("price", real), field_of("category", text)},
         false,
         {}});
    program.events.push_back(
        {"bought", {field_of("order_id", text), field_of("total", money)}, false, {}});
    program.events[1].fields[0].required = true;
    program.events[1].fields[1].type.currency = "EUR";
    for (const char* name : ir::kBuiltinEvents) {
        ir::EventType event{name, {}, true, {}};
        for (const char* field : ir::kBuiltinEventFields)
            event.fields.push_back(field_of(field, text));
        program.events.push_back(std::move(event));
    }
    program.channels.push_back(
        {"email", ir::ChannelKind::email, field("email"), "shop@example.com", "", 0, 0});
    program.channels.push_back({"sms", ir::ChannelKind::sms, field("phone"), "", "Shop", 0, 0});
    program.channels.push_back({"hook", ir::ChannelKind::webhook, ir::kNone, "", "", 0, 0});
    program.consents.push_back({"news", "News", {0}, ir::Basis::opt_in});
    program.consents.push_back({"info", "Info", {0}, ir::Basis::opt_out});
    ir::Template hello = template_of("hello", 0);
    hello.params.push_back({field_of("name", text)});
    hello.params[0].field.fallback = Value("friend");
    program.templates.push_back(std::move(hello));
    ir::Template offer = template_of("offer", 0);
    offer.consent = 0;
    program.templates.push_back(std::move(offer));
    ir::Template code = template_of("code", 1);
    code.params.push_back({field_of("code", text)});
    code.params[0].field.required = true;
    program.templates.push_back(std::move(code));
    ir::Template receipt = template_of("receipt", 0);
    receipt.message_class = ir::MessageClass::transactional;
    program.templates.push_back(std::move(receipt));
    program.templates.push_back(template_of("ping", 2));
}

Index Builder::op(ir::Op op, std::vector<Index> operands, Index a, Index b) {
    ir::Expr expr;
    expr.op = op;
    expr.a = a;
    expr.b = b;
    expr.first = static_cast<Index>(program.operands.size());
    expr.count = static_cast<Index>(operands.size());
    program.operands.insert(program.operands.end(), operands.begin(), operands.end());
    program.exprs.push_back(expr);
    return static_cast<Index>(program.exprs.size() - 1);
}

Index Builder::constant(Value value) {
    program.constants.push_back(std::move(value));
    return op(ir::Op::constant, {}, static_cast<Index>(program.constants.size() - 1));
}

Index Builder::user(const std::string& name) {
    return op(ir::Op::user_field, {}, field(name));
}

Index Builder::row(const std::string& of, const std::string& name) {
    return op(ir::Op::row_field, {}, ir::find_named(program.events[event(of)].fields, name));
}

namespace {

Index place_in(std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    const auto index = static_cast<Index>(found - names.begin());
    if (found == names.end()) names.push_back(name);
    return index;
}

}  // namespace

Index Builder::trigger(ir::Journey& journey, const std::string& name) {
    return op(ir::Op::trigger_field, {}, place_in(journey.trigger_fields, name));
}

Index Builder::local(ir::Journey& journey, const std::string& name) {
    return op(ir::Op::local, {}, place_in(journey.locals, name));
}

Index Builder::aggregate(ir::Aggregate aggregate) {
    program.aggregates.push_back(aggregate);
    return op(ir::Op::aggregate, {}, static_cast<Index>(program.aggregates.size() - 1));
}

Index Builder::count_of(const std::string& name, ir::Window window) {
    return aggregate({ir::AggregateFn::count, event(name), ir::kNone, ir::kNone, window, 0, 0});
}

Index Builder::did(const std::string& name, ir::Window window) {
    return aggregate({ir::AggregateFn::did, event(name), ir::kNone, ir::kNone, window, 0, 0});
}

Index Builder::consented(const std::string& name) {
    return op(ir::Op::consented, {}, ir::find_named(program.consents, name));
}

Index Builder::reachable(const std::string& name) {
    return op(ir::Op::reachable, {}, channel(name));
}

ir::Pattern Builder::on(const std::string& name, Index filter) const {
    return {event(name), filter};
}
Index Builder::event(const std::string& name) const {
    return ir::find_named(program.events, name);
}
Index Builder::channel(const std::string& name) const {
    return ir::find_named(program.channels, name);
}
Index Builder::message(const std::string& name) const {
    return ir::find_named(program.templates, name);
}
Index Builder::field(const std::string& name) const {
    return ir::find_named(program.profile, name);
}

ir::Journey Builder::journey(const std::string& name, const std::string& trigger_event) const {
    ir::Journey journey;
    journey.name = name;
    journey.start = 0;
    journey.triggers.push_back(ir::OnEvent{on(trigger_event), {}, {}});
    journey.reentry = ir::Reentry::always;
    return journey;
}

Index Builder::add(ir::Journey& journey, ir::State state) {
    if (state.step.empty()) state.step = "step_" + std::to_string(journey.states.size());
    journey.states.push_back(std::move(state));
    return static_cast<Index>(journey.states.size() - 1);
}

Index Builder::send(ir::Journey& journey, const std::string& message_template,
                    std::vector<ir::NamedExpr> args) {
    ir::Send send;
    send.message_template = message(message_template);
    send.channel = program.templates[send.message_template].channel;
    send.args = std::move(args);
    send.next = next_of(journey);
    return add(journey, {send, message_template, 0, ""});
}

Index Builder::wait(ir::Journey& journey, CalendarDuration duration,
                    std::vector<ir::WaitArm> arms) {
    return add(journey,
               {ir::Await{ir::WaitFor{duration}, std::move(arms), next_of(journey)}, "", 0, ""});
}

Index Builder::fetch(const std::string& name, const std::string& message_template) {
    ir::Fetch made;
    made.name = name;
    made.url = "https://api.example.com/" + name + "?who={{ user.first_name | url_encode }}";
    program.fetches.push_back(made);
    const auto index = static_cast<Index>(program.fetches.size() - 1);
    program.templates[message(message_template)].fetches.push_back(index);
    return index;
}

Index Builder::webhook() {
    const Index known = ir::find_named(program.webhooks, "coupons");
    if (known != ir::kNone) return known;
    ir::Webhook made;
    made.name = "coupons";
    made.url = "https://shop.example/coupons";
    made.sends = {"sku"};
    ir::Field code;
    code.name = "code";
    code.type.kind = ir::TypeKind::text;
    code.required = true;
    ir::Field percent;
    percent.name = "percent";
    percent.type.kind = ir::TypeKind::integer;
    made.gives = {code, percent};
    made.retries = 2;
    program.webhooks.push_back(made);
    return static_cast<Index>(program.webhooks.size() - 1);
}

Index Builder::call(ir::Journey& journey, std::vector<ir::NamedExpr> args) {
    ir::Call made;
    made.webhook = webhook();
    made.args = std::move(args);
    local(journey, "coupon");
    made.local = ir::kNone;
    for (std::size_t i = 0; i < journey.locals.size(); ++i) {
        if (journey.locals[i] == "coupon") made.local = static_cast<Index>(i);
    }
    made.next = next_of(journey);
    made.failed = made.next;
    return add(journey, {made, "", 0, ""});
}

Index Builder::emit(ir::Journey& journey, const std::string& name,
                    std::vector<ir::NamedExpr> args) {
    return add(journey, {ir::Emit{event(name), std::move(args), next_of(journey)}, "", 0, ""});
}

Index Builder::end(ir::Journey& journey, const std::string& reason) {
    return add(journey, {ir::End{reason}, "", 0, ""});
}

Bytes Builder::bytes() const {
    const auto verified = ir::verify(program);
    if (!verified) FAIL(verified.error().detail);
    return ir::encode(program);
}

}  // namespace journey::core::kit
