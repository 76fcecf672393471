#pragma once
// The door of connectors/email/smtp.

#include "connectors/email/smtp/config.h"

namespace journey::connectors::email {

/// `invalid` names the setting that is missing or malformed.
Result<std::unique_ptr<Connector>> make_smtp(const SmtpConfig& config);

}  // namespace journey::connectors::email
