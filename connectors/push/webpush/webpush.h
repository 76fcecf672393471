#pragma once
// The door of connectors/push/webpush.

#include "connectors/push/webpush/config.h"

namespace journey::connectors::push {

/// `invalid` names the setting that is missing or malformed.
Result<std::unique_ptr<Connector>> make_webpush(const WebPushConfig& config);

}  // namespace journey::connectors::push
