#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

// viewed → hello, wait 1 day, offer
Builder welcome() {
    Builder b;
    ir::Journey j = b.journey("welcome", "viewed");
    b.send(j, "hello");
    b.wait(j, days(1));
    b.send(j, "receipt");
    b.end(j);
    b.keep(std::move(j));
    return b;
}

}  // namespace

TEST_CASE("an event enters a person, who is sent a message, waits, is sent another and leaves",
          "[core]") {
    World world;
    world.publish(welcome());
    world.identify("ada", {{"email", "ada@example.com"}, {"firstName", "Ada"}});
    world.track("ada", "Viewed", {{"SKU", "a1"}, {"price", 12}});
    REQUIRE(world.attempts.size() == 1);
    CHECK(world.last().message_template == "hello");
    CHECK(find(world.last().data, "name")->as<std::string>() != nullptr);
    CHECK(*find(world.last().data, "name") == Value("friend"));
    CHECK(*find(*find(world.last().data, "user")->as<Record>(), "first_name") == Value("Ada"));
    CHECK(world.journey("welcome").waiting == std::map<std::string, std::uint64_t>{{"step_1", 1}});
    world.advance(23h + 59min);
    CHECK(world.attempts.size() == 1);
    world.advance(1min);
    REQUIRE(world.attempts.size() == 2);
    CHECK(world.last().message_template == "receipt");
    CHECK(world.journey("welcome").ended == 1);
    CHECK(world.journey("welcome").sent == 2);
    CHECK(world.journey("welcome").waiting.empty());
    CHECK(world.counts().sent_by_channel == std::map<std::string, std::uint64_t>{{"email", 2}});
}

TEST_CASE("the waits of a step are calendar waits where the person lives", "[core]") {
    World world;
    world.publish(welcome());
    world.advance_to(parse_instant("2026-03-28T10:00:00Z").value());
    world.identify("eve", {{"email", "e@example.com"}, {"time_zone", "Europe/Berlin"}});
    world.track("eve", "viewed");
    world.advance(22h + 59min);
    CHECK(world.attempts.size() == 1);
    world.advance(1min);  // the night was 23 hours long
    CHECK(world.attempts.size() == 2);
}

TEST_CASE("a wait goes by the clock that its data names, and says so when nobody knows it",
          "[core]") {
    struct Row {
        const char* label;
        const char* place;
        const char* told;  // the zone that was taken instead
        const char* due;
    };
    const auto row = GENERATE(values<Row>({
        {"a zone", "America/New_York", "", "2026-03-02T15:00:00Z"},
        {"no zone that anybody knows", "Mars/Base", "Asia/Tokyo", "2026-03-03T01:00:00Z"},
        {"none at all", "", "Asia/Tokyo", "2026-03-03T01:00:00Z"},
    }));
    const bool whole_journey = GENERATE(false, true);
    CAPTURE(row.label, whole_journey);
    Builder b;
    ir::Journey j = b.journey("arrival", "viewed");
    ir::WaitUntil until;
    until.time_seconds = 10 * 3600;
    (whole_journey ? j.zone_from : until.zone_from) = b.trigger(j, "category");
    Builder::add(j, {ir::Await{until, {}, Builder::next_of(j)}, "ten", 1, "wait until 10:00"});
    b.send(j, "receipt");
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.identify("eve", {{"email", "e@example.com"}, {"time_zone", "Asia/Tokyo"}});
    Record viewed{{"SKU", "a1"}};
    if (*row.place != 0) viewed.push_back({"category", row.place});
    world.track("eve", "viewed", viewed);
    world.advance_to(parse_instant(row.due).value() - 1min);
    CHECK(world.attempts.empty());
    world.advance_to(parse_instant(row.due).value());
    CHECK(world.attempts.size() == 1);
    std::string told;
    for (const TimelineItem& item :
         world.of("eve").timeline(model::person_id_of(external("eve")))) {
        if (item.kind == "zone") told += item.text;
    }
    CHECK(told == (*row.told == 0 ? ""
                                  : "The time zone for step \"ten\" of journey \"arrival\" is "
                                    "missing or not known, so " +
                                        std::string(row.told) + " was taken."));
}

