#pragma once
// The Log's own time, and what becomes of a command on its way into the Log. The log thread and the
// simulator stamp with the same one.

#include "engine/model/model.h"

namespace journey::runtime {

/// Never goes back, whatever the wall clock does. When that was set back, the Log's time stands still
/// until it has caught up.
class LogClock {
  public:
    /// `newest`: of what the Log holds already.
    explicit LogClock(std::uint16_t partitions, Instant newest = Instant{Micros{0}})
        : partitions_(partitions), newest_(newest) {}

    /// A group is written, and this is what the wall clock says. How far that is behind; 0: it is not.
    Micros look(Instant wall);
    /// As look() left it.
    Instant now() const { return now_; }
    /// From outside: when it came, whose it is and where they live. When it happened keeps its
    /// distance to now, or it would look as old as the step back was wide and start nothing.
    void stamp_client(model::Command& command);
    /// The engine has said all this but the order.
    void stamp_engine(model::Command& command);

  private:
    void keep_order(model::Command& command, Instant at);

    std::uint16_t partitions_;
    Instant newest_;
    Instant now_{};
    Micros behind_{0};
};

}  // namespace journey::runtime
