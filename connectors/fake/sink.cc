// One thread, epoll. What the calls of one moment say goes into the ledger with one sync, and only
// then do their answers leave: a line without an answer is possible, an answer without a line is
// not.

#include "connectors/fake/sink_session.h"

#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace journey::connectors::fake {
namespace {

using std::chrono::steady_clock;

class Fd {
  public:
    Fd() = default;
    explicit Fd(int number) : number_(number) {}
    Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Fd() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }

  private:
    int number_ = -1;
};

struct Connection {
    Fd socket;
    std::unique_ptr<Session> session;
    std::string in;
    std::string out;
    std::uint64_t filler = 0;
    std::string dripping;  // one byte a second
    steady_clock::time_point wake{};
    std::string later;     // written at `wake`
    bool waiting = false;  // for `wake`
    bool close = false;
    bool silent = false;
    bool dead = false;
    bool wants_write = false;

    bool is_busy() const { return waiting || close || silent || filler > 0; }
};

Result<Fd> listen_on(std::uint16_t& port) {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr plain{};
    static_assert(sizeof plain == sizeof address);
    std::memcpy(&plain, &address, sizeof address);
    if (::bind(socket.get(), &plain, sizeof address) != 0 || ::listen(socket.get(), 1024) != 0) {
        return error(ErrorCode::conflict, fmt::format("port {} on 127.0.0.1 cannot be used: {}",
                                                      port, std::strerror(errno)));
    }
    socklen_t size = sizeof plain;
    ::getsockname(socket.get(), &plain, &size);
    std::memcpy(&address, &plain, sizeof address);
    port = ntohs(address.sin_port);
    return socket;
}

class Sink final : public SinkServer, private Desk {
  public:
    explicit Sink(const SinkOptions& options)
        : options_(options), mind_(options.script), slow_by_(options.script.slow_by) {}
    ~Sink() override { stop_now(); }

    Result<void> open() {
        http_port_ = options_.http_port;
        smtp_port_ = options_.smtp_port;
        TRY(google_, Google::of(options_.service_account));
        TRY(http_listener_, listen_on(http_port_));
        TRY(smtp_listener_, listen_on(smtp_port_));
        if (!options_.ledger_file.empty()) {
            ledger_ = Fd(::open(options_.ledger_file.c_str(),
                                O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
            if (ledger_.get() < 0) {
                return error(ErrorCode::storage_failed,
                             fmt::format("the ledger {} cannot be opened: {}", options_.ledger_file,
                                         std::strerror(errno)));
            }
        }
        poll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
        wake_ = Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        for (const Fd* fd : {&http_listener_, &smtp_listener_, &wake_})
            watch(fd->get(), EPOLLIN, EPOLL_CTL_ADD);
        thread_ = std::thread([this] { run(); });
        return success();
    }

    std::uint16_t http_port() const override { return http_port_; }
    std::uint16_t smtp_port() const override { return smtp_port_; }

    void expect(std::vector<Behaviour> behaviours) override {
        const std::lock_guard lock(mutex_);
        mind_.expect(std::move(behaviours));
    }
    std::vector<SinkMessage> last(std::size_t most) const override {
        const std::lock_guard lock(mutex_);
        const std::size_t count = std::min(most, last_.size());
        return {last_.end() - static_cast<std::ptrdiff_t>(count), last_.end()};
    }
    SinkCounts counts(std::string_view channel) const override {
        const std::lock_guard lock(mutex_);
        return mind_.counts(channel);
    }
    std::uint64_t connections() const override { return accepted_.load(); }
    void stop() override { stop_now(); }

  private:
    // ---- Desk
    Behaviour next_behaviour() override {
        const std::lock_guard lock(mutex_);
        return mind_.next();
    }
    void record(Understood& call, Behaviour behaviour) override {
        call.message.at = clock_.now();
        {
            const std::lock_guard lock(mutex_);
            mind_.judge(call, behaviour);
            last_.push_back(call.message);
            if (last_.size() > options_.keep) last_.pop_front();
        }
        if (ledger_.get() >= 0) ledger_lines_ += ledger_line(call.message);
        if (options_.on_message) options_.on_message(call.message);
    }
    Micros slow_by() const override { return slow_by_; }
    Google& google() override { return google_; }
    Instant now() const override { return clock_.now(); }

    // ---- the loop
    void run() {
        std::array<epoll_event, 256> events{};
        while (!stopping_.load()) {
            const int count = ::epoll_wait(poll_.get(), events.data(),
                                           static_cast<int>(events.size()), timeout_ms());
            for (int i = 0; i < count; ++i)
                handle(events[static_cast<std::size_t>(i)]);
            wake_due();
            flush_ledger();
            for (Connection* connection : touched_)
                send(*connection);
            touched_.clear();
            std::erase_if(connections_, [](const auto& one) { return one.second->dead; });
        }
        flush_ledger();
    }

    void handle(const epoll_event& event) {
        const int fd = event.data.fd;
        if (fd == wake_.get()) return;
        if (fd == http_listener_.get() || fd == smtp_listener_.get()) {
            accept_all(fd);
            return;
        }
        const auto found = connections_.find(fd);
        if (found == connections_.end()) return;
        Connection& connection = *found->second;
        if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(connection);
        touched_.push_back(&connection);
    }

    void accept_all(int listener) {
        while (true) {
            const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0) return;
            const int on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            auto connection = std::make_unique<Connection>();
            connection->socket = Fd(fd);
            connection->session =
                listener == http_listener_.get() ? make_http_session() : make_smtp_session();
            connection->out = connection->session->greeting();
            watch(fd, EPOLLIN, EPOLL_CTL_ADD);
            touched_.push_back(connection.get());
            connections_[fd] = std::move(connection);
            accepted_.fetch_add(1);
        }
    }

    void read(Connection& connection) {
        std::array<char, 64 * 1024> buffer;
        while (!connection.dead) {
            const ssize_t count = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
            if (count > 0) {
                connection.in.append(buffer.data(), static_cast<std::size_t>(count));
                if (count == static_cast<ssize_t>(buffer.size())) continue;
                break;
            }
            if (count == 0 || (errno != EAGAIN && errno != EINTR)) connection.dead = true;
            break;
        }
        serve(connection);
    }

    void serve(Connection& connection) {
        if (connection.in.empty() || connection.is_busy()) return;
        for (Doing& doing : connection.session->take(connection.in, *this)) {
            if (doing.after > Micros{0}) {
                connection.later = std::move(doing.write);
                wait(connection, doing.after);
            } else if (doing.trickle) {
                connection.dripping = std::move(doing.write);
                wait(connection, std::chrono::seconds(1));
            } else {
                connection.out += doing.write;
            }
            connection.filler += doing.filler;
            connection.close = connection.close || doing.close;
            connection.silent = connection.silent || doing.silence;
        }
    }

    static void wait(Connection& connection, Micros time) {
        connection.wake = steady_clock::now() + time;
        connection.waiting = true;
    }

    void wake_due() {
        const auto now = steady_clock::now();
        for (auto& [fd, connection] : connections_) {
            if (!connection->waiting || connection->wake > now) continue;
            connection->waiting = false;
            connection->out += std::exchange(connection->later, {});
            if (!connection->dripping.empty()) {
                connection->out += connection->dripping.front();
                connection->dripping.erase(0, 1);
                if (!connection->dripping.empty()) wait(*connection, std::chrono::seconds(1));
            }
            serve(*connection);
            touched_.push_back(connection.get());
        }
    }

    int timeout_ms() const {
        auto next = steady_clock::time_point::max();
        for (const auto& [fd, connection] : connections_) {
            if (connection->waiting) next = std::min(next, connection->wake);
        }
        if (next == steady_clock::time_point::max()) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - steady_clock::now());
        return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
    }

