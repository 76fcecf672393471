// Input nobody should write: an error, never a crash, never a hang.

#include "dsl/ast/same.h"
#include "dsl/syntax/syntax.h"
#include "tests/dsl/syntax/corpus.h"

#include <catch2/catch.hpp>

using namespace journey;

namespace {

struct Parsed {
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    std::optional<ast::File> file;
};

Parsed parse(std::string_view text) {
    Parsed made;
    const auto id = made.sources.add("a.journey", text, made.diagnostics);
    if (id) made.file = syntax::parse_file(made.sources, *id, made.diagnostics);
    return made;
}

bool has(const Parsed& parsed, std::string_view code) {
    return std::any_of(parsed.diagnostics.begin(), parsed.diagnostics.end(),
                       [&](const auto& one) { return one.code == code; });
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += text;
    return all;
}

}  // namespace

TEST_CASE("every way of nesting 100,000 deep is refused", "[syntax][hostile]") {
    const auto [label, text] = GENERATE(table<std::string, std::string>({
        {"parentheses", "segment a = " + repeated("(", 100'000)},
        {"closed parentheses",
         "segment a = " + repeated("(", 100'000) + "1" + repeated(")", 100'000)},
        {"lists", "segment a = " + repeated("[", 100'000)},
        {"maps", "segment a = " + repeated("{a:", 100'000)},
        {"not", "segment a = " + repeated("not ", 100'000) + "x"},
        {"minus", "segment a = " + repeated("-", 100'000) + "1"},
        {"calls", "segment a = " + repeated("size(", 100'000)},
        {"history", "segment a = " + repeated("count(x where ", 70'000)},
        {"windows", "segment a = " + repeated("count(x since ", 70'000)},
        {"time since", "segment a = " + repeated("time since ", 90'000) + "x"},
        {"index", "segment a = " + repeated("x[", 100'000)},
        {"bands", "band a of x {\n1 below " + repeated("(", 100'000) + "\n}"},
        {"a band's value", "band a of " + repeated("[", 100'000)},
        {"parameters", "snippet a(b: " + repeated("list of ", 100'000) + "int) {}"},
        {"counts as triggers",
         "journey a {\nenter when " + repeated("count(x where ", 70'000) + "\n}"},
        {"arguments", "journey a {\ndo {\ninclude b(c: " + repeated("(", 100'000) + "\n}\n}"},
        {"data of a call",
         "journey a {\n  do {\n    call b with " + repeated("{a:", 100'000) + "\n  }\n}"},
        {"types", "event e { a " + repeated("list of ", 100'000) + "string }"},
    }));
    CAPTURE(label);
    const Parsed parsed = parse(text);
    CHECK(has(parsed, "J0902"));
}

TEST_CASE("blocks 100,000 deep are refused", "[syntax][hostile]") {
    const auto [label, open] = GENERATE(table<std::string, std::string>({
        {"on lines", "if x {\n"},
        {"on one line", "if x { "},
        {"waits", "wait at most 1d {\non x {\n"},
        {"repeats", "repeat at most 2 times {\n"},
        {"calls", "call x else {\n"},
        {"calls over lines", "call x with { a: 1 }\nelse {\n"},
        {"experiments", "experiment x {\narm a 1% {\n"},
    }));
    CAPTURE(label);
    const std::string body = repeated(open, 8'000);
    CHECK(source::has_errors(parse("journey a {\ndo {\n" + body + "\n}}").diagnostics));
    CHECK(has(parse("journey a {\ndo {\n" + body + repeated("}", 16'000) + "\n}}"), "J0902"));
}

TEST_CASE("64 levels of expressions and 16 blocks are allowed", "[syntax][hostile]") {
    CHECK(parse("segment a = " + repeated("(", 62) + "x" + repeated(")", 62) + "\n")
              .diagnostics.empty());
    CHECK(parse("journey a {\n do {\n" + repeated("if x {\n", 14) + "stop" + repeated("\n}", 14) +
                "\n}\n}\n")
              .diagnostics.empty());
}

TEST_CASE("long lines and odd repetitions end", "[syntax][hostile]") {
    const auto [label, text] = GENERATE(table<std::string, std::string>({
        {"blanks", std::string(1'000'000, ' ')},
        {"blanks before a word", std::string(1'000'000, ' ') + "{x"},
        {"line feeds", std::string(1'000'000, '\n')},
        {"one word", std::string(1'000'000, 'a')},
        {"digits", "segment a = " + std::string(1'000'000, '1')},
        {"opening braces", std::string(1'000'000, '{')},
        {"closing braces", std::string(1'000'000, '}')},
        {"quotes", std::string(999'999, '"')},
        {"hashes", repeated("#\n", 500'000)},
        {"and", "segment a = x" + repeated(" and x", 40'000)},
        {"plus", "segment a = 1" + repeated("+1", 100'000)},
        {"members", "segment a = x" + repeated(".x", 400'000)},
        {"list items", "segment a = [1" + repeated(",1", 80'000) + "]"},
        {"broken lines", repeated("journey x\n", 90'000)},
        {"unless", "journey a {\nenter when x" + repeated(" unless x", 90'000) + "\ndo{stop}}"},
        {"weekdays", "journey a {\nenter every Monday" + repeated(",Monday", 50'000) + "\n}"},
        {"parameters", "snippet a(b: int" + repeated(", b: int", 90'000) + ") { stop }"},
        {"a winner's options", "journey a {\ndo {\nexperiment x {\nwinner by a per b after 1h" +
                                   repeated("\nneeds 5 per arm", 60'000) + "\n}\n}\n}"},
        {"rows", "band a of x {" + repeated("\n1 below 2", 90'000) + "\n}"},
        {"commas", "channels" + repeated(",", 900'000)},
        {"brackets and line ends", "segment a = " + repeated("(\n", 100'000)},
        {"else", "journey a { do { if x { } " + repeated("else if x { } ", 60'000) + "} }"},
    }));
    CAPTURE(label);
    const Parsed parsed = parse(text);
    REQUIRE(parsed.file);
    CHECK(parsed.file->items.size() < 10);
}

TEST_CASE("every beginning of every good file is an error or a good file", "[syntax][hostile]") {
    for (const auto& path : testing::good_journeys()) {
        CAPTURE(path.filename().string());
        const std::string text = testing::read_file(path);
        const std::vector<syntax::Token> tokens = syntax::tokenize(text);
        std::size_t next = 0;
        std::ptrdiff_t open = 0;
        std::vector<std::size_t> silent;
        for (std::size_t length = 0; length < text.size(); ++length) {
            const Parsed parsed = parse(std::string_view(text).substr(0, length));
            // Cut inside braces there is always something to say.
            for (; next < tokens.size() && tokens[next].end <= length; ++next) {
                if (tokens[next].kind != syntax::TokenKind::sign) continue;
                if (text[tokens[next].begin] == '{') ++open;
                if (text[tokens[next].begin] == '}') --open;
            }
            if (open > 0 && !source::has_errors(parsed.diagnostics)) silent.push_back(length);
            if (length % 16 == 0) render(parsed.sources, parsed.diagnostics);
        }
        CHECK(silent.empty());
    }
}

TEST_CASE("files with random mistakes never break the parser", "[syntax][hostile]") {
    Rng rng(20260302);
    const std::string_view spice = "{}()[]\"#.,:=<>!&|-+*/ \n\t0123456789abcdefhimnorstwxyz_%";
    for (const auto& path : testing::good_journeys()) {
        const std::string text = testing::read_file(path);
        for (int round = 0; round < 60; ++round) {
            std::string broken = text;
            const std::uint64_t changes = 1 + rng.below(8);
            for (std::uint64_t i = 0; i < changes; ++i) {
                const std::size_t at = rng.below(broken.size());
                switch (rng.below(4)) {
                    case 0:
                        broken[at] = spice[rng.below(spice.size())];
                        break;
                    case 1:
                        broken.erase(at, 1 + rng.below(12));
                        break;
                    case 2:
                        broken.insert(at, 1, spice[rng.below(spice.size())]);
                        break;
                    default:
                        broken.insert(at, broken.substr(rng.below(broken.size()), rng.below(40)));
                        break;
                }
            }
            const Parsed parsed = parse(broken);
            render(parsed.sources, parsed.diagnostics);
            if (parsed.file) ast::dump(*parsed.file);
        }
    }
}

TEST_CASE("five mistakes make five messages and the rest is read", "[syntax]") {
    const Parsed parsed = parse(R"(language 1
evnt a { }
journey one {
  version two
  enter when signed_up
  do {
    wait upto 3 days
    send email
    stop
  }
}
event b { x string requred }
event c
)");
    CHECK(parsed.diagnostics.size() == 5);
    REQUIRE(parsed.file);
    CHECK(parsed.file->items.size() == 4);  // language, journey, b, c
    const auto& journey = std::get<ast::JourneyDecl>(parsed.file->items[1].what);
    CHECK(journey.heads.size() == 1);
    CHECK(journey.steps.size() == 1);
}

TEST_CASE("a mistake in a line with a block does not hide what is inside the block", "[syntax]") {
    const Parsed parsed = parse(R"(journey one {
  do {
    if user.x = = 3 {
      wait upto 3 days
    } else {
      sned email x
    }
  }
}
)");
    CHECK(parsed.diagnostics.size() == 3);
}
