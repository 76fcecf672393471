#include "connectors/push/apns/apns.h"

#include "connectors/crypto/crypto.h"
#include "tests/connectors/contract.h"
#include "tests/connectors/crypto/sample_keys.h"

using namespace journey;
using namespace journey::connectors;
using model::ObservationKind;

namespace {

push::ApnsConfig sample_config() {
    push::ApnsConfig config;
    config.key = crypto::sample::kEcPrivate;
    config.key_id = "ABC123DEFG";
    config.team_id = "DEF123GHIJ";
    config.topic = "com.example.shop";
    return config;
}

std::unique_ptr<Connector> apns(const push::ApnsConfig& config = sample_config()) {
    auto made = push::make_apns(config);
    REQUIRE(made);
    return std::move(made).value();
}

Message sample() {
    Message message = contract::sample_message("push", std::string(64, 'a'));
    message.title = "Your cart";
    message.text = "It is \"waiting\" ☂";
    return message;
}

HttpRequest request_of(const Connector& connector, const Message& message) {
    auto made = connector.request(message);
    REQUIRE(made);
    return std::get<HttpRequest>(std::move(made).value());
}

Response answer_of(std::uint32_t status, const std::string& reason) {
    Response response;
    response.answered = true;
    response.status = status;
    response.headers = {{"apns-id", "0B9C1122-3344-4566-8788-99AABBCCDD01"}};
    if (!reason.empty()) response.body = R"({"reason":")" + reason + R"("})";
    return response;
}

}  // namespace

TEST_CASE("a push becomes Apple's notification over HTTP/2, named by the message's key", "[apns]") {
    const HttpRequest request = request_of(*apns(), sample());
    CHECK(request.url == "https://api.push.apple.com/3/device/" + std::string(64, 'a'));
    CHECK(request.http2);
    CHECK(
        request.body ==
        R"({"aps":{"alert":{"title":"Your cart","body":"It is \"waiting\" ☂"}},)"
        R"("journey":"welcome","step":"first","message":"0b9c1122-3344-4566-8788-99aabbccdd01"})");
    const std::vector<std::pair<std::string, std::string>> headers = {
        {"content-type", "application/json"},
        {"apns-topic", "com.example.shop"},
        {"apns-push-type", "alert"},
        {"apns-id", "0b9c1122-3344-4566-8788-99aabbccdd01"},
        {"apns-collapse-id", "0b9c1122-3344-4566-8788-99aabbccdd01"},
        {"apns-priority", "10"},
        {"apns-expiration", "1795341600"}};
    CHECK(request.headers == headers);
    push::ApnsConfig quiet = sample_config();
    quiet.hurry = false;
    quiet.keep_seconds = 0;
    quiet.sound = "default";
    const HttpRequest other = request_of(*apns(quiet), sample());
    CHECK(other.headers[5].second == "5");
    CHECK(other.headers[6].second == "0");
    CHECK(other.body.find(R"("sound":"default")") != std::string::npos);
}

TEST_CASE("Apple's token is signed here, and only an expired one is replaced", "[apns]") {
    const HttpRequest request = request_of(*apns(), sample());
    REQUIRE(request.token);
    CHECK(request.token->prefix == "bearer ");
    auto asked = request.token->source->ask(parse_instant("2026-11-21T10:00:00Z").value());
    REQUIRE(asked);
    const auto& token = std::get<Token>(asked.value());
    CHECK(token.good_for < std::chrono::hours(1));
    const auto key = crypto::PublicKey::from_pem(crypto::sample::kEcPublic);
    const auto claims = crypto::read_jwt(key.value(), token.text);
    REQUIRE(claims);
    CHECK(to_json(claims.value()) == R"({"iss":"DEF123GHIJ","iat":1795255200})");
    CHECK(from_base64url(token.text.substr(0, token.text.find('.'))).value() ==
          R"({"typ":"JWT","alg":"ES256","kid":"ABC123DEFG"})");
    CHECK(request.token->source->refuses(answer_of(403, "ExpiredProviderToken")));
    CHECK_FALSE(request.token->source->refuses(answer_of(403, "InvalidProviderToken")));
    CHECK_FALSE(request.token->source->refuses(answer_of(401, "")));
}

