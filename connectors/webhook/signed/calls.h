#pragma once
// The room's own: what the connector is made of.

#include "connectors/webhook/signed/config.h"

namespace journey::connectors::webhook {

Result<Request> signed_request(const std::string& url, const std::vector<std::string>& keys,
                               const Message& message);
Result<Request> call_request(const std::vector<std::string>& keys, const Message& message);
model::Observation observe_call(const Response& response);
model::Observation observe_signed(const Response& response);

}  // namespace journey::connectors::webhook
