#pragma once
// What providers and people say of a message without naming it as we do: by the provider's own name
// for it, or by the number that a text comes from. Such a name is a "place" (model::name_of_place),
// and belongs to the partition of its hash, whoever the message went to. Private to core.
//
//   named, then said     the receipt goes to the newest message that was there by then
//   said, then named     the same, when the name comes
//   texted, then sent    no answer to it: what was sent later answers nothing
//   said, never named    kept and listed, until newer ones need the room
//   said twice           once
//   whose is erased      what that person's messages were named, and what waits there
//
// Bounded, and nothing stays longer than thirty days: the oldest go first.

#include "engine/core/core.h"

#include <deque>
#include <map>
#include <set>

namespace journey::core {

class Notices {
  public:
    struct Named {
        model::PersonId whose;
        model::MessageKey key;
        Instant at{};
    };

    /// What had been said there and is this message's.
    std::vector<model::Receipt> name(const std::string& place, const Named& message, Instant now);
    /// Whose it is; nothing: kept, or said before.
    std::optional<Named> arrived(const std::string& place, const model::Receipt& receipt,
                                 Instant now);
    /// This person is erased: what was named there by the person's messages, and what was said there
    /// when nobody else's was.
    void forget(const std::string& place, model::PersonId whose);
    const std::deque<Unmatched>& unmatched() const { return kept_; }

    bool empty() const { return named_.empty() && kept_.empty() && placed_.empty(); }
    void encode(ByteWriter& out) const;
    void decode(ByteReader& in);

  private:
    bool is_placed(const std::string& place, const model::Receipt& receipt) const;
    void note_placed(const std::string& place, const model::Receipt& receipt);
    void forget_oldest();
    void forget_before(Instant at);

    std::map<std::string, std::vector<Named>> named_;   // the newest few of each, oldest first
    std::set<std::pair<Instant, std::string>> by_age_;  // of each place, by its newest
    std::deque<Unmatched> kept_;
    std::deque<std::uint64_t> placed_;  // of the last that found their message
};

}  // namespace journey::core
