#pragma once
// Program: what the compiler makes and the engine runs. Plain data, immutable once verified,
// versioned bytes (bytes.cc), content-addressed (hash of the bytes). The engine runs programs
// compiled years ago.
//
// Names are strings, relations are indices into the vectors of the same Program. kNone means
// "none".

#include "engine/base/base.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace journey::ir {

using Index = std::uint32_t;
inline constexpr Index kNone = 0xffffffffu;

// ---------------------------------------------------------------- types and schema

enum class TypeKind : std::uint8_t {
    missing,  // only the literal
    boolean,
    integer,
    real,
    text,
    duration,
    instant,
    date,
    time_of_day,
    zone,    // text, an IANA name
    money,   // of one currency when `currency` is set
    choice,  // text out of `choices`
    list,    // of `element`
    map,     // of `element`
    event,   // a record: an event of type `event`
};

struct Type {
    TypeKind kind = TypeKind::missing;
    TypeKind element = TypeKind::missing;
    std::string currency;
    std::vector<std::string> choices;
    Index event = kNone;
    friend bool operator==(const Type&, const Type&) = default;
};

struct Field {
    std::string name;
    Type type;
    bool required = false;
    bool personal = false;          // `pii`: never in logs, links or metrics
    std::optional<Value> fallback;  // `default`
};

struct EventType {
    std::string name;
    std::vector<Field> fields;
    bool builtin = false;  // made by the engine: delivered opened clicked bounced complained
                           // replied unsubscribed
};

/// Fields of every built-in event, in this order.
inline constexpr const char* kBuiltinEventFields[] = {"message", "template", "channel",
                                                      "journey", "entry",    "url"};
inline constexpr const char* kBuiltinEvents[] = {"delivered",  "opened",  "clicked",     "bounced",
                                                 "complained", "replied", "unsubscribed"};

enum class ChannelKind : std::uint8_t { email, sms, push, webhook };

struct Channel {
    std::string name;  // "email", "sms", "push", "webhook"
    ChannelKind kind = ChannelKind::email;
    Index address_field = kNone;  // into profile; kNone for webhook
    std::string from;
    std::string sender;
    std::uint32_t rate_per_second = 0;  // 0: no limit of its own
    std::uint32_t max_length = 0;       // characters; 0: none
};

enum class Basis : std::uint8_t { opt_in, double_opt_in, opt_out };

struct Consent {
    std::string name;
    std::string title;
    std::vector<Index> channels;
    Basis basis = Basis::opt_in;
};

enum class CalendarUnit : std::uint8_t { none, day, week, month };

/// At most `count` messages per window: a calendar unit where the person lives, or exact rolling
/// seconds.
struct FrequencyLimit {
    std::uint32_t count = 0;
    Index channel = kNone;  // kNone: every channel ("messages")
    CalendarUnit unit = CalendarUnit::none;
    std::int64_t rolling_seconds = 0;
};

enum class MessageClass : std::uint8_t { marketing, transactional };

struct Frequency {
    std::string name;
    std::vector<FrequencyLimit> limits;
    MessageClass counts = MessageClass::marketing;
    bool hold_when_full = false;    // else skip
    CalendarDuration hold_at_most;  // with hold_when_full
};

enum class NoZone : std::uint8_t { hold, skip, use };

struct Quiet {
    std::string name;
    std::int32_t from_seconds = 0;  // of the local day; from > to spans midnight
    std::int32_t to_seconds = 0;
    std::string zone;  // "" = where the person lives
    std::vector<Index> channels;
    bool hold = true;  // else skip
    NoZone no_zone = NoZone::skip;
    std::string no_zone_use;
};

enum class MissingVariable : std::uint8_t { blank, skip };

struct TemplateParam {
    Field field;
};

struct Template {
    std::string name;
    Index channel = kNone;
    MessageClass message_class = MessageClass::marketing;
    Index consent = kNone;
    std::string subject;  // email
    std::string title;    // push
    std::string body;     // sms and push text, email text part, webhook JSON body
    std::string html;     // email: the file's content, taken in at compile time
    std::vector<TemplateParam> params;
    std::vector<Index>
        profile_fields;  // profile fields the text mentions as {{ user.x }} or {{ x }}
    bool unsubscribe_automatic = false;
};

