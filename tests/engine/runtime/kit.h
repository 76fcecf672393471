#pragma once
// What the tests of runtime share: a connector that asks for nothing, a transport that answers when
// it is told.

#include "engine/runtime/runtime.h"
#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

namespace journey::runtime::kit {

class PlainConnector final : public connectors::Connector {
  public:
    explicit PlainConnector(std::string channel,
                            model::IdempotencyClass idempotency = model::IdempotencyClass::neither,
                            std::uint32_t parallel = 2, bool carries_files = false) {
        traits_.name = "plain";
        traits_.channel = std::move(channel);
        traits_.idempotency = idempotency;
        traits_.parallel = parallel;
        traits_.carries_files = carries_files;
    }
    const connectors::Traits& traits() const override { return traits_; }
    Result<connectors::Request> request(const connectors::Message& message) const override {
        if (message.to == "nobody@example.com")
            return error(ErrorCode::invalid, "nobody lives there");
        connectors::HttpRequest request;
        request.url = "https://provider.example/";
        request.body = message.subject + "|" + message.text;
        return connectors::Request(std::move(request));
    }
    model::Observation observe(const connectors::Response& response) const override {
        model::Observation seen = connectors::observe_http(response, traits_.idempotency);
        if (response.status == 410) seen.gone = {""};
        return seen;
    }

  private:
    connectors::Traits traits_;
};

inline connectors::Response answer(std::uint32_t status) {
    connectors::Response response;
    response.answered = true;
    response.bytes_left = true;
    response.status = status;
    return response;
}

inline model::Command command_of(const std::string& person, model::CommandBody body,
                                 std::string message_id = {}) {
    model::Command command;
    command.external_id = "user:" + person;
    command.person = model::person_id_of(command.external_id);
    command.message_id = std::move(message_id);
    command.body = std::move(body);
    return command;
}

inline model::Command publish_of(const core::kit::Builder& builder) {
    model::Command command;
    command.partition = model::kEveryPartition;
    command.body = model::Publish{builder.bytes()};
    return command;
}

/// viewed → a transactional receipt by email, at once.
inline core::kit::Builder receipts() {
    core::kit::Builder builder;
    ir::Journey journey = builder.journey("receipts", "viewed");
    journey.message_class = ir::MessageClass::transactional;
    journey.overlap = ir::Overlap::parallel;
    builder.send(journey, "receipt");
    core::kit::Builder::end(journey);
    builder.keep(std::move(journey));
    return builder;
}

/// viewed → half an hour → an offer that needs the consent "news".
inline core::kit::Builder offers() {
    core::kit::Builder builder;
    ir::Journey journey = builder.journey("offers", "viewed");
    journey.overlap = ir::Overlap::parallel;
    builder.wait(journey, core::kit::minutes(30));
    builder.send(journey, "offer");
    core::kit::Builder::end(journey);
    builder.keep(std::move(journey));
    return builder;
}

inline model::Command identify(const std::string& person) {
    return command_of(
        person, model::Identify{{{"email", person + "@example.com"}, {"first_name", person}}});
}
inline model::Command viewed(const std::string& person, std::string message_id = {}) {
    return command_of(person, model::Track{"viewed", {{"sku", "a"}}}, std::move(message_id));
}

/// One batch of the Log, and applied; what asks for no moment of its own happens now.
inline void append_to(storage::Log& log, Node& node, Instant now,
                      std::vector<model::Command> commands) {
    if (commands.empty()) return;
    ByteWriter bytes;
    for (model::Command& command : commands) {
        command.at = now;
        if (command.event_time == Instant{}) command.event_time = now;
        if (command.partition != model::kEveryPartition && command.person.number != 0)
            command.partition = model::partition_of(command.person, 4);
        model::encode(command, bytes);
    }
    const storage::LogBatch batch{log.end() + 1, static_cast<std::uint32_t>(commands.size()),
                                  bytes.bytes()};
    REQUIRE(log.append({batch}, 1));
    REQUIRE(node.apply(batch));
}

}  // namespace journey::runtime::kit
