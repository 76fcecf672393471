#include "engine/ir/ir.h"
#include "tests/engine/http/kit/world.h"

#include <catch2/catch.hpp>
#include <set>

using namespace journey;
using namespace journey::http::test;

TEST_CASE("the operator's addresses want the operator's token", "[http]") {
    World world;
    CHECK(world.ask("GET", "/admin/journeys").status == 401);
    CHECK(world.ask("GET", "/admin/journeys", "Authorization: Bearer wrong\r\n").status == 401);
    CHECK(world.ask("GET", "/admin/journeys", basic(kToken)).status == 401);
    CHECK(world.ask("GET", "/admin/journeys", basic(kKey)).status == 401);
    CHECK(world.admin("GET", "/admin/journeys").status == 200);

    auto options = test_options();
    options.admin_token = "";
    World closed(options);
    const Answer answer = closed.ask("GET", "/admin/journeys", "Authorization: Bearer \r\n");
    CHECK(answer.status == 401);
    CHECK(answer.field("detail").find("no admin token") != std::string::npos);
}

TEST_CASE("a program is published when it is sound", "[http]") {
    World world;
    ir::Program program = shop_program();
    program.journeys.pop_back();
    const Answer answer = world.admin("POST", "/admin/program", ir::encode(program));
    CHECK(answer.status == 200);
    const auto submissions = world.engine.submissions();
    REQUIRE(submissions.size() == 1);
    CHECK(submissions[0].when == runtime::AckWhen::applied);
    CHECK(submissions[0].reserved);
    CHECK(std::get<model::Publish>(submissions[0].commands.at(0).body).program ==
          ir::encode(program));
    CHECK(answer.field("hash") == core::live_hash(world.engine.catalog()));
    CHECK(answer.body.find(R"("name":"welcome")") != std::string::npos);
    CHECK(answer.body.find("winback") == std::string::npos);
    CHECK(world.admin("GET", "/admin/program").body == answer.body);
    CHECK(world.admin("GET", "/admin/program/bytes").body == ir::encode(program));
    CHECK(world.ask("GET", "/admin/program/bytes").status == 401);

    // Who saw another program than the one that is live now publishes nothing.
    const Answer late = world.admin("POST", "/admin/program?after=00ff", ir::encode(program));
    CHECK(late.status == 409);
    CHECK(late.field("code") == "program_moved");
    CHECK(world.admin("POST", "/admin/program?after=" + answer.field("hash"), ir::encode(program))
              .status == 200);
}

TEST_CASE("a program that cannot run is refused and changes nothing", "[http]") {
    World world;
    std::string bytes = ir::encode(shop_program());
    SECTION("cut off") {
        bytes.resize(bytes.size() / 2);
    }
    SECTION("changed") {
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    }
    SECTION("empty") {
        bytes.clear();
    }
    SECTION("a journey file") {
        bytes = "journey welcome { enter when signed_up }";
    }
    const std::string hash = core::live_hash(world.engine.catalog());
    const Answer answer = world.admin("POST", "/admin/program", bytes);
    CHECK(answer.status == 422);
    CHECK(answer.field("code") == "bad_program");
    CHECK(world.engine.submissions().empty());
    CHECK(world.admin("GET", "/admin/program").field("hash") == hash);
}

