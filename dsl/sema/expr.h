#pragma once
// Expressions: from the author's tree to typed nodes. Every function returns a node, broken when
// something was reported.

#include "dsl/sema/types.h"

namespace journey::sema {

struct Local {
    Index slot = kNone;
    ir::Type type;
    bool may_be_missing = false;
    bool broken = false;
    Span span;
    /// Set when the block that assigned it is over: where that block began.
    std::optional<Span> only_in;
    /// It is what a `call` gave, and the `call` may have failed here.
    bool by_call = false;
    std::shared_ptr<const std::vector<ir::Field>> shape;
    /// A snippet's parameter with a fixed value stands for that value.
    std::optional<Value> constant;
    SnippetParam* param = nullptr;
};

struct Label {
    Span span;
    std::string full;       // with the prefix of the snippet it came in by
    Index channel = kNone;  // kNone: not a send
    Index message_template = kNone;
};

/// A parameter of a snippet that is a name with a kind.
struct NameParam {
    Index index = kNone;  // kNone while the snippet is checked by itself
    SnippetParam* param = nullptr;
};

struct JourneyScope {
    std::string name;             // whose labels and locals these are
    Index self = kNone;           // into Model::journeys; kNone in a snippet by itself
    std::vector<Index> triggers;  // events
    bool triggers_broken = false;
    /// Started by a schedule or a segment too, so there may be no event.
    bool eventless = false;
    bool called = false;
    std::map<std::string, Local> locals;
    std::map<std::string, Label> labels;
    // Inside a snippet: what its steps' names get in front, and its parameters.
    std::string prefix;
    std::map<std::string, NameParam> params;
    std::map<std::string, int> includes;  // how often each snippet came in, for the prefix
};

struct Scope {
    JourneyScope* journey = nullptr;  // null in segments and tests
    Index row = kNone;                // the event under `where`
    bool row_broken = false;
    bool entering = false;      // that event is the one that starts the journey
    bool before_entry = false;  // nobody has entered yet, though the trigger is known
    /// References known to be there (LANGUAGE 2.11: flow typing).
    std::set<std::string> present;
    /// The zone of date-times written without one; "" makes them J0211.
    std::string zone;
};

NodePtr check_expr(Context& cx, const Scope& scope, const ast::Expr& expr);
/// A yes/no; else J0205.
NodePtr check_condition(Context& cx, const Scope& scope, const ast::Expr& expr);
/// EVENT [of LABEL] [where …]. `entering`: the event is the trigger itself.
Pattern check_pattern(Context& cx, const Scope& scope, const ast::EventSel& selection,
                      bool entering = false);
/// What a channel's provider can tell us later (J0311).
bool can_report(ir::ChannelKind kind, std::string_view event);
/// References that are certainly there when `node` came out as `when`.
std::set<std::string> present_if(const Node& node, bool when);

/// Makes `node` fit a place of type `to`, or reports J0201, J0202, J0204 or J0212. `place` is read
/// in "and `total` is money (CNY)".
NodePtr fit(Context& cx, NodePtr node, const ir::Type& to, const std::string& place);

/// A time zone out of a property: `in trigger.zone`, `time zone user.hotel_zone`.
NodePtr check_zone_value(Context& cx, const Scope& scope, const ast::Expr& expr);
/// The zone of a step: its name, or the node that gives it; neither for `local`.
struct StepZone {
    std::string name;
    NodePtr from;
};
StepZone check_step_zone(Context& cx, const Scope& scope, const ast::Zone& zone);

/// A constant that fits, or nullopt after a diagnostic. For defaults and test data.
std::optional<Value> constant_for(Context& cx, const Scope& scope, const ast::Expr& expr,
                                  const ir::Type& to, const std::string& place);

/// A declared property: its type and marks. Nullopt after a diagnostic about its type.
std::optional<ir::Field> resolve_field(Context& cx, const ast::Field& field);

/// The instant of a date-time with its zone, or in `zone` (IANA) when it has none; nullopt after
/// J0211, J0212 or J0213.
std::optional<Instant> instant_of_moment(Context& cx, const ast::LocalMoment& moment,
                                         const std::string& zone);

// Between the files of sema.
NodePtr make(ir::Op op, ir::Type type, Span span);
NodePtr make_constant(Value value, Span span);
NodePtr broken_node(Span span);
bool is_constant(const Node& node);
/// Adds the mend when `node` is a date in quotes, or one the way another country writes it.
void help_with_date(Context& cx, Diagnostic& diagnostic, const Node& node);
/// Folds constants; reports J0210. Keeps what cannot be folded.
NodePtr fold(Context& cx, NodePtr node);
NodePtr check_compare(Context& cx, const Scope& scope, const ast::Compare& compare, Span span);
/// `left < right`, as the author would have written it.
NodePtr check_less(Context& cx, NodePtr left, NodePtr right, Span span);
/// The score of a band.
NodePtr band_node(Context& cx, const Scope& scope, Index band, Span span);
/// A record's names and types out of pairs of a map.
std::shared_ptr<const std::vector<ir::Field>> shape_of(const Node& map);
NodePtr check_between(Context& cx, const Scope& scope, const ast::Between& between, Span span);
NodePtr check_aggregate(Context& cx, const Scope& scope, const ast::Aggregate& aggregate,
                        Span span);
/// False after J0317: `length` reaches further back than events are kept.
bool check_memory(Context& cx, const CalendarDuration& length, Span span);
/// A segment by its name, or by a snippet's parameter; kNone for a parameter without a value yet.
std::optional<Index> template_named(Context& cx, const Scope& scope, const ast::Name& name);
std::optional<Index> segment_named(Context& cx, const Scope& scope, const ast::Name& name);
NodePtr check_call(Context& cx, const Scope& scope, const ast::Call& call, Span span);
NodePtr check_arithmetic(Context& cx, const Scope& scope, const ast::Arithmetic& arithmetic,
                         Span span);
/// The list of J0207 for `node` when it is about to be negated; true when something was reported.
bool refuse_doubts(Context& cx, const Node& node, Span whole);
/// A yes/no that may be missing is in doubt by itself.
void doubt_itself(Node& node);
NodePtr check_name(Context& cx, const Scope& scope, const ast::NameRef& ref, Span span);
NodePtr check_member(Context& cx, const Scope& scope, const ast::Member& member, Span span);
/// An event by path, or an event and one of its fields.
struct EventRef {
    Index event = kNone;
    Index field = kNone;
    const ast::Name* field_name = nullptr;
};
std::optional<EventRef> resolve_event(Context& cx, const ast::Path& path);
std::optional<Index> find_field(Context& cx, const std::vector<ir::Field>& fields,
                                const ast::Name& name, const std::string& owner,
                                const std::string& hint = {}, std::string_view kind = "property");
/// Constant dates become the midnight that starts them in the workspace's zone.
NodePtr as_moment(Context& cx, NodePtr node);

}  // namespace journey::sema
