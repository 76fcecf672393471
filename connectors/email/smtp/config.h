#pragma once

#include "connectors/api/api.h"

namespace journey::connectors::email {

struct SmtpConfig {
    std::string url;  // smtp://host:587 (STARTTLS) or smtps://host:465
    std::string user;
    std::string password;
    std::string from;         // "Shop <hello@shop.example>"; a message may name its own
    std::string return_path;  // where bounces go; "" = the sender's address
    bool require_tls = true;
    std::uint32_t parallel = 8;
};

}  // namespace journey::connectors::email
