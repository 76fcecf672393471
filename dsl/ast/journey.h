#pragma once
// A journey: head clauses in source order, then steps.

#include "dsl/ast/expr.h"

namespace journey::ast {

// Head clauses.
struct Version {
    Integer number;
};
struct About {
    Text text;
};
struct Owner {
    Text text;
};
/// enter when EVENT …
struct Enter {
    EventSel event;
};
struct OnlyIf {
    ExprPtr condition;
};
enum class ReenterKind : unsigned char { never, always, after, once };
struct Reenter {
    ReenterKind kind = ReenterKind::never;
    std::optional<Duration> after;  // with `after`
    std::optional<Path> per;        // always with `once`
    Span span;
};
enum class Overlap : unsigned char { ignore, restart, queue, parallel };
struct WhileRunning {
    Overlap overlap = Overlap::ignore;
    Span value;
};
struct Goal {
    Name name;
    EventSel event;
    std::optional<Duration> within;
    bool then_exit = false;
};
/// exit when EVENT …, or exit if EXPR.
struct Exit {
    std::variant<EventSel, ExprPtr> on;
};
struct UseFrequency {
    Name policy;
};
struct UseQuiet {
    Name policy;
};
struct ExpiresAfter {
    Duration lifetime;
};
struct Priority {
    Integer value;
};
struct Key {
    ExprPtr expr;
};
struct TimeZoneIs {
    ExprPtr expr;
};

struct Head {
    Span span;
    Span keyword;
    std::variant<Version, About, Owner, Enter, OnlyIf, Reenter, WhileRunning, Goal, Exit,
                 UseFrequency, UseQuiet, ExpiresAfter, Priority, Key, TimeZoneIs, NotYet>
        what;
};

// Steps.
struct Step;
using Steps = std::vector<Step>;

struct ValidFor {
    Duration duration;
};
struct ValidUntil {
    ClockTime time;
    Zone zone;
};
struct RetryFor {
    Duration duration;
};
struct SendTo {
    ExprPtr address;
};
enum class Waived : unsigned char { quiet, frequency };
struct Without {
    Waived waived = Waived::quiet;
};
struct SendOption {
    Span span;
    std::variant<ValidFor, ValidUntil, RetryFor, SendTo, Without> what;
};
struct Send {
    Name channel;
    Name template_name;
    std::optional<MapLiteral> with;
    std::vector<SendOption> options;
};

/// wait D: the grammar takes any sum; sema wants a duration (J0203).
struct Delay {
    ExprPtr duration;
};

struct UntilClock {
    ClockTime time;
    Zone zone;
};
struct UntilWeekday {
    WeekdayName day;
    ClockTime time;
    Zone zone;
};
struct UntilMoment {
    ExprPtr moment;
    std::optional<UntilClock> at;  // wait until trigger.start - 1 day at 10:00 local
};
struct Until {
    std::variant<UntilClock, UntilWeekday, UntilMoment> what;
    Span span;
};
struct WaitUntil {
    Until until;
};

struct OnArm {
    EventSel event;
    Steps steps;
};
struct WhenArm {
    ExprPtr condition;
    Steps steps;
};
struct TimeoutArm {
    Steps steps;
};
struct WaitArm {
    Span span;
    Span keyword;
    std::variant<OnArm, WhenArm, TimeoutArm, NotYet> what;
};
struct WaitAtMost {
    Duration at_most;
    std::vector<WaitArm> arms;
};

struct Branch {
    ExprPtr condition;
    Steps steps;
    Span span;  // from `if` or `when`
};
struct Otherwise {
    Steps steps;
    Span span;
};
struct If {
    std::vector<Branch> branches;  // if, else if, …
    std::optional<Otherwise> otherwise;
};

/// In source order; sema says when `otherwise` is not last or comes twice.
struct Choice {
    Span span;
    std::variant<Branch, Otherwise, NotYet> what;
};
struct Choose {
    std::vector<Choice> choices;
};

struct Holdout {
    Percent share;
};
struct Arm {
    Name name;
    Percent share;
    Steps steps;
};
struct ArmLine {
    Span span;
    std::variant<Holdout, Arm, NotYet> what;
};
struct Split {
    Name name;
    std::vector<ArmLine> lines;
};
struct Experiment {
    Name name;
    std::vector<ArmLine> lines;
};

struct Let {
    Name name;
    ExprPtr is;
};
struct Set {
    Path target;
    ExprPtr to;
};
struct Tag {
    bool add = true;  // otherwise remove
    std::vector<Text> tags;
};
struct Stop {
    std::optional<Name> as;
};
struct Note {
    Text text;
};

using StepKind = std::variant<Send, Delay, WaitUntil, WaitAtMost, If, Choose, Split, Experiment,
                              Let, Set, Tag, Stop, Note, NotYet>;

struct Step {
    std::optional<Name> label;
    Span span;     // with the label
    Span keyword;  // `send`, `wait`, …
    StepKind what;
};

/// journey NAME "title" class { heads do { steps } }
struct JourneyDecl {
    Name name;
    std::optional<Text> title;
    std::optional<ClassName> message_class;
    std::vector<Head> heads;
    Steps steps;
    std::optional<Span> do_keyword;  // absent when the author forgot it (reported by the parser)
};

}  // namespace journey::ast
