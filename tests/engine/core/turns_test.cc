// Journeys at a rate of their own.
#include "tests/engine/core/kit/lived.h"
#include "tests/engine/core/kit/messages.h"

#include <catch2/catch.hpp>
#include <set>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kHour = 3600;

Builder paced(std::uint32_t count, std::int64_t seconds, const std::string& message = "hello") {
    Builder b = sends(message);
    b.program.journeys[0].rate_count = count;
    b.program.journeys[0].rate_seconds = seconds;
    return b;
}

void valid_for(Builder& b, CalendarDuration duration) {
    send_in(b).validity.kind = ir::Validity::Kind::for_duration;
    send_in(b).validity.duration = duration;
}

World live_in(const Builder& b, std::uint16_t partitions) {
    World world(partitions);
    world.publish(b);
    return world;
}

void come(World& world, const std::string& person) {
    world.identify(person, {{"email", person + "@example.com"}, {"time_zone", "UTC"}});
    world.consent(person, "news");
    world.track(person, "viewed");
}

std::string name(int number) {
    return "p" + std::to_string(number);
}

void crowd(World& world, int count, int first = 0) {
    for (int i = first; i < first + count; ++i)
        come(world, name(i));
}

Instant next_due(const World& world) {
    Instant next = kNever;
    for (const Partition& partition : world.partitions)
        next = std::min(next, partition.next_due());
    return next;
}

void answer(World& world) {
    while (world.tell()) {
    }
}

/// Time passes, and whoever asks for turns is answered at once, as by the runtime.
void run(World& world, Micros by) {
    const Instant end = world.now + by;
    for (answer(world); next_due(world) <= end; answer(world))
        world.advance_to(std::max(world.now, next_due(world)));
    world.advance_to(end);
}

/// Sorted.
std::vector<Instant> times(const World& world) {
    std::vector<Instant> out;
    for (const Sent& sent : world.attempts)
        out.push_back(sent.at);
    std::sort(out.begin(), out.end());
    return out;
}

std::set<std::string> who(const World& world) {
    std::set<std::string> out;
    for (const Sent& sent : world.attempts)
        out.insert(sent.person);
    return out;
}

}  // namespace

TEST_CASE("a journey sends at its rate, and never faster, in how many partitions it lives",
          "[core]") {
    const auto partitions = static_cast<std::uint16_t>(GENERATE(1, 3, 16));
    const auto [count, seconds] =
        GENERATE(std::pair(60u, kHour), std::pair(777u, kHour), std::pair(50u, std::int64_t{1}));
    CAPTURE(partitions, count, seconds);
    World world = live_in(paced(count, seconds), partitions);
    constexpr int kPeople = 150;
    crowd(world, kPeople);
    run(world, 24h * 4);
    const std::vector<Instant> sent = times(world);
    REQUIRE(sent.size() == kPeople);
    CHECK(who(world).size() == kPeople);
    const Micros step = Micros(std::chrono::seconds(seconds)) / count;
    for (std::size_t i = 1; i < sent.size(); ++i)
        CHECK(sent[i] - sent[i - 1] >= step);
    if (seconds == kHour) {
        const Micros exact{(Micros(std::chrono::seconds(seconds)).count() + count - 1) / count};
        CHECK(sent.back() - sent.front() == exact * (kPeople - 1));
    }
    CHECK(world.journey("j").sent == kPeople);
}

TEST_CASE("who comes while nobody waits goes at once", "[core]") {
    World world = live_in(paced(1, kHour), 64);
    const Instant start = world.now;
    come(world, "ada");
    answer(world);
    REQUIRE(world.attempts.size() == 1);
    CHECK(world.attempts[0].at == start);
    for (const Happening& one : world.happenings)
        CHECK(one.kind != Happening::Kind::held);

    world.advance(30min);
    come(world, "ben");
    run(world, 1h);
    REQUIRE(world.attempts.size() == 2);
    CHECK(world.attempts[1].at == start + 1h);
    world.advance(5h);
    const Instant later = world.now;
    come(world, "cy");
    answer(world);
    REQUIRE(world.attempts.size() == 3);
    CHECK(world.attempts[2].at == later);
}

TEST_CASE("what waits for its turn says when that is", "[core]") {
    World world = live_in(paced(1, kHour), 8);
    come(world, "ada");
    answer(world);
    come(world, "ben");
    CHECK(row_of(world, "ben").detail == "1 in 1h");
    answer(world);
    const model::MessageRow row = row_of(world, "ben");
    CHECK(row.reason == model::Reason::journey_rate);
    CHECK(row.detail ==
          "1 in 1h: its turn is at 11:00");  // Berlin, an hour after 9 UTC and 10 there
    const auto held =
        std::find_if(world.happenings.begin(), world.happenings.end(),
                     [](const Happening& one) { return one.kind == Happening::Kind::held; });
    REQUIRE(held != world.happenings.end());
    CHECK(held->until == world.now + 1h);
}

