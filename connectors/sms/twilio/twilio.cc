#include "connectors/sms/twilio/twilio.h"

#include "connectors/sms/twilio/calls.h"

namespace journey::connectors::sms {
namespace {

class Twilio final : public Connector {
  public:
    explicit Twilio(const TwilioConfig& config) : config_(config) {
        traits_.name = "twilio";
        traits_.channel = "sms";
        traits_.idempotency = model::IdempotencyClass::neither;
        traits_.checked_on = "2026-11-21";
        traits_.parallel = config.parallel;
    }
    const Traits& traits() const override { return traits_; }
    Result<Request> request(const Message& message) const override {
        return twilio_request(config_, message);
    }
    model::Observation observe(const Response& response) const override {
        return observe_twilio(response);
    }

  private:
    TwilioConfig config_;
    Traits traits_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_twilio(const TwilioConfig& config) {
    if (config.account_sid.empty() || config.auth_token.empty()) {
        return error(ErrorCode::invalid, "twilio needs `account_sid` and `auth_token`");
    }
    if (percent_encode(config.account_sid) != config.account_sid) {
        return error(ErrorCode::invalid, "twilio's `account_sid` holds a character it must not");
    }
    TwilioConfig settled = config;
    while (settled.base_url.ends_with('/'))
        settled.base_url.pop_back();
    return std::unique_ptr<Connector>(std::make_unique<Twilio>(settled));
}

}  // namespace journey::connectors::sms
