#pragma once

#include "connectors/api/api.h"

namespace journey::connectors::webhook {

struct SignedConfig {
    std::string url;
    /// "whsec_" and base64 of 24 to 64 bytes. All of them sign; the first is the newest.
    std::vector<std::string> secrets;
    std::uint32_t parallel = 16;
};

/// Calls: the URL comes with each message, and so does the deadline.
struct CallConfig {
    /// As SignedConfig's; none: nothing is signed.
    std::vector<std::string> secrets;
    std::uint32_t parallel = 16;
};

}  // namespace journey::connectors::webhook
