// What is old of people with many events is written once. How it is stored changes no answer.
#include "tests/engine/core/kit/lived.h"

#include <fmt/format.h>
#include <set>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kKinds = 4;  // of chapters: events, message ids, messages, ended entries

std::size_t written(const model::PartitionCheckpoint& rows) {
    std::size_t bytes = 0;
    for (const model::ProfileRow& row : rows.profiles)
        bytes += model::whole_state(row).size();
    return bytes;
}

std::size_t chapters_of(const Again& life) {
    std::size_t count = 0;
    for (const model::ProfileRow& row : life.stored.profiles)
        count += row.chapters.size();
    return count;
}

}  // namespace

TEST_CASE("a checkpoint of somebody with many events writes what is new", "[core]") {
    World world;
    world.publish(Builder());
    Again life(0, world);
    life.options.chapter = 32;
    const bool in_memory = GENERATE(true, false);
    if (in_memory) life.options.people_bytes = std::numeric_limits<std::size_t>::max();
    life.make(empty_catalog());
    for (const Applied& one : world.log)
        life.apply(one);
    model::LogPosition position = world.position;
    std::vector<std::size_t> each;
    std::size_t all = 0;
    Effects effects;
    for (int round = 0; round < 40; ++round) {
        for (int i = 0; i < 20; ++i) {
            world.now += 1min;
            model::Command command = world.command(
                "ada", model::Track{"viewed", {{"sku", fmt::format("s{}", round * 20 + i)}}});
            command.message_id = fmt::format("m{}", position);
            life.partition->apply(command, ++position, effects);
        }
        const model::PartitionCheckpoint rows = life.partition->take_checkpoint();
        each.push_back(written(rows));
        all += each.back();
        life.write(rows, true);
    }
    const std::size_t kept = written(life.stored);
    CAPTURE(kept, all, each.front(), each.back());
    CHECK(chapters_of(life) > 20);
    CHECK(kept > 10'000);
    CHECK(all < kept * 4);  // 20 times as much, were it all written anew
    CHECK(*std::max_element(each.begin(), each.end()) < kept / 8);

    const std::uint64_t hash = life.partition->state_hash();
    life.restart();
    CHECK(life.partition->state_hash() == hash);
    // Without a change nothing is written, and a change writes no chapter again.
    CHECK(life.partition->take_checkpoint().profiles.empty());
    model::Command command = world.command("ada", model::Track{"viewed", {{"sku", "last"}}});
    life.partition->apply(command, ++position, effects);
    const model::PartitionCheckpoint rows = life.partition->take_checkpoint();
    REQUIRE(rows.profiles.size() == 1);
    CHECK(rows.profiles[0].chapters.size() <= 1);
    CHECK(rows.profiles[0].chapters_gone.empty());
}

TEST_CASE("an event that comes late opens the chapters after it, and no others", "[core]") {
    World world;
    world.publish(Builder());
    const Instant began = world.now;
    Again life(0, world);
    for (int i = 0; i < 60; ++i) {
        world.now = began + i * 1h;
        world.track("ada", "viewed", {{"sku", fmt::format("s{}", i)}});
        if (i == 50) {
            for (const Applied& one : world.log)
                life.apply(one);
            life.store_now();
        }
    }
    const std::size_t before = chapters_of(life);
    REQUIRE(before >= 2);
    const auto numbers_after = [&](Instant at) {
        world.track_at("ada", "viewed", at, {{"sku", "late"}});
        for (const Applied& one : world.log)
            life.apply(one);
        model::PartitionCheckpoint rows = life.partition->take_checkpoint();
        REQUIRE(rows.profiles.size() == 1);
        std::set<std::uint32_t> numbers;
        for (const model::ChapterRow& one : rows.profiles[0].chapters)
            numbers.insert(one.number);
        life.write(rows, true);
        const std::uint64_t hash = life.partition->state_hash();
        life.restart();
        CHECK(life.partition->state_hash() == hash);
        CHECK(hash == world.partitions[0].state_hash());
        return numbers;
    };
    // Among the newest, which are in no chapter yet: as if it had come in time.
    CHECK(numbers_after(began + 58h).count(0) == 0);
    CHECK(numbers_after(began - 1h).count(0) == 1);
}

TEST_CASE("chapters change no answer, whatever is late, repeated, forgotten, merged or erased",
          "[core]") {
    std::array<std::size_t, kKinds> chapters{};
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        CAPTURE(seed);
        Rng rng(seed);
        World world;
        world.options.chapter = 1 + seed % 10;
        Builder b;
        ir::Journey j = b.journey("j", "bought");
        b.send(j, "hello");
        b.end(j);
        b.keep(std::move(j));
        world.publish(b);
        const std::vector<std::string> people = {"ada", "bob", "cid"};
        for (const std::string& who : people)
            world.identify(who, {{"email", who + "@example.com"}});
        std::vector<std::string> ids;
        for (int step = 0; step < 500; ++step) {
            const std::string& who = people[rng.below(people.size())];
            const Record event{{"sku", fmt::format("s{}", step % 9)}};
            const std::uint64_t kind = rng.below(100);
            if (kind < 50) {
                const bool repeat = !ids.empty() && rng.chance(0.2);
                const std::string id =
                    repeat ? ids[rng.below(ids.size())] : fmt::format("m{}", step);
                ids.push_back(id);
                world.track(who, rng.chance(0.3) ? "bought" : "viewed", event, id);
            } else if (kind < 75) {
                const auto hours = rng.chance(0.7) ? rng.below(48) : rng.below(24 * 900);
                world.track_at(who, "viewed", world.now - std::chrono::hours(hours), event);
            } else if (kind < 86) {
                world.advance(std::chrono::hours(rng.chance(0.8) ? 5 : 24 * rng.below(60)));
            } else if (kind < 96) {
                // Of any age: what is told of it is in a chapter.
                if (world.attempts.empty()) continue;
                const Sent& sent = world.attempts[rng.below(world.attempts.size())];
                world.receipt(sent, model::ReceiptKind::clicked, fmt::format("r{}", step % 50));
            } else if (kind < 98) {
                world.alias(who, people[rng.below(people.size())]);
            } else {
                world.erase(who);
            }
        }
        check_that_stops_change_nothing(world);
        for (const model::ProfileRow& row : world.checkpoint(0).profiles) {
            for (const model::ChapterRow& one : row.chapters)
                ++chapters[one.number % kKinds];
        }
    }
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        CAPTURE(kind);
        CHECK(chapters[kind] > 20);
    }
}
