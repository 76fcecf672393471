#pragma once
// The room's own: what the connector is made of.

#include "connectors/push/apns/config.h"

namespace journey::connectors::push {

Result<Request> apns_request(const ApnsConfig& config,
                             const std::shared_ptr<const TokenSource>& tokens,
                             const Message& message);
/// {"reason": "Unregistered"}: Apple's own word, "" without one.
std::string apns_reason(const Response& response);
model::Observation observe_apns(const Response& response);

}  // namespace journey::connectors::push
