#include "connectors/fake/fake.h"
#include "connectors/net/net.h"

#include <arpa/inet.h>
#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace journey;
using namespace journey::connectors;
using fake::Behaviour;
using fake::SinkServer;

namespace {

std::unique_ptr<net::Transport> local_transport() {
    net::TransportOptions options;
    options.allow_private = true;
    return net::make_transport(options, Logger::silent());
}

std::unique_ptr<SinkServer> local_sink(fake::SinkOptions options = {}) {
    auto sink = SinkServer::start(options);
    REQUIRE(sink);
    return std::move(sink).value();
}

Response send(net::Transport& transport, Request request,
              Micros deadline = std::chrono::seconds(20)) {
    std::promise<Response> promise;
    auto future = promise.get_future();
    transport.start(std::move(request), deadline,
                    [&](Response response) { promise.set_value(std::move(response)); });
    return future.get();
}

HttpRequest post(const std::string& url, std::string body = "{}") {
    HttpRequest request;
    request.url = url;
    request.body = std::move(body);
    return request;
}

SmtpRequest mail(const SinkServer& sink, std::string message = "Subject: x\r\n\r\nhello\r\n") {
    SmtpRequest request;
    request.url = sink.smtp_url();
    request.mail_from = "shop@shop.example";
    request.rcpt_to = "ada@mail.example";
    request.message = std::move(message);
    request.require_tls = false;
    return request;
}

/// One connection that keeps what came over it, word for word, and answers 200 to each request of
/// `sizes` bytes.
class Listener {
  public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), length) == 0);
        REQUIRE(::listen(socket_, 1) == 0);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/hook";
        thread_ = std::thread([this] { serve(); });
    }
    ~Listener() {
        ::shutdown(socket_, SHUT_RDWR);
        thread_.join();
        ::close(socket_);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    const std::string& url() const { return url_; }
    /// Of the requests so far; only while none is under way.
    const std::vector<std::string>& heard() const { return heard_; }

  private:
    void serve() {
        const int line = ::accept(socket_, nullptr, nullptr);
        std::string in;
        std::array<char, 4096> buffer{};
        for (ssize_t size = 0; (size = ::recv(line, buffer.data(), buffer.size(), 0)) > 0;) {
            in.append(buffer.data(), static_cast<std::size_t>(size));
            const bool whole =
                in.ends_with("{}") || (in.starts_with("GET") && in.ends_with("\r\n\r\n"));
            if (!whole) continue;
            heard_.push_back(std::exchange(in, {}));
            const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
            ::send(line, answer.data(), answer.size(), MSG_NOSIGNAL);
        }
        ::close(line);
    }

    int socket_;
    std::string url_;
    std::vector<std::string> heard_;
    std::thread thread_;
};

model::ObservationKind kind_of(const Response& response, model::IdempotencyClass idempotency) {
    return observe_http(response, idempotency).kind;
}

}  // namespace

TEST_CASE("a POST arrives once and its answer comes back whole", "[net]") {
    auto sink = local_sink();
    auto transport = local_transport();
    HttpRequest request = post(sink->http_url() + "/hook", R"({"a":1})");
    request.headers = {{"webhook-id", "k1"}, {"X-Empty", ""}};
    const Response response = send(*transport, request);
    CHECK(response.answered);
    CHECK(response.status == 200);
    CHECK(response.bytes_left);
    CHECK(response.body == "{}");
    REQUIRE(sink->last(10).size() == 1);
    CHECK(sink->last(1)[0].text == R"({"a":1})");
    CHECK(sink->last(1)[0].key == "k1");
    CHECK(transport->under_way() == 0);
}

TEST_CASE("connections are kept between requests", "[net]") {
    auto sink = local_sink();
    auto transport = local_transport();
    for (int i = 0; i < 20; ++i)
        CHECK(send(*transport, post(sink->http_url() + "/hook")).status == 200);
    CHECK(sink->connections() == 1);
    CHECK(sink->counts("webhook").accepted == 20);
}

