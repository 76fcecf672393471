// Access tokens: what asks for them, what is read of the answer, where requests carry them.

#include "connectors/crypto/crypto.h"
#include "connectors/net/net.h"
#include "tests/connectors/crypto/sample_keys.h"
#include "tests/connectors/declared/kit.h"

#include <future>
#include <mutex>

namespace journey::connectors::declared {
namespace {

const Instant kNow = parse_instant("2026-11-22T10:00:00Z").value();

constexpr const char* kHead = R"(
name: acme
channel: push
checked on: 2026-11-22
idempotency: {class: neither}
settings:
  id: {default: me}
  secret: {secret: yes, default: pw}
message: {to: nobody}
request: {url: https://api.acme.example/send, json: {text: "{{ text }}"}}
)";

TokenUse use_of_token(const Connector& connector) {
    Message message = message_to("push", "openid");
    message.text = R"({"template": "T1", "params": {"thing1": "x"}})";
    const HttpRequest request = request_of(connector, message);
    REQUIRE(request.token);
    REQUIRE(request.token->source);
    return *request.token;
}

HttpRequest asked(const TokenUse& use) {
    auto made = use.source->ask(kNow);
    REQUIRE(made);
    return std::get<HttpRequest>(made.value());
}

TEST_CASE("WeChat's token is asked for, and goes into the query", "[declared]") {
    const auto connector = connector_of("wechat-subscribe");
    const TokenUse use = use_of_token(*connector);
    CHECK(use.query == "access_token");
    CHECK(use.source->name() == "wechat-subscribe");
    const HttpRequest request = asked(use);
    CHECK(request.url == "https://api.weixin.qq.com/cgi-bin/stable_token");
    CHECK(
        request.body ==
        R"({"grant_type":"client_credential","appid":"wx0123456789abcdef","secret":"app secret value"})");
    const auto token = use.source->read(answer(200, R"({"access_token":"T","expires_in":7200})"));
    REQUIRE(token);
    CHECK(token.value().text == "T");
    CHECK(token.value().good_for == std::chrono::hours(2));
    CHECK(use.source->refuses(answer(200, R"({"errcode":40001,"errmsg":"invalid credential"})")));
    CHECK(use.source->refuses(answer(200, R"({"errcode":42001})")));
    CHECK_FALSE(use.source->refuses(answer(200, R"({"errcode":0})")));
    CHECK_FALSE(use.source->refuses(answer(500, "")));
}

TEST_CASE("an answer without a token pauses or comes back later", "[declared]") {
    const TokenUse use = use_of_token(*connector_of("wechat-subscribe"));
    const auto [status, body, code] = GENERATE(table<std::uint32_t, const char*, ErrorCode>({
        {200, R"({"errcode":40125,"errmsg":"invalid appsecret"})", ErrorCode::refused},
        {200, "<html>", ErrorCode::refused},
        {200, R"({"access_token":""})", ErrorCode::refused},
        {200, R"({"access_token":"a\r\nX-Evil: 1","expires_in":60})", ErrorCode::refused},
        {401, "", ErrorCode::refused},
        {503, "", ErrorCode::retry},
        {429, "", ErrorCode::retry},
    }));
    CAPTURE(status, body);
    const auto token = use.source->read(answer(status, body));
    REQUIRE_FALSE(token);
    CHECK(token.error().code == code);
}

TEST_CASE("OAuth2's client credentials are asked with, and the token is a bearer's", "[declared]") {
    const auto connector = connector_of(provider_from(std::string(kHead) + R"(
token:
  kind: oauth2
  url: https://login.acme.example/token
  client id: "{{ settings.id }}"
  client secret: "{{ settings.secret }}"
  scope: messages
)"),
                                        {});
    const TokenUse use = use_of_token(*connector);
    CHECK(use.header == "Authorization");
    CHECK(use.prefix == "Bearer ");
    const HttpRequest request = asked(use);
    CHECK(request.url == "https://login.acme.example/token");
    CHECK(request.body == "grant_type=client_credentials&scope=messages");
    CHECK(request.basic_user == "me");
    CHECK(request.basic_password == "pw");
    CHECK(use.source->refuses(answer(401, "")));
}

TEST_CASE("a service account asks with a token that it signed itself", "[declared]") {
    const auto key = crypto::PrivateKey::from_pem(crypto::sample::kRsaPrivate);
    REQUIRE(key);
    Record file;
    put(file, "client_email", "sender@acme.example");
    put(file, "private_key_id", "k1");
    put(file, "private_key", crypto::sample::kRsaPrivate);
    std::string head = kHead;
    head.replace(head.find("{secret: yes, default: pw}"), 26, "{document: yes}");
    const auto provider = provider_from(head + R"(
token:
  kind: service-account
  url: https://oauth2.acme.example/token
  key: "{{ settings.secret }}"
  scope: https://acme.example/auth/send
)");
    Use use;
    use.settings["secret"] = to_json(Value(file));
    const TokenUse carried = use_of_token(*connector_of(provider, use));
    const HttpRequest request = asked(carried);
    const auto form = parse_form(request.body);
    REQUIRE(form);
    REQUIRE(form->size() == 2);
    CHECK((*form)[0].second == "urn:ietf:params:oauth:grant-type:jwt-bearer");
    const auto claims = crypto::read_jwt(key.value().public_key(), (*form)[1].second);
    REQUIRE(claims);
    const auto claim = [&](std::string_view name) { return *find(claims.value(), name); };
    CHECK(claim("iss") == Value("sender@acme.example"));
    CHECK(claim("aud") == Value("https://oauth2.acme.example/token"));
    CHECK(claim("scope") == Value("https://acme.example/auth/send"));
    CHECK(claim("exp") == Value(std::int64_t{1795341600 + 3600}));
    use.settings["secret"] = "not a key";
    const TokenUse broken = use_of_token(*connector_of(provider, use));
    CHECK_FALSE(broken.source->ask(kNow));
}

/// As WeChat behaves: only the newest token counts, and errors come with 200.
class WeChat final : public net::Transport {
  public:
    struct Book {
        std::mutex mutex;
        int tokens = 0;
        int counts = 1;                  // the token that does
        std::vector<std::string> taken;  // bodies
    };
    WeChat(std::shared_ptr<Book> book, std::string secret)
        : book_(std::move(book)), secret_(std::move(secret)) {}

