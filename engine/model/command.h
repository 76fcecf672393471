#pragma once
// Commands: everything that can change state, with the instant it happened. The Log is a sequence
// of batches of these; state is a function of it.

#include "engine/model/address.h"
#include "engine/model/delivery.h"

namespace journey::model {

// ---- from the HTTP API
struct Identify {
    Record traits;
};
struct Track {
    std::string event;
    Record properties;
};
struct ConsentChange {
    std::string consent;  // name of the consent group
    bool granted = false;
    std::string source;  // where it was given: "preference page", "api", …
    std::string proof;   // text shown, IP, …; free
};
struct Suppress {
    std::string channel;  // "" = every channel
    bool suppressed = true;
    std::string reason;
};
/// Somebody wants this consent. Where the consent wants a confirmation it is given when the person
/// confirms, and by this they are asked to; elsewhere it is given now.
struct ConsentAsked {
    std::string consent;
    std::string source;
    std::string proof;
};
/// Everything known of the envelope's person moves to `to` (an external id); later commands for the
/// old id follow.
struct Alias {
    std::string to;
};
/// Everything known of the envelope's person goes, and of the ids that were merged into it; only the
/// keys of addresses stay to which nothing may be sent.
struct Erase {
    /// Made by the engine, for an id that was merged: into whom. "": asked for by the operator.
    std::string merged_into;
};
/// Tags given or taken from outside; journeys do it by `tag`.
struct TagChange {
    std::vector<std::string> add;
    std::vector<std::string> remove;
};
/// Made by the engine from Alias: `state` is the encoded person that was `from`.
struct Absorb {
    std::string from;
    Bytes state;
    LogPosition released_at = 0;  // the position of the Alias; makes Absorb idempotent
};

// ---- from the engine's own runtime
/// Time has passed: everything due at or before the envelope's instant happens.
struct Tick {};
/// "May this go out now?" Durable before the first byte leaves: applying it starts the Attempt, or
/// says hold or skip.
struct Claim {
    MessageKey key;
    std::uint32_t attempt = 1;
    bool connector_ready = true;  // false: there is no connector for the channel
};
struct Outcome {
    MessageKey key;
    std::uint32_t attempt = 1;
    Observation observation;
    Sha256 body_hash{};
};
/// The end of one attempt of a call. A failure without an answer may also come as an Outcome.
struct Answered {
    MessageKey key;
    std::uint32_t attempt = 1;
    Observation observation;  // with its `answer`
};
/// The end of one fetch for a message. A failure without an answer may also come as an Outcome.
struct Fetched {
    MessageKey key;
    std::uint32_t attempt = 1;
    std::string fetch;        // its name
    Observation observation;  // with its `answer`
    Micros took{0};
    bool cached = false;  // it came a while ago, for the same address
};
struct ReceiptArrived {
    MessageKey key;
    Receipt receipt;
};

// ---- from the operator; addressed to every partition
struct Publish {
    Bytes program;  // ir::encode
};
struct SetPaused {
    std::string journey;  // "" = all sending (kill switch)
    bool paused = true;
};
/// What becomes of what a pause or the kill switch made late.
enum class Late : std::uint8_t {
    send,  // goes on as if nothing had been
    skip,  // goes on; messages up to the next wait are skipped
    exit,  // leaves the journey
};
std::string_view name_of(Late late);
/// The end of a pause, or of the kill switch, where what is late may be told apart.
struct Resume {
    std::string journey;  // "" = all sending (kill switch)
    Late late = Late::send;
    /// Of people and messages that stand at these steps instead.
    std::vector<std::pair<std::string, Late>> steps;
    Micros over{0};  // what is late goes on spread over this long
};

/// Made by the engine, once: the winner of an experiment of that version of the journey.
struct Decide {
    std::string journey;
    std::uint32_t version = 0;
    std::string experiment;
    std::string arm;
};

/// Made by the engine, at most once an hour a subject: what all partitions have counted of it.
/// What it is about is core's own affair.
struct Learned {
    std::string subject;
    struct Count {
        std::string name;
        std::uint64_t of = 0;
        std::uint64_t came = 0;
    };
    std::vector<Count> counts;
};

/// Somebody lets a step's messages go beyond the workspace's rails: its canaries are over, and its
/// blast limit does not count for one window from now on.
struct Approve {
    std::string journey;
    std::string step;
    std::string by;  // the approver's name
};

/// The suppression list grows, or lets go of addresses: for every person who has one of them, also
/// one who comes later.
struct SuppressAddresses {
    bool suppressed = true;
    std::string source;  // who says so: "bounced", "import bounces.csv", an operator's name
    struct Item {
        std::string scope;  // kind of channel, or kChannelScope and a name
        AddressKey key;
        std::string reason;
        Instant since{};
    };
    std::vector<Item> items;
};

/// Of a place, which is the envelope's external id (name_of_place): a message went out that a
/// provider or a person will name by it and by nothing else.
struct MessageNamed {
    PersonId whose;
    MessageKey key;
    Instant at{};
};
/// Of a place: what was said there. Becomes a receipt of the message that is named by it; kept until
/// there is one.
struct NoticeArrived {
    Receipt receipt;
};
/// Of a place: whoever that was is erased, and nothing said there is that person's any more.
struct PlaceForgotten {
    PersonId whose;
};
/// Made by the engine's runtime, before the Outcome: addresses that a provider called nobody's when
/// this message went there. They leave the person's profile.
struct AddressesGone {
    MessageKey key;
    std::vector<std::uint64_t> addresses;  // hash64 of each
};
/// Of a person, in data made of a backup: a message went out after the backup was made. It counts as
/// unknown and is not sent again.
struct SentElsewhere {
    MessageKey key;
    Instant at{};  // when it was about to leave
};
/// "id", channel and the provider's name of a message; or "text", channel and a number. Belongs to
/// a partition like a person's external id, and is never one.
std::string name_of_place(std::string_view kind, std::string_view channel, std::string_view name);

using CommandBody =
    std::variant<Identify, Track, ConsentChange, Suppress, Alias, Absorb, Tick, Claim, Outcome,
                 ReceiptArrived, Publish, SetPaused, TagChange, Decide, Answered, Resume,
                 SuppressAddresses, ConsentAsked, Learned, MessageNamed, NoticeArrived, Erase,
                 Approve, Fetched, PlaceForgotten, AddressesGone, SentElsewhere>;

/// An operator's, a decision, or about addresses: the partition of its command is kEveryPartition.
bool is_for_every_partition(const CommandBody& body);

struct Command {
    PartitionId partition{};
    PersonId person{};        // of Track, Identify, …, Claim, Outcome, ReceiptArrived
    std::string external_id;  // of commands from the API: the canonical id person was made from
    Instant at{};             // when the daemon took it in: the core's "now"
    Instant event_time{};  // when it happened, by the sender's clock corrected for skew; = at where
                           // unknown
    std::string
        message_id;  // the sender's, "" when it gave none; de-duplicates API commands per person
    CommandBody body;
};

/// Compact bytes; the format stands at the head of command.cc.
void encode(const Command& command, ByteWriter& out);
Result<Command> decode_command(ByteReader& in);

}  // namespace journey::model
