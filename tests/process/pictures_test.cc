// journey graph of a running daemon, and journey simulate in every form it is given people in.

#include "engine/app/project.h"
#include "tests/process/kit.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace journey;
using namespace journey::process_tests;

namespace {

const std::string kSource = JOURNEY_SOURCE_DIR;
const std::string kShop = kSource + "/examples/03-eight-journeys";

constexpr const char* kProject = R"(language 1
workspace club {
  time zone "Asia/Shanghai"
  currency CNY
}
profile user {
  email string pii
}
event joined
channel email {
  address user.email
  from "Club <hello@club.example>"
}
template hello email transactional {
  subject "Hello"
  body "Hello."
}
journey club "欢迎来到俱乐部" transactional {
  version {{version}}
  enter when joined
  reenter never
  expires after 300 days
  do {
    {{step}}: wait 100 days
    experiment greeting {
      arm formal 50% { send email hello }
      arm warm 50% { send email hello }
    }
  }
}
)";

std::string project(const std::string& version, const std::string& step) {
    std::string text = kProject;
    text.replace(text.find("{{version}}"), 11, version);
    text.replace(text.find("{{step}}"), 8, step);
    return text;
}

}  // namespace

TEST_CASE("the picture of a daemon's journey says how many stand where", "[process][graph]") {
    Served served;
    const TemporaryDirectory& directory = served.directory;
    write_file(directory.path("project/club.journey"), project("1", "lounge"));
    served.start({directory.path("project")});
    app::ChildDaemon& daemon = *served.daemon;
    const app::Client& client = *served.client;
    for (int i = 0; i < 3; ++i) {
        REQUIRE(client.post("/v1/track", fmt::format(R"({{"userId":"p{0}","event":"Joined",)"
                                                     R"("messageId":"{0}"}})",
                                                     i)));
    }
    const auto draw = [&](std::vector<std::string> more) {
        std::vector<std::string> words{"graph",      "club",   "--daemon",
                                       daemon.url(), "--data", directory.path("data")};
        words.insert(words.end(), more.begin(), more.end());
        return run_journey(words);
    };
    Finished picture;
    eventually(std::chrono::seconds(10), [&] {
        picture = draw({});
        return has(picture.output, "3 entered");
    });
    CAPTURE(picture.output, picture.errors);
    CHECK(picture.status == 0);
    CHECK(has(picture.output, "<svg"));
    CHECK(has(picture.output, "3 entered, 0 ended, 0 goals reached."));
    CHECK(has(picture.output, "欢迎来到俱乐部"));
    CHECK(has(draw({"--format", "mermaid"}).output, "3"));
    CHECK(has(draw({"--lang", "zh"}).output, "进入 3 人次"));

    // What is live is drawn, and who is elsewhere is said.
    write_file(directory.path("project/club.journey"), project("2", "terrace"));
    const Finished applied = run_journey({"apply", directory.path("project"), "--yes", "--to",
                                          daemon.url(), "--data", directory.path("data")});
    CAPTURE(applied.output, applied.errors);
    REQUIRE(applied.status == 0);
    const Finished newer = draw({});
    CAPTURE(newer.output);
    CHECK(has(newer.output, "3 of those inside are on earlier"));
    const Finished all = run_journey({"graph", "--all", "--daemon", daemon.url(), "--data",
                                      directory.path("data"), "--out", directory.path("all")});
    CAPTURE(all.output, all.errors);
    CHECK(all.status == 0);
    CHECK(app::read_text_file(directory.path("all/club.svg")));

    const std::string nobody = fmt::format("http://127.0.0.1:{}", app::free_port());
    struct Row {
        const char* label;
        std::vector<std::string> words;
        int status;
        std::string says;
    };
    const std::vector<Row> rows{
        {"no daemon", {"graph", "club", "--daemon", nobody}, 1, "no daemon answers at " + nobody},
        {"no key",
         {"graph", "club", "--daemon", daemon.url(), "--data", "/nowhere"},
         1,
         "/nowhere/keys"},
        {"no such journey",
         {"graph", "clup", "--daemon", daemon.url(), "--data", directory.path("data")},
         1,
         "did you mean `club`"},
        {"no folder", {"graph", "club", "/nowhere"}, 1, "/nowhere"},
        {"nothing named", {"graph"}, 2, "name one journey, or say --all"},
        {"a folder and a daemon", {"graph", "club", ".", "--daemon", daemon.url()}, 2, "excludes"},
        {"a format nobody knows", {"graph", "club", "--format", "png"}, 2, "png"},
    };
    for (const Row& row : rows) {
        const Finished finished = run_journey(row.words);
        CAPTURE(row.label, finished.output, finished.errors);
        CHECK(finished.status == row.status);
        CHECK(has(finished.errors, row.says));
    }
}

