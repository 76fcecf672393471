// journey explain --person: the question support asks every day, put to a running daemon.

#include "engine/app/project.h"
#include "tests/process/kit.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace journey;
using namespace journey::process_tests;

namespace {

constexpr const char* kProject = R"(language 1
workspace shop {
  time zone "Asia/Shanghai"
}
profile user {
  email    string pii
  tier     string
  birthday date
}
event signed_up {
  source string
}
event viewed {
  sku string
}
event greeted
channel email {
  address user.email
  from "Shop <hello@shop.example>"
}
consent news "News" {
  channels email
  basis opt in
}
frequency gentle {
  at most 9 messages per 168h
  counts marketing
  when full skip
}
segment gold "Gold members" = user.tier is "gold"
template hello email marketing {
  consent news
  subject "Hello"
  body "Hello. {{ unsubscribe_url }}"
  unsubscribe automatic
}
journey welcome "欢迎" {
  version 1
  enter when signed_up where source is "web"
  only if user in gold or user.email ends with "@shop.example"
  reenter never
  frequency gentle
  expires after 30 days
  do {
    hi: send email hello
    rest: wait 3 days
    send email hello
  }
}
journey curious "三次" {
  version 1
  enter when count(viewed within 14 days) reaches 3
  reenter never
  frequency gentle
  expires after 30 days
  do {
    send email hello
  }
}
journey golden "金卡" {
  version 1
  enter when joining gold
  reenter never
  frequency gentle
  expires after 30 days
  do {
    emit greeted
    run gift
    pause: wait 9 days
    send email hello
  }
}
journey gift "礼物" {
  version 1
  enter when called
  reenter never
  frequency gentle
  expires after 30 days
  do {
    box: wait 9 days
    send email hello
  }
}
journey morning "早上好" {
  version 1
  enter every day at 09:00 local for gold
  reenter always
  frequency gentle
  expires after 1 day
  do {
    send email hello
  }
}
)";

/// Lines are broken by the width of the screen.
struct Shop : Served {
    int messages = 0;

    Shop() {
        write_file(directory.path("project/shop.journey"), kProject);
        start({directory.path("project")});
    }

    void is(const std::string& person, const std::string& tier) const {
        post("/v1/identify",
             fmt::format(R"({{"userId":"{0}","traits":{{"email":"{0}@x.example","tier":"{1}"}}}})",
                         person, tier));
    }
    void does(const std::string& person, const std::string& event, const std::string& properties) {
        post("/v1/track",
             fmt::format(R"({{"userId":"{}","event":"{}","messageId":"{}","properties":{}}})",
                         person, event, ++messages, properties));
    }
    Finished tool(std::vector<std::string> words) const {
        words.insert(words.end(), {"--to", daemon->url(), "--data", directory.path("data")});
        return run_journey(words);
    }
    Finished why(const std::string& person, const std::string& journey,
                 std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"explain", "--person", person, "--journey", journey};
        words.insert(words.end(), more.begin(), more.end());
        return tool(std::move(words));
    }
    /// Until the answer has `part` in it: events count a little after they are acknowledged.
    Finished await(const std::string& person, const std::string& journey,
                   std::string_view part) const {
        Finished last;
        eventually(std::chrono::seconds(10), [&] {
            last = why(person, journey);
            return has(last.output, part);
        });
        CAPTURE(part, last.output, last.errors);
        CHECK(has(last.output, part));
        return last;
    }
};

}  // namespace

TEST_CASE("explain says where a person stands, what she waits for, and why a mail did not go out",
          "[process][why]") {
    Shop shop;
    shop.is("ann", "gold");
    shop.does("ann", "Signed Up", R"({"source":"web"})");
    const Finished inside = shop.await("ann", "welcome", "at the step `rest`");
    CAPTURE(inside.output, inside.errors);
    CHECK(inside.status == 0);
    CHECK(has(inside.output, "ann: welcome  \"欢迎\""));
    CHECK(has(inside.output, "(times in Asia/Shanghai)"));
    CHECK(has(inside.output, "There: Wait 3 days"));
    CHECK(has(inside.output, "That is over at "));
    CHECK(has(inside.output, "it made the person enter."));
    CHECK(has(inside.output, "yes: "));
    CHECK(has(in_one_line(inside.output),
              "`hello` at the step `hi` was not sent. No connector is configured"));

    // Again: the re-entry rule, and the first entry is not blamed on the second event.
    shop.does("ann", "Signed Up", R"({"source":"web"})");
    shop.await("ann", "welcome", "the person had entered before, and may not enter again.");

    const Finished chinese = shop.why("ann", "welcome", {"--lang", "zh"});
    CAPTURE(chinese.output);
    CHECK(has(chinese.output, "停留在步骤 `rest`"));
    CHECK(has(chinese.output, "此人以前进入过，不能再次进入。"));
    CHECK(has(chinese.output, "没有发送。该渠道没有配置连接器"));
    CHECK_FALSE(has(chinese.output, "The person"));

    const Finished json = shop.why("ann", "welcome", {"--json"});
    const auto parsed = value_from_json(json.output);
    REQUIRE(parsed);
    CHECK(has(json.output, R"("verdict":"entered_before")"));
    CHECK(has(json.output, R"("verdict":"entered")"));
}

