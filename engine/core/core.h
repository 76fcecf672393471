#pragma once
// The door of engine/core: apply(state, command, now) -> effects. Pure and deterministic: no I/O,
// no clock, no chance, nothing that depends on the order of a hash table. One Partition is one
// thread's; nothing is shared but the Catalog.

#include "engine/calendar/calendar.h"
#include "engine/core/address_list.h"
#include "engine/ir/ir.h"
#include "engine/model/model.h"

#include <array>
#include <functional>
#include <limits>
#include <map>
#include <memory>

namespace journey::core {

/// The published programs, linked: names of fields, events, consents … get stable numbers that
/// outlive a program, so that a person's data can be read by every version. Immutable; publishing
/// makes the next one.
class Catalog;
using CatalogPtr = std::shared_ptr<const Catalog>;

CatalogPtr empty_catalog();
/// The program becomes the live one; older ones stay for the entries pinned to them. A program with
/// the same hash as the live one changes nothing. `invalid` when bytes do not decode.
Result<CatalogPtr> publish(const CatalogPtr& before, std::string_view program_bytes,
                           model::LogPosition at);
CatalogPtr set_paused(const CatalogPtr& before, const std::string& journey, bool paused);
/// The winner of an experiment; the first decision stands.
CatalogPtr set_decided(const CatalogPtr& before, const model::Decide& decide);
/// About the workspace's rails: every partition's affair, which the catalog does not keep.
bool is_for_rails(const model::CommandBody& body);
/// What everybody knows of the subject from then on.
CatalogPtr set_learned(const CatalogPtr& before, const model::Learned& learned, Instant at);
/// Live program; null before the first publish.
std::shared_ptr<const ir::Program> live_program(const CatalogPtr& catalog);
std::string live_hash(const CatalogPtr& catalog);                     // hex, "" before the first
bool is_paused(const CatalogPtr& catalog, std::string_view journey);  // "" = kill switch
/// For the State store.
Bytes encode_catalog(const CatalogPtr& catalog);
Result<CatalogPtr> decode_catalog(std::string_view bytes);

/// "May this go out?" should be asked soon: the runtime answers with a Claim when the connector has
/// room.
struct IntentReady {
    model::MessageKey key;
    model::PersonId person;
    std::string channel;
    std::uint32_t attempt = 1;
    std::int32_t priority = 0;
    std::string domain = {};  // of a mail address, in lower case: its servers have a pace
};

/// A Claim was granted: send exactly this. Rendering is the runtime's; it is a pure function of
/// these fields.
struct StartAttempt {
    model::MessageKey key;
    model::PersonId person;
    std::uint32_t attempt = 1;
    std::string channel;
    std::string address;                           // "" for webhook
    std::vector<std::string> more_addresses = {};  // of the same person: the message goes there too
    std::string external_id;
    std::shared_ptr<const ir::Program> program;
    ir::Index message_template = ir::kNone;
    ir::Index webhook = ir::kNone;  // a call: post `data` there
    ir::Index fetch = ir::kNone;    // for a message: get this, by the address that `data` makes
    Record data;  // variables: args by name, `user`, `trigger`; of a call only the args
    std::string journey;
    std::string step;
    model::EntryId entry;
    ir::MessageClass message_class = ir::MessageClass::marketing;
    Instant first_claim{};  // of this message: the same for every attempt
    bool open_tracking = true;
    std::optional<model::AddressKey> address_key;  // of the channel's kind, with a suppression list
};

/// Attempts of this person on this channel ("" = all) that were granted but have sent no byte must
/// not start (P7).
struct CancelUnstarted {
    model::PersonId person;
    std::string channel;
};

/// To be appended to the Log by the runtime: an Absorb after an Alias, or a command that arrived
/// for a person who has moved. Listed in Unfinished::appends until confirm_append(from, cause);
/// appending it twice is harmless.
struct AppendCommand {
    model::Command command;
    std::string from;              // external id of the person it left
    model::LogPosition cause = 0;  // position of the command that made it
};

/// What happened, for the tester's timeline, the trace and the live summary; never needed for
/// correctness.
struct Happening {
    enum class Kind : std::uint8_t {
        entered,
        moved,
        took,  // a way out of a state
        ended,
        goal,
        planned,
        held,
        skipped,
        attempted,
        accepted,
        rejected,
        unknown,
        retrying,
        refused_duplicate,
        ignored_unknown_event,
        published,
        called,       // data: what is posted
        answered,     // data: what the answer gives
        call_failed,  // detail: why
        emitted,      // detail: the event
        ran,          // detail: the journey
        migrated,     // step: where to; detail: the version
        fetched,      // webhook: the fetch; data: `answer`
        fetch_failed  // webhook: the fetch; detail: why
    } kind;
    Instant at{};
    model::PersonId person;
    model::EntryId entry;
    std::string journey;
    std::string step;
    std::string channel;
    std::string message_template;
    std::string webhook;
    std::string detail;  // end reason, goal name, arm, sentence
    model::Reason reason = model::Reason::none;
    std::optional<Instant> until;  // held
    Record data;                   // attempted: variables
    ir::Index state = ir::kNone;   // of the journey; where the entry or its message is
    ir::Index way = 0;             // took: as ir::ways_of counts them
};

/// One bit a kind.
using HappeningKinds = std::uint32_t;
inline constexpr HappeningKinds kEveryHappening = ~HappeningKinds{0};
constexpr HappeningKinds only(Happening::Kind kind) {
    return HappeningKinds{1} << static_cast<unsigned>(kind);
}

struct Effects {
    std::vector<IntentReady> ready;
    std::vector<StartAttempt> attempts;
    std::vector<CancelUnstarted> cancels;
    std::vector<AppendCommand> appends;
    std::vector<Happening> happenings;  // filled only when the partition was told to
    void clear();
};

/// People of the workspace's holdout, who get no marketing: what of the counts is theirs.
struct HeldOutCounts {
    std::uint64_t entered = 0;
    std::uint64_t goals = 0;
};

/// A step at the workspace's rails: its blast limit, its canary.
struct RailCounts {
    std::uint64_t waiting = 0;   // messages
    bool shut = false;           // until somebody approves
    Instant looked_at = kNever;  // when what became of the canary's messages decides
};

/// Counts since the store began; of the live journey names and those before.
struct JourneyCounts {
    std::string journey;
    std::uint64_t entered = 0;
    std::uint64_t ended = 0;
    std::uint64_t goals = 0;
    std::uint64_t sent = 0;  // accepted
    std::uint64_t skipped = 0;
    std::uint64_t unknown = 0;
    HeldOutCounts held_out;                         // of `entered` and `goals`
    std::map<std::string, RailCounts> rails;        // by step, of those whose messages wait
    std::map<std::string, std::uint64_t> waiting;   // people per step now
    std::map<std::string, std::uint64_t> ended_by;  // by reason
    std::map<std::string, std::uint64_t> arms;      // "experiment/arm" → people
    std::map<std::string, std::uint64_t> skipped_by;
};
struct Counts {
    std::uint64_t people = 0;
    std::uint64_t events = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t unknown_events = 0;
    std::uint64_t bad_properties = 0;  // of the wrong type, treated as missing
    std::uint64_t emitted = 0;         // events that journeys made
    std::uint64_t ran = 0;             // journeys that journeys ran
    std::uint64_t dropped = 0;         // of both: one too many in a chain
    std::uint64_t erased = 0;          // people
    std::uint64_t late_receipts = 0;   // of messages to them: dropped
    std::map<std::string, std::uint64_t> sent_by_channel;
    std::vector<JourneyCounts> journeys;  // by name
    void add(const Counts& other);
};

inline constexpr std::size_t kMetrics = 7;
using MetricCounts = std::array<std::uint64_t, kMetrics>;  // people, by ir::Metric

/// An experiment whose winner is not decided yet, as one partition counts it.
struct TrialCounts {
    struct Arm {
        std::string name;
        MetricCounts counts{};
    };
    std::string journey;
    std::uint32_t version = 0;
    ir::Winner winner;
    Instant first_drawn = kNever;  // kNever: nobody was drawn here
    Instant due = kNever;   // when the winner is to be decided, as far as this partition knows
    std::vector<Arm> arms;  // of the Pick, in order
};
/// What one partition has counted of a subject of Learned.
struct LessonCounts {
    std::string subject;
    Instant due = kNever;  // when everybody should know more; kNever: nothing is new
    std::vector<model::Learned::Count> counts;
};
/// The lane of dispatch of a webhook's calls: StartAttempt::channel of a call is this and its name.
inline constexpr std::string_view kCallLane = "call:";
std::string call_lane(std::string_view webhook);
/// The same of a fetch.
inline constexpr std::string_view kFetchLane = "fetch:";
std::string fetch_lane(std::string_view fetch);
/// What is more than this is no answer of a call or a fetch.
inline constexpr std::size_t kAnswerMost = 64u << 10;

/// One line of a person's story, in order of time.
struct TimelineItem {
    Instant at{};
    std::string kind;  // "event", "profile", "entered", "ended", "message", "receipt", "consent", …
    std::string text;  // a sentence
    Record fields;
};

/// Why somebody is in a journey of the live program or is not: what a condition saw, taken apart.
struct Checked {
    struct Saw {
        ir::Index expr = ir::kNone;
        Value value;
    };
    ir::Index expr = ir::kNone;   // of the live program
    ir::Index event = ir::kNone;  // whose fields it looks at
    std::uint32_t depth = 0;      // parts of an `or`, and what a segment asks, stand below it
    bool holds = false;
    std::vector<Saw> saw;
};
enum class Verdict : std::uint8_t {
    entered,         // by this: `entry`
    would_enter,     // nothing stands in the way as things are now
    filtered,        // the trigger asks for another kind of this event: `checked`
    below,           // of `reaches`: `reached` and `threshold`
    reached_before,  // of `reaches`, without this event
    staying,         // of `lasts`: decided at `at_last`
    did_not_stay,    // of `lasts`
    condition,       // `only if` says no: `checked`
    entered_before,  // the re-entry rule: because of `entry`, until `at_last` (kNever: for ever)
    running,         // an entry with the same key is live: `entry`
    outside,         // not a member of the segment: `checked`
    inside,          // a member already: only a change makes people enter
    planned,         // at `at_last`
    never_planned,   // no such moment is left, or the person lacks the date
    only_called,     // another journey runs this one
};
std::string_view name_of(Verdict verdict);  // "would_enter"
/// One occasion to enter: an event of the person's history, or for other triggers this moment.
struct Tried {
    std::uint32_t trigger = 0;  // of the journey
    Instant at{};
    Verdict verdict = Verdict::would_enter;
    std::vector<Checked> checked;
    std::optional<model::EntryId> entry;
    Instant at_last = kNever;
    Value reached;
    Value threshold;
};
/// A pass through the journey.
struct Visit {
    model::EntryId entry;
    std::uint32_t version = 0;
    Instant entered_at{};
    Instant ended_at = kNever;    // kNever: still inside
    std::string reason;           // why it ended
    std::string step;             // where it is, or ended
    ir::Index state = ir::kNone;  // of the live version only
    Instant due = kNever;         // the wait's end
    bool queued = false;          // behind another entry
    bool parked = false;          // came due while the journey was paused
};
struct Why {
    bool known = false;     // the person
    bool declared = false;  // the journey, in the live program
    std::string hash;       // of that program: what `expr` means
    std::string moved_to;   // the id the person is known by now
    Instant now{};
    std::uint32_t version = 0;
    bool paused = false;
    bool sending_stopped = false;
    std::vector<Visit> visits;  // by beginning
    std::vector<Tried> tried;   // the newest of each trigger, by time
};

/// What was said of a message that nobody here knows, or of none yet.
struct Unmatched {
    std::string place;  // model::name_of_place
    model::Receipt receipt;
    Instant at{};
};

struct PartitionOptions {
    std::uint16_t partitions = model::kDefaultPartitions;
    bool record_happenings = false;
    HappeningKinds happenings = kEveryHappening;  // with record_happenings: these
    Micros late_event_grace =
        std::chrono::minutes(10);  // an event later than this never starts a journey (LANGUAGE 4.4)
    /// About how many bytes the partition's people may take in memory. A part is for people who are
    /// ready for their next event, some 500 bytes each; the others rest as some 100 and cost about a
    /// microsecond more when something happens to them. With `fetch`, of those nothing happens to
    /// only an id is kept, some 40 bytes; who has changed since the last durable checkpoint never is
    /// one of them, whatever that takes. Changes no answer.
    std::size_t people_bytes = std::numeric_limits<std::size_t>::max();
    /// Gives the state of a person as it stands in the newest checkpoint that checkpoint_saved() or
    /// restore() told of. May throw StoreFailed and nothing else. Absent: everybody stays in memory.
    std::function<void(model::PersonId, Bytes&)> fetch = {};
    /// So many people a Tick looks at, of what is for many: a schedule, a publication, a resume. All
    /// partitions of a process look at once, and others wait meanwhile. Part of the answers: the
    /// same wherever the same Log is applied.
    int people_a_tick = 256;
    /// Of people with more events than so many, or message ids, what is older is handed to the store
    /// once, in chapters of at least so many, and not with every checkpoint. Changes no answer.
    std::size_t chapter = 64;
    /// The addresses nothing goes to, whoever has them; changed only between two commands. Absent: a
    /// bounce stops the person's channel instead.
    std::shared_ptr<const AddressList> addresses = {};
};

/// Out of any call that needs a person whom the store does not give back. What the partition holds
/// is not to be used any more: the process ends, and its Log has everything.
struct StoreFailed {
    Error why;
};

/// What a partition's people take.
struct PeopleMemory {
    std::size_t bytes = 0;          // of all of them, and of finding them
    std::size_t held_bytes = 0;     // the same with the room between them
    std::size_t unsaved_bytes = 0;  // of those who rest and are in no durable checkpoint
    std::uint64_t open = 0;
    std::uint64_t stored = 0;   // of whom only the id is kept
    std::uint64_t fetched = 0;  // times somebody came back from the store
    void add(const PeopleMemory& other);
};

class Partition {
  public:
    Partition(model::PartitionId id, const PartitionOptions& options, CatalogPtr catalog);
    Partition(Partition&&) noexcept;
    Partition& operator=(Partition&&) noexcept;
    ~Partition();

