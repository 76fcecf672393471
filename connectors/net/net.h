#pragma once
// The door of connectors/net: HTTP and SMTP through libcurl, HTTP on one thread, mail on one a
// connection. The only place that knows curl. Rules of RELIABILITY 1.8.

#include "connectors/api/api.h"

namespace journey::connectors::net {

struct TransportOptions {
    bool allow_http = false;     // plain http:// to anything but loopback
    bool allow_private = false;  // private, link-local and loopback addresses; off in production
    std::string extra_ca_file;   // PEM, trusted beside the system's
    std::size_t connections_most = 64;  // HTTP
    std::size_t mail_connections_most = 8;
    std::size_t response_most = 64u << 10;  // bytes of an answer that are read; more is cut off
};

/// HTTP's deadline is kept to the millisecond, mail's to the second. start() may be called from any
/// thread; `done` is called once, on one of the transport's threads (HTTP's or mail's).
class Transport {
  public:
    using Done = std::function<void(Response)>;
    virtual ~Transport() = default;
    virtual void start(Request request, Micros deadline, Done done) = 0;
    /// Attempts under way.
    virtual std::size_t under_way() const = 0;
};

/// Ends its thread on destruction; what is under way is answered as failed.
std::unique_ptr<Transport> make_transport(const TransportOptions& options, Logger& log);

/// The same, for requests that carry a token (`HttpRequest::token`): asks its source, keeps what it
/// gives, renews it some minutes before its end, and sends a request whose token was refused once
/// more with a new one. `clock` says how old a token is. What a source cannot give fails the request
/// before a byte of it left: as a credentials problem, unless trying later may help. One thread.
std::unique_ptr<Transport> with_tokens(std::unique_ptr<Transport> inner, const Clock& clock,
                                       Logger& log);

/// Opens nothing, ever: answers each request at once, on the caller's thread, as one of which no
/// byte left.
std::unique_ptr<Transport> make_closed_transport();

/// The host that the transport would connect to. `invalid` when the URL names none.
Result<std::string> host_of(const std::string& url);

/// For benchmarks: posts the same request `count` times over so many kept connections on this
/// thread, with libcurl and nothing else. Posts a second.
Result<double> bare_post_rate(const HttpRequest& request, std::size_t connections,
                              std::uint64_t count);

}  // namespace journey::connectors::net
