#include "tests/engine/rules/facts.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::rules;
using facts::at;
using ir::CalendarUnit;
using ir::MessageClass;
using model::Reason;

namespace {

constexpr std::int64_t kHour = 3600;

ir::Frequency policy(std::vector<ir::FrequencyLimit> limits) {
    return {"gentle", std::move(limits), MessageClass::marketing, false, {}};
}

SentBefore sent(std::string_view when, ir::Index channel = facts::push,
                MessageClass message_class = MessageClass::marketing) {
    return {at(when), channel, message_class};
}

}  // namespace

TEST_CASE("frequency windows", "[rules]") {
    struct Row {
        const char* label;
        ir::FrequencyLimit limit;
        std::vector<SentBefore> sent;
        const char* now;
        bool full;
        const char* saw;
    };
    const ir::FrequencyLimit daily{1, facts::push, CalendarUnit::day, 0};
    const ir::FrequencyLimit weekly{2, facts::push, CalendarUnit::week, 0};
    const ir::FrequencyLimit monthly{1, facts::push, CalendarUnit::month, 0};
    const ir::FrequencyLimit yearly{1, facts::push, CalendarUnit::year, 0};
    const ir::FrequencyLimit rolling{2, ir::kNone, CalendarUnit::none, 168 * kHour};
    // The person lives eight hours ahead of UTC.
    const auto row = GENERATE_COPY(values<Row>({
        {"nothing sent", daily, {}, "2026-03-02T04:00:00Z", false, ""},
        {"one today",
         daily,
         {sent("2026-03-01T16:00:00Z")},
         "2026-03-02T04:00:00Z",
         true,
         "1 of 1 push today"},
        {"one yesterday, where the person lives",
         daily,
         {sent("2026-03-01T15:59:59Z")},
         "2026-03-02T04:00:00Z",
         false,
         ""},
        {"one this year, where the person lives",
         yearly,
         {sent("2025-12-31T16:00:00Z")},
         "2026-12-31T15:59:59Z",
         true,
         "1 of 1 push this year"},
        {"one last year, where the person lives",
         yearly,
         {sent("2025-12-31T15:59:59Z")},
         "2026-03-02T04:00:00Z",
         false,
         ""},
        {"another channel",
         daily,
         {sent("2026-03-02T03:00:00Z", facts::sms)},
         "2026-03-02T04:00:00Z",
         false,
         ""},
        {"a transactional message",
         daily,
         {sent("2026-03-02T03:00:00Z", facts::push, MessageClass::transactional)},
         "2026-03-02T04:00:00Z",
         false,
         ""},
        {"two since Monday",
         weekly,
         {sent("2026-03-03T03:00:00Z"), sent("2026-03-01T16:00:00Z")},
         "2026-03-08T15:00:00Z",
         true,
         "2 of 2 push this week"},
        {"one since Monday, one on Sunday",
         weekly,
         {sent("2026-03-03T03:00:00Z"), sent("2026-03-01T15:00:00Z")},
         "2026-03-08T15:00:00Z",
         false,
         ""},
        {"one this month",
         monthly,
         {sent("2026-02-28T16:00:00Z")},
         "2026-03-31T15:00:00Z",
         true,
         "1 of 1 push this month"},
        {"one last month",
         monthly,
         {sent("2026-02-28T15:59:59Z")},
         "2026-03-31T15:00:00Z",
         false,
         ""},
        {"any two in 168 hours",
         rolling,
         {sent("2026-03-01T04:00:00.000001Z", facts::email), sent("2026-03-07T03:00:00Z")},
         "2026-03-08T04:00:00Z",
         true,
         "2 of 2 messages in 168h"},
        {"one of them exactly 168 hours ago",
         rolling,
         {sent("2026-03-01T04:00:00Z", facts::email), sent("2026-03-07T03:00:00Z")},
         "2026-03-08T04:00:00Z",
         false,
         ""},
        {"more than the limit, after it was lowered",
         daily,
         {sent("2026-03-02T01:00:00Z"), sent("2026-03-02T02:00:00Z"), sent("2026-03-02T03:00:00Z")},
         "2026-03-02T04:00:00Z",
         true,
         "3 of 1 push today"},
        {"none at all",
         {0, facts::push, CalendarUnit::day, 0},
         {},
         "2026-03-02T04:00:00Z",
         true,
         "0 of 0 push today"},
        {"a limit of another channel",
         {0, facts::sms, CalendarUnit::day, 0},
         {},
         "2026-03-02T04:00:00Z",
         false,
         ""},
    }));
    CAPTURE(row.label);
    const ir::Frequency gentle = policy({row.limit});
    SendFacts it = facts::good(row.now);
    it.frequency = &gentle;
    it.sent = row.sent;
    const Verdict verdict = decide(it);
    CHECK((verdict.decision == Decision::skip) == row.full);
    CHECK(verdict.reason == (row.full ? Reason::frequency : Reason::none));
    CHECK(verdict.saw == row.saw);
}

