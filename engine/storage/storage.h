#pragma once
// The door of engine/storage: the Log, the State store and the Lease, narrow enough for another engine below each
// (DESIGN 7). sqlite/ and memory/ implement them and are named only by app, sim and tests.

#include "engine/model/model.h"

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
    /// Durable (synced) on success. `expected_first` must be the end of the log plus one and `epoch` the lease's, else
    /// `conflict` and nothing is written. `storage_failed` is final: the process must stop.
    virtual Result<void> append(const std::vector<LogBatch>& batches, std::uint64_t epoch) = 0;
    /// Calls `each` for the batches that hold positions >= from, in order, until it fails or the log ends. A checksum that
    /// does not match is `storage_failed`, naming the position.
    virtual Result<void> read(model::LogPosition from, const std::function<Result<void>(const LogBatch&)>& each) = 0;
    /// Position of the last command; 0 when empty.
    virtual model::LogPosition end() const = 0;
    /// Drops batches whose every position is before `keep_from`.
    virtual Result<void> truncate(model::LogPosition keep_from) = 0;
};

/// Written by one thread, behind the Log.
class StateStore {
  public:
    virtual ~StateStore() = default;
    /// All or nothing, with applied and meta.
    virtual Result<void> save(const model::PartitionCheckpoint& checkpoint) = 0;
    /// The last saved state of one partition; entries and messages rows are not read back. Absent partition: applied 0.
    virtual Result<model::PartitionCheckpoint> load(model::PartitionId partition) = 0;
    /// The catalog true at `position`. Older catalogs are not kept: programs are inside.
    virtual Result<void> save_catalog(std::string_view bytes, model::LogPosition position, std::string_view legible_journeys_json) = 0;
    struct StoredCatalog {
        Bytes bytes;  // empty: none yet
        model::LogPosition position = 0;
    };
    virtual Result<StoredCatalog> load_catalog() = 0;
    /// Rendered bytes of a message, kept so that it can be shown again as it was.
    struct RenderedMessage {
        model::MessageKey key;
        Bytes body;
        std::string hash;
    };
    virtual Result<void> save_rendered(const std::vector<RenderedMessage>& messages) = 0;
    virtual Result<std::optional<RenderedMessage>> load_rendered(const model::MessageKey& key) = 0;
};

/// Says that this process, and no other, owns the data.
class Lease {
  public:
    virtual ~Lease() = default;
    /// Grows with every owner; written with each append by stores that can be shared.
    virtual std::uint64_t epoch() const = 0;
};

}  // namespace journey::storage
