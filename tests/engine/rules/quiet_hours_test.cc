#include "tests/engine/rules/facts.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::rules;
using facts::at;
using ir::NoZone;
using model::Reason;

namespace {

// 21:30 to 09:00 where the person lives, on sms and push.
ir::Quiet night() {
    return {"night", 77'400, 32'400, "", {facts::sms, facts::push}, true, NoZone::skip, ""};
}

}  // namespace

TEST_CASE("quiet hours hold until they end", "[rules][CMP-04]") {
    const ir::Quiet quiet = night();
    SendFacts it = facts::good("2026-03-02T14:10:00Z");  // 22:10 in Shanghai
    it.quiet = &quiet;
    const Verdict verdict = decide(it);
    CHECK(verdict.decision == Decision::hold);
    CHECK(verdict.reason == Reason::quiet_hours);
    CHECK(verdict.hold_until == at("2026-03-03T01:00:00Z"));
    CHECK(verdict.saw == "22:10 in Asia/Shanghai, quiet from 21:30 to 09:00");
    it.now = verdict.hold_until;
    CHECK(decide(it).decision == Decision::send);
}

TEST_CASE("quiet hours skip where the policy says so", "[rules]") {
    ir::Quiet quiet = night();
    quiet.hold = false;
    SendFacts it = facts::good("2026-03-02T14:10:00Z");
    it.quiet = &quiet;
    CHECK(decide(it).decision == Decision::skip);
    CHECK(decide(it).reason == Reason::quiet_hours);
}

TEST_CASE("quiet hours are for the channels they name, or for all", "[rules]") {
    ir::Quiet quiet = night();
    SendFacts it = facts::good("2026-03-02T14:10:00Z");
    it.quiet = &quiet;
    it.channel = facts::email;
    CHECK(decide(it).decision == Decision::send);
    quiet.channels.clear();
    CHECK(decide(it).decision == Decision::hold);
}

TEST_CASE("whose clock counts", "[rules][CMP-04]") {
    struct Row {
        const char* label;
        const char* policy_zone;
        bool person_has_zone;
        NoZone no_zone;
        const char* use;
        Decision decision;
        Reason reason;
        std::optional<Instant> until;
    };
    // 13:40 UTC: 21:40 in Shanghai, where the person lives; 14:40 in Berlin; 22:40 in Tokyo.
    const auto row = GENERATE(values<Row>({
        {"the person's", "", true, NoZone::skip, "", Decision::hold, Reason::quiet_hours,
         at("2026-03-03T01:00:00Z")},
        {"the policy's own zone",
         "Europe/Berlin",
         true,
         NoZone::skip,
         "",
         Decision::send,
         Reason::none,
         {}},
        {"the policy's own zone needs none of the person", "Asia/Tokyo", false, NoZone::skip, "",
         Decision::hold, Reason::quiet_hours, at("2026-03-03T00:00:00Z")},
        {"no zone: skip", "", false, NoZone::skip, "", Decision::skip, Reason::no_zone, {}},
        {"no zone: hold", "", false, NoZone::hold, "", Decision::hold, Reason::no_zone, kNever},
        {"no zone: use, quiet there", "", false, NoZone::use, "Asia/Tokyo", Decision::hold,
         Reason::quiet_hours, at("2026-03-03T00:00:00Z")},
        {"no zone: use, awake there",
         "",
         false,
         NoZone::use,
         "Europe/Berlin",
         Decision::send,
         Reason::none,
         {}},
        {"no zone: use one that is gone",
         "",
         false,
         NoZone::use,
         "Asia/Nowhere",
         Decision::skip,
         Reason::no_zone,
         {}},
        {"a policy's zone that is gone", "Asia/Nowhere", true, NoZone::hold, "", Decision::hold,
         Reason::no_zone, kNever},
    }));
    CAPTURE(row.label);
    ir::Quiet quiet = night();
    quiet.zone = row.policy_zone;
    quiet.no_zone = row.no_zone;
    quiet.no_zone_use = row.use;
    SendFacts it = facts::good("2026-03-02T13:40:00Z");
    it.quiet = &quiet;
    if (!row.person_has_zone) it.person_zone = nullptr;
    const Verdict verdict = decide(it);
    CHECK(verdict.decision == row.decision);
    CHECK(verdict.reason == row.reason);
    if (row.until) CHECK(verdict.hold_until == *row.until);
}

TEST_CASE("no zone matters only to a policy about the channel", "[rules]") {
    const ir::Quiet quiet = night();
    SendFacts it = facts::good();
    it.quiet = &quiet;
    it.person_zone = nullptr;
    it.channel = facts::email;
    CHECK(decide(it).decision == Decision::send);
}

TEST_CASE("a quiet night over the spring change ends by the new clock", "[rules]") {
    const ir::Quiet quiet = night();
    SendFacts it = facts::good("2026-03-28T20:50:00Z");  // 21:50 in Berlin
    it.person_zone = calendar::find_zone("Europe/Berlin");
    it.quiet = &quiet;
    CHECK(decide(it).hold_until == at("2026-03-29T07:00:00Z"));
}

TEST_CASE("all day quiet holds until validity ends", "[rules]") {
    ir::Quiet quiet = night();
    quiet.from_seconds = 0;
    quiet.to_seconds = 86'400;
    SendFacts it = facts::good();
    it.quiet = &quiet;
    CHECK(decide(it).decision == Decision::hold);
    CHECK(decide(it).hold_until == kNever);
}
