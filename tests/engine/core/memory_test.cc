// Who is open, rests or is left to the store, and how a checkpoint is written while life goes on:
// none of it changes an answer.
#include "tests/engine/core/kit/lived.h"

#include <fmt/format.h>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

/// What is compared: order says nothing, pieces are written as people happen to change.
std::string in_order(model::PartitionCheckpoint rows, bool states) {
    const auto sorted = [](auto& all, auto key) {
        std::sort(all.begin(), all.end(),
                  [&](const auto& a, const auto& b) { return key(a) < key(b); });
    };
    sorted(rows.profiles, [](const model::ProfileRow& row) { return row.id; });
    sorted(rows.entries, [](const model::EntryRow& row) { return row.id; });
    sorted(rows.messages, [](const model::MessageRow& row) { return row.key; });
    std::string out = std::to_string(rows.applied) + " " + rows.meta;
    for (const model::ProfileRow& row : rows.profiles)
        out += "\n" + row.external_id + " " + row.json + (states ? " " + row.state : "");
    for (const model::EntryRow& row : rows.entries)
        out += "\nentry " + row.journey + " " + row.status + " " + row.step + " " + row.reason;
    for (const model::MessageRow& row : rows.messages)
        out += "\nmessage " + model::format_key(row.key) + " " + std::string(name_of(row.status));
    for (const model::QuarantineRow& row : rows.quarantine)
        out += "\nquarantined " + std::to_string(row.position);
    return out;
}

}  // namespace

TEST_CASE("a checkpoint written in pieces says what was true where it began", "[core]") {
    std::size_t lived_through = 0;
    for (std::uint64_t seed = 41; seed <= 46; ++seed) {
        CAPTURE(seed);
        const World world = lived(seed, 150);
        for (std::size_t number = 0; number < world.partitions.size(); ++number) {
            CAPTURE(number);
            Again whole(number, world);
            Again pieces(number, world);
            pieces.options.people_bytes = seed % 2 == 0 ? 0 : 6000;
            // What is in chapters differs by who rested when; what comes back must not.
            const bool chapters = seed % 4 < 2;
            for (Again* life : {&whole, &pieces}) {
                if (!chapters) life->options.chapter = 1'000'000;
                life->make(empty_catalog());
            }
            Rng rng(seed * 17 + number);
            std::optional<model::PartitionCheckpoint> expected;
            for (const Applied& one : world.log) {
                whole.apply(one);
                pieces.apply(one);
                if (!expected && rng.chance(0.1)) expected = whole.partition->take_checkpoint();
                if (!expected) continue;
                auto written = pieces.partition->take_checkpoint(1 + rng.below(3));
                if (!written) {
                    ++lived_through;
                    continue;
                }
                REQUIRE(in_order(*written, !chapters) == in_order(*expected, !chapters));
                expected.reset();
                pieces.write(*written, true);
                if (rng.chance(0.2)) {
                    const std::uint64_t hash = pieces.partition->state_hash();
                    const model::LogPosition from = written->applied;
                    for (const Applied& again : world.log) {
                        if (again.position <= from && again.catalog != nullptr)
                            pieces.catalog = again.catalog;
                    }
                    pieces.restart();
                    for (const Applied& again : world.log) {
                        if (again.position > from && again.position <= one.position)
                            pieces.apply(again);
                    }
                    REQUIRE(pieces.partition->state_hash() == hash);
                }
            }
            CHECK(pieces.partition->state_hash() == whole.partition->state_hash());
        }
    }
    CHECK(lived_through > 100);  // commands between two pieces
}

