#include "tests/engine/http/kit/world.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::http::test;
using model::ConsentChange;
using model::Suppress;

TEST_CASE("a consent is answered when it is applied, with room of its own", "[http]") {
    World world;
    const Answer answer = world.post("/v1/consent", R"({"userId":"ada","consent":"newsletter",
        "granted":true,"source":"checkout","proof":{"text":"Yes, send me news","ip":"192.0.2.7"},
        "messageId":"c-1"})");
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"success":true})");
    const auto submissions = world.engine.submissions();
    REQUIRE(submissions.size() == 1);
    CHECK(submissions[0].when == runtime::AckWhen::applied);
    CHECK(submissions[0].reserved);
    const model::Command& command = submissions[0].commands.at(0);
    CHECK(command.external_id == "user:ada");
    CHECK(command.message_id == "c-1");
    // Whether it counts at once is the consent's own rule; core knows it.
    const auto& change = std::get<model::ConsentAsked>(command.body);
    CHECK(change.consent == "newsletter");
    CHECK(change.source == "checkout");
    CHECK(change.proof == R"({"text":"Yes, send me news","ip":"192.0.2.7"})");
}

TEST_CASE("a consent that was confirmed elsewhere is given without asking again", "[http]") {
    World world;
    CHECK(world
              .post("/v1/consent", R"({"userId":"ada","consent":"newsletter","granted":true,
        "confirmed":true,"source":"the old tool"})")
              .status == 200);
    const auto commands = world.engine.commands();
    REQUIRE(commands.size() == 1);
    CHECK(std::get<ConsentChange>(commands[0].body).granted);
    CHECK(std::get<ConsentChange>(commands[0].body).source == "the old tool");
}

TEST_CASE("a consent nobody declared cannot be granted, but is always withdrawn", "[http]") {
    World world;
    const Answer granted =
        world.post("/v1/consent", R"({"userId":"ada","consent":"newsleter","granted":true})");
    CHECK(granted.status == 422);
    CHECK(granted.field("code") == "unknown_consent");
    CHECK(granted.field("detail").find("Did you mean `newsletter`?") != std::string::npos);
    CHECK(world.engine.submissions().empty());

    const Answer withdrawn =
        world.post("/v1/consent", R"({"userId":"ada","consent":"newsleter","granted":false})");
    CHECK(withdrawn.status == 200);
    CHECK_FALSE(withdrawn.field("warning").empty());
    CHECK(world.engine.submissions().size() == 1);
}

TEST_CASE("a suppression covers one channel or all", "[http]") {
    World world;
    CHECK(world.post("/v1/suppress", R"({"userId":"ada","suppressed":true})").status == 200);
    CHECK(world
              .post("/v1/suppress",
                    R"({"anonymousId":"a","channel":"email","suppressed":false,"reason":"asked"})")
              .status == 200);
    CHECK(world.post("/v1/suppress", R"({"userId":"a","channel":"emial","suppressed":false})")
              .status == 422);
    const auto commands = world.engine.commands();
    REQUIRE(commands.size() == 2);
    CHECK(std::get<Suppress>(commands[0].body).channel.empty());
    CHECK(std::get<Suppress>(commands[0].body).suppressed);
    CHECK(std::get<Suppress>(commands[0].body).reason == "api");
    CHECK(std::get<Suppress>(commands[1].body).channel == "email");
    CHECK_FALSE(std::get<Suppress>(commands[1].body).suppressed);
    CHECK(commands[1].external_id == "anon:a");
}

TEST_CASE("tags are given and taken in one request", "[http]") {
    World world;
    CHECK(
        world.post("/v1/tags", R"({"userId":"ada","add":["vip","new"],"remove":["old"]})").status ==
        200);
    const auto commands = world.engine.commands();
    REQUIRE(commands.size() == 1);
    const auto& change = std::get<model::TagChange>(commands[0].body);
    CHECK(change.add == std::vector<std::string>{"vip", "new"});
    CHECK(change.remove == std::vector<std::string>{"old"});
    CHECK(commands[0].external_id == "user:ada");
}

TEST_CASE("an unclear opt-in or opt-out is refused", "[http]") {
    struct Row {
        const char* path;
        const char* body;
    };
    const Row row = GENERATE(
        Row{"/v1/consent", R"({"consent":"newsletter","granted":true})"},
        Row{"/v1/consent", R"({"userId":"a","granted":true})"},
        Row{"/v1/consent", R"({"userId":"a","consent":"newsletter"})"},
        Row{"/v1/consent", R"({"userId":"a","consent":"newsletter","granted":"false"})"},
        Row{"/v1/consent",
            R"({"userId":"a","consent":"newsletter","granted":true,"granted":false})"},
        Row{"/v1/consent", "granted"}, Row{"/v1/consent", "[]"}, Row{"/v1/consent", "\xff"},
        Row{"/v1/suppress", R"({"userId":"a"})"}, Row{"/v1/tags", R"({"userId":"a"})"},
        Row{"/v1/tags", R"({"add":["a"]})"}, Row{"/v1/tags", R"({"userId":"a","add":"vip"})"},
        Row{"/v1/tags", R"({"userId":"a","add":[1]})"},
        Row{"/v1/tags", R"({"userId":"a","add":[""]})"},
        Row{"/v1/suppress", R"({"userId":"a","suppressed":1})"});
    CAPTURE(row.body);
    World world;
    const Answer answer = world.post(row.path, row.body);
    CHECK(answer.status == 400);
    CHECK_FALSE(answer.field("detail").empty());
    CHECK(world.engine.submissions().empty());
    // The key of ingest is asked for in the header only.
    CHECK(world.ask("POST", row.path, "", R"({"writeKey":"wk_test_1"})").status == 401);
}
