// The promise under everything else: state is a function of the log. Random histories are cut
// anywhere; a partition that was stored, restored and went on must end where the one that never
// stopped ended, with the same effects on the way.
#include "tests/engine/core/kit/lived.h"

#include <fmt/format.h>
#include <fstream>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

TEST_CASE(
    "a partition that was stored and restored anywhere ends where one that never stopped ends",
    "[core]") {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        const World world = lived(seed, 150);
        REQUIRE(world.attempts.size() > 10);
        for (std::size_t number = 0; number < world.partitions.size(); ++number) {
            CAPTURE(number);
            Again straight(number, world);
            Again broken(number, world);
            Rng rng(seed * 31 + number);
            for (const Applied& one : world.log) {
                const std::string expected = straight.apply(one);
                const std::string got = broken.apply(one);
                if (expected != got) {
                    CAPTURE(one.position);
                    REQUIRE(got == expected);
                }
                if (rng.chance(0.05)) broken.store_now();
                if (rng.chance(0.07)) {
                    broken.store_now();
                    broken.restart();
                    REQUIRE(broken.partition->state_hash() == straight.partition->state_hash());
                    REQUIRE(broken.partition->next_due() >= straight.partition->next_due());
                }
            }
            CHECK(broken.partition->state_hash() == straight.partition->state_hash());
            CHECK(straight.partition->state_hash() == world.partitions[number].state_hash());
            const Counts a = broken.partition->counts();
            const Counts b = straight.partition->counts();
            CHECK(a.people == b.people);
            CHECK(a.events == b.events);
            REQUIRE(a.journeys.size() == b.journeys.size());
            for (std::size_t i = 0; i < a.journeys.size(); ++i) {
                CHECK(a.journeys[i].waiting == b.journeys[i].waiting);
                CHECK(a.journeys[i].ended_by == b.journeys[i].ended_by);
            }
        }
    }
}

TEST_CASE("a crash loses what was not stored, and replay brings it back", "[core]") {
    for (std::uint64_t seed = 100; seed <= 106; ++seed) {
        CAPTURE(seed);
        const World world = lived(seed, 100);
        Rng rng(seed);
        for (std::size_t number = 0; number < world.partitions.size(); ++number) {
            const std::size_t stored_at = rng.below(world.log.size());
            const std::size_t crashed_at = stored_at + rng.below(world.log.size() - stored_at);
            Again again(number, world);
            CatalogPtr stored_catalog;
            for (std::size_t i = 0; i < crashed_at; ++i) {
                if (i == stored_at) {
                    again.store_now();
                    stored_catalog = again.catalog;
                }
                again.apply(world.log[i]);
            }
            if (stored_catalog == nullptr) continue;
            again.catalog = stored_catalog;
            again.restart();
            for (std::size_t i = stored_at; i < world.log.size(); ++i)
                again.apply(world.log[i]);
            CHECK(again.partition->state_hash() == world.partitions[number].state_hash());
        }
    }
}

TEST_CASE("after a restart everything unfinished is known again", "[core]") {
    World world;
    world.publish(rich(1));
    world.identify("ada", {{"email", "a@example.com"}, {"time_zone", "UTC"}});
    world.claiming = false;
    world.track("ada", "bought", {{"order_id", "1"}});
    world.claiming = true;
    world.answering = false;
    world.identify("bob", {{"email", "b@example.com"}, {"time_zone", "UTC"}});
    world.track("bob", "bought", {{"order_id", "1"}});
    world.claim_waiting();
    model::PartitionCheckpoint stored;
    store(world.checkpoint(0), stored);
    Partition again(model::PartitionId{0}, world.options, world.catalog);
    REQUIRE(again.restore(stored));
    const auto unfinished = again.unfinished();
    CHECK(unfinished.ready.size() + unfinished.claimed.size() == 2);
    REQUIRE_FALSE(unfinished.claimed.empty());
    CHECK(unfinished.claimed[0].channel == "email");
}

