#include "connectors/webhook/signed/signed.h"

#include "connectors/webhook/signed/calls.h"

namespace journey::connectors::webhook {
namespace {

class Signed final : public Connector {
  public:
    Signed(const SignedConfig& config, std::vector<std::string> keys)
        : url_(config.url), keys_(std::move(keys)) {
        traits_.name = "signed webhook";
        traits_.channel = "webhook";
        traits_.idempotency = model::IdempotencyClass::keyed;
        // For the life of the message, by the specification; a receiver that forgets sooner sees a
        // repeat.
        traits_.key_window = std::chrono::hours(30 * 24);
        traits_.checked_on = "2026-11-21";
        traits_.parallel = config.parallel;
    }
    const Traits& traits() const override { return traits_; }
    Result<Request> request(const Message& message) const override {
        return signed_request(url_, keys_, message);
    }
    model::Observation observe(const Response& response) const override {
        return observe_signed(response);
    }

  private:
    std::string url_;
    std::vector<std::string> keys_;
    Traits traits_;
};

class Call final : public Connector {
  public:
    Call(const CallConfig& config, std::vector<std::string> keys) : keys_(std::move(keys)) {
        traits_.name = "call";
        traits_.channel = "webhook";
        traits_.idempotency = model::IdempotencyClass::keyed;
        traits_.key_window = std::chrono::hours(24);
        traits_.checked_on = "2026-11-22";
        traits_.parallel = config.parallel;
    }
    const Traits& traits() const override { return traits_; }
    Result<Request> request(const Message& message) const override {
        return call_request(keys_, message);
    }
    model::Observation observe(const Response& response) const override {
        return observe_call(response);
    }

  private:
    std::vector<std::string> keys_;
    Traits traits_;
};

Result<std::vector<std::string>> keys_of(const std::vector<std::string>& secrets) {
    std::vector<std::string> keys;
    for (const std::string& secret : secrets) {
        TRY(auto bytes, secret_bytes(secret));
        keys.push_back(std::move(bytes));
    }
    return keys;
}

}  // namespace

Result<std::unique_ptr<Connector>> make_call(const CallConfig& config) {
    TRY(auto keys, keys_of(config.secrets));
    return std::unique_ptr<Connector>(std::make_unique<Call>(config, std::move(keys)));
}

Result<std::unique_ptr<Connector>> make_signed(const SignedConfig& config) {
    if (config.url.empty()) return error(ErrorCode::invalid, "a webhook needs a `url`");
    if (config.secrets.empty()) {
        return error(ErrorCode::invalid, "a webhook needs a `secret` to sign with");
    }
    TRY(auto keys, keys_of(config.secrets));
    return std::unique_ptr<Connector>(std::make_unique<Signed>(config, std::move(keys)));
}

}  // namespace journey::connectors::webhook
