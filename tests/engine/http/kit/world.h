#pragma once
// A server on a free port before a fake engine, with a shop's program.

#include "engine/http/http.h"
#include "tests/engine/http/kit/fake_engine.h"
#include "tests/engine/http/kit/raw_client.h"

namespace journey::http::test {

inline constexpr const char* kKey = "wk_test_1";
inline constexpr const char* kToken = "admin-token-for-tests";

/// Events signed_up, order_completed, page_viewed; profile email, first_name, age, time_zone,
/// locale, push_token; consent newsletter; channels email and push; journeys welcome and winback.
ir::Program shop_program();
HttpOptions test_options();

struct World {
    explicit World(HttpOptions options = test_options());
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    Connection connect() const { return Connection(server->port()); }
    /// One request on a connection of its own. `headers` are whole lines, each with CRLF.
    Answer ask(std::string_view method, std::string_view path, std::string_view headers = "",
               std::string_view body = "") const;
    /// POST of JSON with the write key.
    Answer post(std::string_view path, std::string_view body) const;
    /// With the admin's token.
    Answer admin(std::string_view method, std::string_view path, std::string_view body = "") const;

    FakeEngine engine;
    std::unique_ptr<Server> server;
};

std::string basic(std::string_view key);
std::string request_text(std::string_view method, std::string_view path, std::string_view headers,
                         std::string_view body);

}  // namespace journey::http::test
