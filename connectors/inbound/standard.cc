#include "connectors/inbound/inbound.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::connectors::inbound {
namespace {

constexpr std::int64_t kAgeMostSeconds = 5 * 60;
constexpr std::size_t kSignaturesMost = 10;

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty() && out.size() < kSignaturesMost) {
        const std::size_t end = text.find(' ');
        out.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

}  // namespace

std::optional<std::string> webhook_secret(std::string_view text) {
    constexpr std::string_view kFront = "whsec_";
    constexpr std::size_t kLeast = 16;
    if (text.starts_with(kFront)) text.remove_prefix(kFront.size());
    auto bytes = from_base64(text);
    if (!bytes || bytes->size() < kLeast) return std::nullopt;
    return bytes;
}

Result<void> verify_webhook(std::span<const std::string> secrets, const WebhookCall& call) {
    std::int64_t sent = 0;
    const char* end = call.timestamp.data() + call.timestamp.size();
    const auto read = std::from_chars(call.timestamp.data(), end, sent);
    if (call.id.empty() || call.id.size() > 256 || read.ec != std::errc() || read.ptr != end) {
        return error(ErrorCode::refused, "webhook-id or webhook-timestamp is missing or malformed");
    }
    const std::int64_t now =
        std::chrono::floor<std::chrono::seconds>(call.now).time_since_epoch().count();
    // Both ways without overflow, whatever the timestamp says.
    if (sent < now - kAgeMostSeconds || sent > now + kAgeMostSeconds) {
        return error(ErrorCode::refused, "the webhook is more than five minutes old or early");
    }
    const std::string content = fmt::format("{}.{}.{}", call.id, call.timestamp, call.body);
    bool genuine = false;
    for (const std::string& secret : secrets) {
        const std::string wanted = "v1," + to_base64(view_of(hmac_sha256(secret, content)));
        for (const std::string_view given : words_of(call.signature)) {
            if (equal_constant_time(wanted, given)) genuine = true;
        }
    }
    if (!genuine) return error(ErrorCode::refused, "no signature of the webhook is ours");
    return success();
}

}  // namespace journey::connectors::inbound
