// What finds the few segments that an event is about, against asking all of them.
#include "engine/base/base.h"
#include "tests/engine/core/kit/triggers.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

struct Asks {
    std::string name;
    std::string event;
    ir::Window window;
    ir::Op op;
    std::int64_t number;
    bool negated;
};

/// Thresholds of many sizes on the same and on different counts, more than are aimed one by one.
std::vector<Asks> many_questions() {
    std::vector<Asks> all;
    for (const char* event : {"viewed", "bought"}) {
        for (const ir::Window& window : {within(hours(30)), within(days(3)), ir::Window{}}) {
            for (const std::int64_t number : {1, 2, 4, 7}) {
                const std::string name = "q" + std::to_string(all.size());
                const ir::Op op = number == 1   ? ir::Op::greater
                                  : number == 4 ? ir::Op::less
                                                : ir::Op::greater_equal;
                all.push_back({name, event, window, op, number, number == 7});
            }
        }
    }
    return all;
}

bool is_met(const Asks& asks, const std::vector<Instant>& times, Instant now) {
    const Instant from =
        asks.window.kind == ir::WindowKind::ever
            ? Instant::min()
            : calendar::subtract(now, asks.window.within, *calendar::find_zone("Europe/Berlin"));
    const auto count = std::count_if(times.begin(), times.end(),
                                     [&](Instant at) { return at >= from && at <= now; });
    const bool met = asks.op == ir::Op::greater ? count > asks.number
                     : asks.op == ir::Op::less  ? count < asks.number
                                                : count >= asks.number;
    return met != asks.negated;
}

}  // namespace

TEST_CASE("many segments over the same counts are joined and left as if each were asked alone",
          "[core]") {
    const std::vector<Asks> questions = many_questions();
    Builder b;
    for (const Asks& asks : questions) {
        Index expr = b.op(asks.op, {b.count_of(asks.event, asks.window), b.constant(asks.number)});
        if (asks.negated) expr = b.op(ir::Op::logical_not, {expr});
        const Index segment = add_segment(b, asks.name, expr);
        for (const bool joining : {true, false}) {
            ir::Journey j = entered_by(b, asks.name + (joining ? "_in" : "_out"),
                                       ir::OnSegment{segment, joining});
            j.reentry = ir::Reentry::always;
            Builder::end(j);
            b.keep(std::move(j));
        }
    }
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        Rng rng(seed);
        World world;
        world.publish(b);
        world.identify("ada", {{"tier", "gold"}});
        // By name: whether inside, and how often joined and left.
        struct Seen {
            bool inside = false;
            std::uint64_t joined = 0;
            std::uint64_t left = 0;
        };
        std::map<std::string, Seen> expected;
        std::map<std::string, std::vector<Instant>> times;
        const auto look = [&](Instant now, const std::string& event) {
            for (const Asks& asks : questions) {
                if (!event.empty() && asks.event != event) continue;
                Seen& seen = expected[asks.name];
                const bool inside = is_met(asks, times[asks.event], now);
                if (inside == seen.inside) continue;
                ++(inside ? seen.joined : seen.left);
                seen.inside = inside;
            }
        };
        look(world.now, "");
        for (int i = 0; i < 60; ++i) {
            const Instant before = world.now;
            world.advance(std::chrono::minutes(rng.below(60 * 12)));
            // Whatever turned by the clock since, in order.
            std::vector<Instant> turns;
            for (const Asks& asks : questions) {
                for (const Instant at : times[asks.event]) {
                    if (asks.window.kind == ir::WindowKind::ever) continue;
                    const Instant last = calendar::add(at, asks.window.within,
                                                       *calendar::find_zone("Europe/Berlin"));
                    if (last + Micros(1) > before && last + Micros(1) <= world.now)
                        turns.push_back(last + Micros(1));
                }
            }
            std::sort(turns.begin(), turns.end());
            for (const Instant at : turns)
                look(at, "");
            if (rng.chance(0.1)) restart(world);
            if (rng.chance(0.1)) world.identify("ada", {{"first_name", std::to_string(i)}});
            const std::string event = rng.chance(0.6) ? "viewed" : "bought";
            world.track("ada", event, event == "bought" ? Record{{"order_id", "1"}} : Record{});
            times[event].push_back(world.now);
            look(world.now, event);
            for (const Asks& asks : questions) {
                CAPTURE(i, asks.name);
                REQUIRE(world.journey(asks.name + "_in").entered == expected[asks.name].joined);
                REQUIRE(world.journey(asks.name + "_out").entered == expected[asks.name].left);
            }
        }
    }
}
