#include "connectors/push/onesignal/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

using model::IdempotencyClass;
using model::ObservationKind;

// {"errors": {"invalid_player_ids": ["…"]}}: of the subscriptions that we named, these are gone.
std::vector<std::string> gone_in(const Record& answer) {
    std::vector<std::string> out;
    const Value* errors = find(answer, "errors");
    const Record* named = errors == nullptr ? nullptr : errors->as<Record>();
    if (named == nullptr) return out;
    for (const NamedValue& one : *named) {
        const List* ids = one.value.as<List>();
        if (!one.name.starts_with("invalid_") || ids == nullptr) continue;
        for (const Value& id : *ids) {
            if (const auto* text = id.as<std::string>(); text != nullptr && !text->empty())
                out.push_back(*text);
        }
    }
    return out;
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
    seen.gone = gone_in(*answer);
    // Of several devices it went to the others: whoever knows which were asked about, compares.
    if (text->empty()) {
        seen.kind = ObservationKind::rejected;
        seen.reason = "OneSignal knows no subscribed device by this id";
        return seen;
    }
    seen.provider_id = text->substr(0, 64);
    return seen;
}

}  // namespace journey::connectors::push
