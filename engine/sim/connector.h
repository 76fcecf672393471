#pragma once
// A connector without a provider: the request is the message's key, the answer is read as any plain
// HTTP provider's. Private.

#include "connectors/api/api.h"

namespace journey::sim {

/// In answers: the provider's own name of the message.
inline constexpr std::string_view kNameHeader = "message-name";

class PlainConnector final : public connectors::Connector {
  public:
    PlainConnector(std::string channel, model::IdempotencyClass idempotency,
                   std::uint32_t parallel);
    /// The body of a good answer is read, and nothing pauses calls.
    static std::shared_ptr<const PlainConnector> for_calls(std::uint32_t parallel);
    /// The same, and what is no good answer has failed.
    static std::shared_ptr<const PlainConnector> for_fetches(std::uint32_t parallel);
    const connectors::Traits& traits() const override { return traits_; }
    Result<connectors::Request> request(const connectors::Message& message) const override;
    model::Observation observe(const connectors::Response& response) const override;

  private:
    connectors::Traits traits_;
    bool answers_ = false;
    bool tries_once_ = false;
};

}  // namespace journey::sim
