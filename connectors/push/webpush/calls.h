#pragma once
// The room's own: what the connector is made of.

#include "connectors/crypto/crypto.h"
#include "connectors/push/webpush/config.h"

namespace journey::connectors::push {

/// What a browser's PushManager hands out.
struct Subscription {
    std::string endpoint;
    std::string origin;  // of the endpoint: "https://fcm.googleapis.com"
    std::string host;
    crypto::PublicKey key;  // keys.p256dh
    std::string secret;     // keys.auth: 16 bytes
};
/// {"endpoint": …, "keys": {"p256dh": …, "auth": …}}; `invalid` without repeating any of it.
Result<Subscription> read_subscription(std::string_view json);

/// Two things that must never be used for two bodies.
struct Ephemeral {
    crypto::PrivateKey key;
    std::string salt;  // 16 bytes
};
/// RFC 8291 over RFC 8188's aes128gcm, one record.
Result<std::string> encrypt_push(const Subscription& to, const Ephemeral& ephemeral,
                                 std::string_view plain);

struct WebPushSettled {
    WebPushConfig config;
    crypto::PrivateKey key;
    std::string public_key;  // base64url of the point
    std::string secret;      // from which ephemeral keys are derived
};
Result<Request> webpush_request(const WebPushSettled& settled, const Message& message);
model::Observation observe_webpush(const Response& response);

}  // namespace journey::connectors::push
