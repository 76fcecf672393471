#pragma once
// What sema hands to lower: names resolved to indices of the Program to be, expressions typed,
// constants folded. Trees still; lower makes them flat.

#include "dsl/ast/ast.h"
#include "dsl/sema/test_case.h"

#include <map>
#include <memory>

namespace journey::sema {

using ir::Index;
using ir::kNone;
using source::Span;

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Window {
    ir::WindowKind kind = ir::WindowKind::ever;
    CalendarDuration within;
    NodePtr since;
    NodePtr until;
};

struct AggregateNode {
    ir::AggregateFn fn = ir::AggregateFn::did;
    Index event = kNone;
    Index field = kNone;
    NodePtr filter;
    Window window;
    std::uint32_t stop_at = 0;
    std::uint32_t limit = 0;
};

/// One typed expression. `op`, `a` and `b` mean what they mean in ir::Expr, except that constants
/// are held here, aggregates too, and trigger fields are known by `name`.
struct Node {
    ir::Op op = ir::Op::constant;
    ir::Type type;
    bool may_be_missing = false;
    /// Something in here was reported already: nobody complains about it again.
    bool broken = false;
    Span span;
    Index a = kNone;
    Index b = kNone;
    std::string name;  // trigger_field; of a band, for select
    std::string path;  // "user.email", for plain references: what flow typing knows them by
    Value constant;
    std::vector<NodePtr> operands;
    std::unique_ptr<AggregateNode> aggregate;
    /// Of a map whose names are known: a literal, or what a webhook gives.
    std::shared_ptr<const std::vector<ir::Field>> shape;
    /// Places that make this yes/no false because something is missing there (LANGUAGE 2.11, 4).
    struct Doubt {
        Span span;
        std::string path;  // may be ""
    };
    std::vector<Doubt> doubts;
};

struct Pattern {
    Index event = kNone;
    NodePtr filter;
    Span span;
    bool broken = false;
};

struct Step;
using Steps = std::vector<Step>;

struct Send {
    Index channel = kNone;
    Index message_template = kNone;
    std::vector<std::pair<std::string, NodePtr>> args;
    NodePtr to;  // null: the address in the profile
    ir::Validity validity;
    NodePtr validity_zone;  // null: `validity.zone`
    Span validity_span;
    std::optional<CalendarDuration> retry_for;
    bool waive_quiet = false;
    bool waive_frequency = false;
    std::optional<CalendarDuration> best_hour;
};
struct Delay {
    CalendarDuration duration;
    NodePtr length;  // instead of `duration`, when it depends on the person
    Span span;
};
struct WaitUntil {
    std::optional<std::uint8_t> weekday;
    std::optional<std::int32_t> time_seconds;
    NodePtr moment;
    std::string zone;
    NodePtr zone_from;  // instead of `zone`
};
struct WaitArm {
    Pattern pattern;    // `on`
    NodePtr condition;  // `when`
    Steps steps;
    Span span;
};
struct AtMost {
    CalendarDuration duration;
    Span span;
    std::vector<WaitArm> arms;
    Steps timeout;
};
struct Case {
    NodePtr condition;
    Steps steps;
    Span span;
};
/// `if` and `choose`: the first case that holds, else `otherwise`.
struct Branch {
    bool choose = false;
    std::vector<Case> cases;
    Steps otherwise;
};
struct PickArm {
    std::string name;
    double weight = 0;
    Steps steps;
    Span span;
};
/// `send first of`, `send best for`: no experiment but a Pick whose arms are one Send each, each by
/// another channel, named like it.
struct OneOf {
    Index tried = kNone;  // a hidden local
    std::optional<ir::Return> best;
    NodePtr filter;  // of `best`
};
struct Pick {
    std::string experiment;
    std::optional<OneOf> one_of;
    bool split = false;
    double holdout = 0;
    double sample = 1;
    Span sample_span;
    std::vector<PickArm> arms;
    std::optional<ir::Winner> winner;
    Span winner_span;
};
using Args = std::vector<std::pair<std::string, NodePtr>>;
/// `call`. Without `else` a failed call goes on, and what it was to give is missing.
struct Call {
    Index webhook = kNone;
    Args args;
    Index local = kNone;
    bool has_otherwise = false;
    Steps otherwise;
};
struct Emit {
    Index event = kNone;
    Args args;
};
struct Run {
    Index journey = kNone;
    Args args;
    Span target;  // the journey's name
};
/// `repeat`: while `again` holds. The counter is a hidden local, 0 before the first round.
struct Repeat {
    Index counter = kNone;
    std::int64_t times = 0;
    NodePtr zero;
    NodePtr again;  // counter < times and not until
    NodePtr plus_one;
    bool certain = false;  // everybody goes round at least once
    Steps steps;
    Span times_span;
};
struct Let {
    Index slot = kNone;
    NodePtr value;
};
struct SetField {
    Index field = kNone;
    NodePtr value;
};
struct Tag {
    bool add = true;
    std::vector<std::string> names;
};
struct Stop {
    std::string reason;
};

/// What an `include` puts for its snippet's parameters, in the author's words; these may be
/// parameters of the snippet around.
struct Inserted {
    std::map<std::string, std::string> words;
    std::shared_ptr<const Inserted> around;
};

struct Step {
    std::string label;  // "" without one
    Span span;
    Span keyword;
    std::variant<Send, Delay, WaitUntil, AtMost, Branch, Pick, Let, SetField, Tag, Stop, Call, Emit,
                 Run, Repeat>
        act;
    /// The `include` lines this step came in by, outermost first.
    std::vector<Span> includes;
    std::shared_ptr<const Inserted> inserted;
};

// How people come in; the ir says what each means.
struct OnEvent {
    Pattern pattern;
    std::optional<CalendarDuration> lasts;
    Span lasts_span;
    std::vector<Pattern> unless;
};
struct OnReach {
    NodePtr aggregate;
    NodePtr threshold;
    Index per = kNone;
};
struct Trigger {
    std::variant<OnEvent, OnReach, ir::OnSegment, ir::OnSchedule, ir::OnCall> what;
    Span span;
};

struct Goal {
    std::string name;
    Pattern pattern;
    std::optional<CalendarDuration> within;
    bool exits = false;
    Span span;
};
/// By exactly one of the three.
struct Exit {
    Pattern pattern;
    NodePtr condition;
    Index segment = kNone;
    bool joining = false;
};
struct Move {
    std::string from;  // a label of the older version
    std::string to;    // a label of this one
    Span from_span;
    Span to_span;
};
struct Migration {
    std::uint32_t from_version = 0;
    std::vector<Move> moves;
    ir::Others others = ir::Others::stay;
    Span span;
};

struct Segment {
    std::string name;
    std::string title;
    NodePtr is;
};

/// How long a journey may hold a person, and holds one at most when it does not say.
inline constexpr std::int32_t kLifetimeDaysMax = 400;

struct Journey {
    std::string name;
    std::string title;
    std::string about;
    std::string owner;
    ir::MessageClass message_class = ir::MessageClass::marketing;
    std::uint32_t version = 1;
    std::vector<Trigger> triggers;
    std::vector<std::string> locals;
    NodePtr admit;
    NodePtr key;
    ir::Reentry reentry = ir::Reentry::never;
    CalendarDuration reentry_after;
    NodePtr reentry_per;
    Span reentry_span;
    ir::Overlap overlap = ir::Overlap::ignore;
    bool overlap_said = false;
    std::vector<Goal> goals;
    std::vector<Exit> exits;
    Index frequency = kNone;
    Index quiet = kNone;
    Span frequency_span;
    Span quiet_span;
    /// Named, but unknown: reported already.
    bool frequency_broken = false;
    bool quiet_broken = false;
    std::optional<CalendarDuration> lifetime;
    Span lifetime_span;
    std::string zone;
    NodePtr zone_from;  // instead of `zone`
    std::int32_t priority = 0;
    std::uint32_t rate_count = 0;  // 0: none
    std::int64_t rate_seconds = 0;
    std::vector<Migration> migrations;
    Steps steps;
    Span name_span;
};

struct Model {
    /// Everything that needs no expression: workspace, profile, events (the built-in ones first),
    /// channels, consents, frequencies, quiets, templates, webhooks.
    ir::Program schema;
    std::vector<Segment> segments;
    std::vector<Journey> journeys;
    std::vector<TestCase> tests;
};

}  // namespace journey::sema
