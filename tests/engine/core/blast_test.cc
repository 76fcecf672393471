// The workspace's rails: a step's blast limit and its canary.
#include "tests/engine/core/kit/lived.h"
#include "tests/engine/core/kit/messages.h"

#include <set>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::ObservationKind;
using model::ReceiptKind;

namespace {

void meet(World& world, const std::string& person) {
    world.identify(person, {{"email", person + "@example.com"}, {"time_zone", "UTC"}});
    world.consent(person, "news");
}

/// Everything that is due now, rails told as often as they ask.
void settle(World& world) {
    for (int i = 0; i < 50; ++i) {
        world.tell();
        world.advance(100ms);
    }
}

/// "p0" to "p(count-1)" view something.
void crowd(World& world, int count, int first = 0) {
    for (int i = first; i < first + count; ++i) {
        meet(world, "p" + std::to_string(i));
        world.track("p" + std::to_string(i), "viewed");
    }
    settle(world);
}

RailCounts rail(const World& world, const std::string& step = "hello") {
    const JourneyCounts counts = world.journey("j");
    const auto found = counts.rails.find(step);
    return found == counts.rails.end() ? RailCounts{} : found->second;
}

Builder limited(std::uint64_t limit) {
    Builder b = sends("hello");
    b.program.workspace.blast_limit = limit;
    b.program.workspace.blast_seconds = 86400;
    return b;
}

Builder with_canary(std::uint64_t count, double stop = 0.05) {
    Builder b = sends("hello");
    b.program.workspace.canary_count = count;
    b.program.workspace.canary_seconds = 1800;
    b.program.workspace.canary_stop = stop;
    return b;
}

World many(const Builder& b, std::uint16_t partitions = 8) {
    World world(partitions);
    world.publish(b);
    return world;
}

}  // namespace

TEST_CASE("no step sends more than the blast limit before somebody approves", "[core]") {
    const int partitions = GENERATE(1, 3, 8);
    const int limit = GENERATE(1, 7, 40);
    CAPTURE(partitions, limit);
    World world =
        many(limited(static_cast<std::uint64_t>(limit)), static_cast<std::uint16_t>(partitions));
    crowd(world, 60);

    CHECK(world.attempts.size() == static_cast<std::size_t>(limit));
    CHECK(rail(world).waiting == 60u - static_cast<unsigned>(limit));
    CHECK(rail(world).shut);
    world.advance(72h);
    settle(world);
    CHECK(world.attempts.size() == static_cast<std::size_t>(limit));

    world.approve("j", "hello");
    settle(world);
    CHECK(world.attempts.size() == 60);
    CHECK(rail(world).waiting == 0);
    std::set<std::string> reached;
    for (const Sent& one : world.attempts)
        reached.insert(one.person);
    CHECK(reached.size() == 60);
}

TEST_CASE("the limit is used up, too, when people come one by one", "[core]") {
    World world = many(limited(10), 64);
    for (int i = 0; i < 60; ++i)
        crowd(world, 1, i);
    CHECK(world.attempts.size() == 10);
    CHECK(rail(world).waiting == 50);
    World large = many(limited(2000), 16);
    crowd(large, 2600);
    CHECK(large.attempts.size() > 1900);
    CHECK(large.attempts.size() <= 2000);
    CHECK(rail(large).shut);
}

TEST_CASE("an approval holds for one window, and the next is counted anew", "[core]") {
    World world = many(limited(10));
    crowd(world, 20);
    world.approve("j", "hello");
    crowd(world, 100, 20);
    REQUIRE(world.attempts.size() == 120);
    world.advance(25h);
    crowd(world, 30, 120);
    CHECK(world.attempts.size() == 130);
    CHECK(rail(world).waiting == 20);
}

TEST_CASE("a limit that is not reached is counted anew every day", "[core]") {
    World world = many(limited(10));
    for (int day = 0; day < 5; ++day) {
        crowd(world, 9, day * 9);
        world.advance(24h);
    }
    CHECK(world.attempts.size() == 45);
    CHECK(rail(world).waiting == 0);
}

TEST_CASE("each step has a limit of its own, and receipts of orders have none", "[core]") {
    Builder b;
    b.program.workspace.blast_limit = 5;
    b.program.workspace.blast_seconds = 3600;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "receipt");
    b.send(j, "hello");
    b.end(j);
    b.keep(std::move(j));
    ir::Journey k = b.journey("k", "viewed");
    b.send(k, "hello");
    b.end(k);
    b.keep(std::move(k));
    World world = many(b);
    crowd(world, 12);
    std::map<std::string, int> sent;
    for (const Sent& one : world.attempts)
        ++sent[one.journey + "/" + one.message_template];
    CHECK(sent == std::map<std::string, int>{{"j/receipt", 12}, {"j/hello", 5}, {"k/hello", 5}});
}

