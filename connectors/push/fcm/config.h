#pragma once

#include "connectors/api/api.h"

namespace journey::connectors::push {

struct FcmConfig {
    std::string base_url = "https://fcm.googleapis.com";
    std::string service_account;          // the JSON file that Google's console makes, whole
    std::string project_id;               // "" = the service account's
    std::string priority;                 // Android's: "high", "normal" or "" = Google decides
    std::uint32_t keep_seconds = 86'400;  // for a device that is not reachable
    std::uint32_t parallel = 16;
};

}  // namespace journey::connectors::push
