#include "tests/engine/core/kit/triggers.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

struct Asked {
    ir::AggregateFn fn = ir::AggregateFn::count;
    const char* field = "";
    ir::Window window{};
    Value threshold = Value(3);
    const char* per = "";
};

Builder reaching(const Asked& asked) {
    Builder b;
    const auto& fields = b.program.events[b.event("viewed")].fields;
    const auto field = [&](const std::string& name) {
        return name.empty() ? ir::kNone : ir::find_named(fields, name);
    };
    b.program.aggregates.push_back(
        {asked.fn, b.event("viewed"), field(asked.field), ir::kNone, asked.window, 0, 0});
    ir::OnReach trigger;
    trigger.aggregate = static_cast<Index>(b.program.aggregates.size() - 1);
    trigger.threshold = b.constant(asked.threshold);
    trigger.per = field(asked.per);
    ir::Journey j = entered_by(b, "reached", trigger);
    j.overlap = ir::Overlap::parallel;
    keep_waiting(b, std::move(j));
    return b;
}

}  // namespace

TEST_CASE("the event that takes a number to its threshold enters", "[core]") {
    struct Row {
        const char* label;
        Asked asked;
        std::vector<std::pair<int, const char*>> events;  // hours, sku; price is the hour
        std::uint64_t entered;
    };
    using enum ir::AggregateFn;
    const std::vector<Row> rows = {
        {"too few", {}, {{0, "a"}, {1, "a"}}, 0},
        {"the third", {}, {{0, "a"}, {1, "a"}, {2, "a"}}, 1},
        {"the fourth is not a new crossing", {}, {{0, "a"}, {1, "a"}, {2, "a"}, {3, "a"}}, 1},
        {"what left the window counts no more",
         {count, "", within(hours(10)), Value(3), ""},
         {{0, "a"}, {1, "a"}, {11, "a"}, {12, "a"}, {13, "a"}},
         1},
        {"a second crossing after the window emptied",
         {count, "", within(hours(10)), Value(2), ""},
         {{0, "a"}, {1, "a"}, {20, "a"}, {21, "a"}},
         2},
        {"distinct values", {count_distinct, "sku"}, {{0, "a"}, {1, "a"}, {2, "b"}, {3, "c"}}, 1},
        {"a sum", {sum, "price", {}, Value(10.0), ""}, {{4, "a"}, {5, "a"}, {6, "a"}, {7, "a"}}, 1},
        {"for each value by itself",
         {count, "", {}, Value(2), "sku"},
         {{0, "a"}, {1, "b"}, {2, "a"}, {3, "b"}, {4, "c"}},
         2},
        {"of the first event already", {count, "", {}, Value(1), ""}, {{0, "a"}, {1, "a"}}, 1},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        World world;
        world.publish(reaching(row.asked));
        const Instant start = world.now;
        for (const auto& [hour, sku] : row.events) {
            world.advance_to(start + std::chrono::hours(hour));
            world.track("ada", "viewed", {{"sku", sku}, {"price", hour}});
        }
        world.advance(48h);
        CHECK(world.journey("reached").entered == row.entered);
    }
}

TEST_CASE("an event that comes too late counts, but reaches nothing", "[core]") {
    World world;
    world.publish(reaching({}));
    world.track("ada", "viewed", {{"sku", "a"}});
    world.track("ada", "viewed", {{"sku", "a"}});
    world.track_at("ada", "viewed", world.now - 1h, {{"sku", "a"}});
    CHECK(world.journey("reached").entered == 0);
    world.track("ada", "viewed", {{"sku", "a"}});  // it was above before
    CHECK(world.journey("reached").entered == 0);
    // Out of order, but not too late, is as good as in order.
    world.track("bob", "viewed", {{"sku", "a"}});
    world.track("bob", "viewed", {{"sku", "a"}});
    world.track_at("bob", "viewed", world.now - 1min, {{"sku", "a"}});
    CHECK(world.journey("reached").entered == 1);
}
