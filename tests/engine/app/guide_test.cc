// The examples of dsl/guide, in both languages: every block marked `journey` or `journey-yaml` is a
// file of one project, which compiles and whose tests pass; one marked `journey-yaml-of-the-above`
// is what `journey convert` makes of the block before it. The two guides are held to the same
// chapters, tables, examples and words of the language.

#include "dsl/editor/editor.h"
#include "engine/app/population.h"
#include "engine/app/test_trial.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

namespace journey::app {
namespace {

const std::string kEnglish = "dsl/guide/README.md";
const std::string kChinese = "dsl/guide/README.zh.md";

std::string text_of_file(const std::string& name) {
    std::ifstream in(std::string(JOURNEY_SOURCE_DIR) + "/" + name);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

struct Block {
    std::string kind;
    std::string text;
};
struct Chapter {
    std::string number;  // "3."; "" before the first
    std::vector<Block> blocks;
    std::size_t rows = 0;          // of tables
    std::size_t items = 0;         // of lists
    std::set<std::string> quoted;  // between backticks, without what stands in quotes
};

/// The author's words are another language's in the other guide; the rest must be the same.
std::string bare(const std::string& line) {
    std::string out;
    bool inside = false;
    for (const char c : line) {
        if (c == '#' && !inside && (out.empty() || out.back() == ' ')) break;
        if (c == '"') inside = !inside;
        if (!inside) out += c;
    }
    for (const char* key : {"title: ", "- test: "}) {
        const std::size_t at = out.find(key);
        const std::size_t first = out.find_first_not_of(' ');
        if (at != std::string::npos && at == first) out.resize(at + std::string(key).size());
    }
    while (out.ends_with(' '))
        out.pop_back();
    return out;
}

std::string bare_lines(const std::string& text) {
    std::istringstream in(text);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        const std::string one = bare(line);
        if (!one.empty()) out += one + "\n";
    }
    return out;
}

/// What stands between backticks, over line ends too.
std::set<std::string> quoted_in(const std::string& prose) {
    std::set<std::string> all;
    for (std::size_t open = prose.find('`'); open != std::string::npos;) {
        const std::size_t close = prose.find('`', open + 1);
        if (close == std::string::npos) break;
        std::string one = prose.substr(open + 1, close - open - 1);
        std::replace(one.begin(), one.end(), '\n', ' ');
        while (one.find("  ") != std::string::npos)
            one.erase(one.find("  "), 1);
        all.insert(bare(one));
        open = prose.find('`', close + 1);
    }
    return all;
}

std::vector<Chapter> chapters_of(const std::string& name) {
    std::istringstream in(text_of_file(name));
    std::vector<Chapter> all(1);
    std::string prose;
    bool inside = false;
    const auto finish = [&] { all.back().quoted = quoted_in(std::exchange(prose, "")); };
    for (std::string line; std::getline(in, line);) {
        if (inside) {
            if (line == "```") {
                inside = false;
            } else {
                all.back().blocks.back().text += line + "\n";
            }
        } else if (line.starts_with("```")) {
            inside = true;
            all.back().blocks.push_back({line.substr(3), ""});
        } else if (line.starts_with("## ")) {
            finish();
            all.emplace_back();
            all.back().number = line.substr(3, line.find(' ', 3) - 3);
        } else {
            all.back().rows += line.starts_with("|") ? 1 : 0;
            all.back().items += line.starts_with("- ") ? 1 : 0;
            prose += line + "\n";
        }
    }
    finish();
    return all;
}

std::vector<dsl::SourceFile> project_of(const std::string& guide) {
    std::vector<dsl::SourceFile> files;
    for (const Chapter& chapter : chapters_of(guide)) {
        for (const Block& block : chapter.blocks) {
            const bool yaml = block.kind == "journey-yaml";
            if (block.kind != "journey" && !yaml) continue;
            const std::string name = "guide_" + std::to_string(files.size() + 1);
            files.push_back({name + (yaml ? ".journey.yaml" : ".journey"), block.text});
        }
    }
    return files;
}

}  // namespace

TEST_CASE("the reference is what `journey explain language` prints", "[guide]") {
    CHECK(text_of_file("dsl/reference/README.md") == dsl::reference(dsl::ReferenceIn::english));
    CHECK(text_of_file("dsl/reference/README.zh.md") == dsl::reference(dsl::ReferenceIn::chinese));
}

TEST_CASE("the Chinese reference lacks no heading, no row and no word", "[guide]") {
    CHECK(dsl::untold_in_chinese().empty());
    const std::string page = dsl::reference(dsl::ReferenceIn::chinese);
    for (const std::string_view keyword : editor::keywords()) {
        CAPTURE(keyword);
        CHECK(page.find("\n| `" + std::string(keyword) + "` | ") != std::string::npos);
    }
    // The same examples in the same order.
    const auto examples = [](const std::string& reference) {
        std::string out;
        for (std::size_t open = reference.find("```journey-lines"); open != std::string::npos;
             open = reference.find("```journey-lines", open + 1))
            out += reference.substr(open, reference.find("```\n", open + 3) - open);
        return out;
    };
    CHECK(examples(page) == examples(dsl::reference(dsl::ReferenceIn::english)));
}

TEST_CASE("every word of the language stands in the guide or in the reference", "[guide]") {
    const auto [guide, reference] = GENERATE(table<std::string, dsl::ReferenceIn>(
        {{kEnglish, dsl::ReferenceIn::english}, {kChinese, dsl::ReferenceIn::chinese}}));
    const std::string pages = text_of_file(guide) + dsl::reference(reference);
    std::set<std::string, std::less<>> words;
    std::string word;
    for (const char c : pages) {
        const bool inside = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (inside) {
            word += c;
        } else {
            words.insert(std::exchange(word, ""));
        }
    }
    for (const std::string_view keyword : editor::keywords()) {
        CAPTURE(guide, keyword);
        CHECK(words.count(keyword) == 1);
    }
}

TEST_CASE("the guide's examples compile, and their tests pass", "[guide]") {
    const std::string guide = GENERATE(kEnglish, kChinese);
    CAPTURE(guide);
    std::vector<dsl::SourceFile> files = project_of(guide);
    REQUIRE(files.size() >= 9);
    const dsl::Compilation made = dsl::compile(std::move(files));
    INFO(dsl::render(made));
    REQUIRE(made.ok());
    REQUIRE(made.tests.size() >= 14);
    for (const sema::TestCase& test : made.tests) {
        CAPTURE(test.title);
        const TrialResult result = run_trial(*made.program, test);
        std::string story;
        for (const StoryLine& line : result.story)
            story += line.text + "\n";
        INFO(story);
        CHECK(result.problem == "");
    }
}

TEST_CASE("the guide's YAML beside a journey is what convert writes", "[guide]") {
    const std::string guide = GENERATE(kEnglish, kChinese);
    CAPTURE(guide);
    std::size_t pairs = 0;
    for (const Chapter& chapter : chapters_of(guide)) {
        for (std::size_t i = 0; i < chapter.blocks.size(); ++i) {
            if (chapter.blocks[i].kind != "journey-yaml-of-the-above") continue;
            REQUIRE(i > 0);
            const auto made = dsl::convert_source({"above.journey", chapter.blocks[i - 1].text},
                                                  dsl::Surface::yaml);
            REQUIRE(made.text);
            CHECK(*made.text == chapter.blocks[i].text);
            ++pairs;
        }
    }
    CHECK(pairs == 1);
}

TEST_CASE("the two guides have the same chapters, examples and words", "[guide]") {
    const std::vector<Chapter> english = chapters_of(kEnglish);
    const std::vector<Chapter> chinese = chapters_of(kChinese);
    REQUIRE(english.size() == chinese.size());
    CHECK(english.size() >= 14);
    for (std::size_t i = 0; i < english.size(); ++i) {
        const Chapter& ours = english[i];
        const Chapter& theirs = chinese[i];
        CAPTURE(ours.number);
        CHECK(theirs.number == ours.number);
        CHECK(theirs.rows == ours.rows);
        CHECK(theirs.items == ours.items);
        CHECK(theirs.quoted == ours.quoted);
        REQUIRE(theirs.blocks.size() == ours.blocks.size());
        for (std::size_t b = 0; b < ours.blocks.size(); ++b) {
            CHECK(theirs.blocks[b].kind == ours.blocks[b].kind);
            CHECK(bare_lines(theirs.blocks[b].text) == bare_lines(ours.blocks[b].text));
        }
    }
}

TEST_CASE("the guide's habits are read, and are those of the guide's words", "[guide]") {
    const std::string guide = GENERATE(kEnglish, kChinese);
    CAPTURE(guide);
    std::string text;
    for (const Chapter& chapter : chapters_of(guide)) {
        for (const Block& block : chapter.blocks)
            text += block.kind == "yaml" ? block.text : "";
    }
    const dsl::Compilation made = dsl::compile(project_of(guide));
    REQUIRE(made.program);
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() /
        ("journey-guide-habits-" + std::to_string(reinterpret_cast<std::uintptr_t>(&made)));
    std::ofstream(file) << text;
    Habits habits = habits_of(*made.program);
    const auto read = read_habits(file.string(), *made.program, habits);
    std::filesystem::remove(file);
    INFO((read ? "" : read.error().detail));
    REQUIRE(read);
    CHECK(habits.per_day.at("product_viewed") == Approx(3.0 / 7));
    CHECK(habits.per_day.at("order_paid") == 0);
    REQUIRE(habits.after.at("add_to_cart").size() == 1);
    CHECK(habits.after.at("add_to_cart")[0].chance == Approx(0.35));
    CHECK(habits.after.at("add_to_cart")[0].after == std::chrono::hours(2));
    CHECK(habits.after.at("product_viewed")[0].event == "add_to_cart");
}

}  // namespace journey::app