TEST_CASE("made-up people give a forecast as a table, as JSON and as a picture, the same twice",
          "[process][simulate]") {
    const TemporaryDirectory directory;
    const std::vector<std::string> words{"simulate", kShop,      "--people", "120",
                                         "--days",   "10",       "--seed",   "7",
                                         "--cost",   "sms=0.05", "--cost",   "email=0.001"};
    const auto with = [&](std::vector<std::string> more) {
        std::vector<std::string> all = words;
        all.insert(all.end(), more.begin(), more.end());
        return run_journey(all);
    };
    const Finished table = with({"--svg", directory.path("shop.svg")});
    CAPTURE(table.output, table.errors);
    CHECK(table.status == 0);
    for (const char* part : {"120 people", "channel", "worst hour", "longest queue", "cost", "CNY",
                             "welcome_series", "entered", "sent: ", "way: ", "The picture: "})
        CHECK(has(table.output, part));
    CHECK(has(table.errors, "simulating"));
    const auto picture = app::read_text_file(directory.path("shop.svg"));
    REQUIRE(picture);
    for (const char* part : {"<svg", "Forecast: 120 people", "By channel", "How far people come",
                             "longest wait for the provider"})
        CHECK(has(picture.value(), part));
    CHECK(with({}).output == with({}).output);
    CHECK(with({"--seed", "8"}).output != with({}).output);

    const Finished json = with({"--json"});
    const auto parsed = value_from_json(json.output);
    REQUIRE(parsed);
    for (const char* name : {"from", "until", "people", "channels", "held", "not_sent", "journeys"})
        CHECK(find(*parsed.value().as<Record>(), name) != nullptr);
}

TEST_CASE("a forecast begins with a daemon's own people", "[process][simulate]") {
    Served served;
    const TemporaryDirectory& directory = served.directory;
    write_file(directory.path("project/club.journey"), project("1", "lounge"));
    served.start({directory.path("project")});
    const app::Client& client = *served.client;
    for (int i = 0; i < 5; ++i) {
        REQUIRE(client.post(
            "/v1/identify",
            fmt::format(R"({{"userId":"p{0}","traits":{{"email":"p{0}@x.example"}}}})", i)));
        REQUIRE(client.post("/v1/track", fmt::format(R"({{"userId":"p{0}","event":"Joined",)"
                                                     R"("messageId":"{0}"}})",
                                                     i)));
    }
    const Finished forecast = run_journey(
        {"simulate", directory.path("project"), "--data", directory.path("data"), "--days", "120"});
    CAPTURE(forecast.output, forecast.errors);
    CHECK(forecast.status == 0);
    CHECK(has(forecast.output, "5 people"));
    CHECK(has(forecast.output, "arm: greeting/"));
    std::uint64_t sent = 0;
    for (std::size_t at = forecast.output.find("email"); at != std::string::npos;) {
        sent = std::strtoull(forecast.output.c_str() + at + 5, nullptr, 10);
        break;
    }
    CHECK(sent == 5);
    auto counts = client.get("/admin/journeys");
    REQUIRE(counts);
    CHECK(has(counts.value().body, R"("lounge":5)"));  // the daemon noticed nothing
}