TEST_CASE("nothing of one request stays for the next on the same connection", "[net]") {
    Listener provider;
    {
        auto transport = local_transport();
        HttpRequest secret = post(provider.url());
        secret.method = "PUT";
        secret.basic_user = "shop";
        secret.basic_password = "secret";
        secret.headers = {{"webhook-id", "k1"}, {"X-Token", "secret"}};
        CHECK(send(*transport, secret).status == 200);
        CHECK(send(*transport, post(provider.url())).status == 200);
        HttpRequest get;
        get.url = provider.url();
        get.method = "GET";
        CHECK(send(*transport, get).status == 200);
        CHECK(send(*transport, post(provider.url() + "?other")).status == 200);
    }
    const auto& heard = provider.heard();
    REQUIRE(heard.size() == 4);
    CHECK(heard[0].starts_with("PUT /hook HTTP/1.1"));
    CHECK_THAT(heard[0], Catch::Contains("Authorization: Basic") && Catch::Contains("k1"));
    CHECK(heard[1].starts_with("POST /hook HTTP/1.1"));
    CHECK(heard[2].starts_with("GET /hook HTTP/1.1"));
    CHECK(heard[3].starts_with("POST /hook?other HTTP/1.1"));
    for (std::size_t i = 1; i < heard.size(); ++i) {
        CAPTURE(heard[i]);
        CHECK(heard[i].find("uthorization") == std::string::npos);
        CHECK(heard[i].find("k1") == std::string::npos);
        CHECK(heard[i].find("Token") == std::string::npos);
        CHECK((heard[i].find("Content-Length") == std::string::npos) == (i == 2));
    }
}

TEST_CASE("a kept connection that dies after the POST is one POST, and nobody claims to know",
          "[net]") {
    auto sink = local_sink();
    auto transport = local_transport();
    const Request request = post(sink->http_url() + "/hook", std::string(2000, 'x'));
    CHECK(send(*transport, request).status == 200);
    sink->expect({Behaviour::accept_then_close});
    const Response response = send(*transport, request);
    CHECK_FALSE(response.answered);
    CHECK(response.bytes_left);
    CHECK_FALSE(response.failure.empty());
    CHECK(sink->counts("webhook").calls == 2);
    CHECK(kind_of(response, model::IdempotencyClass::neither) == model::ObservationKind::unknown);
    CHECK(kind_of(response, model::IdempotencyClass::keyed) == model::ObservationKind::retry);
}

TEST_CASE("an empty POST on a kept connection is not repeated either", "[net]") {
    auto sink = local_sink();
    auto transport = local_transport();
    CHECK(send(*transport, post(sink->http_url() + "/hook", "")).status == 200);
    sink->expect({Behaviour::accept_then_close});
    CHECK_FALSE(send(*transport, post(sink->http_url() + "/hook", "")).answered);
    CHECK(sink->counts("webhook").calls == 2);
}

TEST_CASE("a connection that nobody accepts leaves no byte", "[net]") {
    std::uint16_t port = 0;
    {
        auto sink = local_sink();
        port = sink->http_port();
    }
    auto transport = local_transport();
    const Response response =
        send(*transport, post("http://127.0.0.1:" + std::to_string(port) + "/hook"));
    CHECK_FALSE(response.answered);
    CHECK_FALSE(response.bytes_left);
    CHECK(kind_of(response, model::IdempotencyClass::neither) == model::ObservationKind::retry);
}

TEST_CASE("every spelling of loopback is refused", "[net]") {
    auto sink = local_sink();
    net::TransportOptions options;
    options.allow_http = true;  // only the address policy stands in the way
    auto transport = net::make_transport(options, Logger::silent());
    const std::string host = GENERATE("127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433",
                                      "0177.0.0.1", "127.0.0.1.", "[::1]", "[::ffff:127.0.0.1]",
                                      "0.0.0.0", "0", "①②⑦.⓪.⓪.①", "127。0。0。1");
    CAPTURE(host);
    const Response response = send(
        *transport, post("http://" + host + ":" + std::to_string(sink->http_port()) + "/hook"));
    CHECK_FALSE(response.answered);
    CHECK_FALSE(response.bytes_left);
    CHECK(sink->connections() == 0);
    CHECK(sink->counts("webhook").calls == 0);
}

