// The token transport over a transport that answers by hand.

#include "connectors/net/net.h"

#include <catch2/catch.hpp>
#include <future>

using namespace journey;
using namespace journey::connectors;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// Moved by the test while the transport's thread reads it.
class SharedClock final : public Clock {
  public:
    Instant now() const override { return instant_of(micros_.load()); }
    Micros real_time_until(Instant) const override { return Micros{0}; }
    void pass(Micros by) { micros_ += by.count(); }

  private:
    std::atomic<std::int64_t> micros_{1'700'000'000'000'000};
};

Response answer_of(std::uint32_t status, std::string body = "{}") {
    Response response;
    response.answered = true;
    response.status = status;
    response.body = std::move(body);
    return response;
}

/// What was started, in order, for the test to answer.
class ByHand final : public net::Transport {
  public:
    struct Started {
        HttpRequest request;
        Done done;
    };
    explicit ByHand(std::shared_ptr<Mailbox<Started>> out) : out_(std::move(out)) {}
    void start(Request request, Micros, Done done) override {
        out_->put({std::get<HttpRequest>(std::move(request)), std::move(done)});
    }
    std::size_t under_way() const override { return out_->size(); }

  private:
    std::shared_ptr<Mailbox<Started>> out_;
};

/// OAuth2 by POST, or a token made here when `local` is set.
class SampleSource final : public TokenSource {
  public:
    explicit SampleSource(bool local = false) : local_(local) {}
    std::string_view name() const override { return "sample"; }
    Result<std::variant<HttpRequest, Token>> ask(Instant now) const override {
        if (local_) return Token{"made-" + std::to_string(micros_of(now) / 1'000'000), hours(1)};
        HttpRequest request;
        request.url = "https://token.example/";
        return std::variant<HttpRequest, Token>(std::move(request));
    }
    Result<Token> read(const Response& response) const override {
        return read_access_token(response, "the sample");
    }

  private:
    bool local_;
};

struct Bench {
    SharedClock clock;
    std::shared_ptr<Mailbox<ByHand::Started>> started =
        std::make_shared<Mailbox<ByHand::Started>>();
    std::shared_ptr<const TokenSource> source;
    std::unique_ptr<net::Transport> transport;
    std::vector<ByHand::Started> pending;

    explicit Bench(bool local = false) : source(std::make_shared<SampleSource>(local)) {
        transport = net::with_tokens(std::make_unique<ByHand>(started), clock, Logger::silent());
    }

    std::future<Response> send(std::string query = "", Micros deadline = minutes(10)) {
        HttpRequest request;
        request.url = "https://push.example/send";
        request.body = "hello";
        request.token = TokenUse{source};
        request.token->query = std::move(query);
        auto promise = std::make_shared<std::promise<Response>>();
        transport->start(Request(std::move(request)), deadline,
                         [promise](Response response) { promise->set_value(std::move(response)); });
        return promise->get_future();
    }

    /// The next that was started.
    ByHand::Started next() {
        while (pending.empty()) {
            auto came = started->take_all(seconds(20));
            REQUIRE_FALSE(came.empty());
            std::move(came.begin(), came.end(), std::back_inserter(pending));
        }
        ByHand::Started first = std::move(pending.front());
        pending.erase(pending.begin());
        return first;
    }
    ByHand::Started next_fetch() {
        auto one = next();
        REQUIRE(one.request.url == "https://token.example/");
        return one;
    }
    /// The token it carries.
    std::string next_send(std::uint32_t status = 200) {
        auto one = next();
        REQUIRE(one.request.url == "https://push.example/send");
        REQUIRE(one.request.headers.size() == 1);
        CHECK(one.request.headers[0].first == "Authorization");
        CHECK(one.request.body == "hello");
        one.done(answer_of(status));
        return one.request.headers[0].second;
    }
    void give(const std::string& token, std::int64_t good_for = 3600) {
        next_fetch().done(answer_of(200, R"({"access_token":")" + token + R"(","expires_in":)" +
                                             std::to_string(good_for) + "}"));
    }
};

}  // namespace

TEST_CASE("many requests share one fetch, and later ones need none", "[tokens]") {
    Bench bench;
    auto first = bench.send();
    auto second = bench.send();
    bench.give("t1");
    CHECK(bench.next_send() == "Bearer t1");
    CHECK(bench.next_send() == "Bearer t1");
    CHECK(first.get().status == 200);
    CHECK(second.get().status == 200);
    bench.clock.pass(minutes(50));
    auto third = bench.send();
    CHECK(bench.next_send() == "Bearer t1");
    CHECK(third.get().status == 200);
    CHECK(bench.transport->under_way() == 0);
}

