#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

ir::State run_of(Index journey, std::vector<ir::NamedExpr> args, Index next) {
    return {ir::Run{journey, std::move(args), next}, "", 0, ""};
}

ir::Journey called(const Builder& b, const std::string& name) {
    ir::Journey j = b.journey(name, "viewed");
    j.triggers = {ir::OnCall{}};
    return j;
}

/// `a`, which is entered by `viewed`, ends with `bought`; another journey answers with `viewed`.
void close_ring(Builder& b, ir::Journey a) {
    b.emit(a, "bought", {{"order_id", b.constant("o")}});
    b.end(a);
    ir::Journey c = b.journey("c", "bought");
    b.emit(c, "viewed");
    b.end(c);
    b.keep(std::move(a));
    b.keep(std::move(c));
}

}  // namespace

TEST_CASE("an event that a journey emits is recorded, wakes waits and starts journeys", "[core]") {
    Builder b;
    ir::Journey first = b.journey("first", "viewed");
    b.emit(first, "bought",
           {{"order_id", b.trigger(first, "sku")}, {"total", b.constant("not money")}});
    b.end(first);
    b.keep(std::move(first));
    ir::Journey second = b.journey("second", "bought");
    b.send(second, "code", {{"code", b.trigger(second, "order_id")}});
    b.end(second);
    b.keep(std::move(second));
    ir::Journey waits = b.journey("waits", "viewed");
    waits.reentry = ir::Reentry::never;
    b.wait(waits, days(9), {{b.on("bought"), ir::kNone, 1}});
    b.end(waits, "woken");
    b.keep(std::move(waits));
    World world;
    world.publish(b);
    world.identify("ada", {{"phone", "+4915112345678"}});
    world.track("ada", "viewed", {{"sku", "tea"}});
    REQUIRE(world.attempts.size() == 1);
    CHECK(*find(world.attempts[0].data, "code") == Value("tea"));
    CHECK(world.reasons("waits") == std::vector<std::string>{"woken"});
    CHECK(world.counts().events == 2);
    CHECK(world.counts().bad_properties == 1);
    const std::vector<std::string> kinds = world.kinds("ada");
    CHECK(std::count(kinds.begin(), kinds.end(), "event") == 2);
}

TEST_CASE("a ring of journeys that call one another ends", "[core]") {
    Builder b;
    ir::Journey a = b.journey("a", "viewed");
    b.emit(a, "bought", {{"order_id", b.constant("o")}});
    close_ring(b, std::move(a));
    World world;
    world.publish(b);
    world.track("ada", "viewed");
    CHECK(world.counts().events == 101);
    const std::uint64_t ran = world.journey("a").ended + world.journey("c").ended;
    CHECK(ran > 50);
    // The next command has room again.
    world.track("ada", "viewed");
    CHECK(world.counts().events == 202);
}

TEST_CASE("a ring that goes over messages ends too, and is told", "[core]") {
    const bool waits = GENERATE(false, true);
    CAPTURE(waits);
    Builder b;
    ir::Journey a = b.journey("a", "viewed");
    b.send(a, "code", {{"code", b.constant("x")}});
    if (waits) b.wait(a, seconds(120));
    close_ring(b, std::move(a));
    World world;
    world.publish(b);
    world.identify("ada", {{"phone", "+4915112345678"}});
    world.track("ada", "viewed");
    if (waits) {
        // An entry a minute is no ring that races.
        world.advance(3h);
        CHECK(world.attempts.size() == 91);
        CHECK(world.counts().dropped == 0);
        return;
    }
    CHECK(world.attempts.size() == 51);
    CHECK(world.counts().dropped == 1);
    const std::vector<std::string> kinds = world.kinds("ada");
    CHECK(std::count(kinds.begin(), kinds.end(), "circle") == 1);
    // What happens next is a chain of its own, for this person too.
    world.track("ada", "viewed");
    CHECK(world.attempts.size() == 102);
}

TEST_CASE("a run starts an entry of the other journey by that journey's own rules", "[core]") {
    Builder b;
    ir::Journey first = b.journey("first", "viewed");
    b.add(first, run_of(1, {{"what", b.trigger(first, "sku")}, {"unread", b.constant(1)}}, 1));
    b.end(first, "ran");
    b.keep(std::move(first));
    ir::Journey second = called(b, "second");
    second.key = b.trigger(second, "what");
    second.admit = b.op(ir::Op::not_equal, {b.trigger(second, "what"), b.constant("salt")});
    second.reentry = ir::Reentry::never;
    b.send(second, "code", {{"code", b.trigger(second, "what")}});
    b.wait(second, hours(1));
    b.end(second);
    b.keep(std::move(second));
    World world;
    world.publish(b);
    world.identify("ada", {{"phone", "+4915112345678"}});
    for (const char* sku : {"tea", "salt", "tea", "milk"})
        world.track("ada", "viewed", {{"sku", sku}});
    CHECK(world.journey("first").entered == 4);
    CHECK(world.journey("second").entered == 2);
    REQUIRE(world.attempts.size() == 2);
    CHECK(*find(world.attempts[0].data, "code") == Value("tea"));
    CHECK(*find(world.attempts[1].data, "code") == Value("milk"));
    world.advance(2h);
    CHECK(world.journey("second").ended == 2);
}

TEST_CASE("a run comes into the journey as it is published now", "[core]") {
    Builder b;
    ir::Journey first = b.journey("first", "viewed");
    b.wait(first, hours(1));
    b.add(first, run_of(1, {}, 2));
    b.end(first);
    b.keep(std::move(first));
    ir::Journey second = called(b, "second");
    b.end(second, "old");
    b.keep(std::move(second));
    World world;
    world.publish(b);
    world.track("ada", "viewed");
    SECTION("changed") {
        b.program.journeys[1].states[0].act = ir::End{"new"};
        world.publish(b);
        world.advance(2h);
        CHECK(world.reasons("second") == std::vector<std::string>{"new"});
    }
    SECTION("gone") {
        b.program.journeys.pop_back();
        std::get<ir::Run>(b.program.journeys[0].states[1].act).journey = 0;
        b.program.journeys[0].triggers.emplace_back(std::in_place_type<ir::OnCall>);
        world.publish(b);
        world.advance(2h);
        CHECK(world.journey("second").entered == 0);
        CHECK(world.journey("first").ended == 1);
    }
}
