#include "connectors/email/smtp/smtp.h"

#include "connectors/email/smtp/calls.h"

namespace journey::connectors::email {
namespace {

class Smtp final : public Connector {
  public:
    explicit Smtp(const SmtpConfig& config) : config_(config) {
        traits_.name = "smtp";
        traits_.channel = "email";
        traits_.idempotency = model::IdempotencyClass::neither;
        traits_.checked_on = "2026-11-21";
        traits_.parallel = config.parallel;
        // RFC 5321, 4.5.3.2.6: ten minutes after the dot. The transport gives up much earlier
        // before it.
        traits_.deadline = std::chrono::minutes(11);
    }
    const Traits& traits() const override { return traits_; }
    Result<Request> request(const Message& message) const override {
        return smtp_request(config_, message);
    }
    model::Observation observe(const Response& response) const override {
        return observe_smtp(response);
    }

  private:
    SmtpConfig config_;
    Traits traits_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_smtp(const SmtpConfig& config) {
    if (!config.url.starts_with("smtp://") && !config.url.starts_with("smtps://")) {
        return error(ErrorCode::invalid, "smtp needs a `url` like smtp://host:587 or smtps://host");
    }
    if (!config.from.empty()) {
        TRY(parse_mailbox(config.from, "`from`"));
    }
    if (!config.return_path.empty() && !is_mail_address(config.return_path)) {
        return error(ErrorCode::invalid, "smtp's `return_path` is not a mail address");
    }
    return std::unique_ptr<Connector>(std::make_unique<Smtp>(config));
}

}  // namespace journey::connectors::email
