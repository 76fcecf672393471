#pragma once
// A connector, the real transport and the sink: what every contract test needs.

#include "connectors/fake/fake.h"

#include <catch2/catch.hpp>
#include <future>

namespace journey::connectors::contract {

inline std::unique_ptr<fake::SinkServer> local_sink() {
    auto sink = fake::SinkServer::start({});
    REQUIRE(sink);
    return std::move(sink).value();
}

inline std::unique_ptr<net::Transport> local_transport() {
    net::TransportOptions options;
    options.allow_private = true;
    return net::make_transport(options, Logger::silent());
}

inline model::MessageKey sample_key(std::uint8_t last = 1) {
    model::MessageKey key;
    key.bytes = {0x0b, 0x9c, 0x11, 0x22, 0x33, 0x44, 0x45, 0x66,
                 0x87, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, last};
    return key;
}

inline Message sample_message(const std::string& channel, const std::string& to) {
    Message message;
    message.key = sample_key();
    message.channel = channel;
    message.to = to;
    message.journey = "welcome";
    message.step = "first";
    message.at = parse_instant("2026-11-21T10:00:00Z").value();
    return message;
}

/// One whole attempt.
inline model::Observation attempt(const Connector& connector, net::Transport& transport,
                                  const Message& message,
                                  Micros deadline = std::chrono::seconds(20)) {
    auto request = connector.request(message);
    REQUIRE(request);
    std::promise<Response> promise;
    transport.start(std::move(request).value(), deadline,
                    [&](Response response) { promise.set_value(std::move(response)); });
    return connector.observe(promise.get_future().get());
}

}  // namespace journey::connectors::contract
