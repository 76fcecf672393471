#pragma once

#include "connectors/api/api.h"

namespace journey::connectors::push {

struct WebPushConfig {
    std::string private_key;  // VAPID's: base64url as `npx web-push generate-vapid-keys` shows it,
                              // or PEM
    std::string public_key;   // "" = follows from the private one; else checked against it
    std::string contact;      // "mailto:…" or "https://…": whom a push service asks about us
    std::string urgency;      // "very-low", "low", "normal", "high"; "" = normal
    std::uint32_t keep_seconds = 86'400;  // for a browser that is not running
    /// Beside the browsers' own push services: "push.example", and whatever ends in ".push.example".
    std::vector<std::string> more_hosts;
    std::uint32_t parallel = 16;
};

}  // namespace journey::connectors::push
