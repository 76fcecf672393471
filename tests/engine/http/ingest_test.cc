#include "tests/engine/http/kit/world.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace journey;
using namespace journey::http::test;
using model::Alias;
using model::Identify;
using model::Track;

namespace {

List list_of(const Answer& answer, std::string_view name) {
    const Record record = answer.json();
    const Value* value = find(record, name);
    return value != nullptr && value->as<List>() != nullptr ? *value->as<List>() : List{};
}

std::string text_of(const Value& line, std::string_view name) {
    const Value* value = find(*line.as<Record>(), name);
    if (value == nullptr) return "";
    return value->as<std::string>() != nullptr ? *value->as<std::string>() : to_json(*value);
}

std::string json_of(const Record& record) {
    return to_json(Value(record));
}

template <typename Body>
const Body& body_of(const model::Command& command) {
    REQUIRE(std::holds_alternative<Body>(command.body));
    return std::get<Body>(command.body);
}

}  // namespace

TEST_CASE("a track becomes one durable command", "[http]") {
    World world;
    const Answer answer = world.post(
        "/v1/track",
        R"({"userId":"ada","event":"Order Completed","messageId":"m-1","properties":{"orderId":"o1","total":19.9}})");
    CHECK(answer.status == 200);
    CHECK(answer.header("Content-Type") == "application/json");
    CHECK(answer.body == R"({"success":true,"accepted":1,"rejected":[],"warnings":[]})");
    const auto submissions = world.engine.submissions();
    REQUIRE(submissions.size() == 1);
    CHECK(submissions[0].when == runtime::AckWhen::durable);
    CHECK_FALSE(submissions[0].reserved);
    REQUIRE(submissions[0].commands.size() == 1);
    const model::Command& command = submissions[0].commands[0];
    CHECK(command.external_id == "user:ada");
    CHECK(command.person == model::person_id_of("user:ada"));
    CHECK(command.message_id == "m-1");
    CHECK(command.event_time == Instant{});  // the log knows best when it took it in
    CHECK(body_of<Track>(command).event == "order_completed");
    CHECK(json_of(body_of<Track>(command).properties) == R"({"order_id":"o1","total":19.9})");
}

