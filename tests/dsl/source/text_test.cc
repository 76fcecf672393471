#include "dsl/source/source.h"

#include <catch2/catch.hpp>

using namespace journey;
using source::Diagnostic;
using source::SourceSet;

namespace {

struct Added {
    SourceSet sources;
    std::vector<Diagnostic> diagnostics;
    std::optional<source::FileId> id;
};

Added add(std::string_view bytes) {
    Added made;
    made.id = made.sources.add("a.journey", bytes, made.diagnostics);
    return made;
}

std::string codes(const Added& added) {
    std::string all;
    for (const Diagnostic& one : added.diagnostics)
        all += (all.empty() ? "" : " ") + one.code;
    return all;
}

}  // namespace

TEST_CASE("every line end becomes a line feed and the byte order mark goes away", "[source]") {
    const auto [label, bytes] = GENERATE(table<std::string, std::string>({
        {"line feeds", "a\nb\n"},
        {"carriage returns and line feeds", "a\r\nb\r\n"},
        {"carriage returns alone", "a\rb\r"},
        {"a byte order mark",
         "\xEF\xBB\xBF"
         "a\nb\n"},
    }));
    CAPTURE(label);
    const Added added = add(bytes);
    REQUIRE(added.id);
    CHECK(added.sources.at(*added.id).text() == "a\nb\n");
    CHECK(added.diagnostics.empty());
}

TEST_CASE("how the file was stored is remembered for whoever writes it back", "[source]") {
    const Added crlf =
        add("\xEF\xBB\xBF"
            "a\r\nb\r\n");
    CHECK(crlf.sources.at(*crlf.id).had_bom);
    CHECK(crlf.sources.at(*crlf.id).line_end == source::LineEnd::crlf);
    const Added cr = add("a\rb\r");
    CHECK(cr.sources.at(*cr.id).line_end == source::LineEnd::cr);
}

TEST_CASE("what is not UTF-8 is refused with a guess", "[source]") {
    const auto [label, bytes, words] = GENERATE(table<std::string, std::string, std::string>({
        {"UTF-16 with a mark",
         std::string("\xFF\xFE"
                     "a\0b\0",
                     6),
         "This file is UTF-16; save it as UTF-8."},
        {"UTF-16 without one", std::string("a\0b\0c\0d\0", 8),
         "This file is UTF-16; save it as UTF-8."},
        {"GBK", "journey \xBB\xB6\xD3\xAD", "This file is GBK; save it as UTF-8."},
        {"a lone byte", "a\xC3", "This file is not UTF-8 text."},
        {"an overlong form", "a\xC0\xAF(", "This file is not UTF-8 text."},
    }));
    CAPTURE(label);
    const Added added = add(bytes);
    CHECK_FALSE(added.id);
    REQUIRE(codes(added) == "J0007");
    CHECK(added.diagnostics[0].before == words);
    CHECK(render(added.sources, added.diagnostics).find("a.journey:1:1") != std::string::npos);
}

TEST_CASE("a file over 1 MiB is refused before anything is done with it", "[source]") {
    CHECK(add(std::string(source::kFileBytesMax, 'a')).id);
    const Added added = add(std::string(10 * source::kFileBytesMax, 'a'));
    CHECK_FALSE(added.id);
    REQUIRE(codes(added) == "J0901");
    CHECK(added.diagnostics[0].before == "This file has 10 MiB; the limit is 1 MiB.");
}

TEST_CASE("characters nobody can see are reported where they do harm", "[source]") {
    const auto [label, text, wanted] = GENERATE(table<std::string, std::string, std::string>({
        {"a right-to-left override", "a \u202E b", "J0006"},
        {"an override inside a text", "about \"a\u202Eb\"", "J0006"},
        {"a zero-width space in a name", "jour\u200Bney", "J0006"},
        {"a joiner of an emoji family inside a text", "\"👩\u200D👧\"", ""},
        {"a control character", "a\x01", "J0006"},
        {"NUL", std::string("a\0b c d e f g h", 15), "J0006"},
        {"a tab", "\ta", ""},
        {"Chinese and emoji", "\"你好 🌸\"", ""},
    }));
    CAPTURE(label);
    const Added added = add(text);
    CHECK(added.id);
    CHECK(codes(added) == wanted);
}

TEST_CASE("a thousand invisible characters make ten messages", "[source]") {
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += "\u200B";
    CHECK(add(text).diagnostics.size() == 10);
}

TEST_CASE("columns count code points and UTF-16 units, lines from one", "[source]") {
    const source::Source text("a", "ab\n欢迎🌸x\n");
    CHECK(text.place_of(0) == source::Place{1, 1});
    CHECK(text.place_of(2) == source::Place{1, 3});
    CHECK(text.place_of(3) == source::Place{2, 1});
    CHECK(text.place_of(3 + 6) == source::Place{2, 3});
    CHECK(text.place_of(3 + 10) == source::Place{2, 4});
    CHECK(text.utf16_column_of(3 + 10) == 4);
    CHECK(text.place_of(9999) == source::Place{3, 1});
    CHECK(text.line(2) == "欢迎🌸x");
    CHECK(text.line(3).empty());
    CHECK(text.line(99).empty());
    CHECK(text.line_count() == 3);
}

TEST_CASE("sources are found by name and by id", "[source]") {
    SourceSet sources;
    std::vector<Diagnostic> diagnostics;
    sources.add("a.journey", "one", diagnostics);
    const auto second = sources.add("b.journey", "two", diagnostics);
    CHECK(sources.find("b.journey") == second);
    CHECK_FALSE(sources.find("c.journey"));
    CHECK(sources.slice({*second, 1, 3}) == "wo");
    CHECK(sources.slice({*second, 2, 99}) == "o");
}
