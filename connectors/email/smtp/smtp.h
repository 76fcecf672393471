#pragma once
// The door of connectors/email/smtp.

#include "connectors/email/smtp/config.h"

namespace journey::connectors::email {

/// `invalid` names the setting that is missing or malformed.
Result<std::unique_ptr<Connector>> make_smtp(const SmtpConfig& config);

/// The text part of a message that has only HTML: blocks become lines, links keep their address,
/// scripts and styles go.
std::string plain_text_of(std::string_view html);

}  // namespace journey::connectors::email
