#pragma once
// The door of engine/runtime. Deciding is core's; here is doing: group commit, claims, Attempts,
// checkpoints, recovery, drain.
//
// Node is a plain single-threaded object that never waits and never asks for time: the simulator
// drives it step by step. Service puts them on threads:
//
//   submit ──► log thread: append, sync ──► engine thread: Node::apply ──► attempts ──► Transport
//   (its thread)
//                    ▲                            │                                         │
//                    └── Claims, Outcomes, Ticks ─┴──────────── Observations ◄──────────────┘
//                                                 └──► checkpoint thread: StateStore

#include "connectors/inbound/inbound.h"
#include "connectors/net/net.h"
#include "engine/render/render.h"
#include "engine/runtime/allow_list.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/log_clock.h"

#include <limits>

namespace journey::runtime {

/// How fast mail may go to each domain: one message every so often; 0: as fast as it goes.
struct Pacing {
    std::map<std::string, Micros, std::less<>> domains;  // in lower case
    Micros other_domains{0};                             // each of them
};

/// A new sender begins slowly.
struct WarmUp {
    Instant from{};
    double start_per_day = 500;
    std::uint32_t doubles_every_days = 3;
    std::uint64_t until_per_day = 0;  // then it is over; 0: when it no longer matters
};

/// A channel's provider. At most one connector a channel.
struct Route {
    std::string channel;
    std::shared_ptr<const connectors::Connector> connector;
    std::uint32_t rate_per_second = 0;  // 0: the program's channel rate, or none
    Pacing pacing = {};
    std::optional<WarmUp> warm_up = {};
    /// What it reports names a message only as it did itself when it took it.
    bool named_by_provider = false;
    /// People's answers come back from it, by their number.
    bool hears_texts = false;
};

struct LinkOptions {
    std::string public_url;  // "https://hello.shop.example", no slash at the end; "" = no tracking,
                             // no unsubscribe links
    std::string secret;      // for tokens
    bool track_opens = true;
    bool track_clicks = true;
};

/// Whether every file that a template sends along has a connector that carries it. `refused`, naming
/// the template, the channel and the connector.
Result<void> can_carry_files(const ir::Program& program, const std::vector<Route>& routes);

/// The table as templates see it.
render::Catalogues::Rows rows_of(const ir::Catalogue& table);

/// An Attempt ready for a transport, rendered.
struct OutgoingAttempt {
    model::MessageKey key;
    model::PersonId person;
    std::uint32_t attempt = 1;
    std::string channel;
    connectors::Message message;
    connectors::Request request;
    Sha256 body_hash{};
    std::shared_ptr<const connectors::Connector> connector;
    Micros deadline{};
    bool is_call = false;           // of a webhook, whose answer counts
    std::string fetch = {};         // for a message: which of its program's
    std::string fetched_from = {};  // its address
    Micros cache_for{0};            // fetch: its answer serves others as long
    Instant begun{};
    std::string number =
        {};  // where texts are heard: they come from it, as canonical_address has it
    std::vector<std::string> devices = {};  // of a push: those that this request is for
    std::size_t parts = 1;                  // the Attempt is so many requests
};

struct NodeOptions {
    std::uint16_t partitions = model::kDefaultPartitions;
    std::vector<Route> routes;
    /// Who posts the calls of a webhook, by its name; "" = of every other. None: calls fail.
    std::map<std::string, std::shared_ptr<const connectors::Connector>, std::less<>> calls;
    /// Likewise who gets what messages show, by the name of the fetch.
    std::map<std::string, std::shared_ptr<const connectors::Connector>, std::less<>> fetches;
    /// About how many bytes people may take in memory, in all partitions together. Beyond it those
    /// who are in a durable checkpoint and rest longest are left to the State store.
    std::size_t people_bytes = std::numeric_limits<std::size_t>::max();
    /// As core::PartitionOptions has it; for tests.
    int people_a_tick = core::PartitionOptions{}.people_a_tick;
    std::size_t chapter = core::PartitionOptions{}.chapter;
    /// For tests: the arm that wins, by experiment, whatever was counted.
    std::map<std::string, std::string, std::less<>> forced_winners;
    LinkOptions links;
    /// Makes the keys of the suppression list in a store that has no list yet; one that has, knows
    /// its own.
    std::string address_pepper;
    bool record_happenings = false;
    core::HappeningKinds happenings = core::kEveryHappening;  // with record_happenings: these
    bool keep_rendered = true;  // hand out the bytes of every message for the State store
    /// Claims that were not granted are handed out for the journal.
    bool tell_stayed = false;
    bool hash_bodies = true;  // else Outcomes hold zeros, where nobody compares what was sent
    /// Everything runs and nothing leaves: each message is rendered, and then counts as sent.
    bool dry_run = false;
    /// Nobody else is sent anything. Absent: anybody.
    std::optional<AllowList> only_to;
    std::uint32_t claims_per_turn = 512;
    /// So many nodes share the providers; this one gets its part of every rate.
    std::uint32_t rate_shares = 1;
};

/// What deliveries did, for /metrics.
struct DeliveryNumbers {
    std::uint64_t attempts_started = 0;
    std::map<std::string, std::uint64_t> observations;  // "email/accepted"
    std::vector<std::uint64_t> lateness_millis_histogram;
};

/// Everything of one process that must be deterministic: the partitions, who may claim, what goes
/// out.
class Node {
  public:
    explicit Node(NodeOptions options);
    ~Node();

