#pragma once
// A `test` block with every name resolved and every value typed: what `journey test` runs under
// virtual time (LANGUAGE 2.11, "Tests"). Plain data.

#include "dsl/source/source.h"
#include "engine/ir/ir.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace journey::sema {

/// A moment of a test. Offsets are added calendar-wise in the zone of `start`: "+2 days" across a
/// clock change is the same wall-clock time.
struct TestMoment {
    Instant absolute{};
    std::optional<CalendarDuration> offset;  // as the author wrote it, when it counts from start
};

struct GivenHistory {
    ir::Index event = ir::kNone;
    Record data;
    CalendarDuration before_start;
};
struct GivenArm {
    std::string experiment;
    std::string arm;       // "" with holdout
    bool holdout = false;  // `puts user in holdout`
    /// `puts user in rest`: outside of the sample, waits for the winner, which is `arm` when given.
    bool rest = false;
};
struct GivenWebhook {
    std::string webhook;
    std::optional<Record> gives;  // absent: every call fails
};

struct GivenFetch {
    std::string fetch;
    std::optional<Record> gives;  // absent: it fails
};

struct EventHappens {
    ir::Index event = ir::kNone;
    Record data;  // typed by the event; defaults are the engine's to fill in
};
/// Another journey runs the one under test: `called with { … }`. The fields are what it reads.
struct CallHappens {
    std::vector<ir::Field> fields;
    Record data;
};
/// The provider says this of the message of that step: the engine's own receipt.
struct ReceiptHappens {
    std::string event;  // delivered opened clicked bounced complained replied unsubscribed
    std::string step;
    Record data;
};
struct ProfileSet {
    ir::Index field = ir::kNone;
    Value value;
};
struct ExpectEntered {
    bool negated = false;
};
struct ExpectExited {
    std::optional<std::string> as;
};
struct ExpectSent {
    bool negated = false;
    ir::Index channel = ir::kNone;
    ir::Index message_template = ir::kNone;
    Record with;  // compared by these names only
};
struct ExpectNothingSent {};
struct ExpectNoMoreSends {};
struct ExpectHeld {
    std::string step;
    TestMoment until;
};
struct ExpectSkipped {
    std::string step;
    std::optional<std::string> because;
};
struct ExpectGoal {
    std::string name;
};
struct ExpectWaiting {
    std::string step;
};
struct ExpectCalled {
    bool negated = false;
    std::string webhook;
    Record with;  // compared by these names only
};
struct ExpectTagged {
    bool negated = false;
    std::string tag;
};

using TestAct =
    std::variant<EventHappens, CallHappens, ReceiptHappens, ProfileSet, ExpectEntered, ExpectExited,
                 ExpectSent, ExpectNothingSent, ExpectNoMoreSends, ExpectHeld, ExpectSkipped,
                 ExpectGoal, ExpectWaiting, ExpectCalled, ExpectTagged>;

struct TestLine {
    source::Span span;
    std::uint32_t line = 0;
    std::string text;  // the author's words, on one line
    TestMoment at;
    /// `every D until M`: the act happens at D, 2 D, … from start, up to and including `at`.
    std::optional<CalendarDuration> every;
    TestAct act;
};

struct TestCase {
    std::string title;
    ir::Index journey = ir::kNone;  // into Program::journeys
    std::string file;
    std::uint32_t line = 0;
    source::Span span;
    Instant start{};
    std::string zone;  // of `start`; an IANA name ("UTC" when it was written with an offset)
    Record profile;
    std::vector<ir::Index> consents;
    std::vector<std::string> tags;
    std::vector<GivenHistory> history;  // as written; earliest is not sorted first
    std::vector<GivenArm> arms;
    bool held_out = false;  // `given user in holdout`
    std::vector<GivenWebhook> webhooks;
    std::vector<GivenFetch> fetches;
    std::vector<TestLine> lines;  // never back in time
};

}  // namespace journey::sema
