#pragma once
// Instants and the Clock door. The core never asks for time: commands carry it.

#include "engine/base/result.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace journey {

/// A moment in UTC, in microseconds.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Micros = std::chrono::microseconds;

inline constexpr Instant kNever = Instant::max();

inline std::int64_t micros_of(Instant at) {
    return at.time_since_epoch().count();
}
inline Instant instant_of(std::int64_t micros) {
    return Instant{Micros{micros}};
}

/// RFC 3339 in UTC with milliseconds, "2026-03-02T09:00:00.000Z".
std::string format_instant(Instant at);

/// Reads RFC 3339 / ISO 8601 date-times ("2026-03-02T09:00:00Z", with offset, with fraction, with a
/// blank for T; a missing offset means UTC) and plain dates (midnight UTC).
Result<Instant> parse_instant(std::string_view text);

/// The door behind which time stands. Production: the system's clock, or the demo's fast one; tests
/// and simulation: a clock moved by hand.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
    /// How long a real thread should sleep until `at`: zero when it is past, a day at the most
    /// (look at the clock again then). A fast clock sleeps less.
    virtual Micros real_time_until(Instant at) const = 0;
};

/// Moved by hand.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(Instant start) : now_(start) {}
    Instant now() const override { return now_; }
    Micros real_time_until(Instant) const override { return Micros{0}; }
    void set(Instant at) { now_ = at; }

  private:
    Instant now_;
};

class SystemClock final : public Clock {
  public:
    Instant now() const override;
    Micros real_time_until(Instant at) const override;
};

/// Runs `speed` times faster than the system's clock, from `start` at the moment of construction.
class FastClock final : public Clock {
  public:
    FastClock(Instant start, double speed);
    Instant now() const override;
    Micros real_time_until(Instant at) const override;

  private:
    Instant start_;
    std::chrono::steady_clock::time_point real_start_;
    double speed_;
};

}  // namespace journey
