#pragma once
// The door of connectors/webhook/fetch.

#include "connectors/api/api.h"

namespace journey::connectors::webhook {

struct FetchConfig {
    std::vector<std::pair<std::string, std::string>> headers;  // of every request
    std::uint32_t parallel = 32;
};

/// Gets `Message::url`. `invalid` names a header that is none.
Result<std::unique_ptr<Connector>> make_fetch(const FetchConfig& config);

}  // namespace journey::connectors::webhook