TEST_CASE("what must not go out is refused before a socket is opened", "[net]") {
    auto sink = local_sink();
    auto transport = local_transport();
    const std::string base = sink->http_url();
    HttpRequest forged_value = post(base);
    forged_value.headers = {{"X-A", "b\r\nX-Forged: c"}};
    HttpRequest forged_name = post(base);
    forged_name.headers = {{"X-A: b\r\nX", "c"}};
    HttpRequest forged_method = post(base);
    forged_method.method = "PUT / HTTP/1.1\r\nX: y";
    SmtpRequest two_recipients = mail(*sink);
    two_recipients.rcpt_to = "ada@mail.example>\r\nRCPT TO:<eve@mail.example";
    const std::vector<Request> refused{
        forged_value,
        forged_name,
        forged_method,
        two_recipients,
        post("file:///etc/passwd"),
        post("gopher://127.0.0.1/"),
        post("http://user:pass@127.0.0.1/"),
        post(base + "/a b"),
        post(base + "/a\r\nX: y"),
        post("not a url"),
    };
    for (std::size_t i = 0; i < refused.size(); ++i) {
        CAPTURE(i);
        const Response response = send(*transport, refused[i]);
        CHECK_FALSE(response.answered);
        CHECK_FALSE(response.bytes_left);
        CHECK(response.credentials_problem);
    }
    CHECK(sink->connections() == 0);
}

TEST_CASE("plain HTTP goes to loopback only, unless it is allowed", "[net]") {
    auto transport = local_transport();
    const Response response = send(*transport, post("http://192.0.2.1:9/hook"));
    CHECK_FALSE(response.answered);
    CHECK(response.credentials_problem);
    CHECK(response.failure.find("192.0.2.1") != std::string::npos);
}

TEST_CASE("a redirect is an answer and nobody follows it", "[net]") {
    // The sink has no redirect; a 3xx is what observe_http makes of one.
    Response response;
    response.answered = true;
    response.status = 302;
    CHECK(kind_of(response, model::IdempotencyClass::keyed) == model::ObservationKind::pause);
}

TEST_CASE("an answer of 100 MB is cut at 64 KiB", "[net]") {
    auto sink = local_sink();
    auto transport = local_transport();
    sink->expect({Behaviour::huge});
    const Response response = send(*transport, post(sink->http_url() + "/hook"));
    CHECK(response.answered);
    CHECK(response.status == 200);
    CHECK(response.body.size() == 64 * 1024);
}

TEST_CASE("an answer that drips ends at the deadline", "[net]") {
    auto sink = local_sink();
    auto transport = local_transport();
    sink->expect({Behaviour::trickle, Behaviour::hang});
    for (int i = 0; i < 2; ++i) {
        const Response response =
            send(*transport, post(sink->http_url() + "/hook"), std::chrono::milliseconds(300));
        CHECK_FALSE(response.answered);
        CHECK(response.bytes_left);
    }
}

TEST_CASE("the deadline also holds for those without a place", "[net]") {
    auto sink = local_sink();
    net::TransportOptions options;
    options.allow_private = true;
    options.connections_most = 1;
    auto transport = net::make_transport(options, Logger::silent());
    sink->expect({Behaviour::hang});
    std::promise<Response> first;
    transport->start(post(sink->http_url() + "/hook"), std::chrono::seconds(2),
                     [&](Response response) { first.set_value(std::move(response)); });
    const Response second =
        send(*transport, post(sink->http_url() + "/hook"), std::chrono::milliseconds(200));
    CHECK_FALSE(second.answered);
    CHECK_FALSE(second.bytes_left);
    CHECK(first.get_future().get().bytes_left);
}

TEST_CASE("the end of the transport answers everything", "[net]") {
    auto sink = local_sink();
    sink->expect({Behaviour::hang});
    std::vector<Response> answers;
    {
        auto transport = local_transport();
        for (int i = 0; i < 3; ++i) {
            transport->start(post(sink->http_url() + "/hook"), std::chrono::seconds(60),
                             [&](Response response) { answers.push_back(std::move(response)); });
        }
    }
    CHECK(answers.size() == 3);
}

