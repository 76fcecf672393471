// What an operator, a marketer and a sending program can do wrong, done to the real binary: each
// gets a sentence that names the place and the mend, and nothing that was accepted is lost.

#include "tests/process/kit.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

using namespace journey;
using namespace journey::process_tests;

namespace {

struct Running : Served {
    Running() : Served({std::string(JOURNEY_SOURCE_DIR) + "/workflows"}) {}

    std::string post(const std::string& path, const std::string& body,
                     std::uint32_t& status) const {
        auto answer = client->post(path, body);
        REQUIRE(answer);
        status = answer.value().status;
        return answer.value().body;
    }
};

}  // namespace

TEST_CASE("one bad event of a batch is named and the others are taken", "[process]") {
    const Running shop;
    std::uint32_t status = 0;
    const std::string answer = shop.post("/v1/batch",
                                         R"({"batch":[
        {"type":"track","userId":"u1","event":"Signed Up","messageId":"a","properties":{"source":"web"}},
        {"type":"track","userId":"u1","event":"Sign Up","messageId":"b"},
        {"type":"track","userId":"u1","event":"Order Paid","messageId":"c","properties":{"order_id":"o1","total":"a lot"}},
        {"type":"track","event":"Order Paid","messageId":"d"}]})",
                                         status);
    CAPTURE(answer);
    CHECK(status == 200);
    CHECK(has(answer, "\"accepted\":3"));
    CHECK(has(answer, "signed_up"));  // did you mean
    CHECK(has(answer, "total"));      // of the wrong type
    CHECK(has(answer, "userId"));     // what the refused one lacks
    CHECK(eventually(std::chrono::seconds(5), [&] { return shop.events() >= 2; }));
}

TEST_CASE("requests that cannot be taken say why", "[process]") {
    const Running shop;
    const std::uint16_t port = shop.daemon->port();
    const std::string auth =
        "Authorization: Basic " + to_base64(shop.daemon->write_key() + ":") + "\r\n";
    const auto request = [&](const std::string& headers, const std::string& body) {
        return talk(port,
                    "POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
                        headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                        body,
                    false);
    };
    SECTION("broken UTF-8") {
        const std::string answer = request(auth, "{\"userId\":\"u\xff\",\"event\":\"signed_up\"}");
        CAPTURE(answer);
        CHECK(has(answer, " 400 "));
        CHECK(has(answer, "UTF-8"));
    }
    SECTION("broken JSON") {
        const std::string answer = request(auth, R"({"userId":"u1","event":)");
        CAPTURE(answer);
        CHECK(has(answer, " 400 "));
        CHECK(has(answer, "JSON"));
    }
    SECTION("ten megabytes") {
        const std::string answer = request(auth, std::string(10u << 20, 'x'));
        CAPTURE(answer);
        CHECK(has(answer, " 413 "));
    }
    SECTION("a wrong key") {
        const std::string answer = request("Authorization: Basic " + to_base64("wrong:") + "\r\n",
                                           R"({"userId":"u1","event":"signed_up"})");
        CAPTURE(answer);
        CHECK(has(answer, " 401 "));
        CHECK(has(answer, "key"));
    }
    SECTION("half a request") {
        const std::string answer = talk(port,
                                        "POST /v1/track HTTP/1.1\r\nHost: x\r\n" + auth +
                                            "Content-Length: 100\r\n\r\n{\"userId\":",
                                        true);
        CHECK_FALSE(has(answer, " 200 "));
    }
    // Whatever came, the daemon goes on.
    std::uint32_t status = 0;
    shop.post("/v1/track", R"({"userId":"u1","event":"Signed Up","messageId":"after"})", status);
    CHECK(status == 200);
}

TEST_CASE("five mistakes in a file are five explanations", "[process]") {
    const TemporaryDirectory directory;
    write_file(directory.path("five.journey"), R"(language 1

workspace shop {
  time zone "Asia/Shanghai"
}
profile user {
  email string pii
  tier  one of "free", "plus" default "free"
}
event signed_up {
  source string
}
channel email {
  address user.email
  from "Shop <hello@mail.shop.example>"
}
consent news "News" {
  channels email
  basis opt in
}
template hello email marketing {
  consent news
  subject "Hello"
  body "Hello {{ unsubscribe_url }}"
  unsubscribe automatic
}
journey welcome "Welcome" {
  version 1
  enter when sign_up
  only if user.tier = "plus"
  reenter never
  expires after 10 days
  do {
    send email helo
    wait 1.5h
    if user.teir is "free" {
      send email hello
    }
  }
}
)");
    const Finished check = run_journey({"check", directory.path("five.journey")});
    CAPTURE(check.errors, check.output);
    const std::string said = check.output + check.errors;
    CHECK(check.status == 1);
    for (const char* line : {"five.journey:29:", "five.journey:30:", "five.journey:34:",
                             "five.journey:35:", "five.journey:36:"})
        CHECK(has(said, line));
    CHECK(has(said, "^"));
    for (const char* mend : {"signed_up", "is", "hello", "1h30m", "tier"})
        CHECK(has(said, mend));
}

TEST_CASE("what cannot be read at all is another status than mistakes in it", "[process]") {
    for (const char* tool : {"check", "test"}) {
        const Finished done = run_journey({tool, "/nowhere/at/all"});
        CAPTURE(tool, done.errors);
        CHECK(done.status == 2);
        CHECK(has(done.errors, "/nowhere/at/all"));
    }
}

