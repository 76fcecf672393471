#pragma once
// Private to core. What a partition holds of one person. Numbers are the Catalog's stable ones,
// except `program` and what is said to be "of the program".

#include "engine/core/catalog.h"
#include "engine/core/compact_vector.h"
#include "engine/core/history.h"
#include "engine/core/seen.h"
#include "engine/core/triggers.h"

namespace journey::core {

struct Attribute {
    FieldNumber field = 0;
    Value value;
};

struct ConsentRecord {
    std::uint16_t consent = 0;
    bool granted = false;
    Instant at{};
    std::string source;
    std::string proof;
};

/// What was said about a consent before, and that somebody was asked to confirm. What is said last
/// and counts is the ConsentRecord.
struct ConsentNote {
    enum class What : std::uint8_t { asked, given, withdrawn } what = What::asked;
    std::uint16_t consent = 0;
    Instant at{};
    std::string source;
    std::string proof;
};

/// Of a `withdrawn` that took back a request to confirm, and no consent.
inline constexpr std::string_view kAddressChanged = "the address changed";

inline constexpr std::uint16_t kAllChannels = kNoNumber;

struct SuppressionRecord {
    std::uint16_t channel = kAllChannels;
    Instant at{};
    std::string reason;
};

enum class Phase : std::uint8_t {
    waiting,   // at an Await
    sending,   // at a Send, until its message is final
    queued,    // another entry of the journey must end first
    moving,    // between two rests, inside one command
    watching,  // over; only goals with a window are still counted, until `due`
    calling,   // at a Call, until its answer
};

struct StateVisit {
    std::uint16_t state = 0;
    std::uint16_t count = 0;
};

struct Entry {
    model::EntryId id;
    Instant entered_at{};
    Instant trigger_time{};
    Instant due = kNever;
    Instant expires = kNever;   // lifetime
    std::uint64_t goals = 0;    // bit per credited goal; the first 64 goals are watched
    std::uint64_t key = 0;      // hash of the key's value; 0: no key
    std::uint64_t per = 0;      // hash of the re-entry value
    std::uint32_t ordinal = 0;  // grows with each entry of the person
    std::uint32_t journey = 0;  // of the program
    std::uint16_t program = 0;
    std::uint16_t state = 0;  // of the program
    Phase phase = Phase::waiting;
    bool parked = false;                   // came due while its journey was paused
    model::Late late = model::Late::send;  // was parked, and goes on like this
    CompactVector<Value> values;           // trigger fields, then locals
    CompactVector<StateVisit> visits;      // of Sends that can be met again

