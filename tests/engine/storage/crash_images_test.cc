#include "tests/engine/storage/crash.h"

#include <catch2/catch.hpp>
#include <cstdlib>

namespace journey::storage::crash {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void require_kept(const Found& found) {
    for (const std::string& violation : found.violations) {
        UNSCOPED_INFO(violation << "\nagain with: CRASH_IMAGE="
                                << violation.substr(6, violation.find(' ', 6) - 6)
                                << " test_engine_storage \"the image of CRASH_IMAGE\"");
    }
    REQUIRE(found.violations.empty());
}

/// CRASH_SECONDS bounds it, CRASH_FIRST and CRASH_STEP deal the stories to several processes.
TEST_CASE("whenever the power goes, what was answered is found again", "[.][images][power]") {
    const std::chrono::seconds seconds(from_environment("CRASH_SECONDS", 40));
    const std::uint64_t step = from_environment("CRASH_STEP", 1);
    const auto begun = std::chrono::steady_clock::now();
    const auto elapsed = [&] { return std::chrono::steady_clock::now() - begun; };
    Judge judge;
    std::uint64_t stories = 0;
    // The first story is told to its end, however slow the machine is.
    const auto go_on = [&] { return stories == 0 || elapsed() < seconds; };
    for (std::uint64_t seed = from_environment("CRASH_FIRST", 1); go_on(); seed += step) {
        judge.walk(tell(seed), go_on);
        require_kept(judge.found());
        ++stories;
    }
    const Found& found = judge.found();
    const double took = std::chrono::duration<double>(elapsed()).count();
    CHECK(found.images > 500);
    CHECK(found.looked_deeper > 0);
    WARN(found.images << " images of " << stories << " stories opened and judged, "
                      << found.looked_deeper << " of them to the second crash; "
                      << static_cast<double>(found.images) / took << " a second");
}

TEST_CASE("a disk that only says it has synced is found out", "[images]") {
    // What `synchronous=NORMAL` would be for the log, and for the state; and no sync at all.
    const std::string liar = GENERATE("data/log.db-wal", "data/state.db-wal", "");
    CAPTURE(liar);
    StoryOptions options;
    options.lies_about = [&](std::string_view name) { return liar.empty() || name == liar; };
    Judge judge;
    for (std::uint64_t seed = 1; seed <= 3 && judge.found().violations.empty(); ++seed)
        judge.walk(tell(seed, options), [] { return true; });
    REQUIRE(!judge.found().violations.empty());
}

TEST_CASE("the image of CRASH_IMAGE", "[.][images]") {
    const char* name = std::getenv("CRASH_IMAGE");
    REQUIRE(name != nullptr);
    Judge judge;
    REQUIRE(judge.look_at(name));
    require_kept(judge.found());
}

}  // namespace
}  // namespace journey::storage::crash