TEST_CASE("journeys are listed with their counts, live ones first", "[http]") {
    World world;
    core::JourneyCounts old;
    old.journey = "a_former_one";
    old.entered = 5;
    core::JourneyCounts welcome;
    welcome.journey = "welcome";
    welcome.entered = 12;
    welcome.waiting = {{"wait_1", 3}, {"wait_2", 4}};
    welcome.arms = {{"subject/short", 6}};
    world.engine.counts.people = 40;
    world.engine.counts.journeys = {old, welcome};
    const Record answer = world.admin("GET", "/admin/journeys").json();
    CHECK(*find(answer, "people") == Value(40));
    CHECK(*find(answer, "sending") == Value(true));
    const List& journeys = *find(answer, "journeys")->as<List>();
    REQUIRE(journeys.size() == 3);
    const Record& first = *journeys[0].as<Record>();
    CHECK(*find(first, "name") == Value("welcome"));
    CHECK(*find(first, "live") == Value(true));
    CHECK(*find(first, "paused") == Value(false));
    CHECK(*find(first, "entered") == Value(12));
    CHECK(to_json(*find(first, "waiting")) == R"({"wait_1":3,"wait_2":4})");
    CHECK(to_json(*find(first, "arms")) == R"({"subject/short":6})");
    CHECK(*find(*journeys[1].as<Record>(), "name") == Value("winback"));
    CHECK(*find(*journeys[1].as<Record>(), "entered") == Value(0));
    CHECK(*find(*journeys[2].as<Record>(), "name") == Value("a_former_one"));
    CHECK(*find(*journeys[2].as<Record>(), "live") == Value(false));
}

TEST_CASE("a journey is paused and resumed, and sending stopped and started", "[http]") {
    World world;
    CHECK(world.admin("POST", "/admin/journeys/welcome/pause").body ==
          R"({"journey":"welcome","paused":true})");
    CHECK(core::is_paused(world.engine.catalog(), "welcome"));
    CHECK(world.admin("POST", "/admin/journeys/welcome/resume").status == 200);
    CHECK_FALSE(core::is_paused(world.engine.catalog(), "welcome"));
    CHECK(world.admin("POST", "/admin/sending/stop").body == R"({"sending":false})");
    CHECK(core::is_paused(world.engine.catalog(), ""));
    CHECK(world.admin("GET", "/admin/journeys").field("sending") == "false");
    CHECK(world.admin("POST", "/admin/sending/start").status == 200);
    for (const auto& submission : world.engine.submissions()) {
        CHECK(submission.when == runtime::AckWhen::applied);
        CHECK(submission.reserved);
    }
    const Answer answer = world.admin("POST", "/admin/journeys/welcom/pause");
    CHECK(answer.status == 404);
    CHECK(answer.field("detail") == "No live journey is called `welcom`. Did you mean `welcome`?");
    CHECK(world.admin("POST", "/admin/journeys/%zz/pause").status == 404);
    CHECK(world.engine.submissions().size() == 4);
}

TEST_CASE("what waits for an approval is let go by somebody else than the operator", "[http]") {
    auto options = test_options();
    options.approvers = {{"ana", "token-of-ana"}, {"ben", "token-of-ben"}};
    World world(options);
    ir::Program program = shop_program();
    ir::Template hello;
    hello.name = "hello";
    hello.channel = 0;
    program.templates.push_back(hello);
    ir::Journey& welcome = program.journeys[0];
    ir::State greet = welcome.states[0];
    greet.step = "hello";
    ir::Send send;
    send.message_template = 0;
    send.channel = 0;
    send.next = 0;
    greet.act = send;
    welcome.states.push_back(greet);
    REQUIRE(world.admin("POST", "/admin/program", ir::encode(program)).status == 200);
    world.engine.counts.journeys.resize(1);
    world.engine.counts.journeys[0].journey = "welcome";
    world.engine.counts.journeys[0].rails["hello"] = {1200, true, kNever};

    const std::string ben = "Authorization: Bearer token-of-ben\r\n";
    CHECK(world.ask("GET", "/admin/approvals").status == 401);
    for (const Answer& answer :
         {world.ask("GET", "/admin/approvals", ben), world.admin("GET", "/admin/approvals")}) {
        CHECK(
            answer.body ==
            R"({"approvals":[{"journey":"welcome","step":"hello","waiting":1200,"approval":true}]})");
    }
    const std::size_t before = world.engine.submissions().size();
    const Answer self = world.admin("POST", "/admin/approvals/welcome/hello");
    CHECK(self.status == 401);
    CHECK(self.field("detail") ==
          "Who publishes does not approve as well: send an approver's own token.");
    CHECK(world.ask("POST", "/admin/approvals/welcome/hello", "Authorization: Bearer token\r\n")
              .status == 401);
    CHECK(world.ask("POST", "/admin/approvals/welcom/hello", ben).field("detail") ==
          "No live journey is called `welcom`. Did you mean `welcome`?");
    CHECK(world.ask("POST", "/admin/approvals/welcome/end_1", ben).field("detail") ==
          "`welcome` has no step `end_1` that sends a message.");
    CHECK(world.engine.submissions().size() == before);

    CHECK(world.ask("POST", "/admin/approvals/welcome/hello", ben).body ==
          R"({"journey":"welcome","step":"hello","by":"ben"})");
    const auto said = world.engine.submissions().back().commands.at(0);
    CHECK(said.partition == model::kEveryPartition);
    CHECK(std::get<model::Approve>(said.body).step == "hello");
    CHECK(std::get<model::Approve>(said.body).by == "ben");
}