TEST_CASE("a wait is as long as its data says; below zero is over, missing ends the entry",
          "[core]") {
    struct Row {
        const char* label;
        std::optional<CalendarDuration> length;
        int hours;  // until the message; -1: never
    };
    const auto row = GENERATE(values<Row>({
        {"two days", days(2), 48},
        {"nothing", hours(0), 0},
        {"below zero", hours(-5), 0},
        {"missing", std::nullopt, -1},
    }));
    CAPTURE(row.label);
    Builder b;
    ir::Journey j = b.journey("trial", "viewed");
    ir::WaitFor wait;
    wait.length = b.constant(row.length ? Value(*row.length) : Value());
    Builder::add(j, {ir::Await{wait, {}, Builder::next_of(j)}, "long", 1, "wait user.trial"});
    b.send(j, "receipt");
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.identify("eve", {{"email", "e@example.com"}});
    world.track("eve", "viewed");
    if (row.hours > 0) {
        world.advance(std::chrono::hours(row.hours) - 1min);
        CHECK(world.attempts.empty());
        world.advance(1min);
    }
    CHECK(world.attempts.size() == (row.hours < 0 ? 0 : 1));
    CHECK(world.journey("trial").ended == 1);
}

TEST_CASE("re-entry and overlap rules", "[core]") {
    struct Row {
        const char* label;
        ir::Reentry reentry;
        ir::Overlap overlap;
        bool per_sku;
        std::vector<std::pair<int, const char*>> events;  // hours from the start, sku
        std::uint64_t entered;
    };
    using enum ir::Overlap;
    const std::vector<Row> rows = {
        {"never", ir::Reentry::never, ignore, false, {{0, "a"}, {100, "a"}}, 1},
        {"always after the end", ir::Reentry::always, ignore, false, {{0, "a"}, {100, "a"}}, 2},
        {"always, but one is live", ir::Reentry::always, ignore, false, {{0, "a"}, {1, "a"}}, 1},
        {"restart", ir::Reentry::always, restart, false, {{0, "a"}, {1, "a"}}, 2},
        {"parallel", ir::Reentry::always, parallel, false, {{0, "a"}, {1, "a"}, {2, "a"}}, 3},
        {"queue",
         ir::Reentry::always,
         ir::Overlap::queue,
         false,
         {{0, "a"}, {1, "a"}, {60, "x"}},
         3},
        {"after: too early", ir::Reentry::after, ignore, false, {{0, "a"}, {71, "a"}}, 1},
        {"after: in time", ir::Reentry::after, ignore, false, {{0, "a"}, {72, "a"}}, 2},
        {"after, another value",
         ir::Reentry::after,
         parallel,
         true,
         {{0, "a"}, {1, "b"}, {2, "a"}},
         2},
        {"once per value",
         ir::Reentry::once_per,
         parallel,
         true,
         {{0, "a"}, {1, "b"}, {2, "a"}, {900, "b"}},
         2},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        Builder b;
        ir::Journey j = b.journey("j", "viewed");
        j.reentry = row.reentry;
        j.overlap = row.overlap;
        j.reentry_after = days(3);
        if (row.per_sku) j.reentry_per = b.trigger(j, "sku");
        b.wait(j, hours(48));
        b.end(j);
        b.keep(std::move(j));
        World world;
        world.publish(b);
        const Instant start = world.now;
        for (const auto& [hour, sku] : row.events) {
            world.advance_to(start + std::chrono::hours(hour));
            world.track("ada", "viewed", {{"sku", sku}});
        }
        world.advance(200h);
        CHECK(world.journey("j").entered == row.entered);
        CHECK(world.journey("j").ended == row.entered);
    }
}

