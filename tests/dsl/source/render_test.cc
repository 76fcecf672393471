#include "dsl/source/source.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace journey;
using source::Applicability;
using source::Diagnostic;
using source::SourceSet;
using source::Span;

namespace {

struct Page {
    SourceSet sources;
    source::FileId id;

    explicit Page(std::string_view text, std::string name = "a.journey") {
        std::vector<Diagnostic> diagnostics;
        id = *sources.add(std::move(name), text, diagnostics);
        REQUIRE(diagnostics.empty());
    }
    /// The span of `words` in the text.
    Span of(std::string_view words) const {
        const std::size_t at = sources.at(id).text().find(words);
        REQUIRE(at != std::string::npos);
        return {id, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + words.size())};
    }
};

/// The line of the text and its marks.
std::string snippet_of(const Page& page, const Diagnostic& diagnostic) {
    const std::string all = render(page.sources, diagnostic);
    std::string out;
    std::size_t at = 0;
    while (at < all.size()) {
        const std::size_t end = all.find('\n', at);
        const std::string line = all.substr(at, end - at);
        if (line.find(" | ") != std::string::npos) out += line + '\n';
        at = end + 1;
    }
    return out;
}

}  // namespace

TEST_CASE("a diagnostic reads like LANGUAGE 3.5.1", "[source]") {
    const Page page(
        "\n\n\n\n\n\n\n\n\n  enter when sign_up where source default \"direct\" is not "
        "\"import\"\n",
        "welcome.journey");
    const Span name = page.of("sign_up");
    const Diagnostic made =
        Diagnostic::error("J0101", "UNKNOWN EVENT", name,
                          "I cannot find an event called `sign_up`.")
            .and_after("These names are close:   signed_up   (declared at shop.journey:22)")
            .and_fix(Applicability::certain, "write `signed_up`.", {{name, "signed_up"}});
    CHECK(render(page.sources, made) ==
          R"(-- UNKNOWN EVENT ---------------------------------- welcome.journey:10:14  J0101

I cannot find an event called `sign_up`.

10 |   enter when sign_up where source default "direct" is not "import"
   |              ^^^^^^^
These names are close:   signed_up   (declared at shop.journey:22)
fix (certain): write `signed_up`.
)");
}

TEST_CASE("two ranges of one line share a row of marks", "[source]") {
    const Page page("  only if trigger.total > 100\n");
    const Diagnostic made =
        Diagnostic::error("J0201", "TYPES DO NOT MATCH", page.of("100"), "I cannot compare.")
            .and_label("this is a number")
            .and_other(page.of("trigger.total"), "this is money (CNY)", true);
    CHECK(snippet_of(page, made) == R"( 1 |   only if trigger.total > 100
   |           ^^^^^^^^^^^^^   ^^^ this is a number
   |           this is money (CNY)
)");
}

TEST_CASE("ranges on several lines are shown in the order of the file", "[source]") {
    const Page page("  hello: send email a\n\n  hello: send push b\n");
    const Span first = page.of("hello");
    const Span second{page.id, first.begin + 23, first.end + 23};
    const Diagnostic made =
        Diagnostic::error("J0106", "ALREADY USED", second, "Two steps are called `hello`.")
            .and_label("and again here")
            .and_other(first, "first here");
    CHECK(snippet_of(page, made) == R"( 1 |   hello: send email a
   |   ----- first here
 3 |   hello: send push b
   |   ^^^^^ and again here
)");
}

TEST_CASE("the caret stands under the right cell", "[source]") {
    const auto [label, line, word, marks] =
        GENERATE(table<std::string, std::string, std::string, std::string>({
            {"after Chinese", "名称 + 欢迎 x", "x", "               ^"},
            {"under Chinese", "a 欢迎", "欢迎", "     ^^^^"},
            {"after an emoji", "🌸 x", "x", "      ^"},
            {"after a combining mark", "e\u0301 x", "x", "     ^"},
            {"after tabs", "\ta\tx", "x", "           ^"},
            {"under a tab", "a\tb", "\t", "    ^^^"},
        }));
    CAPTURE(label);
    const Page page(line + "\n");
    const std::string rows = snippet_of(page, Diagnostic::error("J0001", "T", page.of(word), "w"));
    const std::string second = rows.substr(rows.find('\n') + 1);
    CHECK(second == "   |" + marks.substr(2) + "\n");
}

TEST_CASE("a file with CRLF is shown without its carriage returns", "[source]") {
    const Page page("a\r\nbad\r\n");
    CHECK(snippet_of(page, Diagnostic::error("J0001", "T", page.of("bad"), "w")) ==
          " 2 | bad\n   | ^^^\n");
}

