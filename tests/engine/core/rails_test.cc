// The holdout, caps whose last places are kept, and mornings.
#include "engine/rules/rules.h"
#include "tests/engine/core/kit/messages.h"

#include <catch2/catch.hpp>
#include <set>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::Reason;

namespace {

bool is_in(const std::string& person, double share) {
    return rules::held_out(share, model::customer_id_of(external(person)));
}

/// "p1", "p2", …: the first who is in the holdout, or is not.
std::string somebody(double share, bool in) {
    for (int i = 1;; ++i) {
        std::string person = "p" + std::to_string(i);
        if (is_in(person, share) == in) return person;
    }
}

void meet(World& world, const std::string& person) {
    world.identify(person, {{"email", person + "@example.com"}, {"time_zone", "UTC"}});
    world.consent(person, "news");
}

ir::Quiet night(std::int64_t spread_seconds = 0) {
    ir::Quiet quiet;
    quiet.name = "night";
    quiet.from_seconds = 21 * 3600;
    quiet.to_seconds = 9 * 3600;
    quiet.no_zone = ir::NoZone::use;
    quiet.no_zone_use = "UTC";
    quiet.spread_seconds = spread_seconds;
    return quiet;
}

}  // namespace

TEST_CASE("people in the holdout get no marketing, and pass and reach goals as everybody",
          "[core]") {
    constexpr double kShare = 0.1;
    const bool held = GENERATE(true, false);
    CAPTURE(held);
    Builder b;
    b.program.workspace.holdout = kShare;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "hello");
    b.send(j, "receipt");
    b.wait(j, days(1));
    b.end(j);
    j.goals.push_back({"bought", b.on("bought"), std::nullopt, false});
    b.keep(std::move(j));
    World world;
    world.publish(b);
    const std::string person = somebody(kShare, held);
    meet(world, person);
    world.track(person, "viewed");
    world.track(person, "bought");
    world.advance(25h);

    REQUIRE(world.attempts.size() == (held ? 1 : 2));
    CHECK(world.last().message_template == "receipt");
    const JourneyCounts counts = world.journey("j");
    CHECK(counts.entered == 1);
    CHECK(counts.goals == 1);
    CHECK(counts.ended_by.at("finished") == 1);
    CHECK(counts.held_out.entered == (held ? 1u : 0u));
    CHECK(counts.held_out.goals == (held ? 1u : 0u));
    CHECK(counts.skipped_by.count("held_out") == (held ? 1u : 0u));

    const model::PartitionCheckpoint stored = world.checkpoint(person);
    Partition again(model::PartitionId{0}, world.options, world.catalog);
    REQUIRE(again.restore(stored));
    CHECK(again.state_hash() == world.of(person).state_hash());
}

TEST_CASE("who is held out waits for the morning like everybody", "[core]") {
    Builder b = sends("hello");
    b.program.workspace.holdout = 0.5;
    b.program.quiets.push_back(night());
    b.program.journeys[0].quiet = 0;
    World world;
    world.publish(b);
    const std::string person = somebody(0.5, true);
    meet(world, person);
    world.advance_to(parse_instant("2026-03-02T22:00:00Z").value());
    world.track(person, "viewed");
    CHECK(row_of(world, person).reason == Reason::quiet_hours);
    world.advance(10h + 59min);
    CHECK(world.journey("j").ended == 0);
    world.advance(1min);
    CHECK(row_of(world, person).reason == Reason::held_out);
    CHECK(world.attempts.empty());
}

TEST_CASE("a holdout that grows keeps who is in it, and takes about its share", "[rules]") {
    int in_one = 0;
    int in_five = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string who = "customer-" + std::to_string(i);
        const bool one = rules::held_out(0.01, who);
        const bool five = rules::held_out(0.05, who);
        CHECK((!one || five));
        CHECK_FALSE(rules::held_out(0, who));
        in_one += one ? 1 : 0;
        in_five += five ? 1 : 0;
    }
    CHECK(std::abs(in_one - 200) < 60);
    CHECK(std::abs(in_five - 1000) < 150);
}

