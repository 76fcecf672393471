#pragma once
// The door of engine/storage/memory: a Log, a StateStore and a Lease that live as long as their
// objects. The simulator keeps them over a "crash" of everything else, and decides what the disk
// does.

#include "engine/storage/storage.h"

#include <mutex>

namespace journey::storage::memory {

/// What the medium does with one write.
enum class Fault : std::uint8_t {
    none,
    full,  // no room: refused, nothing written
    lost,  // storage_failed, and nothing was written
    kept,  // storage_failed, although everything was written: the answer got lost
};

/// Asked before every write; absent means no fault.
using FaultHook = std::function<Fault()>;

class MemoryLog final : public Log {
  public:
    explicit MemoryLog(std::uint64_t epoch = 1, FaultHook fault = {})
        : epoch_(epoch), fault_(std::move(fault)) {}
    Result<void> append(const std::vector<LogBatch>& batches, std::uint64_t epoch) override;
    Result<void> read(model::LogPosition from,
                      const std::function<Result<void>(const LogBatch&)>& each) override;
    model::LogPosition end() const override { return end_; }
    Result<void> truncate(model::LogPosition keep_from) override;
    std::uint64_t size_bytes() const override { return bytes_; }

    /// The next owner: appends with an older epoch are refused from now on.
    std::uint64_t take_over() { return ++epoch_; }

  private:
    std::uint64_t epoch_;
    FaultHook fault_;
    std::vector<LogBatch> batches_;
    model::LogPosition end_ = 0;
    std::uint64_t bytes_ = 0;
};

class MemoryState final : public StateStore {
  public:
    explicit MemoryState(FaultHook fault = {}) : fault_(std::move(fault)) {}
    Result<void> save(const std::vector<model::PartitionCheckpoint>& checkpoints) override;
    Result<model::PartitionCheckpoint> load(model::PartitionId partition) override;
    Result<void> load_people(model::PartitionId partition, const EachPerson& each) override;
    Result<void> load_person(model::PartitionId partition, model::PersonId id,
                             Bytes& state) override;
    Result<void> save_catalog(const StoredCatalog& catalog, std::string_view journeys_json,
                              model::LogPosition oldest_needed) override;
    Result<std::vector<StoredCatalog>> load_catalogs() override;
    Result<void> save_addresses(const model::AddressCheckpoint& checkpoint) override;
    Result<model::AddressCheckpoint> load_addresses(const EachAddress& each) override;
    Result<void> save_rendered(const std::vector<RenderedMessage>& messages) override;
    Result<std::optional<RenderedMessage>> load_rendered(const model::MessageKey& key) override;

    /// What SQL would see.
    const std::map<model::EntryId, model::EntryRow>& entries() const { return entries_; }
    const std::map<model::MessageKey, model::MessageRow>& messages() const { return messages_; }
    const std::vector<model::QuarantineRow>& quarantine() const { return quarantine_; }

  private:
    struct Kept {
        model::LogPosition applied = 0;
        Bytes meta;
        std::map<model::PersonId, model::ProfileRow> profiles;
    };
    void erase(Kept& kept, const model::ErasedRow& row);
    FaultHook fault_;
    std::mutex people_mutex_;  // guards the profiles: load_person is another thread's
    std::map<model::PartitionId, Kept> partitions_;
    std::map<model::EntryId, model::EntryRow> entries_;
    std::map<model::MessageKey, model::MessageRow> messages_;
    std::vector<model::QuarantineRow> quarantine_;
    std::map<model::LogPosition, Bytes> catalogs_;
    std::map<model::MessageKey, RenderedMessage> rendered_;
    model::AddressCheckpoint addresses_;
};

class MemoryLease final : public Lease {
  public:
    explicit MemoryLease(std::uint64_t epoch = 1) : epoch_(epoch) {}
    std::uint64_t epoch() const override { return epoch_; }

  private:
    std::uint64_t epoch_;
};

}  // namespace journey::storage::memory