    /// Loads the State, replays the Log, settles what was under way: Outcomes for Attempts without
    /// one come out of `take_commands`. `storage_failed` when State and Log do not belong together
    /// or do not decode. Afterwards people are read from `state`, as long as the Node lives: any
    /// call may throw core::StoreFailed, and then the Node is of no more use.
    Result<void> recover(storage::StateStore& state, storage::Log& log, Instant now);

    /// Durable commands, in Log order, the first at `first`.
    void apply(std::span<const model::Command> commands, model::LogPosition first);
    /// The same from the Log's bytes.
    Result<void> apply(const storage::LogBatch& batch);
    /// What the transport saw. Becomes an Outcome command.
    void observe(const OutgoingAttempt& attempt, const connectors::Response& response, Instant now);
    /// The transport was never told about it.
    void release(const OutgoingAttempt& attempt, std::string_view reason, Instant now);
    /// Lets time act: Tick when something is due, Claims as far as connectors have room.
    void turn(Instant now);
    /// When turn() should be called at the latest; kNever when only commands and answers can change
    /// something.
    Instant next_turn() const;
    /// No new Claims from now on; what was granted but not started is released.
    void stop_claims(Instant now);

    /// Commands to append to the Log, in order; empties the list.
    std::vector<model::Command> take_commands();
    /// Attempts whose Claim is durable and whose connector has room, rendered; each must end in
    /// observe() or release(). Granted Attempts beyond a connector's room wait inside: an opt-out
    /// still stops those (P7), and whatever came out of here has begun.
    std::vector<OutgoingAttempt> take_attempts(Instant now);
    std::vector<core::Happening> take_happenings();
    std::vector<storage::StateStore::RenderedMessage> take_rendered();
    /// Of Claims after which nothing of the message leaves, with NodeOptions::tell_stayed; no moment.
    std::vector<storage::Departure> take_stayed();

    /// The next partition's changes for the StateStore, round robin; none when all partitions are
    /// up to date, and none while a catalog waits to be saved before them. Writes about `rows_most`
    /// rows and gives none either when that was not the whole partition: is_in_checkpoint() then,
    /// and the next call goes on. It is true at the position of the first of these calls.
    std::optional<model::PartitionCheckpoint> next_checkpoint(
        std::size_t rows_most = std::numeric_limits<std::size_t>::max());
    bool is_in_checkpoint() const;
    /// The StateStore has the one of this position for good. Whoever is in a checkpoint of which this is not said stays in
    /// memory.
    void checkpoint_saved(model::PartitionId partition, model::LogPosition applied);
    /// Changes of the suppression list that may be saved now: at most about `most` rows.
    model::AddressCheckpoint next_address_checkpoint(std::size_t most);
    struct CatalogCheckpoint {
        storage::StateStore::StoredCatalog stored;
        std::string journeys_json;
        model::LogPosition oldest_needed = 0;
    };
    std::optional<CatalogCheckpoint> next_catalog_checkpoint();
    /// Everything before this position is in checkpoints taken so far.
    model::LogPosition low_water() const;