TEST_CASE("a machine that asks for JSON gets JSON, mistakes too", "[process]") {
    const TemporaryDirectory directory;
    write_file(directory.path("wrong.journey"), "journey a {\n  enter on b\n}\n");
    const Finished test = run_journey({"test", "--json", directory.path("wrong.journey")});
    CAPTURE(test.errors, test.output);
    CHECK(test.status == 1);
    const auto said = value_from_json(test.output);
    REQUIRE(said);
    CHECK(has(test.output, "J0001"));
}

TEST_CASE("a daemon that cannot start says what to do", "[process]") {
    const Running shop;
    const std::string project = std::string(JOURNEY_SOURCE_DIR) + "/workflows";
    SECTION("the port is taken") {
        const TemporaryDirectory other;
        const Finished second =
            run_journey({"serve", project, "--data", other.path("data"), "--listen",
                         fmt::format("127.0.0.1:{}", shop.daemon->port())});
        CAPTURE(second.errors);
        CHECK(second.status == 1);
        CHECK(has(second.errors, std::to_string(shop.daemon->port())));
        CHECK(has(second.errors, "taken"));
    }
    SECTION("the data belong to another daemon") {
        const Finished second = run_journey(
            {"serve", project, "--data", shop.directory.path("data"), "--listen", "127.0.0.1:0"});
        CAPTURE(second.errors);
        CHECK(second.status == 1);
        CHECK(has(second.errors, "in use"));
        CHECK(has(second.errors, shop.directory.path("data")));
    }
    SECTION("the directory cannot be written") {
        const Finished second = run_journey(
            {"serve", project, "--data", "/proc/journey-data", "--listen", "127.0.0.1:0"});
        CAPTURE(second.errors);
        CHECK(second.status == 1);
        CHECK(has(second.errors, "/proc/journey-data"));
    }
    SECTION("the project is not there") {
        const Finished second = run_journey({"serve", "/nowhere/at/all"});
        CAPTURE(second.errors);
        CHECK(second.status == 1);
        CHECK(has(second.errors, "/nowhere/at/all"));
    }
    SECTION("the configuration has a misspelt key") {
        const TemporaryDirectory other;
        write_file(other.path("c.yaml"), "data: d\nlisen: 127.0.0.1:0\n");
        const Finished second = run_journey({"serve", project, "--config", other.path("c.yaml")});
        CAPTURE(second.errors);
        CHECK(second.status == 1);
        CHECK(has(second.errors, "c.yaml:2"));
        CHECK(has(second.errors, "listen"));
    }
}

TEST_CASE("a full disk refuses events, loses none and says so", "[process]") {
    const TemporaryDirectory directory;
    // A file-size limit stands in for the full disk: every write beyond it fails.
    auto started = app::ChildDaemon::start({journey_binary(),
                                            {std::string(JOURNEY_SOURCE_DIR) + "/workflows"},
                                            directory.path("data"),
                                            0,
                                            directory.path("log")});
    REQUIRE(started);
    auto daemon = std::move(started).value();
    const app::Client client(daemon->url(), daemon->write_key(), daemon->admin_token());
    const rlimit limit{1'500'000, RLIM_INFINITY};
    REQUIRE(::prlimit(daemon->process(), RLIMIT_FSIZE, &limit, nullptr) == 0);
    std::uint64_t taken = 0;
    std::string refusal;
    for (int i = 0; i < 4000 && refusal.empty(); ++i) {
        auto answer = client.post(
            "/v1/track",
            fmt::format(
                R"({{"userId":"u{}","event":"Signed Up","messageId":"m{}","properties":{{"source":"{}"}}}})",
                i, i, std::string(2000, 's')));
        if (!answer) break;
        if (answer.value().status == 200)
            ++taken;
        else
            refusal = answer.value().body;
    }
    CAPTURE(taken, refusal);
    CHECK(taken > 0);
    CHECK(has(refusal, "disk"));
    // Room again: what was taken is there, and the daemon takes events as before.
    daemon->kill_now();
    auto again = app::ChildDaemon::start(
        {journey_binary(), {}, directory.path("data"), 0, directory.path("log")});
    INFO((again ? std::string() : again.error().detail));
    REQUIRE(again);
    const app::Client after(again.value()->url(), again.value()->write_key(),
                            again.value()->admin_token());
    auto answer = after.get("/admin/journeys");
    REQUIRE(answer);
    auto parsed = value_from_json(answer.value().body);
    REQUIRE(parsed);
    CHECK(static_cast<std::uint64_t>(
              *find(*parsed.value().as<Record>(), "events")->as<std::int64_t>()) >= taken);
}

TEST_CASE("`journey new` writes a project whose tests pass, and never over another", "[process]") {
    const TemporaryDirectory directory;
    const std::string kit = GENERATE("first", "shop");
    const std::string project = directory.path("mine/first");
    const Finished made = run_journey({"new", project, "--kit", kit});
    INFO(made.output << made.errors);
    REQUIRE(made.status == 0);
    const Finished checked = run_journey({"check", "--strict", project});
    INFO(checked.output << checked.errors);
    CHECK(checked.status == 0);
    CHECK(run_journey({"test", project}).status == 0);
    for (const auto& file : std::filesystem::recursive_directory_iterator(project)) {
        const auto rights = file.status().permissions();
        CAPTURE(file.path().string());
        CHECK((rights & (std::filesystem::perms::set_uid | std::filesystem::perms::others_write)) ==
              std::filesystem::perms::none);
    }
    const Finished again = run_journey({"new", project});
    CHECK(again.status != 0);
    CHECK(has(again.errors, "not empty"));
    CHECK(has(run_journey({"new", directory.path("b"), "--kit", "bakery"}).errors, "`first`"));
}
