#pragma once
// How many commands may wait for the engine thread, so that what comes now, an opt-out, say, is
// applied in time. Time is handed in. Private to the room.

#include "engine/base/base.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace journey::runtime {

/// As many as were lately applied within the delay while more waited; where nothing waits, it grows
/// again. Told by the engine thread, read by any.
class QueueLimit {
  public:
    /// Never above `most`, where it begins, nor below `least`.
    QueueLimit(std::size_t most, std::size_t least, Micros delay);
    /// So many are applied, which were handed on to the engine thread then; microseconds of one
    /// steady clock.
    void applied(std::size_t commands, std::int64_t handed_on, std::int64_t now);
    std::size_t commands() const { return commands_; }

  private:
    std::size_t most_;
    std::size_t least_;
    std::int64_t delay_;
    std::atomic<std::size_t> commands_;
    std::int64_t last_ = 0;  // applied()
    std::int64_t busy_ = 0;  // without a pause since the last look
    std::size_t applied_ = 0;
};

}  // namespace journey::runtime
