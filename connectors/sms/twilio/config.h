#pragma once

#include "connectors/api/api.h"

namespace journey::connectors::sms {

struct TwilioConfig {
    std::string base_url = "https://api.twilio.com";  // without a path
    std::string account_sid;                          // "AC…"
    std::string auth_token;                           // with key_sid: the API key's secret
    std::string key_sid;                              // "SK…"; "" = account_sid and auth token
    std::string sender;  // "+4930…", an alphanumeric sender, or a messaging service "MG…"
    std::uint32_t parallel = 16;
};

}  // namespace journey::connectors::sms
