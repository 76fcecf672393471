#pragma once
// One request and its reply, without sockets: what the routes see and the tests of routes build.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace journey::http {

enum class Method : unsigned char { get, head, post, options, other };

struct Request {
    Method method = Method::get;
    std::string path;   // as sent, still percent-encoded, without the query
    std::string query;  // as sent, without the "?"
    std::string authorization;
    std::string content_type;
    std::string content_encoding;
    std::string peer;  // address of the other end of the connection
    /// Names in lower case; only of what providers and recipients ask.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

struct Header {
    std::string_view name;  // a literal
    std::string value;      // without CR and LF
};

struct Reply {
    unsigned status = 200;
    std::string_view content_type = "application/json";
    std::string body;
    std::vector<Header> headers;
    bool close = false;
};

/// Must be called exactly once, on any thread.
using Respond = std::function<void(Reply)>;

}  // namespace journey::http
