// The examples of dsl/guide: every block marked `journey` or `journey-yaml` is a file of one
// project, which compiles and whose tests pass.

#include "engine/app/test_trial.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

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

}  // namespace

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

}  // namespace journey::app
