#include "engine/http/session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <fmt/format.h>

namespace journey::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr std::size_t kUriMost = 8u << 10;
constexpr std::size_t kFieldsMost = 100;
constexpr std::size_t kReadAtOnce = 64u << 10;
// How much of a refused body is read and thrown away, so that its sender gets to see the reply.
constexpr std::size_t kLingerBytesMost = 64u << 20;
constexpr Micros kLingerDeadline = std::chrono::seconds(2);
constexpr Micros kNoDeadline = Micros::max();

Method method_of(beast::http::verb verb) {
    switch (verb) {
        case beast::http::verb::get:
            return Method::get;
        case beast::http::verb::head:
            return Method::head;
        case beast::http::verb::post:
            return Method::post;
        case beast::http::verb::options:
            return Method::options;
        // Beast's list, not ours: the rest is refused alike.
        default:
            return Method::other;
    }
}

std::string text_of(beast::string_view text) {
    return {text.data(), text.size()};
}

std::size_t count_of(const beast::http::fields& fields, beast::http::field name) {
    const auto range = fields.equal_range(name);
    return static_cast<std::size_t>(std::distance(range.first, range.second));
}

Reply broken(std::string_view detail) {
    return problem(400, "broken_request", detail);
}

}  // namespace

// ---- replies from other threads

void Returns::put(Item item) {
    if (!items_.put(std::move(item))) return;
    // One wake-up carries everything that arrives before it runs.
    if (!woken_.exchange(true)) asio::post(io, [this] { deliver(); });
}

std::vector<Returns::Item> Returns::take() {
    woken_ = false;
    return items_.take_now();
}

// ---- one connection

Session::Session(std::uint64_t id, Tcp::socket socket, House& house)
    : id_(id),
      socket_(std::move(socket)),
      house_(house),
      buffer_(house.options.header_most + kReadAtOnce) {}

void Session::start() {
    read_head();
}

void Session::enter(Phase phase, Micros deadline) {
    phase_ = phase;
    timed_out_ = false;
    deadline_ = deadline == kNoDeadline ? NetClock::time_point::max() : NetClock::now() + deadline;
}

void Session::read_head() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(house_.options.header_most));
    parser_->body_limit(boost::none);  // judged in check_head, by address
    head_begun_ = false;
    body_unread_ = false;
    // A new connection that stays silent is a slow one, not an idle one.
    enter(Phase::reading_head,
          first_head_ ? house_.options.header_deadline : house_.options.idle_deadline);
    beast::http::async_read_header(
        socket_, buffer_, *parser_,
        [self = shared_from_this()](Failure failure, std::size_t) { self->on_head(failure); });
}

void Session::on_head(Failure failure) {
    if (failure) return on_broken(failure);
    first_head_ = false;
    body_unread_ = !parser_->is_done();
    if (auto refusal = check_head()) {
        ++house_.api.numbers().broken_requests;
        return refuse(std::move(*refusal));
    }
    fill_request();
    auto admitted = house_.api.admit(request_);
    if (auto* reply = std::get_if<Reply>(&admitted)) {
        // A body that has arrived whole costs nothing to skip; the connection may live.
        if (parser_->is_done()) return write(std::move(*reply), parser_->keep_alive());
        return refuse(std::move(*reply));
    }
    admission_ = std::get<Api::Admission>(std::move(admitted));
    if (admission_.route->guard == Guard::signature) fill_headers();
    const auto length = parser_->content_length();
    if (length && *length > admission_.body_most) {
        return refuse(problem(413, "too_large",
                              fmt::format("The body has {} bytes and may have {}; send smaller "
                                          "batches.",
                                          *length, admission_.body_most)));
    }
    parser_->body_limit(admission_.body_most);
    if (parser_->is_done()) return handle();
    if (!reserve_body()) {
        Reply reply = problem(503, "overloaded",
                              "Too many large bodies are arriving at once; try again soon.");
        reply.headers.push_back({"Retry-After", "1"});
        return refuse(std::move(reply));
    }
    const auto expect = parser_->get()[beast::http::field::expect];
    if (expect.empty()) return read_body();
    if (!beast::iequals(expect, "100-continue")) {
        return refuse(problem(417, "unknown_expectation", "Only `Expect: 100-continue` is known."));
    }
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    enter(Phase::writing, house_.options.idle_deadline);
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this()](Failure broken_pipe, std::size_t) {
                          if (broken_pipe) return self->close();
                          self->read_body();
                      });
}

