#include "engine/app/bench_sink.h"

#include "engine/app/bench_figures.h"

#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace journey::app {
namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

std::int64_t micros_of(BenchSink::Steady::time_point at) {
    return std::chrono::duration_cast<Micros>(at.time_since_epoch()).count();
}
BenchSink::Steady::time_point steady_of(std::int64_t micros) {
    return BenchSink::Steady::time_point(Micros(micros));
}

std::size_t number_after(std::string_view text, std::string_view mark, std::size_t otherwise) {
    const std::size_t at = text.find(mark);
    std::size_t number = otherwise;
    if (at != std::string_view::npos) {
        const char* first = text.data() + at + mark.size();
        std::from_chars(first, text.data() + text.size(), number);
    }
    return number;
}

// An answer is far smaller than a socket's buffer, and each line has one request under way.
bool said(int socket, std::string_view answer) {
    return answer.empty() || ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) ==
                                 static_cast<ssize_t>(answer.size());
}

}  // namespace

struct BenchSink::Line {
    int socket = -1;
    std::string in;
    bool in_mail = false;  // between DATA and the dot
};

BenchSink::BenchSink(std::size_t most, Speaks speaks) : speaks_(speaks), arrivals_(most) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ENSURE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
               ::listen(listener_, 1024) == 0,
           "no port is free on loopback");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    stop_ = ::eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { run(); });
}

BenchSink::~BenchSink() {
    const std::uint64_t one = 1;
    static_cast<void>(::write(stop_, &one, sizeof one) == sizeof one);
    thread_.join();
    ::close(listener_);
    ::close(stop_);
}

std::string BenchSink::url() const {
    return speaks_ == Speaks::smtp ? fmt::format("smtp://127.0.0.1:{}", port_)
                                   : fmt::format("http://127.0.0.1:{}/sink", port_);
}

bool BenchSink::wait_for(std::uint64_t requests) const {
    std::uint64_t before = this->requests();
    auto moved = Steady::now();
    while (before < requests) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        const std::uint64_t now = this->requests();
        if (now != before) moved = Steady::now();
        if (Steady::now() - moved > std::chrono::seconds(10)) return false;
        before = now;
    }
    return true;
}

std::optional<BenchSink::Steady::time_point> BenchSink::arrival(std::size_t number) const {
    const std::int64_t micros = arrivals_.at(number);
    return micros == 0 ? std::nullopt : std::optional(steady_of(micros));
}

BenchSink::Steady::time_point BenchSink::last() const {
    return steady_of(last_);
}

void BenchSink::note(std::string_view body) {
    const std::int64_t now = micros_of(Steady::now());
    const std::size_t number = number_after(body, ": \"o", arrivals_.size());
    if (number < arrivals_.size()) {
        std::int64_t before = 0;
        if (!arrivals_[number].compare_exchange_strong(before, now)) ++repeated_;
    }
    last_ = now;
    requests_.fetch_add(1, std::memory_order_release);
}

bool BenchSink::serve(Line& line) {
    std::string answers;
    std::size_t used = 0;
    for (;;) {
        const std::string_view rest = std::string_view(line.in).substr(used);
        const std::size_t end = rest.find("\r\n\r\n");
        if (end == std::string_view::npos) break;
        const std::size_t size = number_after(rest.substr(0, end), "ontent-Length: ", 0);
        if (rest.size() < end + 4 + size) break;
        const std::string_view body = rest.substr(end + 4, size);
        if (body_.empty()) body_ = body;
        note(body);
        answers += kAnswer;
        used += end + 4 + size;
    }
    line.in.erase(0, used);
    return said(line.socket, answers);
}

bool BenchSink::serve_mail(Line& line) {
    std::string answers;
    std::size_t used = 0;
    for (bool open = true; open;) {
        const std::string_view rest = std::string_view(line.in).substr(used);
        const std::string_view mark = line.in_mail ? "\r\n.\r\n" : "\r\n";
        const std::size_t end = rest.find(mark);
        if (end == std::string_view::npos) break;
        const std::string_view text = rest.substr(0, end);
        used += end + mark.size();
        if (line.in_mail) {
            note(text);
            answers += "250 2.0.0 Ok\r\n";
            line.in_mail = false;
        } else if (text.starts_with("EHLO")) {
            answers += "250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n";
        } else if (text == "DATA") {
            answers += "354 go on\r\n";
            line.in_mail = true;
        } else if (text == "QUIT") {
            answers += "221 bye\r\n";
            open = false;
        } else {
            answers += "250 ok\r\n";
        }
    }
    line.in.erase(0, used);
    return said(line.socket, answers);
}

void BenchSink::run() {
    const int waiting = ::epoll_create1(EPOLL_CLOEXEC);
    const auto watch = [&](int descriptor) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = descriptor;
        ::epoll_ctl(waiting, EPOLL_CTL_ADD, descriptor, &event);
    };
    watch(listener_);
    watch(stop_);
    std::map<int, Line> lines;
    std::array<epoll_event, 256> events{};
    std::array<char, 65536> buffer{};
    for (bool open = true; open;) {
        const int count = ::epoll_wait(waiting, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
            if (descriptor == stop_) {
                open = false;
            } else if (descriptor == listener_) {
                const int socket =
                    ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (socket < 0) continue;
                const int on = 1;
                ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                lines[socket].socket = socket;
                if (speaks_ == Speaks::smtp) said(socket, "220 sink ESMTP\r\n");
                watch(socket);
            } else {
                Line& line = lines[descriptor];
                const ssize_t size = ::recv(descriptor, buffer.data(), buffer.size(), 0);
                if (size > 0) line.in.append(buffer.data(), static_cast<std::size_t>(size));
                const bool kept = speaks_ == Speaks::smtp ? serve_mail(line) : serve(line);
                if (size == 0 || !kept) {
                    ::close(descriptor);
                    lines.erase(descriptor);
                }
            }
        }
        cpu_micros_ = static_cast<std::int64_t>(thread_cpu_seconds() * 1e6);
    }
    for (const auto& [descriptor, line] : lines)
        ::close(descriptor);
    ::close(waiting);
}

}  // namespace journey::app