TEST_CASE("every call of Segment's becomes its commands", "[http]") {
    struct Row {
        const char* label;
        const char* path;
        const char* body;
        std::vector<std::string> commands;  // "external id: what"
    };
    const std::vector<Row> rows = {
        {"identify",
         "/v1/identify",
         R"({"userId":"u","traits":{"firstName":"Ada","age":36,"shoe":1}})",
         {R"(user:u: identify {"first_name":"Ada","age":36,"shoe":1})"}},
        {"identify of an unknown person",
         "/v1/identify",
         R"({"anonymousId":"a"})",
         {"anon:a: identify {}"}},
        {"identify with both ids forwards the anonymous one",
         "/v1/i",
         R"({"userId":"u","anonymousId":"a","traits":{"email":"x@y.z"}})",
         {"anon:a: alias user:u", R"(user:u: identify {"email":"x@y.z"})"}},
        {"identify takes the context where the traits are silent",
         "/v1/identify",
         R"({"userId":"u","traits":{"locale":"fr-FR"},"context":{"locale":"de-DE","timezone":"Europe/Berlin"}})",
         {R"(user:u: identify {"time_zone":"Europe/Berlin","locale":"fr-FR"})"}},
        {"Segment's word for the zone",
         "/v1/identify",
         R"({"userId":"u","traits":{"timezone":"Asia/Tokyo"}})",
         {R"(user:u: identify {"time_zone":"Asia/Tokyo"})"}},
        {"track with both ids is the user's",
         "/v1/t",
         R"({"userId":"u","anonymousId":"a","event":"signed_up"})",
         {"user:u: track signed_up {}"}},
        {"track of an anonymous person",
         "/v1/track",
         R"({"anonymousId":"a","event":"Signed Up"})",
         {"anon:a: track signed_up {}"}},
        {"track with a telling context",
         "/v1/track",
         R"({"userId":"u","event":"signed_up","context":{"device":{"token":"T"},"traits":{"email":"e@f.g","hat":1}}})",
         {R"(user:u: identify {"push_token":"T","email":"e@f.g"})", "user:u: track signed_up {}"}},
        {"page, declared",
         "/v1/page",
         R"({"userId":"u","name":"Home","properties":{"url":"/"}})",
         {R"(user:u: track page_viewed {"url":"/","name":"Home"})"}},
        {"screen, not declared: the person is made known",
         "/v1/screen",
         R"({"userId":"u","name":"Main"})",
         {"user:u: identify {}"}},
        {"group",
         "/v1/group",
         R"({"userId":"u","groupId":"g7","traits":{"name":"Acme"}})",
         {R"(user:u: identify {"group_id":"g7"})"}},
        {"alias",
         "/v1/alias",
         R"({"userId":"new","previousId":"old"})",
         {"anon:old: alias user:new", "user:old: alias user:new"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        World world;
        const Answer answer = world.post(row.path, row.body);
        CHECK(answer.status == 200);
        std::vector<std::string> commands;
        for (const model::Command& command : world.engine.commands()) {
            CHECK(command.person == model::person_id_of(command.external_id));
            commands.push_back(
                command.external_id + ": " +
                std::visit(
                    Match{[](const Identify& body) { return "identify " + json_of(body.traits); },
                          [](const Track& body) {
                              return "track " + body.event + " " + json_of(body.properties);
                          },
                          [](const Alias& body) { return "alias " + body.to; },
                          [](const auto&) { return std::string("another"); }},
                    command.body));
        }
        CHECK(commands == row.commands);
    }
}

TEST_CASE("commands of one event for one person have different message ids", "[http]") {
    World world;
    world.post("/v1/track",
               R"({"userId":"u","event":"signed_up","messageId":"m","context":{"locale":"de"}})");
    const auto commands = world.engine.commands();
    REQUIRE(commands.size() == 2);
    CHECK(commands[0].message_id == "m/context");
    CHECK(commands[1].message_id == "m");
}

TEST_CASE("one bad event never refuses its batch", "[http]") {
    World world;
    const Answer answer = world.post("/v1/batch", R"({"batch":[
        {"type":"track","userId":"a","event":"signed_up","properties":{"plan":"pro"}},
        {"type":"track","event":"signed_up"},
        {"type":"track","userId":"b"},
        {"type":"jump","userId":"b"},
        {"type":"track","userId":"c","event":"signed_up","timestamp":"soon"},
        {"type":"track","userId":"c","event":"opened"},
        {"type":"track","userId":"c","event":"signed_up","timestamp":"2029-01-01T00:00:00Z"},
        {"type":"track","userId":"c","event":"signed_up","timestamp":"1969-01-01T00:00:00Z"},
        {"type":"alias","userId":"c"},
        {"type":"group","userId":"c"},
        {"type":"identify","userId":"d","traits":{"email":"d@e.f"}}],
        "sentAt":null,"writeKey":"ignored when the header has one"})");
    CHECK(answer.status == 200);
    CHECK(answer.field("accepted") == "2");
    const List rejected = list_of(answer, "rejected");
    std::vector<std::string> seen;
    for (const Value& line : rejected) {
        seen.push_back(text_of(line, "index") + " " + text_of(line, "code"));
        CHECK_FALSE(text_of(line, "detail").empty());
    }
    CHECK(seen == std::vector<std::string>{"1 no_identity", "2 no_event", "3 unknown_type",
                                           "4 bad_timestamp", "5 reserved_event",
                                           "6 time_in_future", "7 time_too_early", "8 no_identity",
                                           "9 no_group"});
    REQUIRE(world.engine.submissions().size() == 1);
    CHECK(world.engine.commands().size() == 2);
}