TEST_CASE("a message that waits for an approval until it is not valid any more is not sent",
          "[core]") {
    Builder b = limited(1);
    ir::Validity validity;
    validity.kind = ir::Validity::Kind::for_duration;
    validity.duration = hours(2);
    send_in(b).validity = validity;
    World world = many(b);
    crowd(world, 4);
    world.advance(3h);
    CHECK(rail(world).waiting == 0);
    world.approve("j", "hello");
    settle(world);
    CHECK(world.attempts.size() == 1);
    CHECK(world.journey("j").skipped_by.at("not_valid_anymore") == 3);
}

TEST_CASE("a person who leaves, opts out or becomes another while waiting is not lost", "[core]") {
    World world = many(limited(1));
    crowd(world, 1);
    crowd(world, 3, 1);
    REQUIRE(rail(world).waiting == 3);
    world.suppress("p1", "email");
    world.alias("p2", "q2");
    CHECK(rail(world).waiting == 3);
    world.approve("j", "hello");
    settle(world);
    std::set<std::string> reached;
    for (const Sent& one : world.attempts)
        reached.insert(one.person);
    CHECK(reached == std::set<std::string>{"user:p0", "user:q2", "user:p3"});
    CHECK(world.journey("j").skipped_by.at("suppressed") == 1);
}

TEST_CASE("who waits at a rail that a new program takes away goes on", "[core]") {
    World world = many(limited(2));
    crowd(world, 6);
    REQUIRE(world.attempts.size() == 2);
    world.publish(sends("hello"));
    settle(world);
    CHECK(world.attempts.size() == 6);
}

TEST_CASE("the first messages of a changed step go out, and the others when those did well",
          "[core]") {
    World world = many(with_canary(10));
    crowd(world, 40);
    CHECK(world.attempts.size() == 10);
    CHECK(rail(world).waiting == 30);
    CHECK_FALSE(rail(world).shut);
    world.advance(29min);
    settle(world);
    CHECK(world.attempts.size() == 10);
    world.advance(1min);
    settle(world);
    CHECK(world.attempts.size() == 40);
    crowd(world, 100, 40);
    CHECK(world.attempts.size() == 140);
}

TEST_CASE("a canary that does badly keeps the others until somebody approves", "[core]") {
    const auto how = GENERATE(0, 1, 2);
    CAPTURE(how);
    World world = many(with_canary(10));
    if (how == 0) world.answers.push_back(seen(ObservationKind::rejected));
    crowd(world, 40);
    REQUIRE(world.attempts.size() == 10);
    const Sent first = world.attempts.front();
    if (how == 1) world.receipt(first, ReceiptKind::bounced, "b1", "hard");
    if (how == 2) world.receipt(first, ReceiptKind::complained, "c1");
    world.advance(31min);
    settle(world);
    CHECK(world.attempts.size() == 10);
    CHECK(rail(world).shut);
    world.approve("j", "hello");
    settle(world);
    CHECK(world.attempts.size() == 40);
}

TEST_CASE("every version of a journey has a canary of its own", "[core]") {
    Builder b = with_canary(5);
    World world = many(b);
    crowd(world, 20);
    world.advance(31min);
    settle(world);
    REQUIRE(world.attempts.size() == 20);
    b.program.journeys[0].version = 2;
    b.program.journeys[0].priority = 1;
    world.publish(b);
    crowd(world, 20, 20);
    CHECK(world.attempts.size() == 25);
    CHECK(rail(world).waiting == 15);
}

TEST_CASE("rails live again as they were, wherever a partition stops", "[core]") {
    Builder b = with_canary(6, 0.5);
    b.program.workspace.blast_limit = 25;
    b.program.workspace.blast_seconds = 3600;
    World world = many(b, 3);
    for (int round = 0; round < 6; ++round) {
        crowd(world, 12, round * 12);
        world.alias("p" + std::to_string(round * 12), "q" + std::to_string(round));
        world.advance(20min);
        if (round == 3) world.approve("j", "hello");
        if (round == 4) world.publish(limited(30));
    }
    REQUIRE(world.attempts.size() > 40);
    check_that_stops_change_nothing(world);
}