TEST_CASE("a key separates entries of one person", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    j.key = b.trigger(j, "sku");
    b.wait(j, hours(1));
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.track("ada", "viewed", {{"sku", "a"}});
    world.track("ada", "viewed", {{"sku", "b"}});
    world.track("ada", "viewed", {{"sku", "a"}});
    CHECK(world.journey("j").entered == 2);
}

TEST_CASE("only if and the trigger's condition keep people out", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    std::get<ir::OnEvent>(j.triggers[0]).pattern.filter =
        b.op(ir::Op::equal, {b.row("viewed", "category"), b.constant("shoes")});
    j.admit = b.op(ir::Op::greater_equal, {b.count_of("viewed"), b.constant(3)});
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.track("ada", "viewed", {{"category", "shoes"}});
    world.track("ada", "viewed", {{"category", "hats"}});
    CHECK(world.journey("j").entered == 0);
    world.track("ada", "viewed", {{"category", "hats"}});
    CHECK(world.journey("j").entered == 0);
    world.track("ada", "viewed", {{"category", "shoes"}});
    CHECK(world.journey("j").entered == 1);
}

TEST_CASE("at one event goals come first, then exits, then the waiting step, then triggers",
          "[core]") {
    Builder b;
    ir::Journey j = b.journey("a", "viewed");
    j.goals.push_back({"sold", b.on("bought"), std::nullopt, false});
    j.exits.push_back({"left", b.on("bought"), ir::kNone});
    b.wait(j, hours(1), {{b.on("bought"), ir::kNone, 2}});
    b.end(j, "timeout");
    b.end(j, "arm");
    b.keep(std::move(j));
    ir::Journey k = b.journey("b", "bought");
    b.wait(k, hours(1), {{b.on("bought"), ir::kNone, 1}});
    b.end(k);
    b.keep(std::move(k));
    World world;
    world.publish(b);
    world.track("ada", "viewed");
    world.track("ada", "bought", {{"order_id", "1"}});
    CHECK(world.journey("a").goals == 1);
    CHECK(world.reasons("a") == std::vector<std::string>{"left"});
    // The new entry does not see the event that made it.
    CHECK(world.journey("b").ended == 0);
    world.track("ada", "bought", {{"order_id", "2"}});
    CHECK(world.journey("b").ended == 1);
}

TEST_CASE("a goal with a window counts on after the end, until its window closes", "[core]") {
    const auto [label, hour, goals] = GENERATE(table<const char*, int, std::uint64_t>(
        {{"inside", 40, 1}, {"at the edge", 48, 1}, {"outside", 49, 0}}));
    CAPTURE(label);
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    j.goals.push_back({"sold", b.on("bought"), hours(48), true});
    b.wait(j, hours(1));
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.track("ada", "viewed");
    const Instant start = world.now;
    world.advance_to(start + std::chrono::hours(hour));
    world.track("ada", "bought", {{"order_id", "1"}});
    world.track("ada", "bought", {{"order_id", "2"}});
    CHECK(world.journey("j").goals == goals);
    CHECK(world.journey("j").ended == 1);
    CHECK(world.reasons("j") == std::vector<std::string>{"finished"});
}

TEST_CASE("a late event counts in history and for goals but starts and wakes nothing", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    j.goals.push_back({"sold", b.on("bought"), std::nullopt, false});
    b.wait(j, hours(5), {{b.on("bought"), ir::kNone, 1}});
    b.end(j, "arm");
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.track_at("ada", "viewed", world.now - 11min);
    CHECK(world.journey("j").entered == 0);
    world.track_at("ada", "viewed", world.now - 10min);
    CHECK(world.journey("j").entered == 1);
    world.advance(1h);
    world.track_at("ada", "bought", world.now - 30min, {{"order_id", "1"}});
    CHECK(world.journey("j").goals == 1);
    CHECK(world.journey("j").ended == 0);
}

