#include "dsl/source/source.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace journey;
using source::Diagnostic;
using source::SourceSet;
using source::Span;

namespace {

struct Page {
    SourceSet sources;
    source::FileId id;
    std::vector<Diagnostic> diagnostics;

    explicit Page(std::string_view text, const std::string& name = "a.journey.yaml")
        : id(*sources.add(name, text, diagnostics)) {}
    Span of(std::string_view words) const {
        const std::size_t at = sources.at(id).text().find(words);
        REQUIRE(at != std::string::npos);
        return {id, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + words.size())};
    }
    void warn(const std::string& code, std::string_view at) {
        diagnostics.push_back(Diagnostic::warning(code, "TITLE", of(at), "Words."));
    }
    std::vector<source::Allowed> allow() {
        return apply_allows(sources, find_yaml_comments(sources, id), diagnostics);
    }
    std::string codes() const {
        std::string all;
        for (const Diagnostic& one : diagnostics)
            all += one.code + " ";
        return all;
    }
};

}  // namespace

TEST_CASE("comments in YAML are found outside of quotes only", "[source]") {
    const Page page(
        "# one\na: \"# no\" # two\nb: 'it''s # no' #three\nc: don't # four\nd: x#no\ne: \"\\\" # "
        "no\"\n");
    std::vector<std::string> found;
    for (const Span& span : find_yaml_comments(page.sources, page.id))
        found.emplace_back(page.sources.slice(span));
    CHECK(found == std::vector<std::string>{"# one", "# two", "#three", "# four"});
}

TEST_CASE("what is allowed with a reason is silent, at its line only", "[source]") {
    struct Row {
        const char* label;
        const char* text;
        const char* left;  // codes that are still said
    };
    const auto row = GENERATE(values<Row>({
        {"at the end of the line", "a: X # allow J0407: why\n", ""},
        {"on the line before", "# allow J0407: why\na: X\n", ""},
        {"before another comment", "# allow J0407: why\n# more\n\na: X\n", ""},
        {"two codes", "# allow J0407, J0111: why\na: X\n", "J0116 "},
        {"another line", "# allow J0407: why\nb: c\na: X\n", "J0407 J0116 "},
        {"another code", "# allow J0111: why\na: X\n", "J0407 J0116 "},
        {"no reason", "# allow J0407\na: X\n", "J0407 J0116 "},
        {"an empty reason", "# allow J0407:  \na: X\n", "J0407 J0116 "},
        {"nothing at all", "# allow\na: X\n", "J0407 J0116 "},
        {"a sentence", "# allow people to come\na: X\n", "J0407 "},
        {"another word", "# allowed J0407: why\na: X\n", "J0407 "},
        {"at the end of the file", "a: X\n# allow J0407: why", "J0407 J0116 "},
    }));
    CAPTURE(row.label);
    Page page(row.text);
    page.warn("J0407", "X");
    const auto allowed = page.allow();
    CHECK(page.codes() == row.left);
    const bool silent = std::string(row.left).find("J0407") == std::string::npos;
    REQUIRE(allowed.size() == (silent ? 1 : 0));
    if (silent) CHECK(allowed[0].reason == "why");
}

TEST_CASE("a mistake cannot be allowed", "[source]") {
    Page page("a: X # allow J0101: why\nb: Y # allow J0407: why\n");
    page.diagnostics.push_back(Diagnostic::error("J0101", "TITLE", page.of("X"), "Words."));
    CHECK(page.allow().empty());
    // Whether J0407 would have been said is not known while there are mistakes.
    CHECK(page.codes() == "J0101 J0116 ");
    CHECK(page.diagnostics[1].title == "NOT TO BE ALLOWED");
}

TEST_CASE("SARIF names the rule, the level, the place and the reason of silence", "[source]") {
    namespace json = boost::json;
    Page page("a: 欢迎X # allow J0407: why\n", "a b/欢.journey.yaml");
    page.warn("J0407", "X");
    page.diagnostics.push_back(
        Diagnostic::error("J0101", "TITLE", page.of("X"), "Words.")
            .and_after("Reason.")
            .and_help("do it")
            .and_fix(source::Applicability::certain, "write `Y`.", {{page.of("X"), "Y"}}));
    const auto allowed = page.allow();
    const json::value log =
        json::parse(source::render_sarif(page.sources, page.diagnostics, allowed));
    CHECK(log.at("version") == "2.1.0");
    const json::value& run = log.at("runs").at(0);
    CHECK(run.at("tool").at("driver").at("name") == "journey");
    CHECK(run.at("tool").at("driver").at("rules").as_array().size() == 2);
    CHECK(run.at("columnKind") == "unicodeCodePoints");
    const json::array& results = run.at("results").as_array();
    REQUIRE(results.size() == 2);
    CHECK(results[0].at("ruleId") == "J0101");
    CHECK(results[0].at("level") == "error");
    CHECK(results[0].at("message").at("text") == "Words.\nReason.\nhelp: do it");
    const json::value& place = results[0].at("locations").at(0).at("physicalLocation");
    CHECK(place.at("artifactLocation").at("uri") == "a%20b/%E6%AC%A2.journey.yaml");
    CHECK(place.at("region") ==
          json::object{{"startLine", 1}, {"startColumn", 6}, {"endLine", 1}, {"endColumn", 7}});
    const json::value& change = results[0].at("fixes").at(0).at("artifactChanges").at(0);
    CHECK(change.at("replacements").at(0).at("insertedContent").at("text") == "Y");
    CHECK(results[1].at("ruleId") == "J0407");
    CHECK(results[1].at("level") == "warning");
    CHECK(results[1].at("suppressions").at(0).at("justification") == "why");
}
