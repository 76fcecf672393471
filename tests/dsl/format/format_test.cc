#include "dsl/format/format.h"

#include "dsl/ast/same.h"
#include "dsl/syntax/syntax.h"
#include "tests/dsl/syntax/corpus.h"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace journey;

namespace {

struct Done {
    std::string text;
    std::string tree;
    std::size_t comments = 0;
};

Done formatted(std::string_view text) {
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    const auto id = sources.add("a.journey", text, diagnostics);
    const ast::File file = syntax::parse_file(sources, *id, diagnostics);
    INFO(text);
    INFO(render(sources, diagnostics));
    REQUIRE(diagnostics.empty());
    return {format::format_file(file, sources.at(*id)), ast::dump(file), file.comments.size()};
}

/// The property: the same tree, and nothing left to do.
std::string checked(std::string_view text) {
    const Done once = formatted(text);
    const Done twice = formatted(once.text);
    CHECK(once.tree == twice.tree);
    CHECK(once.comments == twice.comments);
    CHECK(once.text == twice.text);
    return once.text;
}

}  // namespace

TEST_CASE("formatting the corpus keeps every tree and is done after one pass", "[format]") {
    for (const auto& path : testing::good_journeys()) {
        CAPTURE(path.filename().string());
        checked(testing::read_file(path));
    }
}

TEST_CASE("the eight journeys and every construct stand in the one style", "[format]") {
    for (const auto& path : testing::good_journeys()) {
        CAPTURE(path.filename().string());
        const std::string text = testing::read_file(path);
        const std::string styled = formatted(text).text;
        if (std::getenv("UPDATE_GOLDEN") != nullptr)
            std::ofstream(path, std::ios::binary) << styled;
        CHECK(styled == testing::read_file(path));
    }
}

TEST_CASE("a corpus squeezed or stretched comes back the same", "[format]") {
    for (const auto& path : testing::good_journeys()) {
        CAPTURE(path.filename().string());
        const std::string text = checked(testing::read_file(path));
        std::string stretched;
        bool indent = true;
        bool quoted = false;
        bool comment = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (c == '"' && !comment && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
            if (c == '#' && !quoted) comment = true;
            if (c == '\n') {
                indent = true;
                comment = false;
                stretched += " \t\n";
                continue;
            }
            if (c == ' ' && indent) continue;  // no indentation at all
            indent = false;
            // A date and its time are one word.
            const bool in_date =
                i > 2 && i + 3 < text.size() && text[i - 3] == '-' && text[i + 3] == ':';
            stretched += c;
            if (c == ' ' && !quoted && !comment && !in_date) stretched += " \t ";
        }
        CHECK(formatted(stretched).text == text);
    }
}

