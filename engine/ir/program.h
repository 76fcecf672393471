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

/// How long a person stayed with an event: a heartbeat keeps it alive (LANGUAGE 2.3). `key` of the
/// event and `ping_key` of the heartbeat hold the same value for one stay.
struct Dwell {
    Index ping = kNone;  // events
    Index key = kNone;   // field of the event
    Index ping_key = kNone;
    CalendarDuration every;  // only seconds: the heartbeat's pace
    Index ends = kNone;      // events; kNone: only silence ends it
    Index ends_key = kNone;
};

struct EventType {
    std::string name;
    std::vector<Field> fields;
    bool builtin = false;  // made by the engine: delivered opened clicked bounced complained
                           // replied unsubscribed called
    std::optional<Dwell> dwell;
};

/// Fields of every built-in event, in this order.
inline constexpr const char* kBuiltinEventFields[] = {"message", "template", "channel",
                                                      "journey", "entry",    "url"};
inline constexpr const char* kBuiltinEvents[] = {"delivered",  "opened",  "clicked",     "bounced",
                                                 "complained", "replied", "unsubscribed"};
/// What starts a journey that another one runs. It has no declared fields: its properties are what
/// `run … with` gives, known by name (Journey::trigger_fields).
inline constexpr const char* kCalledEvent = "called";

enum class ChannelKind : std::uint8_t { email, sms, push, webhook };

struct Channel {
    std::string name;  // "email", "sms", "push", "webhook"
    ChannelKind kind = ChannelKind::email;
    Index address_field = kNone;  // into profile; kNone for webhook
    std::string from;
    std::string sender;
    std::uint32_t rate_per_second = 0;  // 0: no limit of its own
    std::uint32_t max_length = 0;       // characters; 0: none
    double cost = 0;                    // of one message, in the workspace's currency
};

enum class Basis : std::uint8_t { opt_in, double_opt_in, opt_out };

struct Consent {
    std::string name;
    std::string title;
    std::vector<Index> channels;
    Basis basis = Basis::opt_in;
};

enum class CalendarUnit : std::uint8_t { none, day, week, month, year };

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
    /// With hold_when_full: the last places are kept for planned messages of journeys with a higher
    /// priority.
    bool gives_way = false;
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
    std::int64_t spread_seconds = 0;  // after the end, with `hold`: each message at its own moment
};

enum class MissingVariable : std::uint8_t { blank, skip };

/// A text that templates and other partials put in by `render` or `include`.
struct Partial {
    std::string name;
    std::string text;
};

/// A table of the project that templates look things up in: `{{ products[item.sku].title }}`.
struct Catalogue {
    std::string name;
    Index key = kNone;  // into columns, a text
    std::vector<Field> columns;
    std::vector<Value> cells;  // row by row, each as long as `columns`; no two keys are equal
};

/// What a message asks of somebody's HTTP interface before it is rendered.
struct Fetch {
    enum class IfFails : std::uint8_t { skip, blank };
    std::string name;
    std::string url;                 // Liquid over what the template knows; GET
    std::int64_t cache_seconds = 0;  // how long an answer serves equal addresses; 0: not at all
    std::int64_t timeout_seconds = 2;
    IfFails if_fails = IfFails::skip;
};

/// A file of the project that goes with a mail.
struct File {
    std::string path;  // in the project
    std::string media_type;
    Bytes bytes;
};
struct Attachment {
    Index file = kNone;
    std::string content_id;  // shown by `cid:` of this name; "" = attached
};

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
    std::vector<Index> partials;  // all that its texts put in, also by other partials
    std::vector<Index> catalogues;
    std::vector<Index> fetches;
    std::vector<Attachment> attachments;
};

