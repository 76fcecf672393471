#pragma once
// What the tests of declared connectors begin with.

#include "connectors/declared/declared.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

namespace journey::connectors::declared {

inline std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// Every setting has a value that is easy to recognise.
inline Use use_of(const Provider& provider) {
    Use use;
    for (const Need& need : facts_of(provider).needs) {
        use.settings[need.name] = !need.example.empty()    ? need.example
                                  : !need.fallback.empty() ? need.fallback
                                                           : need.name + " value";
    }
    return use;
}

inline ProviderPtr provider_of(std::string_view name) {
    auto provider = shipped_provider(name);
    INFO((provider ? "" : provider.error().detail));
    REQUIRE(provider);
    return provider.value();
}

inline ProviderPtr provider_from(const std::string& text) {
    auto provider = read_provider(text, "acme.yaml");
    INFO((provider ? "" : provider.error().detail));
    REQUIRE(provider);
    return provider.value();
}

inline std::unique_ptr<Connector> connector_of(const ProviderPtr& provider, Use use) {
    auto made = make_declared(provider, std::move(use));
    INFO((made ? "" : made.error().detail));
    REQUIRE(made);
    return std::move(made).value();
}
inline std::unique_ptr<Connector> connector_of(std::string_view name) {
    const auto provider = provider_of(name);
    return connector_of(provider, use_of(*provider));
}

inline HttpRequest request_of(const Connector& connector, const Message& message) {
    auto made = connector.request(message);
    INFO((made ? "" : made.error().detail));
    REQUIRE(made);
    return std::get<HttpRequest>(made.value());
}

inline Response answer(std::uint32_t status, std::string body,
                       std::vector<std::pair<std::string, std::string>> headers = {}) {
    Response response;
    response.answered = true;
    response.bytes_left = true;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    return response;
}

inline Message message_to(const std::string& channel, const std::string& to) {
    Message message;
    message.key.bytes = {0x0b, 0x9c, 0x11, 0x22, 0x33, 0x44, 0x45, 0x66,
                         0x87, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0x01};
    message.channel = channel;
    message.to = to;
    message.journey = "welcome";
    message.step = "first";
    message.message_template = "remind";
    message.reference = "reference-of-the-message";
    message.at = parse_instant("2026-11-21T10:00:00Z").value();
    return message;
}

/// "" when there is none.
inline std::string header(const HttpRequest& request, std::string_view name) {
    for (const auto& [one, value] : request.headers) {
        if (one == name) return value;
    }
    return "";
}

}  // namespace journey::connectors::declared