    bool live() const {
        return phase == Phase::waiting || phase == Phase::sending || phase == Phase::calling;
    }
};

struct EndedEntry {
    model::EntryId id;
    Instant entered_at{};
    Instant ended_at{};
    std::uint64_t key = 0;
    std::uint64_t per = 0;
    std::uint32_t journey = 0;  // number of its name
    std::uint32_t version = 0;
    std::uint32_t reason = 0;  // in the machine's words
    std::uint32_t step = 0;    // in the machine's words
};

struct ReceiptNote {
    model::ReceiptKind kind = model::ReceiptKind::delivered;
    bool hard = false;  // bounced: the address will never take anything
    Instant at{};
    std::uint64_t id = 0;  // hash of the notice's id, 0: none
};

struct Message {
    model::MessageKey key;
    model::EntryId entry;
    std::uint32_t journey = 0;  // of the program
    std::uint32_t visit = 0;
    std::uint32_t attempts = 0;  // granted claims
    std::uint16_t program = 0;
    std::uint16_t state = 0;
    std::uint16_t channel = 0;  // stable
    model::MessageStatus status = model::MessageStatus::planned;
    model::Reason reason = model::Reason::none;
    ir::MessageClass message_class = ir::MessageClass::marketing;
    bool has_body_hash = false;
    Instant planned_at{};
    Instant claimed_at = kNever;  // kNever: never
    Instant finished_at = kNever;
    std::string detail;
    std::string provider_id;
    Sha256 body_hash{};
    std::optional<model::AddressKey> address;  // where it went, for the suppression list
    CompactVector<ReceiptNote> receipts;
};

/// A message that is not final.
struct Intent {
    Message message;
    std::uint32_t attempt = 1;  // of the next or the running claim
    std::uint32_t failures = 0;
    bool ready = false;     // IntentReady is out and not yet answered
    bool frozen = false;    // `data` and `address` are those of the first granted claim
    bool in_doubt = false;  // an attempt got no clear answer: the provider may have it
    model::Late late = model::Late::send;  // what becomes of it when due
    Instant due = kNever;                  // hold or retry ends
    Instant valid_until = kNever;
    Instant first_claim = kNever;
    Record args;
    Record data;
    std::string address;
    std::vector<std::string> more_addresses = {};  // frozen with it: the person's other devices
};

/// A reply is somebody's who wrote back: to this message, as far as anybody knows.
inline bool tells_fate(model::ReceiptKind kind) {
    return kind != model::ReceiptKind::replied;
}

/// Held by a pause or the kill switch.
bool waits_for_resume(const Intent& intent);
/// Held by the workspace's blast limit or a canary.
bool waits_at_rails(const Intent& intent);
/// Held by its journey's rate, and its turn is not known yet.
bool waits_for_turn(const Intent& intent);

struct Moved {
    std::string to;
    model::LogPosition at = 0;
};

struct AbsorbedMark {
    std::string from;
    model::LogPosition released_at = 0;
};

/// A call that has no answer yet. call.cc.
struct PendingCall {
    model::MessageKey key;
    model::EntryId entry;
    std::uint32_t journey = 0;  // of the program
    std::uint16_t program = 0;
    std::uint16_t state = 0;
    std::uint32_t attempt = 1;  // of the next or the running claim
    std::uint32_t failures = 0;
    bool ready = false;    // IntentReady is out and not yet answered
    bool claimed = false;  // an attempt may be under way
    bool held = false;     // by a pause or the kill switch
    Instant planned_at{};
    Instant first_claim = kNever;
    Instant due = kNever;  // the retry
    Record args;
};

/// What a message that was not granted yet shows, or asks for at this moment. fetch.cc.
struct PendingFetch {
    model::MessageKey key;
    ir::Index fetch = ir::kNone;  // of the message's program
    bool asked = false;           // an attempt may be under way
    Instant at{};                 // asked or answered
    Value answer;                 // missing: it failed, and the message shows nothing there
};

/// A message that went out while this data was not there: it was made of a backup. apply_elsewhere.cc.
struct WentOut {
    model::MessageKey key;
    Instant at{};
};

/// In an arm of an experiment whose winner is looked for: what counts already. settle.cc.
struct Drawn {
    std::string journey;
    std::uint32_t version = 0;
    std::string experiment;
    std::string arm;
    std::uint8_t metrics = 0;  // bit per ir::Metric
    Instant at{};
};

/// Sent as the best of several channels; what it is to bring about has not come yet. choice.cc.
struct Hope {
    model::EntryId entry;
    std::uint32_t journey = 0;  // of the program
    std::uint16_t program = 0;
    std::uint16_t state = 0;  // the Send
    Instant at{};
};

/// Leaves its version of the journey when it comes to `at`, or is there and something ends first.
/// migrate.cc.
struct PlannedMove {
    enum class How : std::uint8_t { to_state, stop, restart } how = How::to_state;
    model::EntryId entry;
    std::uint16_t at = 0;       // state of the entry's program
    std::uint16_t program = 0;  // where to
    std::uint32_t journey = 0;  // of that program
    std::uint16_t state = 0;    // of that journey
};

/// A line of the timeline about what is over.
struct ActNote {
    enum class Kind : std::uint8_t {
        called,
        call_failed,
        moved,
        no_zone,
        circle,
        chose,
        said,
        fetched,
        fetch_failed
    } kind = Kind::called;
    Instant at{};
    std::string journey;
    std::string subject;  // webhook, fetch, the step moved to, whose zone is not known, or that
                          // chose; or the key of the message that a provider said something of
    std::string detail;
    std::uint32_t number = 0;  // attempts, the version moved to, the kind of receipt, or how many
                               // milliseconds a fetch took
};

/// Entries that journeys made for one another: whose `emit`, `run` or writing made the next one
/// enter, from the first on. emit.cc.
struct Chain {
    Instant since{};
    std::uint32_t made = 0;              // entries since then
    std::vector<std::uint32_t> entries;  // ordinals of those that are not over
};

/// What calls, fetches, chains, consents of the past, experiments with a winner and migrations remember of a person. parts.cc.
struct Acts {
    std::vector<PendingCall> calls;
    std::vector<Drawn> drawn;
    std::vector<PlannedMove> moves;
    std::vector<ActNote> notes;  // the newest ones
    std::vector<Chain> chains;
    std::vector<ConsentNote> consents;  // by time
    std::vector<Hope> hopes;            // by time
    std::vector<PendingFetch> fetches;
    std::vector<WentOut> went_out;  // and not planned yet
    bool empty() const {
        return calls.empty() && drawn.empty() && moves.empty() && notes.empty() && chains.empty() &&
               consents.empty() && hopes.empty() && fetches.empty() && went_out.empty();
    }
};

/// What few people have.
struct Rare {
    Record extras;                  // traits no program declares
    std::vector<std::string> tags;  // sorted
    std::vector<ConsentRecord> consents;
    std::vector<SuppressionRecord> suppressions;
    std::optional<Moved> moved;
    std::vector<AbsorbedMark> absorbed;
    CompactVector<PendingStay> stays;        // by beginning
    CompactVector<std::uint32_t> inside;     // numbers of watched segments, sorted
    CompactVector<FormerZone> former_zones;  // of the last days, by end
    Instant flip = kNever;  // no later than the clock changes an answer that somebody waits for
    Acts acts;
    bool empty() const {
        return extras.empty() && tags.empty() && consents.empty() && suppressions.empty() &&
               !moved && absorbed.empty() && stays.empty() && inside.empty() &&
               former_zones.empty() && flip == kNever && acts.empty();
    }
};

/// Of the parts that triggers need. stored_triggers.cc.
void put_triggers(ByteWriter& out, const Rare& rare);
void get_triggers(ByteReader& in, const Catalog& catalog, Rare& rare);

/// What older part of a person is kept in chapters; the number of a chapter is its kind and, four
/// times, which one it is.
enum class ChapterKind : std::uint8_t { events, seen, messages, ended };
inline constexpr std::size_t kChapterKinds = 4;

struct Person {
    model::PersonId id;
    // Not state: bookkeeping of the partition.
    Instant scheduled = kNever;  // when the timer queue will look at this person
    bool dirty = false;          // changed since the last checkpoint
    bool saving = false;         // as of the last checkpoint, which is not durable yet
    std::uint8_t turns = 0;      // of People's clock that pass this one over
    std::uint8_t finds = 0;      // how often it was asked about since it was opened
    std::array<std::uint32_t, kChapterKinds> stored_chapters{};  // or on the way to the store
    std::uint32_t weight = 0;                                    // in memory, as People last looked

