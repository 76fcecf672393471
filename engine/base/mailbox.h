#pragma once
// How threads hand work to each other: many put, one takes everything at once. The only lock in the
// house.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace journey {

template <typename T>
class Mailbox {
  public:
    /// False once closed: the item was not taken.
    bool put(T item) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return false;
            items_.push_back(std::move(item));
        }
        ready_.notify_one();
        return true;
    }

    /// Waits up to `at_most`, a day at the longest, for something, then takes all there is, in
    /// order of arrival. Empty on time-out or when closed and drained.
    std::vector<T> take_all(std::chrono::microseconds at_most) {
        std::unique_lock lock(mutex_);
        // A longer wait would overflow inside wait_for and return at once.
        constexpr std::chrono::microseconds kLongest = std::chrono::hours{24};
        ready_.wait_for(lock, std::min(at_most, kLongest),
                        [&] { return !items_.empty() || closed_ || nudged_; });
        nudged_ = false;
        return std::exchange(items_, {});
    }

    /// Takes what is there without waiting.
    std::vector<T> take_now() {
        const std::lock_guard lock(mutex_);
        return std::exchange(items_, {});
    }

    /// Ends one wait early.
    void nudge() {
        {
            const std::lock_guard lock(mutex_);
            nudged_ = true;
        }
        ready_.notify_one();
    }

    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        ready_.notify_all();
    }

    bool closed() const {
        const std::lock_guard lock(mutex_);
        return closed_;
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return items_.size();
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::vector<T> items_;
    bool closed_ = false;
    bool nudged_ = false;
};

}  // namespace journey
