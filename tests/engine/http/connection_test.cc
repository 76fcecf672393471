#include "tests/engine/http/kit/world.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <thread>

using namespace journey;
using namespace journey::http::test;

namespace {

constexpr const char* kEvent = R"({"userId":"u","event":"signed_up"})";

}  // namespace

TEST_CASE("addresses and methods", "[http]") {
    struct Row {
        const char* method;
        const char* path;
        unsigned status;
    };
    const std::vector<Row> rows = {
        {"GET", "/livez", 200},
        {"HEAD", "/livez", 200},
        {"GET", "/livez?verbose=1", 200},
        {"GET", "/readyz", 200},
        {"GET", "/metrics", 200},
        {"POST", "/livez", 405},
        {"DELETE", "/v1/track", 405},
        {"GET", "/v1/batch", 405},
        {"BREW", "/v1/batch", 405},
        {"GET", "/", 404},
        {"GET", "/v2/track", 404},
        {"GET", "/admin/journeys", 401},
        {"POST", "/admin/sending/stop", 401},
        {"POST", "/admin/approvals/welcome/hello", 401},
        {"GET", "/admin/approvals/welcome/hello", 405},
        {"GET", "/admin/people/user%3Aada/timeline", 401},
        {"GET", "/admin/people/a/b/timeline", 404},
        {"GET", "/admin/people//timeline", 404},
    };
    World world;
    for (const Row& row : rows) {
        CAPTURE(row.method, row.path);
        const Answer answer = world.ask(row.method, row.path);
        CHECK(answer.status == row.status);
        if (row.status >= 400) CHECK(answer.header("Content-Type") == "application/problem+json");
    }
    CHECK(world.ask("GET", "/v1/batch").header("Allow") == "POST");
    CHECK(world.ask("GET", "/v1/trak").field("detail").find("Did you mean `/v1/track`?") !=
          std::string::npos);
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("requests that two servers could read differently are refused", "[http]") {
    struct Row {
        const char* label;
        std::string text;
        unsigned status;
    };
    const std::string auth = basic(kKey);
    const std::string line = "POST /v1/track HTTP/1.1\r\nHost: a\r\n" + auth;
    const std::string small = "2\r\n{}\r\n0\r\n\r\n";
    const std::vector<Row> rows = {
        {"two equal lengths", line + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400},
        {"two different lengths", line + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
        {"a list of lengths", line + "Content-Length: 2, 3\r\n\r\n{}", 400},
        {"a negative length", line + "Content-Length: -2\r\n\r\n{}", 400},
        {"a length that overflows", line + "Content-Length: 99999999999999999999\r\n\r\n{}", 400},
        {"length, then chunked",
         line + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n" + small, 400},
        {"chunked, then length",
         line + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n" + small, 400},
        {"chunked twice",
         line + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + small, 400},
        {"gzip, then chunked", line + "Transfer-Encoding: gzip, chunked\r\n\r\n" + small, 501},
        {"chunked, then identity", line + "Transfer-Encoding: chunked, identity\r\n\r\n" + small,
         501},
        {"identity", line + "Transfer-Encoding: identity\r\n\r\n", 501},
        {"chunked with a blank in its name", line + "Transfer-Encoding : chunked\r\n\r\n" + small,
         400},
        {"chunked in HTTP/1.0",
         "POST /v1/track HTTP/1.0\r\n" + auth + "Transfer-Encoding: chunked\r\n\r\n" + small, 400},
        {"no host", "GET /livez HTTP/1.1\r\n\r\n", 400},
        {"two hosts", "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"a whole URL", "GET http://a/livez HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a star", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"bare line feeds", "GET /livez HTTP/1.1\nHost: a\n\n", 505},
        {"a NUL in a header", std::string("GET /livez HTTP/1.1\r\nHost: a\0b\r\n\r\n", 34), 400},
        {"no version", "GET /livez\r\n\r\n", 400},
        {"HTTP/2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello hello hello\r\n\r\n", 400},
        {"a chunk size that is no number",
         line + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400},
        {"an unknown expectation", line + "Expect: magic\r\nContent-Length: 2\r\n\r\n{}", 417},
        {"an encoded body", line + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", 415},
        {"XML", line + "Content-Type: application/xml\r\nContent-Length: 4\r\n\r\n<a/>", 415},
    };
    World world;
    for (const Row& row : rows) {
        CAPTURE(row.label);
        Connection connection = world.connect();
        connection.send(row.text + "GET /admin/smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
        const Answer answer = connection.receive();
        CHECK(answer.status == row.status);
        CHECK(answer.header("Content-Type") == "application/problem+json");
        if (row.status != 415) {
            CHECK(answer.header("Connection") == "close");
            CHECK(connection.at_end());
        }
    }
    CHECK(world.engine.submissions().empty());
    CHECK(world.ask("GET", "/livez").status == 200);
}

TEST_CASE("sizes have limits, and the sender is told which", "[http]") {
    auto options = test_options();
    options.body_most = 4096;
    options.header_most = 4096;
    World world(options);
    const std::string large(10u << 20, 'x');
    const std::string key = basic(kKey);

    SECTION("a body of 10 MB, announced") {
        const Answer answer = world.ask("POST", "/v1/track", key, large);
        CHECK(answer.status == 413);
        CHECK(answer.field("code") == "too_large");
        CHECK(answer.field("detail").find("4096") != std::string::npos);
    }
    SECTION("a body of 10 MB in chunks, not announced") {
        Connection connection = world.connect();
        connection.send("POST /v1/track HTTP/1.1\r\nHost: a\r\n" + key +
                        "Transfer-Encoding: chunked\r\n\r\n" +
                        fmt::format("{:x}\r\n", large.size()) + large + "\r\n0\r\n\r\n");
        CHECK(connection.receive().status == 413);
    }
    SECTION("many small chunks") {
        Connection connection = world.connect();
        std::string text =
            "POST /v1/track HTTP/1.1\r\nHost: a\r\n" + key + "Transfer-Encoding: chunked\r\n\r\n";
        for (int i = 0; i < 2000; ++i)
            text += "4\r\nxxxx\r\n";
        connection.send(text);
        CHECK(connection.receive().status == 413);
    }
    SECTION("a body that just fits") {
        std::string body = R"({"userId":"u","event":"signed_up","properties":{"pad":")";
        body += std::string(4096 - body.size() - 3, 'p') + "\"}}";
        REQUIRE(body.size() == 4096);
        CHECK(world.post("/v1/track", body).status == 200);
    }
    SECTION("long headers") {
        CHECK(world.ask("GET", "/livez", "X-Long: " + std::string(5000, 'x') + "\r\n").status ==
              431);
    }
    SECTION("many headers") {
        std::string headers;
        for (int i = 0; i < 120; ++i)
            headers += fmt::format("X-{}: 1\r\n", i);
        CHECK(world.ask("GET", "/livez", headers).status == 431);
    }
    SECTION("a body nobody asked for, with a wrong key") {
        CHECK(world.ask("POST", "/v1/track", basic("no"), large).status == 401);
    }
    CHECK(world.ask("GET", "/livez").status == 200);
    CHECK(world.engine.submissions().size() <= 1);
}

TEST_CASE("links and reports take small bodies only", "[http]") {
    World world;
    const std::string large((16u << 10) + 1, 'x');
    for (const auto& [method, path] :
         std::vector<std::pair<const char*, const char*>>{{"POST", "/u/token"},
                                                          {"GET", "/o/token.gif"},
                                                          {"GET", "/c/token"},
                                                          {"GET", "/livez"}}) {
        CAPTURE(method, path);
        CHECK(world.ask(method, path, "", large).status == 413);
    }
    // Answered by its head alone, whatever follows.
    CHECK(world.ask("POST", "/nowhere", "", large).status == 404);
}

TEST_CASE("large bodies that arrive together have one budget", "[http]") {
    auto options = test_options();
    options.bodies_most = 200'000;
    World world(options);
    const auto open = [&](const std::string& auth, const std::string& framing) {
        Connection connection = world.connect();
        connection.send("POST /v1/track HTTP/1.1\r\nHost: a\r\n" + auth + framing +
                        "\r\nExpect: 100-continue\r\n\r\n");
        return connection;
    };
    const std::string length = "Content-Length: 90000";
    Connection first = open("", length);
    REQUIRE(first.receive().status == 100);

    Connection stranger = open("", length);
    const Answer refused = stranger.receive();
    CHECK(refused.status == 503);
    CHECK(refused.header("Retry-After") == "1");
    CHECK(refused.header("Connection") == "close");
    CHECK(open("", "Transfer-Encoding: chunked").receive().status == 503);

    // Who shows a write key has the other half; small bodies always pass.
    Connection known = open(basic(kKey), length);
    CHECK(known.receive().status == 100);
    CHECK(open(basic(kKey), length).receive().status == 503);
    CHECK(world.post("/v1/track", kEvent).status == 200);

    // What was read gives its room back.
    first.send(std::string(90000, 'x'));
    CHECK(first.receive().status == 401);
    known.send(std::string(90000, 'x'));
    CHECK(known.receive().status == 400);
    CHECK(open("", length).receive().status == 100);
}

TEST_CASE("an address has a limit", "[http]") {
    World world;
    CHECK(world.ask("GET", "/livez?" + std::string(9000, 'x')).status == 414);
}

TEST_CASE("a client that asks before sending is answered first", "[http]") {
    World world;
    Connection connection = world.connect();
    const std::string body = kEvent;
    connection.send("POST /v1/track HTTP/1.1\r\nHost: a\r\n" + basic(kKey) +
                    fmt::format("Expect: 100-continue\r\nContent-Length: {}\r\n\r\n", body.size()));
    CHECK(connection.receive().status == 100);
    connection.send(body);
    CHECK(connection.receive().status == 200);

    Connection refused = world.connect();
    refused.send("POST /v1/track HTTP/1.1\r\nHost: a\r\n" + basic("no") +
                 "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n");
    CHECK(refused.receive().status == 401);
}

TEST_CASE("a connection serves one request after the other", "[http]") {
    World world;
    Connection connection = world.connect();
    const std::string key = basic(kKey);

    SECTION("kept alive") {
        for (int i = 0; i < 3; ++i) {
            connection.send(request_text("POST", "/v1/track", key, kEvent));
            CHECK(connection.receive().status == 200);
        }
    }
    SECTION("pipelined: answers come in order") {
        connection.send(request_text("POST", "/v1/track", key, kEvent) +
                        request_text("POST", "/v1/track", key, "{}") +
                        request_text("GET", "/nowhere", "", "") +
                        request_text("POST", "/v1/track", key, kEvent));
        CHECK(connection.receive().status == 200);
        CHECK(connection.receive().status == 400);
        CHECK(connection.receive().status == 404);
        CHECK(connection.receive().status == 200);
    }
    SECTION("in chunks") {
        connection.send("POST /v1/track HTTP/1.1\r\nHost: a\r\n" + key +
                        "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"use\r\n" +
                        fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", std::string(kEvent).size() - 5,
                                    std::string(kEvent).substr(5)) +
                        request_text("GET", "/livez", "", ""));
        CHECK(connection.receive().status == 200);
        CHECK(connection.receive().status == 200);
    }
    SECTION("a wrong key with its body at hand does not end the connection") {
        connection.send(request_text("POST", "/v1/track", basic("no"), ""));
        CHECK(connection.receive().status == 401);
        connection.send(request_text("POST", "/v1/track", key, kEvent));
        CHECK(connection.receive().status == 200);
    }
    SECTION("closed when asked for") {
        connection.send(request_text("POST", "/v1/track", key + "Connection: close\r\n", kEvent));
        const Answer answer = connection.receive();
        CHECK(answer.status == 200);
        CHECK(answer.header("Connection") == "close");
        CHECK(connection.at_end());
    }
    SECTION("HTTP/1.0 closes by itself") {
        connection.send("GET /livez HTTP/1.0\r\n\r\n");
        CHECK(connection.receive().status == 200);
        CHECK(connection.at_end());
    }
    SECTION("the other side may stop sending and still read its answer") {
        connection.send(request_text("POST", "/v1/track", key, kEvent));
        connection.end_sending();
        CHECK(connection.receive().status == 200);
        CHECK(connection.at_end());
    }
    SECTION("HEAD has no body") {
        connection.send(request_text("HEAD", "/livez", "", "") +
                        request_text("GET", "/livez", "", ""));
        const bool without_body = true;
        CHECK(connection.receive(without_body).header("Content-Length") == "3");
        CHECK(connection.receive().body == "ok\n");
    }
}

TEST_CASE("half a request leaves no trace", "[http]") {
    World world;
    const std::string whole = request_text("POST", "/v1/track", basic(kKey), kEvent);
    for (std::size_t cut = 0; cut < whole.size(); cut += 7) {
        CAPTURE(cut);
        Connection connection = world.connect();
        connection.send(whole.substr(0, cut));
        connection.end_sending();
        CHECK(connection.receive().status == 0);
        CHECK(connection.at_end());
    }
    CHECK(world.engine.submissions().empty());
    CHECK(world.ask("GET", "/livez").status == 200);
}

TEST_CASE("who is too slow is sent away", "[http]") {
    auto options = test_options();
    options.header_deadline = std::chrono::milliseconds(40);
    options.idle_deadline = std::chrono::milliseconds(40);
    World world(options);

    SECTION("half a head: 408") {
        Connection connection = world.connect();
        connection.send("POST /v1/track HTTP/1.1\r\nHost: ");
        const Answer answer = connection.receive();
        CHECK(answer.status == 408);
        CHECK(answer.field("code") == "too_slow");
        CHECK(connection.at_end());
    }
    SECTION("half a body: 408") {
        Connection connection = world.connect();
        connection.send("POST /v1/track HTTP/1.1\r\nHost: a\r\n" + basic(kKey) +
                        "Content-Length: 100\r\n\r\n{\"use");
        CHECK(connection.receive().status == 408);
        CHECK(connection.at_end());
    }
    SECTION("not a byte: closed") {
        Connection connection = world.connect();
        CHECK(connection.at_end());
    }
    SECTION("nothing after an answer: closed") {
        Connection connection = world.connect();
        connection.send(request_text("GET", "/livez", "", ""));
        CHECK(connection.receive().status == 200);
        CHECK(connection.at_end());
    }
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("connections over the limit are told to come again", "[http]") {
    auto options = test_options();
    options.connections_most = 2;
    World world(options);
    Connection first = world.connect();
    Connection second = world.connect();
    for (Connection* each : {&first, &second}) {
        each->send(request_text("GET", "/livez", "", ""));
        CHECK(each->receive().status == 200);
    }
    Connection third = world.connect();
    const Answer answer = third.receive();
    CHECK(answer.status == 503);
    CHECK(answer.header("Retry-After") == "1");
    CHECK(answer.field("code") == "too_many_connections");
    CHECK(third.at_end());
}

TEST_CASE("a server that cannot listen says what to do", "[http]") {
    FakeEngine engine;
    World world;
    auto options = test_options();

    SECTION("the port is taken") {
        options.port = world.server->port();
        const auto second = http::Server::start(options, engine, Logger::silent());
        REQUIRE_FALSE(second.has_value());
        CHECK(second.error().code == ErrorCode::conflict);
        CHECK(second.error().detail.find(
                  fmt::format("port {} on 127.0.0.1 is taken", options.port)) != std::string::npos);
    }
    SECTION("the address is a name") {
        options.address = "localhost";
        const auto second = http::Server::start(options, engine, Logger::silent());
        REQUIRE_FALSE(second.has_value());
        CHECK(second.error().detail.find("`localhost` is not an IP address") == 0);
    }
    SECTION("the address is another machine's") {
        options.address = "192.0.2.1";
        const auto second = http::Server::start(options, engine, Logger::silent());
        REQUIRE_FALSE(second.has_value());
        CHECK(second.error().detail.find("192.0.2.1") != std::string::npos);
    }
}

TEST_CASE("drain answers what is open and takes nothing new", "[http]") {
    World world;
    world.engine.hold();
    Connection open = world.connect();
    open.send(request_text("POST", "/v1/track", basic(kKey), kEvent));
    Connection idle = world.connect();
    while (world.engine.submissions().empty()) {
        idle.send(request_text("GET", "/livez", "", ""));
        REQUIRE(idle.receive().status == 200);
    }
    std::thread drain([&] { world.server->drain(std::chrono::seconds(20)); });
    CHECK(idle.at_end());
    world.engine.release();
    const Answer answer = open.receive();
    CHECK(answer.status == 200);
    CHECK(answer.header("Connection") == "close");
    drain.join();
    CHECK(open.at_end());
}

TEST_CASE("drain ends by its deadline even when the engine is silent", "[http]") {
    World world;
    world.engine.hold();
    Connection open = world.connect();
    open.send(request_text("POST", "/v1/track", basic(kKey), kEvent));
    Connection other = world.connect();
    while (world.engine.submissions().empty()) {
        other.send(request_text("GET", "/livez", "", ""));
        REQUIRE(other.receive().status == 200);
    }
    world.server->drain(std::chrono::milliseconds(20));
    CHECK(open.receive().status == 0);
    // The engine's late answer finds nobody and harms nothing.
    world.engine.release();
}
