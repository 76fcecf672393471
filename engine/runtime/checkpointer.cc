#include "engine/runtime/checkpointer.h"

namespace journey::runtime {

namespace {

constexpr Micros kRetryAfter = std::chrono::seconds(1);

std::size_t rows_of(const model::PartitionCheckpoint& checkpoint) {
    return 1 + checkpoint.profiles.size() + checkpoint.entries.size() + checkpoint.messages.size() +
           checkpoint.quarantine.size();
}

}  // namespace

CheckpointSlice take_slice(Node& node, std::size_t rows_most) {
    CheckpointSlice slice;
    slice.catalog = node.next_catalog_checkpoint();
    std::size_t rows = 0;
    while (rows < rows_most) {
        std::optional<model::PartitionCheckpoint> next = node.next_checkpoint();
        if (!next) break;
        rows += rows_of(*next);
        slice.partitions.push_back(std::move(*next));
    }
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
        round();
    }
}

/// Ends when every partition had its turn: under load there is always something new to save.
void Checkpointer::round() {
    model::LogPosition goal = gauges_.applied;
    for (;;) {
        std::optional<CheckpointSlice> slice = options_.next_slice();
        if (!slice || !save(*slice)) return;
        const bool nothing =
            !slice->catalog && slice->partitions.empty() && slice->rendered.empty();
        if (!nothing) {
            gauges_.checkpointed = slice->low_water - 1;
            options_.truncate(slice->low_water);
            options_.saved(*slice);
        }
        if (nothing || slice->low_water > goal) return;
    }
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
    if (slice.catalog) {
        TRY(state_.save_catalog(slice.catalog->stored, slice.catalog->journeys_json,
                                slice.catalog->oldest_needed));
    }
    TRY(state_.save(slice.partitions));
    return state_.save_rendered(slice.rendered);
}

}  // namespace journey::runtime