    /// Applies one durable command. Never fails: what cannot be is counted or quarantined.
    /// `effects` is appended to. Commands at or before `applied()` are ignored, which makes replay
    /// after a checkpoint exact. Cost: about the entries of the person plus the triggers of the
    /// event's type.
    void apply(const model::Command& command, model::LogPosition position, Effects& effects);
    /// Publish and SetPaused change the catalog outside; this hands in the new one at the position
    /// of that command; ignored when the state is already past it. What this is for many people goes
    /// through them with the Ticks that follow, and whoever something happens to before their turn
    /// meets it first: look at next_due(). `at` is that command's instant: schedules begin then.
    /// `resume`: what becomes of what is late, when that command was a Resume.
    void use_catalog(CatalogPtr catalog, model::LogPosition position, Effects& effects,
                     Instant at = {}, const model::Resume& resume = {});
    /// The list of addresses changed by a command of nobody's: who has one of them is looked at
    /// again some minutes later, where the program asks who is reachable.
    void addresses_changed(model::LogPosition position, Instant at);

    /// A command for every partition that is theirs and not the catalog's: see is_for_rails.
    void hear(const model::Command& command, model::LogPosition position);

    /// When a Tick is needed next; kNever when nothing waits.
    Instant next_due() const;
    model::LogPosition applied() const;
    void set_applied(
        model::LogPosition position);  // commands up to here concerned other partitions

