#pragma once
// The OpenAPI 3.1 document, made from the table of routes, so that it cannot forget one.

#include <string>

namespace journey::http {

/// Cost: a few hundred microseconds; ask once.
std::string openapi_json();

}  // namespace journey::http
