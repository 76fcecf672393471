#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using ir::Others;

namespace {

void label(ir::Journey& j, Index state, const std::string& step) {
    j.states[state].step = step;
}

// hello: send · wait_1 · wait_2 · second: send receipt · last: wait · end "old"
Builder old_version() {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    j.version = 2;
    b.trigger(j, "sku");
    b.local(j, "kept");
    const Index first = b.send(j, "hello");
    label(j, first, "hello");
    label(j, b.wait(j, days(1)), "wait_1");
    label(j, b.wait(j, days(1)), "wait_2");
    label(j, b.send(j, "receipt"), "second");
    label(j, b.wait(j, days(5)), "last");
    b.end(j, "old");
    b.keep(std::move(j));
    return b;
}

// stories: send code with the sku · pause: wait · end "new"
Builder new_version(std::vector<std::pair<std::string, std::string>> moves, Others others) {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    j.version = 3;
    label(j, b.send(j, "code", {{"code", b.trigger(j, "sku")}}), "stories");
    label(j, b.wait(j, days(3)), "pause");
    b.end(j, "new");
    ir::Migration migration;
    migration.from_version = 2;
    migration.others = others;
    for (const auto& [from, to] : moves)
        migration.moves.push_back({from, to == "stories" ? 0u : 1u});
    j.migrations.push_back(migration);
    b.keep(std::move(j));
    return b;
}

World at_version_2() {
    World world;
    world.publish(old_version());
    world.identify("ada", {{"email", "ada@example.com"}, {"phone", "+4915112345678"}});
    world.track("ada", "viewed", {{"sku", "tea"}});
    return world;
}

std::vector<std::string> sent(const World& world) {
    std::vector<std::string> out;
    for (const Sent& one : world.attempts)
        out.push_back(one.message_template);
    return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("who is inside an older version moves as the new one says", "[core]") {
    struct Row {
        const char* label;
        Micros before;  // since the entry
        std::vector<std::pair<std::string, std::string>> moves;
        Others others;
        Names at_once;  // sent by then
        Names in_the_end;
        Names reasons;
    };
    const auto row = GENERATE(values<Row>({
        {"at the label's wait: at once",
         60h,
         {{"last", "stories"}},
         Others::stay,
         {"hello", "receipt", "code"},
         {"hello", "receipt", "code"},
         {"new"}},
        {"on the way: when the waits are over",
         1h,
         {{"second", "stories"}},
         Others::stay,
         {"hello"},
         {"hello", "code"},
         {"new"}},
        {"on the way, at the last wait before it",
         30h,
         {{"second", "stories"}},
         Others::stop,
         {"hello"},
         {"hello", "code"},
         {"new"}},
        {"not on the way: others stay",
         1h,
         {{"last", "stories"}},
         Others::stay,
         {"hello"},
         {"hello", "receipt"},
         {"old"}},
        {"others stop",
         1h,
         {{"last", "stories"}},
         Others::stop,
         {"hello"},
         {"hello"},
         {"moved on"}},
        {"others restart",
         1h,
         {},
         Others::restart,
         {"hello", "code"},
         {"hello", "code"},
         {"moved on", "new"}},
    }));
    CAPTURE(row.label);
    World world = at_version_2();
    world.advance(row.before);
    world.publish(new_version(row.moves, row.others));
    world.advance(1s);
    CHECK(sent(world) == row.at_once);
    SECTION("straight on") {}
    SECTION("with a stop in between") {
        model::PartitionCheckpoint stored;
        store(world.checkpoint(0), stored);
        Partition again(model::PartitionId{0}, world.options, world.catalog);
        REQUIRE(again.restore(stored));
        CHECK(again.state_hash() == world.partitions[0].state_hash());
        world.partitions[0] = std::move(again);
    }
    world.advance(24h * 20);
    CHECK(sent(world) == row.in_the_end);
    CHECK(world.reasons("j") == row.reasons);
}

TEST_CASE("trigger fields, locals and goals move by their names", "[core]") {
    World world = at_version_2();
    world.advance(1h);
    Builder b = new_version({{"second", "stories"}}, Others::stay);
    b.program.journeys[0].trigger_fields.insert(b.program.journeys[0].trigger_fields.begin(),
                                                "price");
    for (ir::Expr& expr : b.program.exprs) {
        if (expr.op == ir::Op::trigger_field) expr.a = 1;
    }
    world.publish(b);
    world.advance(24h * 9);
    REQUIRE(world.attempts.size() == 2);
    CHECK(*find(world.attempts[1].data, "code") == Value("tea"));
    const std::vector<std::string> kinds = world.kinds("ada");
    CHECK(std::count(kinds.begin(), kinds.end(), "moved") == 1);
}

TEST_CASE("a message that has begun ends first, and counts as the step it becomes", "[core]") {
    World world;
    world.publish(old_version());
    world.identify("ada", {{"email", "ada@example.com"}, {"phone", "+4915112345678"}});
    SECTION("under way: the new message is not sent on top") {
        world.answering = false;
        world.track("ada", "viewed", {{"sku", "tea"}});
        world.publish(new_version({{"hello", "stories"}}, Others::stay));
        world.advance(1h);
        CHECK(world.attempts.size() == 1);
        world.answering = true;
        world.outcome(world.attempts[0], {});
        CHECK(world.journey("j").waiting == std::map<std::string, std::uint64_t>{{"pause", 1}});
    }
    SECTION("not begun: it is withdrawn for the new one") {
        world.claiming = false;
        world.track("ada", "viewed", {{"sku", "tea"}});
        world.publish(new_version({{"hello", "stories"}}, Others::stay));
        world.claiming = true;
        world.advance(1s);
        world.claim_waiting();
        world.apply(world.command("ada", model::Identify{}));
        CHECK(sent(world) == Names{"code"});
        CHECK(world.journey("j").skipped_by.at("moved_on") == 1);
        CHECK(world.journey("j").waiting == std::map<std::string, std::uint64_t>{{"pause", 1}});
    }
    SECTION("not begun, but the step keeps its name, and so the message its key") {
        world.claiming = false;
        world.track("ada", "viewed", {{"sku", "tea"}});
        Builder next = new_version({{"hello", "stories"}}, Others::stay);
        label(next.program.journeys[0], 0, "hello");
        world.publish(next);
        world.claiming = true;
        world.advance(1s);
        world.claim_waiting();
        world.apply(world.command("ada", model::Identify{}));
        CHECK(sent(world) == Names{"hello"});
        CHECK(world.journey("j").waiting == std::map<std::string, std::uint64_t>{{"pause", 1}});
    }
    SECTION("under way, and others stop") {
        world.answering = false;
        world.track("ada", "viewed", {{"sku", "tea"}});
        world.publish(new_version({}, Others::stop));
        world.advance(1h);
        CHECK(world.journey("j").ended == 0);
        world.outcome(world.attempts[0], {});
        CHECK(world.reasons("j") == Names{"moved on"});
    }
}

TEST_CASE("a paused journey moves when it resumes", "[core]") {
    World world = at_version_2();
    world.advance(60h);
    world.pause("j");
    world.publish(new_version({{"last", "stories"}}, Others::stay));
    world.advance(24h);
    CHECK(sent(world) == Names{"hello", "receipt"});
    world.pause("j", false);
    world.advance(1s);
    CHECK(sent(world) == Names{"hello", "receipt", "code"});
}

TEST_CASE("who leaves a wait by another way does not move", "[core]") {
    Builder b = old_version();
    ir::Journey& j = b.program.journeys[0];
    std::get<ir::Await>(j.states[1].act).arms.push_back({b.on("bought"), ir::kNone, 4});
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "ada@example.com"}, {"phone", "+4915112345678"}});
    world.track("ada", "viewed", {{"sku", "tea"}});
    world.publish(new_version({{"second", "stories"}}, Others::stay));
    world.track("ada", "bought", {{"order_id", "o"}});
    world.advance(24h * 20);
    CHECK(sent(world) == Names{"hello"});
    CHECK(world.reasons("j") == Names{"old"});
}

TEST_CASE("who is queued begins in the new version", "[core]") {
    Builder b = old_version();
    b.program.journeys[0].overlap = ir::Overlap::queue;
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "ada@example.com"}, {"phone", "+4915112345678"}});
    world.track("ada", "viewed", {{"sku", "tea"}});
    world.track("ada", "viewed", {{"sku", "milk"}});
    Builder next = new_version({}, Others::stay);
    next.program.journeys[0].overlap = ir::Overlap::queue;
    world.publish(next);
    world.advance(24h * 8);
    CHECK(sent(world) == Names{"hello", "receipt", "code"});
    CHECK(*find(world.last().data, "code") == Value("milk"));
}

TEST_CASE("who moves into a version whose exit holds already leaves before its next message",
          "[core]") {
    World world = at_version_2();
    REQUIRE(world.attempts.size() == 1);
    Builder b = new_version({{"wait_1", "stories"}}, Others::stay);
    b.program.journeys[0].exits.push_back({"has an address", {}, b.reachable("email")});
    world.publish(b);
    CHECK(world.attempts.size() == 1);
    CHECK(world.reasons("j") == std::vector<std::string>{"has an address"});
}
