#pragma once
// The door of connectors/push/fcm.

#include "connectors/push/fcm/config.h"

namespace journey::connectors::push {

/// `invalid` names the setting that is missing or malformed.
Result<std::unique_ptr<Connector>> make_fcm(const FcmConfig& config);

}  // namespace journey::connectors::push
