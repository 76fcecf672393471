#include "connectors/push/fcm/fcm.h"

#include "connectors/crypto/crypto.h"
#include "tests/connectors/contract.h"
#include "tests/connectors/crypto/sample_keys.h"

using namespace journey;
using namespace journey::connectors;
using fake::Behaviour;
using model::ObservationKind;

namespace {

Record account(const std::string& token_uri = "https://oauth2.example/token") {
    Record file;
    put(file, "type", "service_account");
    put(file, "project_id", "my-shop");
    put(file, "private_key_id", "k1");
    put(file, "private_key", crypto::sample::kRsaPrivate);
    put(file, "client_email", "push@my-shop.iam.example");
    put(file, "token_uri", token_uri);
    return file;
}

push::FcmConfig sample_config() {
    push::FcmConfig config;
    config.service_account = to_json(account());
    return config;
}

std::unique_ptr<Connector> fcm(const push::FcmConfig& config = sample_config()) {
    auto made = push::make_fcm(config);
    REQUIRE(made);
    return std::move(made).value();
}

Message sample() {
    Message message = contract::sample_message("push", "dEv1ce:APA91b-token_of_a_phone");
    message.title = "Your cart";
    message.text = "It is \"waiting\" ☂";
    return message;
}

HttpRequest request_of(const Connector& connector, const Message& message) {
    auto made = connector.request(message);
    REQUIRE(made);
    return std::get<HttpRequest>(std::move(made).value());
}

Response answer_of(std::uint32_t status, std::string body) {
    Response response;
    response.answered = true;
    response.status = status;
    response.body = std::move(body);
    return response;
}

std::string failed(const std::string& status, const std::string& code) {
    const std::string details =
        code.empty()
            ? "[]"
            : R"([{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":")" +
                  code + R"("}])";
    return R"({"error":{"message":"x","status":")" + status + R"(","details":)" + details + "}}";
}

/// Google and Firebase on this machine, and a connector that speaks to them.
struct Street {
    std::unique_ptr<fake::SinkServer> sink;
    SystemClock clock;
    std::unique_ptr<net::Transport> transport;
    std::unique_ptr<Connector> connector;

    /// `known`: the one account that Google knows.
    explicit Street(const Record& known = account()) {
        fake::SinkOptions options;
        options.service_account = to_json(known);
        auto started = fake::SinkServer::start(options);
        REQUIRE(started);
        sink = std::move(started).value();
        push::FcmConfig config = sample_config();
        config.base_url = sink->http_url();
        config.service_account = to_json(account(config.base_url + "/token"));
        transport = net::with_tokens(contract::local_transport(), clock, Logger::silent());
        connector = fcm(config);
    }
    model::Observation attempt(const Message& message) const {
        return contract::attempt(*connector, *transport, message);
    }
};

}  // namespace

TEST_CASE("a push becomes Firebase's message; a repeat takes its place on every platform",
          "[fcm]") {
    const auto connector = fcm();
    const HttpRequest request = request_of(*connector, sample());
    CHECK(request.url == "https://fcm.googleapis.com/v1/projects/my-shop/messages:send");
    CHECK(
        request.body ==
        R"({"message":{"token":"dEv1ce:APA91b-token_of_a_phone",)"
        R"("notification":{"title":"Your cart","body":"It is \"waiting\" ☂"},)"
        R"("data":{"journey":"welcome","step":"first","message":"0b9c1122-3344-4566-8788-99aabbccdd01"},)"
        R"("android":{"collapse_key":"0b9c1122-3344-4566-8788-99aabbccdd01","ttl":"86400s",)"
        R"("notification":{"tag":"0b9c1122-3344-4566-8788-99aabbccdd01"}},)"
        R"("apns":{"headers":{"apns-collapse-id":"0b9c1122-3344-4566-8788-99aabbccdd01",)"
        R"("apns-expiration":"1795341600"}},)"
        R"("webpush":{"headers":{"Topic":"C5wRIjNERWaHiJmqu8zdAQ","TTL":"86400"},)"
        R"("notification":{"tag":"0b9c1122-3344-4566-8788-99aabbccdd01"}}}})");
    REQUIRE(request.token);
    CHECK(request.token->header == "Authorization");
    CHECK(request.token->source == request_of(*connector, sample()).token->source);
    CHECK(connector->traits().idempotency == model::IdempotencyClass::collapsible);
}

