#pragma once
// The rows of the State store, as the core writes and reads them. Profiles, entries and messages
// are legible to people and to SQL tools; `state` of a profile is the core's own compact form and
// the truth.

#include "engine/model/address.h"
#include "engine/model/delivery.h"

namespace journey::model {

/// A part of a person's state that a store keeps apart, so that it need not be written again with
/// every change: older events, message ids, messages or ended entries of somebody who has many.
struct ChapterRow {
    std::uint32_t number = 0;
    Bytes bytes;
};

struct ProfileRow {
    PersonId id;
    std::string external_id;
    std::string json;  // attributes, tags, consents, suppressions: for people
    Bytes state;       // what the core needs beside the chapters; empty: the person is gone
    Instant next_due = kNever;
    std::vector<ChapterRow> chapters = {};  // by number; new, or in the place of former ones
    std::vector<std::uint32_t> chapters_gone = {};  // former ones that nothing is in the place of
};
/// What the core wants back: the state, and after it every chapter the store has, by number.
Bytes whole_state(const ProfileRow& kept);
/// `kept` is what a store has of somebody; what `newer` says comes to be in its place.
void take_over(ProfileRow& kept, ProfileRow newer);

struct EntryRow {
    EntryId id;
    PersonId person;
    std::string journey;
    std::uint32_t version = 0;
    std::string status;  // "waiting", "sending", "ended"
    std::string step;
    Instant entered_at{};
    std::optional<Instant> due_at;
    std::optional<Instant> ended_at;
    std::string reason;  // of the end: "finished", "goal first_order", "exited", "expired", the
                         // author's word
};

struct MessageRow {
    MessageKey key;
    PersonId person;
    EntryId entry;
    std::string journey;
    std::uint32_t version = 0;
    std::string step;
    std::string channel;
    std::string message_template;
    MessageStatus status = MessageStatus::planned;
    Reason reason = Reason::none;
    std::string detail;  // provider's words, or what the rule saw
    Instant planned_at{};
    std::optional<Instant> claimed_at;
    std::optional<Instant> finished_at;
    std::uint32_t attempts = 0;
    std::string provider_id;
    std::string body_hash;  // hex
    std::string receipts;   // JSON list of {kind, at}
};

/// An event we took in but no Program declares; kept so that nothing is lost.
struct QuarantineRow {
    LogPosition position = 0;
    std::string external_id;
    std::string event;
    std::string json;
    std::string reason;
    Instant at{};
};

/// A change of the suppression list, as the command at `position` made it.
struct AddressRow {
    LogPosition position = 0;
    std::uint32_t item = 0;  // of the command
    AddressKey key;
    std::string scope;
    bool suppressed = true;
    std::string reason;
    std::string source;
    Instant since{};
    Instant at{};
};
/// Changes of the suppression list: all of them up to `applied` that are not in the store yet.
struct AddressCheckpoint {
    LogPosition applied = 0;
    Bytes pepper;  // of the list's keys
    std::vector<AddressRow> rows;
};

/// Somebody was erased: every row that is about the person goes, and what is kept of the messages.
struct ErasedRow {
    PersonId id;
    std::string external_id;
    std::vector<MessageKey> messages;  // those the core still knew; older ones by their rows
};

/// What one partition changed since its last checkpoint, true at `applied`.
struct PartitionCheckpoint {
    PartitionId partition;
    LogPosition applied = 0;
    Bytes meta;                     // counters, clock; the core's own form
    std::vector<ErasedRow> erased;  // before the rows below: who came back is in both
    std::vector<ProfileRow> profiles;
    std::vector<EntryRow> entries;
    std::vector<MessageRow> messages;
    std::vector<QuarantineRow> quarantine;
};

}  // namespace journey::model
