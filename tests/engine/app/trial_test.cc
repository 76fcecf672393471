#include "engine/app/test_report.h"

#include <catch2/catch.hpp>

namespace journey::app {
namespace {

constexpr const char* kSchema = R"(language 1
workspace shop { time zone "Europe/Berlin" }
profile user {
  email string pii
  vip   bool default false
}
event signed_up { plan string }
event bought { total int }
channel email { address user.email }
consent news "News" {
  channels email
  basis opt in
}
)";

constexpr const char* kHello = R"(
template hello email marketing {
  consent news
  subject "Hi"
  body "Hi there"
  unsubscribe automatic
}
journey greet "Greet" {
  enter when signed_up
  do {
    patience: wait at most 2 days {
      on bought { stop as happy }
      timeout
    }
    if user.vip {
      first: send email hello
    } else {
      wait 1h
    }
    experiment taste {
      arm a 50% { wait 1 day }
      arm b 50% { wait 2 days }
    }
  }
}
)";

dsl::Compilation project(const std::string& tests) {
    dsl::Compilation out = dsl::compile({{"shop.journey", std::string(kSchema) + kHello + tests}});
    INFO(dsl::render(out));
    REQUIRE(out.ok());
    return out;
}

TestReport run(const dsl::Compilation& compilation,
               const translate::Speech& say = translate::Speech()) {
    TestReport report;
    report.say = say;
    Reached reached;
    for (const sema::TestCase& test : compilation.tests) {
        report.tests.push_back({&test, "greet", run_trial(*compilation.program, test, say)});
        reached.add(report.tests.back().result.reached);
    }
    report.coverage = {
        coverage_of(*compilation.program, compilation.program->journeys[0], reached, say)};
    return report;
}

std::vector<std::string> gaps_of(const TestReport& report) {
    std::vector<std::string> out;
    for (const Gap& gap : report.coverage[0].gaps)
        out.push_back(gap.says);
    return out;
}

bool holds(const std::string& text, const std::string& part) {
    CAPTURE(text, part);
    CHECK(text.find(part) != std::string::npos);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a journey nobody enters in a test is one gap", "[app]") {
    const auto compiled = project("");
    const TestReport report = run(compiled);
    CHECK(report.coverage[0].covered == 0);
    CHECK(report.coverage[0].percent() == 0);
    CHECK(gaps_of(report) == std::vector<std::string>{"No test enters the journey `greet`."});
}

TEST_CASE("coverage names the ways that no test takes", "[app]") {
    const auto compiled = project(R"(
test "nobody special" of greet {
  start 2026-03-02 10:00 in "UTC"
  given user { email: "a@example.com" }
  given experiment taste picks a
  at +0s signed_up { plan: "free" }
  at +30 days expect nothing sent
}
)");
    const TestReport report = run(compiled);
    CHECK(report.passed() == 1);
    CHECK(gaps_of(report) ==
          std::vector<std::string>{
              "In no test does `bought` come while the person waits at `patience`.",
              "In no test is the condition of `if_1` true.",
              "No test puts its person in the arm `b` of `taste`."});
    const auto diagnostics = diagnostics_of(report.coverage, compiled.sources);
    REQUIRE(diagnostics.size() == 3);
    CHECK(diagnostics[0].code == "J0702");
    CHECK(diagnostics[0].severity == source::Severity::information);
}

TEST_CASE("coverage is whole when every way was taken, and adds up over tests", "[app]") {
    const auto compiled = project(R"(
test "vip" of greet {
  start 2026-03-02 10:00 in "UTC"
  given user { email: "a@example.com", vip: true }
  given consent news
  given experiment taste picks a
  at +0s signed_up { plan: "free" }
  at +2 days expect sent email hello
}
test "not vip" of greet {
  start 2026-03-02 10:00 in "UTC"
  given user { email: "a@example.com" }
  given experiment taste picks b
  at +0s signed_up { plan: "free" }
  at +9 days expect nothing sent
}
test "buys" of greet {
  start 2026-03-02 10:00 in "UTC"
  at +0s signed_up { plan: "free" }
  at +1 day bought { total: 3 }
  at +1 day expect exited as happy
}
)");
    const TestReport report = run(compiled);
    CHECK(report.passed() == 3);
    CHECK(gaps_of(report).empty());
    CHECK(report.coverage[0].percent() == 100);
}

