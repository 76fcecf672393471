#include "connectors/push/webpush/webpush.h"

#include "connectors/crypto/crypto.h"
#include "connectors/push/webpush/calls.h"
#include "tests/connectors/contract.h"
#include "tests/connectors/crypto/sample_keys.h"

using namespace journey;
using namespace journey::connectors;
using fake::Behaviour;
using model::ObservationKind;

namespace {

// The receiver of RFC 8291, appendix A.
constexpr const char* kReceiver =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
constexpr const char* kReceiverSecret = "BTBZMqHH6r4Tts7J_aSIgg";
constexpr const char* kReceiverPrivate = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";

std::string subscription(const std::string& endpoint = "https://fcm.googleapis.com/fcm/send/abc",
                         const std::string& key = kReceiver,
                         const std::string& secret = kReceiverSecret) {
    Record keys;
    put(keys, "p256dh", key);
    put(keys, "auth", secret);
    Record out;
    put(out, "endpoint", endpoint);
    put(out, "expirationTime", Value());
    put(out, "keys", std::move(keys));
    return to_json(out);
}

push::WebPushConfig sample_config() {
    push::WebPushConfig config;
    config.private_key = crypto::sample::kEcPrivate;
    config.contact = "mailto:push@shop.example";
    return config;
}

std::unique_ptr<Connector> webpush(const push::WebPushConfig& config = sample_config()) {
    auto made = push::make_webpush(config);
    REQUIRE(made);
    return std::move(made).value();
}

Message sample(const std::string& to = subscription()) {
    Message message = contract::sample_message("push", to);
    message.title = "Your cart";
    message.text = "It is \"waiting\" ☂";
    return message;
}

HttpRequest request_of(const Connector& connector, const Message& message) {
    auto made = connector.request(message);
    REQUIRE(made);
    return std::get<HttpRequest>(std::move(made).value());
}

std::string header(const HttpRequest& request, std::string_view wanted) {
    for (const auto& [name, value] : request.headers) {
        if (name == wanted) return value;
    }
    return "(none)";
}

std::string unbase64(std::string_view text) {
    const auto bytes = from_base64url(text);
    REQUIRE(bytes);
    return *bytes;
}

/// What the browser makes of a body.
std::string opened(const std::string& body) {
    using namespace std::string_view_literals;
    const auto browser = crypto::PrivateKey::from_p256_scalar(unbase64(kReceiverPrivate));
    REQUIRE(body.size() > 86);
    const std::string ours = body.substr(21, 65);
    const auto sender = crypto::PublicKey::from_p256_point(ours);
    REQUIRE(sender);
    const std::string material = crypto::hkdf_sha256(
        browser.value().agree(sender.value()).value(), unbase64(kReceiverSecret),
        std::string("WebPush: info\0"sv) + unbase64(kReceiver) + ours, 32);
    const std::string salt = body.substr(0, 16);
    const auto plain = crypto::open_aes128_gcm(
        crypto::hkdf_sha256(material, salt, "Content-Encoding: aes128gcm\0"sv, 16),
        crypto::hkdf_sha256(material, salt, "Content-Encoding: nonce\0"sv, 12), body.substr(86));
    REQUIRE(plain);
    REQUIRE(plain->back() == '\x02');
    return plain->substr(0, plain->size() - 1);
}

}  // namespace

