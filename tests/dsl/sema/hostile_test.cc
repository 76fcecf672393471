// Files made to break the compiler, through all of it: an answer with a reason, and soon.

#include "dsl/dsl.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace journey;
namespace fs = std::filesystem;

namespace {

const fs::path kRoot = JOURNEY_SOURCE_DIR;

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string many(std::size_t count, const std::string& words) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += words;
    return all;
}

/// `line` with `#` as the number and `+` as the next one, for 0 to `count` - 1.
std::string chain(std::size_t count, const std::string& line) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        for (const char c : line) {
            if (c == '#') {
                all += std::to_string(i);
            } else if (c == '+') {
                all += std::to_string(i + 1);
            } else {
                all += c;
            }
        }
    }
    return all;
}

std::string journey_of(const std::string& steps) {
    return "journey j {\n  enter when order_paid\n  frequency gentle\n  do {\n" + steps +
           "\n  }\n}\n";
}

/// Either a program or a reason, and a report that somebody can read.
void answers(const std::string& name, const std::string& text) {
    const dsl::Compilation made = dsl::compile(
        {{"shop.journey", read_file(kRoot / "tests/dsl/golden/shop.journey")}, {name, text}});
    CHECK(made.ok() != source::has_errors(made.diagnostics));
    const std::string said = dsl::render(made);
    CHECK(said.size() < 200'000);
    CHECK((made.ok() || !said.empty()));
    dsl::render_json(made);
    dsl::render_short(made);
}

}  // namespace

TEST_CASE("names that lead to names 2^40 times are refused", "[dsl][hostile]") {
    const auto [label, text] = GENERATE(table<std::string, std::string>({
        {"snippets", chain(40, "snippet s#() {\n include s+()\n include s+()\n}\n") +
                         "snippet s40() {\n send email hello\n}\n" + journey_of("include s0()")},
        {"a snippet in itself",
         "snippet s() {\n include s()\n include s()\n}\n" + journey_of("include s()")},
        {"segments", chain(40, "segment s# \"s\" = user in s+ and not user in s+\n") +
                         "segment s40 \"s\" = user.vip\n" +
                         journey_of("if user in s0 { stop }\nsend email hello")},
        {"rounds", journey_of(many(14, "repeat at most 100 times {\n") +
                              "send email hello\nwait 1 day\n" + many(14, "}\n"))},
        {"a round of 10^9", journey_of("repeat at most 1000000000 times {\nsend email hello\n"
                                       "wait 1 day\n}")},
        {"a number without end",
         journey_of("repeat at most " + many(400, "9") + " times { stop }")},
    }));
    CAPTURE(label);
    answers("x.journey", text);
}

TEST_CASE("one line of a megabyte is answered with a few lines", "[dsl][hostile]") {
    const std::size_t size = 900'000;
    const auto [label, name, text] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"one word", "x.journey", many(size, "a")},
        {"words", "x.journey", many(size / 3, "ab ")},
        {"names nobody knows", "x.journey",
         "segment s \"s\" = " + many(size / 20, "user.nothing is 1 and ") + "user.vip\n"},
        {"an unknown name", "x.journey", "segment s \"s\" = user." + many(size, "a") + " is 1\n"},
        {"open braces in a template", "x.journey",
         "template t email marketing {\n consent newsletter\n subject \"x\"\n body \"" +
             many(size / 3, "{{ ") + "\"\n unsubscribe automatic\n}\n"},
        {"variables in a template", "x.journey",
         "template t email marketing {\n consent newsletter\n subject \"x\"\n body \"" +
             chain(20'000, "{{ v# }} ") + "\"\n unsubscribe automatic\n}\n"},
        {"a key of YAML", "x.yaml", many(size, "a") + ": 1\n"},
        {"a text of YAML", "x.yaml", "language: \"" + many(size / 3, "a: ")},
    }));
    CAPTURE(label);
    answers(name, text);
}

TEST_CASE("YAML with 50,000 keys is read once", "[dsl][hostile]") {
    answers("x.yaml", "language: 1\nevents:\n" + chain(50'000, "  e#: {}\n"));
    answers("x.yaml", chain(80'000, "k#: 1\n"));
}

TEST_CASE("every beginning of an example is a program or has a reason", "[dsl][hostile]") {
    std::size_t cuts = 0;
    for (const auto& entry : fs::directory_iterator(kRoot / "examples/03-eight-journeys")) {
        if (entry.path().extension() != ".journey") continue;
        const std::string text = read_file(entry.path());
        CAPTURE(entry.path().filename().string());
        // dsl/syntax cuts at every byte; all of the compiler is too slow for that with sanitizers.
        for (std::size_t cut = 0; cut < text.size(); cut += 1 + cuts % 61, ++cuts) {
            CAPTURE(cut);
            const dsl::Compilation made = dsl::compile({{"x.journey", text.substr(0, cut)}});
            REQUIRE(made.ok() != source::has_errors(made.diagnostics));
            REQUIRE((made.ok() || !dsl::render(made).empty()));
        }
    }
    CHECK(cuts > 300);
}