TEST_CASE("conditions are asked again when the profile, tags, consent or history change",
          "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    j.exits.push_back({"vip", {}, b.op(ir::Op::equal, {b.user("tier"), b.constant("vip")})});
    ir::Await await{ir::WaitFor{hours(9)}, {}, 1};
    await.arms.push_back(
        {{}, b.op(ir::Op::greater_equal, {b.count_of("bought"), b.constant(2)}), 2});
    await.arms.push_back({{}, b.consented("news"), 3});
    b.add(j, {await, "", 0, ""});
    b.end(j, "timeout");
    b.end(j, "bought twice");
    b.end(j, "consented");
    b.keep(std::move(j));
    World world;
    world.publish(b);
    for (const char* who : {"a", "b", "c", "d"})
        world.track(who, "viewed");
    world.identify("a", {{"tier", "vip"}});
    world.consent("b", "news");
    world.track("c", "bought", {{"order_id", "1"}});
    CHECK(world.journey("j").ended == 2);
    world.track("c", "bought", {{"order_id", "2"}});
    world.advance(9h);
    CHECK(world.reasons("j") ==
          std::vector<std::string>{"bought twice", "consented", "timeout", "vip"});
}

TEST_CASE("an exit's condition that holds already lets no message out", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    j.exits.push_back({"vip", {}, b.op(ir::Op::equal, {b.user("tier"), b.constant("vip")})});
    b.send(j, "hello");
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "a@example.com"}, {"tier", "vip"}});
    world.identify("bob", {{"email", "b@example.com"}, {"tier", "new"}});
    world.track("ada", "viewed");
    CHECK(world.attempts.empty());
    CHECK(world.reasons("j") == std::vector<std::string>{"vip"});
    world.track("bob", "viewed");
    CHECK(world.attempts.size() == 1);
}

TEST_CASE("a `when` arm that holds already is taken at once", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.wait(j, hours(1), {{{}, b.reachable("email"), 2}});
    b.end(j, "timeout");
    b.end(j, "reachable");
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "a@example.com"}});
    world.track("ada", "viewed");
    CHECK(world.reasons("j") == std::vector<std::string>{"reachable"});
}

TEST_CASE("set, let, tag and test", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.local(j, "price");
    b.add(j, {ir::SetLocal{0, b.trigger(j, "price"), 1}, "", 0, ""});
    b.add(j, {ir::Tag{true, {"shopper", "active"}, 2}, "", 0, ""});
    b.add(j, {ir::SetField{b.field("tier"), b.constant("gold"), 3}, "", 0, ""});
    const Index dear = b.op(ir::Op::greater, {b.local(j, "price"), b.constant(100.0)});
    b.add(j,
          {ir::Test{b.op(ir::Op::logical_and, {dear, b.op(ir::Op::tagged, {b.constant("active")})}),
                    4, 5},
           "", 0, ""});
    b.end(j, "dear");
    b.end(j, "cheap");
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.track("ada", "viewed", {{"price", 200}});
    world.track("bob", "viewed", {{"price", 20.5}});
    world.track("cat", "viewed");
    CHECK(world.journey("j").ended_by ==
          std::map<std::string, std::uint64_t>{{"cheap", 2}, {"dear", 1}});
    CHECK(world.of("ada").profile_json(model::person_id_of("user:ada")) ==
          R"({"attributes":{"tier":"gold"},"tags":["active","shopper"]})");
}

TEST_CASE("an experiment draws the same arm for a person every time, and nearly as weighted",
          "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.add(j, {ir::Pick{"test", 0.1, 2, 1, ir::kNone, {{"a", 0.75, 1}, {"b", 0.25, 3}}}, "", 0, ""});
    b.end(j, "a");
    b.end(j, "holdout");
    b.end(j, "b");
    b.keep(std::move(j));
    World world;
    world.publish(b);
    for (int i = 0; i < 2000; ++i)
        world.track("p" + std::to_string(i), "viewed");
    const JourneyCounts counts = world.journey("j");
    CHECK(counts.arms.at("test/holdout") == Approx(200).margin(60));
    CHECK(counts.arms.at("test/a") == Approx(1350).margin(120));
    CHECK(counts.arms.at("test/b") == Approx(450).margin(100));
    CHECK(counts.arms.at("test/a") == counts.ended_by.at("a"));
    World again;
    again.publish(b);
    for (int i = 0; i < 2000; ++i)
        again.track("p" + std::to_string(i), "viewed");
    CHECK(again.journey("j").arms == counts.arms);
}

