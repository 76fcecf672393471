#pragma once
// How fast a channel may go where the whole rate is too coarse: so much a second to each mail
// provider, and a new sender's slow beginning. Deterministic; time is handed in. Private to the
// room; what can be set stands in runtime.h.

#include "engine/runtime/runtime.h"

#include <deque>
#include <set>
#include <tuple>

namespace journey::runtime {

/// What waits in the order it may go: by priority, then arrival.
class IntentQueue {
  public:
    void push(core::IntentReady intent);
    core::IntentReady pop();  // not when empty
    bool empty() const { return queue_.empty(); }
    std::int32_t priority() const { return queue_.begin()->first; }

  private:
    std::map<std::int32_t, std::deque<core::IntentReady>, std::greater<>> queue_;
};

/// A curve that doubles: so many a day, spread over the day. After a restart nothing is saved up,
/// so it is never exceeded.
class WarmUpPace {
  public:
    void set(std::optional<WarmUp> warm_up, std::uint32_t shares);
    bool has_one(Instant now);
    void take_one(Instant now);
    Instant next() const { return next_; }
    /// How many a day at `now`; nothing once it is over.
    static std::optional<double> per_day(const WarmUp& warm_up, Instant now);

  private:
    std::optional<WarmUp> warm_up_;
    std::uint32_t shares_ = 1;
    bool begun_ = false;
    Instant next_{Micros{0}};
};

/// Intents by the domain they go to, each domain at its pace; a slow one holds up nobody else. Of
/// the domains whose turn has come the one with the highest priority waiting goes first, then the
/// one that has waited longest.
class DomainQueues {
  public:
    void set(Pacing pacing, std::uint32_t shares);
    /// Whether Intents of this domain wait here.
    bool holds(std::string_view domain) const;
    void push(core::IntentReady intent);
    bool has_one(Instant now);
    std::int32_t priority() const;  // after has_one()
    core::IntentReady pop(Instant now);
    /// When has_one() becomes true; kNever when nothing waits.
    Instant next() const;

  private:
    struct Domain {
        Micros interval{0};
        std::optional<Instant> next;  // none: nothing has gone there lately
        IntentQueue queue;
        std::optional<Instant> turn_since;  // since when its turn has come, in `turns_`
    };
    using Domains = std::map<std::string, Domain, std::less<>>;
    struct Turn {
        std::int32_t priority = 0;
        Instant since{};
        std::string domain;
        bool operator<(const Turn& other) const {
            if (priority != other.priority) return priority > other.priority;
            return std::tie(since, domain) < std::tie(other.since, other.domain);
        }
    };
    Micros interval_of(std::string_view domain) const;

    Pacing pacing_;
    std::uint32_t shares_ = 1;
    Domains domains_;
    // Domains whose turn has not come, by when it does; those without Intents are forgotten then.
    std::set<std::pair<Instant, std::string>> due_;
    std::set<Turn> turns_;  // the others; each has Intents
};

}  // namespace journey::runtime
