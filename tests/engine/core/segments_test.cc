#include "tests/engine/core/kit/triggers.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

/// "joined" is entered on joining, "went" on leaving, "inside" by `viewed` and left on leaving.
void watch(Builder& b, Index segment) {
    keep_waiting(b, entered_by(b, "joined", ir::OnSegment{segment, true}));
    keep_waiting(b, entered_by(b, "went", ir::OnSegment{segment, false}));
    ir::Journey j = b.journey("inside", "viewed");
    ir::Exit exit;
    exit.reason = "left the club";
    exit.segment = segment;
    j.exits.push_back(exit);
    keep_waiting(b, std::move(j));
}

Builder gold_club() {
    Builder b;
    watch(b, add_segment(b, "gold", is_gold(b)));
    return b;
}

Index compared(Builder& b, ir::Op op, Index left, Value right) {
    return b.op(op, {left, b.constant(std::move(right))});
}

}  // namespace

TEST_CASE("nobody joins by a publication; who comes later starts outside", "[core]") {
    World world;
    Builder before;
    before.keep(before.journey("nothing", "bought"));
    Builder::end(before.program.journeys[0]);
    world.publish(before);
    world.identify("ada", {{"tier", "gold"}});
    world.publish(gold_club());
    CHECK(world.journey("joined").entered == 0);
    world.identify("ada", {{"first_name", "Ada"}});
    CHECK(world.journey("joined").entered == 0);
    world.identify("bob", {{"tier", "gold"}});  // a signup that makes a member
    CHECK(world.journey("joined").entered == 1);
    world.identify("ada", {{"tier", "silver"}});
    CHECK(world.journey("went").entered == 1);
    restart(world);
    world.identify("ada", {{"tier", "gold"}});
    CHECK(world.journey("joined").entered == 2);
    // The same segment in the next version: nothing changes for anybody.
    Builder next = gold_club();
    for (ir::Journey& journey : next.program.journeys)
        journey.version = 2;
    world.publish(next);
    world.identify("bob", {{"first_name", "Bob"}});
    CHECK(world.journey("joined").entered == 2);
    CHECK(world.journey("went").entered == 1);
}

TEST_CASE("an exit by a segment is by leaving it, not by being outside", "[core]") {
    World world;
    world.publish(gold_club());
    world.track("ada", "viewed");  // never a member
    CHECK(world.journey("inside").entered == 1);
    CHECK(world.journey("inside").ended == 0);
    world.identify("ada", {{"tier", "gold"}});
    CHECK(world.journey("inside").ended == 0);
    world.identify("ada", {{"tier", "silver"}});
    CHECK(world.reasons("inside") == std::vector<std::string>{"left the club"});
}

TEST_CASE("whatever changes membership makes an edge", "[core]") {
    struct Row {
        const char* label;
        Index (*expr)(Builder&);
        void (*in)(World&);
        void (*out)(World&);
    };
    const std::vector<Row> rows = {
        {"an event and the clock", [](Builder& b) { return b.did("bought", within(days(2))); },
         [](World& w) {
             w.track("ada", "bought", {{"order_id", "1"}});
         },
         [](World& w) { w.advance(72h); }},
        {"consent", [](Builder& b) { return b.consented("news"); },
         [](World& w) { w.consent("ada", "news", true); },
         [](World& w) { w.consent("ada", "news", false); }},
        {"suppression", [](Builder& b) { return b.op(ir::Op::logical_not, {b.reachable("hook")}); },
         [](World& w) { w.suppress("ada", "hook"); },
         [](World& w) { w.suppress("ada", "hook", false); }},
        {"an alias", is_gold,
         [](World& w) {
             w.identify("device", {{"tier", "gold"}});
             CHECK(w.journey("joined").entered == 1);
             w.alias("device", "ada");  // was inside already: no second time
         },
         [](World& w) {
             w.identify("ada", {{"tier", "none"}});
         }},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        Builder b;
        watch(b, add_segment(b, "club", row.expr(b)));
        World world;
        world.publish(b);
        world.identify("ada", {{"first_name", "Ada"}});
        CHECK(world.journey("joined").entered == 0);
        row.in(world);
        CHECK(world.journey("joined").entered == 1);
        CHECK(world.journey("went").entered == 0);
        restart(world);
        row.out(world);
        CHECK(world.journey("joined").entered == 1);
        CHECK(world.journey("went").entered == 1);
    }
}

