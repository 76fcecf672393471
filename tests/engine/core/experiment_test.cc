#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::ReceiptKind;

namespace {

// viewed → half of the people are drawn: arm x: hello, arm y: receipt; the rest waits
Builder trial(double sample = 0.5) {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    j.goals.push_back({"sold", b.on("bought"), days(5), false});
    ir::Pick pick;
    pick.experiment = "subject";
    pick.sample = sample;
    pick.rest_target = 3;
    pick.arms = {{"x", 0.5, 1}, {"y", 0.5, 2}};
    b.add(j, {pick, "", 0, ""});
    b.send(j, "hello");
    b.send(j, "receipt");
    b.add(j, {ir::Settle{0, {1, 2}}, "", 0, ""});
    b.end(j);
    std::get<ir::Send>(j.states[1].act).next = 4;
    std::get<ir::Send>(j.states[2].act).next = 4;
    ir::Winner winner;
    winner.experiment = "subject";
    winner.numerator = ir::Metric::clicked;
    winner.denominator = ir::Metric::delivered;
    winner.after = hours(4);
    j.winners.push_back(winner);
    b.keep(std::move(j));
    return b;
}

World live(const Builder& b) {
    World world(2);
    world.publish(b);
    return world;
}

void views(World& world, const std::string& person) {
    world.identify(person, {{"email", person + "@example.com"}});
    world.track(person, "viewed");
}

std::uint64_t count(const World& world, const std::string& arm, ir::Metric metric) {
    std::uint64_t sum = 0;
    for (const Partition& partition : world.partitions) {
        for (const TrialCounts& trial : partition.trials()) {
            for (const TrialCounts::Arm& one : trial.arms) {
                if (one.name == arm) sum += one.counts[static_cast<std::size_t>(metric)];
            }
        }
    }
    return sum;
}

const Sent* sent_to(const World& world, const std::string& person) {
    for (const Sent& one : world.attempts) {
        if (one.person == external(person)) return &one;
    }
    return nullptr;
}

}  // namespace

TEST_CASE("the rest waits for the winner, and who comes later goes straight to it", "[core]") {
    World world = live(trial());
    for (int i = 0; i < 40; ++i)
        views(world, "p" + std::to_string(i));
    const JourneyCounts before = world.journey("j");
    const std::uint64_t rest = before.arms.at("subject/rest");
    CHECK(rest > 5);
    CHECK(before.waiting.at("step_3") == rest);
    CHECK(world.attempts.size() == 40 - rest);
    CHECK(count(world, "x", ir::Metric::entered) == before.arms.at("subject/x"));

    const std::string arm = GENERATE("x", "y");
    CAPTURE(arm);
    world.decide({"j", 1, "subject", arm});
    world.advance(1s);
    CHECK(world.attempts.size() == 40);
    CHECK(world.journey("j").ended == 40);
    for (std::size_t i = 40 - rest; i < 40; ++i)
        CHECK(world.attempts[i].message_template == (arm == "x" ? "hello" : "receipt"));
    for (int i = 40; i < 60; ++i) {
        const std::string person = "p" + std::to_string(i);
        views(world, person);
        REQUIRE(sent_to(world, person) != nullptr);
        CHECK(sent_to(world, person)->message_template == (arm == "x" ? "hello" : "receipt"));
    }
    // The first word stands.
    world.decide({"j", 1, "subject", arm == "x" ? "y" : "x"});
    views(world, "late");
    CHECK(sent_to(world, "late")->message_template == (arm == "x" ? "hello" : "receipt"));
}

