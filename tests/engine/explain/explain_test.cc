#include "engine/explain/explain.h"

#include "dsl/dsl.h"
#include "tests/kit/files.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

namespace journey::explain {
namespace {

namespace fs = std::filesystem;
using testing::read_file;

dsl::Compilation shipped() {
    const fs::path folder = fs::path(JOURNEY_SOURCE_DIR) / "workflows";
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".journey") names.insert(entry.path().string());
    }
    std::vector<dsl::SourceFile> files;
    for (const std::string& name : names)
        files.push_back({fs::path(name).filename().string(), read_file(name)});
    dsl::Options options;
    options.read_file = [&](std::string_view name) -> std::optional<std::string> {
        return read_file(folder / name);
    };
    return dsl::compile(std::move(files), options);
}

bool holds(const std::string& text, const std::string& part) {
    CAPTURE(text, part);
    CHECK(text.find(part) != std::string::npos);
    return text.find(part) != std::string::npos;
}

/// Every "J" and four digits that stands alone in quotes.
void collect_codes(const std::string& text, std::set<std::string>& into) {
    constexpr std::size_t kQuoted = 7;
    for (std::size_t at = text.find("\"J"); at != std::string::npos;
         at = text.find("\"J", at + 1)) {
        const std::string quoted = text.substr(at, kQuoted);
        if (quoted.size() < kQuoted || quoted.back() != '"') continue;
        const std::string code = quoted.substr(1, 5);
        if (code.find_first_not_of("0123456789", 1) == std::string::npos) into.insert(code);
    }
}

}  // namespace

TEST_CASE("every diagnostic code in use has its long text", "[explain]") {
    std::set<std::string> used;
    for (const char* room : {"dsl", "engine"}) {
        for (const auto& entry :
             fs::recursive_directory_iterator(fs::path(JOURNEY_SOURCE_DIR) / room)) {
            if (entry.path().extension() != ".cc") continue;
            const std::string text = read_file(entry.path());
            collect_codes(text, used);
        }
    }
    CHECK(used.size() > 50);
    for (const std::string& one : used) {
        CAPTURE(one);
        CHECK(find_code(one) != nullptr);
    }
}

TEST_CASE("long texts are in order, each once, and say something", "[explain]") {
    std::string before;
    for (const Code& one : all_codes()) {
        CAPTURE(one.code);
        CHECK(before < one.code);
        CHECK(std::string_view(one.means).size() > 25);
        before = one.code;
    }
    CHECK(find_code("J9999") == nullptr);
    CHECK(holds(text_of(*find_code("J0211")), "wait until 10:00 local"));
}

TEST_CASE("every step of every shipped journey is told once, in both languages", "[explain]") {
    const dsl::Compilation compiled = shipped();
    INFO(dsl::render(compiled));
    REQUIRE(compiled.ok());
    for (const Language language : {Language::english, Language::chinese}) {
        for (const ir::Journey& journey : compiled.program->journeys) {
            const Reading reading = read_journey(*compiled.program, journey, language);
            CAPTURE(journey.name, text_of(reading));
            REQUIRE(reading.sections.size() == 4);
            std::multiset<ir::Index> told;
            for (const Line& line : reading.sections[1].lines) {
                CHECK_FALSE(line.text.empty());
                CHECK(line.text.find('{') == std::string::npos);
                CHECK(line.text.find("`?`") == std::string::npos);
                if (line.number != 0) told.insert(line.state);
            }
            for (ir::Index i = 0; i < journey.states.size(); ++i) {
                CAPTURE(journey.states[i].step);
                if (journey.states[i].step != "end") CHECK(told.count(i) == 1);
            }
        }
    }
}

TEST_CASE("a journey in plain English", "[explain]") {
    const dsl::Compilation compiled = shipped();
    REQUIRE(compiled.ok());
    const ir::Program& program = *compiled.program;
    const ir::Journey& journey = program.journeys[ir::find_named(program.journeys, "win_back")];
    const std::string text = text_of(read_journey(program, journey, Language::english));
    CHECK(holds(text, "A person enters when `order_paid` happens."));
    CHECK(holds(text, "Wait 60 days."));
    CHECK(holds(text, "10% are held out:"));
    CHECK(holds(text, "90% get the arm `reach`, it goes on."));
    CHECK(holds(text, "When a link of the message `mail` is clicked:"));
    CHECK(holds(text, "At the latest 120 days after entering it is over."));
    CHECK(holds(text,
                "Between 21:30 and 09:00 (where the person lives) no push goes out; it waits until "
                "09:00."));
}

TEST_CASE("a journey in Chinese", "[explain]") {
    const dsl::Compilation compiled = shipped();
    REQUIRE(compiled.ok());
    const ir::Program& program = *compiled.program;
    const ir::Journey& journey = program.journeys[ir::find_named(program.journeys, "win_back")];
    const std::string text = text_of(read_journey(program, journey, Language::chinese));
    CHECK(holds(text, "谁会进入"));
    CHECK(holds(text, "等待 60 天。"));
    CHECK(holds(text, "最迟在进入 120 天之后结束。"));
    CHECK(text.find("the person") == std::string::npos);
}

TEST_CASE("names of the author are told, not numbers", "[explain]") {
    const dsl::Compilation made = dsl::compile({{"shop.journey", R"(language 1
workspace shop {
  time zone "Asia/Shanghai"
  currency CNY
}
profile user {
  email  string pii
  trial  duration default 14 days
}
event signed_up {
  zone  zone
}
event order_paid
channel email {
  address user.email
}
consent news "News" {
  channels email
}
frequency seldom {
  at most 3 messages per year
  counts marketing
  when full skip
}
template plain email marketing {
  consent news
  subject "Plain"
  body "Plain"
  unsubscribe automatic
}
template tale email marketing {
  consent news
  subject "Tale"
  body "Tale"
  unsubscribe automatic
}
band orders of count(order_paid within 2 years) {
  1 below 2
  2 otherwise
}
snippet nudge(message: email template, gap: duration) {
  wait gap
  send email message
}
journey told "Told by name" {
  version 1
  enter when signed_up
  goal bought when order_paid within 5 days
  frequency seldom
  expires after 60 days
  do {
    wait user.trial
    wait until 10:00 in trigger.zone
    if orders is 2 { stop as regular }
    include nudge(message: tale, gap: 3 days)
    experiment subject {
      sample 20%
      arm first 50% { send email plain }
      arm second 50% { send email tale }
      winner by clicked per delivered after 4h
    }
  }
}
)"}});
    INFO(dsl::render(made));
    REQUIRE(made.ok());
    const ir::Program& program = *made.program;
    const std::string english =
        text_of(read_journey(program, program.journeys[0], Language::english));
    holds(english, "At most 3 messages a year.");
    holds(english, "Wait as long as the person's `trial` says.");
    holds(english, "if it changes later, the wait does not.");
    holds(english, "in the time zone of the trigger's `zone`");
    holds(english, "the person's score in `orders`");
    holds(english, "What the scores mean");
    holds(english, "If `first` wins");
    holds(english, "If `second` wins");
    const std::string chinese =
        text_of(read_journey(program, program.journeys[0], Language::chinese));
    holds(chinese, "如果 `second` 获胜");
    holds(chinese, "评分的含义");
    // What an include gives stands in the pictures instead of the snippet's parameters.
    std::set<std::string> words;
    for (const ir::State& state : program.journeys[0].states)
        words.insert(state.text);
    CHECK(words.contains("wait 3 days"));
    CHECK(words.contains("send email tale"));
    CHECK_FALSE(words.contains("send email message"));
}

}  // namespace journey::explain
