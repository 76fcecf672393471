// A message that waits for the hour at which its person opens.
#include "tests/engine/core/kit/lived.h"
#include "tests/engine/core/kit/messages.h"

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::ReceiptKind;

namespace {

Builder story(CalendarDuration within = days(1)) {
    Builder b = sends("hello");
    send_in(b).best_hour = within;
    return b;
}

/// Ada in Berlin, who got a mail and at each of these hours of later days (UTC+1) opened or clicked.
World with_habits(const Builder& b, const std::vector<std::pair<int, ReceiptKind>>& did) {
    World world;
    Builder plain = sends("hello");
    world.publish(plain);
    world.identify("ada", {{"email", "ada@example.com"}, {"time_zone", "Europe/Berlin"}});
    world.track("ada", "viewed");
    const Sent sent = world.last();
    int number = 0;
    for (const auto& [hour, kind] : did) {
        const Instant next =
            calendar::next_time(world.now + Micros(1), TimeOfDay{hour * 3600 + 60}, std::nullopt,
                                *calendar::find_zone("Europe/Berlin"));
        world.advance_to(next);
        world.receipt(sent, kind, "notice " + std::to_string(++number));
    }
    world.publish(b);
    return world;
}

int hour_in_berlin(Instant at) {
    return calendar::to_local(at, *calendar::find_zone("Europe/Berlin")).time.seconds / 3600;
}

void go_to(World& world, int hour) {
    world.advance_to(calendar::next_time(world.now + Micros(1), TimeOfDay{hour * 3600},
                                         std::nullopt, *calendar::find_zone("Europe/Berlin")));
}

}  // namespace

TEST_CASE("a message waits for the hour at which its person opens and clicks", "[core]") {
    struct Row {
        const char* label;
        std::vector<std::pair<int, ReceiptKind>> did;
        int hour;
    };
    using K = ReceiptKind;
    const auto row = GENERATE(values<Row>({
        {"nothing known: at once", {}, 10},
        {"opens in the evening", {{19, K::opened}, {19, K::opened}, {8, K::opened}}, 19},
        {"one click weighs more", {{19, K::opened}, {19, K::opened}, {8, K::clicked}}, 8},
        {"delivered is no habit", {{19, K::delivered}}, 10},
        {"the hour is now", {{10, K::opened}}, 10},
    }));
    CAPTURE(row.label);
    World world = with_habits(story(), row.did);
    go_to(world, 10);
    const std::size_t before = world.attempts.size();
    world.track("ada", "viewed");
    CHECK(world.attempts.size() - before == (row.hour == 10 ? 1 : 0));
    world.advance(25h);
    REQUIRE(world.attempts.size() == before + 1);
    CHECK(hour_in_berlin(world.last().at) == row.hour);
}

TEST_CASE("it says why it waits, and not longer than it may", "[core]") {
    const std::vector<std::pair<int, ReceiptKind>> evening = {
        {19, ReceiptKind::opened}, {19, ReceiptKind::opened}, {12, ReceiptKind::opened}};
    World world = with_habits(story(), evening);
    go_to(world, 10);
    world.track("ada", "viewed");
    const auto items = world.of("ada").timeline(model::person_id_of(external("ada")));
    const bool told = std::any_of(items.begin(), items.end(), [](const TimelineItem& item) {
        return item.text.find("mostly opens. (19:00, 2 of 3 opens, a click for 5)") !=
               std::string::npos;
    });
    CHECK(told);
    CHECK(world.of("ada").next_due() == calendar::next_time(world.now, TimeOfDay{19 * 3600},
                                                            std::nullopt,
                                                            *calendar::find_zone("Europe/Berlin")));

    World brief = with_habits(story(hours(4)), evening);
    go_to(brief, 10);
    const std::size_t before = brief.attempts.size();
    brief.track("ada", "viewed");
    CHECK(brief.attempts.size() == before);
    brief.advance(5h);
    REQUIRE(brief.attempts.size() == before + 1);
    CHECK(hour_in_berlin(brief.last().at) == 12);
}

TEST_CASE("quiet hours are never the best ones, and validity is never passed", "[core]") {
    const std::vector<std::pair<int, ReceiptKind>> night = {
        {23, ReceiptKind::clicked}, {23, ReceiptKind::clicked}, {12, ReceiptKind::opened}};
    Builder b = story();
    ir::Quiet quiet;
    quiet.name = "night";
    quiet.from_seconds = 22 * 3600;
    quiet.to_seconds = 8 * 3600;
    b.program.quiets.push_back(quiet);
    b.program.journeys[0].quiet = 0;
    World world = with_habits(b, night);
    go_to(world, 10);
    world.track("ada", "viewed");
    world.advance(25h);
    CHECK(hour_in_berlin(world.last().at) == 12);

    Builder valid = story();
    send_in(valid).validity.kind = ir::Validity::Kind::for_duration;
    send_in(valid).validity.duration = hours(4);
    World soon = with_habits(valid, night);
    go_to(soon, 10);
    const std::size_t before = soon.attempts.size();
    soon.track("ada", "viewed");
    soon.advance(25h);
    REQUIRE(soon.attempts.size() == before + 1);
    CHECK(hour_in_berlin(soon.last().at) == 12);
}

TEST_CASE("who did nothing yet follows everybody, once enough is known", "[core]") {
    World world = with_habits(story(), {{20, ReceiptKind::clicked}});
    model::Learned learned{"hours", {}};
    for (int hour = 0; hour < 24; ++hour)
        learned.counts.push_back(
            {(hour < 10 ? "0" : "") + std::to_string(hour), hour == 15 ? 90U : 1U, 0});
    world.identify("bob", {{"email", "bob@example.com"}, {"time_zone", "Europe/Berlin"}});
    world.learn(learned);
    go_to(world, 10);
    world.track("bob", "viewed");
    world.track("ada", "viewed");
    world.advance(5h + 1min);
    CHECK(world.last().person == external("bob"));
    CHECK(hour_in_berlin(world.last().at) == 15);
    world.advance(20h);
    CHECK(world.last().person == external("ada"));
    CHECK(hour_in_berlin(world.last().at) == 20);
}

TEST_CASE("hours are counted only where somebody asks for them, and outlive a restart", "[core]") {
    const bool asked = GENERATE(true, false);
    CAPTURE(asked);
    World world;
    world.publish(asked ? story() : sends("hello"));
    world.identify("ada", {{"email", "ada@example.com"}, {"time_zone", "Europe/Berlin"}});
    world.track("ada", "viewed");
    world.receipt(world.last(), ReceiptKind::opened, "one");
    world.receipt(world.last(), ReceiptKind::opened, "one");
    world.receipt(world.last(), ReceiptKind::clicked, "two");
    const auto lessons = world.partitions[0].lessons(world.now);
    REQUIRE(lessons.size() == (asked ? 1 : 0));
    if (!asked) return;
    std::uint64_t all = 0;
    for (const model::Learned::Count& count : lessons[0].counts)
        all += count.of;
    CHECK(all == 6);
    CHECK(lessons[0].due == world.now + 1h);
    world.learn({"hours", lessons[0].counts});
    CHECK(world.partitions[0].lessons(world.now)[0].due == kNever);
    Again straight(0, world);
    Again broken(0, world);
    for (const Applied& one : world.log) {
        REQUIRE(broken.apply(one) == straight.apply(one));
        broken.store_now();
        broken.restart();
        REQUIRE(broken.partition->state_hash() == straight.partition->state_hash());
    }
}
