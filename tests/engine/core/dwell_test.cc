#include "tests/engine/core/kit/triggers.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

// viewed lasts 90s unless carted where sku is trigger.sku
Builder looked(const std::string& name = "looked") {
    Builder b;
    add_dwell(b);
    ir::Journey j = entered_by(b, name, ir::OnEvent{});
    const Index sku = b.trigger(j, "sku");
    const Index same = b.op(ir::Op::equal, {b.row("carted", "sku"), sku});
    ir::OnEvent trigger;
    trigger.pattern = b.on("viewed");
    trigger.lasts = seconds(90);
    trigger.unless = {b.on("carted", same)};
    j.triggers = {trigger};
    j.overlap = ir::Overlap::parallel;
    keep_waiting(b, std::move(j));
    return b;
}

struct Move {
    std::int64_t at;  // seconds
    const char* event;
    const char* sku = "a";
};

void play(World& world, const std::vector<Move>& moves, bool restarts = false) {
    const Instant start = world.now;
    for (const Move& move : moves) {
        world.advance_to(start + std::chrono::seconds(move.at));
        if (restarts) restart(world);
        world.track("ada", move.event, {{"sku", move.sku}});
    }
    if (restarts) restart(world);
    world.advance_to(start + 1h);
}

}  // namespace

TEST_CASE("who stays as long as the trigger says enters, by heartbeats", "[core]") {
    struct Row {
        const char* label;
        std::vector<Move> moves;
        std::uint64_t entered;
    };
    const std::vector<Row> rows = {
        {"heartbeats to the end",
         {{0, "viewed"}, {15, "ping"}, {30, "ping"}, {45, "ping"}, {60, "ping"}, {75, "ping"}},
         1},
        {"the last heartbeat comes at the end itself",
         {{0, "viewed"}, {75, "ping"}, {90, "ping"}, {95, "left"}},
         1},
        {"silence", {{0, "viewed"}}, 0},
        {"closed after a minute",
         {{0, "viewed"}, {15, "ping"}, {30, "ping"}, {45, "ping"}, {60, "ping"}, {61, "left"}},
         0},
        {"heartbeats of another page", {{0, "viewed"}, {60, "ping", "b"}, {75, "ping", "b"}}, 0},
        {"another page closes", {{0, "viewed"}, {61, "left", "b"}, {75, "ping"}}, 1},
        {"put into the cart", {{0, "viewed"}, {70, "carted"}, {75, "ping"}}, 0},
        {"something else put into the cart", {{0, "viewed"}, {70, "carted", "b"}, {75, "ping"}}, 1},
        {"put into the cart afterwards", {{0, "viewed"}, {75, "ping"}, {91, "carted"}}, 1},
        {"seen again: begins anew", {{0, "viewed"}, {60, "viewed"}, {75, "ping"}}, 0},
        {"seen again and stayed", {{0, "viewed"}, {60, "viewed"}, {135, "ping"}}, 1},
        {"two pages", {{0, "viewed"}, {1, "viewed", "b"}, {75, "ping"}, {76, "ping", "b"}}, 2},
    };
    for (const Row& row : rows) {
        for (const bool restarts : {false, true}) {
            CAPTURE(row.label, restarts);
            World world;
            world.publish(looked());
            play(world, row.moves, restarts);
            CHECK(world.journey("looked").entered == row.entered);
        }
    }
}

TEST_CASE("a stay enters at its end, by the event that began it", "[core]") {
    World world;
    world.publish(looked());
    const Instant start = world.now;
    world.track("ada", "viewed", {{"sku", "a"}});
    world.advance_to(start + 75s);
    world.track("ada", "ping", {{"sku", "a"}});
    world.advance_to(start + 90s - 1us);
    CHECK(world.journey("looked").entered == 0);
    world.advance_to(start + 90s);
    CHECK(world.journey("looked").entered == 1);
}

TEST_CASE("what was sent late in one go is judged by its own times", "[core]") {
    World world;
    world.publish(looked());
    const Instant start = world.now - 5min;
    world.track_at("ada", "viewed", start, {{"sku", "a"}});
    world.track_at("ada", "ping", start + 75s, {{"sku", "a"}});
    world.advance(1h);
    CHECK(world.journey("looked").entered == 1);
    world.track_at("bob", "ping", start + 75s, {{"sku", "a"}});
    world.track_at("bob", "viewed", start, {{"sku", "a"}});
    world.advance(1h);
    CHECK(world.journey("looked").entered == 1);
}

TEST_CASE("stays go with the person, through publications, and are bounded", "[core]") {
    SECTION("a person who is known by a new name") {
        World world(4);
        world.publish(looked());
        const Instant start = world.now;
        world.track("device", "viewed", {{"sku", "a"}});
        world.advance(30s);
        world.alias("device", "ada");
        world.advance_to(start + 75s);
        world.track("ada", "ping", {{"sku", "a"}});
        restart(world);
        world.advance(1h);
        CHECK(world.journey("looked").entered == 1);
    }
    SECTION("the next version") {
        World world;
        world.publish(looked());
        const Instant start = world.now;
        world.track("ada", "viewed", {{"sku", "a"}});
        world.advance_to(start + 75s);
        Builder next = looked();
        next.program.journeys[0].version = 2;
        world.publish(next);
        world.track("ada", "ping", {{"sku", "a"}});
        world.advance(1h);
        CHECK(world.journey("looked").entered == 1);
    }
    SECTION("a journey that vanished") {
        World world;
        world.publish(looked());
        const Instant start = world.now;
        world.track("ada", "viewed", {{"sku", "a"}});
        world.advance_to(start + 75s);
        world.track("ada", "ping", {{"sku", "a"}});
        world.publish(looked("other"));
        world.advance(1h);
        CHECK(world.journey("looked").entered == 0);
        CHECK(world.journey("other").entered == 0);
    }
    SECTION("a robot") {
        World world;
        world.publish(looked());
        for (int i = 0; i < 300; ++i)
            world.track("ada", "viewed", {{"sku", std::to_string(i)}});
        world.advance(75s);
        for (int i = 0; i < 300; ++i)
            world.track("ada", "ping", {{"sku", std::to_string(i)}});
        world.advance(1h);
        CHECK(world.journey("looked").entered == 100);
    }
}
