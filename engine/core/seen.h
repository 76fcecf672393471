#pragma once
// Private to core. The message ids a person's commands came with, by hash: a few in order, many in a
// table, so that a busy device's next command costs what its first did.

#include "engine/core/compact_vector.h"

namespace journey::core {

/// An API command's message id, kept at least 30 days.
struct Seen {
    std::uint64_t hash = 0;
    std::uint32_t day = 0;      // since 1970
    std::uint32_t chapter = 0;  // it is sealed in, from 1; 0: it is open
};

class SeenIds {
  public:
    /// False when it is there already; it keeps its day.
    bool add(Seen one);
    std::size_t size() const;
    /// Looks only now and then, by the number of ids.
    void forget_before(std::uint32_t day);
    void clear() { *this = {}; }
    /// By hash.
    std::vector<Seen> sorted() const;

    /// Ids in chapters are not written again (chapters.cc). Not state: it changes no answer.
    std::uint32_t chapters() const { return chapters_; }
    std::size_t open() const { return size() - sealed_; }
    /// A chapter may have ids of days before this one, which were forgotten since.
    std::uint32_t forgotten_before() const { return forgotten_before_; }
    /// The open ids become the next chapter; by hash.
    std::vector<Seen> seal();
    /// All are open again.
    void unseal();
    /// As it was read: what add() was given says which are sealed.
    void set_chapters(std::uint32_t chapters, std::uint32_t forgotten_before);
    /// Chapters hold more of what was forgotten than of what is known.
    bool is_hollow(std::size_t in_a_chapter) const {
        return chapters_ > 1 && sealed_ * 2 < std::size_t{chapters_} * in_a_chapter;
    }

  private:
    template <typename Each>
    void for_each(Each each);
    bool is_table() const { return places_.size() > kInOrderMost; }
    void put(Seen one);
    void rebuild(const std::vector<Seen>& all);

    static constexpr std::size_t kInOrderMost = 4096;
    // In order; or a table of a power of two places, free where the hash is 0, and before them the
    // number of ids.
    CompactVector<Seen> places_;
    std::uint32_t sealed_ = 0;
    std::uint32_t chapters_ = 0;
    std::uint32_t forgotten_before_ = 0;
};

}  // namespace journey::core