TEST_CASE("the end of a pause says what becomes of what is late", "[http]") {
    World world;
    const auto resume = [&](std::string_view body) {
        return world.admin("POST", "/admin/journeys/welcome/resume", body);
    };
    const auto told = [&] {
        return std::get<model::Resume>(world.engine.submissions().back().commands.at(0).body);
    };
    REQUIRE(resume("").status == 200);
    CHECK(told().late == model::Late::send);
    CHECK(told().over == Micros{0});
    REQUIRE(resume(R"({"late":"skip","steps":{"end_1":"exit"},"over_seconds":7200})").status ==
            200);
    CHECK(told().journey == "welcome");
    CHECK(told().late == model::Late::skip);
    REQUIRE(told().steps.size() == 1);
    CHECK(told().steps[0].second == model::Late::exit);
    CHECK(told().over == std::chrono::hours(2));
    const std::size_t before = world.engine.submissions().size();
    const auto [body, words] = GENERATE(table<std::string, std::string>({
        {"[]", "The body is no JSON object; it may be left out."},
        {R"({"late":"drop"})",
         "For what is late `late` may be `send`, which lets it go on, `skip`, "
         "which skips its messages up to the next wait, and `exit`, which ends "
         "the pass through the journey."},
        {R"({"steps":{"end_l":"exit"}})", "No step is called `end_l`. Did you mean `end_1`?"},
        {R"({"steps":{"end_1":1}})",
         "What is late at `end_1` may be `send`, which lets it go on, "
         "`skip`, which skips its messages up to the next wait, and "
         "`exit`, which ends the pass through the journey."},
        {R"({"steps":[]})", "`steps` is an object of steps and what they do."},
        {R"({"over_seconds":-1})", "`over_seconds` is a whole number from 0 to 604800, a week."},
        {R"({"lates":"skip"})",
         "`lates` means nothing here; there are `late`, `steps` and `over_seconds`."},
    }));
    CAPTURE(body);
    const Answer answer = resume(body);
    CHECK(answer.status == 422);
    CHECK(answer.field("detail") == words);
    CHECK(world.engine.submissions().size() == before);
    CHECK(world.admin("POST", "/admin/sending/start", R"({"late":"exit"})").status == 200);
    CHECK(told().journey.empty());
}

TEST_CASE("a person's story is told as JSON", "[http]") {
    World world;
    core::TimelineItem item;
    item.at = world.engine.now();
    item.kind = "message";
    item.text = "Held: \"quiet hours\"";
    item.fields = {{"until", Value(world.engine.now() + std::chrono::hours(1))}};
    const auto person = model::person_id_of("user:ada lovelace/1");
    world.engine.timelines[person] = {R"({"email":"ada@shop.example"})", {item}};
    const std::string expected =
        R"({"external_id":"user:ada lovelace/1","profile":{"email":"ada@shop.example"},)"
        R"("timeline":[{"at":"2026-03-02T09:00:00.000Z","kind":"message",)"
        R"("text":"Held: \"quiet hours\"","fields":{"until":"2026-03-02T10:00:00.000Z"}}]})";
    CHECK(world.admin("GET", "/admin/people/user%3Aada%20lovelace%2F1/timeline").body == expected);
    CHECK(world.admin("GET", "/admin/people/ada%20lovelace%2f1/timeline").body == expected);
    CHECK(world.admin("GET", "/admin/people/nobody/timeline").status == 404);
    CHECK(world.admin("GET", "/admin/people/%f/timeline").status == 400);
    CHECK(world.admin("GET", "/admin/people/%ff/timeline").status == 400);
}

