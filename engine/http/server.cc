#include "engine/http/session.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <thread>

namespace journey::http {
namespace {

namespace asio = boost::asio;
using Failure = boost::system::error_code;

Error cannot_listen(const HttpOptions& options, const Failure& failure) {
    const std::string place = fmt::format("port {} on {}", options.port, options.address);
    if (failure == asio::error::address_in_use) {
        return error(ErrorCode::conflict,
                     fmt::format("{} is taken by another program; stop that one (`ss -ltnp` names "
                                 "it) or choose another port",
                                 place));
    }
    if (failure == asio::error::access_denied) {
        return error(ErrorCode::refused,
                     fmt::format("{} may not be opened by this user: ports below 1024 are the "
                                 "system's; choose another port",
                                 place));
    }
    if (failure == boost::system::errc::address_not_available) {
        return error(ErrorCode::invalid,
                     fmt::format("this machine has no address {}; use 127.0.0.1, 0.0.0.0 or one "
                                 "that `ip address` shows",
                                 options.address));
    }
    return error(ErrorCode::retry,
                 fmt::format("cannot listen at {}: {}", place, failure.message()));
}

class BeastServer final : public Server {
  public:
    BeastServer(HttpOptions options, runtime::Engine& engine, Logger& logger)
        : options_(std::move(options)),
          logger_(logger),
          api_(options_, engine, logger),
          house_{.options = options_,
                 .api = api_,
                 .returns = returns_,
                 .gone = [this](std::uint64_t session) { forget(session); }} {
        house_.returns->deliver = [this] { deliver(); };
    }
    BeastServer(const BeastServer&) = delete;
    BeastServer& operator=(const BeastServer&) = delete;
    ~BeastServer() override { drain(Micros{0}); }

    Result<void> listen() {
        Failure failure;
        const auto address = asio::ip::make_address(options_.address, failure);
        if (failure) {
            return error(ErrorCode::invalid,
                         fmt::format("`{}` is not an IP address; use 127.0.0.1 for this machine "
                                     "only, 0.0.0.0 for every network it has",
                                     options_.address));
        }
        const Tcp::endpoint endpoint(address, options_.port);
        acceptor_.open(endpoint.protocol(), failure);
        if (!failure) acceptor_.set_option(Tcp::acceptor::reuse_address(true), failure);
        if (!failure) acceptor_.bind(endpoint, failure);
        if (!failure) acceptor_.listen(asio::socket_base::max_listen_connections, failure);
        if (failure) return cannot_listen(options_, failure);
        port_ = acceptor_.local_endpoint(failure).port();
        accept();
        thread_ = std::thread([this] {
            pthread_setname_np(pthread_self(), "http");
            io_.run();
        });
        logger_.info("http.listening",
                     {{"address", options_.address}, {"port", static_cast<std::int64_t>(port_)}});
        return success();
    }

    std::uint16_t port() const override { return port_; }

    void drain(Micros deadline) override {
        if (!thread_.joinable()) return;
        asio::post(io_, [this, deadline] { begin_drain(deadline); });
        thread_.join();
        // Answers of the engine that come after this find nobody.
        house_.returns->close();
        end_sessions();
        logger_.info("http.drained", {{"port", static_cast<std::int64_t>(port_)}});
    }

  private:
    // ---- connections

    void accept() {
        acceptor_.async_accept([this](Failure failure, Tcp::socket socket) {
            if (house_.draining) return;
            if (!failure) {
                take(std::move(socket));
            } else if (failure != asio::error::connection_aborted) {
                // No more file handles: existing connections must first end.
                logger_.warn("http.accept_failed", {{"reason", failure.message()}});
                pause_.expires_after(std::chrono::milliseconds(100));
                pause_.async_wait([this](Failure stopped) {
                    if (!stopped && !house_.draining) accept();
                });
                return;
            }
            accept();
        });
    }

