#pragma once
// One seed's world. simulator.cc lets it live, checks.cc judges it. Private to the room.
//
//   people, operators ──► pending ──► Log (faults) ──► ack ──► Node ──► providers (weather) ──►
//   answers, receipts
//                            ▲            │                      │
//                            └─ again ────┴──── crash here, or ──┴── anywhere between two arrows

#include "engine/sim/connector.h"
#include "engine/sim/medium.h"
#include "engine/sim/model.h"
#include "engine/sim/programs.h"
#include "engine/sim/provider.h"
#include "engine/sim/shown.h"

#include <set>

namespace journey::sim {

inline const Instant kSimulationStart = instant_of(1'772'445'600'000'000);  // 2026-03-02T10:00:00Z
inline constexpr Micros kSecond = std::chrono::seconds(1);

/// What a client sent, and whether it was told that it counts. It tries again until it is told.
struct ClientCommand {
    model::Command command;
    std::uint64_t acked = 0;  // sequence; 0: not yet
    bool corrected = false;   // what their clock says is brought to ours
};

class Simulation {
  public:
    Simulation(std::uint64_t seed, const SimOptions& options);
    SimResult run();

  private:
    struct Answer {
        std::uint64_t incarnation = 0;  // the process that asked
        runtime::OutgoingAttempt attempt;
        connectors::Response response;
    };
    struct Arrival {
        std::size_t client = 0;
    };
    struct Wake {};
    /// Somebody sets the machine's clock.
    struct ClockStep {
        Micros by{0};
    };
    using Item = std::variant<Answer, Arrival, Wake, ClockStep>;

    // ---- plans.cc, then simulator.cc
    void plan_people();
    bool is_own() const { return options_.programs.empty(); }
    void plan_operators(const std::vector<Bytes>& programs);
    void plan_clock();
    void approve_at(Instant at);
    void plan_one(const std::string& external_id, Instant at, std::uint64_t number);
    model::CommandBody body_of(const std::string& external_id, std::uint64_t number);
    Value any_value(const ir::Type& type, std::uint64_t number);
    model::Identify any_traits(const std::string& external_id);
    void submit_at(Instant at, model::Command command);
    /// A while, shorter than `most`.
    Micros some(Micros most);
    void live_until(Instant end);
    /// What the machine's clock says.
    Instant wall() const { return now_ + ahead_; }
    /// What the process goes by: the wall clock, but never back.
    Instant process_now();
    /// When the wall clock will say so.
    Instant when_wall_says(Instant at) const { return at == kNever ? kNever : at - ahead_; }
    void deliver(Item item);
    void work();
    /// False: the process is gone.
    bool append_pending();
    bool start_attempts(bool& any);
    bool checkpoint();
    bool may_crash(double chance, std::string_view where);
    void crash(std::string_view where);
    void recover();
    bool start_process();
    void follow();
    /// False: the disk failed and the process is gone.
    bool kept(const Result<void>& done, std::string_view doing);
    void remember_wish(const model::Command& command);
    void remember_erasure(const model::Command& command);
    void answered(std::size_t client);
    void plan_receipt(const Call& call);
    void plan_text(const Call& call);
    runtime::NodeOptions node_options() const;
    void trace(std::string_view bytes);
    void violation(std::string sentence);

    // ---- checks.cc
    void check_call(const Call& call);
    void check_recovered();
    void check_end();
    void check_messages();
    void check_notices();
    bool may_be_erased(const Call& call) const;
    void check_bodies();
    void check_model();
    void check_counts();
    bool is_held_out(const std::string& external_id) const;
    void check_holdout();
    void check_pace();
    void check_erased();

    // ---- restore.cc
    bool keeps_history() const { return is_own() && seed_ / 4 % 4 == 1; }
    void check_restore();

    const std::uint64_t seed_;
    const SimOptions options_;
    Rng rng_;
    Weather weather_;
    double crash_chance_ = 0;
    OwnWorkspace workspace_;
    bool calm_ = false;  // the end of the story: nothing fails any more

    Instant now_;      // everybody else's clocks are right
    Micros ahead_{0};  // the machine's is so much before them
    Instant process_;  // process_now() of a moment ago
    runtime::LogClock log_clock_;
    std::uint64_t sequence_ = 0;
    std::uint64_t item_number_ = 0;
    std::map<std::pair<Instant, std::uint64_t>, Item> items_;
    std::vector<ClientCommand> clients_;
    std::vector<std::string> people_;
    ir::Program
        schema_;  // of the first program: what events people can cause, and what they can say no to

    std::unique_ptr<Medium> medium_;
    std::unique_ptr<Providers> providers_;
    std::vector<runtime::Route> routes_;
    std::uint64_t incarnation_ = 0;
    std::unique_ptr<runtime::Node> node_;
    std::unique_ptr<runtime::Node>
        straight_;  // lives through every durable command and never crashes
    std::vector<model::Command> pending_engine_;
    std::vector<std::size_t> pending_clients_;
    std::vector<model::PartitionCheckpoint> unsaved_;
    std::optional<runtime::Node::CatalogCheckpoint> unsaved_catalog_;
    model::AddressCheckpoint unsaved_addresses_;
    std::vector<storage::StateStore::RenderedMessage> unsaved_rendered_;

    // ---- what checks remember
    std::set<std::pair<std::string, std::string>> seen_;          // person and message id, durable
    std::map<std::pair<std::string, std::string>, bool> wishes_;  // "do not": by consent or channel
    std::map<std::pair<std::string, std::string>, std::uint64_t> revoked_;     // person and consent
    std::map<std::pair<std::string, std::string>, std::uint64_t> suppressed_;  // person and channel
    std::map<model::AddressKey, bool> address_wishes_;
    std::map<std::string, model::MessageKey> named_;  // by the provider's name; durable, like
    std::vector<std::pair<std::string, model::ReceiptKind>> notices_;  // what was said there
    std::set<model::AddressKey> suppressed_addresses_;
    std::map<std::string, std::set<std::string>> met_;  // message ids, since the last erasure
    std::map<std::string, std::string> emails_;
    std::map<std::string, std::set<model::MessageKey>> keys_of_;
    bool published_ = false;
    std::set<std::string> gone_;  // erased, and nobody since
    std::set<model::MessageKey> dead_keys_;
    std::set<model::AddressKey> off_limits_;    // of who wanted nothing and was erased
    std::set<std::string> moved_;               // persons of an Alias
    std::set<model::MessageKey> lost_answers_;  // open at a crash
    std::set<std::pair<model::MessageKey, std::uint32_t>> called_;
    std::map<model::MessageKey, std::uint32_t> taken_;
    Model model_;
    Shown shown_;
    std::map<model::MessageKey, model::MessageRow> messages_;  // at the end
    std::map<model::EntryId, model::EntryRow> entries_;
    std::vector<storage::LogBatch> history_;  // what the Log ever held, in worlds that keep it
    SimResult result_;
};

}  // namespace journey::sim