    std::uint32_t next_ordinal = 1;
    std::string external_id;
    Instant first_seen{};
    CompactVector<Attribute> attributes;  // by field
    History history;
    SeenIds seen;
    CompactVector<Entry> entries;    // by ordinal
    SealedVector<EndedEntry> ended;  // by end
    CompactVector<Intent> intents;   // by planning
    SealedVector<Message> messages;  // final, by end
    std::unique_ptr<Rare> rare_parts;

    const Value* attribute(FieldNumber field) const;
    /// False when it was so already. A missing value removes.
    bool set_attribute(FieldNumber field, Value value);
    Rare& rare() {
        if (!rare_parts) rare_parts = std::make_unique<Rare>();
        return *rare_parts;
    }
    Acts& acts() { return rare().acts; }
    /// Null when there is nothing of the kind.
    Acts* any_acts() {
        return rare_parts && !rare_parts->acts.empty() ? &rare_parts->acts : nullptr;
    }
    const Acts* any_acts() const {
        return rare_parts && !rare_parts->acts.empty() ? &rare_parts->acts : nullptr;
    }
    bool tagged(std::string_view tag) const;
    bool set_tag(const std::string& tag, bool present);
    const ConsentRecord* consent(std::uint16_t number) const;
    /// What was there before is remembered.
    void set_consent(ConsentRecord record);
    void note_consent(ConsentNote note);
    /// Asked to confirm this consent, and nothing was said since; null: not so.
    const ConsentNote* pending_consent(std::uint16_t number) const;
    bool suppressed(std::uint16_t channel) const;
    /// False when it was so already.
    bool set_suppressed(SuppressionRecord record, bool suppressed);
    const Moved* moved() const {
        return rare_parts && rare_parts->moved ? &*rare_parts->moved : nullptr;
    }

    Entry* entry(std::uint32_t ordinal);
    Entry* entry(model::EntryId id);
    const Intent* intent(const model::MessageKey& key) const;
    Intent* intent(const model::MessageKey& key) {
        return const_cast<Intent*>(std::as_const(*this).intent(key));
    }
    PendingCall* call(const model::MessageKey& key);
    /// What is asked for this message now; null: nothing.
    const PendingFetch* asked_fetch(const model::MessageKey& key) const;
    const Message* final_message(const model::MessageKey& key) const;
    Message* change_final_message(const model::MessageKey& key);
    /// The earliest moment something of this person is due.
    Instant next_due() const;
    /// About the bytes this person takes when open.
    std::size_t bytes() const;
};

/// How the bytes of a person are made. All can be read; what nobody has chapters of is the same in
/// all of them.
enum class PersonForm : std::uint8_t {
    whole,    // all in one, and the same however it is stored
    resting,  // as that, and what is in which chapter
    stored,   // without what is in chapters, which are to come after it
};

/// Whose stored bytes these are.
model::PersonId stored_id(std::string_view bytes);

/// 16 hexadecimal digits.
std::string text_of(model::EntryId id);
std::uint64_t hash_of(const Value& value);
model::EntryId entry_id_of(model::PersonId person, std::uint32_t ordinal);

}  // namespace journey::core
