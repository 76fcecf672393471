#pragma once
// The door of engine/runtime. Deciding is core's; here is doing: group commit, claims, Attempts, checkpoints, recovery, drain.
//
// Dispatcher and Node are plain single-threaded objects that never wait and never ask for time: the simulator drives them
// step by step. Service puts them on threads:
//
//   submit ──► log thread: append, sync ──► engine thread: Node::apply ──► attempts ──► Transport (its thread)
//                    ▲                            │                                         │
//                    └── Claims, Outcomes, Ticks ─┴──────────── Observations ◄──────────────┘
//                                                 └──► checkpoint thread: StateStore

#include "connectors/inbound/inbound.h"
#include "connectors/net/net.h"
#include "engine/render/render.h"
#include "engine/runtime/engine.h"

namespace journey::runtime {

/// A channel's provider. At most one connector a channel.
struct Route {
    std::string channel;
    std::shared_ptr<const connectors::Connector> connector;
    std::uint32_t rate_per_second = 0;  // 0: the program's channel rate, or none
};

struct LinkOptions {
    std::string public_url;  // "https://hello.shop.example", no slash at the end; "" = no tracking, no unsubscribe links
    std::string secret;      // for tokens
    bool track_opens = true;
    bool track_clicks = true;
};

/// An Attempt ready for a transport, rendered.
struct OutgoingAttempt {
    model::MessageKey key;
    model::PersonId person;
    std::uint32_t attempt = 1;
    std::string channel;
    connectors::Message message;
    Sha256 body_hash{};
    std::shared_ptr<const connectors::Connector> connector;
};

struct NodeOptions {
    std::uint16_t partitions = model::kDefaultPartitions;
    std::vector<Route> routes;
    LinkOptions links;
    bool record_happenings = false;
    std::uint32_t claims_per_turn = 512;
};

/// Everything of one process that must be deterministic: the partitions, who may claim, what goes out.
class Node {
  public:
    explicit Node(NodeOptions options);
    ~Node();

    /// Loads the State, replays the Log, settles what was under way: Outcomes for Attempts without one come out of `take_commands`.
    Result<void> recover(storage::StateStore& state, storage::Log& log, Instant now);

    /// One durable batch, in Log order.
    Result<void> apply(const storage::LogBatch& batch);
    /// What the transport saw. Becomes an Outcome command.
    void observe(const OutgoingAttempt& attempt, const connectors::Response& response, Instant now);
    /// The transport was told not to start it, or the drain released it.
    void release(const OutgoingAttempt& attempt, std::string_view reason, Instant now);
    /// Lets time act: Tick when something is due, Claims as far as connectors have room.
    void turn(Instant now);
    /// When turn() should be called at the latest.
    Instant next_turn() const;
    /// No new Claims from now on.
    void stop_claims();

    /// Commands to append to the Log, in order; empties the list.
    std::vector<model::Command> take_commands();
    /// Attempts whose Claim is durable; each must end in observe() or release().
    std::vector<OutgoingAttempt> take_attempts();
    /// Attempts that must not start any more if no byte has left (P7): person and channel.
    std::vector<core::CancelUnstarted> take_cancels();
    std::vector<core::Happening> take_happenings();
    std::vector<storage::StateStore::RenderedMessage> take_rendered();

    /// The next partition's changes for the StateStore, round robin; none when nothing changed.
    std::optional<model::PartitionCheckpoint> next_checkpoint();
    struct CatalogCheckpoint {
        Bytes bytes;
        model::LogPosition position = 0;
        std::string journeys_json;
    };
    std::optional<CatalogCheckpoint> next_catalog_checkpoint();
    /// Everything before this position is in checkpoints taken so far.
    model::LogPosition low_water() const;

    core::CatalogPtr catalog() const;
    core::Counts counts() const;
    std::vector<core::TimelineItem> timeline(model::PersonId person) const;
    std::string profile_json(model::PersonId person) const;
    std::vector<model::MessageRow> unknown_messages() const;
    model::LogPosition applied() const;
    std::size_t attempts_under_way() const;
    std::uint64_t state_hash() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

struct ServiceOptions {
    NodeOptions node;
    std::size_t queue_commands_most = 200'000;
    std::size_t queue_bytes_most = 256u << 20;
    std::size_t reserved_commands = 10'000;   // beyond the limit, for opt-outs, receipts and the operator
    Micros commit_window = std::chrono::microseconds(500);
    Micros checkpoint_every = std::chrono::seconds(3);
    Micros drain_at_most = std::chrono::seconds(30);
    std::uint64_t disk_reserve_bytes = 256u << 20;  // below this much free space events get 503
    std::string data_directory;                     // whose file system is watched; "" = none
};

/// The daemon's engine. Construct, start(), then submit from any thread. stop() drains: no new claims, what is under way
/// ends or is released, a last checkpoint.
class Service final : public Engine {
  public:
    Service(ServiceOptions options, storage::Log& log, storage::StateStore& state, storage::Lease& lease,
            connectors::net::Transport& transport, const Clock& clock, Logger& logger);
    ~Service() override;
    Result<void> start();  // recovers; on error nothing runs
    void stop();

    Result<void> submit(std::vector<model::Command> commands, AckWhen when, bool reserved,
                        std::function<void(Result<void>)> done) override;
    core::CatalogPtr catalog() const override;
    const Clock& clock() const override;
    void ask_counts(std::function<void(core::Counts)> answer) override;
    void ask_timeline(model::PersonId person,
                      std::function<void(std::string, std::vector<core::TimelineItem>)> answer) override;
    void ask_unknown(std::function<void(std::vector<model::MessageRow>)> answer) override;
    Health health() const override;
    Numbers numbers() const override;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace journey::runtime
