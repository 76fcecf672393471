// After a stop of any kind:
//   catalogs, then every partition with the catalog of its own position   from the State
//   commands behind the least applied position                            from the Log; effects are
//                                                                         dropped
//   what the partitions still know as unfinished                          settled below
#include "engine/runtime/node_impl.h"

namespace journey::runtime {

namespace {

using Catalogs = std::map<model::LogPosition, core::CatalogPtr>;

Result<Catalogs> load_catalogs(storage::StateStore& state) {
    TRY(const auto stored, state.load_catalogs());
    Catalogs catalogs;
    catalogs[0] = core::empty_catalog();
    for (const auto& one : stored) {
        TRY(catalogs[one.position], core::decode_catalog(one.bytes));
    }
    return catalogs;
}

const core::CatalogPtr& catalog_at(const Catalogs& catalogs, model::LogPosition position) {
    return std::prev(catalogs.upper_bound(position))->second;
}

Error apart(const std::string& how) {
    return error(ErrorCode::storage_failed, "state.db and log.db do not belong together: " + how +
                                                "; restore both from the same backup");
}

/// What an Attempt without an answer means after a stop (RELIABILITY 1.3, last but three).
model::Observation lost_answer(const Route* route) {
    model::Observation observation;
    observation.kind = model::ObservationKind::unknown;
    observation.ambiguous = true;
    if (route != nullptr) {
        switch (route->connector->traits().idempotency) {
            case model::IdempotencyClass::keyed:
            case model::IdempotencyClass::collapsible:
                observation.kind = model::ObservationKind::lost;
                break;
            case model::IdempotencyClass::queryable:
            case model::IdempotencyClass::neither:
                break;
        }
    }
    observation.reason = "the daemon stopped between the claim and the answer";
    return observation;
}

}  // namespace

/// One after the other, person by person: a store may hold more than memory does.
Result<core::Partition> Node::Impl::load(std::uint16_t number, const Catalogs& catalogs) {
    const model::PartitionId id{number};
    TRY(const model::PartitionCheckpoint stored, state->load(id));
    core::Partition partition(id, partition_options(number), catalog_at(catalogs, stored.applied));
    TRY(partition.restore(stored));
    TRY(state->load_people(id, [&](model::PersonId person, std::string_view bytes) {
        return partition.restore_person(person, bytes);
    }));
    partition.set_applied(stored.applied);
    return partition;
}

Result<void> Node::Impl::recover(storage::StateStore& store, storage::Log& log, Instant now) {
    now_ = now;
    state = &store;
    TRY(const Catalogs catalogs, load_catalogs(store));
    model::LogPosition most = 0;
    model::LogPosition least = kNoPosition;
    for (std::uint16_t i = 0; i < options.partitions; ++i) {
        TRY(partitions[i], load(i, catalogs));
        saved[i] = partitions[i].applied();
        durable[i] = saved[i];
        // The log may hold them already, and then replay confirms them.
        for (const core::AppendCommand& append : partitions[i].appends())
            note_append(append);
        most = std::max(most, saved[i]);
        least = std::min(least, saved[i]);
    }
    if (log.end() < most) {
        return apart("the state is true at position " + std::to_string(most) +
                     ", the log ends at " + std::to_string(log.end()));
    }
    if (catalogs.rbegin()->first > log.end()) {
        return apart("a program was published at position " +
                     std::to_string(catalogs.rbegin()->first) + ", the log ends at " +
                     std::to_string(log.end()));
    }

    TRY(load_addresses(log, least));
    applied = least;
    const auto base = std::prev(catalogs.upper_bound(least));
    catalog = base->second;
    catalog_position = base->first;
    TRY(log.read(least + 1, [&](const storage::LogBatch& batch) { return replay(batch); }));
    if (applied != log.end()) {
        return apart("the log has no command at position " + std::to_string(applied + 1));
    }
    pending.clear();  // listed again below, with those the State knew
    // Catalogs that were saved before the stop need not be saved again.
    catalog_unsaved = catalog_position > catalogs.rbegin()->first;
    use_program();

    for (std::size_t i = 0; i < partitions.size(); ++i) {
        partitions[i].set_applied(applied);
        due[i] = partitions[i].next_due();
        decisions_due[i] = partitions[i].next_decision();
        core::Partition::Unfinished unfinished = partitions[i].unfinished();
        for (core::IntentReady& intent : unfinished.ready)
            dispatcher.ready(std::move(intent));
        for (const auto& claimed : unfinished.claimed) {
            model::Observation observation = lost_answer(dispatcher.route_of(claimed.channel));
            count(claimed.channel, observation.kind);
            emit(claimed.person, now,
                 model::Outcome{claimed.key, claimed.attempt, std::move(observation), {}});
        }
        for (core::AppendCommand& append : unfinished.appends) {
            note_append(append);
            emit(std::move(append));
        }
    }
    return success();
}

Result<void> Node::Impl::load_addresses(storage::Log& log, model::LogPosition upto) {
    TRY(const model::AddressCheckpoint stored,
        state->load_addresses([this](const model::AddressRow& row) -> Result<void> {
            addresses->restore(row);
            return success();
        }));
    if (stored.applied > upto)
        return apart("the suppression list is true at position " + std::to_string(stored.applied) +
                     ", people at " + std::to_string(upto));
    if (!stored.pepper.empty()) addresses->set_pepper(stored.pepper);
    const auto add = [&](const storage::LogBatch& batch) -> Result<void> {
        if (batch.first > upto) return success();
        TRY(const std::vector<model::Command> commands, decode(batch));
        for (std::size_t i = 0; i < commands.size() && batch.first + i <= upto; ++i) {
            const auto* change = std::get_if<model::SuppressAddresses>(&commands[i].body);
            if (change != nullptr && batch.first + i > stored.applied)
                addresses->apply(*change, commands[i].at, batch.first + i);
        }
        return success();
    };
    return log.read(stored.applied + 1, add);
}

/// A batch may begin before the least applied position: its head is known already.
Result<void> Node::Impl::replay(const storage::LogBatch& batch) {
    if (batch.first > applied + 1) {
        return apart("the log has no command at position " + std::to_string(applied + 1));
    }
    TRY(std::vector<model::Command> commands, decode(batch));
    const auto known = static_cast<std::size_t>(applied + 1 - batch.first);
    apply(std::span<const model::Command>(commands).subspan(known), applied + 1);
    effects.clear();
    return success();
}

}  // namespace journey::runtime
