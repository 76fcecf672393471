#include "connectors/email/smtp/smtp.h"

#include "connectors/email/smtp/calls.h"

namespace journey::connectors::email {
namespace {

class Smtp final : public Connector {
  public:
    explicit Smtp(Relay relay) : relay_(std::move(relay)) {
        traits_.name = "smtp";
        traits_.channel = "email";
        traits_.idempotency = model::IdempotencyClass::neither;
        traits_.checked_on = "2026-11-22";
        traits_.parallel = relay_.config.parallel;
        traits_.carries_files = true;
        // RFC 5321, 4.5.3.2.6: ten minutes after the dot. The transport gives up much earlier
        // before it.
        traits_.deadline = std::chrono::minutes(11);
    }
    const Traits& traits() const override { return traits_; }
    Result<Request> request(const Message& message) const override {
        return smtp_request(relay_, message);
    }
    model::Observation observe(const Response& response) const override {
        return observe_smtp(response);
    }

  private:
    Relay relay_;
    Traits traits_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_smtp(const SmtpConfig& config) {
    TRY(auto relay, read_relay(config));
    return std::unique_ptr<Connector>(std::make_unique<Smtp>(std::move(relay)));
}

}  // namespace journey::connectors::email
