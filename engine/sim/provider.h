#pragma once
// Providers with weather, and the ledger outside the engine: what was really asked of them and what
// they really did. Private.

#include "engine/sim/sim.h"

namespace journey::sim {

/// How bad things are, 0 (never) to 1 (often); drawn per seed.
struct Weather {
    double busy = 0;         // 429
    double broken = 0;       // 5xx, half of them after taking the message
    double hangs_up = 0;     // takes the message and never answers
    double unreachable = 0;  // no connection
    double refuses = 0;      // 400
    double credentials = 0;  // 401
    double receipts = 0;     // says later what became of the message
    std::int64_t slow_most_ms = 50;
};

struct Call {
    std::uint64_t sequence = 0;  // of everything that happens in the world
    Instant at{};
    model::MessageKey key;
    model::PersonId person;
    std::string external_id;
    std::string channel;
    std::string address;
    std::string message_template;  // of a fetch: of the message it is for
    std::string journey;
    std::string text;        // of a message
    std::string fetch = {};  // its name
    std::string said = {};   // fetch: what its answer says; "" = it has none, or nobody can read it
    Sha256 body_hash{};
    std::uint32_t attempt = 1;
    std::string name = {};   // the provider's own of the message
    bool taken = false;      // the provider has it
    bool ambiguous = false;  // and we cannot know
    connectors::Response response;
    Micros takes{0};

    /// Neither a call nor a fetch.
    bool is_message() const { return fetch.empty() && !channel.starts_with(core::kCallLane); }
};

class Providers {
  public:
    Providers(const Weather& weather, Rng& rng,
              std::map<std::string, model::IdempotencyClass> classes)
        : weather_(weather), rng_(rng), classes_(std::move(classes)) {}
    /// What happens to this attempt; written into the ledger at once, whatever the engine hears of
    /// it.
    const Call& call(const runtime::OutgoingAttempt& attempt, Instant at, std::uint64_t sequence);
    void calm() { weather_ = {}; }

    const std::vector<Call>& ledger() const { return ledger_; }
    model::IdempotencyClass class_of(const std::string& channel) const {
        const bool asks =
            channel.starts_with(core::kCallLane) || channel.starts_with(core::kFetchLane);
        return asks ? model::IdempotencyClass::keyed : classes_.at(channel);
    }

  private:
    void answer_fetch(Call& call, Micros deadline);

    Weather weather_;
    Rng& rng_;
    std::map<std::string, model::IdempotencyClass> classes_;
    std::vector<Call> ledger_;
};

}  // namespace journey::sim
