#include "engine/runtime/pacing.h"

#include <cmath>

namespace journey::runtime {
namespace {

constexpr Micros kDay = std::chrono::hours(24);
// What was not used in the last hour may be made up for: campaigns begin at an hour, not all day.
constexpr Micros kSavedUp = std::chrono::hours(1);
constexpr Micros kLateMost = std::chrono::milliseconds(100);
// More a day than this is no warm-up any more.
constexpr double kPerDayMost = 50'000'000;

}  // namespace

// ---------------------------------------------------------------- queue

void IntentQueue::push(core::IntentReady intent) {
    const std::int32_t priority = intent.priority;
    queue_[priority].push_back(std::move(intent));
}

core::IntentReady IntentQueue::pop() {
    auto& first = queue_.begin()->second;
    core::IntentReady intent = std::move(first.front());
    first.pop_front();
    if (first.empty()) queue_.erase(queue_.begin());
    return intent;
}

// ---------------------------------------------------------------- warm-up

std::optional<double> WarmUpPace::per_day(const WarmUp& warm_up, Instant now) {
    const auto days = now < warm_up.from ? 0 : (now - warm_up.from) / kDay;
    const double doublings =
        static_cast<double>(days) /
        static_cast<double>(std::max<std::uint32_t>(1, warm_up.doubles_every_days));
    const double most =
        warm_up.until_per_day == 0 ? kPerDayMost : static_cast<double>(warm_up.until_per_day);
    const double now_per_day = warm_up.start_per_day * std::exp2(std::min(doublings, 40.0));
    if (now_per_day >= most) return std::nullopt;
    return now_per_day;
}

void WarmUpPace::set(std::optional<WarmUp> warm_up, std::uint32_t shares) {
    warm_up_ = warm_up;
    shares_ = shares;
}

bool WarmUpPace::has_one(Instant now) {
    if (!warm_up_) return true;
    if (!std::exchange(begun_, true)) next_ = now;
    return next_ <= now;
}

void WarmUpPace::take_one(Instant now) {
    if (!warm_up_) return;
    const auto rate = per_day(*warm_up_, now);
    if (!rate) {
        warm_up_.reset();
        next_ = Instant{Micros{0}};
        return;
    }
    const double interval = static_cast<double>(kDay.count()) * shares_ / *rate;
    next_ = std::max(next_, now - kSavedUp) + Micros{static_cast<std::int64_t>(interval)};
}

// ---------------------------------------------------------------- domains

void DomainQueues::set(Pacing pacing, std::uint32_t shares) {
    pacing_ = std::move(pacing);
    shares_ = shares;
}

Micros DomainQueues::interval_of(std::string_view domain) const {
    const auto found = pacing_.domains.find(domain);
    return found == pacing_.domains.end() ? pacing_.other_domains : found->second;
}

bool DomainQueues::holds(std::string_view domain) const {
    return !domain.empty() && interval_of(domain) > Micros{0};
}

void DomainQueues::push(core::IntentReady intent) {
    auto [at, fresh] = domains_.try_emplace(intent.domain);
    Domain& domain = at->second;
    if (fresh) {
        domain.interval = interval_of(intent.domain) * shares_;
        due_.emplace(Instant{Micros{0}}, intent.domain);
    }
    const bool moves_up = domain.turn_since && intent.priority > domain.queue.priority();
    if (moves_up) {
        turns_.erase({domain.queue.priority(), *domain.turn_since, intent.domain});
        turns_.insert({intent.priority, *domain.turn_since, intent.domain});
    }
    domain.queue.push(std::move(intent));
}

bool DomainQueues::has_one(Instant now) {
    while (!due_.empty() && due_.begin()->first <= now) {
        const auto at = domains_.find(due_.begin()->second);
        due_.erase(due_.begin());
        Domain& domain = at->second;
        if (domain.queue.empty()) {
            domains_.erase(at);
            continue;
        }
        // Who has just come stands behind those who were here before.
        domain.turn_since = domain.next.value_or(now);
        turns_.insert({domain.queue.priority(), *domain.turn_since, at->first});
    }
    return !turns_.empty();
}

std::int32_t DomainQueues::priority() const {
    return turns_.begin()->priority;
}

core::IntentReady DomainQueues::pop(Instant now) {
    const std::string name = std::move(turns_.extract(turns_.begin()).value().domain);
    Domain& domain = domains_.find(name)->second;
    core::IntentReady intent = domain.queue.pop();
    domain.turn_since.reset();
    // Enough for a turn that came late, too little for a burst: a provider counts the seconds.
    domain.next =
        std::max(domain.next.value_or(now - kLateMost), now - kLateMost) + domain.interval;
    due_.emplace(*domain.next, name);
    return intent;
}

Instant DomainQueues::next() const {
    if (!turns_.empty()) return turns_.begin()->since;
    for (const auto& [at, name] : due_) {
        if (!domains_.find(name)->second.queue.empty()) return at;
    }
    return kNever;
}

}  // namespace journey::runtime
