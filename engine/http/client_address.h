#pragma once
// Who asks, when proxies stand between.

#include <span>
#include <string>
#include <string_view>

namespace journey::http {

/// The address of the one who asked: `peer`, unless that is a trusted proxy; then the nearest in
/// X-Forwarded-For that is none. What stands further left anybody can have written.
std::string client_address(std::string_view peer, std::string_view forwarded_for,
                           std::span<const std::string> trusted_proxies);

}  // namespace journey::http