TEST_CASE("what is odd but taken is told as a warning", "[http]") {
    World world;
    const Answer answer = world.post("/v1/batch", R"({"batch":[
        {"type":"track","userId":"a","event":"sign_up"},
        {"type":"track","userId":"a","event":"signed_up","properties":{"plan":"gold"}},
        {"type":"track","userId":"a","event":"order_completed","properties":{"order_id":7,"total":"much"}},
        {"type":"track","userId":"a","event":"order_completed","properties":{"placed_at":"2026-03-01T10:00:00Z"}},
        {"type":"identify","userId":"a","traits":{"age":"old"}}]})");
    CHECK(answer.status == 200);
    CHECK(answer.field("accepted") == "5");
    const List warnings = list_of(answer, "warnings");
    std::vector<std::string> seen;
    for (const Value& line : warnings)
        seen.push_back(text_of(line, "index") + " " + text_of(line, "code") + ": " +
                       text_of(line, "detail"));
    REQUIRE(seen.size() == 6);
    CHECK(seen[0] ==
          "0 unknown_event: `sign_up` is not declared; it is kept in quarantine. Did you mean "
          "`signed_up`?");
    CHECK(
        seen[1] ==
        "1 wrong_type: `plan` of `signed_up` should be one of `free`, `pro`, and this is text; it "
        "is treated as missing.");
    CHECK(seen[2].find("2 wrong_type: `order_id`") == 0);
    CHECK(seen[3].find("2 wrong_type: `total`") == 0);
    CHECK(seen[4].find("3 missing_property: `order_id`") == 0);
    CHECK(seen[5].find("4 wrong_type: The trait `age` should be a whole number") == 0);
    CHECK(world.engine.commands().size() == 5);
}

TEST_CASE("warnings are bounded", "[http]") {
    World world;
    std::string body = R"({"batch":[)";
    for (int i = 0; i < 150; ++i)
        body +=
            fmt::format(R"({}{{"type":"track","userId":"a","event":"e{}"}})", i == 0 ? "" : ",", i);
    const Answer answer = world.post("/v1/batch", body + "]}");
    CHECK(answer.field("accepted") == "150");
    CHECK(list_of(answer, "warnings").size() == 100);
    CHECK(answer.field("warnings_left_out") == "50");
}

TEST_CASE("event time is corrected for the sender's clock", "[http]") {
    struct Row {
        const char* label;
        const char* timestamp;
        const char* sent_at;
        const char* becomes;
    };
    const Row row = GENERATE(
        Row{"no timestamp: the moment at which the log takes it in", "null", "null",
            "1970-01-01T00:00:00.000Z"},
        Row{"no sentAt: as given", R"("2026-03-02T08:00:00Z")", "null", "2026-03-02T08:00:00.000Z"},
        Row{"a right clock", R"("2026-03-02T08:59:00Z")", R"("2026-03-02T09:00:00Z")",
            "2026-03-02T08:59:00.000Z"},
        Row{"a clock a year ahead", R"("2027-03-02T08:59:30Z")", R"("2027-03-02T09:00:00Z")",
            "2026-03-02T08:59:30.000Z"},
        Row{"a clock ten years behind", R"("2016-03-02T08:50:00Z")", R"("2016-03-02T09:00:00Z")",
            "2026-03-02T08:50:00.000Z"},
        Row{"a little ahead of us: now", R"("2026-03-02T09:00:07Z")", "null",
            "2026-03-02T09:00:00.000Z"},
        Row{"with an offset", R"("2026-03-02T10:30:00+02:00")", "null",
            "2026-03-02T08:30:00.000Z"});
    CAPTURE(row.label);
    World world;
    // sentAt comes behind the batch, as Segment's own library sends it.
    const std::string body = fmt::format(
        R"({{"batch":[{{"type":"track","userId":"a","event":"signed_up","timestamp":{}}}],"sentAt":{}}})",
        row.timestamp, row.sent_at);
    CHECK(world.post("/v1/batch", body).status == 200);
    const auto commands = world.engine.commands();
    REQUIRE(commands.size() == 1);
    CHECK(format_instant(commands[0].event_time) == row.becomes);
}

