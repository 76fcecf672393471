#pragma once

#include "connectors/api/api.h"

namespace journey::connectors::push {

struct OneSignalConfig {
    std::string base_url = "https://api.onesignal.com";  // "/notifications" is added
    std::string app_id;
    std::string api_key;
    std::uint32_t parallel = 16;
};

}  // namespace journey::connectors::push