TEST_CASE("a person is erased for the operator, and nobody is for nobody", "[http]") {
    World world;
    const model::PersonId ada = model::person_id_of("user:ada lovelace/1");
    world.engine.timelines[ada] = {R"({"email":"ada@shop.example"})", {}};
    const std::string path = "/admin/people/ada%20lovelace%2f1/erase";
    CHECK(world.ask("POST", path).status == 401);
    CHECK(world.ask("POST", path, basic(kKey)).status == 401);
    CHECK(world.engine.submissions().empty());
    const Answer answer = world.admin("POST", path);
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"external_id":"user:ada lovelace/1","erased":true})");
    CHECK(world.admin("GET", path).status == 405);

    const Answer nobody = world.admin("POST", "/admin/people/anon%3Aeve/erase");
    CHECK(nobody.status == 404);
    CHECK(nobody.field("code") == "no_such_person");
    CHECK(nobody.field("detail").find("`anon:eve`") != std::string::npos);
    CHECK(world.admin("POST", "/admin/people/%f/erase").status == 400);

    // Who is not known yet may be on the way: it is written down for both.
    const auto submissions = world.engine.submissions();
    REQUIRE(submissions.size() == 2);
    for (const auto& [at, who] : {std::pair{0, "user:ada lovelace/1"}, {1, "anon:eve"}}) {
        const auto& one = submissions[static_cast<std::size_t>(at)];
        CHECK(one.when == runtime::AckWhen::applied);
        CHECK(one.reserved);
        REQUIRE(one.commands.size() == 1);
        CHECK(std::get<model::Erase>(one.commands[0].body).merged_into.empty());
        CHECK(one.commands[0].external_id == who);
        CHECK(one.commands[0].person == model::person_id_of(who));
    }
}

TEST_CASE("a message's content is answered byte by byte, to the operator alone", "[http]") {
    World world;
    const auto key =
        model::message_key_of({"shop", "welcome", model::EntryId{7}, "send_1", 1, "email"});
    const std::string path = "/admin/messages/" + model::format_key(key) + "/content";
    CHECK(world.admin("GET", path).status == 404);
    world.engine.contents[key] = R"({"key":"x","subject":"Hi"})";
    CHECK(world.admin("GET", path).body == R"({"key":"x","subject":"Hi"})");
    CHECK(world.admin("GET", "/admin/messages/x/content").status == 400);
}

TEST_CASE("messages whose fate is unknown are listed", "[http]") {
    World world;
    model::MessageRow row;
    row.key = model::message_key_of({"shop", "welcome", model::EntryId{7}, "send_1", 1, "email"});
    row.person = model::person_id_of("user:ada");
    row.journey = "welcome";
    row.step = "send_1";
    row.channel = "email";
    world.engine.unknown = {row};
    const Answer answer = world.admin("GET", "/admin/messages/unknown");
    CHECK(answer.status == 200);
    CHECK(answer.body.find(model::format_key(row.key)) != std::string::npos);
    CHECK(answer.body.find(R"("journey":"welcome","step":"send_1","channel":"email")") !=
          std::string::npos);
}

TEST_CASE("what was said of nobody's message is listed", "[http]") {
    World world;
    core::Unmatched one;
    one.place = model::name_of_place("id", "sms", "SERIAL-1");
    one.receipt.kind = model::ReceiptKind::failed;
    one.receipt.detail = "is off";
    world.engine.unmatched = {one};
    const Answer answer = world.admin("GET", "/admin/receipts/unmatched");
    CHECK(answer.status == 200);
    CHECK(answer.body.find(R"("of":"id:sms:SERIAL-1","receipt":"failed","detail":"is off")") !=
          std::string::npos);
    CHECK(world.ask("GET", "/admin/receipts/unmatched").status == 401);
}