// What Beast lets pass and two servers in a row could read differently (request smuggling), and our
// limits.
std::optional<Reply> Session::check_head() {
    using beast::http::field;
    const auto& head = parser_->get();
    const std::size_t fields = static_cast<std::size_t>(std::distance(head.begin(), head.end()));
    if (head.version() != 10 && head.version() != 11) {
        return problem(505, "wrong_version", "Speak HTTP/1.1; HTTP/2 ends at a proxy.");
    }
    if (head.target().size() > kUriMost) {
        return problem(414, "address_too_long",
                       fmt::format("An address holds at most {} bytes.", kUriMost));
    }
    if (fields > kFieldsMost) {
        return problem(431, "too_many_headers",
                       fmt::format("A request holds at most {} headers.", kFieldsMost));
    }
    if (head.target().empty() || head.target().front() != '/') {
        return broken("The request line must hold a path that begins with `/`.");
    }
    if (count_of(head, field::host) != 1 && (head.version() == 11 || head.count(field::host) > 1)) {
        return broken("Send exactly one Host header.");
    }
    if (count_of(head, field::content_length) > 1) {
        return broken("Content-Length stands more than once.");
    }
    const std::size_t encodings = count_of(head, field::transfer_encoding);
    if (encodings == 0) return std::nullopt;
    if (encodings > 1 || head.version() == 10 || head.count(field::content_length) > 0) {
        return broken("Transfer-Encoding must stand once, in HTTP/1.1, without Content-Length.");
    }
    if (!beast::iequals(head[field::transfer_encoding], "chunked")) {
        return problem(501, "unknown_encoding", "Only `Transfer-Encoding: chunked` is known.");
    }
    return std::nullopt;
}

void Session::fill_request() {
    using beast::http::field;
    const auto& head = parser_->get();
    const beast::string_view target = head.target();
    const std::size_t question = std::min(target.find('?'), target.size());
    request_.method = method_of(head.method());
    request_.path = text_of(target.substr(0, question));
    request_.query =
        question == target.size() ? std::string() : text_of(target.substr(question + 1));
    request_.authorization = text_of(head[field::authorization]);
    request_.content_type = text_of(head[field::content_type]);
    request_.content_encoding = text_of(head[field::content_encoding]);
    request_.body.clear();
    head_only_ = request_.method == Method::head;
    old_http_ = head.version() == 10;
}

// How a provider proves itself stands in headers of its own.
void Session::fill_headers() {
    request_.headers.clear();
    boost::system::error_code gone;
    const auto peer = socket_.remote_endpoint(gone);
    request_.peer = gone ? std::string() : peer.address().to_string();
    for (const auto& field : parser_->get()) {
        std::string name = text_of(field.name_string());
        for (char& c : name)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        request_.headers.emplace_back(std::move(name), text_of(field.value()));
    }
}

// A body in chunks announces nothing, so it counts as the largest it may become.
bool Session::reserve_body() {
    if (admission_.route->guard == Guard::admin) return true;
    const std::size_t most =
        admission_.write_key ? house_.options.bodies_most : house_.options.bodies_most / 2;
    const auto bytes =
        static_cast<std::size_t>(parser_->content_length().value_or(admission_.body_most));
    // A lone body always has room: `body_most` may be set larger than all.
    const bool crowded = house_.bodies > 0 && house_.bodies + bytes > most;
    if (bytes > kSmallBody && crowded) return false;
    house_.bodies += bytes;
    body_reserved_ = bytes;
    return true;
}

// With its memory, which would else be held for as long as the other side takes to read the reply.
void Session::release_body() {
    house_.bodies -= std::exchange(body_reserved_, 0);
    if (parser_) std::string().swap(parser_->get().body());
}

void Session::read_body() {
    enter(Phase::reading_body, house_.options.idle_deadline);
    const std::uint64_t length = parser_->content_length().value_or(kReadAtOnce);
    buffer_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(length, kReadAtOnce)));
    beast::http::async_read(
        socket_, buffer_, *parser_,
        [self = shared_from_this()](Failure failure, std::size_t) { self->on_body(failure); });
}

void Session::on_body(Failure failure) {
    if (failure == beast::http::error::body_limit) {
        return refuse(problem(413, "too_large",
                              fmt::format("The body may have {} bytes; send smaller batches.",
                                          admission_.body_most)));
    }
    if (failure) return on_broken(failure);
    handle();
}

void Session::handle() {
    body_unread_ = false;
    request_.body = std::move(parser_->get().body());
    const std::uint64_t request = ++requests_;
    enter(Phase::answering, kNoDeadline);
    auto respond = [returns = house_.returns, id = id_, request](Reply reply) {
        returns->put({id, request, std::move(reply)});
    };
    crash_here("http.read");
    house_.api.handle(admission_, std::move(request_), std::move(respond));
    request_ = {};
    release_body();
}

