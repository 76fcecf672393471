#include "engine/sim/sim.h"

#include <catch2/catch.hpp>
#include <cstdlib>

namespace journey::sim {
namespace {

void require_kept(const SimResult& result) {
    for (const std::string& sentence : result.violations) {
        UNSCOPED_INFO(sentence);
    }
    INFO("again with: " << result.repeat);
    REQUIRE(result.violations.empty());
}

TEST_CASE("every promise is kept in 120 worlds", "[sim]") {
    SimResult all;
    for (std::uint64_t seed = 1; seed <= 120; ++seed) {
        const SimResult one = run_seed(seed);
        require_kept(one);
        all.commands += one.commands;
        all.crashes += one.crashes;
        all.calls += one.calls;
        all.accepted += one.accepted;
        all.unknown += one.unknown;
        all.skipped += one.skipped;
    }
    // A simulator in which nothing happens proves nothing.
    CHECK(all.crashes > 300);
    CHECK(all.calls > 3'000);
    CHECK(all.accepted > 2'000);
    CHECK(all.unknown > 50);
    CHECK(all.skipped > 500);
    WARN(all.commands << " commands, " << all.crashes << " crashes, " << all.calls << " calls, "
                      << all.accepted << " accepted, " << all.unknown << " unknown, " << all.skipped
                      << " skipped");
}

TEST_CASE("the same seed is the same story", "[sim]") {
    for (std::uint64_t seed = 1000; seed < 1010; ++seed) {
        const SimResult first = run_seed(seed);
        const SimResult again = run_seed(seed);
        CAPTURE(seed);
        REQUIRE(first.trace_hash == again.trace_hash);
        REQUIRE(first.commands == again.commands);
        require_kept(first);
    }
}

TEST_CASE("without weather and crashes nothing is unknown", "[sim]") {
    SimOptions options;
    options.weather = false;
    options.crashes = false;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const SimResult result = run_seed(seed, options);
        require_kept(result);
        REQUIRE(result.unknown == 0);
        REQUIRE(result.accepted > 0);
    }
}

TEST_CASE("the seed of JOURNEY_SEED", "[.][sim]") {
    const char* seed = std::getenv("JOURNEY_SEED");
    REQUIRE(seed != nullptr);
    const SimResult result = run_seed(std::strtoull(seed, nullptr, 10));
    WARN(result.commands << " commands, " << result.crashes << " crashes, " << result.calls
                         << " calls");
    require_kept(result);
}

}  // namespace
}  // namespace journey::sim