TEST_CASE("the clock moves people at the first moment it can", "[core]") {
    using enum ir::Op;
    struct Row {
        const char* label;
        Index (*expr)(Builder&);
        Micros flips;  // after the purchase at 2026-03-02T09:00Z, 10:00 in the workspace's Berlin
        bool joins;
    };
    const auto last_bought = [](Builder& b) {
        return b.aggregate(
            {ir::AggregateFn::last, b.event("bought"), ir::kNone, ir::kNone, {}, 0, 0});
    };
    static const auto last = last_bought;
    const std::vector<Row> rows = {
        {"the last purchase is 90 days old",
         [](Builder& b) {
             return compared(b, greater_equal, b.op(time_since, {last(b)}),
                             Value(CalendarDuration{0, 0, 90 * 86'400}));
         },
         std::chrono::hours(90 * 24), true},
        {"a band by recency",
         [](Builder& b) {
             const Index since = b.op(time_since, {last(b)});
             const Index young =
                 compared(b, less, since, Value(CalendarDuration{0, 0, 30 * 86'400}));
             const Index old = compared(b, less, since, Value(CalendarDuration{0, 0, 60 * 86'400}));
             const Index band =
                 b.op(select, {young, b.constant(3), old, b.constant(2), b.constant(1)});
             return compared(b, less_equal, band, 2);
         },
         std::chrono::hours(30 * 24), true},
        {"no purchase within two days of the calendar",
         [](Builder& b) { return b.op(logical_not, {b.did("bought", within(days(2)))}); },
         48h + 1us, true},
        {"a moment comes",
         [](Builder& b) {
             return compared(b, greater, b.op(now, {}),
                             parse_instant("2026-03-05T12:34:56Z").value());
         },
         75h + 34min + 56s + 1us, true},
        {"a day begins where the workspace is",
         [](Builder& b) {
             return compared(b, equal, b.op(weekday, {b.op(now, {})}), 4);  // Thursday the 5th
         },
         62h, true},
        {"an hour strikes",
         [](Builder& b) { return compared(b, greater_equal, b.op(hour, {b.op(now, {})}), 15); }, 5h,
         true},
        {"days are counted",
         [](Builder& b) {
             const Index from = b.constant(parse_instant("2026-03-02T09:00:00Z").value());
             return compared(b, equal, b.op(days_between, {from, b.op(now, {})}), 3);
         },
         62h, true},
        {"between two moments",
         [](Builder& b) {
             return b.op(between,
                         {b.op(now, {}), b.constant(parse_instant("2026-03-03T00:00:00Z").value()),
                          b.constant(parse_instant("2026-03-04T00:00:00Z").value())});
         },
         15h, true},
        {"an and waits for its last part",
         [](Builder& b) {
             return b.op(logical_and, {compared(b, greater, b.op(time_since, {last(b)}),
                                                Value(CalendarDuration{0, 0, 3600})),
                                       compared(b, greater, b.op(time_since, {last(b)}),
                                                Value(CalendarDuration{0, 0, 7200}))});
         },
         2h + 1us, true},
    };
    for (const Row& row : rows) {
        for (const bool restarts : {false, true}) {
            CAPTURE(row.label, restarts);
            Builder b;
            watch(b, add_segment(b, "club", row.expr(b)));
            World world;
            world.track("ada", "nothing");
            world.publish(b);
            const Instant start = world.now;
            world.track("ada", "bought", {{"order_id", "1"}});
            const std::uint64_t before = world.journey("joined").entered;
            world.advance_to(start + row.flips - 1us);
            CHECK(world.journey("joined").entered == before);
            if (restarts) restart(world);
            world.advance_to(start + row.flips);
            CHECK(world.journey("joined").entered == before + 1);
        }
    }
}

TEST_CASE("a window is left when enough of its events are too old", "[core]") {
    Builder b;
    watch(b, add_segment(
                 b, "busy",
                 compared(b, ir::Op::greater_equal, b.count_of("viewed", within(hours(24))), 2)));
    World world;
    world.publish(b);
    const Instant start = world.now;
    for (const int hour : {0, 1, 2, 10}) {
        world.advance_to(start + std::chrono::hours(hour));
        world.track("ada", "viewed");
    }
    CHECK(world.journey("joined").entered == 1);
    world.advance_to(start + 26h);  // the one of 2 is just inside
    CHECK(world.journey("went").entered == 0);
    world.advance_to(start + 26h + 1us);
    CHECK(world.journey("went").entered == 1);
    CHECK(world.reasons("inside") == std::vector<std::string>{"left the club"});
}

TEST_CASE("a level of a wait is met by the clock", "[core]") {
    for (const bool restarts : {false, true}) {
        Builder b;
        ir::Journey j = b.journey("j", "viewed");
        ir::WaitArm quiet;
        const Index since =
            b.op(ir::Op::time_since,
                 {b.aggregate(
                     {ir::AggregateFn::last, b.event("viewed"), ir::kNone, ir::kNone, {}, 0, 0})});
        quiet.condition =
            compared(b, ir::Op::greater, since, Value(CalendarDuration{0, 0, 2 * 86'400}));
        quiet.target = 2;
        b.wait(j, days(5), {quiet});
        Builder::end(j, "timeout");
        Builder::end(j, "quiet");
        b.keep(std::move(j));
        World world;
        world.publish(b);
        world.track("ada", "viewed");
        world.advance(24h);
        world.track("ada", "viewed");
        if (restarts) restart(world);
        world.advance(48h);
        CHECK(world.journey("j").ended == 0);
        world.advance(1s);
        CHECK(world.reasons("j") == std::vector<std::string>{"quiet"});
    }
}

TEST_CASE("a late event moves nobody into a journey", "[core]") {
    Builder b;
    watch(b, add_segment(b, "buyers", b.did("bought")));
    World world;
    world.publish(b);
    world.track_at("ada", "bought", world.now - 1h, {{"order_id", "1"}});
    CHECK(world.journey("joined").entered == 0);
    world.track("ada", "bought", {{"order_id", "2"}});
    CHECK(world.journey("joined").entered == 0);  // inside since the first
}
TEST_CASE("who has an address that was imported as suppressed is looked at within minutes",
          "[core][segments]") {
    const auto list = std::make_shared<AddressList>("pepper");
    Builder b;
    watch(b, add_segment(b, "club", b.reachable("email")));
    World world;
    world.options.addresses = list;
    world.partitions.clear();
    world.partitions.emplace_back(model::PartitionId{0}, world.options, world.catalog);
    world.publish(b);
    for (const char* who : {"ada", "bob"})
        world.identify(who, {{"email", std::string(who) + "@example.com"}});
    CHECK(world.journey("joined").entered == 2);
    const auto import = [&](const std::string& address, bool suppressed) {
        model::SuppressAddresses change;
        change.suppressed = suppressed;
        change.source = "list.csv";
        change.items.push_back(
            {"email", list->key_of("email", ir::ChannelKind::email, address), "asked", world.now});
        list->apply(change, world.now, ++world.position);
        world.partitions[0].addresses_changed(world.position, world.now);
        const std::uint64_t before = world.partitions[0].state_hash();
        world.partitions[0].addresses_changed(world.position, world.now);  // a replay
        CHECK(world.partitions[0].state_hash() == before);
    };
    import("ADA@example.com", true);
    import("cid@example.com", true);
    world.identify("cid", {{"email", "cid@example.com"}});
    CHECK(world.journey("joined").entered == 2);
    world.advance(4min);
    CHECK(world.journey("went").entered == 0);
    restart(world);
    world.advance(2min);
    CHECK(world.journey("went").entered == 1);
    CHECK(world.journey("joined").entered == 2);
    world.advance(1h);  // one look, and no more
    CHECK(world.journey("went").entered == 1);
    import("cid@example.com", false);
    world.advance(6min);
    CHECK(world.journey("joined").entered == 3);
}

TEST_CASE("a program that asks nobody whether she can be reached looks at nobody", "[core]") {
    Builder b;
    watch(b, add_segment(b, "club", b.did("bought", within(days(2)))));
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "ada@example.com"}});
    const Instant due = world.partitions[0].next_due();
    world.partitions[0].addresses_changed(++world.position, world.now);
    CHECK(world.partitions[0].next_due() == due);
}