// ---------------------------------------------------------------- expressions

enum class Op : std::uint8_t {
    constant,       // a: constants
    user_field,     // a: profile
    trigger_field,  // a: Journey::trigger_fields
    row_field,      // a: field of the event being looked at
    local,          // a: Journey::locals
    now,
    entry_time,
    entry_id,  // text; equals field `entry` of built-in events
    trigger_time,
    row_time,
    logical_not,  // operands: 1
    logical_and,  // operands: 2 or more, left to right, stops early
    logical_or,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,        // operand 0 in operand 1 (a list)
    contains,  // list or text operand 0 contains operand 1
    starts_with,
    ends_with,
    between,  // operand 0 between 1 and 2, both ends in
    is_missing,
    is_present,
    is_blank,  // missing, "" or only blanks, or an empty list
    fallback,  // operand 0 default operand 1
    add,
    subtract,
    multiply,
    divide,
    negate,
    member,        // a: segments
    tagged,        // operand 0: text
    consented,     // a: consents
    reachable,     // a: channels
    aggregate,     // a: aggregates
    record_field,  // operand 0: record (event); a: field of event type b
    record_time,   // operand 0: record (event)
    time_since,    // operand 0: instant or event; exact duration (seconds) until now
    list,          // operands: elements
    map,           // operands: constant text, value, constant text, value, …
    size,
    lower,
    upper,
    trim,
    abs,
    round,
    floor,
    ceil,
    concat,
    year,
    month,
    day,
    weekday,
    hour,
    minute,   // operand 0: instant or date; operand 1 (optional): zone text
    date_of,  // operand 0: instant, operand 1 (optional): zone
    days_between,
    element,  // operand 0: list or map; operand 1: integer index or text key
};

/// One node. Operands are Program::operands[first, first + count).
struct Expr {
    Op op = Op::constant;
    TypeKind type = TypeKind::missing;
    bool may_be_missing = false;
    Index a = kNone;
    Index b = kNone;
    Index first = 0;
    Index count = 0;
};

enum class AggregateFn : std::uint8_t {
    did,
    count,
    sum,
    avg,
    min,
    max,
    first,
    last,
    distinct,
    count_distinct,
    list
};

enum class WindowKind : std::uint8_t { ever, within, since, before, between };

struct Window {
    WindowKind kind = WindowKind::ever;
    CalendarDuration within;  // subtracted from now in the workspace's zone
    Index since = kNone;  // exprs: since, before (a); between: since = from, until = to (half open)
    Index until = kNone;
};

struct Aggregate {
    AggregateFn fn = AggregateFn::did;
    Index event = kNone;
    Index field = kNone;   // of the event; for sum avg min max distinct count_distinct
    Index filter = kNone;  // exprs; row scope is the event
    Window window;
    std::uint32_t stop_at =
        0;  // the answer need not be exact from here on (threshold pushed down); 0: exact
    std::uint32_t limit = 0;  // list
};

struct Segment {
    std::string name;
    std::string title;
    Index expr = kNone;
};

// ---------------------------------------------------------------- journeys

/// An event with a condition on it. `filter` sees row = that event, and trigger/local of the entry
/// where there is one.
struct Pattern {
    Index event = kNone;
    Index filter = kNone;
};

enum class Reentry : std::uint8_t { never, always, after, once_per };
enum class Overlap : std::uint8_t { ignore, restart, queue, parallel };

struct Goal {
    std::string name;
    Pattern pattern;
    std::optional<CalendarDuration> within;
    bool exits = false;
};

struct Exit {
    std::string reason;  // "left", or the event's name
    Pattern pattern;     // event none: `exit if`
    Index condition = kNone;
};

struct NamedExpr {
    std::string name;
    Index expr = kNone;
};

struct Validity {
    enum class Kind : std::uint8_t { none, for_duration, until_time } kind = Kind::none;
    CalendarDuration duration;
    std::int32_t until_seconds = 0;  // of the local day
    std::string zone;                // "" = where the person lives
};

// States of the machine. `next` and targets are indices into Journey::states.

