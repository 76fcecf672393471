#include "connectors/push/webpush/webpush.h"

#include "connectors/push/webpush/calls.h"

namespace journey::connectors::push {
namespace {

class WebPush final : public Connector {
  public:
    explicit WebPush(WebPushSettled settled) : settled_(std::move(settled)) {
        traits_.name = "web push";
        traits_.channel = "push";
        traits_.idempotency = model::IdempotencyClass::collapsible;
        traits_.checked_on = "2026-11-22";
        traits_.parallel = settled_.config.parallel;
    }
    const Traits& traits() const override { return traits_; }
    Result<Request> request(const Message& message) const override {
        return webpush_request(settled_, message);
    }
    model::Observation observe(const Response& response) const override {
        return observe_webpush(response);
    }

  private:
    WebPushSettled settled_;
    Traits traits_;
};

Result<crypto::PrivateKey> vapid_key(std::string_view text) {
    if (text.find("-----BEGIN") != std::string_view::npos) {
        return crypto::PrivateKey::from_pem(text);
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    const auto scalar = from_base64url(text);
    if (!scalar || scalar->size() != 32) {
        return error(ErrorCode::invalid,
                     "web push's `private key` is a VAPID key: 43 characters of base64url as "
                     "`npx web-push generate-vapid-keys` shows them, or an EC key in PEM");
    }
    return crypto::PrivateKey::from_p256_scalar(*scalar);
}

bool is_urgency(std::string_view text) {
    return text.empty() || text == "very-low" || text == "low" || text == "normal" ||
           text == "high";
}

}  // namespace

Result<std::unique_ptr<Connector>> make_webpush(const WebPushConfig& config) {
    TRY(auto key, vapid_key(config.private_key));
    if (key.kind() != crypto::KeyKind::p256) {
        return error(ErrorCode::invalid, "web push's `private key` is not an EC key of P-256");
    }
    // Apple and Mozilla refuse whoever cannot be reached.
    if (!config.contact.starts_with("mailto:") && !config.contact.starts_with("https://")) {
        return error(ErrorCode::invalid,
                     "web push's `contact` is \"mailto:you@shop.example\" or an https:// page");
    }
    if (!is_urgency(config.urgency)) {
        return error(ErrorCode::invalid, "web push's `urgency` is very-low, low, normal or high");
    }
    const std::string point = to_base64url(key.public_key().p256_point());
    if (!config.public_key.empty() && config.public_key != point) {
        return error(ErrorCode::invalid,
                     "web push's `public key` does not belong to its `private key`");
    }
    WebPushSettled settled{config, std::move(key), point,
                           std::string(view_of(sha256(config.private_key)))};
    settled.config.private_key.clear();
    return std::unique_ptr<Connector>(std::make_unique<WebPush>(std::move(settled)));
}

}  // namespace journey::connectors::push
