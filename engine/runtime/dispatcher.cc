#include "engine/runtime/dispatcher.h"

namespace journey::runtime {

namespace {

constexpr std::int64_t kToken = 1'000'000;
constexpr std::size_t kTroublesMost = 5;
constexpr Micros kTroubleWindow = std::chrono::seconds(10);
constexpr Micros kShutFor = std::chrono::seconds(30);
constexpr Micros kPauseAtLeast = std::chrono::seconds(60);
// A Verdict is at most about this much older than its Attempt.
constexpr Micros kBeat = std::chrono::milliseconds(50);
constexpr std::size_t kAheadMost = 2048;

}  // namespace

// ---------------------------------------------------------------- rate

void RateLimit::set_rate(std::uint32_t per_second, std::uint32_t shares) {
    rate_ = per_second;
    cost_ = kToken * shares;
}

bool RateLimit::has_one(Instant now) {
    if (rate_ == 0) return true;
    if (now > counted_) {
        const Micros passed = std::min<Micros>(now - counted_, std::chrono::seconds(1));
        const std::int64_t most = std::max<std::int64_t>(cost_, std::int64_t{rate_} * kToken / 10);
        saved_ = std::min(most, saved_ + passed.count() * rate_);
        counted_ = now;
    }
    return saved_ >= cost_;
}

void RateLimit::take_one() {
    if (rate_ != 0) saved_ -= cost_;
}

Instant RateLimit::next() const {
    if (rate_ == 0 || saved_ >= cost_) return counted_;
    return counted_ + Micros{(cost_ - saved_ + rate_ - 1) / rate_};
}

// ---------------------------------------------------------------- breaker

Breaker::Gate Breaker::gate(Instant now) const {
    if (now < shut_until_) return Gate::shut;
    return probing_ ? Gate::one_probe : Gate::open_to_all;
}

bool Breaker::ended(Sign sign, Instant now) {
    if (sign == Sign::no_opinion) return false;
    if (sign == Sign::fine) {
        // Late answers of Attempts begun before it shut say nothing about the connector of now.
        if (now >= shut_until_) {
            probing_ = false;
            troubles_.clear();
        }
        return false;
    }
    troubles_.push_back(now);
    while (troubles_.front() + kTroubleWindow < now)
        troubles_.pop_front();
    const bool shuts = now >= shut_until_ && (probing_ || troubles_.size() >= kTroublesMost);
    if (shuts) {
        shut_until_ = now + kShutFor;
        probing_ = true;
        troubles_.clear();
    }
    return shuts;
}

// ---------------------------------------------------------------- pace

void Pace::turn_to(Instant now) {
    if (now < beat_ + kBeat) return;
    before_ = now < beat_ + 2 * kBeat ? now_ : 0;
    now_ = 0;
    beat_ = now;
}

void Pace::ended(Instant now) {
    turn_to(now);
    ++now_;
}

// ---------------------------------------------------------------- lane

void Dispatcher::Lane::use(std::shared_ptr<const connectors::Connector> connector) {
    parallel = std::max<std::uint32_t>(1, connector->traits().parallel);
    route.connector = std::move(connector);
}

std::size_t Dispatcher::Lane::window() const {
    std::size_t ahead = parallel;
    if (route.connector != nullptr) {
        switch (route.connector->traits().idempotency) {
            case model::IdempotencyClass::keyed:
            case model::IdempotencyClass::collapsible:
                ahead = std::max(ahead, std::min(pace.of_last_beat(), kAheadMost));
                break;
            case model::IdempotencyClass::queryable:
            case model::IdempotencyClass::neither:
                break;
        }
    }
    return parallel + ahead;
}

bool Dispatcher::Lane::may_ask(Instant now) {
    if (queued == 0) return false;
    if (route.connector == nullptr)
        return true;  // the answer is "no connector", and it costs nothing
    pace.turn_to(now);
    if (now < paused_until || under_way() >= window()) return false;
    switch (breaker.gate(now)) {
        case Breaker::Gate::shut:
            return false;
        case Breaker::Gate::one_probe:
            return under_way() == 0 && rate.has_one(now) && has_turn(now);
        case Breaker::Gate::open_to_all:
            return rate.has_one(now) && has_turn(now);
    }
    return false;
}

bool Dispatcher::Lane::has_turn(Instant now) {
    return warm_up.has_one(now) && (domains.has_one(now) || !queue.empty());
}

core::IntentReady Dispatcher::Lane::pop(Instant now) {
    --queued;
    warm_up.take_one(now);
    // What had to wait for its domain goes first among equals.
    const bool paced =
        domains.has_one(now) && (queue.empty() || domains.priority() >= queue.priority());
    return paced ? domains.pop(now) : queue.pop();
}

std::vector<core::StartAttempt> Dispatcher::Lane::release_granted() {
    std::vector<core::StartAttempt> released(std::make_move_iterator(granted.begin()),
                                             std::make_move_iterator(granted.end()));
    granted.clear();
    return released;
}

// ---------------------------------------------------------------- dispatcher

Dispatcher::Dispatcher(const std::vector<Route>& routes, Calls calls, std::uint32_t rate_shares,
                       Calls fetches)
    : calls_(std::move(calls)), fetches_(std::move(fetches)), rate_shares_(rate_shares) {
    for (const Route& route : routes) {
        ENSURE(route.connector != nullptr, "a route without a connector");
        Lane& lane = lanes_[route.channel];
        ENSURE(lane.route.connector == nullptr, "two connectors for one channel");
        lane.route = route;
        lane.use(route.connector);
        lane.rate.set_rate(route.rate_per_second, rate_shares_);
        lane.domains.set(route.pacing, rate_shares_);
        lane.warm_up.set(route.warm_up, rate_shares_);
    }
}

void Dispatcher::use_program(const ir::Program& program) {
    for (auto& [channel, lane] : lanes_) {
        if (lane.route.rate_per_second != 0) continue;
        const ir::Index declared = ir::find_named(program.channels, channel);
        lane.rate.set_rate(declared == ir::kNone ? 0 : program.channels[declared].rate_per_second,
                           rate_shares_);
    }
}

Dispatcher::Lane& Dispatcher::lane_of(const std::string& channel) {
    Lane& lane = lanes_[channel];
    if (!lane.route.channel.empty()) return lane;
    lane.route.channel = channel;
    const auto use_one_of = [&](const Calls& all, std::string_view kind) {
        if (!channel.starts_with(kind)) return;
        auto found = all.find(std::string_view(channel).substr(kind.size()));
        if (found == all.end()) found = all.find("");
        if (found != all.end()) lane.use(found->second);
    };
    use_one_of(calls_, core::kCallLane);
    use_one_of(fetches_, core::kFetchLane);
    return lane;
}

const Route* Dispatcher::route_of(const std::string& channel) {
    const Route& route = lane_of(channel).route;
    return route.connector == nullptr ? nullptr : &route;
}

void Dispatcher::ready(core::IntentReady intent) {
    Lane& lane = lane_of(intent.channel);
    ++lane.queued;
    if (lane.domains.holds(intent.domain)) {
        lane.domains.push(std::move(intent));
    } else {
        lane.queue.push(std::move(intent));
    }
}

std::vector<Dispatcher::Asked> Dispatcher::ask(Instant now, std::uint32_t most) {
    std::vector<Asked> asked;
    last_asked_ = now;
    if (stopped_) return asked;
    for (auto& [channel, lane] : lanes_) {
        while (asked.size() < most && lane.may_ask(now)) {
            core::IntentReady intent = lane.pop(now);
            const bool connector_ready = lane.route.connector != nullptr;
            if (connector_ready) lane.rate.take_one();
            // The same Intent twice in the queue is harmless, core answers the second Claim with
            // nothing; but it must not be counted twice.
            if (asked_.emplace(intent.key, &lane).second) {
                ++lane.asked;
                asked.push_back({std::move(intent), connector_ready});
            }
        }
    }
    return asked;
}

void Dispatcher::claim_applied(const model::MessageKey& key) {
    const auto found = asked_.find(key);
    if (found == asked_.end()) return;
    --found->second->asked;
    asked_.erase(found);
}

std::optional<core::StartAttempt> Dispatcher::granted(core::StartAttempt attempt) {
    Lane& lane = lane_of(attempt.channel);
    const bool shut =
        lane.breaker.gate(last_asked_) == Breaker::Gate::shut || last_asked_ < lane.paused_until;
    if (stopped_ || shut || lane.route.connector == nullptr) return attempt;
    lane.granted.push_back(std::move(attempt));
    return std::nullopt;
}

std::optional<core::StartAttempt> Dispatcher::start(Instant now) {
    if (stopped_) return std::nullopt;
    for (auto& [channel, lane] : lanes_) {
        if (lane.granted.empty() || lane.running >= lane.parallel || now < lane.paused_until)
            continue;
        core::StartAttempt attempt = std::move(lane.granted.front());
        lane.granted.pop_front();
        ++lane.running;
        return attempt;
    }
    return std::nullopt;
}

std::vector<core::StartAttempt> Dispatcher::ended(const std::string& channel, Sign sign,
                                                  std::optional<Micros> wait, Instant now) {
    Lane& lane = lane_of(channel);
    ENSURE(lane.running > 0, "an Attempt ended that was not under way");
    --lane.running;
    lane.pace.ended(now);
    if (wait) lane.paused_until = std::max(lane.paused_until, now + std::max(*wait, kPauseAtLeast));
    const bool shut = lane.breaker.ended(sign, now);
    return shut || wait ? lane.release_granted() : std::vector<core::StartAttempt>{};
}

std::vector<core::StartAttempt> Dispatcher::cancel(const core::CancelUnstarted& cancel) {
    std::vector<core::StartAttempt> cancelled;
    for (auto& [channel, lane] : lanes_) {
        if (!cancel.channel.empty() && cancel.channel != channel) continue;
        for (auto attempt = lane.granted.begin(); attempt != lane.granted.end();) {
            if (attempt->person == cancel.person) {
                cancelled.push_back(std::move(*attempt));
                attempt = lane.granted.erase(attempt);
            } else {
                ++attempt;
            }
        }
    }
    return cancelled;
}

std::vector<core::StartAttempt> Dispatcher::cancel(const core::CatalogPtr& catalog) {
    const bool all = core::is_paused(catalog, "");
    return cancel_where([&](const core::StartAttempt& attempt) {
        return all || core::is_paused(catalog, attempt.journey);
    });
}

std::vector<core::StartAttempt> Dispatcher::cancel(const core::AddressList& addresses) {
    return cancel_where([&](const core::StartAttempt& attempt) {
        if (!attempt.address_key) return false;
        const auto& channels = attempt.program->channels;
        const ir::Index channel = ir::find_named(channels, attempt.channel);
        return channel != ir::kNone &&
               addresses.blocks(channels[channel], attempt.address, &*attempt.address_key);
    });
}

std::vector<core::StartAttempt> Dispatcher::cancel_where(
    const std::function<bool(const core::StartAttempt&)>& goes) {
    std::vector<core::StartAttempt> cancelled;
    for (auto& [channel, lane] : lanes_) {
        const auto kept = std::stable_partition(
            lane.granted.begin(), lane.granted.end(),
            [&](const core::StartAttempt& attempt) { return !goes(attempt); });
        std::move(kept, lane.granted.end(), std::back_inserter(cancelled));
        lane.granted.erase(kept, lane.granted.end());
    }
    return cancelled;
}

std::vector<core::StartAttempt> Dispatcher::stop() {
    stopped_ = true;
    std::vector<core::StartAttempt> released;
    for (auto& [channel, lane] : lanes_) {
        for (core::StartAttempt& attempt : lane.release_granted())
            released.push_back(std::move(attempt));
    }
    return released;
}

Instant Dispatcher::next_at() const {
    if (stopped_) return kNever;
    Instant next = kNever;
    for (const auto& [channel, lane] : lanes_) {
        if (lane.queued == 0) continue;
        if (lane.route.connector == nullptr) return last_asked_;
        // Full lanes wake up when an answer comes, not by time.
        const std::size_t most =
            lane.breaker.gate(last_asked_) == Breaker::Gate::open_to_all ? lane.window() : 1;
        if (lane.under_way() >= most) continue;
        const Instant turn = lane.queue.empty() ? lane.domains.next() : lane.warm_up.next();
        next = std::min(next, std::max({lane.paused_until, lane.breaker.shut_until(),
                                        lane.rate.next(), lane.warm_up.next(), turn}));
    }
    return next;
}

std::size_t Dispatcher::under_way() const {
    std::size_t count = 0;
    for (const auto& [channel, lane] : lanes_)
        count += lane.under_way();
    return count;
}

}  // namespace journey::runtime
