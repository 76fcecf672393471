#include "tests/engine/rules/facts.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::rules;
using facts::at;
using model::Reason;

namespace {

const ir::Frequency kFull{
    "gentle", {{0, ir::kNone, ir::CalendarUnit::day, 0}}, ir::MessageClass::marketing, false, {}};
const ir::Quiet kNoon{"noon", 12 * 3600, 13 * 3600, "", {}, true, ir::NoZone::skip, ""};

struct Gate {
    const char* label;
    void (*close)(SendFacts&);
    Decision decision;
    Reason reason;
};

// In the order in which they are asked.
const std::vector<Gate>& gates() {
    static const std::vector<Gate> all{
        {"entry over", [](SendFacts& it) { it.entry_live = false; }, Decision::skip,
         Reason::entry_over},
        {"kill switch", [](SendFacts& it) { it.kill_switch = true; }, Decision::hold,
         Reason::kill_switch},
        {"paused", [](SendFacts& it) { it.journey_paused = true; }, Decision::hold, Reason::paused},
        {"no connector", [](SendFacts& it) { it.connector_ready = false; }, Decision::skip,
         Reason::no_connector},
        {"no address", [](SendFacts& it) { it.has_address = false; }, Decision::skip,
         Reason::no_address},
        {"no consent", [](SendFacts& it) { it.consent_given = false; }, Decision::skip,
         Reason::no_consent},
        {"suppressed", [](SendFacts& it) { it.suppressed = true; }, Decision::skip,
         Reason::suppressed},
        {"variable", [](SendFacts& it) { it.required_variable_missing = true; }, Decision::skip,
         Reason::missing_variable},
        {"frequency", [](SendFacts& it) { it.frequency = &kFull; }, Decision::skip,
         Reason::frequency},
        {"quiet hours", [](SendFacts& it) { it.quiet = &kNoon; }, Decision::hold,
         Reason::quiet_hours},
        {"validity", [](SendFacts& it) { it.valid_until = it.now; }, Decision::skip,
         Reason::not_valid_anymore},
    };
    return all;
}

}  // namespace

TEST_CASE("nothing in the way sends", "[rules]") {
    const Verdict verdict = decide(facts::good());
    CHECK(verdict.decision == Decision::send);
    CHECK(verdict.reason == Reason::none);
    CHECK(verdict.saw.empty());
}

TEST_CASE("each gate alone decides", "[rules]") {
    for (const Gate& gate : gates()) {
        CAPTURE(gate.label);
        SendFacts it = facts::good();
        gate.close(it);
        const Verdict verdict = decide(it);
        CHECK(verdict.decision == gate.decision);
        CHECK(verdict.reason == gate.reason);
    }
}

TEST_CASE("of two closed gates the earlier gives the reason", "[rules]") {
    for (std::size_t first = 0; first < gates().size(); ++first) {
        for (std::size_t second = first + 1; second < gates().size(); ++second) {
            const Gate& a = gates()[first];
            const Gate& b = gates()[second];
            CAPTURE(a.label, b.label);
            SendFacts it = facts::good();
            a.close(it);
            b.close(it);
            const Verdict verdict = decide(it);
            // What is no longer valid is not held for anything.
            const bool expired =
                b.reason == Reason::not_valid_anymore && a.decision == Decision::hold;
            CHECK(verdict.reason == (expired ? b.reason : a.reason));
            CHECK(verdict.decision == (expired ? b.decision : a.decision));
        }
    }
}

TEST_CASE("consent is asked only where the template needs it", "[rules][CMP-06]") {
    SendFacts it = facts::good();
    it.consent_given = false;
    it.consent_needed = false;
    CHECK(decide(it).decision == Decision::send);
}

TEST_CASE("holds that nobody can time have no end, but what is not valid any more is skipped",
          "[rules]") {
    SendFacts it = facts::good();
    it.kill_switch = true;
    CHECK(decide(it).hold_until == kNever);
    it.valid_until = it.now + std::chrono::hours(1);
    CHECK(decide(it).decision == Decision::hold);
    CHECK(decide(it).hold_until == kNever);
    it.now = *it.valid_until;
    CHECK(decide(it).decision == Decision::skip);
    CHECK(decide(it).reason == Reason::not_valid_anymore);
}

TEST_CASE("validity", "[rules]") {
    struct Row {
        const char* label;
        Micros valid_for;
        bool quiet;
        Decision decision;
        Reason reason;
    };
    // It is noon where the person is; quiet hours end at one.
    const auto row = GENERATE(values<Row>({
        {"valid for another microsecond", Micros{1}, false, Decision::send, Reason::none},
        {"over this moment", Micros{0}, false, Decision::skip, Reason::not_valid_anymore},
        {"over for long", -std::chrono::hours(5), false, Decision::skip, Reason::not_valid_anymore},
        {"the hold ends in time", std::chrono::hours(1) + Micros{1}, true, Decision::hold,
         Reason::quiet_hours},
        {"the hold ends with validity", std::chrono::hours(1), true, Decision::skip,
         Reason::not_valid_anymore},
        {"the hold ends too late", std::chrono::minutes(30), true, Decision::skip,
         Reason::not_valid_anymore},
    }));
    CAPTURE(row.label);
    SendFacts it = facts::good();
    it.valid_until = it.now + row.valid_for;
    if (row.quiet) it.quiet = &kNoon;
    const Verdict verdict = decide(it);
    CHECK(verdict.decision == row.decision);
    CHECK(verdict.reason == row.reason);
    if (verdict.decision == Decision::hold) CHECK(verdict.hold_until == at("2026-03-02T05:00:00Z"));
}

TEST_CASE("a skip for validity says what it would have waited for", "[rules]") {
    SendFacts it = facts::good();
    it.quiet = &kNoon;
    it.valid_until = it.now + std::chrono::minutes(30);
    CHECK(decide(it).saw ==
          "valid until 2026-03-02 12:30, held until 2026-03-02 13:00 by quiet_hours (12:00 in "
          "Asia/Shanghai, quiet from 12:00 to 13:00)");
}
