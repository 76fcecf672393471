// journey plan and journey apply with a daemon whose people stand in the middle of their journeys: what the plan says is
// what happens, and nothing else happens.

#include "engine/app/project.h"
#include "tests/process/kit.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>

using namespace journey;
using namespace journey::process_tests;

namespace {

constexpr const char* kDeclarations = R"(language 1
workspace club {
  time zone "UTC"
}
profile user {
  email string pii
}
event joined
event bought
event tasted
channel email {
  address user.email
  from "Club <hello@club.example>"
}
template hello email transactional {
  subject "Hello"
  body "Hello."
}
)";

constexpr const char* kFirst = R"(
journey club "The club" transactional {
  version 1
  enter when joined
  reenter never
  expires after 300 days
  do {
    lounge: wait at most 100 days {
      on bought { }
      timeout
    }
    garden: wait 100 days
    send email hello
  }
}
)";
constexpr const char* kSecond = R"(
journey club "The club" transactional {
  version 2
  enter when joined
  reenter never
  expires after 300 days
  from version 1 {
    lounge moves to gift
    others stay
  }
  do {
    gift: send email hello
    garden: wait 100 days
  }
}
)";
constexpr const char* kCellar = R"(
journey cellar "The cellar" transactional {
  version 1
  enter when tasted
  reenter never
  expires after 300 days
  do {
    barrel: wait 100 days
    send email hello
  }
}
)";

/// A daemon that runs version 1, and a folder for the next version.
struct Club : Served {
    std::string plan = directory.path("the.plan");
    int messages = 0;

    explicit Club(const std::string& journeys) {
        write(journeys);
        start({directory.path("project")});
    }

    void write(const std::string& journeys) const {
        write_file(directory.path("project/club.journey"), kDeclarations + journeys);
    }

    void does(const std::string& person, const std::string& event) {
        post("/v1/identify",
             fmt::format(R"({{"userId":"{0}","traits":{{"email":"{0}@club.example"}}}})", person));
        post("/v1/track", fmt::format(R"({{"userId":"{}","event":"{}","messageId":"{}"}})", person,
                                      event, ++messages));
    }

    Finished tool(std::vector<std::string> words) const {
        words.insert(words.end(), {"--to", daemon->url()});
        if (words.front() != "plan" ||
            std::find(words.begin(), words.end(), "--data") == words.end())
            words.insert(words.end(), {"--token", daemon->admin_token()});
        return run_journey(words);
    }
    Finished planned(std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"plan", directory.path("project"), "--out", plan};
        words.insert(words.end(), more.begin(), more.end());
        return tool(std::move(words));
    }
    Finished applied() const { return tool({"apply", plan, "--yes"}); }

    std::string journeys() const {
        auto answer = client->get("/admin/journeys");
        REQUIRE(answer);
        return answer.value().body;
    }
    std::string live_hash() const {
        auto parsed = value_from_json(journeys());
        REQUIRE(parsed);
        return app::text_in(*parsed.value().as<Record>(), "hash");
    }
    /// Events are acknowledged when they are durable, and counted a little later.
    void await(std::string_view part) const {
        const bool came =
            eventually(std::chrono::seconds(10), [&] { return has(journeys(), part); });
        CAPTURE(part, journeys());
        REQUIRE(came);
    }
    bool tells(const std::string& person, std::string_view part) const {
        return eventually(std::chrono::seconds(5), [&] {
            auto answer = client->get("/admin/people/" + person + "/timeline");
            return answer && has(answer.value().body, part);
        });
    }
};

void put_people_in(Club& club) {
    club.does("ann", "Joined");
    club.does("bob", "Joined");
    club.does("cy", "Joined");
    club.await(R"("lounge":3)");
    club.does("cy", "Bought");
    club.await(R"("garden":1)");
}

}  // namespace

