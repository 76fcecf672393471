#include "connectors/push/fcm/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

constexpr std::size_t kPayloadMost = 4096;  // bytes of notification and data together
constexpr std::size_t kTokenMost = 4096;

bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= kTokenMost &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// Firebase takes nothing but texts here.
Record data_of(const Message& message) {
    Record data;
    put(data, "journey", message.journey);
    put(data, "step", message.step);
    put(data, "message", model::format_key(message.key));
    if (!message.reference.empty()) put(data, "reference", message.reference);
    return data;
}

// A repeat takes the first's place, shown or not yet delivered, on each of the three platforms.
Record android_of(const FcmConfig& config, const std::string& key) {
    Record notification;
    put(notification, "tag", key);
    Record android;
    put(android, "collapse_key", key);
    if (!config.priority.empty()) put(android, "priority", config.priority);
    put(android, "ttl", fmt::format("{}s", config.keep_seconds));
    put(android, "notification", std::move(notification));
    return android;
}

Record apple_of(const FcmConfig& config, const Message& message, const std::string& key) {
    const std::int64_t now =
        std::chrono::floor<std::chrono::seconds>(message.at).time_since_epoch().count();
    Record headers;
    put(headers, "apns-collapse-id", key);
    put(headers, "apns-expiration",
        config.keep_seconds == 0 ? "0" : std::to_string(now + config.keep_seconds));
    Record apple;
    put(apple, "headers", std::move(headers));
    return apple;
}

Record web_of(const FcmConfig& config, const Message& message, const std::string& key) {
    Record headers;
    const std::string_view bytes(reinterpret_cast<const char*>(message.key.bytes.data()),
                                 message.key.bytes.size());
    put(headers, "Topic", to_base64url(bytes));  // at most 32 characters, so not the UUID
    put(headers, "TTL", std::to_string(config.keep_seconds));
    Record notification;
    put(notification, "tag", key);
    Record web;
    put(web, "headers", std::move(headers));
    put(web, "notification", std::move(notification));
    return web;
}

}  // namespace

Result<Request> fcm_request(const FcmConfig& config,
                            const std::shared_ptr<const TokenSource>& tokens,
                            const Message& message) {
    if (!is_token(message.to)) {
        return error(ErrorCode::invalid, "the recipient is not a registration token of Firebase");
    }
    if (message.text.empty()) return error(ErrorCode::invalid, "the push has no text");
    const std::string key = model::format_key(message.key);
    Record notification;
    if (!message.title.empty()) put(notification, "title", message.title);
    put(notification, "body", message.text);
    Record data = data_of(message);
    const std::size_t size = to_json(notification).size() + to_json(data).size();
    if (size > kPayloadMost) {
        return error(
            ErrorCode::invalid,
            fmt::format("the push has {} bytes and Firebase takes {}; shorten the template", size,
                        kPayloadMost));
    }
    Record inner;
    put(inner, "token", message.to);
    put(inner, "notification", std::move(notification));
    put(inner, "data", std::move(data));
    put(inner, "android", android_of(config, key));
    put(inner, "apns", apple_of(config, message, key));
    put(inner, "webpush", web_of(config, message, key));
    Record body;
    put(body, "message", std::move(inner));
    HttpRequest request;
    request.url =
        fmt::format("{}/v1/projects/{}/messages:send", config.base_url, config.project_id);
    request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                       {"Accept", "application/json"}};
    request.body = to_json(body);
    request.token = TokenUse{tokens};
    return Request(std::move(request));
}

}  // namespace journey::connectors::push
