// Golden pairs: NAME.journey and what the author reads, NAME.expect. UPDATE_GOLDEN=1 rewrites them.

#include "dsl/syntax/syntax.h"
#include "tests/dsl/syntax/corpus.h"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace journey;

namespace {

std::string messages(const std::filesystem::path& path) {
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    const auto id = sources.add(path.filename().string(), testing::read_file(path), diagnostics);
    if (id) syntax::parse_file(sources, *id, diagnostics);
    return render(sources, diagnostics);
}

}  // namespace

TEST_CASE("every syntax message reads as reviewed", "[syntax][golden]") {
    const auto files = testing::journeys_in(testing::dsl_tests() / "golden/syntax");
    REQUIRE_FALSE(files.empty());
    for (const auto& file : files) {
        CAPTURE(file.filename().string());
        std::filesystem::path expect = file;
        expect.replace_extension(".expect");
        const std::string said = messages(file);
        CHECK_FALSE(said.empty());
        if (std::getenv("UPDATE_GOLDEN") != nullptr)
            std::ofstream(expect, std::ios::binary) << said;
        CHECK(said == testing::read_file(expect));
    }
}

TEST_CASE("the corpus is read without a word", "[syntax][golden]") {
    for (const auto& file : testing::good_journeys()) {
        CAPTURE(file.filename().string());
        CHECK(messages(file).empty());
    }
}
