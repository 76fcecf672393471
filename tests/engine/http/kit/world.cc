#include "tests/engine/http/kit/world.h"

#include "connectors/inbound/inbound.h"
#include "engine/ir/ir.h"

#include <fmt/format.h>

namespace journey::http::test {
namespace {

ir::Field field(std::string name, ir::TypeKind kind) {
    ir::Field made;
    made.name = std::move(name);
    made.type.kind = kind;
    return made;
}

ir::Journey journey(std::string name, ir::Index event) {
    ir::Journey made;
    made.name = std::move(name);
    made.title = "Journey " + made.name;
    made.triggers.push_back(ir::OnEvent{{event, ir::kNone}, {}, {}});
    ir::State end;
    end.act = ir::End{"finished"};
    end.step = "end_1";
    made.states.push_back(end);
    made.start = 0;
    return made;
}

}  // namespace

ir::Program shop_program() {
    using enum ir::TypeKind;
    ir::Program program;
    program.workspace.name = "shop";
    program.profile = {field("email", text),  field("first_name", text),
                       field("age", integer), field("time_zone", zone),
                       field("locale", text), field("push_token", text)};
    ir::EventType signed_up{"signed_up", {field("plan", choice)}, false, {}};
    signed_up.fields[0].type.choices = {"free", "pro"};
    ir::EventType order{
        "order_completed",
        {field("order_id", text), field("total", real), field("placed_at", instant)},
        false,
        {}};
    order.fields[0].required = true;
    const ir::EventType page{"page_viewed", {field("name", text), field("url", text)}, false, {}};
    program.events = {signed_up, order, page};
    for (const char* name : ir::kBuiltinEvents) {
        ir::EventType builtin{name, {}, true, {}};
        for (const char* each : ir::kBuiltinEventFields)
            builtin.fields.push_back(field(each, text));
        program.events.push_back(builtin);
    }
    ir::Channel email{"email", ir::ChannelKind::email, 0, "Shop <hello@shop.example>", "", 0, 0};
    ir::Channel push{"push", ir::ChannelKind::push, 5, "", "", 0, 0};
    program.channels = {email, push};
    program.consents = {{"newsletter", "News", {0}, ir::Basis::opt_in}};
    program.journeys = {journey("welcome", 0), journey("winback", 1)};
    for (ir::Journey& each : program.journeys)
        each.hash = ir::journey_hash(program, each);
    return program;
}

HttpOptions test_options() {
    HttpOptions options;
    options.port = 0;
    options.write_keys = {kKey, "wk_test_2"};
    options.admin_token = kToken;
    options.public_url = "https://shop.example";
    options.link_secret = "a-secret-of-links";
    options.readers["sms"] = connectors::inbound::make_twilio_reader({{std::string("12345")}});
    options.readers["twilio"] = options.readers["sms"];
    return options;
}

World::World(HttpOptions options) {
    engine.publish(shop_program());
    auto started = Server::start(std::move(options), engine, Logger::silent());
    ENSURE(started.has_value(), started.has_value() ? "" : started.error().detail);
    server = std::move(started.value());
}

World::~World() = default;

std::string basic(std::string_view key) {
    return fmt::format("Authorization: Basic {}\r\n", to_base64(fmt::format("{}:", key)));
}

std::string request_text(std::string_view method, std::string_view path, std::string_view headers,
                         std::string_view body) {
    return fmt::format("{} {} HTTP/1.1\r\nHost: shop.example\r\n{}Content-Length: {}\r\n\r\n{}",
                       method, path, headers, body.size(), body);
}

Answer World::ask(std::string_view method, std::string_view path, std::string_view headers,
                  std::string_view body) const {
    Connection connection = connect();
    connection.send(request_text(method, path, headers, body));
    return connection.receive(method == "HEAD");
}

Answer World::post(std::string_view path, std::string_view body) const {
    return ask("POST", path, basic(kKey) + "Content-Type: application/json\r\n", body);
}

Answer World::admin(std::string_view method, std::string_view path, std::string_view body) const {
    return ask(method, path, fmt::format("Authorization: Bearer {}\r\n", kToken), body);
}

}  // namespace journey::http::test
