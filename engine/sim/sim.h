#pragma once
// The door of engine/sim: the real engine in a world of our making. Single-threaded; nothing here
// waits.

#include "engine/runtime/runtime.h"

namespace journey::sim {

// ---------------------------------------------------------------- a world for testing journeys

struct SentMessage {
    Instant at{};
    connectors::Message message;
    std::uint32_t attempt = 1;
};

/// What the provider answers (to a call, whose message has a `url`: the webhook); the connector reads it by RELIABILITY 1.3 as class "keyed".
using Provider = std::function<connectors::Response(const SentMessage&)>;

struct WorldOptions {
    Instant start{};
    std::uint16_t partitions = 1;
    bool record_happenings = true;
    core::HappeningKinds happenings = core::kEveryHappening;  // with record_happenings: these
    bool record_sent = true;
    std::vector<std::string> channels = {"email", "sms", "push", "webhook"};  // with a connector
    /// The arm that wins, by experiment; absent: what was counted decides.
    std::map<std::string, std::string, std::less<>> winners;
    runtime::LinkOptions links;
    /// So many worlds share the providers; this one gets its part of every rate.
    std::uint32_t rate_shares = 1;
};

class VirtualWorld {
  public:
    explicit VirtualWorld(WorldOptions options);
    ~VirtualWorld();
    /// Goes on from stored data, which is only read, at `start` or at its newest command when that
    /// is later. `partitions` must be those of the data. Errors as of Node::recover.
    static Result<std::unique_ptr<VirtualWorld>> recovered(WorldOptions options,
                                                           storage::StateStore& state,
                                                           storage::Log& log);

    /// `invalid` when the bytes are no Program.
    Result<void> publish(const Bytes& program);
    /// Happens now: `at` is filled in, and `event_time` and the person (from external_id) where
    /// they are absent. Everything that follows at once (claims, attempts, answers) has happened on
    /// return.
    void submit(model::Command command);
    /// Every timer due on the way fires at its own instant, in order. Never goes back: an earlier
    /// `at` does nothing.
    void advance_to(Instant at);
    Instant now() const;
    /// kNever when nobody waits for time.
    Instant next_due() const;

    /// Absent: everything is accepted.
    void set_provider(Provider provider);
    std::vector<core::Happening> take_happenings();
    std::vector<SentMessage> take_sent();
    const runtime::Node& node() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// An arm somebody wants a person to be in; arm "" is the holdout, or with `rest` outside of the
/// sample.
struct ArmWish {
    const ir::Pick* pick = nullptr;
    std::string arm;
    bool rest = false;
};
/// The workspace's holdout, and whether somebody is to be in it.
struct HoldoutWish {
    double share = 0;
    bool in = false;
};
/// The first external id of "user:test-1", "user:test-2", … whose hashes fall into all the arms, and
/// into the holdout or not; none in `tries`: the arm has no weight, or the wishes exclude one another.
std::optional<std::string> person_in_arms(std::span<const ArmWish> wishes,
                                          const HoldoutWish& holdout = {},
                                          std::uint32_t tries = 1'000'000);

// ---------------------------------------------------------------- the seeded simulator

/// Where the world keeps its Log and State: in memory, or by the real SQLite on a disk in memory that
/// loses power.
enum class SimMedium : std::uint8_t { by_seed, memory, disk };

struct SimOptions {
    /// Programs to publish, in turn; empty: the simulator's own. Channels email, sms and push are
    /// served.
    std::vector<Bytes> programs;
    std::uint32_t people = 24;
    std::uint32_t commands = 165;  // from people
    Micros span = std::chrono::hours(24 * 4);
    std::uint16_t partitions = 4;
    bool weather = true;  // providers and disks misbehave, as much as the seed says
    bool crashes = true;
    SimMedium medium = SimMedium::by_seed;
};

struct SimResult {
    std::uint64_t seed = 0;
    std::uint64_t trace_hash =
        0;  // over every durable command, every call and every answer, in order
    std::uint64_t commands = 0;  // durable
    bool on_disk = false;        // see SimMedium
    std::uint64_t crashes = 0;
    std::map<std::string, std::uint64_t> crashed_at;  // where
    std::uint64_t failed_starts = 0;                  // because the disk failed again
    std::uint64_t clock_steps = 0;                    // of the machine's wall clock
    std::uint64_t calls = 0;                          // of providers
    std::uint64_t fetches = 0;                        // likewise, for what messages show
    std::uint64_t unfetched = 0;                      // messages that lacked what they need
    std::uint64_t accepted = 0;                       // messages
    std::uint64_t unknown = 0;
    std::uint64_t skipped = 0;
    std::uint64_t paced = 0;                       // messages that took their turn
    std::uint64_t held_out = 0;                    // messages
    std::uint64_t held_out_served = 0;             // receipts that went to those people
    std::uint64_t erased = 0;                      // people
    std::uint64_t restored = 0;                    // backups of the world's story
    std::map<std::string, std::uint64_t> entered;  // by journey
    std::vector<std::string> violations;           // sentences; empty = every promise was kept
    std::string repeat;                            // the one command that runs this again
};

/// Some hundred milliseconds a seed without optimisation, a few with it.
SimResult run_seed(std::uint64_t seed, const SimOptions& options = {});

}  // namespace journey::sim
