#include "connectors/push/onesignal/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

using model::IdempotencyClass;
using model::ObservationKind;

// {"errors": {"invalid_player_ids": ["…"]}}: the one subscription we named is gone.
bool refuses_recipient(const Value& errors) {
    const Record* named = errors.as<Record>();
    if (named == nullptr) return false;
    return std::any_of(named->begin(), named->end(), [](const NamedValue& one) {
        const List* ids = one.value.as<List>();
        return one.name.starts_with("invalid_") && ids != nullptr && !ids->empty();
    });
}

}  // namespace

model::Observation observe_onesignal(const Response& response) {
    model::Observation seen = observe_http(response, IdempotencyClass::keyed);
    if (!response.answered || seen.kind != ObservationKind::accepted || response.status == 409) {
        return seen;
    }
    const auto parsed = value_from_json(response.body);
    const Record* answer = parsed ? parsed.value().as<Record>() : nullptr;
    const Value* id = answer == nullptr ? nullptr : find(*answer, "id");
    const auto* text = id == nullptr ? nullptr : id->as<std::string>();
    if (text == nullptr) return observe_malformed(response, IdempotencyClass::keyed);
    const Value* errors = find(*answer, "errors");
    if (text->empty() || (errors != nullptr && refuses_recipient(*errors))) {
        seen.kind = ObservationKind::rejected;
        seen.reason = "OneSignal knows no subscribed device by this id";
        return seen;
    }
    seen.provider_id = text->substr(0, 64);
    return seen;
}

}  // namespace journey::connectors::push
