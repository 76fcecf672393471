// Token, base64url of 41 bytes:
//   u8   version 1 in the high half, purpose in the low
//   u64  person, little-endian
//   16   message key
//   16   HMAC-SHA256 over "journey token", a NUL, the bytes above and what is bound, cut to 16
//   bytes

#include "connectors/inbound/inbound.h"

namespace journey::connectors::inbound {
namespace {

constexpr std::size_t kHead = 25;
constexpr std::size_t kMac = 16;
constexpr std::uint8_t kVersion = 1;

std::string head_of(const Token& token) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(kVersion << 4 | static_cast<std::uint8_t>(token.purpose)));
    out.u64(token.person.number);
    out.raw({reinterpret_cast<const char*>(token.key.bytes.data()), token.key.bytes.size()});
    return out.take();
}

std::string mac_of(std::string_view secret, std::string_view head, std::string_view bound) {
    // The label keeps this use of the secret apart from every other one.
    std::string text("journey token\0", 14);
    text += head;
    text += bound;
    return std::string(view_of(hmac_sha256(secret, text)).substr(0, kMac));
}

}  // namespace

std::string sign_token(std::string_view secret, const Token& token, std::string_view bound) {
    ENSURE(!secret.empty(), "tokens need a secret");
    const std::string head = head_of(token);
    return to_base64url(head + mac_of(secret, head, bound));
}

std::optional<Token> verify_token(std::string_view secret, std::string_view text, Purpose purpose,
                                  std::string_view bound) {
    constexpr std::size_t kTextSize = 55;
    if (secret.empty() || text.size() != kTextSize) return std::nullopt;
    const auto bytes = from_base64url(text);
    if (!bytes || bytes->size() != kHead + kMac) return std::nullopt;
    const std::string_view head = std::string_view(*bytes).substr(0, kHead);
    if (!equal_constant_time(mac_of(secret, head, bound), std::string_view(*bytes).substr(kHead))) {
        return std::nullopt;
    }
    ByteReader in(head);
    const std::uint8_t first = in.u8();
    if (first != (kVersion << 4 | static_cast<std::uint8_t>(purpose))) return std::nullopt;
    Token token;
    token.purpose = purpose;
    token.person.number = in.u64();
    const std::string_view key = in.raw(token.key.bytes.size());
    std::copy(key.begin(), key.end(), token.key.bytes.begin());
    return token;
}

}  // namespace journey::connectors::inbound
