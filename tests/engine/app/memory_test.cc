// How long a journey may ask back (J0317, dsl/sema) is how long the engine remembers
// (engine/core/history.cc): the two rooms share no number, so this asks both.

#include "dsl/dsl.h"
#include "engine/app/test_trial.h"

#include <catch2/catch.hpp>

namespace journey::app {
namespace {

constexpr const char* kProject = R"(language 1
workspace shop { time zone "UTC" }
profile user { email string pii }
event signed_up
event viewed
event bought
channel email { address user.email }
consent news "News" { channels email }
template hello email marketing {
  consent news
  subject "Hi"
  body "Hi there"
  unsubscribe automatic
}
journey remember "Remember" {
  enter when signed_up
  do { if did(bought WINDOW) { send email hello } }
}
test "an old order" of remember {
  start 2026-03-02 10:00 in "UTC"
  given user { email: "a@example.com" }
  given consent news
  given history bought at -DAYS days
  every 1m until +200m viewed
  at +201m signed_up
  at +202m expect sent email hello
}
)";

std::string with(std::string text, const std::string& name, const std::string& value) {
    return text.replace(text.find(name), name.size(), value);
}

dsl::Compilation asked(const std::string& window, int days) {
    const std::string text = with(with(kProject, "WINDOW", window), "DAYS", std::to_string(days));
    return dsl::compile({{"shop.journey", text}});
}

bool remembered(const std::string& window, int days) {
    const dsl::Compilation compiled = asked(window, days);
    INFO(dsl::render(compiled));
    REQUIRE(compiled.ok());
    return run_trial(*compiled.program, compiled.tests[0]).problem.empty();
}

bool may_ask(const std::string& window) {
    const dsl::Compilation compiled = asked(window, 1);
    for (const dsl::Diagnostic& diagnostic : compiled.diagnostics) {
        if (diagnostic.code == "J0317") return false;
    }
    return compiled.ok();
}

}  // namespace

TEST_CASE("what a journey may ask about is what the engine remembers", "[app][memory]") {
    CHECK(may_ask("within 800 days"));
    CHECK_FALSE(may_ask("within 801 days"));
    CHECK(remembered("within 800 days", 799));
    CHECK(remembered("ever", 700));
    CHECK(remembered("ever", 799));
    CHECK_FALSE(remembered("ever", 801));
}

}  // namespace journey::app
