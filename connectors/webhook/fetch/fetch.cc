#include "connectors/webhook/fetch/fetch.h"

#include <fmt/format.h>

namespace journey::connectors::webhook {
namespace {

using model::ObservationKind;

constexpr std::size_t kUrlMost = 8192;

bool is_header_name(std::string_view name) {
    constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kSigns.find(c) != std::string_view::npos;
    });
}

class Fetch final : public Connector {
  public:
    explicit Fetch(const FetchConfig& config) : headers_(config.headers) {
        headers_.insert(headers_.begin(), {"Accept", "application/json"});
        traits_.name = "fetch";
        traits_.channel = "webhook";
        traits_.idempotency = model::IdempotencyClass::keyed;
        traits_.checked_on = "2026-11-23";
        traits_.parallel = config.parallel;
    }
    const Traits& traits() const override { return traits_; }

    Result<Request> request(const Message& message) const override {
        if (message.url.size() > kUrlMost)
            return error(ErrorCode::invalid, "the address is longer than 8 KiB");
        HttpRequest request;
        request.method = "GET";
        request.url = message.url;
        request.headers = headers_;
        return Request(std::move(request));
    }

    model::Observation observe(const Response& response) const override {
        model::Observation seen;
        seen.kind = ObservationKind::rejected;
        seen.status = response.status;
        if (!response.answered) {
            seen.reason = response.failure;
        } else if (response.status >= 200 && response.status < 300) {
            seen.kind = ObservationKind::accepted;
            seen.answer = response.body;
        } else if (response.status >= 300 && response.status < 400) {
            seen.reason =
                fmt::format("it answered {} (redirect), which is never followed", response.status);
        } else {
            seen.reason = fmt::format("it answered {}", response.status);
        }
        return seen;
    }

  private:
    std::vector<std::pair<std::string, std::string>> headers_;
    Traits traits_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_fetch(const FetchConfig& config) {
    for (const auto& [name, value] : config.headers) {
        if (!is_header_name(name))
            return error(ErrorCode::invalid, "`" + name + "` is no name of a header");
        TRY(check_header_value(value, "the header " + name));
    }
    return std::unique_ptr<Connector>(std::make_unique<Fetch>(config));
}

}  // namespace journey::connectors::webhook
