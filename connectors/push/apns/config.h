#pragma once

#include "connectors/api/api.h"

namespace journey::connectors::push {

struct ApnsConfig {
    std::string base_url = "https://api.push.apple.com";  // "/3/device/…" is added
    std::string key;      // the .p8 file that Apple's developer page makes: PEM of an EC key
    std::string key_id;   // 10 characters, shown beside the key
    std::string team_id;  // 10 characters
    std::string topic;    // the app's bundle id
    std::string sound;    // "default", a file in the app, or "" = silent
    bool hurry = true;    // priority 10; else 5, which spares the battery
    std::uint32_t keep_seconds = 86'400;  // for a device that is not reachable
    std::uint32_t parallel = 16;
};

}  // namespace journey::connectors::push