    void start(Request request, Micros, Done done) override {
        done(answered(std::get<HttpRequest>(request)));
    }
    std::size_t under_way() const override { return 0; }

  private:
    Response answered(const HttpRequest& request) const {
        const std::lock_guard lock(book_->mutex);
        if (request.url == "https://api.weixin.qq.com/cgi-bin/stable_token") {
            if (request.body.find(secret_) == std::string::npos)
                return answer(200, R"({"errcode":40125,"errmsg":"invalid appsecret"})");
            return answer(200, R"({"access_token":"T)" + std::to_string(++book_->tokens) +
                                   R"(","expires_in":7200})");
        }
        const std::string counts = std::to_string(book_->counts);
        if (!request.url.ends_with("/subscribe/send?access_token=T" + counts))
            return answer(200, R"({"errcode":40001,"errmsg":"invalid credential"})");
        book_->taken.push_back(request.body);
        return answer(200, R"({"errcode":0,"errmsg":"ok"})");
    }

    std::shared_ptr<Book> book_;
    std::string secret_;
};

struct Account {
    ManualClock clock{kNow};
    std::shared_ptr<WeChat::Book> book = std::make_shared<WeChat::Book>();
    std::unique_ptr<Connector> connector = connector_of("wechat-subscribe");
    std::unique_ptr<net::Transport> transport;

    explicit Account(const std::string& secret)
        : transport(
              net::with_tokens(std::make_unique<WeChat>(book, secret), clock, Logger::silent())) {}

    model::ObservationKind send() {
        Message message = message_to("push", "openid");
        message.text = R"({"template": "T1", "params": {"thing1": "x"}})";
        std::promise<Response> promise;
        transport->start(Request(request_of(*connector, message)), std::chrono::minutes(1),
                         [&](Response response) { promise.set_value(std::move(response)); });
        return connector->observe(promise.get_future().get()).kind;
    }
};

TEST_CASE("one token serves many messages, and is asked for anew when WeChat forgets it",
          "[declared]") {
    Account account("app secret value");
    CHECK(account.send() == model::ObservationKind::accepted);
    CHECK(account.send() == model::ObservationKind::accepted);
    CHECK(account.book->tokens == 1);
    account.clock.set(kNow + std::chrono::minutes(30));
    {
        const std::lock_guard lock(account.book->mutex);
        account.book->counts = 2;
    }
    CHECK(account.send() == model::ObservationKind::accepted);
    CHECK(account.book->tokens == 2);
    CHECK(account.book->taken.size() == 3);
}

TEST_CASE("a wrong secret pauses, and nothing is sent", "[declared]") {
    Account account("another secret");
    CHECK(account.send() == model::ObservationKind::pause);
    CHECK(account.book->taken.empty());
}

}  // namespace
}  // namespace journey::connectors::declared
