#pragma once
// Engine: what the HTTP API and the tool talk to. Thread safe; answers come through callbacks on
// one of the engine's threads.

#include "connectors/api/api.h"
#include "engine/core/core.h"
#include "engine/storage/storage.h"

namespace journey::runtime {

/// When the caller is told.
enum class AckWhen : std::uint8_t {
    durable,  // synced in the Log: enough for events
    applied,  // applied, and Attempts it forbids are cancelled: for opt-outs, publishing, pausing
};

struct Health {
    bool live = true;                  // the threads turned within 5 s
    bool ready = false;                // recovered, storage writable, not draining
    std::vector<std::string> failing;  // names of failing checks
};

struct Numbers {  // for /metrics
    std::uint64_t commands_appended = 0;
    std::uint64_t batches_synced = 0;
    std::uint64_t log_bytes = 0;
    std::uint64_t queue_commands = 0;
    std::uint64_t queue_bytes = 0;
    std::uint64_t attempts_under_way = 0;
    std::uint64_t attempts_started = 0;
    std::map<std::string, std::uint64_t> observations;  // "email/accepted"
    model::LogPosition applied = 0;
    model::LogPosition checkpointed = 0;
    std::vector<std::uint64_t> sync_micros_histogram;      // log2 buckets from 16 µs
    std::vector<std::uint64_t> lateness_millis_histogram;  // due timers, log2 buckets from 1 ms
    std::uint64_t overloaded = 0;                          // submissions refused
    std::uint64_t people_bytes = 0;                        // memory of people
    std::uint64_t people_unsaved_bytes = 0;                // of those in no checkpoint yet
    std::uint64_t people_stored = 0;                       // left to the State store
    std::uint64_t people_fetched = 0;                      // read back from there
};

/// Is this address on the suppression list?
struct AddressQuestion {
    std::string scope;
    ir::ChannelKind kind = ir::ChannelKind::email;
    std::string address;  // canonical
};
struct AddressAnswer {
    model::AddressKey key;
    std::optional<core::ListedAddress> listed;
};

class Engine {
  public:
    virtual ~Engine() = default;

    /// Queues commands for one group commit: all of them become durable together. `partition` and
    /// `at` are filled in here. `retry` at once when the queue is full (tell the caller 503 with
    /// Retry-After) or `cancelled` when draining; then `done` is not called. Otherwise `done` is
    /// called exactly once. `reserved`: opt-outs, receipts and the operator have room of their own.
    virtual Result<void> submit(std::vector<model::Command> commands, AckWhen when, bool reserved,
                                std::function<void(Result<void>)> done) = 0;
    /// What submit() would answer now to a little that is not reserved. Asked before the work of
    /// reading a body whose commands would only be refused; a no counts as a refused submission.
    virtual Result<void> has_room() = 0;

    /// The catalog as of the last applied publish.
    virtual core::CatalogPtr catalog() const = 0;
    virtual const Clock& clock() const = 0;

    virtual void ask_counts(std::function<void(core::Counts)> answer) = 0;
    virtual void ask_timeline(
        model::PersonId person,
        std::function<void(std::string profile_json, std::vector<core::TimelineItem>)> answer) = 0;
    virtual void ask_why(model::PersonId person, std::string journey,
                         std::function<void(core::Why)> answer) = 0;
    virtual void ask_unknown(std::function<void(std::vector<model::MessageRow>)> answer) = 0;
    /// By time.
    virtual void ask_unmatched(std::function<void(std::vector<core::Unmatched>)> answer) = 0;

    /// A message as it was sent, with the hash of these bytes; nothing when nobody keeps it (any
    /// more).
    virtual void ask_content(
        const model::MessageKey& key,
        std::function<void(std::optional<storage::StateStore::RenderedMessage>)> answer) = 0;

    /// In the order of the questions; none at all when the engine is gone.
    virtual void ask_addresses(std::vector<AddressQuestion> questions,
                               std::function<void(std::vector<AddressAnswer>)> answer) = 0;
    virtual void ask_address_counts(
        std::function<void(std::vector<core::AddressList::Count>)> answer) = 0;

    virtual Health health() const = 0;
    virtual Numbers numbers() const = 0;
};

}  // namespace journey::runtime