TEST_CASE("who is open, who rests and who is stored changes no answer", "[core]") {
    for (std::uint64_t seed = 21; seed <= 26; ++seed) {
        CAPTURE(seed);
        const World world = lived(seed, 120);
        for (std::size_t number = 0; number < world.partitions.size(); ++number) {
            std::vector<Again> lives;
            // Everybody is stored, some are, and nobody; the last two without and with a store.
            for (const std::size_t bytes : {std::size_t{0}, std::size_t{6000}, ~std::size_t{0}}) {
                lives.emplace_back(number, world).options.people_bytes = bytes;
                lives.back().make(empty_catalog());
            }
            lives.emplace_back(number, world).options.people_bytes = 0;
            lives.back().options.fetch = nullptr;
            lives.back().make(empty_catalog());
            Rng rng(seed);
            for (const Applied& one : world.log) {
                const std::string expected = lives[0].apply(one);
                for (std::size_t i = 1; i < lives.size(); ++i)
                    REQUIRE(lives[i].apply(one) == expected);
                if (!rng.chance(0.1)) continue;
                const model::PartitionCheckpoint rows = lives[0].partition->take_checkpoint();
                lives[0].write(rows, true);
                for (std::size_t i = 1; i < lives.size(); ++i) {
                    const model::PartitionCheckpoint others = lives[i].partition->take_checkpoint();
                    CHECK(others.meta == rows.meta);
                    REQUIRE(others.profiles.size() == rows.profiles.size());
                    for (std::size_t k = 0; k < rows.profiles.size(); ++k) {
                        CHECK(others.profiles[k].state == rows.profiles[k].state);
                        CHECK(others.profiles[k].next_due == rows.profiles[k].next_due);
                    }
                    REQUIRE(others.messages.size() == rows.messages.size());
                    REQUIRE(others.entries.size() == rows.entries.size());
                    lives[i].write(others, true);
                    CHECK(lives[i].partition->next_due() == lives[0].partition->next_due());
                    CHECK(lives[i].partition->state_hash() == lives[0].partition->state_hash());
                }
            }
            CHECK(lives[0].partition->people_memory().fetched > 0);
            CHECK(lives[3].partition->people_memory().fetched == 0);
            CHECK(lives[3].partition->people_memory().stored == 0);
            for (Again& life : lives) {
                CHECK(life.partition->state_hash() == world.partitions[number].state_hash());
                CHECK(life.partition->unknown_messages().size() ==
                      world.partitions[number].unknown_messages().size());
                CHECK(life.partition->unfinished().ready.size() ==
                      world.partitions[number].unfinished().ready.size());
            }
        }
    }
}

// A store that says no for a while, a stop before or after the rows are there and before anybody is
// told: whoever is not in memory is as the store has them, always.
TEST_CASE("nobody is forgotten before the store has what they are", "[core]") {
    std::uint64_t stored = 0;
    for (std::uint64_t seed = 41; seed <= 52; ++seed) {
        CAPTURE(seed);
        const World world = lived(seed, 120);
        for (std::size_t number = 0; number < world.partitions.size(); ++number) {
            CAPTURE(number);
            Again straight(number, world);
            Again broken(number, world);
            broken.options.people_bytes = seed % 3 == 0 ? 4000 : 0;
            broken.make(empty_catalog());
            std::deque<model::PartitionCheckpoint> refused;  // taken, and in no store yet
            Rng rng(seed * 17 + number);
            std::size_t stored_at = 0;  // the log up to here is in the store
            CatalogPtr stored_catalog = empty_catalog();
            struct Taken {
                std::size_t at = 0;
                CatalogPtr catalog;
            };
            std::deque<Taken> taken;
            for (std::size_t i = 0; i < world.log.size(); ++i) {
                const std::string expected = straight.apply(world.log[i]);
                REQUIRE(broken.apply(world.log[i]) == expected);
                if (rng.chance(0.15)) {
                    refused.push_back(broken.partition->take_checkpoint());
                    taken.push_back({i + 1, broken.catalog});
                }
                const bool stops = rng.chance(0.05);
                while (!refused.empty() && rng.chance(stops ? 0.5 : 0.3)) {
                    broken.write(refused.front(), !stops);
                    stored_at = taken.front().at;
                    stored_catalog = taken.front().catalog;
                    refused.pop_front();
                    taken.pop_front();
                }
                if (!stops) continue;
                refused.clear();
                taken.clear();
                broken.catalog = stored_catalog;
                broken.restart();
                for (std::size_t k = stored_at; k <= i; ++k)
                    broken.apply(world.log[k]);
                REQUIRE(broken.partition->state_hash() == straight.partition->state_hash());
            }
            CHECK(broken.partition->state_hash() == straight.partition->state_hash());
            stored += broken.partition->people_memory().stored;
        }
    }
    CHECK(stored > 20);
}

