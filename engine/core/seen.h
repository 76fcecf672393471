#pragma once
// Private to core. The message ids a person's commands came with, by hash: a few in order, many in a
// table, so that a busy device's next command costs what its first did.

#include "engine/core/compact_vector.h"

namespace journey::core {

/// An API command's message id, kept at least 30 days.
struct Seen {
    std::uint64_t hash = 0;
    std::uint32_t day = 0;  // since 1970
};

class SeenIds {
  public:
    /// False when it is there already; it keeps its day.
    bool add(Seen one);
    std::size_t size() const;
    /// Looks only now and then, by the number of ids.
    void forget_before(std::uint32_t day);
    void clear() { places_.clear(); }
    /// By hash.
    std::vector<Seen> sorted() const;

  private:
    bool is_table() const { return places_.size() > kInOrderMost; }
    void put(Seen one);
    void rebuild(const std::vector<Seen>& all);

    static constexpr std::size_t kInOrderMost = 512;
    // In order; or a table of a power of two places, free where the hash is 0, and before them the
    // number of ids.
    CompactVector<Seen> places_;
};

}  // namespace journey::core