    /// Rows changed since the last call, true at applied(). Cost: about a microsecond a row.
    model::PartitionCheckpoint take_checkpoint();
    /// The same a piece at a time, about `rows_most` rows: none until all are written, then true at
    /// the position at which the first piece was asked for. Commands may be applied in between.
    std::optional<model::PartitionCheckpoint> take_checkpoint(std::size_t rows_most);
    /// What take_checkpoint() gave with this `applied`, and before, is durable, and from now on
    /// `fetch` gives it. Never called: nobody who has changed leaves memory.
    void checkpoint_saved(model::LogPosition applied);
    /// Before any apply. `invalid` when bytes do not decode. `fetch` gives these people already.
    Result<void> restore(const model::PartitionCheckpoint& stored);
    /// One more of that checkpoint, whose `profiles` may be given like this as well.
    Result<void> restore_person(model::PersonId id, std::string_view state);
    PeopleMemory people_memory() const;
    /// The people are over their bytes, and a checkpoint would make room.
    bool wants_checkpoint() const;
    /// After restore and replay: everything the runtime must know again: Intents that are ready,
    /// and Attempts that were started and have no outcome (they are listed in `claimed`; the caller
    /// appends an Outcome of kind unknown for each, or a repeat of the Claim where the provider's
    /// class allows it).
    struct Unfinished {
        std::vector<IntentReady> ready;
        struct Claimed {
            model::MessageKey key;
            model::PersonId person;
            std::string channel;
            std::uint32_t attempt = 1;
        };
        std::vector<Claimed> claimed;
        std::vector<AppendCommand> appends;  // not yet confirmed, oldest cause first
    };
    Unfinished unfinished() const;
    /// Its `appends` alone, without looking at anybody.
    const std::vector<AppendCommand>& appends() const;
    /// The AppendCommand with this `from` and `cause` (of an Absorb: its released_at) is durable in
    /// the Log.
    void confirm_append(std::string_view from, model::LogPosition cause);

    Counts counts() const;
    /// Experiments that look for a winner, by journey, version and name.
    std::vector<TrialCounts> trials() const;
    /// Counted up to `now`, by subject.
    std::vector<LessonCounts> lessons(Instant now) const;
    /// The earliest `due` of both.
    Instant next_decision() const;
    /// Empty when the person is not known here.
    std::vector<TimelineItem> timeline(model::PersonId person) const;
    /// As far as the person's history tells; the profile is asked as it is now. Changes nothing.
    Why why(model::PersonId person, std::string_view journey, Instant now) const;
    /// Profile as JSON text for people; "" when not known.
    std::string profile_json(model::PersonId person) const;
    /// Messages whose status is unknown: key, person, journey, step.
    std::vector<model::MessageRow> unknown_messages() const;
    /// Of the places that are this partition's; oldest first.
    std::vector<Unmatched> unmatched() const;
    /// A hash of the whole state: equal states, equal hashes. For the simulator and tests.
    std::uint64_t state_hash() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace journey::core