TEST_CASE("health is told in a word, and why only to the operator", "[http]") {
    World world;
    CHECK(world.ask("GET", "/livez").body == "ok\n");
    CHECK(world.ask("GET", "/readyz").body == "ok\n");
    world.engine.set_health({.live = false, .ready = false, .failing = {"storage"}});
    CHECK(world.ask("GET", "/livez").status == 503);
    const Answer answer = world.ask("GET", "/readyz");
    CHECK(answer.status == 503);
    CHECK(answer.body == "not ready\n");
    CHECK(world.admin("GET", "/readyz").body == "not ready\nstorage\n");
}

TEST_CASE("metrics are Prometheus text", "[http]") {
    World world;
    world.engine.told_numbers.commands_appended = 42;
    world.engine.told_numbers.observations = {{"email/accepted", 9}};
    world.engine.told_numbers.sync_micros_histogram = {1, 2, 0, 4};
    core::JourneyCounts counts;
    counts.journey = "wel\"come";
    counts.entered = 3;
    counts.waiting = {{"wait_1", 2}};
    world.engine.counts.journeys = {counts};
    world.post("/v1/batch", R"({"batch":[{"type":"track","userId":"a","event":"signed_up"},{}]})");
    const Answer answer = world.ask("GET", "/metrics");
    CHECK(answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    for (const char* line :
         {"journey_log_commands_total 42\n", "journey_events_accepted_total 1\n",
          "journey_events_refused_total{code=\"no_type\"} 1\n",
          "journey_http_replies_total{status=\"200\"} 1\n", "journey_http_connections 1\n",
          "journey_observations_total{channel=\"email\",observation=\"accepted\"} 9\n",
          "journey_log_sync_seconds_bucket{le=\"1.6e-05\"} 1\n",
          "journey_log_sync_seconds_bucket{le=\"+Inf\"} 7\n", "journey_log_sync_seconds_count 7\n",
          "journey_entered_total{journey=\"wel\\\"come\"} 3\n",
          "journey_people_waiting{journey=\"wel\\\"come\",step=\"wait_1\"} 2\n"}) {
        CAPTURE(line);
        CHECK(answer.body.find(line) != std::string::npos);
    }
    // Every sample belongs to a family that was announced before it.
    std::string family;
    std::size_t at = 0;
    while (at < answer.body.size()) {
        const std::size_t end = answer.body.find('\n', at);
        const std::string line = answer.body.substr(at, end - at);
        at = end + 1;
        if (line.starts_with("# TYPE ")) family = line.substr(7, line.find(' ', 7) - 7);
        if (!line.starts_with('#')) CHECK(line.starts_with(family));
    }
}

TEST_CASE("the OpenAPI document has every address", "[http]") {
    World world;
    const Answer answer = world.ask("GET", "/openapi.json");
    CHECK(answer.status == 200);
    const Record document = answer.json();
    CHECK(*find(document, "openapi") == Value("3.1.0"));
    const Record& paths = *find(document, "paths")->as<Record>();
    for (const auto& [path, method] : {std::pair{"/v1/batch", "post"},
                                       {"/admin/program", "get"},
                                       {"/admin/program", "post"},
                                       {"/admin/people/{id}/timeline", "get"},
                                       {"/o/{id}.gif", "get"},
                                       {"/u/{id}", "post"}}) {
        CAPTURE(path, method);
        const Value* operations = find(paths, path);
        REQUIRE(operations != nullptr);
        const Value* operation = find(*operations->as<Record>(), method);
        REQUIRE(operation != nullptr);
        CHECK(find(*operation->as<Record>(), "responses") != nullptr);
    }
    std::set<std::string> ids;
    std::size_t operations = 0;
    for (const NamedValue& path : paths) {
        for (const NamedValue& operation : *path.value.as<Record>()) {
            ++operations;
            ids.insert(*find(*operation.value.as<Record>(), "operationId")->as<std::string>());
        }
    }
    CHECK(ids.size() == operations);
}