TEST_CASE("people are counted once a metric, by what their own messages did", "[core]") {
    World world = live(trial(1));
    views(world, "ada");
    REQUIRE(world.attempts.size() == 1);
    const Sent sent = world.attempts[0];
    const std::string arm = sent.message_template == "hello" ? "x" : "y";
    CHECK(count(world, arm, ir::Metric::sent) == 1);
    CHECK(count(world, arm, ir::Metric::delivered) == 0);
    world.receipt(sent, ReceiptKind::clicked, "a");
    world.receipt(sent, ReceiptKind::clicked, "b");
    world.receipt(sent, ReceiptKind::delivered, "c");
    CHECK(count(world, arm, ir::Metric::clicked) == 1);
    CHECK(count(world, arm, ir::Metric::delivered) == 1);
    CHECK(count(world, arm, ir::Metric::opened) == 0);
    views(world, "ada");
    CHECK(world.attempts.size() == 2);
    CHECK(count(world, arm, ir::Metric::entered) == 1);
    CHECK(count(world, arm, ir::Metric::sent) == 1);
}

TEST_CASE("a goal counts where the winner is looked for by it", "[core]") {
    Builder b = trial(1);
    ir::Winner& winner = b.program.journeys[0].winners[0];
    winner.numerator = ir::Metric::goal;
    winner.goal = "sold";
    winner.denominator = ir::Metric::entered;
    World world = live(b);
    views(world, "ada");
    const std::string arm = world.attempts[0].message_template == "hello" ? "x" : "y";
    world.track("ada", "bought", {{"order_id", "o"}});
    world.track("ada", "bought", {{"order_id", "p"}});
    CHECK(count(world, arm, ir::Metric::goal) == 1);
}

TEST_CASE("a message from before the draw does not count for the arm", "[core]") {
    Builder b = trial(1);
    ir::Journey& j = b.program.journeys[0];
    b.send(j, "hello");
    std::get<ir::Send>(j.states[5].act).next = 0;
    j.states[5].step = "before";
    j.start = 5;
    World world = live(b);
    views(world, "ada");
    REQUIRE(world.attempts.size() == 2);
    const std::string arm = world.attempts[1].message_template == "hello" ? "x" : "y";
    world.receipt(world.attempts[0], ReceiptKind::clicked, "a");
    CHECK(count(world, "x", ir::Metric::clicked) + count(world, "y", ir::Metric::clicked) == 0);
    world.receipt(world.attempts[1], ReceiptKind::clicked, "b");
    CHECK(count(world, arm, ir::Metric::clicked) == 1);
}

TEST_CASE("the clock of an experiment starts with the first person drawn", "[core]") {
    World world = live(trial());
    CHECK(world.partitions[0].next_decision() == kNever);
    const Instant first = world.now;
    views(world, "ada");
    world.advance(1h);
    views(world, "ada");
    Partition& partition = world.of("ada");
    CHECK(partition.next_decision() == first + 4h);
    model::PartitionCheckpoint stored;
    store(world.checkpoint("ada"), stored);
    Partition again(model::PartitionId{static_cast<std::uint16_t>(world.index_of("ada"))},
                    world.options, world.catalog);
    REQUIRE(again.restore(stored));
    CHECK(again.next_decision() == first + 4h);
    CHECK(again.state_hash() == partition.state_hash());
    world.decide({"j", 1, "subject", "x"});
    CHECK(partition.next_decision() == kNever);
}

TEST_CASE("who waits for the winner is woken after a restart, too, and under another name",
          "[core]") {
    World world = live(trial(0));
    views(world, "ada");
    views(world, "bob");
    world.alias("bob", "eve");
    CHECK(world.attempts.empty());
    for (std::size_t i = 0; i < world.partitions.size(); ++i) {
        model::PartitionCheckpoint stored;
        store(world.checkpoint(i), stored);
        Partition again(model::PartitionId{static_cast<std::uint16_t>(i)}, world.options,
                        world.catalog);
        REQUIRE(again.restore(stored));
        world.partitions[i] = std::move(again);
    }
    world.decide({"j", 1, "subject", "y"});
    world.advance(1s);
    CHECK(world.attempts.size() == 2);
    CHECK(world.journey("j").ended == 2);
}

TEST_CASE("decisions are kept with the catalog", "[core]") {
    World world = live(trial());
    world.decide({"j", 1, "subject", "y"});
    const auto again = decode_catalog(encode_catalog(world.catalog));
    REQUIRE(again);
    CHECK(encode_catalog(again.value()) == encode_catalog(world.catalog));
}