TEST_CASE("a token is renewed before its end, and nothing waits for that", "[tokens]") {
    Bench bench;
    auto first = bench.send();
    bench.give("t1");
    bench.next_send();
    bench.clock.pass(minutes(56));
    auto second = bench.send();
    CHECK(bench.next_send() == "Bearer t1");
    auto renewal = bench.next_fetch();
    auto third = bench.send();
    CHECK(bench.next_send() == "Bearer t1");  // and no second fetch
    renewal.done(answer_of(200, R"({"access_token":"t2","expires_in":3600})"));
    // The fetch is taken in before whatever is put after it.
    auto fourth = bench.send();
    CHECK(bench.next_send() == "Bearer t2");
    CHECK(fourth.get().status == 200);
}

TEST_CASE("a token past its end is not sent", "[tokens]") {
    Bench bench;
    auto first = bench.send();
    bench.give("t1");
    bench.next_send();
    bench.clock.pass(hours(2));
    auto second = bench.send();
    bench.give("t2");
    CHECK(bench.next_send() == "Bearer t2");
}

TEST_CASE("a refused token is replaced and the request sent once more", "[tokens]") {
    Bench bench;
    auto first = bench.send();
    bench.give("t1");
    bench.next_send();
    bench.clock.pass(minutes(10));
    auto second = bench.send();
    auto third = bench.send();
    CHECK(bench.next_send(401) == "Bearer t1");
    CHECK(bench.next_send(401) == "Bearer t1");
    bench.give("t2");
    CHECK(bench.next_send() == "Bearer t2");
    CHECK(bench.next_send() == "Bearer t2");
    CHECK(second.get().status == 200);
    CHECK(third.get().status == 200);
}

TEST_CASE("a new token that is refused is the answer, not a circle", "[tokens]") {
    Bench bench;
    auto first = bench.send();
    bench.give("t1");
    CHECK(bench.next_send(401) == "Bearer t1");
    CHECK(first.get().status == 401);
    bench.clock.pass(minutes(2));
    auto second = bench.send();
    bench.next_send(401);
    bench.give("t2");
    CHECK(bench.next_send(401) == "Bearer t2");
    CHECK(second.get().status == 401);
    CHECK(bench.transport->under_way() == 0);
}

TEST_CASE("what a failed fetch means for the requests that waited", "[tokens]") {
    Response cut;
    cut.failure = "no route";
    const auto [label, response, credentials] = GENERATE_COPY(table<std::string, Response, bool>({
        {"wrong key", answer_of(400, R"({"error":"invalid_grant","error_description":"x"})"), true},
        {"wechat's refusal", answer_of(200, R"({"errcode":40013,"errmsg":"x"})"), true},
        {"a forged header", answer_of(200, R"({"access_token":"a\r\nX: y"})"), true},
        {"down", answer_of(503), false},
        {"slow down", answer_of(429), false},
        {"not reached", cut, false},
        {"no JSON", answer_of(200, "<html>"), false},
    }));
    CAPTURE(label);
    Bench bench;
    auto first = bench.send();
    auto second = bench.send();
    bench.next_fetch().done(response);
    for (auto* one : {&first, &second}) {
        const Response seen = one->get();
        CHECK_FALSE(seen.answered);
        CHECK_FALSE(seen.bytes_left);
        CHECK(seen.credentials_problem == credentials);
        CHECK(seen.failure.find("the sample") == 0);
    }
    // For some seconds nobody is asked again.
    CHECK_FALSE(bench.send().get().answered);
    bench.clock.pass(seconds(6));
    auto later = bench.send();
    bench.give("t1");
    bench.next_send();
    CHECK(later.get().status == 200);
}

TEST_CASE("a token may be made without asking, or stand in the query", "[tokens]") {
    Bench bench(true);
    auto first = bench.send("access token");
    auto one = bench.next();
    CHECK(one.request.url == "https://push.example/send?access%20token=made-1700000000");
    CHECK(one.request.headers.empty());
    one.done(answer_of(200));
    CHECK(first.get().status == 200);
}

TEST_CASE("the end answers whoever waits for a token", "[tokens]") {
    Bench bench;
    auto first = bench.send();
    auto fetch = bench.next_fetch();
    CHECK(bench.transport->under_way() == 1);
    bench.transport.reset();
    const Response seen = first.get();
    CHECK_FALSE(seen.answered);
    CHECK_FALSE(seen.bytes_left);
    fetch.done(answer_of(200, R"({"access_token":"late"})"));
}

TEST_CASE("a deadline that passes while a token is fetched ends the request", "[tokens]") {
    Bench bench;
    auto first = bench.send("", Micros{1});
    bench.give("t1");
    const Response seen = first.get();
    CHECK_FALSE(seen.answered);
    CHECK(seen.failure.find("deadline") != std::string::npos);
}