TEST_CASE("turns that passed while nothing ran are not taken all at once", "[core]") {
    const auto partitions = static_cast<std::uint16_t>(GENERATE(1, 8));
    CAPTURE(partitions);
    World world = live_in(paced(60, kHour), partitions);
    crowd(world, 60);
    run(world, 5min);
    const std::size_t before = world.attempts.size();
    REQUIRE(before == 6);

    SECTION("no clock") {
        world.now += 2h;
    }
    SECTION("nobody claims") {
        world.claiming = false;
        run(world, 2h);
        world.claiming = true;
        world.claim_waiting();
        world.apply(world.command("p0", model::Identify{}));
    }
    run(world, 0s);
    CHECK(world.attempts.size() <= before + 1);
    run(world, 3h);
    const std::vector<Instant> sent = times(world);
    REQUIRE(sent.size() == 60);
    for (std::size_t i = before + 1; i < sent.size(); ++i)
        CHECK(sent[i] - sent[i - 1] >= 1min);
}

TEST_CASE("a turn that comes after a message is valid is not waited for", "[core]") {
    Builder b = paced(1, kHour);
    valid_for(b, hours(2));
    World world = live_in(b, 4);
    crowd(world, 12);
    run(world, 0s);
    const JourneyCounts counts = world.journey("j");
    CHECK(counts.sent == 1);
    // The next turn is somebody's; all others know that they would wait too long, or will.
    run(world, 5h);
    CHECK(world.journey("j").sent == 2);
    CHECK(world.journey("j").skipped_by.at("not_valid_anymore") == 10);
    int expired = 0;
    for (std::size_t i = 0; i < world.partitions.size(); ++i) {
        for (const model::MessageRow& row : world.checkpoint(i).messages) {
            if (row.status != model::MessageStatus::expired) continue;
            CHECK(row.detail.starts_with("1 in 1h: its turn "));
            ++expired;
        }
    }
    CHECK(expired >= 10);
    // Turns that were dealt out and that nobody wanted are for who comes next.
    come(world, "late");
    run(world, 2h);
    CHECK(who(world).contains(external("late")));
}

TEST_CASE("who leaves gives the turn to the next", "[core]") {
    World world = live_in(paced(1, kHour), 1);
    crowd(world, 3);
    answer(world);
    REQUIRE(world.attempts.size() == 1);
    SECTION("erased before turns were dealt out") {
        crowd(world, 5, 3);
        world.erase("p5");
        run(world, 24h);
        CHECK(world.attempts.size() == 7);
    }
    SECTION("erased with a turn") {
        int one = 0;
        while (who(world).contains(external(name(one))))
            ++one;
        world.erase(name(one));
        run(world, 24h);
        CHECK(world.attempts.size() == 2);
    }
    SECTION("merged into somebody who lives elsewhere") {
        World many = live_in(paced(1, kHour), 8);
        crowd(many, 3);
        answer(many);
        many.identify("new", {{"email", "new@example.com"}, {"time_zone", "UTC"}});
        many.alias("p1", "new");
        many.alias("p2", "new");
        run(many, 24h);
        CHECK(many.attempts.size() == 3);
        CHECK(std::set<model::MessageKey>{many.attempts[0].key, many.attempts[1].key,
                                          many.attempts[2].key}
                  .size() == 3);
    }
}

TEST_CASE("a pause loses turns, and nobody", "[core]") {
    World world = live_in(paced(2, kHour), 3);
    crowd(world, 10);
    run(world, 1h);
    world.pause("j", true);
    run(world, 6h);
    const std::size_t before = world.attempts.size();
    world.resume({"j", {}, {}, {}});
    run(world, 24h);
    const std::vector<Instant> sent = times(world);
    REQUIRE(sent.size() == 10);
    for (std::size_t i = before + 1; i < sent.size(); ++i)
        CHECK(sent[i] - sent[i - 1] >= 30min);
}

TEST_CASE("a new version's rate counts for who enters it", "[core]") {
    World world = live_in(paced(1, 24 * kHour), 4);
    crowd(world, 6);
    run(world, 1h);
    REQUIRE(world.attempts.size() == 1);
    Builder faster = paced(60, kHour);
    faster.program.journeys[0].version = 2;
    world.publish(faster);
    crowd(world, 6, 6);
    run(world, 24h * 12);
    CHECK(world.attempts.size() == 12);
}

TEST_CASE("transactional messages know no rate", "[core]") {
    World world = live_in(paced(1, 24 * kHour, "receipt"), 1);
    crowd(world, 3);
    CHECK(world.attempts.size() == 3);
}

TEST_CASE("a life with turns is the same with stops", "[core]") {
    Builder b = paced(40, kHour);
    valid_for(b, hours(3));
    World world = live_in(b, 3);
    Rng rng(GENERATE(1, 2, 3));
    for (int i = 0; i < 200; ++i) {
        const std::string somebody = name(static_cast<int>(rng.below(60)));
        switch (rng.below(8)) {
            case 0:
                world.erase(somebody);
                break;
            case 1:
                world.alias(somebody, name(static_cast<int>(rng.below(60))));
                break;
            default:
                come(world, somebody);
        }
        if (rng.chance(0.7)) answer(world);
        if (rng.chance(0.3)) world.advance(std::chrono::minutes(rng.below(20)));
    }
    run(world, 24h);
    CHECK(world.attempts.size() > 40);
    check_that_stops_change_nothing(world);
}