    core::CatalogPtr catalog() const;
    const core::AddressList& addresses() const;
    core::Counts counts() const;
    std::vector<core::TimelineItem> timeline(model::PersonId person) const;
    core::Why why(model::PersonId person, std::string_view journey, Instant now) const;
    std::string profile_json(model::PersonId person) const;
    std::vector<model::MessageRow> unknown_messages() const;
    std::vector<core::Unmatched> unmatched() const;
    core::PeopleMemory people_memory() const;
    /// People take more memory than they may, and checkpoints would make room.
    bool wants_checkpoint() const;
    model::LogPosition applied() const;
    /// The instant of the newest command: none may carry an earlier one.
    Instant newest() const;
    /// Attempts handed out or granted, and Claims asked for and not answered.
    std::size_t attempts_under_way() const;
    const DeliveryNumbers& numbers() const;
    std::uint64_t state_hash() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

struct ServiceOptions {
    NodeOptions node;
    /// What waits here is lateness for everything behind it, an opt-out, say: a fifth of a second at
    /// full speed. Where applying is slower than that, no more is taken in than is applied in time.
    std::size_t queue_commands_most = 50'000;
    Micros queue_delay_most = std::chrono::milliseconds(250);
    std::size_t queue_bytes_most = 256u << 20;
    std::size_t reserved_commands =
        10'000;  // beyond the limit, for opt-outs, receipts and the operator
    Micros commit_window = std::chrono::microseconds(500);
    Micros checkpoint_every = std::chrono::seconds(3);
    Micros disk_look_every = std::chrono::seconds(1);
    Micros drain_at_most = std::chrono::seconds(30);
    std::uint64_t disk_reserve_bytes = 256u << 20;  // below this much free space events get 503
    std::string data_directory;                     // whose file system is watched; "" = none
    /// What leaves is told there first; it lives as long as the Service. Null: no journal.
    storage::SendJournal* journal = nullptr;
    /// Told that the storage failed for good; nothing is accepted, answered with success or sent
    /// afterwards. Absent: the end of the process, which is what a daemon wants.
    std::function<void(const Error&)> on_storage_failed;
};

/// The daemon's engine. Construct, start(), then submit from any thread. stop() drains: no new
/// claims, what is under way ends or is released, a last checkpoint.
class Service final : public Engine {
  public:
    Service(ServiceOptions options, storage::Log& log, storage::StateStore& state,
            storage::Lease& lease, connectors::net::Transport& transport, const Clock& clock,
            Logger& logger);
    ~Service() override;
    Result<void> start();  // recovers; on error nothing runs
    void stop();

    Result<void> submit(std::vector<model::Command> commands, AckWhen when, bool reserved,
                        std::function<void(Result<void>)> done) override;
    Result<void> has_room() override;
    core::CatalogPtr catalog() const override;
    const Clock& clock() const override;
    void ask_counts(std::function<void(core::Counts)> answer) override;
    void ask_timeline(
        model::PersonId person,
        std::function<void(std::string, std::vector<core::TimelineItem>)> answer) override;
    void ask_why(model::PersonId person, std::string journey,
                 std::function<void(core::Why)> answer) override;
    void ask_unknown(std::function<void(std::vector<model::MessageRow>)> answer) override;
    void ask_content(
        const model::MessageKey& key,
        std::function<void(std::optional<storage::StateStore::RenderedMessage>)> answer) override;
    void ask_unmatched(std::function<void(std::vector<core::Unmatched>)> answer) override;
    void ask_addresses(std::vector<AddressQuestion> questions,
                       std::function<void(std::vector<AddressAnswer>)> answer) override;
    void ask_address_counts(
        std::function<void(std::vector<core::AddressList::Count>)> answer) override;
    Health health() const override;
    Numbers numbers() const override;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace journey::runtime