TEST_CASE("two people made one are in the holdout where the one who stays is", "[core]") {
    const bool held = GENERATE(true, false);
    Builder b = sends("hello");
    b.program.workspace.holdout = 0.3;
    World world;
    world.publish(b);
    const std::string stays = somebody(0.3, held);
    std::string goes;
    for (int i = 1; goes.empty(); ++i) {
        if (is_in("q" + std::to_string(i), 0.3) != held) goes = "q" + std::to_string(i);
    }
    meet(world, stays);
    meet(world, goes);
    world.alias(goes, stays);
    world.track(goes, "viewed");
    CHECK(world.attempts.size() == (held ? 0 : 1));
}

// ---------------------------------------------------------------- caps that give way

namespace {

/// `low` by viewed, mail; `high` by bought, mail at night held until 9; both under one cap a day.
Builder two_journeys(std::uint32_t cap, CalendarDuration up_to) {
    Builder b;
    b.program.quiets.push_back(night());
    ir::Frequency gentle = at_most_a_day("gentle", cap);
    gentle.hold_when_full = true;
    gentle.hold_at_most = up_to;
    gentle.gives_way = true;
    b.program.frequencies.push_back(gentle);
    b.program.frequencies.push_back(at_most_a_day("strict", cap));
    for (const bool high : {false, true}) {
        ir::Journey j = b.journey(high ? "high" : "low", high ? "bought" : "viewed");
        j.priority = high ? 10 : 0;
        j.frequency = high ? 1 : 0;
        if (high) j.quiet = 0;
        j.overlap = ir::Overlap::parallel;
        b.send(j, "hello");
        b.end(j);
        b.keep(std::move(j));
    }
    return b;
}

std::vector<std::string> sent_journeys(const World& world) {
    std::vector<std::string> out;
    for (const Sent& sent : world.attempts)
        out.push_back(sent.journey);
    return out;
}

using Names = std::vector<std::string>;

// ada lives in UTC
std::int64_t day_of(Instant at) {
    return at.time_since_epoch() / std::chrono::hours(24);
}

}  // namespace

TEST_CASE("the last place of a cap goes to what is more important and on its way", "[core]") {
    World world;
    world.publish(two_journeys(1, days(3)));
    meet(world, "ada");
    world.advance_to(parse_instant("2026-03-03T02:00:00Z").value());
    world.track("ada", "bought");  // held until 09:00 by quiet hours
    world.track("ada", "viewed");
    const model::MessageRow row = row_of(world);
    CHECK(row.reason == Reason::gave_way);
    CHECK(row.detail == "0 of 1 messages today and 1 of a higher priority to come");
    world.advance_to(parse_instant("2026-03-03T23:30:00Z").value());
    CHECK(sent_journeys(world) == Names{"high"});
    // The next day has a place for it.
    world.advance(2h);
    CHECK(sent_journeys(world) == Names{"high", "low"});
    CHECK(world.journey("low").ended == 1);
}

TEST_CASE("with places enough for both nobody waits", "[core]") {
    World world;
    world.publish(two_journeys(2, days(3)));
    meet(world, "ada");
    world.advance_to(parse_instant("2026-03-03T02:00:00Z").value());
    world.track("ada", "bought");
    world.track("ada", "viewed");
    CHECK(sent_journeys(world) == Names{"low"});
}

TEST_CASE("what gave way goes as soon as the other one cannot go", "[core]") {
    World world;
    world.publish(two_journeys(1, days(3)));
    meet(world, "ada");
    world.advance_to(parse_instant("2026-03-03T02:00:00Z").value());
    world.track("ada", "bought");
    world.track("ada", "viewed");
    REQUIRE(world.attempts.empty());
    world.pause("high");
    world.advance_to(parse_instant("2026-03-03T09:00:00Z").value());
    CHECK(sent_journeys(world) == Names{"low"});
    CHECK(world.now < world.last().at + 1s);
}

TEST_CASE("what gives way does not wait longer than the policy says", "[core]") {
    World world;
    world.publish(two_journeys(1, hours(4)));
    meet(world, "ada");
    world.advance_to(parse_instant("2026-03-03T02:00:00Z").value());
    world.track("ada", "bought");
    world.track("ada", "viewed");
    world.advance(3h + 59min);
    CHECK(world.journey("low").ended == 0);
    world.advance(1min);
    CHECK(world.journey("low").skipped_by.at("gave_way") == 1);
}

