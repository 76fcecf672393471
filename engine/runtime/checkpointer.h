#pragma once
// The checkpoint thread: writes behind the Log what partitions changed, then lets go of the Log's
// old end. Private to the room.

#include "engine/runtime/log_writer.h"

namespace journey::runtime {

/// One slice of a round, taken on the engine thread. Saved in the order of its members.
struct CheckpointSlice {
    std::optional<Node::CatalogCheckpoint> catalog;
    std::vector<model::PartitionCheckpoint> partitions;
    std::vector<storage::StateStore::RenderedMessage> rendered;
    model::AddressCheckpoint addresses;
    model::LogPosition low_water = 0;
    bool goes_on = false;  // a part of one more partition is written, for a later slice
};

/// At most about `rows_most` rows, so that applying never waits long. Empty when nothing changed.
CheckpointSlice take_slice(Node& node, std::size_t rows_most);

struct CheckpointerOptions {
    Micros every = std::chrono::seconds(3);
    /// Asks the engine thread for a slice; none when it is gone.
    std::function<std::optional<CheckpointSlice>()> next_slice;
    /// Tells the engine thread that the slice is in the store.
    std::function<void(const CheckpointSlice& slice)> saved;
    std::function<void(model::LogPosition keep_from)> truncate;
    std::function<void(const Error&)> fail_stop;
};

class Checkpointer {
  public:
    Checkpointer(CheckpointerOptions options, storage::StateStore& state, const Logger& logger,
                 Gauges& gauges);
    /// Rounds until stop(), then a last one.
    void run();
    void stop() { wake_.close(); }
    /// The next round begins at once; none is added to one that is under way.
    void hurry() { wake_.nudge(); }

  private:
    bool round();
    bool save(const CheckpointSlice& slice);
    Result<void> save_once(const CheckpointSlice& slice);
    CheckpointerOptions options_;
    storage::StateStore& state_;
    const Logger& logger_;
    Gauges& gauges_;
    Mailbox<int> wake_;  // nothing is ever put in: closing it ends the waits
};

}  // namespace journey::runtime
