#include "connectors/webhook/signed/calls.h"
#include "connectors/webhook/signed/signed.h"

#include <fmt/format.h>

namespace journey::connectors::webhook {

namespace {

constexpr std::size_t kPayloadMost = 256 * 1024;

}  // namespace

Result<std::string> secret_bytes(std::string_view secret) {
    constexpr std::string_view kPrefix = "whsec_";
    if (secret.starts_with(kPrefix)) secret.remove_prefix(kPrefix.size());
    // Measured on the text, 32 to 88 characters: GCC 12 takes a copy of a string whose size it
    // knows for an overflow.
    constexpr std::size_t kLeast = 32;
    constexpr std::size_t kMost = 88;
    auto bytes = from_base64(secret);
    if (!bytes || secret.size() < kLeast || secret.size() > kMost) {
        return error(ErrorCode::invalid,
                     "a webhook's secret is \"whsec_\" and the base64 of 24 to 64 bytes");
    }
    return std::move(*bytes);
}

std::string webhook_signature(std::string_view secret_bytes, std::string_view id,
                              std::int64_t timestamp, std::string_view body) {
    const std::string content = fmt::format("{}.{}.{}", id, timestamp, body);
    return "v1," + to_base64(view_of(hmac_sha256(secret_bytes, content)));
}

Result<Request> call_request(const std::vector<std::string>& keys, const Message& message) {
    TRY(Request request, signed_request(message.url, keys, message));
    auto& headers = std::get<HttpRequest>(request).headers;
    if (keys.empty())
        std::erase_if(headers, [](const auto& one) { return one.first == "webhook-signature"; });
    headers.emplace_back("Idempotency-Key", model::format_key(message.key));
    return request;
}

Result<Request> signed_request(const std::string& url, const std::vector<std::string>& keys,
                               const Message& message) {
    if (message.payload.size() > kPayloadMost) {
        return error(ErrorCode::invalid, "the webhook's payload exceeds 256 KiB");
    }
    HttpRequest request;
    request.url = url;
    request.body = message.payload.empty() ? "{}" : message.payload;
    const std::string id = model::format_key(message.key);
    const std::int64_t timestamp =
        std::chrono::floor<std::chrono::seconds>(message.at).time_since_epoch().count();
    std::string signatures;
    for (const std::string& key : keys) {
        if (!signatures.empty()) signatures += ' ';
        signatures += webhook_signature(key, id, timestamp, request.body);
    }
    request.headers = {{"Content-Type", "application/json"},
                       {"webhook-id", id},
                       {"webhook-timestamp", std::to_string(timestamp)},
                       {"webhook-signature", signatures}};
    return Request(std::move(request));
}

}  // namespace journey::connectors::webhook