TEST_CASE("a plan says who stands where, what happens to them and what it sends; apply does it",
          "[process][plan]") {
    Club club(kFirst);
    put_people_in(club);
    club.write(kSecond);
    const Finished plan = club.planned({"--data", club.directory.path("data")});
    CAPTURE(plan.output, plan.errors);
    CHECK(plan.status == 4);
    CHECK(has(plan.output, "~ club             1 → 2"));
    CHECK(has(plan.output, "+ gift"));
    CHECK(has(plan.output, "- lounge"));
    CHECK(has(plan.output, "people inside: 3     garden 1 → stay on 1 · lounge 2 → move to gift"));
    CHECK(has(plan.output, "0 to publish, 1 to change, 0 to retire"));
    CHECK(has(plan.output, "0 as it is,         2 with this plan: +2"));
    CHECK(has(plan.output, "Saved: " + club.plan));
    CHECK(has(club.journeys(), R"("lounge":2)"));  // planning changed nothing

    const Finished json = club.planned({"--data", club.directory.path("data"), "--json"});
    CAPTURE(json.output);
    CHECK(json.status == 4);
    const auto parsed = value_from_json(json.output);
    REQUIRE(parsed);
    CHECK(has(json.output,
              R"({"version":1,"step":"lounge","people":2,"what_happens":"moves","to":"gift"})"));
    CHECK(has(json.output, R"("without":{"email":0},"with":{"email":2})"));

    // What is in the folder by now does not matter: the plan is what was agreed on.
    club.write(kCellar);
    const Finished applied = club.applied();
    CAPTURE(applied.output, applied.errors);
    CHECK(applied.status == 0);
    CHECK(has(applied.output, "lounge 2 → move to gift"));
    CHECK(has(applied.output, "club version 2  changed"));
    CHECK(club.tells("ann", R"x(Moved to version 2 of journey \"club\", to step \"gift\")x"));
    CHECK(club.tells("bob", R"x(Moved to version 2 of journey \"club\", to step \"gift\")x"));
    CHECK_FALSE(club.tells("cy", "Moved to version 2"));
    CHECK(has(club.journeys(), R"x("garden (version 1)":1)x"));
    CHECK_FALSE(has(club.journeys(), "cellar"));

    const std::string live = club.live_hash();
    const Finished again = club.applied();
    CAPTURE(again.output, again.errors);
    CHECK(again.status == 0);
    CHECK(has(again.output, "Nothing to do: this plan is applied already"));
    CHECK(club.live_hash() == live);

    club.write(kSecond);
    const Finished nothing = club.planned();
    CAPTURE(nothing.output);
    CHECK(nothing.status == 0);
    CHECK(has(nothing.output, "No changes: what is live is this project."));
}

TEST_CASE("people of a retired journey are never left without a rule", "[process][plan]") {
    Club club(std::string(kFirst) + kCellar);
    club.does("ann", "Joined");
    club.does("dan", "Tasted");
    club.await(R"("barrel":1)");
    club.write(kFirst);
    const std::string before = club.live_hash();

    const Finished refused = club.planned();
    CAPTURE(refused.output, refused.errors);
    CHECK(refused.status == 1);
    CHECK(has(refused.output, "- cellar"));
    CHECK(has(refused.output, "barrel 1 → no rule yet"));
    CHECK(has(refused.errors, "`cellar` is gone from the project; people inside it: 1"));
    CHECK(has(refused.errors, "`--retire cellar=finish`"));
    CHECK(has(refused.errors, "Nothing was saved"));
    CHECK_FALSE(std::filesystem::exists(club.plan));
    const Finished project = club.tool({"apply", club.directory.path("project"), "--yes"});
    CAPTURE(project.errors);
    CHECK(project.status == 1);
    CHECK(has(project.errors, "Nothing was applied"));
    CHECK(club.live_hash() == before);

    const Finished stops = club.planned({"--retire", "cellar=stop"});
    CAPTURE(stops.output, stops.errors);
    REQUIRE(stops.status == 4);
    CHECK(has(stops.output, "barrel 1 → stop"));
    const Finished applied = club.applied();
    CAPTURE(applied.output, applied.errors);
    CHECK(applied.status == 0);
    CHECK(has(applied.output, "cellar version 1  retired"));
    CHECK(club.tells("dan", R"x(Left journey \"cellar\")x"));
    CHECK(has(club.journeys(), R"("lounge":1)"));
    CHECK(has(club.applied().output, "Nothing to do"));
}

TEST_CASE("whoever enters a journey after its retirement was planned stops the apply",
          "[process][plan]") {
    Club club(std::string(kFirst) + kCellar);
    club.write(kFirst);
    const Finished plan = club.planned();
    CAPTURE(plan.output, plan.errors);
    REQUIRE(plan.status == 4);
    CHECK(has(plan.output, "- cellar           1         nobody inside"));

    club.does("eve", "Tasted");
    club.await(R"("barrel":1)");
    const std::string before = club.live_hash();
    const Finished refused = club.applied();
    CAPTURE(refused.output, refused.errors);
    CHECK(refused.status == 1);
    CHECK(has(refused.errors, "`cellar` is gone from the project; people inside it: 1"));
    CHECK(has(refused.errors, "Nothing was applied: make the plan again"));
    CHECK(club.live_hash() == before);
}