    void take(Tcp::socket socket) {
        if (sessions_.size() >= options_.connections_most) return turn_away(std::move(socket));
        Failure ignored;
        socket.set_option(Tcp::no_delay(true), ignored);
        const std::uint64_t id = ++last_session_;
        auto session = std::make_shared<Session>(id, std::move(socket), house_);
        sessions_.emplace(id, session);
        api_.numbers().connections = sessions_.size();
        session->start();
        if (!sweeping_) sweep();
    }

    void turn_away(Tcp::socket socket) {
        ++api_.numbers().connections_refused;
        const Reply full = problem(503, "too_many_connections", "Come again in a second.");
        const std::string text = fmt::format(
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
            "Retry-After: 1\r\nConnection: close\r\n\r\n{}",
            full.content_type, full.body.size(), full.body);
        Failure ignored;
        // A fresh connection's send buffer is empty, so this does not block; whoever cannot take it
        // is cut off.
        socket.non_blocking(true, ignored);
        socket.write_some(asio::buffer(text), ignored);
        socket.shutdown(Tcp::socket::shutdown_send, ignored);
    }

    void forget(std::uint64_t session) {
        sessions_.erase(session);
        api_.numbers().connections = sessions_.size();
        if (house_.draining && sessions_.empty()) stop();
    }

    // One timer for all deadlines; none while nobody is connected.
    void sweep() {
        sweeping_ = true;
        const Micros finest = std::min(options_.header_deadline, options_.idle_deadline) / 4;
        sweeper_.expires_after(
            std::clamp<Micros>(finest, std::chrono::milliseconds(5), std::chrono::seconds(1)));
        sweeper_.async_wait([this](Failure stopped) {
            sweeping_ = false;
            if (stopped) return;
            const auto now = NetClock::now();
            for (const auto& session : everyone())
                session->check_deadline(now);
            if (!sessions_.empty()) sweep();
        });
    }

    /// Ending a session takes it out of the map.
    std::vector<std::shared_ptr<Session>> everyone() const {
        std::vector<std::shared_ptr<Session>> all;
        all.reserve(sessions_.size());
        for (const auto& [id, session] : sessions_)
            all.push_back(session);
        return all;
    }

    void deliver() {
        for (Returns::Item& item : house_.returns->take()) {
            const auto found = sessions_.find(item.session);
            if (found == sessions_.end()) continue;
            const std::shared_ptr<Session> session = found->second;
            session->answer(item.request, std::move(item.reply));
        }
    }

    // ---- the end

    void begin_drain(Micros deadline) {
        house_.draining = true;
        api_.drain();
        Failure ignored;
        acceptor_.close(ignored);
        for (const auto& session : everyone())
            session->close_if_idle();
        if (sessions_.empty() || deadline <= Micros{0}) return stop();
        pause_.expires_after(deadline);
        pause_.async_wait([this](Failure stopped) {
            if (!stopped) stop();
        });
    }

    void stop() {
        guard_.reset();
        io_.stop();
    }

    void end_sessions() {
        for (const auto& session : everyone())
            session->close();
    }

    const HttpOptions options_;
    Logger& logger_;
    const std::shared_ptr<Returns> returns_ = std::make_shared<Returns>();
    asio::io_context& io_ = returns_->io;
    asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
    Tcp::acceptor acceptor_{io_};
    asio::steady_timer sweeper_{io_};
    asio::steady_timer pause_{io_};
    Api api_;
    House house_;
    std::map<std::uint64_t, std::shared_ptr<Session>> sessions_;
    std::uint64_t last_session_ = 0;
    std::uint16_t port_ = 0;
    bool sweeping_ = false;
    std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(HttpOptions options, runtime::Engine& engine,
                                              Logger& logger) {
    auto server = std::make_unique<BeastServer>(std::move(options), engine, logger);
    TRY(server->listen());
    return std::unique_ptr<Server>(std::move(server));
}

}  // namespace journey::http