TEST_CASE("a store that does not give somebody back ends everything", "[core]") {
    Builder b;
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "a@example.com"}});
    Again again(0, world);
    for (const Applied& one : world.log)
        again.apply(one);
    again.store_now();
    REQUIRE(again.partition->people_memory().stored == 1);
    Bytes& kept = (*again.people)[model::person_id_of("user:ada")].state;
    Effects effects;
    SECTION("it fails") {
        kept = "nonsense";
    }
    SECTION("it gives another") {
        kept[3] = static_cast<char>(kept[3] ^ 1);
    }
    CHECK_THROWS_AS(again.partition->apply(world.command("ada", model::Identify{}),
                                           world.position + 1, effects),
                    StoreFailed);
    CHECK_THROWS_AS(again.partition->timeline(model::person_id_of("user:ada")), StoreFailed);
}

TEST_CASE("people take no more memory than they may, once they are saved", "[core]") {
    World world;
    world.publish(Builder());
    Again again(0, world);
    constexpr std::size_t kMost = 250'000;
    again.options.people_bytes = kMost;
    again.make(empty_catalog());
    for (const Applied& one : world.log)
        again.apply(one);
    model::LogPosition position = world.position;
    Rng rng(1);
    Effects effects;
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 2000; ++i) {
            const auto name = fmt::format("p{}", rng.below(4000));
            again.partition->apply(
                world.command(name, model::Track{"viewed", {{"sku", fmt::format("{}", i)}}}),
                ++position, effects);
            effects.clear();
        }
        if (round > 3) CHECK(again.partition->wants_checkpoint());
        const model::PartitionCheckpoint rows = again.partition->take_checkpoint();
        const std::size_t before = again.partition->people_memory().bytes;
        again.write(rows, false);
        CHECK(again.partition->people_memory().bytes == before);
        again.partition->checkpoint_saved(rows.applied);
        const PeopleMemory memory = again.partition->people_memory();
        CHECK(memory.bytes <= kMost);
        CHECK(memory.unsaved_bytes == 0);
        CHECK(memory.held_bytes <= memory.bytes * 5 / 4 + (512u << 10));
        CHECK_FALSE(again.partition->wants_checkpoint());
    }
    CHECK(again.partition->people_memory().fetched > 1000);
    CHECK(again.partition->people_memory().stored > 1000);
}

TEST_CASE("whoever never rests and grows is seen to", "[core]") {
    World world;
    world.publish(Builder());
    Again again(0, world);
    constexpr std::size_t kMost = 2'000'000;
    again.options.people_bytes = kMost;
    again.options.chapter = 64;
    again.make(empty_catalog());
    for (const Applied& one : world.log)
        again.apply(one);
    model::LogPosition position = world.position;
    Effects effects;
    std::size_t most = 0;
    for (int round = 0; round < 60; ++round) {
        for (int i = 0; i < 2000; ++i) {
            world.now += 1s;
            again.partition->apply(
                world.command(fmt::format("p{}", i % 50),
                              model::Track{"viewed", {{"sku", fmt::format("{}", i)}}}),
                ++position, effects);
            effects.clear();
        }
        most = std::max(most, again.partition->people_memory().bytes);
        const model::PartitionCheckpoint rows = again.partition->take_checkpoint();
        again.write(rows, false);
        again.partition->checkpoint_saved(rows.applied);
    }
    // 120,000 events, of which each is some 15 bytes at least.
    CHECK(most > 1'200'000);
    CHECK(again.partition->people_memory().bytes <= kMost * 5 / 4);
}