TEST_CASE("the context of a batch is shared by its events", "[http]") {
    World world;
    world.post("/v1/batch", R"({"batch":[
        {"type":"track","userId":"a","event":"signed_up"},
        {"type":"track","userId":"b","event":"signed_up","context":{"locale":"it-IT"}}],
        "context":{"locale":"de-DE"}})");
    const auto commands = world.engine.commands();
    REQUIRE(commands.size() == 4);
    CHECK(json_of(body_of<Identify>(commands[0]).traits) == R"({"locale":"de-DE"})");
    CHECK(json_of(body_of<Identify>(commands[2]).traits) == R"({"locale":"it-IT"})");
}

TEST_CASE("a single call whose event is bad is a 400, which Segment's client does not repeat",
          "[http]") {
    struct Row {
        const char* path;
        const char* body;
        const char* code;
    };
    const Row row =
        GENERATE(Row{"/v1/track", R"({"userId":"u"})", "no_event"},
                 Row{"/v1/track", R"({"event":"signed_up"})", "no_identity"},
                 Row{"/v1/track", R"({"userId":"","event":"signed_up"})", "no_identity"},
                 Row{"/v1/track", "{", "broken_json"}, Row{"/v1/track", "[]", "wrong_shape"},
                 Row{"/v1/batch", R"({"batch":7})", "wrong_shape"},
                 Row{"/v1/alias", R"({"userId":"u"})", "no_identity"});
    CAPTURE(row.body);
    World world;
    const Answer answer = world.post(row.path, row.body);
    CHECK(answer.status == 400);
    CHECK(answer.header("Content-Type") == "application/problem+json");
    CHECK(answer.field("code") == row.code);
    CHECK(answer.field("status") == "400");
    CHECK_FALSE(answer.field("title").empty());
    CHECK_FALSE(answer.field("detail").empty());
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("an empty batch is fine and costs no sync", "[http]") {
    World world;
    CHECK(world.post("/v1/batch", R"({"batch":[]})").status == 200);
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("the write key decides", "[http]") {
    struct Row {
        const char* label;
        std::string headers;
        const char* body;
        unsigned status;
    };
    const char* event = R"({"userId":"u","event":"signed_up"})";
    const char* with_key = R"({"writeKey":"wk_test_2","userId":"u","event":"signed_up"})";
    const std::vector<Row> rows = {
        {"the first key", basic(kKey), event, 200},
        {"the second key", basic("wk_test_2"), event, 200},
        {"a wrong key", basic("wk_test_3"), event, 401},
        {"a wrong key of another length", basic("x"), event, 401},
        {"an empty key", basic(""), event, 401},
        {"no key", "", event, 401},
        {"a key in the body", "", with_key, 200},
        {"a wrong key in the body", "", R"({"writeKey":"no","userId":"u","event":"signed_up"})",
         401},
        {"broken JSON without a key", "", "{", 401},
        {"a wrong key in the header and a right one in the body", basic("no"), with_key, 401},
        {"not base64", "Authorization: Basic ???\r\n", event, 401},
        {"another scheme", "Authorization: Bearer wk_test_1\r\n", event, 401},
        {"the scheme in small letters", "authorization: basic " + to_base64("wk_test_1:") + "\r\n",
         event, 200},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        World world;
        const Answer answer = world.ask("POST", "/v1/track", row.headers, row.body);
        CHECK(answer.status == row.status);
        if (row.status == 401) {
            CHECK(answer.field("code") == "wrong_key");
            CHECK(answer.header("WWW-Authenticate") == "Basic realm=\"journey\"");
            CHECK(world.engine.submissions().empty());
        }
    }
}

TEST_CASE("overload and trouble are told so that a sender comes again", "[http]") {
    struct Row {
        ErrorCode code;
        unsigned status;
        const char* name;
    };
    const Row row = GENERATE(Row{ErrorCode::retry, 503, "overloaded"},
                             Row{ErrorCode::refused, 503, "overloaded"},
                             Row{ErrorCode::cancelled, 503, "draining"},
                             Row{ErrorCode::storage_failed, 503, "storage_failed"});
    const bool at_once = GENERATE(true, false);
    CAPTURE(row.name, at_once);
    World world;
    if (at_once) {
        world.engine.refuse_with(error(row.code, "the queue is full"));
    } else {
        world.engine.fail_with(error(row.code, "the queue is full"));
    }
    const Answer answer = world.post("/v1/track", R"({"userId":"u","event":"signed_up"})");
    CHECK(answer.status == row.status);
    CHECK(answer.header("Retry-After") == "1");
    CHECK(answer.field("code") == row.name);
}

TEST_CASE("where there is no room a body is not even read, and withdrawals still get in",
          "[http]") {
    World world;
    world.engine.crowd_with(error(ErrorCode::retry, "the queue is full"));
    const Answer answer = world.post("/v1/batch", "no JSON at all");
    CHECK(answer.status == 503);
    CHECK(answer.header("Retry-After") == "1");
    CHECK(world.engine.submissions().empty());
    CHECK(world.post("/v1/suppress", R"({"userId":"u","suppressed":true})").status == 200);
    world.engine.crowd_with(std::nullopt);
    CHECK(world.post("/v1/batch", "no JSON at all").status == 400);
}

TEST_CASE("nothing is answered before the engine says that it is durable", "[http]") {
    World world;
    world.engine.hold();
    Connection connection = world.connect();
    Connection other = world.connect();
    connection.send(
        request_text("POST", "/v1/track", basic(kKey), R"({"userId":"u","event":"signed_up"})"));
    // The answer to a later question is here, and the former's is not.
    while (world.engine.submissions().empty()) {
        other.send(request_text("GET", "/livez", "", ""));
        REQUIRE(other.receive().status == 200);
    }
    world.engine.release();
    CHECK(connection.receive().status == 200);
}

TEST_CASE("a key over its rate is told to wait", "[http]") {
    auto options = test_options();
    options.events_per_second_most = 2;
    World world(options);
    const char* event = R"({"userId":"u","event":"signed_up"})";
    for (int i = 0; i < 4; ++i)
        CHECK(world.post("/v1/track", event).status == 200);
    const Answer answer = world.post("/v1/track", event);
    CHECK(answer.status == 429);
    CHECK(answer.header("Retry-After") == "1");
    CHECK(answer.field("code") == "too_many_events");
    CHECK(world.ask("POST", "/v1/track", basic("wk_test_2"), event).status == 200);
    world.engine.set_now(world.engine.now() + std::chrono::seconds(1));
    CHECK(world.post("/v1/track", event).status == 200);
}

TEST_CASE("browsers may call from a shop's own pages", "[http]") {
    World world;
    const Answer preflight = world.ask("OPTIONS", "/v1/t", "Origin: https://shop.example\r\n");
    CHECK(preflight.status == 204);
    CHECK(preflight.header("Access-Control-Allow-Origin") == "*");
    CHECK(preflight.header("Access-Control-Allow-Headers") == "authorization, content-type");
    const Answer answer =
        world.ask("POST", "/v1/t", "Content-Type: text/plain\r\n",
                  R"({"writeKey":"wk_test_1","anonymousId":"a","event":"signed_up"})");
    CHECK(answer.status == 200);
    CHECK(answer.header("Access-Control-Allow-Origin") == "*");
    CHECK(world.ask("GET", "/admin/journeys").header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("before the first program everything is taken with a word of warning", "[http]") {
    FakeEngine engine;
    auto server = http::Server::start(test_options(), engine, Logger::silent());
    REQUIRE(server.has_value());
    Connection connection(server.value()->port());
    connection.send(
        request_text("POST", "/v1/track", basic(kKey), R"({"userId":"u","event":"Signed Up"})"));
    const Answer answer = connection.receive();
    CHECK(answer.status == 200);
    CHECK(answer.body.find("journey apply") != std::string::npos);
    CHECK(std::get<Track>(engine.commands().at(0).body).event == "signed_up");
}