void Session::answer(std::uint64_t request, Reply reply) {
    if (phase_ != Phase::answering || request != requests_) return;
    const bool keep = parser_->keep_alive() && !reply.close;
    crash_here("http.answered");
    write(std::move(reply), keep);
}

void Session::refuse(Reply reply) {
    write(std::move(reply), false);
}

void Session::on_broken(Failure failure) {
    using beast::http::error;
    const bool begun = parser_->got_some();
    if (timed_out_ && begun) {
        return refuse(problem(408, "too_slow", "The request did not arrive in time."));
    }
    // Beast's own errors are about what was sent; all others are about the connection.
    const bool about_the_request =
        failure.category() == make_error_code(error::bad_value).category();
    if (!about_the_request || failure == error::end_of_stream ||
        failure == error::partial_message) {
        return close();
    }
    ++house_.api.numbers().broken_requests;
    body_unread_ = true;
    if (failure == error::header_limit || failure == error::buffer_overflow) {
        return refuse(
            problem(431, "headers_too_large",
                    fmt::format("The headers may have {} bytes.", house_.options.header_most)));
    }
    if (failure == error::bad_version) {
        return refuse(problem(505, "wrong_version", "Speak HTTP/1.1; HTTP/2 ends at a proxy."));
    }
    refuse(broken(fmt::format("This is not a sound HTTP/1.1 request: {}.", failure.message())));
}

void Session::write(Reply reply, bool keep) {
    release_body();
    keep = keep && !house_.draining;
    ++house_.api.numbers().replies[reply.status];
    out_.clear();
    auto to = std::back_inserter(out_);
    fmt::format_to(to, "HTTP/1.1 {} {}\r\n", reply.status, reason_phrase(reply.status));
    if (!reply.content_type.empty()) fmt::format_to(to, "Content-Type: {}\r\n", reply.content_type);
    for (const Header& header : reply.headers) {
        ENSURE(is_header_value(header.value), "a reply's header must be printable ASCII");
        fmt::format_to(to, "{}: {}\r\n", header.name, header.value);
    }
    if (reply.status != 204) fmt::format_to(to, "Content-Length: {}\r\n", reply.body.size());
    if (!keep) {
        out_ += "Connection: close\r\n";
    } else if (old_http_) {
        out_ += "Connection: keep-alive\r\n";
    }
    out_ += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n";
    if (!head_only_) out_ += reply.body;
    head_only_ = false;
    enter(Phase::writing, house_.options.idle_deadline);
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this(), keep](Failure failure, std::size_t) {
                          self->on_written(failure, keep);
                      });
}

void Session::on_written(Failure failure, bool keep) {
    if (failure) return close();
    if (keep && !house_.draining) return read_head();
    Failure ignored;
    socket_.shutdown(Tcp::socket::shutdown_send, ignored);
    if (!body_unread_ || ignored) return close();
    discarded_ = 0;
    enter(Phase::lingering, kLingerDeadline);
    linger();
}

// Closing with unread bytes would reset the connection, and the sender might never see our reply.
void Session::linger() {
    buffer_.clear();
    buffer_.reserve(kReadAtOnce);
    socket_.async_read_some(buffer_.prepare(kReadAtOnce),
                            [self = shared_from_this()](Failure failure, std::size_t read) {
                                self->discarded_ += read;
                                if (failure || self->discarded_ > kLingerBytesMost) {
                                    return self->close();
                                }
                                self->linger();
                            });
}

void Session::check_deadline(NetClock::time_point now) {
    if (phase_ == Phase::reading_head && !head_begun_ && parser_->got_some()) {
        // The first byte was somewhere since the last look; counting from here favours the sender.
        head_begun_ = true;
        deadline_ = now + house_.options.header_deadline;
        return;
    }
    if (now < deadline_ || phase_ == Phase::gone) return;
    if (phase_ != Phase::lingering) ++house_.api.numbers().timeouts;
    if (phase_ == Phase::reading_head || phase_ == Phase::reading_body) {
        timed_out_ = true;
        deadline_ = NetClock::time_point::max();
        Failure ignored;
        socket_.cancel(ignored);
        return;
    }
    close();
}

void Session::close_if_idle() {
    if (phase_ == Phase::reading_head && !parser_->got_some() && buffer_.size() == 0) close();
}

void Session::close() {
    if (phase_ == Phase::gone) return;
    phase_ = Phase::gone;
    house_.bodies -= std::exchange(body_reserved_, 0);
    Failure ignored;
    socket_.close(ignored);
    house_.gone(id_);
}

}  // namespace journey::http
