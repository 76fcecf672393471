#include "engine/storage/memory/memory.h"

namespace journey::storage::memory {

namespace {

Error full() {
    return error(ErrorCode::refused,
                 "the medium in memory was told to be full; nothing was written");
}
Error failed() {
    return error(ErrorCode::storage_failed, "the medium in memory was told to fail");
}

struct Plan {
    bool write = true;
    Result<void> answer = success();
};

Plan plan_of(const FaultHook& hook) {
    switch (hook ? hook() : Fault::none) {
        case Fault::none:
            return {true, success()};
        case Fault::full:
            return {false, full()};
        case Fault::lost:
            return {false, failed()};
        case Fault::kept:
            return {true, failed()};
    }
    return {};
}

}  // namespace

Result<void> MemoryLog::append(const std::vector<LogBatch>& batches, std::uint64_t epoch) {
    TRY(check_append(batches, {.end = end_, .lease_epoch = epoch_, .given_epoch = epoch}));
    Plan plan = plan_of(fault_);
    if (plan.write) {
        for (const LogBatch& batch : batches) {
            end_ += batch.count;
            bytes_ += batch.commands.size();
            batches_.push_back(batch);
        }
    }
    return plan.answer;
}

Result<void> MemoryLog::read(model::LogPosition from,
                             const std::function<Result<void>(const LogBatch&)>& each) {
    for (const LogBatch& batch : batches_) {
        if (batch.first + batch.count > from) {
            TRY(each(batch));
        }
    }
    return success();
}

Result<void> MemoryLog::truncate(model::LogPosition keep_from) {
    const auto first_kept =
        std::find_if(batches_.begin(), batches_.end(), [&](const LogBatch& batch) {
            return batch.first + batch.count > keep_from || &batch == &batches_.back();
        });
    for (auto batch = batches_.begin(); batch != first_kept; ++batch)
        bytes_ -= batch->commands.size();
    batches_.erase(batches_.begin(), first_kept);
    return success();
}

void MemoryState::erase(Kept& kept, const model::ErasedRow& row) {
    kept.profiles.erase(row.id);
    for (const model::MessageKey& key : row.messages)
        rendered_.erase(key);
    for (const auto& [key, message] : messages_) {
        if (message.person == row.id) rendered_.erase(key);
    }
    std::erase_if(messages_, [&](const auto& one) { return one.second.person == row.id; });
    std::erase_if(entries_, [&](const auto& one) { return one.second.person == row.id; });
    std::erase_if(quarantine_, [&](const model::QuarantineRow& one) {
        return one.external_id == row.external_id;
    });
}

Result<void> MemoryState::save(const std::vector<model::PartitionCheckpoint>& checkpoints) {
    Plan plan = plan_of(fault_);
    if (!plan.write) return plan.answer;
    const std::lock_guard lock(people_mutex_);
    for (const model::PartitionCheckpoint& checkpoint : checkpoints) {
        Kept& kept = partitions_[checkpoint.partition];
        kept.applied = checkpoint.applied;
        kept.meta = checkpoint.meta;
        for (const model::ErasedRow& row : checkpoint.erased)
            erase(kept, row);
        for (const model::ProfileRow& row : checkpoint.profiles) {
            if (row.state.empty()) {
                kept.profiles.erase(row.id);
            } else {
                model::take_over(kept.profiles[row.id], row);
            }
        }
        for (const model::EntryRow& row : checkpoint.entries)
            entries_[row.id] = row;
        for (const model::MessageRow& row : checkpoint.messages)
            messages_[row.key] = row;
        quarantine_.insert(quarantine_.end(), checkpoint.quarantine.begin(),
                           checkpoint.quarantine.end());
    }
    return plan.answer;
}

Result<model::PartitionCheckpoint> MemoryState::load(model::PartitionId partition) {
    model::PartitionCheckpoint loaded;
    loaded.partition = partition;
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) return loaded;
    loaded.applied = found->second.applied;
    loaded.meta = found->second.meta;
    return loaded;
}

Result<void> MemoryState::load_people(model::PartitionId partition, const EachPerson& each) {
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) return success();
    for (const auto& [id, row] : found->second.profiles) {
        TRY(each(id, model::whole_state(row)));
    }
    return success();
}

Result<void> MemoryState::load_person(model::PartitionId partition, model::PersonId id,
                                      Bytes& state) {
    const std::lock_guard lock(people_mutex_);
    const auto kept = partitions_.find(partition);
    if (kept == partitions_.end()) return no_such_person(id);
    const auto found = kept->second.profiles.find(id);
    if (found == kept->second.profiles.end()) return no_such_person(id);
    state = model::whole_state(found->second);
    return success();
}

Result<void> MemoryState::save_catalog(const StoredCatalog& catalog, std::string_view,
                                       model::LogPosition oldest_needed) {
    Plan plan = plan_of(fault_);
    if (!plan.write) return plan.answer;
    catalogs_[catalog.position] = catalog.bytes;
    const auto after = catalogs_.upper_bound(oldest_needed);
    if (after != catalogs_.begin()) catalogs_.erase(catalogs_.begin(), std::prev(after));
    return plan.answer;
}

Result<std::vector<StateStore::StoredCatalog>> MemoryState::load_catalogs() {
    std::vector<StoredCatalog> loaded;
    for (const auto& [position, bytes] : catalogs_)
        loaded.push_back({bytes, position});
    return loaded;
}

Result<void> MemoryState::save_addresses(const model::AddressCheckpoint& checkpoint) {
    if (checkpoint.rows.empty()) return success();
    Plan plan = plan_of(fault_);
    if (!plan.write) return plan.answer;
    addresses_.applied = checkpoint.applied;
    addresses_.pepper = checkpoint.pepper;
    addresses_.rows.insert(addresses_.rows.end(), checkpoint.rows.begin(), checkpoint.rows.end());
    return plan.answer;
}

Result<model::AddressCheckpoint> MemoryState::load_addresses(const EachAddress& each) {
    for (const model::AddressRow& row : addresses_.rows) {
        TRY(each(row));
    }
    return model::AddressCheckpoint{addresses_.applied, addresses_.pepper, {}};
}

Result<void> MemoryState::save_rendered(const std::vector<RenderedMessage>& messages) {
    Plan plan = plan_of(fault_);
    if (!plan.write) return plan.answer;
    for (const RenderedMessage& message : messages)
        rendered_[message.key] = message;
    return plan.answer;
}

Result<std::optional<StateStore::RenderedMessage>> MemoryState::load_rendered(
    const model::MessageKey& key) {
    const auto found = rendered_.find(key);
    if (found == rendered_.end()) return std::optional<RenderedMessage>{};
    return std::optional{found->second};
}

}  // namespace journey::storage::memory
