#include "connectors/net/exchange.h"

#include <atomic>
#include <csignal>
#include <curl/curl.h>
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

// All of libcurl happens on `thread_`; other threads only put into `arrived_` and wake it.
class CurlTransport final : public Transport {
  public:
    CurlTransport(const TransportOptions& options, Logger& log) : options_(options), log_(log) {
        ENSURE(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl cannot start");
        multi_.reset(curl_multi_init());
        ENSURE(multi_ != nullptr, "libcurl cannot start");
        curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS,
                          static_cast<long>(options_.connections_most));
        curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, long{CURLPIPE_NOTHING});
        if (!options_.extra_ca_file.empty()) {
            auto trust = ExtraTrust::load(options_.extra_ca_file);
            if (trust) {
                trust_ = std::move(trust).value();
            } else {
                log_.error("transport.extra_ca_unusable", {{"reason", trust.error().detail}});
            }
        }
        thread_ = std::thread([this] { run(); });
    }

    ~CurlTransport() override {
        arrived_.close();
        curl_multi_wakeup(multi_.get());
        thread_.join();
        idle_.clear();
        multi_.reset();
        curl_global_cleanup();
    }

    void start(Request request, Micros deadline, Done done) override {
        under_way_.fetch_add(1, std::memory_order_relaxed);
        auto exchange = std::make_unique<Exchange>(std::move(request), std::move(done),
                                                   steady_clock::now() + deadline);
        ENSURE(arrived_.put(std::move(exchange)), "the transport is used after its end");
        curl_multi_wakeup(multi_.get());
    }

    std::size_t under_way() const override { return under_way_.load(std::memory_order_relaxed); }

  private:
    void run() {
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
            curl_multi_poll(multi_.get(), nullptr, 0, poll_ms(), nullptr);
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
        auto ready = exchange->prepare(take_easy(), options_, trust_);
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

    Easy take_easy() {
        if (idle_.empty()) {
            Easy fresh(curl_easy_init());
            ENSURE(fresh != nullptr, "libcurl has no memory");
            return fresh;
        }
        Easy easy = std::move(idle_.back());
        idle_.pop_back();
        return easy;
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
    Logger& log_;
    ExtraTrust trust_;
    std::unique_ptr<CURLM, MultiFree> multi_;
    Mailbox<std::unique_ptr<Exchange>> arrived_;
    std::atomic<std::size_t> under_way_{0};
    // Only on the thread:
    std::deque<std::unique_ptr<Exchange>> waiting_;
    std::unordered_map<CURL*, std::unique_ptr<Exchange>> active_;
    steady_clock::time_point next_expiry_{};
    std::vector<Easy> idle_;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Transport> make_transport(const TransportOptions& options, Logger& log) {
    return std::make_unique<CurlTransport>(options, log);
}

}  // namespace journey::connectors::net
