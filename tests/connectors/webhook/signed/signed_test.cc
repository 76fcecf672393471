#include "connectors/webhook/signed/signed.h"

#include "connectors/inbound/inbound.h"
#include "tests/connectors/contract.h"

using namespace journey;
using namespace journey::connectors;
using fake::Behaviour;
using model::ObservationKind;

namespace {

const std::string kOld = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string kNew = "whsec_" + to_base64(std::string(32, 'n'));

std::unique_ptr<Connector> hook(const std::string& url, std::vector<std::string> secrets) {
    webhook::SignedConfig config;
    config.url = url;
    config.secrets = std::move(secrets);
    auto made = webhook::make_signed(config);
    REQUIRE(made);
    return std::move(made).value();
}

Message sample() {
    Message message = contract::sample_message("webhook", "");
    message.payload = R"({"type":"vip","data":{"id":"u1"}})";
    return message;
}

std::string header(const HttpRequest& request, std::string_view name) {
    for (const auto& [key, value] : request.headers) {
        if (key == name) return value;
    }
    return {};
}

}  // namespace

TEST_CASE("the signature is the specification's", "[webhook]") {
    // The example of the Standard Webhooks specification.
    CHECK(webhook::webhook_signature(
              webhook::secret_bytes(kOld).value(), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
              R"({"test": 2432232314})") == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("a webhook is signed by every secret and verifies under each", "[webhook]") {
    const auto connector = hook("https://receiver.example/in", {kNew, kOld});
    auto made = connector->request(sample());
    REQUIRE(made);
    const auto& request = std::get<HttpRequest>(made.value());
    CHECK(request.body == sample().payload);
    CHECK(header(request, "webhook-id") == model::format_key(contract::sample_key()));
    const std::string timestamp = header(request, "webhook-timestamp");
    const std::string signature = header(request, "webhook-signature");
    for (const std::string& secret : {kOld, kNew}) {
        const std::vector<std::string> keys{webhook::secret_bytes(secret).value()};
        CHECK(inbound::verify_webhook(keys, {header(request, "webhook-id"), timestamp, signature,
                                             request.body, sample().at}));
    }
}

TEST_CASE("settings that cannot work are refused", "[webhook]") {
    CHECK_FALSE(webhook::make_signed({}));
    webhook::SignedConfig config;
    config.url = "https://receiver.example";
    CHECK_FALSE(webhook::make_signed(config));
    config.secrets = {"whsec_c2hvcnQ="};
    CHECK_FALSE(webhook::make_signed(config));
    Message large = sample();
    large.payload = std::string(300'000, 'x');
    CHECK_FALSE(hook("https://receiver.example", {kOld})->request(large));
}

TEST_CASE("a receiver in all weathers", "[webhook]") {
    const auto [behaviour, wanted] = GENERATE(table<Behaviour, ObservationKind>({
        {Behaviour::ok, ObservationKind::accepted},
        {Behaviour::garbage, ObservationKind::accepted},
        {Behaviour::too_many, ObservationKind::retry},
        {Behaviour::server_error, ObservationKind::retry},
        {Behaviour::accept_then_close, ObservationKind::retry},
        {Behaviour::close_before, ObservationKind::retry},
        {Behaviour::reject, ObservationKind::rejected},
    }));
    CAPTURE(fake::name_of(behaviour));
    auto sink = contract::local_sink();
    auto transport = contract::local_transport();
    const auto connector = hook(sink->http_url() + "/hook", {kOld});
    sink->expect({Behaviour::ok, behaviour});
    CHECK(contract::attempt(*connector, *transport, sample()).kind == ObservationKind::accepted);
    CHECK(contract::attempt(*connector, *transport, sample()).kind == wanted);
    CHECK(sink->counts("webhook").calls == 2);
    CHECK(sink->counts("webhook").accepted == 1);
}

TEST_CASE("410 ends the matter", "[webhook]") {
    Response response;
    response.answered = true;
    response.status = 410;
    CHECK(hook("https://receiver.example", {kOld})->observe(response).kind ==
          ObservationKind::rejected);
}