TEST_CASE("a failing test says in its story what was expected where, and what may mend it",
          "[app]") {
    const auto compiled = project(R"(
test "no \"consent\" <was> given & so" of greet {
  start 2026-03-02 10:00 in "UTC"
  given user { email: "a@example.com", vip: true }
  at +0s signed_up { plan: "free" }
  at +2 days expect sent email hello
}
)");
    const TestReport report = run(compiled);
    REQUIRE(report.failed() == 1);
    const std::string text = text_of(report.tests[0], report.say);
    CHECK(holds(text, "entered greet"));
    CHECK(holds(text, "you expected: sent email hello"));
    CHECK(holds(text, "you wrote: at +2 days expect sent email hello"));
    CHECK(holds(text, "`given consent news`"));

    SECTION("in JUnit's XML, with everything escaped") {
        const std::string xml = junit_of(report);
        CHECK(holds(xml, "<testsuite name=\"greet\" tests=\"1\" failures=\"1\""));
        CHECK(holds(xml, "&lt;was&gt; given &amp; so"));
        CHECK(xml.find("<was>") == std::string::npos);
        CHECK(holds(xml, "<failure message=\"email hello was not sent\""));
    }
    SECTION("in JSON, with the story") {
        const std::string json = to_json(json_of(report));
        CHECK(holds(json, "\"failed\":1"));
        CHECK(holds(json, "\"note\":\"you expected: sent email hello\""));
        CHECK(holds(json, "\"code\":\"J0702\""));
    }
}

TEST_CASE("a choice's label means whichever of its channels was skipped", "[app]") {
    const auto compiled = project(R"(
channel sms {
  address user.email
  sender "SHOP"
}
consent texts "Texts" {
  channels sms
  basis opt in
}
template note sms marketing {
  consent texts
  body "Hi. STOP to end"
}
quiet night {
  from 21:30 to 09:00 local
  on sms
  then hold
  if no zone use "UTC"
}
journey reach "Reach" {
  enter when signed_up
  quiet night
  do {
    nudge: send first of {
      email hello
      sms note
    }
    nudged: wait 1h
  }
}
test "without consent" of reach {
  start 2026-03-02 10:00 in "UTC"
  given user { email: "a@example.com" }
  at +0s signed_up { plan: "free" }
  at +1m expect skipped nudge because "consent"
}
test "a label that only begins alike" of reach {
  start 2026-03-02 10:00 in "UTC"
  given user { email: "a@example.com" }
  at +0s signed_up { plan: "free" }
  at +1m expect skipped nudged
}
)");
    REQUIRE(compiled.tests.size() == 2);
    CHECK(run_trial(*compiled.program, compiled.tests[0]).problem.empty());
    CHECK_FALSE(run_trial(*compiled.program, compiled.tests[1]).problem.empty());
}

TEST_CASE("the same test gives the same story twice", "[app]") {
    const auto compiled = project(R"(
test "twice" of greet {
  start 2026-03-02 10:00 in "UTC"
  at +0s signed_up { plan: "free" }
  at +1 day expect exited
}
)");
    CHECK(text_of(run(compiled).tests[0], translate::Speech()) ==
          text_of(run(compiled).tests[0], translate::Speech()));
}

TEST_CASE("what a person answers is what the journey reads", "[app]") {
    const dsl::Compilation compilation = dsl::compile({{"survey.journey", R"(language 1
workspace shop { time zone "Europe/Berlin" }
profile user { phone string pii }
event signed_up { plan string }
channel sms { address user.phone }
template question sms transactional { body "Do you like it? Answer yes or no." }
journey greet "Survey" {
  version 1
  enter when signed_up
  do {
    ask: send sms question
    wait at most 1 day {
      on replied where lower(trim(text)) is "yes" { stop as keen }
      on replied { stop as cool }
      timeout
    }
  }
}
test "yes, however written" of greet {
  start 2026-03-02 09:00 in "Europe/Berlin"
  given user { phone: "+4915112345678" }
  at +0s signed_up
  at +1h replied of ask { text: " Yes " }
  at +2h expect exited as keen
}
test "anything else" of greet {
  start 2026-03-02 09:00 in "Europe/Berlin"
  given user { phone: "+4915112345678" }
  at +0s signed_up
  at +1h replied of ask { text: "yesterday" }
  at +2h expect exited as cool
}
)"}});
    INFO(dsl::render(compilation));
    REQUIRE(compilation.ok());
    REQUIRE(compilation.tests.size() == 2);
    for (const sema::TestCase& test : compilation.tests)
        CHECK(run_trial(*compilation.program, test).problem == "");
}

}  // namespace journey::app