TEST_CASE("a push that can never be sent to Apple is refused", "[apns]") {
    const auto connector = apns();
    for (const char* to : {"", "xyz", "abc", "../../3/device/aa", "aa\r\nX: y"}) {
        Message message = sample();
        message.to = to;
        CHECK_FALSE(connector->request(message));
    }
    Message message = sample();
    message.text = "";
    CHECK_FALSE(connector->request(message));
    message.text = std::string(3900, 'a');
    CHECK(connector->request(message));
    message.text = std::string(4000, 'a');
    const auto refused = connector->request(message);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find("Apple takes 4096") != std::string::npos);
}

TEST_CASE("what is wrong with Apple's settings is said", "[apns]") {
    const auto [label, change, words] =
        GENERATE(table<std::string, std::function<void(push::ApnsConfig&)>, std::string>({
            {"no key", [](push::ApnsConfig& c) { c.key = ""; }, "`key`"},
            {"no key id", [](push::ApnsConfig& c) { c.key_id = ""; }, "`key id`"},
            {"no team", [](push::ApnsConfig& c) { c.team_id = ""; }, "`team id`"},
            {"no topic", [](push::ApnsConfig& c) { c.topic = ""; }, "`topic`"},
            {"forged topic", [](push::ApnsConfig& c) { c.topic = "a\r\nb: c"; }, "`topic`"},
            {"RSA", [](push::ApnsConfig& c) { c.key = crypto::sample::kRsaPrivate; }, ".p8"},
            {"no PEM", [](push::ApnsConfig& c) { c.key = "AuthKey.p8"; }, "no private key"},
        }));
    CAPTURE(label);
    push::ApnsConfig config = sample_config();
    change(config);
    const auto made = push::make_apns(config);
    REQUIRE_FALSE(made);
    CHECK(made.error().detail.find(words) != std::string::npos);
}

TEST_CASE("Apple's answers are read", "[apns]") {
    const auto [status, reason, kind, words] =
        GENERATE(table<std::uint32_t, std::string, ObservationKind, std::string>({
            {200, "", ObservationKind::accepted, ""},
            {410, "Unregistered", ObservationKind::rejected, "token is dead"},
            {410, "ExpiredToken", ObservationKind::rejected, "token is dead"},
            {400, "BadDeviceToken", ObservationKind::rejected, "sandbox"},
            {400, "DeviceTokenNotForTopic", ObservationKind::rejected, "another app"},
            {400, "BadTopic", ObservationKind::pause, "`topic`"},
            {400, "BadCollapseId", ObservationKind::rejected, "(Apple: BadCollapseId)"},
            {404, "BadPath", ObservationKind::pause, "no Apple"},
            {403, "ExpiredProviderToken", ObservationKind::pause, "(Apple: ExpiredProviderToken)"},
            {403, "InvalidProviderToken", ObservationKind::pause, "(Apple: InvalidProviderToken)"},
            {413, "PayloadTooLarge", ObservationKind::rejected, "(Apple: PayloadTooLarge)"},
            {429, "TooManyRequests", ObservationKind::retry, "(Apple: TooManyRequests)"},
            {500, "InternalServerError", ObservationKind::retry, "(500)"},
            {503, "Shutdown", ObservationKind::retry, "(Apple: Shutdown)"},
            {400, "<script>", ObservationKind::rejected, "refused the message (400)"},
        }));
    CAPTURE(status, reason);
    const auto seen = apns()->observe(answer_of(status, reason));
    CHECK(seen.kind == kind);
    CHECK(seen.reason.find(words) != std::string::npos);
    CHECK(seen.reason.find('<') == std::string::npos);
    CHECK(seen.provider_id.empty() == (kind != ObservationKind::accepted));
}

TEST_CASE("after too many tokens, Apple is left alone for twenty minutes", "[apns]") {
    const auto seen = apns()->observe(answer_of(429, "TooManyProviderTokenUpdates"));
    CHECK(seen.kind == ObservationKind::retry);
    CHECK(seen.retry_after == std::chrono::minutes(20));
}