TEST_CASE("the body of RFC 8291, appendix A comes out to the last byte", "[webpush]") {
    const auto to = push::read_subscription(subscription());
    REQUIRE(to);
    auto key = crypto::PrivateKey::from_p256_scalar(
        unbase64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
    REQUIRE(key);
    const auto body =
        push::encrypt_push(to.value(), {key.value(), unbase64("DGv6ra1nlYgDCS1FRnbzlw")},
                           "When I grow up, I want to be a watermelon");
    REQUIRE(body);
    CHECK(to_base64url(body.value()) ==
          "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"
          "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
          "gSxsj_Qulcy4a-fN");
}

TEST_CASE("a push goes to the browser's own service, readable by that browser only", "[webpush]") {
    const HttpRequest request = request_of(*webpush(), sample());
    CHECK(request.url == "https://fcm.googleapis.com/fcm/send/abc");
    CHECK(header(request, "Content-Encoding") == "aes128gcm");
    CHECK(header(request, "TTL") == "86400");
    CHECK(header(request, "Urgency") == "normal");
    CHECK(header(request, "Topic") == "C5wRIjNERWaHiJmqu8zdAQ");
    CHECK(opened(request.body) ==
          R"({"title":"Your cart","body":"It is \"waiting\" ☂",)"
          R"("tag":"0b9c1122-3344-4566-8788-99aabbccdd01","journey":"welcome","step":"first",)"
          R"("message":"0b9c1122-3344-4566-8788-99aabbccdd01"})");
    CHECK(request.body.find("cart") == std::string::npos);

    const std::string authorization = header(request, "Authorization");
    REQUIRE(authorization.starts_with("vapid t="));
    const std::size_t comma = authorization.find(", k=");
    REQUIRE(comma != std::string::npos);
    const auto shown =
        crypto::PublicKey::from_p256_point(unbase64(authorization.substr(comma + 4)));
    REQUIRE(shown);
    const auto claims = crypto::read_jwt(shown.value(), authorization.substr(8, comma - 8));
    REQUIRE(claims);
    CHECK(
        to_json(claims.value()) ==
        R"({"aud":"https://fcm.googleapis.com","exp":1795298400,"sub":"mailto:push@shop.example"})");
}

TEST_CASE("a repeat is the same body; nothing else shares its salt and key", "[webpush]") {
    const auto connector = webpush();
    const std::string body = request_of(*connector, sample()).body;
    Message later = sample();
    later.at += std::chrono::hours(1);
    CHECK(request_of(*connector, later).body == body);
    Message worded = sample();
    worded.text = "Other words";
    Message keyed = sample();
    keyed.key = contract::sample_key(2);
    const Message elsewhere = sample(subscription("https://fcm.googleapis.com/fcm/send/other"));
    push::WebPushConfig ours = sample_config();
    ours.private_key = kReceiverPrivate;
    for (const std::string& other :
         {request_of(*connector, worded).body, request_of(*connector, keyed).body,
          request_of(*connector, elsewhere).body, request_of(*webpush(ours), sample()).body}) {
        CHECK(other.substr(0, 16) != body.substr(0, 16));
        CHECK(other.substr(21, 65) != body.substr(21, 65));
    }
}

TEST_CASE("only browsers' push services, and named ones, are called", "[webpush]") {
    push::WebPushConfig more = sample_config();
    more.more_hosts = {"push.shop.example", "127.0.0.1"};
    const auto [endpoint, by_default, with_more] = GENERATE(table<std::string, bool, bool>({
        {"https://fcm.googleapis.com/fcm/send/abc", true, true},
        {"https://updates.push.services.mozilla.com/wpush/v2/gAAA", true, true},
        {"https://web.push.apple.com/QPz", true, true},
        {"https://wns2-par02p.notify.windows.com/w/?token=BQY", true, true},
        {"https://fcm.googleapis.com:443/x", true, true},
        {"https://push.shop.example/x", false, true},
        {"https://eu.push.shop.example/x", false, true},
        {"http://127.0.0.1:8080/x", false, true},
        {"http://fcm.googleapis.com/x", false, false},
        {"https://evilfcm.googleapis.com.example/x", false, false},
        {"https://notfcm.googleapis.com/x", false, false},
        {"https://fcm.googleapis.com@evil.example/x", false, false},
        {"https://evil.example/fcm.googleapis.com", false, false},
        {"https://evil.example\\@fcm.googleapis.com/x", false, false},
        {"https://evil.example#fcm.googleapis.com/x", false, false},
        {"https://fcm.googleapis.com", false, false},
        {"https://[::1]/x", false, false},
        {"https://fcm.googleapis.com:99999999/x", false, false},
        {"https://fcm.googleapis.com/a b", false, false},
        {"https://fcm.googleapis.com/a\r\nHost: evil", false, false},
        {"ftp://fcm.googleapis.com/x", false, false},
        {"", false, false},
    }));
    CAPTURE(endpoint);
    CHECK(webpush()->request(sample(subscription(endpoint))).has_value() == by_default);
    CHECK(webpush(more)->request(sample(subscription(endpoint))).has_value() == with_more);
}

TEST_CASE("a subscription that cannot be used is refused without being repeated", "[webpush]") {
    const auto [label, to, words] = GENERATE(table<std::string, std::string, std::string>({
        {"nothing", "", "not a web push subscription"},
        {"a token", "dEv1ce:APA91b", "not a web push subscription"},
        {"a list", "[]", "not a web push subscription"},
        {"huge", R"({"a":")" + std::string(5000, 'x') + "\"}", "not a web push subscription"},
        {"no keys", R"({"endpoint":"https://fcm.googleapis.com/x"})", "no \"keys\""},
        {"short key", subscription("https://fcm.googleapis.com/x", "BCVx"), "\"p256dh\""},
        {"off the curve",
         subscription("https://fcm.googleapis.com/x",
                      to_base64url("\x04" + std::string(64, '\x01'))),
         "\"p256dh\""},
        {"short secret", subscription("https://fcm.googleapis.com/x", kReceiver, "BTBZ"),
         "\"auth\""},
    }));
    CAPTURE(label);
    const auto refused = webpush()->request(sample(to));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid);
    CHECK(refused.error().detail.find(words) != std::string::npos);
    CHECK(refused.error().detail.find("googleapis") == std::string::npos);
}

