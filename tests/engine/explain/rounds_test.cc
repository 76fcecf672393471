// A `repeat` is told as it was written: what counts its rounds is nobody's business.

#include "dsl/dsl.h"
#include "engine/explain/explain.h"

#include <catch2/catch.hpp>

namespace journey::explain {
namespace {

constexpr const char* kShop = R"(language 1
workspace shop { time zone "Europe/Berlin" }
profile user {
  email string pii
  vip   bool default false
}
event joined
event bought
channel email { address user.email }
template hello email transactional {
  subject "Hello"
  body "Hello"
}
)";

/// Of every line its depth and number: "0:1 1:2 1:3 0:0"; and what it says.
struct Told {
    std::string shape;
    std::string text;
};
Told told(const std::string& steps, Language language = Language::english) {
    const dsl::Compilation made =
        dsl::compile({{"shop.journey", std::string(kShop) +
                                           "journey again \"Again\" transactional {\n"
                                           "  version 1\n  enter when joined\n  do {\n" +
                                           steps + "\n  }\n}\n"}});
    INFO(dsl::render(made));
    REQUIRE(made.program);
    const Reading reading = read_journey(*made.program, made.program->journeys[0], language);
    Told out;
    for (const Line& line : reading.sections[1].lines) {
        out.shape += (out.shape.empty() ? "" : " ") + std::to_string(line.depth) + ":" +
                     std::to_string(line.number);
        out.text += line.text + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("rounds of a repeat stand indented below how often and until when", "[explain]") {
    struct Row {
        const char* label;
        const char* steps;
        const char* shape;
        const char* says;
    };
    const auto row = GENERATE(values<Row>({
        {"without until", "repeat at most 3 times {\n wait 2 days\n send email hello }",
         "0:1 1:2 1:3 0:0", "Up to 3 times:\n"},
        {"with until",
         "repeat at most 2 times until did(bought since entry) {\n wait 6 days\n"
         " send email hello }\nwait 1 day",
         "0:1 1:2 1:3 0:4 0:0", "Up to 2 times, until the person did `bought` since "},
        {"with until, when it is asked",
         "repeat at most 2 times until not user.vip { wait 6 days }", "0:1 1:2 0:0",
         " That is asked before each time:\n"},
        {"once", "repeat at most 1 times until user.vip { wait 6 days }", "0:1 1:2 0:0",
         "Once, unless the person's `vip` is "},
        {"ways in a round",
         "repeat at most 2 times {\n wait 1 day\n"
         " if user.vip { stop as happy }\n wait 2 days }",
         "0:1 1:2 1:3 2:0 3:4 1:5 0:0", "Up to 2 times:\n"},
        {"rounds in rounds, the last step of a way",
         "if user.vip {\n repeat at most 2 times {\n wait 1 day\n"
         " repeat at most 4 times { wait 2 days }\n}\n}\nsend email hello",
         "0:1 1:0 2:2 3:3 3:4 4:5 0:6 0:0", "Up to 4 times:\n"},
    }));
    CAPTURE(row.label);
    const Told english = told(row.steps);
    CAPTURE(english.text);
    CHECK(english.shape == row.shape);
    CHECK(english.text.find(row.says) != std::string::npos);
    CHECK(english.text.find("round") == std::string::npos);
    const Told chinese = told(row.steps, Language::chinese);
    CAPTURE(chinese.text);
    CHECK(chinese.shape == row.shape);
    CHECK(chinese.text.find("round") == std::string::npos);
    CHECK(chinese.text.find("轮") == std::string::npos);
}

TEST_CASE("a repeat in a picture is one box that says how often", "[explain]") {
    const dsl::Compilation made = dsl::compile({{"shop.journey", std::string(kShop) + R"(
journey again "Again" transactional {
  version 1
  enter when joined
  do {
    repeat at most 3 times until did(bought since entry) {
      wait 2 days
      send email hello
    }
  }
}
)"}});
    REQUIRE(made.program);
    const ir::Journey& journey = made.program->journeys[0];
    std::vector<std::string> words;
    for (const ir::State& state : journey.states) {
        if (!std::holds_alternative<ir::Test>(state.act)) continue;
        words.push_back(words_of_step(*made.program, journey, state, Language::english));
        for (const ir::Way& way : ir::ways_of(state))
            words.push_back(words_of_way(*made.program, journey, state, way, Language::english));
    }
    REQUIRE(words.size() == 3);
    CHECK(words[0].starts_with("Up to 3 times, until the person did bought since "));
    CHECK(words[1] == "Each time");
    CHECK(words[2] == "Then");
}

}  // namespace journey::explain
