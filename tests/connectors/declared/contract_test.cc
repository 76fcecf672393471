// Every provider that ships, over the real transport, against a server that misbehaves: whatever
// its file says, an unclear answer follows its class, and nothing is refused for good that was not.
// A provider whose token has to be fetched first is held to the same in token_test.cc.

#include "tests/connectors/contract.h"

#include "tests/connectors/declared/kit.h"

namespace journey::connectors::declared {
namespace {

using fake::Behaviour;
using model::ObservationKind;

bool may_repeat(const Traits& traits) {
    return traits.idempotency == model::IdempotencyClass::keyed ||
           traits.idempotency == model::IdempotencyClass::collapsible;
}

/// Has whatever a provider may need.
Message message_for(const Facts& facts) {
    const std::string& channel = facts.traits.channel;
    Message message = message_to(channel, channel == "email" ? "ada@shop.example"
                                          : channel == "sms" ? "+8613800000000"
                                                             : "device-1");
    message.from = "Shop <hello@shop.example>";
    message.sender = "+12025550100";
    message.subject = "Hello";
    message.title = "Hello";
    message.text = facts.templates ? R"({"template": "T1", "params": {"name": "Ada"}})" : "Hello";
    if (channel == "webhook") message.payload = R"({"text":"Hello"})";
    return message;
}

TEST_CASE("every provider that ships, in all weathers, follows its class", "[declared]") {
    const auto [behaviour, wanted] = GENERATE(table<Behaviour, std::optional<ObservationKind>>({
        {Behaviour::too_many, ObservationKind::retry},
        {Behaviour::reject, ObservationKind::rejected},
        {Behaviour::unauthorized, ObservationKind::pause},
        {Behaviour::server_error, std::nullopt},  // by class
        {Behaviour::accept_then_close, std::nullopt},
        {Behaviour::garbage, std::nullopt},
    }));
    auto sink = contract::local_sink();
    auto transport = contract::local_transport();
    for (const std::string& name : shipped_names()) {
        CAPTURE(name, fake::name_of(behaviour));
        const auto provider = provider_of(name);
        const Facts& facts = facts_of(*provider);
        Use use = use_of(*provider);
        use.base_url = sink->http_url();
        const auto connector = connector_of(provider, use);
        const Message message = message_for(facts);
        if (request_of(*connector, message).token) continue;
        sink->expect({behaviour});
        const model::Observation seen = contract::attempt(*connector, *transport, message);
        CHECK(seen.kind == wanted.value_or(may_repeat(facts.traits) ? ObservationKind::retry
                                                                    : ObservationKind::unknown));
        if (!wanted) CHECK(seen.ambiguous);
        CHECK(seen.reason.find(message.to) == std::string::npos);
    }
}

}  // namespace
}  // namespace journey::connectors::declared
