#pragma once
// One connection. Private to the room: the only header that knows Asio and Beast.
//
//   reading_head --headers--> reading_body --all--> answering --reply--> writing --kept-->
//   reading_head reading_head --refused--> writing --closing--> lingering --> gone any
//   --deadline--> gone, with 408 when a request had begun
//
// Requests of one connection are answered one after the other; what is pipelined behind one waits
// in the buffer.

#include "engine/http/api.h"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace journey::http {

using Tcp = boost::asio::ip::tcp;
/// Deadlines of connections are about the network, so they run on the machine's clock even where
/// the product's clock is a fast or a hand-moved one.
using NetClock = std::chrono::steady_clock;

/// Where replies come back to the I/O thread, from whichever thread the engine answers on.
class Returns;

class Session;

/// What a session needs of the server.
struct House {
    const HttpOptions& options;
    Api& api;
    std::shared_ptr<Returns> returns;
    std::function<void(std::uint64_t session)> gone;
    bool draining = false;
    std::size_t bodies = 0;  // bytes promised to the bodies under way
};

class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(std::uint64_t id, Tcp::socket socket, House& house);
    void start();
    /// The reply to the request under way; any other is dropped.
    void answer(std::uint64_t request, Reply reply);
    /// Ends the session when its time is over.
    void check_deadline(NetClock::time_point now);
    /// Ends it at once when no request has begun.
    void close_if_idle();
    void close();

  private:
    enum class Phase : unsigned char {
        reading_head,
        reading_body,
        answering,
        writing,
        lingering,
        gone
    };
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    using Failure = boost::system::error_code;

    void read_head();
    void on_head(Failure failure);
    std::optional<Reply> check_head();
    void fill_request();
    void fill_headers();
    bool reserve_body();
    void release_body();
    void read_body();
    void on_body(Failure failure);
    void handle();
    void refuse(Reply reply);  // before the body was read: answer and close
    void on_broken(Failure failure);
    void write(Reply reply, bool keep);
    void on_written(Failure failure, bool keep);
    void linger();
    void enter(Phase phase, Micros deadline);

    const std::uint64_t id_;
    Tcp::socket socket_;
    House& house_;
    boost::beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
    Request request_;
    Api::Admission admission_;
    std::string out_;
    Phase phase_ = Phase::gone;
    NetClock::time_point deadline_{};
    bool head_begun_ = false;  // the sweeper has seen the first byte of this head
    bool first_head_ = true;
    bool timed_out_ = false;
    bool body_unread_ = false;
    bool head_only_ = false;  // the request was HEAD
    bool old_http_ = false;   // the request was HTTP/1.0
    std::uint64_t requests_ = 0;
    std::size_t discarded_ = 0;
    std::size_t body_reserved_ = 0;  // this session's part of House::bodies
};

/// Owns the I/O context, so that an answer which comes after the server's end still finds it.
class Returns {
  public:
    struct Item {
        std::uint64_t session = 0;
        std::uint64_t request = 0;
        Reply reply;
    };
    /// Any thread. Dropped when the server is gone.
    void put(Item item);
    std::vector<Item> take();
    void close() { items_.close(); }

    boost::asio::io_context io{1};
    std::function<void()> deliver;  // set before the first put; runs on the I/O thread

  private:
    Mailbox<Item> items_;
    std::atomic<bool> woken_ = false;
};

}  // namespace journey::http
