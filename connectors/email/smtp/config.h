#pragma once

#include "connectors/api/api.h"
#include "connectors/email/dkim/dkim.h"

namespace journey::connectors::email {

struct SmtpConfig {
    std::string url;  // smtp://host:587 (STARTTLS) or smtps://host:465
    std::string user;
    std::string password;
    std::string from;         // "Shop <hello@shop.example>"; a message may name its own
    std::string reply_to;     // the same; "" = answers go to the sender
    std::string return_path;  // where bounces go; "" = the sender's address
    /// Instead of `return_path`: "bounces@shop.example", which becomes
    /// bounces+REFERENCE@shop.example, so that what comes back says which message it is about.
    std::string bounce_address;
    std::string feedback_sender;  // Feedback-ID's last field: 5 to 15 letters and digits; "" = none
    std::vector<dkim::KeyText> dkim;
    bool require_tls = true;
    std::uint32_t parallel = 8;
};

}  // namespace journey::connectors::email
