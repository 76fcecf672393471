#pragma once
// Private to core. Lists whose older part a store keeps in chapters that are not written again
// (chapters.h): what changes in there opens chapters. None of it is state: it changes no answer.

#include "engine/core/compact_vector.h"

namespace journey::core {

/// Where the chapters of a list end. What is after the last one is open.
class Ends {
  public:
    std::size_t count() const { return ends_.size(); }
    std::size_t begin_of(std::size_t chapter) const {
        return chapter == 0 ? 0 : ends_[chapter - 1];
    }
    std::size_t end_of(std::size_t chapter) const { return ends_[chapter]; }
    std::size_t sealed() const { return ends_.empty() ? 0 : ends_.back(); }
    /// What is open up to `end` becomes the next chapter.
    void seal(std::size_t end) {
        ENSURE(end > sealed(), "a chapter of nothing");
        ends_.push_back(static_cast<std::uint32_t>(end));
    }
    /// From the chapter of `place` on, all are open again.
    void open_from(std::size_t place) {
        std::size_t left = ends_.size();
        while (left > 0 && ends_[left - 1] > place)
            --left;
        ends_.erase_range(left, ends_.size());
    }

  private:
    CompactVector<std::uint32_t> ends_;
};

/// A list that is looked at more than changed.
template <typename T>
class SealedVector {
  public:
    std::size_t size() const { return all_.size(); }
    bool empty() const { return all_.empty(); }
    const T* begin() const { return all_.begin(); }
    const T* end() const { return all_.end(); }
    const T& operator[](std::size_t index) const { return all_[index]; }
    T& push_back(T value) { return all_.push_back(std::move(value)); }
    T& change(std::size_t index) {
        ends_.open_from(index);
        return all_[index];
    }
    CompactVector<T>& change_all() {
        ends_.open_from(0);
        return all_;
    }
    template <typename Predicate>
    void erase_if(Predicate predicate) {
        if (all_.erase_if(predicate) > 0) ends_.open_from(0);
    }
    void clear() { change_all().clear(); }
    const Ends& ends() const { return ends_; }
    void seal(std::size_t end) { ends_.seal(end); }

  private:
    CompactVector<T> all_;
    Ends ends_;
};

}  // namespace journey::core
