#include "tests/engine/core/kit/triggers.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

Builder planned(ir::OnSchedule schedule) {
    Builder b;
    ir::Field birthday;
    birthday.name = "birthday";
    birthday.type.kind = ir::TypeKind::date;
    b.program.profile.push_back(birthday);
    if (schedule.recurrence == ir::Recurrence::yearly) schedule.date_field = b.field("birthday");
    schedule.audience = add_segment(b, "gold", is_gold(b));
    ir::Journey j = entered_by(b, "planned", schedule);
    b.wait(j, hours(1));
    Builder::end(j);
    b.keep(std::move(j));
    return b;
}

ir::OnSchedule at(ir::Recurrence recurrence, std::int32_t hour, std::int32_t minute = 0) {
    ir::OnSchedule schedule;
    schedule.recurrence = recurrence;
    schedule.time_seconds = hour * 3600 + minute * 60;
    return schedule;
}

std::vector<std::string> moments(const World& world) {
    std::vector<std::string> out;
    for (const Happening& one : world.happenings) {
        if (one.kind == Happening::Kind::entered)
            out.push_back(format_instant(one.at).substr(0, 16));
    }
    return out;
}

Instant moment(const char* text) {
    return parse_instant(text).value();
}

using Moments = std::vector<std::string>;

}  // namespace

TEST_CASE("a schedule means people where they live", "[core]") {
    struct Row {
        const char* label;
        ir::OnSchedule schedule;
        const char* from;
        const char* to;
        const char* zone;  // "": not known
        const char* birthday;
        Moments moments;
    };
    using enum ir::Recurrence;
    ir::OnSchedule mondays = at(weekly, 8);
    mondays.weekdays = 1;
    ir::OnSchedule last_day = at(monthly, 8);
    last_day.month_day = 31;
    ir::OnSchedule fixed = at(daily, 8);
    fixed.zone = "Asia/Shanghai";
    ir::OnSchedule once_at = at(once, 0);
    once_at.once_local_seconds = moment("2026-03-20T10:00:00Z").time_since_epoch() / 1s;
    ir::OnSchedule leap_28 = at(yearly, 9, 30);
    leap_28.leap = ir::LeapDay::feb_28;
    ir::OnSchedule leap_1 = at(yearly, 9, 30);
    leap_1.leap = ir::LeapDay::mar_1;
    const std::vector<Row> rows = {
        {"daily in Shanghai",
         at(daily, 8),
         "2026-03-03T12:00:00Z",
         "2026-03-05T12:00:00Z",
         "Asia/Shanghai",
         "",
         {"2026-03-04T00:00", "2026-03-05T00:00"}},
        {"where the workspace is, when nobody knows",
         at(daily, 8),
         "2026-03-03T12:00:00Z",
         "2026-03-04T12:00:00Z",
         "",
         "",
         {"2026-03-04T07:00"}},
        {"in a zone of its own",
         fixed,
         "2026-03-03T12:00:00Z",
         "2026-03-04T12:00:00Z",
         "America/New_York",
         "",
         {"2026-03-04T00:00"}},
        {"the hour that the spring skips: as early as can be",
         at(daily, 2, 30),
         "2026-03-28T12:00:00Z",
         "2026-03-30T12:00:00Z",
         "Europe/Berlin",
         "",
         {"2026-03-29T01:00", "2026-03-30T00:30"}},
        {"the hour that the autumn repeats: once",
         at(daily, 2, 30),
         "2026-10-24T12:00:00Z",
         "2026-10-26T12:00:00Z",
         "Europe/Berlin",
         "",
         {"2026-10-25T00:30", "2026-10-26T01:30"}},
        {"weekly",
         mondays,
         "2026-03-03T12:00:00Z",
         "2026-03-17T12:00:00Z",
         "Europe/Berlin",
         "",
         {"2026-03-09T07:00", "2026-03-16T07:00"}},
        {"months without that day are skipped",
         last_day,
         "2026-03-03T12:00:00Z",
         "2026-06-30T12:00:00Z",
         "Europe/Berlin",
         "",
         {"2026-03-31T06:00", "2026-05-31T06:00"}},
        {"once",
         once_at,
         "2026-03-03T12:00:00Z",
         "2026-04-30T12:00:00Z",
         "Asia/Shanghai",
         "",
         {"2026-03-20T02:00"}},
        {"half past nine where she lives, on the day the clocks change",
         at(yearly, 9, 30),
         "2026-03-07T12:00:00Z",
         "2026-03-10T12:00:00Z",
         "America/New_York",
         "1990-03-08",
         {"2026-03-08T13:30"}},
        {"a child of the leap day, on the 28th",
         leap_28,
         "2026-02-20T12:00:00Z",
         "2026-03-10T12:00:00Z",
         "Asia/Shanghai",
         "2004-02-29",
         {"2026-02-28T01:30"}},
        {"a child of the leap day, on the 1st",
         leap_1,
         "2026-02-20T12:00:00Z",
         "2026-03-10T12:00:00Z",
         "Asia/Shanghai",
         "2004-02-29",
         {"2026-03-01T01:30"}},
        {"a child of the leap day, not at all",
         at(yearly, 9, 30),
         "2026-02-20T12:00:00Z",
         "2026-03-10T12:00:00Z",
         "Asia/Shanghai",
         "2004-02-29",
         {}},
        {"a child of the leap day, in a leap year",
         leap_28,
         "2028-02-20T12:00:00Z",
         "2028-03-10T12:00:00Z",
         "Asia/Shanghai",
         "2004-02-29",
         {"2028-02-29T01:30"}},
    };
    for (const Row& row : rows) {
        for (const bool restarts : {false, true}) {
            CAPTURE(row.label, restarts);
            World world;
            world.now = moment(row.from);
            world.publish(planned(row.schedule));
            world.identify("ada", {{"tier", "gold"}, {"birthday", row.birthday}});
            if (*row.zone != 0) world.identify("ada", {{"time_zone", row.zone}});
            world.identify("bob", {{"tier", "silver"}, {"birthday", row.birthday}});
            if (restarts) restart(world);
            world.advance_to(moment(row.to));
            CHECK(moments(world) == row.moments);
        }
    }
}

