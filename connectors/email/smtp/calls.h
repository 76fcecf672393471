#pragma once
// The room's own: what the connector is made of.

#include "connectors/email/mime/mime.h"
#include "connectors/email/smtp/config.h"

namespace journey::connectors::email {

/// The configuration, read once.
struct Relay {
    SmtpConfig config;
    std::optional<mime::Mailbox> from;
    std::optional<mime::Mailbox> reply_to;
    std::shared_ptr<const dkim::Signer> signer;  // null: nothing is signed
};

Result<Relay> read_relay(const SmtpConfig& config);
Result<Request> smtp_request(const Relay& relay, const Message& message);
model::Observation observe_smtp(const Response& response);

}  // namespace journey::connectors::email
