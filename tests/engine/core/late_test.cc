// What becomes of what a pause made late: people whose wait ended during it, and messages it held.
#include "tests/engine/core/kit/kit.h"
#include "tests/engine/core/kit/triggers.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::Late;
using model::Reason;

namespace {

model::Resume ended(const std::string& what, Late late) {
    model::Resume resume;
    resume.journey = what;
    resume.late = late;
    return resume;
}

/// "first", two hours, "second" and at once "third", two hours, "fourth".
Builder series() {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    const auto send = [&](const char* step) {
        b.send(j, "code", {{"code", b.constant(step)}});
        j.states.back().step = step;
    };
    const auto wait = [&](const char* step) {
        b.wait(j, hours(2));
        j.states.back().step = step;
    };
    send("first");
    wait("pause_one");
    send("second");
    send("third");
    wait("pause_two");
    send("fourth");
    b.end(j);
    b.keep(std::move(j));
    return b;
}

World shop() {
    World world;
    world.publish(series());
    world.identify("ada", {{"phone", "+4915112345678"}});
    return world;
}

std::vector<std::string> sent_steps(const World& world) {
    std::vector<std::string> steps;
    for (const Sent& one : world.attempts)
        steps.push_back(one.step);
    return steps;
}

/// Asks for what waits to be claimed.
void claim(World& world) {
    world.claiming = true;
    world.claim_waiting();
    world.apply(world.command("ada", model::Identify{}));
}

using Steps = std::vector<std::string>;

}  // namespace

TEST_CASE("who comes late out of a pause goes on, skips messages or leaves", "[core]") {
    struct Row {
        Late late;
        Steps sent;
        std::string reason;
        std::uint64_t skipped;
    };
    const Row row = GENERATE(Row{Late::send, {"first", "second", "third", "fourth"}, "finished", 0},
                             Row{Late::skip, {"first", "fourth"}, "finished", 2},
                             Row{Late::exit, {"first"}, "late", 0});
    CAPTURE(name_of(row.late));
    World world = shop();
    world.track("ada", "viewed");
    world.pause("j");
    world.advance(72h);
    CHECK(sent_steps(world) == Steps{"first"});
    world.resume(ended("j", row.late));
    world.advance(2h);
    CHECK(sent_steps(world) == row.sent);
    CHECK(world.reasons("j") == Steps{row.reason});
    CHECK(world.journey("j").skipped == row.skipped);
    if (row.skipped > 0) CHECK(world.journey("j").skipped_by.at("late") == row.skipped);
}

TEST_CASE("a message that a pause or the kill switch held goes out, is skipped, or ends the entry",
          "[core]") {
    const std::string what = GENERATE("j", "");
    struct Row {
        Late late;
        Steps sent;
        std::string reason;
    };
    const Row row = GENERATE(Row{Late::send, {"second", "third", "fourth"}, "finished"},
                             Row{Late::skip, {"fourth"}, "finished"}, Row{Late::exit, {}, "late"});
    CAPTURE(what, name_of(row.late));
    World world = shop();
    world.claiming = false;  // a paused journey is not entered, so the pause comes later
    world.track("ada", "viewed");
    world.pause("j");
    claim(world);
    world.resume(ended("j", Late::skip));
    REQUIRE(sent_steps(world).empty());
    CHECK(world.journey("j").skipped_by.at("late") == 1);

    world.claiming = false;
    world.advance(2h);
    world.pause(what);
    claim(world);
    world.advance(24h);
    REQUIRE(sent_steps(world).empty());
    restart(world);
    world.resume(ended(what, row.late));
    world.advance(2h);
    CHECK(sent_steps(world) == row.sent);
    CHECK(world.reasons("j") == Steps{row.reason});
}

TEST_CASE("a step may do otherwise", "[core]") {
    World world = shop();
    world.identify("bob", {{"phone", "+4915112345679"}});
    world.track("ada", "viewed");
    world.advance(2h);
    world.track("bob", "viewed");
    world.pause("j");
    world.advance(24h);
    model::Resume resume = ended("j", Late::exit);
    resume.steps = {{"pause_two", Late::send}};
    world.resume(resume);
    CHECK(sent_steps(world) == Steps{"first", "second", "third", "first", "fourth"});
    CHECK(world.reasons("j") == Steps{"finished", "late"});
}

TEST_CASE("what is late is spread, the same way after a restart", "[core]") {
    World world;
    world.publish(series());
    constexpr std::size_t kPeople = 200;
    for (std::size_t i = 0; i < kPeople; ++i) {
        const std::string who = "p" + std::to_string(i);
        world.identify(who, {{"phone", "+4915112345678"}});
        world.track(who, "viewed");
    }
    world.pause("j");
    world.advance(24h);
    REQUIRE(world.attempts.size() == kPeople);
    model::Resume resume = ended("j", Late::send);
    resume.over = 2h;
    world.resume(resume);
    CHECK(world.attempts.size() < kPeople + 2 * 10);
    std::vector<std::size_t> by_quarter;
    for (int quarter = 0; quarter < 4; ++quarter) {
        const std::size_t before = world.attempts.size();
        world.advance(30min);
        restart(world);
        by_quarter.push_back((world.attempts.size() - before) / 2);
    }
    for (const std::size_t count : by_quarter) {
        CHECK(count > kPeople / 8);
        CHECK(count < kPeople / 2);
    }
    CHECK(world.attempts.size() == kPeople * 3);
}

TEST_CASE("an event that comes before somebody's late moment is no late one", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.wait(j, hours(1), {{b.on("bought"), ir::kNone, 1}});
    b.send(j, "code", {{"code", b.constant("x")}});
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.identify("ada", {{"phone", "+4915112345678"}});
    world.track("ada", "viewed");
    world.pause("j");
    world.advance(24h);
    model::Resume resume = ended("j", Late::skip);
    resume.over = std::chrono::hours(24 * 7);
    world.resume(resume);
    REQUIRE(world.attempts.empty());
    world.track("ada", "bought", {{"order_id", "o"}});
    CHECK(world.attempts.size() == 1);
}

TEST_CASE("a second pause catches who was to go on later", "[core]") {
    World world = shop();
    world.track("ada", "viewed");
    world.pause("j");
    world.advance(24h);
    model::Resume resume = ended("j", Late::exit);
    resume.over = std::chrono::hours(24 * 7);
    world.resume(resume);
    world.pause("j");
    world.advance(240h);
    CHECK(world.reasons("j").empty());
    world.resume(ended("j", Late::send));
    world.advance(2h);
    CHECK(sent_steps(world) == Steps{"first", "second", "third", "fourth"});
}
