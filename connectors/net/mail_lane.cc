#include "connectors/net/mail_lane.h"

#include <csignal>
#include <pthread.h>
#include <sys/socket.h>
#include <thread>

namespace journey::connectors::net {

using std::chrono::steady_clock;

class MailLane::Worker {
  public:
    explicit Worker(MailLane& lane) : lane_(lane), thread_([this] { run(); }) {}

    ~Worker() {
        arrived_.close();
        thread_.join();
    }

    void start(std::unique_ptr<Exchange> exchange) {
        under_way_.fetch_add(1);
        ENSURE(arrived_.put(std::move(exchange)), "the transport is used after its end");
    }
    std::size_t under_way() const { return under_way_.load(); }

  private:
    void run() {
        pthread_setname_np(pthread_self(), "mail");
        // OpenSSL writes to dead sockets without MSG_NOSIGNAL.
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        while (true) {
            auto arrived = arrived_.take_all(std::chrono::hours(1));
            for (auto& exchange : arrived)
                serve(*exchange);
            if (arrived.empty() && arrived_.closed()) break;
        }
        forget_connection();
    }

    void serve(Exchange& exchange) {
        if (lane_.stopping_.load()) {
            answer(exchange, exchange.finish_early("the daemon is stopping"));
            return;
        }
        if (exchange.until() <= steady_clock::now()) {
            answer(exchange, exchange.finish_early("the deadline passed before a place was free"));
            return;
        }
        if (!kept_.easy) kept_.easy.reset(curl_easy_init());
        ENSURE(kept_.easy != nullptr, "libcurl has no memory");
        exchange.stop_with(lane_.stopping_);
        auto ready = exchange.prepare(std::move(kept_), lane_.options_, lane_.trust_);
        if (ready) {
            Response response = exchange.finish(curl_easy_perform(exchange.handle()));
            kept_ = exchange.take_handle();
            answer(exchange, std::move(response));
        } else {
            Response refused = exchange.finish_early(ready.error().detail);
            refused.credentials_problem = true;  // no repetition mends it; an operator does
            kept_ = exchange.take_handle();
            answer(exchange, std::move(refused));
        }
    }

    void answer(Exchange& exchange, Response response) {
        under_way_.fetch_sub(1);
        lane_.under_way_.fetch_sub(1);
        exchange.done()(std::move(response));
    }

    // libcurl would say QUIT to the kept connection and wait two minutes for its answer.
    void forget_connection() {
        curl_socket_t socket = CURL_SOCKET_BAD;
        if (kept_.easy) curl_easy_getinfo(kept_.easy.get(), CURLINFO_ACTIVESOCKET, &socket);
        if (socket != CURL_SOCKET_BAD) ::shutdown(socket, SHUT_RDWR);
        kept_.easy.reset();
    }

    MailLane& lane_;
    Mailbox<std::unique_ptr<Exchange>> arrived_;
    std::atomic<std::size_t> under_way_{0};
    Handle kept_;  // only on the thread; keeps the connection
    std::thread thread_;
};

MailLane::MailLane(const TransportOptions& options, const ExtraTrust& trust)
    : options_(options), trust_(trust) {}

MailLane::~MailLane() {
    stopping_.store(true);
    workers_.clear();
}

void MailLane::start_workers() {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options_.mail_connections_most); ++i)
        workers_.push_back(std::make_unique<Worker>(*this));
}

// To the least busy: with no more under way than there are workers, each gets one of its own.
void MailLane::start(std::unique_ptr<Exchange> exchange) {
    under_way_.fetch_add(1);
    std::call_once(started_, [this] { start_workers(); });
    const auto least = std::min_element(
        workers_.begin(), workers_.end(),
        [](const auto& a, const auto& b) { return a->under_way() < b->under_way(); });
    (*least)->start(std::move(exchange));
}

}  // namespace journey::connectors::net
