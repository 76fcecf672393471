#pragma once
// The room's own: what the connector is made of.

#include "connectors/email/smtp/config.h"

namespace journey::connectors::email {

struct Mailbox {
    std::string name;  // UTF-8
    std::string address;
};

/// "Shop <hello@shop.example>", "\"Shop, Inc.\" <…>" or a bare address. `invalid` naming `what`.
Result<Mailbox> parse_mailbox(std::string_view text, std::string_view what);

/// The whole message with CRLF line ends; no line exceeds 998 bytes. Same message, same bytes.
Result<std::string> mime_message(const Message& message, const Mailbox& from);

Result<Request> smtp_request(const SmtpConfig& config, const Message& message);
model::Observation observe_smtp(const Response& response);

// ---- for mime.cc and its tests
std::string quoted_printable(std::string_view text);
/// `column` is where the value begins in its line.
std::string header_text(std::string_view text, std::size_t column);

}  // namespace journey::connectors::email
