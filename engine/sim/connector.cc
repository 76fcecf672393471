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
    model::Observation seen = connectors::observe_http(response, traits_.idempotency);
    for (const auto& [name, value] : response.headers) {
        if (name == kNameHeader) seen.provider_id = value;
    }
    if (!answers_) return seen;
    if (seen.kind == model::ObservationKind::accepted) seen.answer = response.body;
    if (seen.kind == model::ObservationKind::pause ||
        (tries_once_ && seen.kind != model::ObservationKind::accepted))
        seen.kind = model::ObservationKind::rejected;
    return seen;
}

std::shared_ptr<const PlainConnector> PlainConnector::for_calls(std::uint32_t parallel) {
    auto made = std::make_shared<PlainConnector>("call", model::IdempotencyClass::keyed, parallel);
    made->answers_ = true;
    return made;
}

std::shared_ptr<const PlainConnector> PlainConnector::for_fetches(std::uint32_t parallel) {
    auto made = std::make_shared<PlainConnector>(*for_calls(parallel));
    made->tries_once_ = true;
    return made;
}

}  // namespace journey::sim