    // A ledger that cannot be kept proves nothing: the sink dies rather than answer without it.
    void flush_ledger() {
        std::string_view rest = ledger_lines_;
        if (rest.empty()) return;
        while (!rest.empty()) {
            const ssize_t count = ::write(ledger_.get(), rest.data(), rest.size());
            ENSURE(count > 0, "the ledger cannot be written");
            rest.remove_prefix(static_cast<std::size_t>(count));
        }
        ENSURE(!options_.sync_ledger || ::fdatasync(ledger_.get()) == 0,
               "the ledger cannot be synced");
        ledger_lines_.clear();
    }

    void send(Connection& connection) {
        while (!connection.dead) {
            if (connection.out.empty() && connection.filler > 0) {
                const std::uint64_t part = std::min<std::uint64_t>(connection.filler, 1 << 20);
                connection.out.assign(part, 'x');
                connection.filler -= part;
            }
            if (connection.out.empty()) break;
            const ssize_t count = ::send(connection.socket.get(), connection.out.data(),
                                         connection.out.size(), MSG_NOSIGNAL);
            if (count < 0 && errno == EAGAIN) break;
            if (count <= 0) {
                connection.dead = true;
                return;
            }
            connection.out.erase(0, static_cast<std::size_t>(count));
        }
        const bool wants = !connection.out.empty();
        if (!wants && connection.close && !connection.waiting) connection.dead = true;
        if (connection.dead || wants == connection.wants_write) return;
        connection.wants_write = wants;
        watch(connection.socket.get(), wants ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
    }

    void watch(int fd, std::uint32_t events, int operation) {
        epoll_event event{};
        event.events = events;
        event.data.fd = fd;
        ::epoll_ctl(poll_.get(), operation, fd, &event);
    }

    void stop_now() {
        if (!thread_.joinable()) return;
        stopping_.store(true);
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
        thread_.join();
        connections_.clear();
        http_listener_ = Fd();
        smtp_listener_ = Fd();
    }

    SinkOptions options_;
    SystemClock clock_;
    mutable std::mutex mutex_;
    Mind mind_;  // under mutex_
    Google google_;
    std::deque<SinkMessage> last_;
    Micros slow_by_;
    std::uint16_t http_port_ = 0;
    std::uint16_t smtp_port_ = 0;
    Fd http_listener_;
    Fd smtp_listener_;
    Fd ledger_;
    Fd poll_;
    Fd wake_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> accepted_{0};
    // Only on the thread:
    std::string ledger_lines_;
    std::map<int, std::unique_ptr<Connection>> connections_;
    std::vector<Connection*> touched_;
    std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<SinkServer>> SinkServer::start(const SinkOptions& options) {
    auto sink = std::make_unique<Sink>(options);
    TRY(sink->open());
    return std::unique_ptr<SinkServer>(std::move(sink));
}

std::string SinkServer::http_url() const {
    return fmt::format("http://127.0.0.1:{}", http_port());
}
std::string SinkServer::smtp_url() const {
    return fmt::format("smtp://127.0.0.1:{}", smtp_port());
}

}  // namespace journey::connectors::fake