TEST_CASE("the one style", "[format]") {
    const auto [label, before, after] = GENERATE(table<std::string, std::string, std::string>({
        {"indentation and blanks", "journey   a{\nversion 1\n do{\nstop\n}\n}",
         "journey a {\n  version 1\n  do {\n    stop\n  }\n}\n"},
        {"properties in columns", "event e {\n a string\n  long_name   int   required\n}\n",
         "event e {\n  a          string\n  long_name  int required\n}\n"},
        {"one property needs no column", "event e {\n  a    string\n}\n",
         "event e {\n  a string\n}\n"},
        {"columns do not cross an empty line", "event e {\n  a string\n\n  long int\n  b int\n}\n",
         "event e {\n  a string\n\n  long  int\n  b     int\n}\n"},
        {"columns count cells", "event e {\n  名称 string\n  a int\n}\n",
         "event e {\n  名称  string\n  a     int\n}\n"},
        {"a property called like a keyword", "event e {\nvalid bool\nwithin int\n}\n",
         "event e {\n  valid   bool\n  within  int\n}\n"},
        {"empty lines", "event a\n\n\n\nevent b {\n\n  x int\n\n}\n",
         "event a\n\nevent b {\n  x int\n}\n"},
        {"signs", "segment s = a+b*-c>= - 3 and size ( x [ 0 ] ) < 2\n",
         "segment s = a + b * -c >= -3 and size(x [0]) < 2\n"},
        {"groups", "segment s = not(a or(b and c))\n", "segment s = not (a or (b and c))\n"},
        {"money", "segment s = a > CNY   -5\n", "segment s = a > CNY -5\n"},
        {"maps", "segment s = f({a:1,b:[1,2]},{ })\n", "segment s = f({ a: 1, b: [1, 2] }, {})\n"},
        {"one-line blocks stay", "journey a {\n  do { if x {stop} else {stop as b} }\n}\n",
         "journey a {\n  do { if x { stop } else { stop as b } }\n}\n"},
        {"blocks over lines open and close alone",
         "journey a { version 1\n  do { stop\n stop } }\n",
         "journey a {\n  version 1\n  do {\n    stop\n    stop\n  }\n}\n"},
        {"else follows its brace",
         "journey a {\n  do {\n    if x {\n      stop\n    }\n\n    else {\n      stop\n    }\n  "
         "}\n}\n",
         "journey a {\n  do {\n    if x {\n      stop\n    } else {\n      stop\n    }\n  }\n}\n"},
        {"lines that go on",
         "journey a {\nonly if x\nand y or\nz\ngoal g when e\nwithin 3 days, then exit\ndo {\nsend "
         "a b\nvalid for 1h\n}\n}\n",
         "journey a {\n  only if x\n    and y or\n    z\n  goal g when e\n    within 3 days, then "
         "exit\n  do {\n    send a b\n      "
         "valid for 1h\n  }\n}\n"},
        {"lists over lines", "consent c {\nchannels a,\nb\n}\n",
         "consent c {\n  channels a,\n    b\n}\n"},
        {"an `else` below its call",
         "journey a {\n  do {\n    call x as y\nelse{\nstop\n}\n  }\n}\n",
         "journey a {\n  do {\n    call x as y\n      else {\n        stop\n      }\n  }\n}\n"},
        {"an `else` behind the data of a call stays below",
         "journey a {\n  do {\n    call x with {a:1}\nelse {stop}\n  }\n}\n",
         "journey a {\n  do {\n    call x with { a: 1 }\n      else { stop }\n  }\n}\n"},
        {"a winner over lines",
         "journey a {\n  do {\n    experiment e {\nwinner by a per b after 4h\nneeds 5 per "
         "arm\n# why\notherwise x\n# of z\narm z 1%{stop}\n    }\n  }\n}\n",
         "journey a {\n  do {\n    experiment e {\n      winner by a per b after 4h\n        needs "
         "5 "
         "per arm\n        # why\n        otherwise x\n      # of z\n      arm z 1% { stop }\n    "
         "}\n  }\n}\n"},
        {"a webhook's `retry` is a line of its own", "webhook w {\nsends a,\nb\nretry 3 times\n}\n",
         "webhook w {\n  sends a,\n    b\n  retry 3 times\n}\n"},
        {"bands", "band a of(x+1){\n1 below -2\n  2   otherwise }\n",
         "band a of (x + 1) {\n  1 below -2\n  2 otherwise\n}\n"},
        {"snippets", "snippet a ( b:push   template ,c : int ){stop}\n",
         "snippet a(b: push template, c: int) { stop }\n"},
        {"schedules",
         "journey a {\nenter every Monday ,Friday at 08:00   local for x\nenter when count( a ever "
         ")reaches -3\ndo { stop }\n}\n",
         "journey a {\n  enter every Monday, Friday at 08:00 local for x\n  enter when count(a "
         "ever) "
         "reaches -3\n  do { stop }\n}\n"},
        {"tests",
         "test \"t\" of a {\nat +  2 days   expect nothing sent\ngiven history e{a:1} at - 3 "
         "days\n}\n",
         "test \"t\" of a {\n  at +2 days expect nothing sent\n  given history e { a: 1 } at -3 "
         "days\n}\n"},
    }));
    CAPTURE(label);
    CHECK(checked(before) == after);
}

TEST_CASE("comments stay where they are", "[format]") {
    const auto [label, before, after] = GENERATE(table<std::string, std::string, std::string>({
        {"alone", "   # one\nevent a\n", "# one\nevent a\n"},
        {"behind", "event a      # why   \n", "event a  # why\n"},
        {"behind a brace", "journey a {# why\n do { # how\n  stop }\n}\n",
         "journey a {  # why\n  do {  # how\n    stop\n  }\n}\n"},
        {"before the closing brace", "event e {\n  a int\n# last\n}\n",
         "event e {\n  a int\n  # last\n}\n"},
        {"between properties", "event e {\n  a int\n  # about b\n  bcd int\n}\n",
         "event e {\n  a    int\n  # about b\n  bcd  int\n}\n"},
        {"inside an expression", "segment s = a and # this\n  b\n",
         "segment s = a and  # this\n  b\n"},
        {"between the lines of an expression", "segment s = a # one\n# two\n and b # three\n",
         "segment s = a  # one\n  # two\n  and b  # three\n"},
        {"between a brace and its else",
         "journey a {\n  do {\n    if b {\n      stop\n    } # no\n    # more\n    else "
         "{\n      stop\n    }\n  }\n}\n",
         "journey a {\n  do {\n    if b {\n      stop\n    }  # no\n    # more\n    else "
         "{\n      stop\n    }\n  }\n}\n"},
        {"at the end of the file", "event a\n\n\n# the end", "event a\n\n# the end\n"},
        {"only comments", "# a\n\n\n# b\n", "# a\n\n# b\n"},
        {"a sign in a text is none", "use \"a#b\"\n", "use \"a#b\"\n"},
    }));
    CAPTURE(label);
    CHECK(checked(before) == after);
}

TEST_CASE("an empty file stays empty", "[format]") {
    CHECK(formatted("").text.empty());
    CHECK(formatted("\n\n  \n").text.empty());
}
