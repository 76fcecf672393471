#include "connectors/sms/twilio/twilio.h"

#include "tests/connectors/contract.h"

using namespace journey;
using namespace journey::connectors;
using fake::Behaviour;
using model::ObservationKind;

namespace {

std::unique_ptr<Connector> twilio(const std::string& base = "https://api.twilio.com") {
    sms::TwilioConfig config;
    config.base_url = base + "/";
    config.account_sid = "AC123";
    config.auth_token = "secret";
    config.sender = "+4930000000";
    auto made = sms::make_twilio(config);
    REQUIRE(made);
    return std::move(made).value();
}

Message sample() {
    Message message = contract::sample_message("sms", "+4930123456");
    message.text = "Hi Ada & all: 5 % off + ü";
    return message;
}

Response answer(std::uint32_t status, std::string body) {
    Response response;
    response.answered = true;
    response.status = status;
    response.body = std::move(body);
    return response;
}

}  // namespace

TEST_CASE("an SMS becomes Twilio's form", "[twilio]") {
    Message message = sample();
    message.callback_url = "https://hello.shop.example/r/twilio/T";
    auto made = twilio()->request(message);
    REQUIRE(made);
    const auto& request = std::get<HttpRequest>(made.value());
    CHECK(request.url == "https://api.twilio.com/2010-04-01/Accounts/AC123/Messages.json");
    CHECK(request.basic_user == "AC123");
    CHECK(request.basic_password == "secret");
    CHECK(parse_form(request.body) ==
          Form{{"To", "+4930123456"},
               {"From", "+4930000000"},
               {"Body", "Hi Ada & all: 5 % off + ü"},
               {"StatusCallback", "https://hello.shop.example/r/twilio/T"}});
    message.sender = "MG0123456789abcdef0123456789abcdef";
    CHECK(std::get<HttpRequest>(twilio()->request(message).value())
              .body.find("MessagingServiceSid=MG01") != std::string::npos);
}

TEST_CASE("an SMS that can never be sent is refused", "[twilio]") {
    Message message = sample();
    const auto refused = [&] {
        auto made = twilio()->request(message);
        return !made && made.error().code == ErrorCode::invalid;
    };
    message.to = "030 123456";
    CHECK(refused());
    message.to = "+4930123456&From=+1";
    CHECK(refused());
    message = sample();
    message.text = "";
    CHECK(refused());
    message.text = std::string(1601, 'x');
    CHECK(refused());
    CHECK_FALSE(sms::make_twilio({}));
    sms::TwilioConfig path;
    path.account_sid = "../x";
    path.auth_token = "t";
    CHECK_FALSE(sms::make_twilio(path));
}

TEST_CASE("Twilio's answers are read", "[twilio]") {
    const auto connector = twilio();
    const auto taken = connector->observe(answer(201, R"({"sid":"SM1","status":"queued"})"));
    CHECK(taken.kind == ObservationKind::accepted);
    CHECK(taken.provider_id == "SM1");
    const auto failed =
        connector->observe(answer(201, R"({"sid":"SM1","status":"failed","error_code":30034})"));
    CHECK(failed.kind == ObservationKind::rejected);
    CHECK(failed.reason.find("30034") != std::string::npos);
    const auto refused =
        connector->observe(answer(400, R"({"code":21211,"message":"+4930123456 is not valid"})"));
    CHECK(refused.kind == ObservationKind::rejected);
    CHECK(refused.reason.find("21211") != std::string::npos);
    CHECK(refused.reason.find("+49") == std::string::npos);
    for (const std::string body : {"", "{}", "[]", "<html>", R"({"sid":5})", R"({"sid":"a b"})"}) {
        CAPTURE(body);
        CHECK(connector->observe(answer(201, body)).kind == ObservationKind::unknown);
    }
}

TEST_CASE("Twilio in all weathers: what was perhaps taken is never sent again", "[twilio]") {
    const auto [behaviour, wanted] = GENERATE(table<Behaviour, ObservationKind>({
        {Behaviour::ok, ObservationKind::accepted},
        {Behaviour::too_many, ObservationKind::retry},
        {Behaviour::server_error, ObservationKind::unknown},
        {Behaviour::reject, ObservationKind::rejected},
        {Behaviour::unauthorized, ObservationKind::pause},
        {Behaviour::accept_then_close, ObservationKind::unknown},
        {Behaviour::close_before, ObservationKind::unknown},
        {Behaviour::garbage, ObservationKind::unknown},
        {Behaviour::huge, ObservationKind::unknown},
        {Behaviour::slow, ObservationKind::accepted},
    }));
    CAPTURE(fake::name_of(behaviour));
    auto sink = contract::local_sink();
    auto transport = contract::local_transport();
    sink->expect({behaviour});
    const auto connector = twilio(sink->http_url());
    const auto seen = contract::attempt(*connector, *transport, sample());
    CHECK(seen.kind == wanted);
    CHECK(sink->counts("sms").calls == 1);
    const auto message = sink->last(1)[0];
    CHECK(message.to == "+4930123456");
    CHECK(message.text == sample().text);
    CHECK(message.key == model::format_key(contract::sample_key()));
    if (behaviour == Behaviour::too_many) CHECK(seen.retry_after == std::chrono::seconds(2));
}