TEST_CASE("with caps that give way nothing overtakes, nothing exceeds and all of it ends",
          "[core]") {
    std::uint64_t missed = 0;
    std::uint64_t gave_way = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Rng rng(seed);
        const auto cap = static_cast<std::uint32_t>(1 + rng.below(3));
        World world;
        world.publish(two_journeys(cap, days(static_cast<std::int32_t>(1 + rng.below(3)))));
        meet(world, "ada");
        const std::size_t events = 2 + rng.below(14);
        for (std::size_t i = 0; i < events; ++i) {
            world.advance(std::chrono::minutes(rng.below(400)));
            const bool high = rng.below(2) == 0;
            if (rng.below(4) == 0) world.answers.push_back(seen(model::ObservationKind::retry));
            world.claiming = rng.below(4) != 0;
            world.track("ada", high ? "bought" : "viewed");
            if (!world.claiming && rng.below(2) == 0) {
                world.claiming = true;
                world.claim_waiting();
                world.apply(world.command("ada", model::Identify{}));
            }
        }
        world.claiming = true;
        world.claim_waiting();
        world.apply(world.command("ada", model::Identify{}));
        world.advance(24h * 14);

        std::map<std::int64_t, std::set<model::MessageKey>> by_day;
        for (const Sent& sent : world.attempts)
            by_day[day_of(sent.at)].insert(sent.key);
        for (const auto& [day, keys] : by_day) {
            CAPTURE(day);
            CHECK(keys.size() <= cap);
        }
        const JourneyCounts low = world.journey("low");
        const JourneyCounts high = world.journey("high");
        CHECK(low.ended == low.entered);
        CHECK(high.ended == high.entered);
        // Nothing of the less important journey took a place that one already planned then missed.
        std::map<model::EntryId, Instant> planned;
        for (const Happening& one : world.happenings) {
            if (one.kind == Happening::Kind::planned) planned[one.entry] = one.at;
            if (one.kind != Happening::Kind::skipped || one.journey != "high") continue;
            if (one.reason != Reason::frequency) continue;
            ++missed;
            for (const Sent& sent : world.attempts) {
                const bool that_day = day_of(sent.at) == day_of(one.at);
                const bool overtook = sent.journey == "low" && that_day &&
                                      sent.at > planned.at(one.entry) && sent.at < one.at;
                CHECK_FALSE(overtook);
            }
        }
        gave_way += low.skipped_by.count("gave_way") + low.sent;
    }
    // Otherwise nothing was tried.
    CHECK(missed > 20);
    CHECK(gave_way > 20);
}

// ---------------------------------------------------------------- mornings

TEST_CASE("a night's messages leave spread over the time after it, each at its moment", "[core]") {
    Builder b = sends("hello");
    b.program.quiets.push_back(night(3600));
    b.program.journeys[0].quiet = 0;
    World world;
    world.publish(b);
    world.advance_to(parse_instant("2026-03-02T23:00:00Z").value());
    for (int i = 0; i < 200; ++i) {
        meet(world, "p" + std::to_string(i));
        world.track("p" + std::to_string(i), "viewed");
    }
    const Instant end = parse_instant("2026-03-03T09:00:00Z").value();
    world.advance_to(end + 2h);
    REQUIRE(world.attempts.size() == 200);
    std::array<int, 6> in_ten_minutes{};
    for (const Sent& sent : world.attempts) {
        REQUIRE(sent.at >= end);
        REQUIRE(sent.at < end + 1h);
        ++in_ten_minutes.at(static_cast<std::size_t>((sent.at - end) / 10min));
    }
    for (const int count : in_ten_minutes)
        CHECK(std::abs(count - 33) < 22);
}

TEST_CASE("a message is spread only as far as it stays valid", "[core]") {
    Builder b = sends("hello");
    b.program.quiets.push_back(night(4 * 3600));
    b.program.journeys[0].quiet = 0;
    send_in(b).validity.kind = ir::Validity::Kind::for_duration;
    send_in(b).validity.duration = hours(11);  // from 23:00 until 10:00
    World world;
    world.publish(b);
    world.advance_to(parse_instant("2026-03-02T23:00:00Z").value());
    for (int i = 0; i < 50; ++i) {
        meet(world, "p" + std::to_string(i));
        world.track("p" + std::to_string(i), "viewed");
    }
    world.advance(24h);
    CHECK(world.attempts.size() == 50);
}
