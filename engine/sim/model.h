#pragma once
// A second opinion about the simulator's own programs, made from the durable commands alone and
// without any code of the engine's: who must have entered what, where people live, what one may
// still be sent today. Private to the room.
//
// Left out: people of whom an Alias speaks (core's own tests have those).

#include "engine/calendar/calendar.h"
#include "engine/sim/provider.h"

#include <set>

namespace journey::sim {

class Model {
  public:
    /// Every durable command, in the order of the Log; `first`: not the repeat of one.
    void command(const model::Command& command, bool first);
    /// Of a message that is about to reach a provider: what is wrong with it, or "". I7, I8,
    /// and the blast limit.
    std::string judge(const Call& call, const std::set<std::string>& strangers);
    /// The provider said later that it never arrived: its place is free again.
    void bounced(const model::MessageKey& key) { bounced_.insert(key); }

    /// Entries that must be there.
    std::map<std::pair<std::string, std::string>, std::uint64_t> entries;  // person, journey

  private:
    struct Sent {
        Instant at{};
        bool taken = false;
    };
    struct Person {
        std::vector<std::pair<Instant, std::string>> zones;  // since when; "" = not known
        std::map<model::MessageKey, Sent> sent;              // marketing
    };
    /// Where the person may have been thought to live, shortly before.
    std::vector<const calendar::Zone*> zones_of(const Person& person, Instant at) const;

    bool is_over_limit(const Call& call);

    bool published_ = false;
    bool limited_ = false;
    std::map<std::string, Instant> approved_;                         // journey/step
    std::map<std::pair<std::string, std::int64_t>, std::size_t> of_;  // journey/step, day: messages
    std::set<model::MessageKey> counted_;
    std::set<std::string> paused_;
    std::map<std::string, Person> people_;
    std::set<model::MessageKey> bounced_;
};

}  // namespace journey::sim
