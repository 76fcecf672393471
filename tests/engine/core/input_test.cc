#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

Builder shop() {
    Builder b;
    ir::Journey j = b.journey("j", "bought");
    j.overlap = ir::Overlap::parallel;
    b.wait(j, hours(1));
    b.end(j);
    b.keep(std::move(j));
    return b;
}

World open_shop() {
    World world;
    world.publish(shop());
    return world;
}

}  // namespace

TEST_CASE("a message id counts once for a person, and a person's id is not another's", "[core]") {
    World world = open_shop();
    world.track("ada", "bought", {{"order_id", "1"}}, "m1");
    world.track("ada", "bought", {{"order_id", "1"}}, "m1");
    world.track("bob", "bought", {{"order_id", "1"}}, "m1");
    world.advance(29 * 24h);
    world.track("ada", "bought", {{"order_id", "1"}}, "m1");
    CHECK(world.counts().duplicates == 2);
    CHECK(world.counts().events == 2);
}

TEST_CASE("message ids are forgotten only after thirty days, however many there are", "[core]") {
    World world = open_shop();
    for (int i = 0; i < 500; ++i) {
        world.track("ada", "viewed", {}, "m" + std::to_string(i));
        world.advance(1h);
    }
    for (int i = 0; i < 500; ++i)
        world.track("ada", "viewed", {}, "m" + std::to_string(i));
    CHECK(world.counts().duplicates == 500);
}

TEST_CASE("events nobody declared and events nobody may fake are kept aside with the reason",
          "[core]") {
    World world = open_shop();
    world.track("ada", "danced", {{"style", "tango"}, {"steps", 3}});
    world.track("ada", "delivered");
    world.track("ada", "Email Delivered");
    const auto rows = world.checkpoint("ada").quarantine;
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].event == "danced");
    CHECK(rows[0].json == R"({"style":"tango","steps":3})");
    CHECK(rows[0].reason.find("declare it") != std::string::npos);
    CHECK(rows[1].reason.find("provider") != std::string::npos);
    CHECK(world.counts().unknown_events == 3);
    CHECK(world.counts().events == 0);
}

TEST_CASE("everything before the first program is kept aside", "[core]") {
    World world;
    world.track("ada", "bought");
    world.identify("ada", {{"tier", "gold"}});
    CHECK(world.checkpoint("ada").quarantine.size() == 1);
    world.publish(shop());
    CHECK(world.of("ada").profile_json(model::person_id_of("user:ada")) ==
          R"({"attributes":{"tier":"gold"}})");
}

TEST_CASE("names are met in any common spelling; wrong types and missing required ones are counted",
          "[core]") {
    World world = open_shop();
    world.track("ada", "Bought", {{"orderId", "7"}, {"total", "EUR 19.90"}});
    world.track("ada", "bought", {{"order_id", List{}}, {"total", "many"}});
    CHECK(world.counts().events == 2);
    CHECK(world.counts().bad_properties == 3);  // a list, a word for money, and no order id
    const auto items = world.of("ada").timeline(model::person_id_of("user:ada"));
    const auto first = std::find_if(items.begin(), items.end(),
                                    [](const TimelineItem& item) { return item.kind == "event"; });
    REQUIRE(first != items.end());
    CHECK(to_json(Value(first->fields)) ==
          R"({"order_id":"7","total":{"currency":"EUR","amount":"19.90"}})");
}

TEST_CASE(
    "traits become attributes by any spelling, wrong ones are counted, unknown ones wait for a "
    "program",
    "[core]") {
    World world = open_shop();
    world.identify("ada",
                   {{"firstName", "Ada"}, {"age", "old"}, {"shoeSize", 38}, {"tier", "gold"}});
    world.identify("ada", {{"tier", Value()}});
    CHECK(world.counts().bad_properties == 1);
    const std::string text = world.of("ada").profile_json(model::person_id_of("user:ada"));
    CHECK(text == R"({"attributes":{"first_name":"Ada"},"undeclared":{"shoeSize":38}})");
    Builder next = shop();
    ir::Field size;
    size.name = "shoe_size";
    size.type.kind = ir::TypeKind::integer;
    next.program.profile.push_back(size);
    world.publish(next);
    CHECK(world.of("ada").profile_json(model::person_id_of("user:ada")) ==
          R"({"attributes":{"first_name":"Ada","shoe_size":38}})");
}

TEST_CASE("hostile names and huge lists do no harm", "[core]") {
    World world = open_shop();
    const std::string odd("a\0b\xff", 4);
    world.track("ada", odd, {{odd, odd}});
    world.identify("ada", {{odd, odd}});
    Record many;
    for (int i = 0; i < 5000; ++i)
        many.push_back({"t" + std::to_string(i), i});
    world.identify("ada", many);
    world.consent("ada", "no such consent");
    world.suppress("ada", "smoke signals");
    world.alias("ada", "");
    CHECK(world.checkpoint("ada").quarantine.size() == 3);
}

TEST_CASE("time does not run backwards for a partition", "[core]") {
    World world = open_shop();
    world.track("ada", "bought", {{"order_id", "1"}});
    const Instant start = world.now;
    world.now -= 5h;
    world.track("bob", "bought", {{"order_id", "1"}});
    CHECK(world.of("bob").next_due() == start + 1h);
}

TEST_CASE("an event from the future counts as now", "[core]") {
    World world = open_shop();
    world.track_at("ada", "bought", world.now + 100h, {{"order_id", "1"}});
    CHECK(world.of("ada").next_due() == world.now + 1h);
}

