#include "connectors/push/onesignal/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

constexpr std::size_t kTitleMost = 256;
constexpr std::size_t kTextMost =
    2048;  // bytes; Apple and Google cut at 4 KB for everything together
constexpr std::size_t kTokenMost = 512;

// OneSignal insists on "en"; other languages fall back to it.
Value in_english(const std::string& text) {
    Record by_language;
    put(by_language, "en", text);
    return by_language;
}

std::vector<std::string> devices_of(const Message& message) {
    std::vector<std::string> all{message.to};
    all.insert(all.end(), message.also_to.begin(), message.also_to.end());
    return all;
}

Value context_of(const Message& message) {
    Record data;
    put(data, "journey", message.journey);
    put(data, "step", message.step);
    put(data, "message", model::format_key(message.key));
    return data;
}

}  // namespace

Result<Request> onesignal_request(const OneSignalConfig& config, const Message& message) {
    List devices;
    for (const std::string& id : devices_of(message)) {
        if (!id.empty() && id.size() <= kTokenMost) devices.emplace_back(id);
    }
    if (devices.empty())
        return error(ErrorCode::invalid, "the recipient is not a OneSignal subscription id");
    if (message.text.empty()) return error(ErrorCode::invalid, "the push has no text");
    if (message.text.size() > kTextMost || message.title.size() > kTitleMost) {
        return error(ErrorCode::invalid,
                     fmt::format("the push exceeds {} bytes of text or {} of title; shorten the "
                                 "template",
                                 kTextMost, kTitleMost));
    }
    Record body;
    put(body, "app_id", config.app_id);
    put(body, "include_subscription_ids", std::move(devices));
    put(body, "target_channel", "push");
    if (!message.title.empty()) put(body, "headings", in_english(message.title));
    put(body, "contents", in_english(message.text));
    put(body, "idempotency_key", model::format_key(message.key));
    put(body, "data", context_of(message));
    HttpRequest request;
    request.url = config.base_url + "/notifications";
    request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                       {"Accept", "application/json"},
                       {"Authorization", "Key " + config.api_key}};
    request.body = to_json(body);
    return Request(std::move(request));
}

}  // namespace journey::connectors::push