TEST_CASE("mail goes out whole, with dots and bare line feeds made safe", "[net][smtp]") {
    auto sink = local_sink();
    auto transport = local_transport();
    const std::string smuggled =
        "Subject: hi\n\nline\n.\nMAIL FROM:<eve@evil.example>\r.\r\n..two\r\n.end";
    const Response response = send(*transport, mail(*sink, smuggled));
    CHECK(response.answered);
    CHECK(response.status == 250);
    CHECK(response.body == "250 2.0.0 Ok: queued as SINK");
    REQUIRE(sink->counts("email").calls == 1);
    CHECK(sink->last(1)[0].text == "line\n.\nMAIL FROM:<eve@evil.example>\n.\n..two\n.end\n");
    CHECK(sink->last(1)[0].to == "ada@mail.example");
}

TEST_CASE("SMTP says whether the final dot was begun", "[net][smtp]") {
    struct Expectation {
        Behaviour behaviour;
        bool answered;
        std::uint32_t status;
        bool bytes_left;
    };
    const auto one = GENERATE(Expectation{Behaviour::reject, true, 550, false},
                              Expectation{Behaviour::too_many, true, 451, false},
                              Expectation{Behaviour::server_error, true, 451, true},
                              Expectation{Behaviour::unauthorized, true, 530, false},
                              Expectation{Behaviour::close_before, false, 0, false},
                              Expectation{Behaviour::accept_then_close, false, 0, true});
    CAPTURE(fake::name_of(one.behaviour));
    auto sink = local_sink();
    auto transport = local_transport();
    sink->expect({one.behaviour});
    const Response response = send(*transport, mail(*sink));
    CHECK(response.answered == one.answered);
    if (one.answered) CHECK(response.status == one.status);
    CHECK(response.bytes_left == one.bytes_left);
    CHECK(sink->counts("email").calls == 1);
    // The connection serves the next message, or a new one does.
    CHECK(send(*transport, mail(*sink)).status == 250);
}

TEST_CASE("a silent mail server after the dot is unknown at the deadline", "[net][smtp]") {
    auto sink = local_sink();
    auto transport = local_transport();
    sink->expect({Behaviour::hang});
    const Response response = send(*transport, mail(*sink), std::chrono::milliseconds(400));
    CHECK_FALSE(response.answered);
    CHECK(response.bytes_left);
}

TEST_CASE("TLS that is required and not offered pauses the connector", "[net][smtp]") {
    auto sink = local_sink();
    auto transport = local_transport();
    SmtpRequest request = mail(*sink);
    request.require_tls = true;
    request.user = "shop";
    request.password = "secret";
    const Response response = send(*transport, request);
    CHECK_FALSE(response.answered);
    CHECK(response.credentials_problem);
    CHECK_FALSE(response.bytes_left);
    CHECK(sink->counts("email").calls == 0);
}

TEST_CASE("many requests at once all come back", "[net]") {
    fake::SinkOptions options;
    options.script.odds = {{Behaviour::too_many, 0.2}, {Behaviour::accept_then_close, 0.2}};
    auto sink = local_sink(options);
    auto transport = local_transport();
    constexpr std::size_t kCount = 2000;
    std::atomic<std::size_t> back{0};
    std::atomic<std::size_t> accepted{0};
    std::promise<void> all;
    for (std::size_t i = 0; i < kCount; ++i) {
        transport->start(post(sink->http_url() + "/hook"), std::chrono::seconds(20),
                         [&](Response response) {
                             if (response.status == 200) accepted.fetch_add(1);
                             if (back.fetch_add(1) + 1 == kCount) all.set_value();
                         });
    }
    all.get_future().wait();
    const fake::SinkCounts counts = sink->counts("webhook");
    CHECK(counts.calls == kCount);  // nothing twice, nothing lost
    CHECK(accepted > kCount / 2);
    CHECK(counts.accepted >= accepted);
    CHECK(transport->under_way() == 0);
}
