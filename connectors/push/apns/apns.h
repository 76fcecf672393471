#pragma once
// The door of connectors/push/apns.

#include "connectors/push/apns/config.h"

namespace journey::connectors::push {

/// `invalid` names the setting that is missing or malformed.
Result<std::unique_ptr<Connector>> make_apns(const ApnsConfig& config);

}  // namespace journey::connectors::push
