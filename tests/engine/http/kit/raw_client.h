#pragma once
// A socket and nothing between: so that a test can send half a request, two at once, or nonsense.

#include "engine/base/base.h"

namespace journey::http::test {

struct Answer {
    unsigned status = 0;  // 0: the connection ended before an answer
    std::string head;
    std::string body;

    /// "" when absent; names compare without regard to case.
    std::string header(std::string_view name) const;
    /// The body as JSON, or an empty record.
    Record json() const;
    /// A text or the JSON of any other member; "" when absent.
    std::string field(std::string_view name) const;
};

/// Blocks at most 20 s; a test that waits longer has failed.
class Connection {
  public:
    explicit Connection(std::uint16_t port);
    ~Connection();
    Connection(Connection&& other) noexcept;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection& operator=(Connection&&) = delete;

    /// False when the other side no longer takes it.
    bool send(std::string_view bytes);
    void end_sending();
    Answer receive(bool without_body = false);
    /// True when the other side has closed and nothing is left to read.
    bool at_end();

  private:
    bool read_more();
    int socket_ = -1;
    std::string unread_;
};

}  // namespace journey::http::test