struct Send {
    Index channel = kNone;
    Index message_template = kNone;
    std::vector<NamedExpr> args;
    Validity validity;
    std::optional<CalendarDuration> retry_for;
    bool waive_quiet = false;
    bool waive_frequency = false;
    Index next = kNone;
};

struct Test {
    Index condition = kNone;
    Index if_true = kNone;
    Index if_false = kNone;
};

struct Arm {
    std::string name;
    double weight = 0;  // share of those not held out, 0 to 1; weights add up to 1
    Index target = kNone;
};

/// Assignment: GrowthBook's hash version 2 of the customer's own id (no "user:" before it) with
/// seed `experiment`; the holdout is drawn first with seed `experiment + "/holdout"`.
struct Pick {
    std::string experiment;
    double holdout = 0;  // share, 0 to 1
    Index holdout_target = kNone;
    std::vector<Arm> arms;
};

struct WaitFor {
    CalendarDuration duration;
};
struct WaitUntil {
    std::optional<std::uint8_t> weekday;  // 1 = Monday … 7 = Sunday
    std::optional<std::int32_t> time_seconds;
    Index moment = kNone;  // exprs: an instant or a date
    std::string zone;      // "" = where the person lives
};

struct WaitArm {
    Pattern pattern;          // `on`; event none: `when`
    Index condition = kNone;  // `when`
    Index target = kNone;
};

struct Await {
    std::variant<WaitFor, WaitUntil> timer;
    std::vector<WaitArm> arms;  // in the author's order
    Index timeout = kNone;      // where the timer leads
};

struct SetField {
    Index field = kNone;
    Index value = kNone;
    Index next = kNone;
};
struct SetLocal {
    Index local = kNone;
    Index value = kNone;
    Index next = kNone;
};
struct Tag {
    bool add = true;
    std::vector<std::string> names;
    Index next = kNone;
};
struct End {
    std::string reason;  // "finished" at the end of the steps, else the author's word
};

struct State {
    std::variant<Send, Test, Pick, Await, SetField, SetLocal, Tag, End> act;
    // For people, not part of the hash:
    std::string step;  // label, or a derived id like "wait_3"
    std::uint32_t line = 0;
    std::string text;  // the author's words, shortened: "send email welcome_hello"
};

struct Journey {
    std::string name;
    std::string title;
    std::string about;
    std::string owner;
    MessageClass message_class = MessageClass::marketing;
    std::uint32_t version = 1;
    std::vector<Pattern> triggers;
    std::vector<std::string> trigger_fields;  // names of the trigger's properties the journey reads
    std::vector<std::string> locals;
    Index admit = kNone;  // `only if`
    Index key = kNone;
    Reentry reentry = Reentry::never;
    CalendarDuration reentry_after;
    Index reentry_per = kNone;  // exprs
    Overlap overlap = Overlap::ignore;
    std::vector<Goal> goals;
    std::vector<Exit> exits;
    Index frequency = kNone;
    Index quiet = kNone;
    std::optional<CalendarDuration> lifetime;  // `expires after`
    std::string zone;                          // "" = where the person lives
    std::int32_t priority = 0;
    std::vector<State> states;
    Index start = kNone;
    Sha256 hash{};  // of the meaning: see journey_hash
    std::string file;
    std::uint32_t line = 0;
};

struct Workspace {
    std::string name;
    std::string zone = "UTC";
    std::string currency;
    std::string locale;
    std::uint8_t week_starts = 1;  // 1 = Monday
};

struct Program {
    Workspace workspace;
    std::vector<Field> profile;
    std::vector<EventType> events;  // the built-in ones too
    std::vector<Channel> channels;
    std::vector<Consent> consents;
    std::vector<Frequency> frequencies;
    std::vector<Quiet> quiets;
    std::vector<Template> templates;
    std::vector<Segment> segments;
    std::vector<Journey> journeys;
    std::vector<Expr> exprs;
    std::vector<Index> operands;
    std::vector<Value> constants;
    std::vector<Aggregate> aggregates;
};

/// Index of the thing called `name`, or kNone. Linear.
template <typename T>
Index find_named(const std::vector<T>& things, std::string_view name) {
    for (std::size_t i = 0; i < things.size(); ++i) {
        if (things[i].name == name) return static_cast<Index>(i);
    }
    return kNone;
}

}  // namespace journey::ir
