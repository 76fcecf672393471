#include "connectors/push/onesignal/onesignal.h"

#include "tests/connectors/contract.h"

using namespace journey;
using namespace journey::connectors;
using fake::Behaviour;
using model::ObservationKind;

namespace {

std::unique_ptr<Connector> onesignal(const std::string& base = "https://api.onesignal.com") {
    push::OneSignalConfig config;
    config.base_url = base;
    config.app_id = "app-1";
    config.api_key = "os_v2";
    auto made = push::make_onesignal(config);
    REQUIRE(made);
    return std::move(made).value();
}

Message sample() {
    Message message = contract::sample_message("push", "2f1e0d9c-0000-4000-8000-000000000001");
    message.title = "Your cart";
    message.text = "It is \"waiting\" ☂";
    return message;
}

ObservationKind observed(std::uint32_t status, std::string body) {
    Response response;
    response.answered = true;
    response.status = status;
    response.body = std::move(body);
    return onesignal()->observe(response).kind;
}

}  // namespace

TEST_CASE("a push becomes OneSignal's notification, keyed by the message", "[onesignal]") {
    auto made = onesignal()->request(sample());
    REQUIRE(made);
    const auto& request = std::get<HttpRequest>(made.value());
    CHECK(request.url == "https://api.onesignal.com/notifications");
    CHECK(
        request.body ==
        R"({"app_id":"app-1","include_subscription_ids":["2f1e0d9c-0000-4000-8000-000000000001"],)"
        R"("target_channel":"push","headings":{"en":"Your cart"},"contents":{"en":"It is \"waiting\" ☂"},)"
        R"("idempotency_key":"0b9c1122-3344-4566-8788-99aabbccdd01","data":{"journey":"welcome",)"
        R"("step":"first","message":"0b9c1122-3344-4566-8788-99aabbccdd01"}})");
    CHECK(onesignal()->request(sample()).value().index() == 0);
    CHECK(onesignal()->traits().idempotency == model::IdempotencyClass::keyed);
    CHECK(onesignal()->traits().key_window == std::chrono::hours(720));
}

TEST_CASE("a push that can never be sent is refused", "[onesignal]") {
    Message message = sample();
    message.to = "";
    CHECK_FALSE(onesignal()->request(message));
    message = sample();
    message.text = "";
    CHECK_FALSE(onesignal()->request(message));
    push::OneSignalConfig forged;
    forged.app_id = "a";
    forged.api_key = "k\r\nX: y";
    CHECK_FALSE(push::make_onesignal(forged));
}

TEST_CASE("OneSignal's answers are read", "[onesignal]") {
    CHECK(observed(200, R"({"id":"n1","external_id":null})") == ObservationKind::accepted);
    CHECK(observed(200, R"({"id":"","errors":["All included players are not subscribed"]})") ==
          ObservationKind::rejected);
    CHECK(observed(200, R"({"id":"","errors":{"invalid_player_ids":["x"]}})") ==
          ObservationKind::rejected);
    CHECK(observed(200, "<html>") == ObservationKind::retry);
    CHECK(observed(200, R"({"recipients":1})") == ObservationKind::retry);
    CHECK(observed(400, R"({"errors":["bad"]})") == ObservationKind::rejected);
    CHECK(observed(409, "") == ObservationKind::accepted);
}

TEST_CASE("several devices are one notification, and those that are gone are named",
          "[onesignal]") {
    Message message = sample();
    message.also_to = {"second", "third"};
    auto made = onesignal()->request(message);
    REQUIRE(made);
    CHECK(std::get<HttpRequest>(made.value()).body.find(R"(0001","second","third"])") !=
          std::string::npos);
    Response response;
    response.answered = true;
    response.status = 200;
    response.body = R"({"id":"n1","errors":{"invalid_player_ids":["second"]}})";
    const model::Observation seen = onesignal()->observe(response);
    CHECK(seen.kind == ObservationKind::accepted);
    CHECK(seen.gone == std::vector<std::string>{"second"});
}

TEST_CASE("OneSignal in all weathers: repeated under its key, it is one push", "[onesignal]") {
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
    auto sink = contract::local_sink();
    auto transport = contract::local_transport();
    sink->expect({behaviour});
    const auto connector = onesignal(sink->http_url());
    CHECK(contract::attempt(*connector, *transport, sample()).kind == wanted);
    CHECK(contract::attempt(*connector, *transport, sample()).kind == ObservationKind::accepted);
    CHECK(sink->counts("push").accepted == 1);
    CHECK(sink->last(1)[0].subject == "Your cart");
}