TEST_CASE("simulate says what it was given wrongly, where, and what to write",
          "[process][simulate]") {
    const TemporaryDirectory directory;
    const std::string club = directory.path("project");
    write_file(directory.path("project/club.journey"), project("1", "lounge"));
    write_file(directory.path("habits.yaml"), "rates:\n  joind: 0.1/day\n");
    write_file(directory.path("rates.yaml"), "rates:\n  joined: often\n");
    write_file(directory.path("map.yaml"),
               "person: id\ntime: {column: when}\nevents:\n  - event: joined\n");
    write_file(directory.path("wrong.yaml"),
               "person: idd\ntime: {column: when}\nevents:\n  - event: joined\n");
    write_file(directory.path("other.yaml"),
               "person: id\ntime: {column: when}\nevents:\n  - event: left\n");
    write_file(directory.path("good.csv"), "id,when\n1,2020-01-01 00:00:00\n");
    write_file(directory.path("empty.csv"), "");
    write_file(directory.path("bad.csv"), "id,when\n1,never\n2\n");
    const auto file = [&](const char* name) { return directory.path(name); };
    struct Row {
        const char* label;
        std::vector<std::string> words;
        int status;
        std::vector<std::string> says;
    };
    const std::vector<Row> rows{
        {"nobody", {club}, 2, {"--people N, --data DIRECTORY or --csv FILE"}},
        {"no project", {file("none"), "--people", "9"}, 1, {"none"}},
        {"a rate that is none",
         {club, "--people", "9", "--rate", "joined=often"},
         1,
         {"`--rate joined=often` is no rate", "signed_up=0.1/day"}},
        {"an event nobody declares",
         {club, "--people", "9", "--rate", "joind=1/day"},
         1,
         {"no event `joind`; did you mean `joined`"}},
        {"habits with a wrong name",
         {club, "--people", "9", "--habits", file("habits.yaml")},
         1,
         {"habits.yaml:2", "did you mean `joined`"}},
        {"habits with a wrong rate",
         {club, "--people", "9", "--habits", file("rates.yaml")},
         1,
         {"rates.yaml:2", "0.1/day"}},
        {"no habits", {club, "--people", "9", "--habits", file("none.yaml")}, 1, {"none.yaml"}},
        {"a price that is none",
         {club, "--people", "9", "--cost", "email=cheap"},
         1,
         {"`--cost email=cheap` is no price", "sms=0.05"}},
        {"a price of nothing", {club, "--people", "9", "--cost", "fax=1"}, 1, {"no channel `fax`"}},
        {"a consent nobody declares",
         {club, "--people", "9", "--consent", "news"},
         1,
         {"no consent `news`"}},
        {"a moment that is none", {club, "--people", "9", "--start", "noon"}, 1, {"noon"}},
        {"days that are none", {club, "--people", "9", "--days", "0"}, 2, {"--days"}},
        {"no data", {club, "--data", file("none")}, 1, {"none"}},
        {"a picture nowhere",
         {club, "--people", "9", "--days", "1", "--svg", "/nowhere/a.svg"},
         1,
         {"/nowhere/a.svg"}},
        {"no CSV", {club, "--csv", file("none.csv"), "--map", file("map.yaml")}, 1, {"none.csv"}},
        {"CSV without a map", {club, "--csv", file("good.csv")}, 2, {"--map"}},
        {"no map", {club, "--csv", file("good.csv"), "--map", file("none.yaml")}, 1, {"none.yaml"}},
        {"a column that is not there",
         {club, "--csv", file("good.csv"), "--map", file("wrong.yaml")},
         1,
         {"idd", "did you mean `id`"}},
        {"an event the project lacks",
         {club, "--csv", file("good.csv"), "--map", file("other.yaml")},
         1,
         {"`left`"}},
        {"an empty CSV",
         {club, "--csv", file("empty.csv"), "--map", file("map.yaml")},
         1,
         {"empty.csv"}},
        {"no usable row",
         {club, "--csv", file("bad.csv"), "--map", file("map.yaml")},
         1,
         {"bad.csv", "line 2", "never"}},
        {"people and CSV",
         {club, "--csv", file("good.csv"), "--map", file("map.yaml"), "--people", "3"},
         2,
         {"excludes"}},
    };
    for (const Row& row : rows) {
        std::vector<std::string> words{"simulate"};
        words.insert(words.end(), row.words.begin(), row.words.end());
        const Finished finished = run_journey(words);
        CAPTURE(row.label, finished.output, finished.errors);
        CHECK(finished.status == row.status);
        for (const std::string& part : row.says) {
            CAPTURE(part);
            CHECK(has(finished.errors, part));
        }
    }
}

TEST_CASE("a CSV with broken rows is simulated without them, and each kind says its first line",
          "[process][simulate]") {
    const TemporaryDirectory directory;
    write_file(directory.path("project/club.journey"), project("1", "lounge"));
    write_file(directory.path("map.yaml"),
               "person: id\ntime: {column: when}\nevents:\n  - event: joined\n");
    write_file(directory.path("rows.csv"),
               "id,when\n1,2020-01-01 00:00:00\n2,never\n3,2020-01-02 00:00:00\n4,soon\n5\n");
    const Finished finished =
        run_journey({"simulate", directory.path("project"), "--csv", directory.path("rows.csv"),
                     "--map", directory.path("map.yaml"), "--tail-days", "120"});
    CAPTURE(finished.output, finished.errors);
    CHECK(finished.status == 0);
    CHECK(has(finished.output, "entered"));
    CHECK(has(finished.output, "2 people"));
    CHECK(has(finished.output, "line 3"));
    CHECK(has(finished.output, "line 6"));
}
