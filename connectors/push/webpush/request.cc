#include "connectors/push/webpush/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

constexpr std::size_t kBodyMost = 4096;                    // after encryption
constexpr std::size_t kAddedBytes = 16 + 4 + 1 + 65 + 17;  // encrypt.cc
constexpr std::int64_t kTokenSeconds = 12 * 3600;          // RFC 8292 allows a day
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kScalarBytes = 32;

// The endpoint comes from a browser, so from anybody: only where browsers' makers are is a host.
constexpr std::string_view kHosts[] = {"fcm.googleapis.com", "push.services.mozilla.com",
                                       "push.apple.com", "notify.windows.com"};

bool is_within(std::string_view host, std::string_view known) {
    return host == known || (host.size() > known.size() && host.ends_with(known) &&
                             host[host.size() - known.size() - 1] == '.');
}

// http:// only to hosts that an operator named; net has its own rule on top.
bool is_known(const Subscription& to, const WebPushConfig& config) {
    const auto within = [&](std::string_view known) { return is_within(to.host, known); };
    const bool more = std::any_of(config.more_hosts.begin(), config.more_hosts.end(), within);
    const bool browser = std::any_of(std::begin(kHosts), std::end(kHosts), within);
    return more || (browser && to.origin.starts_with("https://"));
}

std::string_view key_bytes(const Message& message) {
    return {reinterpret_cast<const char*>(message.key.bytes.data()), message.key.bytes.size()};
}

// Derived from what nobody else knows and from everything that is encrypted, so that two bodies
// never share them and a repeat is the same body.
Ephemeral ephemeral_of(const WebPushSettled& settled, const Subscription& to,
                       const Message& message, std::string_view plain) {
    for (unsigned char attempt = 0;; ++attempt) {
        std::string context = "journeyd web push ";
        context += static_cast<char>(attempt);
        context += view_of(sha256(to.endpoint));
        context += view_of(sha256(to.key.p256_point()));
        context += view_of(sha256(plain));
        const std::string bytes = crypto::hkdf_sha256(settled.secret, key_bytes(message), context,
                                                      kSaltBytes + kScalarBytes);
        auto key = crypto::PrivateKey::from_p256_scalar(
            std::string_view(bytes).substr(kSaltBytes, kScalarBytes));
        if (key) return {std::move(key).value(), bytes.substr(0, kSaltBytes)};
        ENSURE(attempt < 8, "random scalars are below the order of P-256");
    }
}

std::string plain_of(const Message& message) {
    Record payload;
    if (!message.title.empty()) put(payload, "title", message.title);
    put(payload, "body", message.text);
    put(payload, "tag", model::format_key(message.key));
    put(payload, "journey", message.journey);
    put(payload, "step", message.step);
    put(payload, "message", model::format_key(message.key));
    if (!message.reference.empty()) put(payload, "reference", message.reference);
    return to_json(payload);
}

}  // namespace

Result<Request> webpush_request(const WebPushSettled& settled, const Message& message) {
    const WebPushConfig& config = settled.config;
    TRY(const auto to, read_subscription(message.to));
    if (!is_known(to, config)) {
        return error(ErrorCode::invalid,
                     "the web push subscription's \"endpoint\" is not at a push service of a "
                     "browser; name other ones under `more hosts`");
    }
    if (message.text.empty()) return error(ErrorCode::invalid, "the push has no text");
    const std::string plain = plain_of(message);
    if (plain.size() > kBodyMost - kAddedBytes) {
        return error(ErrorCode::invalid,
                     fmt::format("the push has {} bytes and browsers take {}; shorten the template",
                                 plain.size(), kBodyMost - kAddedBytes));
    }
    HttpRequest request;
    request.url = to.endpoint;
    TRY(request.body, encrypt_push(to, ephemeral_of(settled, to, message, plain), plain));
    const std::int64_t now =
        std::chrono::floor<std::chrono::seconds>(message.at).time_since_epoch().count();
    Record claims;
    put(claims, "aud", to.origin);
    put(claims, "exp", now + kTokenSeconds);
    put(claims, "sub", config.contact);
    TRY(const auto token, crypto::make_jwt(settled.key, "", claims));
    request.headers = {
        {"Content-Type", "application/octet-stream"},
        {"Content-Encoding", "aes128gcm"},
        {"TTL", std::to_string(config.keep_seconds)},
        {"Urgency", config.urgency.empty() ? "normal" : config.urgency},
        {"Topic", to_base64url(key_bytes(message))},  // at most 32 characters, so not the UUID
        {"Authorization", fmt::format("vapid t={}, k={}", token, settled.public_key)}};
    return Request(std::move(request));
}

}  // namespace journey::connectors::push
