// RFC 8188, 2.1, with RFC 8291's limits: one record, and the key's id is our public key.
//   salt, 16 bytes
//   record size, 4 bytes, big-endian
//   length of the key's id, 1 byte: 65
//   the ephemeral public key, 65 bytes
//   the sealed record: plain text, 2 (the last record's mark), tag of 16 bytes

#include "connectors/push/webpush/calls.h"

namespace journey::connectors::push {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kRecordSize = "\0\0\x10\0"sv;  // 4096: what every push service takes

}  // namespace

Result<std::string> encrypt_push(const Subscription& to, const Ephemeral& ephemeral,
                                 std::string_view plain) {
    const std::string theirs = to.key.p256_point();
    const std::string ours = ephemeral.key.public_key().p256_point();
    TRY(const auto shared, ephemeral.key.agree(to.key));
    const std::string material = crypto::hkdf_sha256(
        shared, to.secret, std::string("WebPush: info\0"sv) + theirs + ours, 32);
    const std::string key =
        crypto::hkdf_sha256(material, ephemeral.salt, "Content-Encoding: aes128gcm\0"sv, 16);
    const std::string nonce =
        crypto::hkdf_sha256(material, ephemeral.salt, "Content-Encoding: nonce\0"sv, 12);
    std::string body = ephemeral.salt;
    body += kRecordSize;
    body += static_cast<char>(ours.size());
    body += ours;
    body += crypto::seal_aes128_gcm(key, nonce, std::string(plain) + '\x02');
    return body;
}

}  // namespace journey::connectors::push
