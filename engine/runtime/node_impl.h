#pragma once
// Node's inside; node.cc applies and lets time act, recover.cc brings it back after a stop. Private
// to the room.

#include "engine/runtime/composer.h"
#include "engine/runtime/devices.h"
#include "engine/runtime/dispatcher.h"
#include "engine/runtime/fetch_cache.h"

namespace journey::runtime {

inline constexpr model::LogPosition kNoPosition = ~model::LogPosition{0};

class Node::Impl {
  public:
    explicit Impl(NodeOptions given);

    // ---- node.cc
    void apply(std::span<const model::Command> commands, model::LogPosition first);
    Result<std::vector<model::Command>> decode(const storage::LogBatch& batch) const;
    void observe(const OutgoingAttempt& attempt, const connectors::Response& response, Instant now);
    void turn(Instant now);
    std::vector<OutgoingAttempt> take_attempts(Instant now);
    std::optional<model::PartitionCheckpoint> next_checkpoint(std::size_t rows_most);
    std::optional<CatalogCheckpoint> next_catalog_checkpoint();
    model::LogPosition low_water() const;
    model::AddressCheckpoint next_address_checkpoint(std::size_t most);
    /// Effects of a batch, once it is durable: Intents to the lanes, Attempts to their line,
    /// commands to the list.
    void use_effects();

    core::PartitionOptions partition_options(std::uint16_t number) const;

    // ---- winners.cc
    /// When a winner must be decided next; kNever while a decision is on its way.
    Instant next_decision() const;
    /// Adds up what the partitions count and emits a Decide for every experiment that is due.
    void decide_winners(Instant now);
    /// Adds up what the partitions count and emits a Learned for every subject that is due.
    void learn(Instant now);
    void emit_decision(model::CommandBody body, Instant now);

    // ---- recover.cc
    Result<void> recover(storage::StateStore& store, storage::Log& log, Instant now);
    Result<core::Partition> load(std::uint16_t number,
                                 const std::map<model::LogPosition, core::CatalogPtr>& catalogs);
    Result<void> replay(const storage::LogBatch& batch);
    /// As the list was at `upto`: the store's, and what the Log has after that.
    Result<void> load_addresses(storage::Log& log, model::LogPosition upto);

    std::uint16_t part_of(model::PersonId person) const {
        return model::partition_of(person, options.partitions).number;
    }
    void emit(model::PersonId person, Instant at, model::CommandBody body);
    void settle(const core::StartAttempt& attempt, model::ObservationKind kind,
                std::string_view reason);
    /// Renders; `invalid`: it can never be sent.
    Result<OutgoingAttempt> compose(const core::StartAttempt& granted, Instant now);
    /// Asks the connector for its requests, one a device; `invalid` when it makes none.
    static Result<std::vector<OutgoingAttempt>> requests_of(OutgoingAttempt attempt);
    Result<std::vector<OutgoingAttempt>> prepare(core::StartAttempt& granted, Instant now);
    void leave_out_devices(core::StartAttempt& granted) const;
    void ended(const OutgoingAttempt& attempt, model::Observation seen, Sign sign, Instant now);
    /// The last door before a connector's request leaves; nothing: it may.
    std::optional<model::Observation> kept_back(const OutgoingAttempt& attempt) const;
    /// Ends the attempt by what came of the same address a while ago; false: nothing did.
    bool serve_from_cache(const OutgoingAttempt& attempt, Instant now);
    void name_message(const OutgoingAttempt& attempt, const model::Observation& observation,
                      Instant now);
    void count(const std::string& channel, model::ObservationKind kind);
    void use_program();
    void emit(core::AppendCommand append);
    void note_append(const core::AppendCommand& append);

    NodeOptions options;
    Dispatcher dispatcher;
    Composer composer;
    FetchCache fetched;
    std::shared_ptr<core::AddressList> addresses;  // before the partitions, who look at it
    core::CatalogPtr catalog = core::empty_catalog();
    storage::StateStore* state = nullptr;  // after recover()
    std::vector<core::Partition> partitions;
    std::vector<Instant> due;                 // next_due() of each partition
    std::vector<Instant> decisions_due;       // next_decision() of each partition
    std::size_t decisions_asked = 0;          // Decides and Learneds on their way through the Log
    std::vector<bool> tick_asked;             // a Tick is on its way through the Log
    std::vector<model::LogPosition> saved;    // applied of each partition's last checkpoint
    std::vector<model::LogPosition> durable;  // of the last that is known to be in the store
    bool addresses_grew = false;              // since use_effects()
    bool stopped_more = false;                // a journey was paused, or sending; likewise
    std::size_t next_saved = 0;
    std::optional<std::size_t> saving;  // the partition of which a part of a checkpoint is written
    model::LogPosition applied = 0;
    Instant newest{Micros{0}};
    model::LogPosition catalog_position = 0;
    bool catalog_unsaved = false;
    Instant now_{Micros{0}};  // of the last call that brought one

    core::Effects effects;  // reused
    std::vector<model::Command> commands_out;
    std::vector<core::Happening> happenings;
    std::vector<storage::StateStore::RenderedMessage> rendered;
    std::vector<storage::Departure> stayed;
    /// Commands core asked to append, until they come back durable.
    struct Pending {
        std::string from;
        model::LogPosition cause = 0;
        model::PersonId person;
        std::size_t kind = 0;
        std::string message_id;
        Instant event_time{};
    };
    std::vector<Pending> pending;
    std::size_t handed_out = 0;
    DeliveryNumbers numbers;
    Devices devices;

  private:
    void apply_to(std::uint16_t part, const model::Command& command, model::LogPosition position);
    void tell_stayed(const model::Command& command, const model::Claim& claim,
                     std::size_t attempts_before);
    void confirm_appends(const model::Command& command);
    void change_catalog(const model::Command& command, model::LogPosition position);
    void tell_partitions(const model::Command& command, model::LogPosition position);
    void change_addresses(const model::Command& command, const model::SuppressAddresses& change,
                          model::LogPosition position);
};

}  // namespace journey::runtime
