#pragma once
// The door of connectors/sms/twilio.

#include "connectors/sms/twilio/config.h"

namespace journey::connectors::sms {

/// `invalid` names the setting that is missing or malformed.
Result<std::unique_ptr<Connector>> make_twilio(const TwilioConfig& config);

}  // namespace journey::connectors::sms
