#include "engine/app/load.h"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace journey::app {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kAfterRefusal = std::chrono::milliseconds(20);

struct Line {
    int socket = -1;
    std::string out;
    std::size_t written = 0;
    std::string in;
    Steady::time_point sent;
    std::uint64_t request = 0;
    Steady::time_point not_before;  // after a refusal
    bool busy = false;
    bool refused = false;  // to be sent again
    ~Line() {
        if (socket >= 0) ::close(socket);
    }
    Line() = default;
    Line(Line&& other) noexcept : socket(std::exchange(other.socket, -1)) {}
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    Line& operator=(Line&&) = delete;
};

int open_line(std::uint16_t port) {
    const int number = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(number, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(number);
        return -1;
    }
    const int on = 1;
    ::setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return number;
}

/// Bytes of the first whole answer in `in`, or 0; its status in `status`.
std::size_t whole_answer(const std::string& in, int& status) {
    const std::size_t end = in.find("\r\n\r\n");
    if (end == std::string::npos || in.size() < 12) return 0;
    status = std::atoi(in.c_str() + 9);
    std::size_t length = 0;
    std::string head = in.substr(0, end);
    std::transform(head.begin(), head.end(), head.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (const std::size_t at = head.find("content-length:"); at != std::string::npos)
        length = std::strtoull(head.c_str() + at + 15, nullptr, 10);
    return in.size() >= end + 4 + length ? end + 4 + length : 0;
}

}  // namespace

Result<LoadResult> run_load(const LoadOptions& options) {
    LoadResult out;
    std::vector<Line> lines;
    for (std::uint32_t i = 0; i < options.connections; ++i) {
        Line line;
        line.socket = open_line(options.port);
        if (line.socket < 0)
            return error(ErrorCode::retry, fmt::format("nobody listens on port {}", options.port));
        lines.push_back(std::move(line));
    }
    const std::string head = fmt::format(
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {}\r\nContent-Type: "
        "application/json\r\nContent-Length: ",
        options.path, to_base64(options.write_key + ":"));
    std::uint64_t next = 0;
    std::uint64_t open = 0;
    const auto begin = Steady::now();
    const auto moment_of = [&](std::uint64_t request) {
        const double seconds = static_cast<double>(request) / options.per_second;
        return begin +
               std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
    };
    const auto due = [&] {
        return next < options.requests &&
               (options.per_second == 0 || Steady::now() >= moment_of(next));
    };
    const auto give = [&](Line& line) {
        line.request = next++;
        const std::string body = options.body(line.request);
        line.out = fmt::format("{}{}\r\n\r\n{}", head, body.size(), body);
        line.written = 0;
        // Paced, the wait for a free connection counts: it is the daemon's doing.
        line.sent = options.per_second == 0 ? Steady::now() : moment_of(line.request);
        line.busy = true;
        ++open;
    };
    // Overload is no mistake of anybody's: the same again, a little later.
    const auto send_again = [&](Line& line) {
        line.refused = false;
        line.written = 0;
        line.busy = true;
    };
    std::vector<pollfd> waits(lines.size());
    while (open > 0 || next < options.requests) {
        bool waiting = false;
        for (Line& line : lines) {
            if (line.busy) continue;
            if (line.refused) {
                waiting = true;
                if (Steady::now() >= line.not_before) send_again(line);
            } else if (due()) {
                give(line);
            }
        }
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const short writing = lines[i].written < lines[i].out.size() ? POLLOUT : 0;
            waits[i] = {lines[i].busy ? lines[i].socket : -1, static_cast<short>(POLLIN | writing),
                        0};
        }
        // Whoever paces sleeps no longer than to the next moment, and where no connection is free
        // until one is: to look again and again would take the core that the daemon works on.
        const bool pacing =
            waiting || (options.per_second != 0 && next < options.requests && open < lines.size());
        timespec wait{30, 0};
        if (pacing) {
            const auto left = waiting ? std::chrono::nanoseconds(1'000'000)
                                      : std::chrono::nanoseconds(moment_of(next) - Steady::now());
            wait = {0, std::clamp<long>(left.count(), 0, 1'000'000)};
        }
        const int ready = ::ppoll(waits.data(), waits.size(), &wait, nullptr);
        if (ready < 0 || (ready == 0 && !pacing))
            return error(ErrorCode::retry, "no answer for 30 s");
        for (std::size_t i = 0; i < lines.size(); ++i) {
            Line& line = lines[i];
            if ((waits[i].revents & POLLOUT) != 0) {
                const ssize_t count = ::send(line.socket, line.out.data() + line.written,
                                             line.out.size() - line.written, MSG_NOSIGNAL);
                if (count < 0) return error(ErrorCode::retry, "the daemon closed a connection");
                line.written += static_cast<std::size_t>(count);
            }
            if ((waits[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
            char buffer[16384];
            const ssize_t count = ::recv(line.socket, buffer, sizeof buffer, MSG_DONTWAIT);
            if (count <= 0) return error(ErrorCode::retry, "the daemon closed a connection");
            line.in.append(buffer, static_cast<std::size_t>(count));
            int status = 0;
            const std::size_t size = whole_answer(line.in, status);
            if (size == 0) continue;
            line.in.erase(0, size);
            line.busy = false;
            if (status == 429 || status == 503) {
                ++out.overloaded;
                line.refused = true;
                line.not_before = Steady::now() + kAfterRefusal;
                continue;
            }
            --open;
            const bool taken = status >= 200 && status < 300;
            ++(taken ? out.answered : out.refused);
            const auto now = Steady::now();
            out.latency_micros.push_back(static_cast<std::uint32_t>(
                std::chrono::duration_cast<Micros>(now - line.sent).count()));
            if (taken && options.accepted) options.accepted(line.request, now);
            // The next one leaves before the others' answers are read: nobody waits for us.
            if (due()) give(line);
        }
    }
    out.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
    return out;
}

}  // namespace journey::app
