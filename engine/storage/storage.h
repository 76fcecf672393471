#pragma once
// The door of engine/storage: the Log, the State store and the Lease, narrow enough for another
// engine below each (DESIGN 7). sqlite/ and memory/ implement them and are named only by app, sim
// and tests.

#include "engine/model/model.h"

#include <span>

namespace journey::storage {

/// A batch as it stands in the Log: encoded commands, back to back.
struct LogBatch {
    model::LogPosition first = 0;  // position of the first command
    std::uint32_t count = 0;
    Bytes commands;
};

/// One writer thread. Positions number commands, from 1, without gaps.
class Log {
  public:
    virtual ~Log() = default;
    /// Durable (synced) on success, all of them or none. The first batch must begin at end() + 1,
    /// each next one where the one before ends, and `epoch` must be the lease's, else `conflict`
    /// and nothing is written. `refused`: no room on the disk; nothing is written and the same call
    /// may succeed later. `storage_failed` is final: the process must stop, because what the disk
    /// holds is not known any more.
    virtual Result<void> append(const std::vector<LogBatch>& batches, std::uint64_t epoch) = 0;
    /// Calls `each` for the batches that hold positions >= from, in order, until it fails or the
    /// log ends. A checksum that does not match is `storage_failed`, naming the position.
    virtual Result<void> read(model::LogPosition from,
                              const std::function<Result<void>(const LogBatch&)>& each) = 0;
    /// Position of the last command; 0 when empty.
    virtual model::LogPosition end() const = 0;
    /// Batches whose every position is before `keep_from` need not stay: they go little by little,
    /// with what is appended and in tidy(). The last batch always stays, because it says where the
    /// log ends.
    virtual Result<void> truncate(model::LogPosition keep_from) = 0;
    /// Housekeeping that must not delay an acknowledgement; called by the writer thread when the
    /// answers are out.
    virtual Result<void> tidy() { return success(); }
    /// Bytes the log takes on its medium, about.
    virtual std::uint64_t size_bytes() const = 0;
};

/// Written by one thread, behind the Log; load_person may be another's. Errors as for Log::append.
class StateStore {
  public:
    virtual ~StateStore() = default;
    /// All of them or none, with applied and meta. One sync.
    virtual Result<void> save(const std::vector<model::PartitionCheckpoint>& checkpoints) = 0;
    /// The last saved state of one partition, without its people and rows. Absent: applied 0.
    virtual Result<model::PartitionCheckpoint> load(model::PartitionId partition) = 0;
    /// The whole state of each of its people (model::whole_state), in order of id, until `each` fails;
    /// those without state are left out. `state` is good until `each` returns. Not beside save().
    using EachPerson = std::function<Result<void>(model::PersonId id, std::string_view state)>;
    virtual Result<void> load_people(model::PartitionId partition, const EachPerson& each) = 0;
    /// One person's whole state as it was saved last. By any one thread, beside all the others: it
    /// waits for none of them. `storage_failed` when there is no such person: who asks knows of one.
    virtual Result<void> load_person(model::PartitionId partition, model::PersonId id,
                                     Bytes& state) = 0;

    struct StoredCatalog {
        Bytes bytes;
        model::LogPosition position = 0;  // true from here on
    };
    /// Must be saved before any partition whose applied is at or beyond its position: a partition
    /// is restored with the catalog of its own position. Catalogs older than the one true at
    /// `oldest_needed` (the least applied of all saved partitions) are dropped: programs are inside
    /// the newer ones. `journeys_json` is for people: a list of {name, title, version, program,
    /// live, paused}.
    virtual Result<void> save_catalog(const StoredCatalog& catalog, std::string_view journeys_json,
                                      model::LogPosition oldest_needed) = 0;
    /// In order of position.
    virtual Result<std::vector<StoredCatalog>> load_catalogs() = 0;

    /// Changes of the suppression list are only added: together they are the list and its history.
    /// All of them or none, with `applied`. An empty one writes nothing.
    virtual Result<void> save_addresses(const model::AddressCheckpoint& checkpoint) = 0;
    /// Every change in order, until `each` fails; gives `applied` and the pepper. Absent: applied 0.
    using EachAddress = std::function<Result<void>(const model::AddressRow&)>;
    virtual Result<model::AddressCheckpoint> load_addresses(const EachAddress& each) = 0;

    /// Rendered bytes of a message, kept so that it can be shown again as it was.
    struct RenderedMessage {
        model::MessageKey key;
        Bytes body;
        std::string hash;
        model::PersonId person = {};  // whose it is, until it is saved
    };
    virtual Result<void> save_rendered(const std::vector<RenderedMessage>& messages) = 0;
    virtual Result<std::optional<RenderedMessage>> load_rendered(const model::MessageKey& key) = 0;
};

/// One message on its way out, or not any more.
struct Departure {
    enum class What : std::uint8_t {
        leaves,  // it is claimed, and the provider may be told next
        stayed,  // the provider was certainly not told, and will not be before it is claimed again
        began,   // of no message: from here on each that leaves is told
    } what = What::leaves;
    model::PersonId person;
    model::MessageKey key;
    std::uint32_t attempt = 1;
    Instant at{};
};

/// What left, beside the store and older than its last backup: who restores that sends nothing twice.
/// One writer thread.
class SendJournal {
  public:
    virtual ~SendJournal() = default;
    /// Durable on success when one of them leaves; all of them or none. Their instants never go back.
    /// Errors as for Log::append.
    virtual Result<void> append(std::span<const Departure> departures) = 0;
};

/// Says that this process, and no other, owns the data.
class Lease {
  public:
    virtual ~Lease() = default;
    /// Grows with every owner; written with each append by stores that can be shared.
    virtual std::uint64_t epoch() const = 0;
};

/// What every Log checks before it writes: `conflict` when the batches do not continue the log
/// without a gap, hold no command, or come from an owner whose lease is over.
struct AppendCheck {
    model::LogPosition end = 0;
    std::uint64_t lease_epoch = 0;
    std::uint64_t given_epoch = 0;
};
Result<void> check_append(const std::vector<LogBatch>& batches, const AppendCheck& check);

/// What every load_person says of somebody whom the store does not have.
Error no_such_person(model::PersonId id);

}  // namespace journey::storage
