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

std::string told(const std::string& steps, Language language = Language::english) {
    const dsl::Compilation made =
        dsl::compile({{"shop.journey", std::string(kShop) +
                                           "journey again \"Again\" transactional {\n"
                                           "  version 1\n  enter when joined\n  do {\n" +
                                           steps + "\n  }\n}\n"}});
    INFO(dsl::render(made));
    REQUIRE(made.program);
    const Reading reading = read_journey(*made.program, made.program->journeys[0], language);
    std::string out;
    for (const Line& line : reading.sections[1].lines) {
        out += std::string(line.depth * 2, ' ') +
               (line.number == 0 ? "" : std::to_string(line.number) + ". ") + line.text + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("rounds of a repeat stand indented below how often and until when", "[explain]") {
    struct Row {
        const char* label;
        const char* steps;
        const char* told;
    };
    const auto row = GENERATE(values<Row>({
        {"without until", "repeat at most 3 times { wait 2 days\n send email hello }",
         "1. Up to 3 times:\n"
         "  2. Wait 2 days.\n"
         "  3. Send the email `hello`.\n"
         "That is the end.\n"},
        {"with until",
         "repeat at most 2 times until did(bought since entry) { wait 6 days\n send email hello }\n"
         "send email hello",
         "1. Up to 2 times, until the person did `bought` since the time of entering. That is "
         "asked "
         "before each time:\n"
         "  2. Wait 6 days.\n"
         "  3. Send the email `hello`.\n"
         "4. Send the email `hello`.\n"
         "That is the end.\n"},
        {"until something is not so", "repeat at most 2 times until not user.vip { wait 6 days }",
         "1. Up to 2 times, until the person's `vip` is false. That is asked before each time:\n"
         "  2. Wait 6 days.\n"
         "That is the end.\n"},
        {"once", "repeat at most 1 time until user.vip { wait 6 days }",
         "1. Once, unless the person's `vip` is true:\n"
         "  2. Wait 6 days.\n"
         "That is the end.\n"},
        {"ways in a round",
         "repeat at most 2 times {\n wait 1 day\n"
         " if user.vip { stop as happy } else { send email hello }\n wait 2 days }",
         "1. Up to 2 times:\n"
         "  2. Wait 1 day.\n"
         "  3. Ask whether the person's `vip` is true.\n"
         "    If so:\n"
         "      4. The journey ends here, as `happy`.\n"
         "    If not:\n"
         "      5. Send the email `hello`.\n"
         "  6. Wait 2 days.\n"
         "That is the end.\n"},
        {"rounds in rounds, the last step of a way",
         "if user.vip {\n repeat at most 2 times { wait 1 day\n"
         " repeat at most 4 times { wait 2 days } }\n}\nsend email hello",
         "1. Ask whether the person's `vip` is true.\n"
         "  If so:\n"
         "    2. Up to 2 times:\n"
         "      3. Wait 1 day.\n"
         "      4. Up to 4 times:\n"
         "        5. Wait 2 days.\n"
         "6. Send the email `hello`.\n"
         "That is the end.\n"},
    }));
    CAPTURE(row.label);
    CHECK(told(row.steps) == row.told);
    const std::string chinese = told(row.steps, Language::chinese);
    CAPTURE(chinese);
    CHECK(chinese.find("round") == std::string::npos);
    CHECK(chinese.find("轮") == std::string::npos);
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
    CHECK(words == std::vector<std::string>{
                       "Up to 3 times, until the person did bought since the time of entering",
                       "Each time", "Then"});
}

}  // namespace journey::explain
