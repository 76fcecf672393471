#pragma once
// Hashes, MACs and text encodings of bytes.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace journey {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
std::string hmac_sha1(std::string_view key,
                      std::string_view bytes);  // 20 bytes; Twilio's signature
/// Takes the same time whatever differs; false at once only when the lengths differ.
bool equal_constant_time(std::string_view a, std::string_view b);

/// XXH3, 64 bits. Not for adversaries' collisions: use sha256 there.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
/// RFC 4648 section 5, without padding.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

inline std::string_view view_of(const Sha256& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace journey
