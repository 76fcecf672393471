#pragma once
// Where a simulated world keeps what it must not lose, and how that fails. Private to the room.

#include "engine/sim/sim.h"

namespace journey::sim {

class Medium {
  public:
    virtual ~Medium() = default;
    /// A process begins and owns what is there, after fall() or for the first time.
    virtual Result<void> open() = 0;
    virtual storage::Log& log() = 0;
    virtual storage::StateStore& state() = 0;
    virtual std::uint64_t epoch() const = 0;
    /// The process ends, with or without the machine; says how, for the trace.
    virtual std::string_view fall() = 0;
    /// The process ended in the middle of an operation of the disk.
    virtual bool is_gone() const { return false; }
    /// Times that something failed.
    virtual std::uint64_t faults() const = 0;
    /// Somebody replaced the disk that failed again and again.
    virtual void mend() {}
    /// Nothing fails any more.
    virtual void calm() = 0;

    // ---- what SQL would see, for those who judge
    virtual Result<std::map<model::MessageKey, model::MessageRow>> messages() = 0;
    virtual Result<std::map<model::EntryId, model::EntryRow>> entries() = 0;
    /// I11, as a sentence of what is wrong.
    virtual std::string damage() = 0;
};

/// `trouble`: how probable it is that one write of the Log fails. Draws from `rng`, which must live
/// as long.
std::unique_ptr<Medium> memory_medium(double trouble, Rng& rng);
/// The real SQLite on a simulated disk, which fails about as often.
std::unique_ptr<Medium> disk_medium(double trouble, std::uint64_t seed, Rng& rng);

}  // namespace journey::sim