TEST_CASE("a week begins on the workspace's day", "[rules]") {
    const ir::Frequency gentle = policy({{1, facts::push, CalendarUnit::week, 0}});
    const std::vector<SentBefore> saturday{sent("2026-03-07T04:00:00Z")};
    SendFacts it = facts::good("2026-03-08T04:00:00Z");  // a Sunday
    it.frequency = &gentle;
    it.sent = saturday;
    CHECK(decide(it).decision == Decision::skip);
    it.week_starts = 7;
    CHECK(decide(it).decision == Decision::send);
}

TEST_CASE("who has no zone lives where the workspace is", "[rules]") {
    const ir::Frequency gentle = policy({{1, facts::push, CalendarUnit::day, 0}});
    const std::vector<SentBefore> before{sent("2026-03-01T22:59:00Z")};
    SendFacts it = facts::good("2026-03-01T23:01:00Z");  // just after midnight in Berlin
    it.frequency = &gentle;
    it.sent = before;
    CHECK(decide(it).decision == Decision::skip);
    it.person_zone = nullptr;
    CHECK(decide(it).decision == Decision::send);
}

TEST_CASE("a full policy holds until the first slot is free", "[rules]") {
    struct Row {
        const char* label;
        std::vector<ir::FrequencyLimit> limits;
        std::vector<SentBefore> sent;
        CalendarDuration at_most;
        Decision decision;
        const char* until;
    };
    const ir::FrequencyLimit daily{1, facts::push, CalendarUnit::day, 0};
    const ir::FrequencyLimit weekly{1, facts::push, CalendarUnit::week, 0};
    const ir::FrequencyLimit monthly{1, facts::push, CalendarUnit::month, 0};
    const ir::FrequencyLimit rolling{2, ir::kNone, CalendarUnit::none, 24 * kHour};
    const std::vector<SentBefore> today{sent("2026-03-02T03:00:00Z")};
    // Now is noon on Monday, the second of March, in Shanghai.
    const auto row = GENERATE_COPY(values<Row>({
        {"the next day", {daily}, today, {0, 2, 0}, Decision::hold, "2026-03-02T16:00:00Z"},
        {"the next week", {weekly}, today, {0, 14, 0}, Decision::hold, "2026-03-08T16:00:00Z"},
        {"the next month", {monthly}, today, {0, 40, 0}, Decision::hold, "2026-03-31T16:00:00Z"},
        {"the oldest of two leaves",
         {rolling},
         {sent("2026-03-02T03:00:00Z"), sent("2026-03-01T05:00:00Z")},
         {0, 2, 0},
         Decision::hold,
         "2026-03-02T05:00:00Z"},
        {"two of three must leave",
         {rolling},
         {sent("2026-03-02T03:00:00Z"), sent("2026-03-01T05:00:00Z"), sent("2026-03-01T06:00:00Z")},
         {0, 2, 0},
         Decision::hold,
         "2026-03-02T06:00:00Z"},
        {"every limit must have room",
         {daily, weekly},
         today,
         {0, 14, 0},
         Decision::hold,
         "2026-03-08T16:00:00Z"},
        {"longer than we may hold", {weekly}, today, {0, 2, 0}, Decision::skip, ""},
        {"exactly as long as we may hold",
         {daily},
         today,
         {0, 0, 12 * kHour},
         Decision::hold,
         "2026-03-02T16:00:00Z"},
        {"never a slot",
         {{0, facts::push, CalendarUnit::day, 0}},
         {},
         {0, 14, 0},
         Decision::skip,
         ""},
    }));
    CAPTURE(row.label);
    ir::Frequency gentle = policy(row.limits);
    gentle.hold_when_full = true;
    gentle.hold_at_most = row.at_most;
    SendFacts it = facts::good();
    it.frequency = &gentle;
    it.sent = row.sent;
    const Verdict verdict = decide(it);
    CHECK(verdict.decision == row.decision);
    CHECK(verdict.reason == Reason::frequency);
    if (row.decision != Decision::hold) return;
    CHECK(format_instant(verdict.hold_until) == format_instant(at(row.until)));
    // It was no empty promise: then it goes out, and a microsecond earlier it does not.
    it.now = verdict.hold_until;
    CHECK(decide(it).decision == Decision::send);
    it.now = verdict.hold_until - Micros{1};
    CHECK(decide(it).decision == Decision::hold);
}

TEST_CASE("the time to hold counts from when the message was planned", "[rules]") {
    ir::Frequency gentle = policy({{1, facts::push, CalendarUnit::day, 0}});
    gentle.hold_when_full = true;
    gentle.hold_at_most = {0, 1, 0};
    const std::vector<SentBefore> today{sent("2026-03-02T03:00:00Z")};
    SendFacts it = facts::good();
    it.frequency = &gentle;
    it.sent = today;
    it.planned_at = it.now - std::chrono::hours(13);
    CHECK(decide(it).decision == Decision::skip);
    it.planned_at = it.now - std::chrono::hours(11);
    CHECK(decide(it).decision == Decision::hold);
}