TEST_CASE("a range over several lines is marked to the end of its first", "[source]") {
    const Page page("if x {\n  stop\n}\n");
    CHECK(snippet_of(page, Diagnostic::error("J0001", "T", page.of("x {\n  stop\n}"), "w")) ==
          " 1 | if x {\n   |    ^^^\n");
}

TEST_CASE("the end of the file can be pointed at", "[source]") {
    const Page page("abc");
    CHECK(snippet_of(page, Diagnostic::error("J0001", "T", {page.id, 3, 3}, "w")) ==
          " 1 | abc\n   |    ^\n");
}

TEST_CASE("long sentences are broken at blanks and examples are not", "[source]") {
    const Page page("abc");
    const std::string example = "    " + std::string(90, 'x');
    const Diagnostic made =
        Diagnostic::error("J0001", "T", page.of("abc"), "w")
            .and_after(std::string(50, 'a') + " " + std::string(50, 'b') + "\n" + example);
    const std::string all = render(page.sources, made);
    CHECK(all.find(std::string(50, 'a') + "\n" + std::string(50, 'b') + "\n" + example + "\n") !=
          std::string::npos);
}

TEST_CASE("another file is named before its line", "[source]") {
    SourceSet sources;
    std::vector<Diagnostic> diagnostics;
    const auto first = *sources.add("a.journey", "event x\n", diagnostics);
    const auto second = *sources.add("b.journey", "event x\n", diagnostics);
    const Diagnostic made =
        Diagnostic::error("J0105", "DECLARED TWICE", {second, 6, 7}, "`x` is declared twice.")
            .and_other({first, 6, 7}, "first here");
    const std::string all = render(sources, made);
    CHECK(all.find("in a.journey") != std::string::npos);
    CHECK(all.find("in b.journey") != std::string::npos);
}

TEST_CASE("colours come only when asked for", "[source]") {
    const Page page("abc");
    const Diagnostic made = Diagnostic::error("J0001", "T", page.of("abc"), "w");
    CHECK(render(page.sources, made).find('\x1b') == std::string::npos);
    CHECK(render(page.sources, made, {.colour = true, .words = {}}).find('\x1b') !=
          std::string::npos);
}

TEST_CASE("the short form is one line each", "[source]") {
    const Page page("a\nbc\n");
    const std::vector<Diagnostic> all = {
        Diagnostic::error("J0001", "T", page.of("bc"), "I got\nstuck."),
        Diagnostic::warning("J0701", "U", page.of("a"), "No test."),
    };
    CHECK(render_short(page.sources, all) ==
          "a.journey:2:1: error J0001: I got stuck.\na.journey:1:1: warning J0701: No test.\n");
}

TEST_CASE("editors get JSON with every count they may want", "[source]") {
    const Page page("\"🌸\" = x\n");
    const Span sign = page.of("=");
    const std::vector<Diagnostic> all = {
        Diagnostic::error("J0002", "COMPARING WITH =", sign, "Write `is`.")
            .and_help("h")
            .and_other(page.of("x"), "other")
            .and_fix(Applicability::certain, "write `is`.", {{sign, "is"}})};
    const auto parsed = boost::json::parse(render_json(page.sources, all)).as_array();
    REQUIRE(parsed.size() == 1);
    const auto& one = parsed[0].as_object();
    CHECK(one.at("code") == "J0002");
    CHECK(one.at("severity") == "error");
    CHECK(one.at("file") == "a.journey");
    const auto& start = one.at("start").as_object();
    CHECK(start.at("line").as_int64() == 1);
    CHECK(start.at("column").as_int64() == 5);
    CHECK(start.at("utf16").as_int64() == 5);
    CHECK(start.at("offset").as_int64() == 7);
    CHECK(one.at("fixes").as_array()[0].as_object().at("applicability") == "certain");
    CHECK(one.at("fixes").as_array()[0].as_object().at("edits").as_array()[0].as_object().at(
              "text") == "is");
    CHECK(one.at("related").as_array()[0].as_object().at("text") == "other");
    CHECK(render_json(page.sources, {}) == "[]");
}

TEST_CASE("diagnostics are ordered by place and said once", "[source]") {
    const Page page("a b c");
    std::vector<Diagnostic> all = {Diagnostic::error("J0002", "T", page.of("c"), "3"),
                                   Diagnostic::error("J0001", "T", page.of("a"), "1"),
                                   Diagnostic::error("J0002", "T", page.of("c"), "3"),
                                   Diagnostic::warning("J0003", "T", page.of("a"), "2")};
    source::sort_and_unique(all);
    REQUIRE(all.size() == 3);
    CHECK(all[0].code == "J0001");
    CHECK(all[1].code == "J0003");
    CHECK(all[2].before == "3");
    CHECK(source::has_errors(all));
}