TEST_CASE("what was applied is not applied again", "[core]") {
    World world = open_shop();
    world.track("ada", "bought", {{"order_id", "1"}});
    const std::uint64_t hash = world.of("ada").state_hash();
    Effects effects;
    for (const Applied& one : world.log) {
        if (one.catalog == nullptr) world.of("ada").apply(one.command, one.position, effects);
    }
    CHECK(world.of("ada").state_hash() == hash);
}

TEST_CASE("aggregates over history", "[core]") {
    using enum ir::AggregateFn;
    struct Row {
        const char* label;
        ir::AggregateFn fn;
        bool field;
        ir::Window window;
        Value answer;
    };
    const auto eur = [](std::int64_t minor) { return Value(Money{minor, {{'E', 'U', 'R'}}}); };
    ir::Window ever;
    ir::Window two_days;
    two_days.kind = ir::WindowKind::within;
    two_days.within = days(2);
    // Orders of EUR 10, 30, 30 at 4, 2 and 1 days before the question.
    const std::vector<Row> rows = {
        {"did", did, false, ever, true},
        {"count", count, false, ever, 3},
        {"count within, both ends in", count, false, two_days, 2},
        {"sum", sum, true, ever, eur(7000)},
        {"sum within", sum, true, two_days, eur(6000)},
        {"avg, rounded", avg, true, ever, eur(2333)},
        {"min", ir::AggregateFn::min, true, ever, eur(1000)},
        {"max", ir::AggregateFn::max, true, ever, eur(3000)},
        {"count distinct", count_distinct, true, ever, 2},
        {"distinct", distinct, true, ever, List{eur(1000), eur(3000)}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        Builder b;
        ir::Journey j = b.journey("j", "viewed");
        const Index field = row.field ? 1 : ir::kNone;
        const Index asked =
            b.aggregate({row.fn, b.event("bought"), field, ir::kNone, row.window, 0, 0});
        b.send(j, "ping", {{"answer", asked}});
        b.end(j);
        b.keep(std::move(j));
        World world;
        world.publish(b);
        world.track("ada", "bought", {{"order_id", "1"}, {"total", "EUR 10"}});
        world.advance(48h);
        world.track("ada", "bought", {{"order_id", "2"}, {"total", "EUR 30"}});
        world.advance(24h);
        world.track("ada", "bought", {{"order_id", "3"}, {"total", "EUR 30"}});
        world.advance(24h);
        world.track("ada", "viewed");
        const Value* answer = find(world.last().data, "answer");
        REQUIRE(answer != nullptr);
        CHECK(to_json(*answer) == to_json(row.answer));
    }
}

TEST_CASE("history since the entry, before a date, between two, and the last event's property",
          "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.wait(j, days(1));
    ir::Window since{ir::WindowKind::since, {}, b.op(ir::Op::entry_time, {}), ir::kNone};
    ir::Window before{ir::WindowKind::before, {}, b.op(ir::Op::entry_time, {}), ir::kNone};
    ir::Window between{ir::WindowKind::between,
                       {},
                       b.constant(Value(parse_date("2026-03-02").value())),
                       b.constant(Value(parse_date("2026-03-03").value()))};
    const Index last =
        b.aggregate({ir::AggregateFn::last, b.event("bought"), ir::kNone, ir::kNone, {}, 0, 0});
    const Index order = b.op(ir::Op::record_field, {last}, 0, b.event("bought"));
    const Index filter = b.op(ir::Op::equal, {b.row("bought", "order_id"), b.constant("0")});
    const Index zeros =
        b.aggregate({ir::AggregateFn::count, b.event("bought"), ir::kNone, filter, {}, 0, 0});
    b.send(j, "ping",
           {{"since", b.count_of("bought", since)},
            {"before", b.count_of("bought", before)},
            {"between", b.count_of("bought", between)},
            {"last", order},
            {"zeros", zeros}});
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.track("ada", "bought", {{"order_id", "0"}});
    world.advance(1h);
    world.track("ada", "viewed");
    world.advance(1h);
    world.track("ada", "bought", {{"order_id", "1"}});
    world.advance(20h);
    world.track("ada", "bought", {{"order_id", "2"}});
    world.advance(5h);
    const Record& data = world.last().data;
    CHECK(*find(data, "since") == Value(2));
    CHECK(*find(data, "before") == Value(1));
    CHECK(*find(data, "between") == Value(2));
    CHECK(*find(data, "last") == Value("2"));
    CHECK(*find(data, "zeros") == Value(1));
}

TEST_CASE("a trait that came while undeclared is seen by who waits for it once it is declared",
          "[core]") {
    const auto with_tier = [](bool declared) {
        Builder b;
        ir::Journey j = b.journey("j", "viewed");
        const Index gold = b.op(ir::Op::equal, {b.user("tier"), b.constant(Value("gold"))});
        b.wait(j, hours(5), {{{}, declared ? gold : ir::kNone, 2}});
        b.end(j, "timeout");
        b.end(j, "gold");
        if (declared) b.keep(std::move(j));
        if (!declared) b.program.profile[b.field("tier")].name = "level";
        return b;
    };
    World world;
    world.publish(with_tier(true));
    world.track("ada", "viewed");
    world.publish(with_tier(false));
    world.identify("ada", {{"tier", "gold"}});
    CHECK(world.journey("j").ended == 0);
    world.publish(with_tier(true));
    CHECK(world.reasons("j") == std::vector<std::string>{"gold"});
}
