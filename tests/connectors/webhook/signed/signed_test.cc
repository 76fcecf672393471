#include "connectors/webhook/signed/signed.h"

#include "connectors/inbound/inbound.h"
#include "tests/connectors/contract.h"

#include <future>

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

namespace {

Message call_message() {
    Message message = contract::sample_message("call:coupons", "");
    message.url = "https://shop.example/coupons";
    message.payload = R"({"sku":"tea"})";
    return message;
}

}  // namespace

TEST_CASE("a call goes to the address of its webhook under a key that stays", "[webhook]") {
    const bool signs = GENERATE(false, true);
    webhook::CallConfig config;
    if (signs) config.secrets = {kOld};
    const auto connector = std::move(webhook::make_call(config)).value();
    auto made = connector->request(call_message());
    REQUIRE(made);
    const auto& request = std::get<HttpRequest>(made.value());
    CHECK(request.method == "POST");
    CHECK(request.url == "https://shop.example/coupons");
    CHECK(request.body == R"({"sku":"tea"})");
    CHECK(header(request, "Content-Type") == "application/json");
    const std::string key = model::format_key(contract::sample_key());
    CHECK(header(request, "Idempotency-Key") == key);
    CHECK(header(request, "webhook-id") == key);
    CHECK(header(request, "webhook-signature").empty() == !signs);
    CHECK(connector->traits().idempotency == model::IdempotencyClass::keyed);
}

TEST_CASE("what a call is answered decides whether it is tried again", "[webhook]") {
    struct Row {
        const char* label;
        Response response;
        ObservationKind kind;
        bool ambiguous;
    };
    const auto answered = [](std::uint32_t status) {
        Response response;
        response.answered = true;
        response.bytes_left = true;
        response.status = status;
        response.body = R"({"code":"TEN"})";
        return response;
    };
    const auto silent = [](bool bytes_left, bool credentials) {
        Response response;
        response.bytes_left = bytes_left;
        response.credentials_problem = credentials;
        response.failure = "the deadline passed";
        return response;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"200", answered(200), ObservationKind::accepted, false},
        {"204", answered(204), ObservationKind::accepted, false},
        {"302", answered(302), ObservationKind::rejected, false},
        {"400", answered(400), ObservationKind::rejected, false},
        {"401", answered(401), ObservationKind::rejected, false},
        {"404", answered(404), ObservationKind::rejected, false},
        {"408", answered(408), ObservationKind::retry, false},
        {"409", answered(409), ObservationKind::rejected, false},
        {"429", answered(429), ObservationKind::retry, false},
        {"500", answered(500), ObservationKind::retry, true},
        {"503", answered(503), ObservationKind::retry, true},
        {"no connection", silent(false, false), ObservationKind::retry, false},
        {"a deadline", silent(true, false), ObservationKind::retry, true},
        {"an address that may not be called", silent(false, true), ObservationKind::rejected,
         false},
    }));
    CAPTURE(row.label);
    const auto connector = std::move(webhook::make_call({})).value();
    const model::Observation seen = connector->observe(row.response);
    CHECK(seen.kind == row.kind);
    CHECK(seen.ambiguous == row.ambiguous);
    CHECK(seen.answer == (row.kind == ObservationKind::accepted ? R"({"code":"TEN"})" : ""));
    if (row.kind != ObservationKind::accepted) CHECK_FALSE(seen.reason.empty());
}

TEST_CASE("a call speaks to the sink, which answers what its address says", "[webhook]") {
    auto server = std::move(fake::SinkServer::start({})).value();
    net::TransportOptions options;
    options.allow_private = true;
    const auto transport = net::make_transport(options, Logger::silent());
    const auto connector = std::move(webhook::make_call({})).value();
    Message message = call_message();
    message.url = server->http_url() + "/answer?code=TEN%20%25&percent=10";
    std::promise<Response> promise;
    transport->start(std::move(connector->request(message)).value(), std::chrono::seconds(20),
                     [&](Response response) { promise.set_value(std::move(response)); });
    const model::Observation seen = connector->observe(promise.get_future().get());
    CHECK(seen.kind == ObservationKind::accepted);
    CHECK(seen.answer == R"({"code":"TEN %","percent":10})");
    CHECK(server->last(1).at(0).key == model::format_key(contract::sample_key()));
}