TEST_CASE("the lifetime of an entry ends it", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    j.lifetime = hours(3);
    b.wait(j, days(30));
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.track("ada", "viewed");
    world.advance(3h);
    CHECK(world.reasons("j") == std::vector<std::string>{"expired"});
}

TEST_CASE("waiting until a time of day, a weekday, a date", "[core]") {
    struct Row {
        const char* label;
        std::optional<std::uint8_t> weekday;
        std::optional<std::int32_t> time;
        const char* moment;
        const char* until;  // the start is Monday 2026-03-02 10:00 in Berlin
    };
    const auto row = GENERATE(values<Row>({
        {"later today", std::nullopt, 12 * 3600, "", "2026-03-02T11:00:00Z"},
        {"tomorrow", std::nullopt, 9 * 3600, "", "2026-03-03T08:00:00Z"},
        {"Wednesday", 3, 9 * 3600, "", "2026-03-04T08:00:00Z"},
        {"Monday, already past", 1, 9 * 3600, "", "2026-03-09T08:00:00Z"},
        {"a date at a time", std::nullopt, 9 * 3600, "2026-04-01", "2026-04-01T07:00:00Z"},
    }));
    CAPTURE(row.label);
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    ir::WaitUntil until{row.weekday, row.time, ir::kNone, ""};
    if (*row.moment != 0) until.moment = b.constant(Value(parse_date(row.moment).value()));
    b.add(j, {ir::Await{until, {}, 1}, "", 0, ""});
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.track("ada", "viewed");
    const Instant due = parse_instant(row.until).value();
    CHECK(world.of("ada").next_due() == due);
    world.advance_to(due);
    CHECK(world.journey("j").ended == 1);
}

TEST_CASE("a moment that is past goes on at once; one that is missing ends the entry and says so",
          "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.add(j, {ir::Await{ir::WaitUntil{{}, {}, b.constant(Value(instant_of(1))), ""}, {}, 1}, "", 0,
              ""});
    b.add(j, {ir::Await{ir::WaitUntil{{}, {}, b.user("tier"), ""}, {}, 2}, "", 0, ""});
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.track("ada", "viewed");
    CHECK(world.reasons("j") == std::vector<std::string>{"no moment to wait for"});
}

TEST_CASE("a circle of waits that never wait is stopped and counted", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.add(j, {ir::Await{ir::WaitFor{seconds(0)}, {}, 0}, "", 0, ""});
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.track("ada", "viewed");
    CHECK(world.reasons("j") == std::vector<std::string>{"too many steps"});
}

TEST_CASE("a paused journey takes nobody in, parks its timers and goes on at the resume",
          "[core]") {
    World world;
    world.publish(welcome());
    world.identify("ada", {{"email", "a@example.com"}});
    world.track("ada", "viewed");
    world.pause("welcome");
    world.track("bob", "viewed");
    CHECK(world.journey("welcome").entered == 1);
    world.advance(48h);
    CHECK(world.attempts.size() == 1);
    world.pause("welcome", false);
    CHECK(world.attempts.size() == 2);
    CHECK(world.journey("welcome").ended == 1);
}

TEST_CASE("entries stay on the version they entered", "[core]") {
    Builder old = welcome();
    Builder next;
    ir::Journey j = next.journey("welcome", "viewed");
    j.version = 2;
    next.wait(j, hours(2));
    next.end(j, "new way");
    next.keep(std::move(j));
    World world;
    world.publish(old);
    world.identify("ada", {{"email", "a@example.com"}});
    world.track("ada", "viewed");
    world.publish(next);
    world.track("bob", "viewed");
    world.advance(24h);
    CHECK(world.journey("welcome").ended_by ==
          std::map<std::string, std::uint64_t>{{"finished", 1}, {"new way", 1}});
}
