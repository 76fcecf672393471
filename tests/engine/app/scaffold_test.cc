// What `journey new` makes in Chinese is what it makes in English, in the reader's words: the same
// files, the same lines but for what stands in quotes and comments.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

namespace {

namespace fs = std::filesystem;

/// Without texts, comments and empty lines; of a page only its tags.
std::string bare(const fs::path& path) {
    const bool page = path.extension() == ".html";
    std::ifstream in(path, std::ios::binary);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        std::string kept;
        bool text = page;  // outside of tags it is text
        for (const char c : line) {
            if (page && (c == '<' || c == '>')) text = c == '>';
            if (!page && c == '#' && !text) break;
            if (!page && c == '"') text = !text;
            if (!text) kept += c;
        }
        while (kept.ends_with(' '))
            kept.pop_back();
        if (!kept.empty()) out += kept + "\n";
    }
    return out;
}

std::map<std::string, std::string> project(const fs::path& folder) {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const auto ending = entry.path().extension();
        if (ending == ".journey" || ending == ".html")
            all[entry.path().lexically_relative(folder).generic_string()] = bare(entry.path());
    }
    return all;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at))
        text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("the Chinese projects of `new` are the English ones in other words", "[app][new]") {
    struct Row {
        const char* english;
        const char* chinese;
        std::size_t files;
    };
    const auto row = GENERATE(
        values<Row>({{"examples/01-first-journey", "first", 1}, {"workflows", "shop", 13}}));
    CAPTURE(row.chinese);
    const fs::path root = JOURNEY_SOURCE_DIR;
    auto english = project(root / row.english);
    const auto chinese = project(root / "engine/app/scaffold/zh" / row.chinese);
    CHECK(english.size() == row.files);
    // A bakery in China takes yuan, and a page says whose language it is in.
    for (auto& [name, text] : english) {
        replace_all(text, "currency EUR", "currency CNY");
        replace_all(text, "lang=\"en\"", "lang=\"zh-CN\"");
    }
    for (const auto& [name, text] : english) {
        CAPTURE(name);
        REQUIRE(chinese.count(name) == 1);
        CHECK(chinese.at(name) == text);
    }
    CHECK(chinese.size() == english.size());
}
