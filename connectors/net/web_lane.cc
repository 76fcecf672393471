#include "connectors/net/web_lane.h"

#include <csignal>
#include <deque>
#include <pthread.h>
#include <thread>

namespace journey::connectors::net {
namespace {

using std::chrono::steady_clock;

constexpr int kIdlePollMs = 60'000;
constexpr int kWaitingPollMs = 100;

struct MultiFree {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

}  // namespace

// Everything of libcurl's happens on `thread_`; other threads only put into `arrived_` and wake it.
class WebLane::Loop {
  public:
    Loop(const TransportOptions& options, const ExtraTrust& trust)
        : options_(options), trust_(trust), multi_(curl_multi_init()) {
        ENSURE(multi_ != nullptr, "libcurl cannot start");
        curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS,
                          static_cast<long>(options_.connections_most));
        curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, long{CURLPIPE_MULTIPLEX});
        thread_ = std::thread([this] { run(); });
    }

    ~Loop() {
        arrived_.close();
        curl_multi_wakeup(multi_.get());
        thread_.join();
        idle_.clear();
    }

    void start(std::unique_ptr<Exchange> exchange) {
        under_way_.fetch_add(1, std::memory_order_relaxed);
        ENSURE(arrived_.put(std::move(exchange)), "the transport is used after its end");
        // A system call, so only for a thread that sleeps or is about to: it looks once more
        // between saying so and sleeping.
        if (asleep_.exchange(false)) curl_multi_wakeup(multi_.get());
    }

    std::size_t under_way() const { return under_way_.load(std::memory_order_relaxed); }

  private:
    void run() {
        pthread_setname_np(pthread_self(), "web");
        // OpenSSL writes to dead sockets without MSG_NOSIGNAL.
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        while (!arrived_.closed()) {
            take_arrived();
            expire_waiting();
            begin_waiting();
            int running = 0;
            curl_multi_perform(multi_.get(), &running);
            if (finish_done() > 0) continue;  // places are free: fill them before sleeping
            asleep_ = true;
            if (arrived_.size() == 0) curl_multi_poll(multi_.get(), nullptr, 0, poll_ms(), nullptr);
            asleep_ = false;
        }
        stop();
    }

    void take_arrived() {
        for (auto& exchange : arrived_.take_now())
            waiting_.push_back(std::move(exchange));
    }

    void begin_waiting() {
        while (!waiting_.empty() && active_.size() < options_.connections_most) {
            auto exchange = std::move(waiting_.front());
            waiting_.pop_front();
            begin(std::move(exchange));
        }
    }

    // libcurl knows nothing of those without a place.
    void expire_waiting() {
        const auto now = steady_clock::now();
        if (waiting_.empty() || now < next_expiry_) return;
        next_expiry_ = now + std::chrono::milliseconds(kWaitingPollMs);
        std::deque<std::unique_ptr<Exchange>> staying;
        for (auto& exchange : waiting_) {
            if (exchange->until() > now) {
                staying.push_back(std::move(exchange));
            } else {
                answer(*exchange,
                       exchange->finish_early("the deadline passed before a place was free"));
            }
        }
        waiting_ = std::move(staying);
    }

    void begin(std::unique_ptr<Exchange> exchange) {
        auto ready = exchange->prepare(take_idle(), options_, trust_);
        if (!ready) {
            Response refused = exchange->finish_early(ready.error().detail);
            refused.credentials_problem = true;  // no repetition mends it; an operator does
            answer(*exchange, std::move(refused));
            return;
        }
        CURL* handle = exchange->handle();
        ENSURE(curl_multi_add_handle(multi_.get(), handle) == CURLM_OK,
               "libcurl refused a prepared handle");
        active_.emplace(handle, std::move(exchange));
    }

    std::size_t finish_done() {
        std::size_t finished = 0;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode result = message->data.result;
            CURL* handle = message->easy_handle;
            auto found = active_.find(handle);
            ENSURE(found != active_.end(), "libcurl finished an unknown handle");
            auto exchange = std::move(found->second);
            active_.erase(found);
            Response response = exchange->finish(result);
            curl_multi_remove_handle(multi_.get(), handle);
            idle_.push_back(exchange->take_handle());
            answer(*exchange, std::move(response));
            ++finished;
        }
        return finished;
    }

    int poll_ms() const { return waiting_.empty() ? kIdlePollMs : kWaitingPollMs; }

    Handle take_idle() {
        if (idle_.empty()) {
            Handle fresh;
            fresh.easy.reset(curl_easy_init());
            ENSURE(fresh.easy != nullptr, "libcurl has no memory");
            return fresh;
        }
        Handle handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
    }

    void answer(Exchange& exchange, Response response) {
        under_way_.fetch_sub(1, std::memory_order_relaxed);
        exchange.done()(std::move(response));
    }

    void stop() {
        take_arrived();
        for (auto& [handle, exchange] : active_) {
            Response response = exchange->finish_early("the daemon is stopping");
            curl_multi_remove_handle(multi_.get(), handle);
            answer(*exchange, std::move(response));
        }
        active_.clear();
        for (auto& exchange : waiting_)
            answer(*exchange, exchange->finish_early("the daemon is stopping"));
        waiting_.clear();
    }

    TransportOptions options_;
    const ExtraTrust& trust_;
    std::unique_ptr<CURLM, MultiFree> multi_;
    Mailbox<std::unique_ptr<Exchange>> arrived_;
    std::atomic<std::size_t> under_way_{0};
    std::atomic<bool> asleep_{false};
    // Only on the thread:
    std::deque<std::unique_ptr<Exchange>> waiting_;
    std::unordered_map<CURL*, std::unique_ptr<Exchange>> active_;
    steady_clock::time_point next_expiry_{};
    std::vector<Handle> idle_;
    std::thread thread_;
};

WebLane::WebLane(const TransportOptions& options, const ExtraTrust& trust)
    : loop_(std::make_unique<Loop>(options, trust)) {}
WebLane::~WebLane() = default;

void WebLane::start(std::unique_ptr<Exchange> exchange) {
    loop_->start(std::move(exchange));
}
std::size_t WebLane::under_way() const {
    return loop_->under_way();
}

}  // namespace journey::connectors::net
