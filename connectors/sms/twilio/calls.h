#pragma once
// The room's own: what the connector is made of.

#include "connectors/sms/twilio/config.h"

namespace journey::connectors::sms {

Result<Request> twilio_request(const TwilioConfig& config, const Message& message);
model::Observation observe_twilio(const Response& response);

}  // namespace journey::connectors::sms
