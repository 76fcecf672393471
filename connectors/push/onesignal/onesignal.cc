#include "connectors/push/onesignal/onesignal.h"

#include "connectors/push/onesignal/calls.h"

namespace journey::connectors::push {
namespace {

class OneSignal final : public Connector {
  public:
    explicit OneSignal(const OneSignalConfig& config) : config_(config) {
        traits_.name = "onesignal";
        traits_.channel = "push";
        traits_.idempotency = model::IdempotencyClass::keyed;
        traits_.key_window = std::chrono::hours(30 * 24);
        traits_.checked_on = "2026-11-21";
        traits_.parallel = config.parallel;
        traits_.takes_many = true;
    }
    const Traits& traits() const override { return traits_; }
    Result<Request> request(const Message& message) const override {
        return onesignal_request(config_, message);
    }
    model::Observation observe(const Response& response) const override {
        return observe_onesignal(response);
    }

  private:
    OneSignalConfig config_;
    Traits traits_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_onesignal(const OneSignalConfig& config) {
    if (config.app_id.empty() || config.api_key.empty()) {
        return error(ErrorCode::invalid, "onesignal needs `app_id` and `api_key`");
    }
    TRY(check_header_value(config.api_key, "onesignal's `api_key`"));
    OneSignalConfig settled = config;
    while (settled.base_url.ends_with('/'))
        settled.base_url.pop_back();
    return std::unique_ptr<Connector>(std::make_unique<OneSignal>(settled));
}

}  // namespace journey::connectors::push
