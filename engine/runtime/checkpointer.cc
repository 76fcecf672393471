#include "engine/runtime/checkpointer.h"

#include <set>

namespace journey::runtime {

namespace {

constexpr Micros kRetryAfter = std::chrono::seconds(1);
/// Slices are short, because applying waits for them; a transaction is long, because messages and
/// entries lie in the tables in an order of their own, and a page that many rows share is written
/// once.
constexpr std::size_t kSaveRows = 20'000;

std::size_t rows_of(const model::PartitionCheckpoint& checkpoint) {
    std::size_t chapters = 0;
    for (const model::ProfileRow& row : checkpoint.profiles)
        chapters += row.chapters.size() + row.chapters_gone.size();
    return 1 + chapters + checkpoint.profiles.size() + checkpoint.entries.size() +
           checkpoint.messages.size() + checkpoint.quarantine.size() + checkpoint.erased.size();
}

std::size_t rows_of(const CheckpointSlice& slice) {
    std::size_t rows = slice.rendered.size() + slice.addresses.rows.size();
    for (const model::PartitionCheckpoint& one : slice.partitions)
        rows += rows_of(one);
    return rows;
}

bool is_empty(const CheckpointSlice& slice) {
    return !slice.catalog && slice.partitions.empty() && slice.rendered.empty() &&
           slice.addresses.rows.empty() && !slice.goes_on;
}

/// What was rendered of somebody who is erased by the same slice was rendered before.
void leave_out_erased(CheckpointSlice& slice) {
    std::set<model::PersonId> erased;
    for (const model::PartitionCheckpoint& one : slice.partitions) {
        for (const model::ErasedRow& row : one.erased)
            erased.insert(row.id);
    }
    if (erased.empty()) return;
    std::erase_if(slice.rendered, [&](const storage::StateStore::RenderedMessage& message) {
        return erased.contains(message.person);
    });
}

/// `next` has no catalog: what a catalog makes superfluous in the store is known to be so only when
/// the slices before it are in there.
void append(CheckpointSlice& slice, CheckpointSlice next) {
    std::move(next.partitions.begin(), next.partitions.end(), std::back_inserter(slice.partitions));
    std::move(next.rendered.begin(), next.rendered.end(), std::back_inserter(slice.rendered));
    std::move(next.addresses.rows.begin(), next.addresses.rows.end(),
              std::back_inserter(slice.addresses.rows));
    if (next.addresses.applied != 0) {
        slice.addresses.applied = next.addresses.applied;
        slice.addresses.pepper = std::move(next.addresses.pepper);
    }
    slice.low_water = next.low_water;
    slice.goes_on = next.goes_on;
}

}  // namespace

CheckpointSlice take_slice(Node& node, std::size_t rows_most) {
    CheckpointSlice slice;
    slice.catalog = node.next_catalog_checkpoint();
    while (rows_most > 0) {
        std::optional<model::PartitionCheckpoint> next = node.next_checkpoint(rows_most);
        if (!next) break;
        rows_most -= std::min(rows_most, rows_of(*next));
        slice.partitions.push_back(std::move(*next));
    }
    slice.goes_on = node.is_in_checkpoint();
    slice.addresses = node.next_address_checkpoint(std::max<std::size_t>(rows_most, 1));
    slice.low_water = node.low_water();
    return slice;
}

Checkpointer::Checkpointer(CheckpointerOptions options, storage::StateStore& state,
                           const Logger& logger, Gauges& gauges)
    : options_(std::move(options)), state_(state), logger_(logger), gauges_(gauges) {}

void Checkpointer::run() {
    for (bool last = false; !last && !gauges_.failed;) {
        wake_.take_all(options_.every);
        // Asked before the round: what stop() waited for must be in a round that begins after it.
        last = wake_.closed();
        if (!round()) return;  // a later slice must not count on one that was given up
    }
}

/// Ends when every partition had its turn: under load there is always something new to save.
/// False when a slice was given up.
bool Checkpointer::round() {
    const model::LogPosition goal = gauges_.applied;
    std::optional<CheckpointSlice> gathered = options_.next_slice();
    while (gathered) {
        std::optional<CheckpointSlice> next;
        bool last = is_empty(*gathered) || gathered->low_water > goal;
        while (!last && rows_of(*gathered) < kSaveRows) {
            next = options_.next_slice();
            last = !next || is_empty(*next);
            if (last || next->catalog) break;
            last = next->low_water > goal;
            append(*gathered, *std::exchange(next, std::nullopt));
        }
        leave_out_erased(*gathered);
        if (!save(*gathered)) return false;
        if (!is_empty(*gathered)) {
            gauges_.checkpointed = gathered->low_water - 1;
            options_.truncate(gathered->low_water);
            options_.saved(*gathered);
            crash_here("checkpoint.told");
        }
        if (last) return true;
        gathered = next ? std::move(next) : options_.next_slice();
    }
    return true;
}

/// False: gave up because everything stops; the Log still has what is missing.
bool Checkpointer::save(const CheckpointSlice& slice) {
    bool told = false;
    for (;;) {
        const Result<void> saved = save_once(slice);
        if (saved) return true;
        if (saved.error().code != ErrorCode::refused && saved.error().code != ErrorCode::conflict) {
            if (!gauges_.failed.exchange(true)) {
                logger_.error("storage.failed", {{"detail", saved.error().detail}});
                options_.fail_stop(saved.error());
            }
            return false;
        }
        if (!std::exchange(told, true))
            logger_.error("checkpoint.stalled", {{"detail", saved.error().detail}});
        if (wake_.closed()) return false;
        wake_.take_all(kRetryAfter);
    }
}

Result<void> Checkpointer::save_once(const CheckpointSlice& slice) {
    crash_here("checkpoint.gathered");
    if (slice.catalog) {
        TRY(state_.save_catalog(slice.catalog->stored, slice.catalog->journeys_json,
                                slice.catalog->oldest_needed));
        crash_here("checkpoint.catalog");
    }
    TRY(state_.save(slice.partitions));
    crash_here("checkpoint.people");
    TRY(state_.save_addresses(slice.addresses));
    crash_here("checkpoint.addresses");
    TRY(state_.save_rendered(slice.rendered));
    crash_here("checkpoint.rendered");
    return success();
}

}  // namespace journey::runtime
