#include "connectors/push/webpush/calls.h"

namespace journey::connectors::push {
namespace {

constexpr std::size_t kSubscriptionMost = 4096;
constexpr std::size_t kSecretBytes = 16;

Error unreadable(const char* sentence) {
    return error(ErrorCode::invalid, sentence);
}

std::string text_at(const Record& record, std::string_view name) {
    const Value* found = find(record, name);
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    return text == nullptr ? "" : *text;
}

// Some libraries write base64 with "+", "/" and "=" where the standard says base64url.
std::string bytes_at(const Record& record, std::string_view name) {
    std::string text = text_at(record, name);
    while (text.ends_with('='))
        text.pop_back();
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return from_base64url(text).value_or("");
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
}

// "https://host[:port]/path", and nothing that two readers of URLs could read as different hosts.
bool take_origin(Subscription& into) {
    const std::string& url = into.endpoint;
    const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
    if (scheme == 0) return false;
    const std::size_t slash = url.find('/', scheme);
    if (slash == std::string::npos) return false;
    const bool visible = std::all_of(url.begin(), url.end(), [](char c) {
        return c > ' ' && c < '\x7f' && c != '\\' && c != '#' && c != '@';
    });
    const std::string authority = url.substr(scheme, slash - scheme);
    const std::size_t colon = authority.find(':');
    into.host = authority.substr(0, colon);
    const bool host =
        !into.host.empty() && std::all_of(into.host.begin(), into.host.end(), is_host_character);
    const std::string port = colon == std::string::npos ? "1" : authority.substr(colon + 1);
    const bool digits =
        !port.empty() && port.size() <= 5 &&
        std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
    into.origin = url.substr(0, slash);
    return visible && host && digits;
}

}  // namespace

Result<Subscription> read_subscription(std::string_view json) {
    const auto parsed =
        json.size() > kSubscriptionMost ? Result<Value>(Value()) : value_from_json(json);
    const Record* record = parsed ? parsed.value().as<Record>() : nullptr;
    if (record == nullptr) {
        return unreadable(
            "the recipient is not a web push subscription: the JSON of the browser's "
            "PushSubscription belongs into the profile's field");
    }
    const Value* found = find(*record, "keys");
    const Record* keys = found == nullptr ? nullptr : found->as<Record>();
    if (keys == nullptr) return unreadable("the web push subscription has no \"keys\"");
    auto key = crypto::PublicKey::from_p256_point(bytes_at(*keys, "p256dh"));
    if (!key) return unreadable("the web push subscription's \"p256dh\" is no public key of P-256");
    Subscription subscription{text_at(*record, "endpoint"), "", "", std::move(key).value(),
                              bytes_at(*keys, "auth")};
    if (subscription.secret.size() != kSecretBytes) {
        return unreadable("the web push subscription's \"auth\" has not 16 bytes");
    }
    if (!take_origin(subscription)) {
        return unreadable(
            "the web push subscription's \"endpoint\" is no address of a push "
            "service");
    }
    return subscription;
}

}  // namespace journey::connectors::push
