#pragma once
// The room's own: what the connector is made of.

#include "connectors/push/onesignal/config.h"

namespace journey::connectors::push {

Result<Request> onesignal_request(const OneSignalConfig& config, const Message& message);
/// OneSignal's answer names refused subscriptions; ours is the only one of the request.
model::Observation observe_onesignal(const Response& response);

}  // namespace journey::connectors::push