TEST_CASE("what was planned while nobody looked", "[core]") {
    struct Row {
        const char* label;
        ir::OnSchedule schedule;
        const char* back;  // the first tick after the night of the 3rd of March
        std::uint64_t entered;
    };
    ir::OnSchedule once = at(ir::Recurrence::once, 0);
    once.once_local_seconds = moment("2026-03-04T08:00:00Z").time_since_epoch() / 1s;
    ir::OnSchedule past = once;
    past.once_local_seconds = moment("2026-03-03T08:00:00Z").time_since_epoch() / 1s;
    const ir::OnSchedule eight = at(ir::Recurrence::daily, 8);
    const std::vector<Row> rows = {
        {"the same day", eight, "2026-03-04T20:00:00Z", 1},
        {"the next morning", eight, "2026-03-05T03:00:00Z", 0},
        {"days later, the same day's", eight, "2026-03-07T20:00:00Z", 1},
        {"a little late over midnight", at(ir::Recurrence::daily, 23, 59), "2026-03-03T23:10:00Z",
         1},
        {"once, however late", once, "2026-03-14T20:00:00Z", 1},
        {"once, before it was published", past, "2026-03-14T20:00:00Z", 0},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        World world;
        world.now = moment("2026-03-03T12:00:00Z");
        world.publish(planned(row.schedule));
        world.identify("ada", {{"tier", "gold"}});
        restart(world);
        world.now = moment(row.back);  // no ticks in between
        world.advance(1us);
        CHECK(world.journey("planned").entered == row.entered);
    }
}

TEST_CASE("nobody is met twice on one date by moving", "[core]") {
    struct Row {
        const char* label;
        const char* first;
        const char* then;
        const char* when;
        Moments moments;  // up to 2026-03-04T23:00Z
    };
    const std::vector<Row> rows = {
        {"west, after it",
         "Asia/Shanghai",
         "America/New_York",
         "2026-03-04T05:00:00Z",
         {"2026-03-04T00:00"}},
        {"west, before it",
         "Asia/Shanghai",
         "America/New_York",
         "2026-03-03T23:00:00Z",
         {"2026-03-04T13:00"}},
        {"away and back",
         "Asia/Shanghai",
         "Asia/Shanghai",
         "2026-03-04T05:00:00Z",
         {"2026-03-04T00:00"}},
    };
    for (const Row& row : rows) {
        for (const bool restarts : {false, true}) {
            CAPTURE(row.label, restarts);
            World world;
            world.now = moment("2026-03-03T12:01:00Z");  // after eight in New York: it is over
            Builder b = planned(at(ir::Recurrence::daily, 8));
            world.publish(b);
            world.identify("ada", {{"tier", "gold"}, {"time_zone", row.first}});
            world.identify("nyc", {{"time_zone", "America/New_York"}});
            world.advance_to(moment("2026-03-03T20:00:00Z"));
            const std::size_t earlier = moments(world).size();
            CHECK(earlier == 0);
            world.advance_to(moment(row.when));
            world.identify("ada", {{"time_zone", "America/New_York"}});
            world.advance(1h);
            if (restarts) restart(world);
            world.identify("ada", {{"time_zone", row.then}});
            world.advance_to(moment("2026-03-04T23:00:00Z"));
            CHECK(moments(world) == row.moments);
        }
    }
}

TEST_CASE("a large audience is met in slices, each person once", "[core]") {
    Builder b = planned(at(ir::Recurrence::daily, 8));
    World world;
    world.now = moment("2026-03-03T12:00:00Z");
    world.publish(b);
    constexpr int kPeople = 1500;
    for (int i = 0; i < kPeople; ++i)
        world.identify("p" + std::to_string(i), {{"tier", i % 2 == 0 ? "gold" : "none"}});
    world.now = moment("2026-03-04T07:00:00Z");
    int ticks = 0;
    while (world.partitions[0].next_due() <= world.now) {
        model::Command tick;
        tick.at = world.now;
        tick.body = model::Tick{};
        const std::uint64_t before = world.journey("planned").entered;
        world.apply(tick);
        CHECK(world.journey("planned").entered - before <= 300);
        ++ticks;
        restart(world);
        world.identify("new" + std::to_string(ticks), {{"tier", "gold"}});  // came too late for it
    }
    CHECK(ticks > 2);
    CHECK(world.journey("planned").entered == kPeople / 2);
}
