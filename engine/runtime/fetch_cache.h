#pragma once
// What came of fetches a while ago, by fetch and address. Private to the room; deterministic; time
// is handed in.

#include "engine/runtime/runtime.h"

#include <deque>

namespace journey::runtime {

class FetchCache {
  public:
    /// Null: nothing that is still good. The text lives until the next put().
    const std::string* find(std::string_view fetch, std::string_view url, Instant now) const;
    /// Beyond 16 MiB, or 10,000 answers, the oldest ones go.
    void put(std::string_view fetch, std::string_view url, std::string answer, Instant until);

  private:
    struct Known {
        std::string answer;
        Instant until{};
        std::uint64_t number = 0;  // of the put() that brought it
    };
    std::map<std::string, Known, std::less<>> known_;
    std::deque<std::pair<std::string, std::uint64_t>> order_;  // oldest first
    std::size_t bytes_ = 0;
    std::uint64_t puts_ = 0;
};

}  // namespace journey::runtime
