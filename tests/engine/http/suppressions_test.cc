#include "tests/engine/http/kit/world.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::http::test;
using model::SuppressAddresses;

TEST_CASE("addresses are suppressed row by row, each accounted for", "[http]") {
    World world;
    const Answer answer = world.post("/v1/suppressions", R"({"source":"import bounces.csv",
        "suppressions":[
            {"address":"Ada@Example.com","channel":"email","reason":"hard bounce","at":"2026-02-01"},
            {"address":"ada@EXAMPLE.com"},
            {"address":"+86 138 0013 8000","reason":"退订"},
            {"address":"nobody","channel":"email"},
            {"address":"ada@example.com","channel":"fax"},
            {"address":"a@b.example","at":"yesterday"},
            7,
            {"address":8613800138001,"channel":"sms"}]})");
    CHECK(answer.status == 200);
    CHECK(answer.body ==
          R"({"taken":3,"already":1,"refused":[)"
          R"({"index":3,"reason":"That is not an e-mail address."},)"
          R"({"index":4,"reason":"`fax` is no channel; write email, sms or push, or the name of a )"
          R"(channel that the live journeys declare."},)"
          R"({"index":5,"reason":"`yesterday` is no date; write 2026-03-02, or )"
          R"(2026-03-02T10:00:00Z."},)"
          R"({"index":6,"reason":"Each suppression is an object."}]})");
    const auto submissions = world.engine.submissions();
    REQUIRE(submissions.size() == 1);
    CHECK(submissions[0].when == runtime::AckWhen::applied);
    CHECK(submissions[0].reserved);
    const auto& change = std::get<SuppressAddresses>(submissions[0].commands.at(0).body);
    CHECK(change.suppressed);
    CHECK(change.source == "import bounces.csv");
    REQUIRE(change.items.size() == 3);
    CHECK(change.items[0].key == model::address_key_of("pepper", "email", "ada@example.com"));
    CHECK(change.items[0].reason == "hard bounce");
    CHECK(format_instant(change.items[0].since).substr(0, 10) == "2026-02-01");
    CHECK(change.items[1].scope == "sms");
    CHECK(change.items[1].reason == "退订");
    CHECK(change.items[2].key == model::address_key_of("pepper", "sms", "8613800138001"));

    world.engine.addresses.apply(change, world.engine.now(), 1);
    const Answer again =
        world.post("/v1/suppressions", R"({"suppressions":[{"address":"ada@example.com"}]})");
    CHECK(again.body == R"({"taken":0,"already":1,"refused":[]})");
    // It is written down again: what takes the address off may be on its way to the log.
    CHECK(world.engine.submissions().size() == 2);
}

TEST_CASE("only the operator takes an address off the list, and says why", "[http]") {
    World world;
    SuppressAddresses change;
    change.source = "import a.csv";
    change.items.push_back(
        {"email", model::address_key_of("pepper", "email", "ada@example.com"), "hard bounce", {}});
    world.engine.addresses.apply(change, world.engine.now(), 1);
    const std::string_view body =
        R"({"address":"Ada@example.com","reason":"she called","source":"ann"})";
    CHECK(world.post("/admin/suppressions/remove", body).status == 401);
    CHECK(world.admin("POST", "/admin/suppressions/remove", R"({"address":"ada@example.com"})")
              .field("code") == "no_reason");
    CHECK(world
              .admin("POST", "/admin/suppressions/remove",
                     R"({"address":"ada","channel":"email","reason":"x"})")
              .field("code") == "wrong_address");
    CHECK(world.engine.submissions().empty());

    CHECK(world.admin("POST", "/admin/suppressions/find", R"({"address":"ADA@example.com"})")
              .body.find(R"("suppressed":true,"scope":"email","reason":"hard bounce")") !=
          std::string::npos);
    CHECK(world.admin("GET", "/admin/suppressions").body ==
          R"({"addresses":1,"by":[{"scope":"email","reason":"hard bounce",)"
          R"("source":"import a.csv","addresses":1}]})");

    const Answer removed = world.admin("POST", "/admin/suppressions/remove", body);
    CHECK(removed.status == 200);
    CHECK(removed.body == R"({"removed":true})");
    const auto commands = world.engine.commands();
    REQUIRE(commands.size() == 1);
    const auto& said = std::get<SuppressAddresses>(commands[0].body);
    CHECK_FALSE(said.suppressed);
    CHECK(said.source == "ann");
    CHECK(said.items.at(0).reason == "she called");
    CHECK(world
              .admin("POST", "/admin/suppressions/remove",
                     R"({"address":"b@example.com","reason":"x"})")
              .body == R"({"removed":false})");
}

TEST_CASE("a request for suppressions that cannot be read changes nothing", "[http]") {
    World world;
    struct Row {
        const char* body;
        unsigned status;
    };
    const auto row = GENERATE(values<Row>({{"", 400},
                                           {"[]", 400},
                                           {"{}", 400},
                                           {R"({"suppressions":{}})", 400},
                                           {"{\"suppressions\":[\"\xff\"]}", 400}}));
    CAPTURE(row.body);
    CHECK(world.post("/v1/suppressions", row.body).status == row.status);
    CHECK(world.engine.submissions().empty());
    std::string many = R"({"suppressions":[)";
    for (int i = 0; i < 2501; ++i)
        many += std::string(i == 0 ? "" : ",") + R"({"address":"a@b.example"})";
    CHECK(world.post("/v1/suppressions", many + "]}").status == 413);
}

TEST_CASE("a full log leaves the caller to come again with the same addresses", "[http]") {
    World world;
    world.engine.refuse_with(error(ErrorCode::retry, "full"));
    const Answer answer =
        world.post("/v1/suppressions", R"({"suppressions":[{"address":"ada@example.com"}]})");
    CHECK(answer.status == 503);
    CHECK_FALSE(answer.header("Retry-After").empty());
}
