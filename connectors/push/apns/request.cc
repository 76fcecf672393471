#include "connectors/push/apns/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

constexpr std::size_t kPayloadMost = 4096;
constexpr std::size_t kTokenMost = 200;  // 64 today; Apple says that it may grow

// Hexadecimal, whole bytes: it becomes part of the path.
bool is_device_token(std::string_view text) {
    return !text.empty() && text.size() <= kTokenMost && text.size() % 2 == 0 &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

Record payload_of(const ApnsConfig& config, const Message& message, const std::string& key) {
    Record alert;
    if (!message.title.empty()) put(alert, "title", message.title);
    put(alert, "body", message.text);
    Record aps;
    put(aps, "alert", std::move(alert));
    if (!config.sound.empty()) put(aps, "sound", config.sound);
    Record payload;
    put(payload, "aps", std::move(aps));
    put(payload, "journey", message.journey);
    put(payload, "step", message.step);
    put(payload, "message", key);
    if (!message.reference.empty()) put(payload, "reference", message.reference);
    return payload;
}

}  // namespace

Result<Request> apns_request(const ApnsConfig& config,
                             const std::shared_ptr<const TokenSource>& tokens,
                             const Message& message) {
    if (!is_device_token(message.to)) {
        return error(ErrorCode::invalid,
                     "the recipient is not a device token of Apple (hexadecimal digits)");
    }
    if (message.text.empty()) return error(ErrorCode::invalid, "the push has no text");
    const std::string key = model::format_key(message.key);
    HttpRequest request;
    request.body = to_json(payload_of(config, message, key));
    if (request.body.size() > kPayloadMost) {
        return error(ErrorCode::invalid,
                     fmt::format("the push has {} bytes and Apple takes {}; shorten the template",
                                 request.body.size(), kPayloadMost));
    }
    const std::int64_t now =
        std::chrono::floor<std::chrono::seconds>(message.at).time_since_epoch().count();
    const std::int64_t until = config.keep_seconds == 0 ? 0 : now + config.keep_seconds;
    request.url = fmt::format("{}/3/device/{}", config.base_url, message.to);
    request.http2 = true;
    request.headers = {{"content-type", "application/json"},
                       {"apns-topic", config.topic},
                       {"apns-push-type", "alert"},
                       {"apns-id", key},
                       {"apns-collapse-id", key},
                       {"apns-priority", config.hurry ? "10" : "5"},
                       {"apns-expiration", std::to_string(until)}};
    request.token = TokenUse{tokens, "authorization", "bearer "};
    return Request(std::move(request));
}

}  // namespace journey::connectors::push