TEST_CASE("stored bytes that are cut, changed or nonsense are refused and harm nobody", "[core]") {
    const World world = lived(7, 120);
    Rng rng(5);
    for (std::size_t number = 0; number < world.partitions.size(); ++number) {
        Again again(number, world);
        for (const Applied& one : world.log)
            again.apply(one);
        again.store_now();
        const model::PartitionCheckpoint good = again.stored;
        for (int i = 0; i < 400 && !good.profiles.empty(); ++i) {
            again.stored = good;
            model::ProfileRow& row = again.stored.profiles[rng.below(good.profiles.size())];
            Bytes& bytes = rng.chance(0.2)                           ? again.stored.meta
                           : row.chapters.empty() || rng.chance(0.6) ? row.state
                                                                     : row.chapters.back().bytes;
            if (rng.chance(0.3)) {
                bytes.resize(rng.below(bytes.size()) + (rng.chance(0.5) ? 0 : 1));
            } else {
                for (int k = 0; k < 3; ++k)
                    bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
            }
            again.make(again.catalog);
            const auto restored = again.partition->restore(again.stored);
            if (!restored) CHECK_FALSE(restored.error().detail.empty());
        }
    }
    const Bytes catalog = encode_catalog(world.catalog);
    for (int i = 0; i < 50; ++i)
        CHECK_FALSE(
            decode_catalog(std::string_view(catalog).substr(0, 1 + rng.below(catalog.size() - 1))));
}

TEST_CASE("what was stored before there were parts is still read", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "hello");
    b.wait(j, days(1));
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "a@example.com"}});
    world.track("ada", "viewed");
    model::PartitionCheckpoint stored;
    store(world.checkpoint(0), stored);
    REQUIRE(stored.meta.front() == 3);
    REQUIRE(stored.meta.back() == 0);  // no parts
    stored.meta.front() = 2;
    stored.meta.pop_back();
    Partition again(model::PartitionId{0}, world.options, world.catalog);
    REQUIRE(again.restore(stored));
    CHECK(again.state_hash() == world.partitions[0].state_hash());
}

// Written by the version before people got their fourth form, with what it then told of them.
TEST_CASE("people stored in their third form are read, told and stored in the newest", "[core]") {
    std::ifstream file(JOURNEY_SOURCE_DIR "/tests/engine/core/stored/people_v3.txt");
    REQUIRE(file);
    const auto bytes_of = [](std::string_view text) {
        const auto bytes = from_base64(text);
        REQUIRE(bytes);
        return *bytes;
    };
    CatalogPtr catalog;
    model::PartitionCheckpoint stored;
    stored.applied = 1;
    std::vector<std::string> told;
    for (std::string line; std::getline(file, line);) {
        const std::string kind = line.substr(0, line.find(' '));
        const std::string rest = line.substr(kind.size() + 1);
        if (kind == "catalog") {
            auto decoded = decode_catalog(bytes_of(rest));
            REQUIRE(decoded);
            catalog = decoded.value();
        } else if (kind == "meta") {
            stored.meta = bytes_of(rest);
        } else if (kind == "person") {
            const std::string name = rest.substr(0, rest.find(' '));
            model::ProfileRow& row = stored.profiles.emplace_back();
            row.id = model::person_id_of(name);
            row.external_id = name;
            row.state = bytes_of(rest.substr(name.size() + 1));
            REQUIRE(row.state.front() == 3);
        } else {
            told.push_back(rest);
        }
    }
    REQUIRE(stored.profiles.size() >= 4);
    PartitionOptions options;
    options.partitions = 3;
    Partition read(model::PartitionId{0}, options, catalog);
    REQUIRE(read.restore(stored));
    std::vector<std::string> tells;
    for (const model::ProfileRow& row : stored.profiles) {
        for (const TimelineItem& item : read.timeline(row.id))
            tells.push_back(fmt::format("{} {}: {}", micros_of(item.at), item.kind, item.text));
    }
    CHECK(tells == told);

    // Everybody's wait ends, so that everybody is stored anew.
    model::Command tick;
    tick.at = parse_instant("2027-01-01T00:00:00Z").value();
    tick.body = model::Tick{};
    Effects effects;
    read.apply(tick, 1'000'000, effects);
    store(read.take_checkpoint(), stored);
    Partition again(model::PartitionId{0}, options, catalog);
    REQUIRE(again.restore(stored));
    CHECK(again.state_hash() == read.state_hash());
    CHECK(std::any_of(stored.profiles.begin(), stored.profiles.end(),
                      [](const model::ProfileRow& row) { return row.state.front() == 6; }));
}