TEST_CASE("the token is asked for with a claim signed by the account", "[fcm]") {
    const HttpRequest request = request_of(*fcm(), sample());
    const Instant now = parse_instant("2026-11-21T10:00:00Z").value();
    auto asked = request.token->source->ask(now);
    REQUIRE(asked);
    const auto& exchange = std::get<HttpRequest>(asked.value());
    CHECK(exchange.url == "https://oauth2.example/token");
    const auto form = parse_form(exchange.body);
    REQUIRE(form);
    REQUIRE(form->size() == 2);
    CHECK((*form)[0].second == "urn:ietf:params:oauth:grant-type:jwt-bearer");
    const auto key = crypto::PublicKey::from_pem(crypto::sample::kRsaPublic);
    const auto claims = crypto::read_jwt(key.value(), (*form)[1].second);
    REQUIRE(claims);
    CHECK(to_json(claims.value()) ==
          R"({"iss":"push@my-shop.iam.example",)"
          R"("scope":"https://www.googleapis.com/auth/firebase.messaging",)"
          R"("aud":"https://oauth2.example/token","iat":1795255200,"exp":1795258800})");
    const auto token = request.token->source->read(
        answer_of(200, R"({"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"})"));
    REQUIRE(token);
    CHECK(token.value().text == "ya29.x");
    CHECK(token.value().good_for == std::chrono::seconds(3599));
}

TEST_CASE("only a refused token is worth a new one", "[fcm]") {
    const auto source = request_of(*fcm(), sample()).token->source;
    CHECK(source->refuses(answer_of(401, failed("UNAUTHENTICATED", ""))));
    CHECK_FALSE(
        source->refuses(answer_of(401, failed("UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"))));
    CHECK_FALSE(source->refuses(answer_of(403, failed("PERMISSION_DENIED", ""))));
}

TEST_CASE("a push that can never be sent to Firebase is refused", "[fcm]") {
    const auto connector = fcm();
    Message message = sample();
    message.to = "";
    CHECK_FALSE(connector->request(message));
    message = sample();
    message.to = "a token\r\nX: y";
    CHECK_FALSE(connector->request(message));
    message = sample();
    message.text = "";
    CHECK_FALSE(connector->request(message));
    message.text = std::string(3900, 'a');
    CHECK(connector->request(message));
    message.text = std::string(4100, 'a');
    const auto refused = connector->request(message);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find("Firebase takes 4096") != std::string::npos);
}

TEST_CASE("what is wrong with a service account is said", "[fcm]") {
    const auto says = [](std::string_view name, const Value& value) {
        Record file = account();
        put(file, name, value);
        push::FcmConfig config;
        config.service_account = to_json(file);
        const auto made = push::make_fcm(config);
        return made ? std::string() : made.error().detail;
    };
    CHECK(says("type", "authorized_user").find("Firebase's console") != std::string::npos);
    CHECK(says("client_email", "").find("\"client_email\"") != std::string::npos);
    CHECK(says("private_key", "x").find("no private key") != std::string::npos);
    CHECK(says("private_key", crypto::sample::kEcPrivate).find("no RSA key") != std::string::npos);
    CHECK(says("project_id", "../other").find("`project id`") != std::string::npos);
    CHECK(says("token_uri", "").empty());
    push::FcmConfig config = sample_config();
    config.priority = "urgent";
    CHECK_FALSE(push::make_fcm(config));
    config.service_account = "{";
    CHECK_FALSE(push::make_fcm(config));
}

