#pragma once
// What both generators know of HTTP: a connection with one request under way, and when its answer is
// whole. Private to load.cc and flood.cc.

#include "engine/base/base.h"

#include <chrono>
#include <string>

namespace journey::app {

/// Owns its socket.
struct Line {
    using Steady = std::chrono::steady_clock;
    int socket = -1;
    std::string out;
    std::size_t written = 0;
    std::string in;
    Steady::time_point sent;
    std::uint64_t request = 0;
    Steady::time_point not_before;  // after a refusal
    bool busy = false;
    bool refused = false;  // to be sent again
    Line() = default;
    ~Line();
    Line(Line&& other) noexcept : socket(std::exchange(other.socket, -1)) {}
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    Line& operator=(Line&&) = delete;
    /// What the socket takes without waiting; false: the connection is gone.
    bool write_on();
    /// What has come is read; false: the connection is gone.
    bool read_on();
};

struct Answer {
    int status = 0;
    bool says_when = false;  // Retry-After
};

/// `retry`: nobody listens there.
Result<Line> open_line(std::uint16_t port);
/// The first whole answer, taken out of what was read; nothing: there is more to come.
std::optional<Answer> take_answer(Line& line);
/// The head of a request up to the number of its body's bytes.
std::string request_head(const std::string& path, const std::string& write_key);
std::string request_of(const std::string& head, const std::string& body);

}  // namespace journey::app
