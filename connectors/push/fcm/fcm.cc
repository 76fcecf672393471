#include "connectors/push/fcm/fcm.h"

#include "connectors/push/fcm/calls.h"

namespace journey::connectors::push {
namespace {

class Fcm final : public Connector {
  public:
    Fcm(const FcmConfig& config, std::shared_ptr<const TokenSource> tokens)
        : config_(config), tokens_(std::move(tokens)) {
        traits_.name = "fcm";
        traits_.channel = "push";
        traits_.idempotency = model::IdempotencyClass::collapsible;
        traits_.checked_on = "2026-11-22";
        traits_.parallel = config.parallel;
    }
    const Traits& traits() const override { return traits_; }
    Result<Request> request(const Message& message) const override {
        return fcm_request(config_, tokens_, message);
    }
    model::Observation observe(const Response& response) const override {
        return observe_fcm(response);
    }

  private:
    FcmConfig config_;
    std::shared_ptr<const TokenSource> tokens_;
    Traits traits_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_fcm(const FcmConfig& config) {
    TRY(auto account, read_service_account(config.service_account));
    FcmConfig settled = config;
    settled.service_account.clear();  // the key is all that is needed of it
    if (settled.project_id.empty()) settled.project_id = account.project_id;
    if (percent_encode(settled.project_id) != settled.project_id) {
        return error(ErrorCode::invalid, "fcm's `project id` holds a character it must not");
    }
    if (!settled.priority.empty() && settled.priority != "high" && settled.priority != "normal") {
        return error(ErrorCode::invalid, "fcm's `priority` is high or normal");
    }
    while (settled.base_url.ends_with('/'))
        settled.base_url.pop_back();
    return std::unique_ptr<Connector>(
        std::make_unique<Fcm>(settled, make_fcm_tokens(std::move(account))));
}

}  // namespace journey::connectors::push
