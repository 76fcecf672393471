#pragma once
// Who may claim, and what may start. One lane a channel: Intents that wait for a Claim (by
// priority, then arrival), Attempts that were granted and wait for room, Attempts under way.
// Private to the room; deterministic; time is handed in.

#include "engine/runtime/pacing.h"

namespace journey::runtime {

/// Tokens by the clock, at most a tenth of a second's worth saved up, in millionths of a token.
class RateLimit {
  public:
    /// `shares`: so many share the rate, and this one gets its part.
    void set_rate(std::uint32_t per_second, std::uint32_t shares = 1);
    bool has_one(Instant now);
    void take_one();
    /// When has_one() becomes true.
    Instant next() const;

  private:
    std::uint32_t rate_ = 0;  // 0: none
    std::int64_t cost_ = 0;   // of one message, in what `rate_` gathers a microsecond
    std::int64_t saved_ = 0;
    Instant counted_{Micros{0}};
};

/// What an Attempt's end says about the connector.
enum class Sign : std::uint8_t { fine, troubled, no_opinion };

/// Opens after five troubled Attempts in ten seconds, for thirty; then one probe at a time decides
/// (RELIABILITY 1.3).
class Breaker {
  public:
    /// How many Attempts may be under way: all, one (the probe), none.
    enum class Gate : std::uint8_t { open_to_all, one_probe, shut };
    Gate gate(Instant now) const;
    /// True when this shut it.
    bool ended(Sign sign, Instant now);
    Instant shut_until() const { return shut_until_; }

  private:
    std::deque<Instant> troubles_;
    Instant shut_until_{Micros{0}};
    bool probing_ = false;
};

/// How many Attempts ended in the last whole beat: what a lane gets done in the time that two syncs
/// of a slow disk take.
class Pace {
  public:
    void turn_to(Instant now);
    void ended(Instant now);
    std::size_t of_last_beat() const { return before_; }

  private:
    Instant beat_{Micros{0}};
    std::size_t now_ = 0;
    std::size_t before_ = 0;
};

class Dispatcher {
  public:
    using Calls = std::map<std::string, std::shared_ptr<const connectors::Connector>, std::less<>>;
    /// `calls`, `fetches`: as NodeOptions has them. Each webhook and each fetch has a lane of its own.
    explicit Dispatcher(const std::vector<Route>& routes, Calls calls = {},
                        std::uint32_t rate_shares = 1, Calls fetches = {});
    /// The channels' own rates count where the route has none.
    void use_program(const ir::Program& program);

    void ready(core::IntentReady intent);
    struct Asked {
        core::IntentReady intent;
        bool connector_ready = true;
    };
    /// Claims to ask for now; each is answered by claim_applied, and before that by granted() when
    /// it may start.
    std::vector<Asked> ask(Instant now, std::uint32_t most);
    void claim_applied(const model::MessageKey& key);
    /// Gives the Attempt back when its connector was stopped, shut or paused since the Claim was
    /// asked for.
    [[nodiscard]] std::optional<core::StartAttempt> granted(core::StartAttempt attempt);

    /// The next granted Attempt that may start, which then counts as under way until ended().
    std::optional<core::StartAttempt> start(Instant now);
    /// `wait`: the provider asked for a pause of the whole connector. Attempts in the result were
    /// granted and may not start now; the caller releases them.
    [[nodiscard]] std::vector<core::StartAttempt> ended(const std::string& channel, Sign sign,
                                                        std::optional<Micros> wait, Instant now);
    [[nodiscard]] std::vector<core::StartAttempt> cancel(const core::CancelUnstarted& cancel);
    /// Those of journeys that are paused, or all when sending is stopped.
    [[nodiscard]] std::vector<core::StartAttempt> cancel(const core::CatalogPtr& catalog);
    /// Those that go to an address of the list.
    [[nodiscard]] std::vector<core::StartAttempt> cancel(const core::AddressList& addresses);
    [[nodiscard]] std::vector<core::StartAttempt> stop();

    /// When ask() may have something although nobody called in between.
    Instant next_at() const;
    std::size_t under_way() const;
    const Route* route_of(const std::string& channel);

  private:
    struct Lane {
        Route route;  // connector null: none is configured
        std::uint32_t parallel = 16;
        RateLimit rate;
        Breaker breaker;
        Instant paused_until{Micros{0}};
        IntentQueue queue;  // of what has no domain with a pace of its own
        DomainQueues domains;
        WarmUpPace warm_up;
        std::size_t queued = 0;  // in both
        std::size_t asked = 0;
        std::deque<core::StartAttempt> granted;
        std::size_t running = 0;
        Pace pace;

        bool may_ask(Instant now);
        void use(std::shared_ptr<const connectors::Connector> connector);
        /// Granted ahead of the room there is, so that the connector does not idle during a sync:
        /// as many again, or what it gets done in a beat. Where a stop would leave each of them
        /// unknown, only as many again.
        std::size_t window() const;
        std::size_t under_way() const { return asked + granted.size() + running; }
        bool has_turn(Instant now);
        core::IntentReady pop(Instant now);
        std::vector<core::StartAttempt> release_granted();
    };
    Lane& lane_of(const std::string& channel);
    std::vector<core::StartAttempt> cancel_where(
        const std::function<bool(const core::StartAttempt&)>& goes);

    Calls calls_;
    Calls fetches_;
    std::uint32_t rate_shares_;
    std::map<std::string, Lane, std::less<>> lanes_;
    std::unordered_map<model::MessageKey, Lane*> asked_;  // looked up, never walked
    bool stopped_ = false;
    Instant last_asked_{Micros{0}};
};

}  // namespace journey::runtime