TEST_CASE("a day that lost its midnight ends at the next one", "[rules]") {
    // Beirut goes from 00:00 to 01:00 on the 29th of March.
    ir::Frequency gentle = policy({{1, facts::push, CalendarUnit::day, 0}});
    gentle.hold_when_full = true;
    gentle.hold_at_most = {0, 3, 0};
    const std::vector<SentBefore> before{sent("2026-03-28T10:00:00Z"),
                                         sent("2026-03-28T22:30:00Z")};
    SendFacts it = facts::good("2026-03-28T23:00:00Z");
    it.person_zone = calendar::find_zone("Asia/Beirut");
    it.frequency = &gentle;
    it.sent = before;
    CHECK(decide(it).hold_until == at("2026-03-29T21:00:00Z"));
    it.sent = std::span(before).first(1);
    CHECK(decide(it).decision == Decision::send);
}

TEST_CASE("places are kept for what is more important", "[rules]") {
    struct Row {
        const char* label;
        ir::FrequencyLimit limit;
        std::vector<SentBefore> sent;
        std::vector<Expected> expected;
        Decision decision;
    };
    const ir::FrequencyLimit one_a_day{1, facts::push, CalendarUnit::day, 0};
    const ir::FrequencyLimit two_a_day{2, facts::push, CalendarUnit::day, 0};
    const ir::FrequencyLimit two_in_ten_hours{2, ir::kNone, CalendarUnit::none, 10 * kHour};
    const auto push_at = [](std::string_view when, ir::Index channel = facts::push,
                            MessageClass message_class = MessageClass::marketing) {
        return Expected{at(when), channel, message_class};
    };
    const SentBefore in_the_night = sent("2026-03-01T20:00:00Z");
    // It is noon where the person lives; the day ends at 16:00 UTC.
    const auto row = GENERATE_COPY(values<Row>({
        {"nothing else planned", one_a_day, {}, {}, Decision::send},
        {"later today", one_a_day, {}, {push_at("2026-03-02T15:59:59Z")}, Decision::hold},
        {"tomorrow", one_a_day, {}, {push_at("2026-03-02T16:00:00Z")}, Decision::send},
        {"by another channel",
         one_a_day,
         {},
         {push_at("2026-03-02T06:00:00Z", facts::sms)},
         Decision::send},
        {"of a kind that is not counted",
         one_a_day,
         {},
         {push_at("2026-03-02T06:00:00Z", facts::push, MessageClass::transactional)},
         Decision::send},
        {"overdue", one_a_day, {}, {push_at("2026-03-02T03:00:00Z")}, Decision::hold},
        {"two places, one kept", two_a_day, {}, {push_at("2026-03-02T06:00:00Z")}, Decision::send},
        {"two places, one used, one kept",
         two_a_day,
         {sent("2026-03-02T01:00:00Z")},
         {push_at("2026-03-02T06:00:00Z")},
         Decision::hold},
        {"two places, both kept",
         two_a_day,
         {},
         {push_at("2026-03-02T06:00:00Z"), push_at("2026-03-02T07:00:00Z")},
         Decision::hold},
        {"rolling: what was sent is forgotten by then",
         two_in_ten_hours,
         {in_the_night},
         {push_at("2026-03-02T06:00:00Z")},
         Decision::send},
        {"rolling: what was sent counts by then",
         two_in_ten_hours,
         {in_the_night},
         {push_at("2026-03-02T05:59:59Z")},
         Decision::hold},
        {"rolling: this one is forgotten by then",
         two_in_ten_hours,
         {},
         {push_at("2026-03-02T14:00:00Z"), push_at("2026-03-02T14:00:00Z")},
         Decision::send},
    }));
    CAPTURE(row.label);
    ir::Frequency gentle = policy({row.limit});
    gentle.hold_when_full = true;
    gentle.hold_at_most = {0, 2, 0};
    gentle.gives_way = true;
    SendFacts it = facts::good();
    it.frequency = &gentle;
    it.sent = row.sent;
    it.expected = row.expected;
    const Verdict verdict = decide(it);
    CHECK(verdict.decision == row.decision);
    if (row.decision == Decision::hold) {
        CHECK(verdict.reason == Reason::gave_way);
        CHECK(verdict.hold_until > it.now);
        it.planned_at = it.now - std::chrono::hours(48);
        CHECK(decide(it).decision == Decision::skip);
        CHECK(decide(it).reason == Reason::gave_way);
    }
    gentle.gives_way = false;
    CHECK(decide(it).decision == Decision::send);
}
