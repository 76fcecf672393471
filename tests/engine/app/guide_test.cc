// The examples of dsl/guide: every block marked `journey` or `journey-yaml` is a file of one
// project, which compiles and whose tests pass.

#include "dsl/editor/editor.h"
#include "engine/app/population.h"
#include "engine/app/test_trial.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

namespace journey::app {
namespace {

std::vector<dsl::SourceFile> blocks_of_guide() {
    std::ifstream in(JOURNEY_SOURCE_DIR "/dsl/guide/README.md");
    std::vector<dsl::SourceFile> files;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        const bool dsl_block = line == "```journey";
        const bool yaml_block = line == "```journey-yaml";
        if (inside && line == "```") {
            inside = false;
        } else if (dsl_block || yaml_block) {
            inside = true;
            const std::string name = "guide_" + std::to_string(files.size() + 1);
            files.push_back({name + (yaml_block ? ".journey.yaml" : ".journey"), ""});
        } else if (inside) {
            files.back().text += line + "\n";
        }
    }
    return files;
}

std::string text_of_file(const std::string& name) {
    std::ifstream in(std::string(JOURNEY_SOURCE_DIR) + "/" + name);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The first block marked like this.
std::string block_of_guide(const std::string& mark) {
    const std::string guide = text_of_file("dsl/guide/README.md");
    const std::string open = "```" + mark + "\n";
    const std::size_t at = guide.find(open);
    REQUIRE(at != std::string::npos);
    const std::size_t from = at + open.size();
    return guide.substr(from, guide.find("```\n", from) - from);
}

}  // namespace

TEST_CASE("the reference is what `journey explain language` prints", "[guide]") {
    CHECK(text_of_file("dsl/reference/README.md") == dsl::reference());
}

TEST_CASE("every word of the language stands in the guide or in the reference", "[guide]") {
    const std::string pages = text_of_file("dsl/guide/README.md") + dsl::reference();
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
        CAPTURE(keyword);
        CHECK(words.count(keyword) == 1);
    }
}

TEST_CASE("the guide's examples compile, and their tests pass", "[guide]") {
    std::vector<dsl::SourceFile> files = blocks_of_guide();
    REQUIRE(files.size() >= 7);
    const dsl::Compilation made = dsl::compile(std::move(files));
    INFO(dsl::render(made));
    REQUIRE(made.ok());
    REQUIRE(made.tests.size() >= 10);
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

TEST_CASE("the guide's habits are read, and are those of the guide's words", "[guide]") {
    const dsl::Compilation made = dsl::compile(blocks_of_guide());
    REQUIRE(made.program);
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() /
        ("journey-guide-habits-" + std::to_string(reinterpret_cast<std::uintptr_t>(&made)));
    std::ofstream(file) << block_of_guide("yaml");
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
