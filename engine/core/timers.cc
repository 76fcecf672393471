#include "engine/core/timers.h"

namespace journey::core {

void TimerQueue::push(Timer timer) {
    std::size_t place = heap_.size();
    heap_.push_back(timer);
    while (place > 0) {
        const std::size_t parent = (place - 1) / 4;
        if (heap_[parent] <= timer) break;
        heap_[place] = heap_[parent];
        place = parent;
    }
    heap_[place] = timer;
}

Timer TimerQueue::pop() {
    ENSURE(!heap_.empty(), "popped an empty timer queue");
    const Timer first = heap_.front();
    const Timer moving = heap_.back();
    heap_.pop_back();
    if (heap_.empty()) return first;
    std::size_t place = 0;
    while (true) {
        const std::size_t child = place * 4 + 1;
        if (child >= heap_.size()) break;
        std::size_t least = child;
        for (std::size_t other = child + 1; other < std::min(child + 4, heap_.size()); ++other) {
            if (heap_[other] < heap_[least]) least = other;
        }
        if (moving <= heap_[least]) break;
        heap_[place] = heap_[least];
        place = least;
    }
    heap_[place] = moving;
    return first;
}

}  // namespace journey::core
