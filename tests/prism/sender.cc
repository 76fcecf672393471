// prism_sender BASE: sends messages through the Twilio connectors to BASE, one line for each with
// what came of it.

#include "connectors/declared/declared.h"
#include "connectors/net/net.h"
#include "connectors/sms/twilio/twilio.h"

#include <fmt/format.h>
#include <future>

namespace {

using namespace journey;  // NOLINT(google-build-using-namespace): a program of one file
using connectors::Connector;
using connectors::Message;

constexpr const char* kAccount = "AC0123456789abcdef0123456789abcdef";

Message message(const std::string& text) {
    Message out;
    out.channel = "sms";
    out.to = "+4930123456";
    out.text = text;
    out.callback_url = "https://hello.shop.example/r/sms/REFERENCE";
    out.at = instant_of(1'795'341'600'000'000);
    return out;
}

std::unique_ptr<Connector> whatsapp(const char* name, const std::string& base) {
    connectors::declared::Use use;
    use.settings = {
        {"account sid", kAccount}, {"auth token", "secret"}, {"sender", "+14155238886"}};
    use.base_url = base;
    auto provider = connectors::declared::shipped_provider(name);
    ENSURE(provider, "the provider ships");
    auto made = connectors::declared::make_declared(provider.value(), use);
    ENSURE(made, "the settings are whole");
    return std::move(made).value();
}

std::unique_ptr<Connector> twilio(const std::string& sender, const std::string& base) {
    connectors::sms::TwilioConfig config;
    config.base_url = base;
    config.account_sid = kAccount;
    config.auth_token = "secret";
    config.sender = sender;
    auto made = connectors::sms::make_twilio(config);
    ENSURE(made, "the settings are whole");
    return std::move(made).value();
}

void send(connectors::net::Transport& transport, const char* label, const Connector& connector,
          const Message& what) {
    auto request = connector.request(what);
    ENSURE(request, "the message can be sent");
    std::promise<connectors::Response> promise;
    transport.start(std::move(request).value(), std::chrono::seconds(60),
                    [&](connectors::Response response) { promise.set_value(std::move(response)); });
    const connectors::Response response = promise.get_future().get();
    std::string violations;
    for (const auto& [name, value] : response.headers) {
        if (name == "sl-violations") violations = value;
    }
    const auto seen = connector.observe(response);
    fmt::print("{}\t{}\t{}\t{}\t{}\n", label, response.status, static_cast<int>(seen.kind),
               seen.provider_id, violations.empty() ? "none" : violations);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const std::string base = argv[1];
    connectors::net::TransportOptions options;
    options.allow_private = true;
    const auto transport = connectors::net::make_transport(options, Logger::silent());
    const std::string text = "Hi Ada & all: 5 % off + ü 🎉\nline two";
    send(*transport, "number", *twilio("+12025550100", base), message(text));
    send(*transport, "name", *twilio("Shop", base), message(text));
    send(*transport, "service", *twilio("MG0123456789abcdef0123456789abcdef", base), message(text));
    Message quiet = message(std::string(1600, 'x'));
    quiet.callback_url.clear();
    send(*transport, "long", *twilio("+12025550100", base), quiet);
    send(*transport, "whatsapp", *whatsapp("twilio-whatsapp", base), message(text));
    send(*transport, "whatsapp template", *whatsapp("twilio-whatsapp-template", base),
         message(R"({"template": "HX0123456789abcdef0123456789abcdef", "params": {"1": "Ada"}})"));
    return 0;
}
