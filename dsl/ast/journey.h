#pragma once
// A journey: head clauses in source order, then steps.

#include "dsl/ast/declarations.h"

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
/// enter when EVENT [lasts D] [unless EVENT …]. `called` is an event like others here.
struct EventTrigger {
    EventSel event;
    std::optional<Duration> lasts;
    std::vector<EventSel> unless;
};
/// enter when AGGREGATE reaches VALUE [per NAME]
struct ReachTrigger {
    ExprPtr aggregate;  // an Aggregate
    ExprPtr threshold;
    std::optional<Name> per;
};
/// joining SEGMENT, leaving SEGMENT
struct SegmentChange {
    bool joining = true;
    Name segment;
    Span span;
};
/// every day | every month on N | every Monday, Friday … at TIME ZONE
struct Every {
    enum class Kind : unsigned char { day, month, weekdays } kind = Kind::day;
    std::optional<Integer> month_day;   // month
    std::vector<WeekdayName> weekdays;  // weekdays
    ClockTime at;
    Zone zone;
};
enum class Leap : unsigned char { feb_28, mar_1 };
/// yearly on user.birthday at TIME ZONE [, feb 29 as feb 28]
struct Yearly {
    Path on;
    ClockTime at;
    Zone zone;
    std::optional<Leap> leap;
};
/// once at DATETIME ZONE
struct Once {
    LocalMoment at;
};
/// enter SCHEDULE for SEGMENT
struct Schedule {
    std::variant<Every, Yearly, Once> what;
    Span span;
    Name audience;
};
struct Enter {
    std::variant<EventTrigger, ReachTrigger, SegmentChange, Schedule> trigger;
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
/// exit when EVENT …, exit when leaving SEGMENT, or exit if EXPR.
struct Exit {
    std::variant<EventSel, ExprPtr, SegmentChange> on;
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
/// rate 5000 per hour
struct JourneyRate {
    ChannelRate rate;
};
struct Key {
    ExprPtr expr;
};
struct TimeZoneIs {
    ExprPtr expr;
};

// from version N { a moves to b  others stay }
struct MoveRow {
    Name from;
    Name to;
    Span span;
};
enum class OthersRule : unsigned char { stay, stop, restart };
struct OthersRow {
    OthersRule rule = OthersRule::stay;
    Span span;
};
struct FromVersion {
    Integer version;
    std::vector<std::variant<MoveRow, OthersRow>> rows;
};

struct Head {
    Span span;
    Span keyword;
    std::variant<Version, About, Owner, Enter, OnlyIf, Reenter, WhileRunning, Goal, Exit,
                 UseFrequency, UseQuiet, ExpiresAfter, Priority, JourneyRate, Key, TimeZoneIs,
                 FromVersion, Unread>
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
/// at best hour within D
struct AtBestHour {
    Duration within;
};
struct SendOption {
    Span span;
    std::variant<ValidFor, ValidUntil, RetryFor, SendTo, Without, AtBestHour> what;
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
    std::variant<OnArm, WhenArm, TimeoutArm> what;
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
    std::variant<Branch, Otherwise> what;
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
/// sample 20%; only in experiments.
struct Sample {
    Percent share;
};
/// winner by clicked per delivered after 4h needs 500 per arm confidence 95% otherwise plain
struct Winner {
    Name metric;
    Name per;
    Duration after;
    std::optional<Integer> needs;
    std::optional<Percent> confidence;
    std::optional<Name> otherwise;
};
struct ArmLine {
    Span span;
    std::variant<Holdout, Arm, Sample, Winner> what;
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
/// call WEBHOOK [with {…}] [as NAME] [else {…}]
struct CallWebhook {
    Name webhook;
    std::optional<MapLiteral> with;
    std::optional<Name> as;
    std::optional<Otherwise> otherwise;
};
struct Emit {
    Path event;
    std::optional<MapLiteral> with;
};
struct Run {
    Name journey;
    std::optional<MapLiteral> with;
};
/// include SNIPPET(name: value, …)
struct Include {
    Name snippet;
    std::vector<Pair> args;
    Span call;  // from the snippet's name to the closing bracket
};
/// repeat at most N times [until EXPR] { … }
struct Repeat {
    ExprPtr at_most;
    ExprPtr until;  // may be null
    Steps steps;
};
/// for EVENT within D worth N [explore P]
struct Return {
    EventSel comes;
    Duration within;
    ExprPtr worth;
    std::optional<Percent> explore;
};
/// send first of { CHANNEL TEMPLATE … }, send best for … { CHANNEL TEMPLATE … }
struct SendOneOf {
    std::optional<Return> best;
    Steps sends;
    Span head;  // up to the block
};
struct Stop {
    std::optional<Name> as;
};
struct Note {
    Text text;
};

using StepKind =
    std::variant<Send, Delay, WaitUntil, WaitAtMost, If, Choose, Split, Experiment, Let, Set, Tag,
                 Stop, Note, CallWebhook, Emit, Run, Include, Repeat, SendOneOf>;

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

/// `message: push template`, or `gap: duration`.
struct Param {
    Name name;
    std::variant<Name, Type> type;  // Name: a template of this channel
    Span span;
};
/// snippet NAME(params) { steps }
struct SnippetDecl {
    Name name;
    std::vector<Param> params;
    Steps steps;
};

}  // namespace journey::ast