TEST_CASE("Firebase's answers are read", "[fcm]") {
    const auto [label, status, body, kind, words] =
        GENERATE(table<std::string, std::uint32_t, std::string, ObservationKind, std::string>({
            {"sent", 200, R"({"name":"projects/my-shop/messages/0:1500%31bd"})",
             ObservationKind::accepted, ""},
            {"nonsense", 200, "<html>", ObservationKind::retry, "unreadable"},
            {"removed app", 404, failed("NOT_FOUND", "UNREGISTERED"), ObservationKind::rejected,
             "token is dead"},
            {"unknown token", 404, failed("NOT_FOUND", ""), ObservationKind::rejected,
             "token is dead"},
            {"wrong address", 404, "<html>", ObservationKind::pause, "check `base`"},
            {"other project", 403, failed("PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
             ObservationKind::rejected, "another Firebase project"},
            {"no permission", 403, failed("PERMISSION_DENIED", ""), ObservationKind::pause,
             "(Firebase: PERMISSION_DENIED)"},
            {"apple's key", 401, failed("UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
             ObservationKind::pause, "Firebase's console"},
            {"token", 401, failed("UNAUTHENTICATED", ""), ObservationKind::pause, "(401)"},
            {"bad message", 400, failed("INVALID_ARGUMENT", "INVALID_ARGUMENT"),
             ObservationKind::rejected, "(Firebase: INVALID_ARGUMENT)"},
            {"quota", 429, failed("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), ObservationKind::retry,
             "(Firebase: QUOTA_EXCEEDED)"},
            {"down", 503, failed("UNAVAILABLE", "UNAVAILABLE"), ObservationKind::retry, "(503)"},
            {"a word that is none", 400, failed("<script>", "a b"), ObservationKind::rejected,
             "refused the message (400)"},
        }));
    CAPTURE(label);
    const auto seen = fcm()->observe(answer_of(status, body));
    CHECK(seen.kind == kind);
    CHECK(seen.reason.find(words) != std::string::npos);
    CHECK(seen.reason.find('<') == std::string::npos);
    if (label == "sent") CHECK(seen.provider_id == "0:1500%31bd");
}

TEST_CASE("Firebase says when to come back", "[fcm]") {
    Response response = answer_of(429, failed("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"));
    response.headers = {{"retry-after", "90"}};
    CHECK(fcm()->observe(response).retry_after == std::chrono::seconds(90));
}

TEST_CASE("Firebase in all weathers: a token is fetched once, and a repeat replaces the first",
          "[fcm]") {
    const auto [behaviour, wanted] = GENERATE(table<Behaviour, ObservationKind>({
        {Behaviour::ok, ObservationKind::accepted},
        {Behaviour::too_many, ObservationKind::retry},
        {Behaviour::server_error, ObservationKind::retry},
        {Behaviour::reject, ObservationKind::rejected},
        {Behaviour::unauthorized, ObservationKind::pause},
        {Behaviour::accept_then_close, ObservationKind::retry},
        {Behaviour::garbage, ObservationKind::retry},
    }));
    CAPTURE(fake::name_of(behaviour));
    const Street street;
    street.sink->expect({behaviour});
    CHECK(street.attempt(sample()).kind == wanted);
    CHECK(street.attempt(sample()).kind == ObservationKind::accepted);
    CHECK(street.sink->last(1)[0].subject == "Your cart");
    CHECK(street.sink->last(1)[0].key == "0b9c1122-3344-4566-8788-99aabbccdd01");
}

TEST_CASE("a device that is gone is told from one that is there", "[fcm]") {
    const Street street;
    Message message = sample();
    message.to = "gone-phone";
    const model::Observation seen = street.attempt(message);
    CHECK(seen.kind == ObservationKind::rejected);
    CHECK(seen.reason.find("token is dead") != std::string::npos);
    CHECK(street.sink->counts("push").refused == 1);
}

TEST_CASE("an account that Google does not know gets no token, and nothing is sent", "[fcm]") {
    Record stranger = account();
    put(stranger, "client_email", "somebody@else.example");
    const Street street(stranger);
    const model::Observation seen = street.attempt(sample());
    CHECK(seen.kind == ObservationKind::pause);
    CHECK(street.sink->counts("push").calls == 0);
}
