#include "engine/sim/connector.h"

namespace journey::sim {

PlainConnector::PlainConnector(std::string channel, model::IdempotencyClass idempotency,
                               std::uint32_t parallel) {
    traits_.name = "plain";
    traits_.channel = std::move(channel);
    traits_.idempotency = idempotency;
    traits_.key_window = std::chrono::hours(24);
    traits_.parallel = parallel;
}

Result<connectors::Request> PlainConnector::request(const connectors::Message& message) const {
    connectors::HttpRequest request;
    request.url = "https://provider.example/" + traits_.channel;
    request.body = model::format_key(message.key);
    return connectors::Request(std::move(request));
}

model::Observation PlainConnector::observe(const connectors::Response& response) const {
    return connectors::observe_http(response, traits_.idempotency);
}

}  // namespace journey::sim
