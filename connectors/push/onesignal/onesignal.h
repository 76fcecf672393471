#pragma once
// The door of connectors/push/onesignal.

#include "connectors/push/onesignal/config.h"

namespace journey::connectors::push {

/// `invalid` names the setting that is missing or malformed.
Result<std::unique_ptr<Connector>> make_onesignal(const OneSignalConfig& config);

}  // namespace journey::connectors::push