TEST_CASE("a plan is refused once another program has become live", "[process][plan]") {
    Club club(kFirst);
    club.write(kSecond);
    REQUIRE(club.planned().status == 4);
    club.write(std::string(kFirst) + kCellar);
    REQUIRE(club.tool({"apply", club.directory.path("project"), "--yes"}).status == 0);
    const std::string moved = club.live_hash();

    const Finished refused = club.applied();
    CAPTURE(refused.output, refused.errors);
    CHECK(refused.status == 1);
    CHECK(has(refused.errors, "the world moved"));
    CHECK(has(refused.errors, "Make the plan again with `journey plan`"));
    CHECK(club.live_hash() == moved);

    // Two who apply in the same instant: the daemon itself takes only the first.
    auto bytes = club.client->get("/admin/program/bytes");
    REQUIRE(bytes);
    auto late = club.client->post("/admin/program?after=" + std::string(64, '0'),
                                  bytes.value().body, "application/octet-stream");
    REQUIRE(late);
    CHECK(late.value().status == 409);
    CHECK(has(late.value().body, "program_moved"));
}

TEST_CASE("a plan that was changed after it was made is refused, whatever was changed",
          "[process][plan]") {
    Club club(kFirst);
    club.does("ann", "Joined");
    club.await(R"("lounge":1)");
    club.write(kSecond);
    REQUIRE(club.planned().status == 4);
    const auto genuine = app::read_text_file(club.plan);
    REQUIRE(genuine);
    const std::string& text = genuine.value();
    const std::string before = club.live_hash();
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = text;
        const std::size_t at = changed.find(from);
        REQUIRE(at != std::string::npos);
        return changed.replace(at, from.size(), to);
    };
    const std::size_t middle = text.find("\"program\"") + 40;
    std::string flipped = text;
    flipped[middle] = flipped[middle] == 'A' ? 'B' : 'A';
    struct Row {
        const char* label;
        std::string text;
    };
    const std::vector<Row> rows{
        {"one letter of the program", flipped},
        {"the hash it is for", with("\"before\":\"", "\"before\":\"0")},
        {"the number of people", with("\"lounge\":1", "\"lounge\":0")},
        {"a rule added", with("\"retire\":{", "\"retire\":{\"club\":\"stop\"")},
        {"the checksum", with("\"checksum\":\"", "\"checksum\":\"0")},
        {"the format", with("\"journey_plan\":1", "\"journey_plan\":7")},
        {"cut off", text.substr(0, text.size() / 2)},
        {"empty", ""},
        {"another file", "{\"plan\": {}}"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        write_file(club.plan, row.text);
        const Finished refused = club.applied();
        CAPTURE(refused.output, refused.errors);
        CHECK(refused.status == 1);
        CHECK(has(refused.errors, "this is no plan, or it was changed"));
        CHECK(has(refused.errors, "make it again"));
        CHECK(club.live_hash() == before);
    }
    write_file(club.plan, text);
    CHECK(club.applied().status == 0);
    CHECK(club.live_hash() != before);
}

TEST_CASE("plan and apply say in one sentence what they were given wrongly", "[process][plan]") {
    const TemporaryDirectory directory;
    write_file(directory.path("project/club.journey"), std::string(kDeclarations) + kFirst);
    const std::string project = directory.path("project");
    const std::string nobody = fmt::format("http://127.0.0.1:{}", app::free_port());
    struct Row {
        const char* label;
        std::vector<std::string> words;
        int status;
        std::string says;
    };
    const std::vector<Row> rows{
        {"no daemon", {"plan", project, "--to", nobody}, 1, "no daemon answers at " + nobody},
        {"no daemon to apply to",
         {"apply", project, "--to", nobody},
         1,
         "is `journey serve` running"},
        {"no project", {"plan", directory.path("nowhere"), "--to", nobody}, 1, "nowhere"},
        {"no plan", {"apply", directory.path("no.plan"), "--to", nobody}, 1, "no.plan"},
        {"no data", {"plan", project, "--data", directory.path("none")}, 1, "none"},
        {"no rule", {"plan", project, "--retire", "cellar"}, 2, "write `--retire NAME=finish`"},
        {"a wrong rule", {"plan", project, "--retire", "cellar=drop"}, 2, "`--retire NAME=stop`"},
        {"no moment", {"plan", project, "--data", directory.path("d"), "--at", "noon"}, 1, "noon"},
        {"no such flag", {"plan", project, "--fast"}, 2, "--fast"},
    };
    for (const Row& row : rows) {
        const Finished finished = run_journey(row.words);
        CAPTURE(row.label, finished.output, finished.errors);
        CHECK(finished.status == row.status);
        CHECK(has(finished.errors, row.says));
        CHECK(std::count(finished.errors.begin(), finished.errors.end(), '\n') <= 3);
    }
}
