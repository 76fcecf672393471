#include "connectors/declared/connector.h"

#include "connectors/declared/reading.h"

#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

class Declared final : public Connector {
  public:
    explicit Declared(Account account) : account_(std::move(account)) {
        traits_ = account_.provider->facts.traits;
        traits_.parallel = account_.use.parallel;
    }
    const Traits& traits() const override { return traits_; }
    Result<Request> request(const Message& message) const override {
        return declared_request(account_, message);
    }
    model::Observation observe(const Response& response) const override {
        return observe_declared(*account_.provider, response);
    }

  private:
    Account account_;
    Traits traits_;
};

/// Settings that anybody may read, shaped as the real ones.
Use sample_use(const Provider& provider) {
    Use use;
    for (const Need& need : provider.facts.needs) {
        std::string value = need.example.empty() ? need.fallback : need.example;
        if (need.secret && need.example.empty()) {
            value = "SECRET";
        } else if (value.empty()) {
            value = underscored(need.name);
        }
        use.settings[need.name] = std::move(value);
    }
    use.templates["sample"] = "TEMPLATE_1";
    return use;
}

Message sample_message(const Provider& provider) {
    Message message;
    for (std::size_t i = 0; i < message.key.bytes.size(); ++i)
        message.key.bytes[i] = static_cast<std::uint8_t>(i * 17);
    message.channel = provider.facts.traits.channel;
    const bool mail = provider.demands.to == Demands::Address::mail || message.channel == "email";
    message.to = mail ? "ada@shop.example" : message.channel == "sms" ? "+8613800000000" : "DEVICE";
    message.from = mail ? "Shop <hello@shop.example>" : "";
    message.subject = "Hello";
    message.title = "Hello";
    message.text = provider.demands.templates ? R"({"name": "Ada"})" : "Hello Ada";
    message.html = mail ? "<p>Hello Ada</p>" : "";
    message.payload = message.channel == "webhook" ? R"({"text": "Hello Ada"})" : "";
    message.journey = "welcome";
    message.step = "first";
    message.message_template = "sample";
    message.external_id = "ada";
    message.reference = std::string(55, 'r');
    message.unsubscribe_url = mail ? "https://hello.shop.example/u/TOKEN" : "";
    message.callback_url = "https://hello.shop.example/r/" + message.channel;
    message.at = parse_instant("2026-11-22T10:00:00Z").value();
    return message;
}

std::string shown(const HttpRequest& request) {
    std::string out = fmt::format("{} {}\n", request.method, request.url);
    if (!request.basic_user.empty())
        out += fmt::format("Authorization: Basic, user {} and password {}\n", request.basic_user,
                           request.basic_password);
    if (request.token)
        out += request.token->query.empty()
                   ? fmt::format("{}: {}TOKEN\n", request.token->header, request.token->prefix)
                   : fmt::format("(and {}=TOKEN in the query)\n", request.token->query);
    for (const auto& [name, value] : request.headers)
        out += fmt::format("{}: {}\n", name, value);
    return out + "\n" + request.body + "\n";
}

}  // namespace

Result<Record> settle(const Provider& provider, const Use& use) {
    Record out;
    for (const Need& need : provider.facts.needs) {
        const auto given = use.settings.find(need.name);
        const std::string& value =
            given == use.settings.end() || given->second.empty() ? need.fallback : given->second;
        if (value.empty() && need.required)
            return error(ErrorCode::invalid,
                         fmt::format("{} needs `{}`", provider.facts.name, need.name));
        if (!need.document) {
            TRY(check_header_value(value, fmt::format("`{}`", need.name)));
        }
        put(out, underscored(need.name), value);
    }
    return out;
}

Result<std::unique_ptr<Connector>> make_declared(ProviderPtr provider, Use use) {
    TRY(Record settings, settle(*provider, use));
    // A host made of settings is looked at now, not at the first message.
    Record data;
    put(data, "settings", settings);
    if (provider->call.url.whole.given() || !provider->call.url.origin.is_fixed() ||
        !use.base_url.empty()) {
        Call only_host;
        only_host.url.whole = provider->call.url.whole;
        only_host.url.origin = provider->call.url.origin;
        TRY(draft_of(only_host, data, use.base_url));
    }
    auto token = make_token(provider, use, settings);
    return std::unique_ptr<Connector>(std::make_unique<Declared>(
        Account{std::move(provider), std::move(use), std::move(settings), std::move(token)}));
}

Result<std::string> show_sample(const ProviderPtr& provider) {
    TRY(const auto connector, make_declared(provider, sample_use(*provider)));
    TRY(const Request request, connector->request(sample_message(*provider)));
    return shown(std::get<HttpRequest>(request));
}

}  // namespace journey::connectors::declared
