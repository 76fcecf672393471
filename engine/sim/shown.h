#pragma once
// What messages of our own programs show of others, seen from outside: what was answered, what is
// durable of it, what was sent then. Private to the room.

#include "engine/sim/provider.h"

#include <set>

namespace journey::sim {

class Shown {
  public:
    /// Every call, when it begins, and every durable answer: what is wrong with it, or "".
    std::string called(const Call& call);
    std::string came(const model::Fetched& fetched, Instant at);
    /// At the end.
    std::string judge(const model::MessageKey& key, const model::MessageRow& row) const;

  private:
    struct Answer {
        std::string said;  // "" = nobody can read it
        Instant at{};
        std::pair<model::MessageKey, std::uint32_t> to;  // message and attempt
    };
    std::string judge_text(const Call& call) const;

    std::map<std::pair<std::string, std::string>, Answer> answers_;  // by fetch and body
    std::map<model::MessageKey, std::map<std::string, std::string>>
        told_;  // by fetch; "" = it failed
    std::set<model::MessageKey> begun_;
};

}  // namespace journey::sim
