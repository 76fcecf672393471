// The words of the language are in three places: the grammar's rules, the editor's list and the
// highlighting. These tests keep them the same.

#include "dsl/editor/editor.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
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

bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
std::string word_at(const std::string& text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_word_char(text[end]))
        ++end;
    return text.substr(at, end - at);
}

/// Every word<"…"> and kept<"…"> of the grammar's rules.
std::set<std::string> words_of_the_grammar() {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(fs::path(JOURNEY_SOURCE_DIR) / "dsl/syntax")) {
        const std::string text = read(entry.path());
        for (const std::string rule : {"word<\"", "kept<\""}) {
            for (std::size_t at = text.find(rule); at != std::string::npos;
                 at = text.find(rule, at + 1)) {
                const std::string word = word_at(text, at + rule.size());
                if (!word.empty()) all.insert(word);
            }
        }
    }
    return all;
}

/// Every alternative of the highlighting's rules: what stands between `(`, `:` or `|` and `|` or
/// `)`.
std::set<std::string> words_of_the_highlighting() {
    const std::string text =
        read(fs::path(JOURNEY_SOURCE_DIR) / "dsl/editor/textmate/syntaxes/journey.tmLanguage.json");
    std::set<std::string> all;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string word = word_at(text, at);
        if (word.empty()) continue;
        const std::size_t end = at + word.size();
        const bool begins = at > 0 && std::string("(:|").find(text[at - 1]) != std::string::npos;
        if (begins && end < text.size() && (text[end] == '|' || text[end] == ')')) all.insert(word);
        at = end;
    }
    return all;
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
