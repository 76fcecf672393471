#include "connectors/email/smtp/smtp.h"

#include "tests/connectors/contract.h"

using namespace journey;
using namespace journey::connectors;
using fake::Behaviour;
using model::ObservationKind;

namespace {

std::unique_ptr<Connector> relay(const std::string& url) {
    email::SmtpConfig config;
    config.url = url;
    config.from = "Shop <hello@shop.example>";
    config.return_path = "bounces@shop.example";
    config.require_tls = false;
    auto made = email::make_smtp(config);
    REQUIRE(made);
    return std::move(made).value();
}

Message sample() {
    Message message = contract::sample_message("email", "ada@mail.example");
    message.subject = "Grüße aus dem Laden";
    message.html = "<p>Hallo Ada</p>\n.\n<p>..</p>";
    return message;
}

Response reply(std::uint32_t status, std::string text) {
    Response response;
    response.answered = true;
    response.status = status;
    response.body = std::move(text);
    return response;
}

}  // namespace

TEST_CASE("the envelope is the connector's, the message's own sender comes first", "[smtp]") {
    const auto connector = relay("smtp://relay.example:587");
    Message message = sample();
    message.from = "Other <other@shop.example>";
    auto made = connector->request(message);
    REQUIRE(made);
    const auto& request = std::get<SmtpRequest>(made.value());
    CHECK(request.mail_from == "bounces@shop.example");
    CHECK(request.rcpt_to == "ada@mail.example");
    CHECK(request.message.find("From: \"Other\" <other@shop.example>") != std::string::npos);
    message.to = "ada@mail.example>\r\nRCPT TO:<eve@evil.example";
    CHECK_FALSE(connector->request(message));
    message = sample();
    message.subject = "";
    CHECK_FALSE(connector->request(message));
    CHECK_FALSE(email::make_smtp({}));
}

TEST_CASE("a bounce comes back to an address that names its message", "[smtp]") {
    email::SmtpConfig config;
    config.url = "smtp://relay.example:587";
    config.from = "Shop <hello@shop.example>";
    config.bounce_address = "bounces@mail.shop.example";
    auto connector = email::make_smtp(config);
    REQUIRE(connector);
    Message message = sample();
    message.reference = std::string(55, 'r');
    auto made = connector.value()->request(message);
    REQUIRE(made);
    const std::string path = std::get<SmtpRequest>(made.value()).mail_from;
    CHECK(path == "bounces+" + std::string(55, 'r') + "@mail.shop.example");
    CHECK(is_mail_address(path));
    config.bounce_address = "undeliverable@mail.shop.example";
    CHECK_FALSE(email::make_smtp(config));
    config.bounce_address = "bounces";
    CHECK_FALSE(email::make_smtp(config));
    config.bounce_address = "";
    config.feedback_sender = "me";
    CHECK_FALSE(email::make_smtp(config));
}

TEST_CASE("a name beyond ASCII goes to no server that does not take it", "[smtp]") {
    auto sink = contract::local_sink();  // announces no SMTPUTF8
    auto transport = contract::local_transport();
    const auto connector = relay(sink->smtp_url());
    Message message = sample();
    message.to = "jos\u00e9@mail.example";
    // Also when the connection was kept from one to the next.
    CHECK(contract::attempt(*connector, *transport, sample()).kind == ObservationKind::accepted);
    for (int i = 0; i < 2; ++i) {
        const auto seen = contract::attempt(*connector, *transport, message);
        CHECK(seen.kind == ObservationKind::rejected);
        CHECK(seen.reason == "the mail server refused the message (553, 5.6.7)");
    }
    CHECK(sink->counts("email").calls == 1);
    message.to = "ada@b\u00fccher.example";
    CHECK(contract::attempt(*connector, *transport, message).kind == ObservationKind::accepted);
    CHECK(sink->last(1)[0].to == "ada@xn--bcher-kva.example");
}

TEST_CASE("the relay's reply is read", "[smtp]") {
    const auto connector = relay("smtp://relay.example:587");
    const auto taken = connector->observe(reply(250, "250 2.0.0 Ok: queued as 4F2A"));
    CHECK(taken.kind == ObservationKind::accepted);
    CHECK(taken.provider_id == "4F2A");
    const auto refused = connector->observe(reply(550, "550 5.1.1 <ada@mail.example>: unknown"));
    CHECK(refused.kind == ObservationKind::rejected);
    CHECK(refused.reason == "the mail server refused the message (550, 5.1.1)");
    CHECK(connector->observe(reply(451, "451 later")).kind == ObservationKind::retry);
    CHECK(connector->observe(reply(421, "421 4.3.2 closing")).kind == ObservationKind::retry);
    CHECK(connector->observe(reply(535, "535 5.7.8 no")).kind == ObservationKind::pause);
    CHECK(connector->observe(reply(354, "354 what")).kind == ObservationKind::unknown);
}

TEST_CASE("a relay in all weathers: the final dot parts retry from unknown", "[smtp]") {
    const auto [behaviour, wanted] = GENERATE(table<Behaviour, ObservationKind>({
        {Behaviour::ok, ObservationKind::accepted},
        {Behaviour::slow, ObservationKind::accepted},
        {Behaviour::too_many, ObservationKind::retry},
        {Behaviour::server_error, ObservationKind::retry},
        {Behaviour::reject, ObservationKind::rejected},
        {Behaviour::unauthorized, ObservationKind::pause},
        {Behaviour::close_before, ObservationKind::retry},
        {Behaviour::accept_then_close, ObservationKind::unknown},
    }));
    CAPTURE(fake::name_of(behaviour));
    auto sink = contract::local_sink();
    auto transport = contract::local_transport();
    sink->expect({behaviour});
    const auto connector = relay(sink->smtp_url());
    CHECK(contract::attempt(*connector, *transport, sample()).kind == wanted);
    CHECK(sink->counts("email").calls == 1);
    const bool whole = wanted == ObservationKind::accepted || wanted == ObservationKind::unknown;
    if (whole) {
        const auto message = sink->last(1)[0];
        CHECK(message.key == model::format_key(contract::sample_key()));
        CHECK(message.subject == sample().subject);
        CHECK(message.from == "\"Shop\" <hello@shop.example>");
        CHECK(message.text == "Hallo Ada\n.\n..\n");
    }
}
