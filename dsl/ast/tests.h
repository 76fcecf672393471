#pragma once
// Tests inside files (LANGUAGE 2.11, "Tests"), under virtual time.

#include "dsl/ast/journey.h"

namespace journey::ast {

/// +DURATION from the start, or a date-time.
struct AfterStart {
    Duration offset;
};
struct Moment {
    std::variant<AfterStart, LocalMoment> what;
    Span span;
};

struct StartLine {
    LocalMoment at;  // always with a zone or an offset
};

struct GivenUser {
    MapLiteral data;
};
struct GivenConsent {
    std::vector<Name> groups;
};
struct GivenTag {
    std::vector<Text> tags;
};
struct GivenHistory {
    Path event;
    std::optional<MapLiteral> data;
    Duration before_start;  // `at -2 days`: 2 days
};
struct GivenPick {
    Name experiment;  // of an experiment or a split
    Name arm;
};
/// `puts user in holdout | rest | sample`
struct GivenPut {
    Name experiment;
    Name place;
};
/// given webhook NAME gives {…} | fails
struct GivenWebhook {
    Name webhook;
    std::optional<MapLiteral> gives;  // absent: fails
};
/// given fetch NAME gives {…} | fails
struct GivenFetch {
    Name fetch;
    std::optional<MapLiteral> gives;  // absent: fails
};
/// given user in holdout: the workspace's
struct GivenHeldOut {
    Span span;
};
struct GivenLine {
    std::variant<GivenUser, GivenConsent, GivenTag, GivenHistory, GivenPick, GivenPut, GivenWebhook,
                 GivenFetch, GivenHeldOut>
        what;
};

/// What happens to the person: an event, or a profile change.
/// With `of_label` it is a receipt of that message: `clicked of mail`.
struct HappenEvent {
    Path event;
    std::optional<Name> of_label;
    std::optional<MapLiteral> data;
};
struct HappenSet {
    Path target;
    ExprPtr to;
};
struct Happen {
    std::variant<HappenEvent, HappenSet> what;
    Span span;
};

struct ExpectNothingSent {};
struct ExpectNoMoreSends {};
struct ExpectEntered {
    bool negated = false;
};
struct ExpectExited {
    std::optional<Name> as;
};
struct ExpectSent {
    bool negated = false;
    Name channel;
    Name template_name;
    std::optional<MapLiteral> with;
};
struct ExpectHeld {
    Name label;
    Moment until;
};
struct ExpectSkipped {
    Name label;
    std::optional<Text> because;
};
struct ExpectGoal {
    Name goal;
};
struct ExpectWaiting {
    Name label;
};
/// expect [not] called WEBHOOK [with {…}]
struct ExpectCalled {
    bool negated = false;
    Name webhook;
    std::optional<MapLiteral> with;
};
/// expect [not] tagged "…"
struct ExpectTagged {
    bool negated = false;
    Text tag;
};
struct Outcome {
    std::variant<ExpectNothingSent, ExpectNoMoreSends, ExpectEntered, ExpectExited, ExpectSent,
                 ExpectHeld, ExpectSkipped, ExpectGoal, ExpectWaiting, ExpectCalled, ExpectTagged>
        what;
    Span span;
};

struct AtHappen {
    Moment at;
    Happen happen;
};
struct AtExpect {
    Moment at;
    Outcome outcome;
};
/// every 15s until +90s page_ping { … }
struct EveryLine {
    Duration every;
    Moment until;
    Happen happen;
};

struct TestLine {
    Span span;
    std::variant<StartLine, GivenLine, AtHappen, AtExpect, EveryLine> what;
};

struct TestDecl {
    Text title;
    std::optional<Name> of;
    std::vector<TestLine> lines;
};

}  // namespace journey::ast
