// The words of the language are in three places: the grammar's rules, the editor's list and the
// highlighting. These tests keep them the same.

#include "dsl/editor/editor.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace journey::editor {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::set<std::string> all_matches(const std::string& text, const std::regex& pattern) {
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
        found.insert((*at)[1].str());
    return found;
}

/// Every word<"…"> and kept<"…"> of the grammar's rules.
std::set<std::string> words_of_the_grammar() {
    static const std::regex kRule("(?:word|kept)<\"([A-Za-z_]+)\">");
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(fs::path(JOURNEY_SOURCE_DIR) / "dsl/syntax"))
        all.merge(all_matches(read(entry.path()), kRule));
    return all;
}

/// Every alternative of the highlighting's keyword rules: `\b(?:a|b|c)\b`.
std::set<std::string> words_of_the_highlighting() {
    static const std::regex kWord("[(|:]([a-z_]+)(?=[|)])");
    const std::string text =
        read(fs::path(JOURNEY_SOURCE_DIR) / "dsl/editor/textmate/syntaxes/journey.tmLanguage.json");
    return all_matches(text, kWord);
}

TEST_CASE("every word of the grammar is a keyword for editors", "[keywords]") {
    const std::set<std::string> grammar = words_of_the_grammar();
    REQUIRE(grammar.size() > 100);
    for (const std::string& word : grammar) {
        CAPTURE(word);
        // When this fails, the word is new: add it to dsl/editor/keywords.cc.
        CHECK(std::find(keywords().begin(), keywords().end(), word) != keywords().end());
    }
    CHECK(std::is_sorted(keywords().begin(), keywords().end()));
}

TEST_CASE("every keyword is highlighted", "[keywords]") {
    const std::set<std::string> coloured = words_of_the_highlighting();
    for (const std::string_view word : keywords()) {
        CAPTURE(word);
        // When this fails, add it to dsl/editor/textmate/syntaxes/journey.tmLanguage.json.
        CHECK(coloured.contains(std::string(word)));
    }
}

}  // namespace
}  // namespace journey::editor
