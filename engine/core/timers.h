#pragma once
// Private to core. When which person must be looked at next. At most one live timer a person; one
// that was overtaken by an earlier stays behind and is recognised by Person::scheduled.

#include "engine/model/model.h"

namespace journey::core {

struct Timer {
    Instant due = kNever;
    model::PersonId person;
    friend auto operator<=>(const Timer&, const Timer&) = default;
};

/// A 4-ary heap: shallower than a binary one, and the four children share a cache line.
class TimerQueue {
  public:
    void push(Timer timer);
    /// Earliest first, ties by person. Only when not empty.
    Timer pop();
    /// O(1); kNever when empty.
    Instant next_due() const { return heap_.empty() ? kNever : heap_.front().due; }
    const Timer& top() const { return heap_.front(); }
    bool empty() const { return heap_.empty(); }
    std::size_t size() const { return heap_.size(); }
    void clear() { heap_.clear(); }

  private:
    std::vector<Timer> heap_;
};

}  // namespace journey::core