TEST_CASE("explain says which condition kept a person out, and what it saw", "[process][why]") {
    Shop shop;
    shop.is("bob", "silver");
    shop.does("bob", "Signed Up", R"({"source":"web"})");
    const Finished condition =
        shop.await("bob", "welcome", "the condition of `only if` did not hold.");
    CAPTURE(condition.output);
    CHECK(has(condition.output, "Is not inside now."));
    CHECK(has(condition.output, "yes: its `source` is \"web\" (its `source` is \"web\")"));
    CHECK(has(condition.output, "is \"silver\""));
    CHECK(has(condition.output, "is \"bob@x.example\""));
    CHECK(has(condition.output, "None was ever meant for this person."));

    shop.is("cy", "gold");
    shop.does("cy", "Signed Up", R"({"source":"import"})");
    const Finished filtered =
        shop.await("cy", "welcome", "this is not the kind the journey asks for.");
    CHECK(has(filtered.output, "no: its `source` is \"web\" (its `source` is \"import\")"));

    shop.is("dan", "silver");
    shop.await("dan", "welcome", "that never happened to this person.");

    // Now the profile lets him in, and nothing says so but the next sign-up.
    shop.is("bob", "gold");
    shop.await("bob", "welcome", "no rule of the journey stands in the way as things are now.");
}

TEST_CASE("explain knows every way into a journey", "[process][why]") {
    Shop shop;
    shop.is("eve", "silver");
    for (int i = 0; i < 2; ++i)
        shop.does("eve", "Viewed", R"({"sku":"a"})");
    shop.await("eve", "curious", "it made 2, and 3 is asked for.");
    for (int i = 0; i < 2; ++i)
        shop.does("eve", "Viewed", R"({"sku":"a"})");
    const Finished reached = shop.await("eve", "curious", "it made the person enter.");
    CHECK(has(reached.output, "3 had been reached before this event"));
    CHECK(has(reached.output, "Earlier passes"));
    CHECK(has(reached.output, "version 1: ended at the step"));

    const Finished outside = shop.await("eve", "golden", "the person is not in that segment.");
    CHECK(has(outside.output, "no: the person's `tier` is \"gold\""));
    shop.is("eve", "gold");
    shop.await("eve", "golden", "at the step `pause`");
    shop.await("eve", "golden", "Only coming into it makes a person enter");
    const Finished planned = shop.await("eve", "morning", "the next planned moment");
    CHECK(has(planned.output, " 09:00"));
    const Finished called = shop.await("eve", "gift", "at the step `box`");
    CHECK(has(called.output, "only another journey starts it."));

    auto metrics = shop.client->get("/metrics");
    REQUIRE(metrics);
    CHECK(has(metrics.value().body, "\njourney_events_emitted_total 1\n"));
    CHECK(has(metrics.value().body, "\njourney_journeys_ran_total 1\n"));
    CHECK(has(metrics.value().body, "\njourney_acts_dropped_total 0\n"));
}

TEST_CASE("explain says that a journey is paused", "[process][why]") {
    Shop shop;
    shop.is("fay", "gold");
    REQUIRE(shop.tool({"pause", "welcome"}).status == 0);
    REQUIRE(shop.tool({"stop-sending"}).status == 0);
    const Finished paused = shop.await("fay", "welcome", "The journey is paused");
    CHECK(has(paused.output, "An operator has stopped all sending."));
}

TEST_CASE("explain about a person says in one sentence what it was given wrongly",
          "[process][why]") {
    Shop shop;
    shop.is("ann", "gold");
    const std::string nobody = fmt::format("http://127.0.0.1:{}", app::free_port());
    struct Row {
        const char* label;
        std::vector<std::string> words;
        int status;
        std::string says;
    };
    const std::string to = shop.daemon->url();
    const std::string data = shop.directory.path("data");
    const std::vector<Row> rows{
        {"nobody of that name",
         {"--person", "zed", "--journey", "welcome", "--to", to, "--data", data},
         1,
         "Nobody is known as `user:zed`"},
        {"no such journey",
         {"--person", "ann", "--journey", "welcom", "--to", to, "--data", data},
         1,
         "Did you mean `welcome`"},
        {"no journey named", {"--person", "ann", "--to", to}, 2, "--journey NAME"},
        {"nothing asked", {}, 2, "--person ID --journey NAME"},
        {"no daemon",
         {"--person", "ann", "--journey", "welcome", "--to", nobody},
         1,
         "no daemon answers at " + nobody},
        {"no key",
         {"--person", "ann", "--journey", "welcome", "--to", to, "--data", "/nowhere"},
         1,
         "there is no admin token in /nowhere/keys"},
        {"a wrong key",
         {"--person", "ann", "--journey", "welcome", "--to", to, "--token", "wrong"},
         1,
         "token"},
        {"a folder too", {"welcome", ".", "--person", "ann", "--to", to}, 2, "--person"},
    };
    for (const Row& row : rows) {
        std::vector<std::string> words{"explain"};
        words.insert(words.end(), row.words.begin(), row.words.end());
        const Finished finished = run_journey(words);
        CAPTURE(row.label, finished.output, finished.errors);
        CHECK(finished.status == row.status);
        CHECK(has(finished.errors, row.says));
        CHECK(finished.output.empty());
    }
}
