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

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// SEEDS_COUNT worlds in all, dealt to several processes by SEEDS_FIRST and SEEDS_STEP.
TEST_CASE("every promise is kept in many worlds", "[.][sim][worlds]") {
    const std::uint64_t count = from_environment("SEEDS_COUNT", 1'000);
    const std::uint64_t first = from_environment("SEEDS_FIRST", 1);
    const std::uint64_t step = from_environment("SEEDS_STEP", 1);
    SimResult all;
    std::uint64_t worlds = 0;
    std::uint64_t on_disk = 0;
    for (std::uint64_t seed = first; seed < first + count; seed += step) {
        const SimResult one = run_seed(seed);
        require_kept(one);
        ++worlds;
        on_disk += one.on_disk ? 1 : 0;
        all.commands += one.commands;
        all.crashes += one.crashes;
        all.failed_starts += one.failed_starts;
        all.clock_steps += one.clock_steps;
        all.calls += one.calls;
        all.accepted += one.accepted;
        all.unknown += one.unknown;
        all.skipped += one.skipped;
        all.fetches += one.fetches;
        all.unfetched += one.unfetched;
        all.paced += one.paced;
        all.held_out += one.held_out;
        all.restored += one.restored;
        all.held_out_served += one.held_out_served;
        for (const auto& [journey, entries] : one.entered)
            all.entered[journey] += entries;
        for (const auto& [where, times] : one.crashed_at)
            all.crashed_at[where] += times;
    }
    // A simulator in which nothing happens proves nothing.
    CHECK(on_disk > worlds / 4);
    // One a trigger: event, reaches, lasts, segment joined and left, schedule, called.
    for (const char* journey :
         {"welcome", "regular", "looking", "joined", "left", "evening", "follow"}) {
        CAPTURE(journey);
        CHECK(all.entered[journey] > worlds / 4);
    }
    CHECK(all.crashes > worlds * 4);
    for (const char* where :
         {"before the append", "between the sync and the answers", "after apply",
          "between the claim and the call", "between the call and the answer",
          "between a catalog and the partitions", "between two partitions",
          "after the suppressed addresses"}) {
        CAPTURE(where);
        CHECK(all.crashed_at[where] > 0);
    }
    CHECK(all.clock_steps > worlds / 4);
    CHECK(all.restored >= worlds / 5);
    CHECK(all.calls > worlds * 40);
    CHECK(all.accepted > worlds * 20);
    CHECK(all.unknown > worlds / 2);
    CHECK(all.skipped > worlds * 10);
    CHECK(all.fetches > worlds * 10);
    CHECK(all.unfetched > worlds / 2);
    CHECK(all.paced > worlds);
    CHECK(all.held_out > worlds / 10);
    CHECK(all.held_out_served > worlds / 50);
    WARN(worlds << " worlds, " << on_disk << " of them on a disk, " << all.commands << " commands, "
                << all.crashes << " crashes, " << all.failed_starts << " failed starts, "
                << all.clock_steps << " clock steps, " << all.calls << " calls, " << all.fetches
                << " fetches, " << all.accepted << " accepted, " << all.unknown << " unknown, "
                << all.skipped << " skipped, " << all.unfetched
                << " of them for want of an answer");
}

TEST_CASE("every promise is kept in a world in memory and in one on a disk", "[sim]") {
    SimOptions options;
    options.medium = GENERATE(SimMedium::memory, SimMedium::disk);
    std::uint64_t crashes = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        const SimResult one = run_seed(seed, options);
        require_kept(one);
        REQUIRE(one.on_disk == (options.medium == SimMedium::disk));
        crashes += one.crashes;
    }
    REQUIRE(crashes > 0);
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

}  // namespace
}  // namespace journey::sim