TEST_CASE("old libraries' base64 is read as well", "[webpush]") {
    const std::string plus = to_base64(unbase64(kReceiver));
    const std::string secret = to_base64(unbase64(kReceiverSecret));
    REQUIRE(secret.ends_with("=="));
    CHECK(webpush()->request(sample(subscription("https://fcm.googleapis.com/x", plus, secret))));
}

TEST_CASE("a push that browsers would not take is not sent", "[webpush]") {
    Message message = sample();
    message.text = "";
    CHECK_FALSE(webpush()->request(message));
    message.text = std::string(3800, 'a');
    const HttpRequest largest = request_of(*webpush(), message);
    CHECK(largest.body.size() <= 4096);
    message.text = std::string(4000, 'a');
    const auto refused = webpush()->request(message);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find("browsers take 3993") != std::string::npos);
}

TEST_CASE("what is wrong with Web Push's settings is said", "[webpush]") {
    const auto [label, change, words] =
        GENERATE(table<std::string, std::function<void(push::WebPushConfig&)>, std::string>({
            {"no key", [](push::WebPushConfig& c) { c.private_key = ""; }, "VAPID key"},
            {"a public key", [](push::WebPushConfig& c) { c.private_key = kReceiver; },
             "VAPID key"},
            {"RSA", [](push::WebPushConfig& c) { c.private_key = crypto::sample::kRsaPrivate; },
             "P-256"},
            {"another's public key", [](push::WebPushConfig& c) { c.public_key = kReceiver; },
             "does not belong"},
            {"no contact", [](push::WebPushConfig& c) { c.contact = "push@shop.example"; },
             "mailto:"},
            {"urgency", [](push::WebPushConfig& c) { c.urgency = "extreme"; }, "very-low"},
        }));
    CAPTURE(label);
    push::WebPushConfig config = sample_config();
    change(config);
    const auto made = push::make_webpush(config);
    REQUIRE_FALSE(made);
    CHECK(made.error().detail.find(words) != std::string::npos);
    push::WebPushConfig fine = sample_config();
    fine.private_key = std::string(kReceiverPrivate) + "\n";
    fine.public_key = kReceiver;
    CHECK(push::make_webpush(fine));
}

TEST_CASE("push services' answers are read", "[webpush]") {
    const auto [status, kind, words] = GENERATE(table<std::uint32_t, ObservationKind, std::string>({
        {201, ObservationKind::accepted, ""},
        {404, ObservationKind::rejected, "subscription is dead"},
        {410, ObservationKind::rejected, "subscription is dead"},
        {413, ObservationKind::rejected, "too large"},
        {400, ObservationKind::rejected, "(400)"},
        {401, ObservationKind::rejected, "another VAPID key"},
        {403, ObservationKind::rejected, "another VAPID key"},
        {302, ObservationKind::rejected, "(302)"},
        {429, ObservationKind::retry, "(429)"},
        {500, ObservationKind::retry, "(500)"},
    }));
    CAPTURE(status);
    Response response;
    response.answered = true;
    response.status = status;
    response.headers = {{"location", "https://push.example/m/AbC-1"}, {"retry-after", "30"}};
    const auto seen = webpush()->observe(response);
    CHECK(seen.kind == kind);
    CHECK(seen.reason.find(words) != std::string::npos);
    if (status == 201) CHECK(seen.provider_id == "AbC-1");
    if (status == 429) CHECK(seen.retry_after == std::chrono::seconds(30));
}

TEST_CASE("Web Push in all weathers: repeated, it replaces itself", "[webpush]") {
    const auto [behaviour, wanted] = GENERATE(table<Behaviour, ObservationKind>({
        {Behaviour::ok, ObservationKind::accepted},
        {Behaviour::too_many, ObservationKind::retry},
        {Behaviour::server_error, ObservationKind::retry},
        {Behaviour::reject, ObservationKind::rejected},
        {Behaviour::accept_then_close, ObservationKind::retry},
    }));
    CAPTURE(fake::name_of(behaviour));
    auto sink = contract::local_sink();
    auto transport = contract::local_transport();
    sink->expect({behaviour});
    push::WebPushConfig config = sample_config();
    config.more_hosts = {"127.0.0.1"};
    const Message message = sample(subscription(sink->http_url() + "/wpush"));
    const auto connector = webpush(config);
    CHECK(contract::attempt(*connector, *transport, message).kind == wanted);
    CHECK(contract::attempt(*connector, *transport, message).kind == ObservationKind::accepted);
}