/// A call to somebody's HTTP interface whose answer a journey can use (`call`).
struct Webhook {
    std::string name;
    std::string url;                 // POST
    std::vector<std::string> sends;  // names it may be given
    std::vector<Field> gives;        // what is read from the JSON object it answers
    std::int64_t timeout_seconds = 10;
    std::uint32_t retries = 3;  // after the first attempt
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
    select,   // operands: condition, value, condition, value, …, value otherwise; a: band_names
    tags,     // the person's tags, a list of text
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

// How people come in. A journey is entered at most once by one event.

/// `enter when E`, or with `lasts`: entered when E lasted that long by its type's Dwell and no
/// event of `unless` came meanwhile. The filters of `unless` see row = that event, trigger = E.
struct OnEvent {
    Pattern pattern;
    std::optional<CalendarDuration> lasts;  // only seconds
    std::vector<Pattern> unless;            // only with `lasts`
};
/// When the aggregate crosses from below to at or above `threshold` by an event of its type;
/// `trigger` is that event. With `per`, the aggregate counts only events that have the same value
/// there as the trigger, for each value by itself.
struct OnReach {
    Index aggregate = kNone;  // count, count_distinct or sum
    Index threshold = kNone;  // exprs: a constant
    Index per = kNone;        // field of the aggregate's event
};
/// When membership changes, whatever changes it: an event, the profile or the clock. Nobody joins
/// by the first publication. `trigger` has only its time.
struct OnSegment {
    Index segment = kNone;
    bool joining = true;  // else leaving
};
enum class Recurrence : std::uint8_t { once, daily, weekly, monthly, yearly };
enum class LeapDay : std::uint8_t { skip, feb_28, mar_1 };
/// At a time of day, for every member of `audience` where that person lives (or in `zone`).
/// `trigger` has only its time: the planned moment.
struct OnSchedule {
    Recurrence recurrence = Recurrence::daily;
    std::int32_t time_seconds = 0;        // of the day; not for `once`
    std::uint8_t weekdays = 0;            // weekly: bit 0 = Monday … bit 6 = Sunday
    std::uint8_t month_day = 0;           // monthly: 1 to 31; months without that day are skipped
    Index date_field = kNone;             // yearly: into profile, a date
    LeapDay leap = LeapDay::skip;         // yearly: people of 29 February in other years
    std::int64_t once_local_seconds = 0;  // once: seconds since 1970 on the wall clock of the zone
    std::string zone;                     // "" = where the person lives
    Index audience = kNone;               // segments
};
/// `enter when called`: another journey runs this one.
struct OnCall {};

using Trigger = std::variant<OnEvent, OnReach, OnSegment, OnSchedule, OnCall>;

struct Goal {
    std::string name;
    Pattern pattern;
    std::optional<CalendarDuration> within;
    bool exits = false;
};

/// By exactly one of: an event, a condition (`exit if`), a change of membership.
struct Exit {
    std::string reason;  // "left", the event's name, or the segment's
    Pattern pattern;
    Index condition = kNone;
    Index segment = kNone;
    bool joining = false;  // of `segment`; else leaving
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
    Index zone_from = kNone;         // exprs: a zone, instead of `zone`; as "" where it is missing
};

// States of the machine. `next` and targets are indices into Journey::states.

struct Send {
    Index channel = kNone;
    Index message_template = kNone;
    std::vector<NamedExpr> args;
    Index to = kNone;  // exprs: text, an address instead of the profile's; kNone: the profile's
    Validity validity;
    std::optional<CalendarDuration> retry_for;
    bool waive_quiet = false;
    bool waive_frequency = false;
    Index next = kNone;
    Index among = kNone;                        // states: the OneOf this is a way of
    std::optional<CalendarDuration> best_hour;  // held until the person's, at most this long
};

/// What the best of several sends is to bring about: `comes` within `within` of it.
struct Return {
    Pattern comes;
    CalendarDuration within;
    double worth = 0;    // in the workspace's currency
    double explore = 0;  // share, 0 to 1, that goes to the others
};

/// One message over one of several channels: the first that is allowed, or with `best` the one that
/// is expected to return most among those. A send that is refused before it can have reached anybody
/// leads back here, and another is tried. Never rests.
struct OneOf {
    std::vector<Index> sends;  // states, in the author's order; each another channel
    Index tried = kNone;       // locals: bit per send that was refused on this visit
    std::optional<Return> best;
    Index next = kNone;  // also when no channel is left
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
/// The order of the draw: holdout, then sample (seed `experiment + "/sample"`), then arms.
struct Pick {
    std::string experiment;
    double holdout = 0;  // share, 0 to 1
    Index holdout_target = kNone;
    double sample = 1;          // share of those not held out who get an arm by the draw
    Index rest_target = kNone;  // sample below 1: where the others go, a Settle
    std::vector<Arm> arms;
};

/// What is counted for a winner: people of an arm who had this at least once.
enum class Metric : std::uint8_t { entered, sent, delivered, opened, clicked, replied, goal };
/// How the winner of an experiment is found. `after` counts from the first person drawn; then the
/// arm with the best numerator/denominator wins when every arm has `needs` in the denominator and
/// a two-proportion z-test against the runner-up reaches `confidence`; else `otherwise`.
struct Winner {
    std::string experiment;
    Metric numerator = Metric::clicked;
    std::string goal;  // numerator `goal`: its name
    Metric denominator = Metric::delivered;
    CalendarDuration after;
    std::uint32_t needs = 0;      // per arm
    double confidence = 0;        // 0 to 1; 0: the best one wins
    std::uint32_t otherwise = 0;  // arm of the Pick; without `otherwise`: the first arm
};

/// Waits until the winner is known, then goes to that arm's target. Rests like an Await without a
/// timer.
struct Settle {
    Index winner = kNone;        // Journey::winners
    std::vector<Index> targets;  // by arm of the Pick
};

struct WaitFor {
    CalendarDuration duration;
    Index length = kNone;  // exprs: a duration, instead of `duration`; missing ends the entry
};
struct WaitUntil {
    std::optional<std::uint8_t> weekday;  // 1 = Monday … 7 = Sunday
    std::optional<std::int32_t> time_seconds;
    Index moment = kNone;     // exprs: an instant or a date
    std::string zone;         // "" = where the person lives
    Index zone_from = kNone;  // exprs: a zone, instead of `zone`; as "" where it is missing
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
/// Posts to a webhook and waits for its answer, which becomes the local (a map by name of what it
/// gives). `failed`: no good answer after all attempts.
struct Call {
    Index webhook = kNone;
    std::vector<NamedExpr> args;
    Index local = kNone;
    Index next = kNone;
    Index failed = kNone;
};
/// An event of the same person, taken in right after this transition.
struct Emit {
    Index event = kNone;
    std::vector<NamedExpr> args;  // by field
    Index next = kNone;
};
/// Starts an entry of a journey of the same program that has an OnCall trigger.
struct Run {
    Index journey = kNone;
    std::vector<NamedExpr> args;
    Index next = kNone;
};
struct End {
    std::string reason;  // "finished" at the end of the steps, else the author's word
};

struct State {
    std::variant<Send, Test, Pick, Await, SetField, SetLocal, Tag, End, Settle, Call, Emit, Run,
                 OneOf>
        act;
    // For people, not part of the hash:
    std::string step;  // label, or a derived id like "wait_3"
    std::uint32_t line = 0;
    std::string text;  // the author's words, shortened: "send email welcome_hello"
};

enum class Others : std::uint8_t { stay, stop, restart };
struct Move {
    std::string from;  // label of the old version
    Index to = kNone;  // states
};
/// What happens at publication to people inside an older version.
struct Migration {
    std::uint32_t from_version = 0;
    std::vector<Move> moves;
    Others others = Others::stay;
};

struct Journey {
    std::string name;
    std::string title;
    std::string about;
    std::string owner;
    MessageClass message_class = MessageClass::marketing;
    std::uint32_t version = 1;
    std::vector<Trigger> triggers;
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
    Index zone_from = kNone;  // exprs: a zone, instead of `zone`; as "" where it is missing
    std::int32_t priority = 0;
    std::uint32_t rate_count = 0;  // marketing messages in `rate_seconds`; 0: as fast as it goes
    std::int64_t rate_seconds = 0;
    std::vector<Winner> winners;
    std::vector<Migration> migrations;
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
    double holdout = 0;            // share of the people who get no marketing, 0 to 1
    /// Marketing messages of one step in a window of `blast_seconds` that go out unasked; 0: all.
    std::uint64_t blast_limit = 0;
    std::int64_t blast_seconds = 0;
    /// The first so many of a version's step go out, the others wait for `canary_seconds`, and for
    /// somebody's approval where more than the share `canary_stop` of the first came back; 0: none.
    std::uint64_t canary_count = 0;
    std::int64_t canary_seconds = 0;
    double canary_stop = 0;
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
    std::vector<Webhook> webhooks;
    std::vector<Segment> segments;
    std::vector<Journey> journeys;
    std::vector<Expr> exprs;
    std::vector<Index> operands;
    std::vector<Value> constants;
    std::vector<Aggregate> aggregates;
    std::vector<std::string> band_names;  // for people: what a `select` is called
    std::vector<Partial> partials;
    std::vector<Catalogue> catalogues;
    std::vector<Fetch> fetches;
    std::vector<File> files;
};

/// Index of the thing called `name`, or kNone. Linear.
template <typename T>
Index find_named(const std::vector<T>& things, std::string_view name) {
    for (std::size_t i = 0; i < things.size(); ++i) {
        if (things[i].name == name) return static_cast<Index>(i);
    }
    return kNone;
}

/// The profile field that says where a person lives: `time_zone`, else the first that is a zone;
/// kNone without one.
Index zone_field_of(const Program& program);

/// The type of the event that `trigger` starts people by (of OnReach: the counted one); kNone when
/// it is no event.
Index event_of(const Program& program, const Trigger& trigger);

}  // namespace journey::ir
