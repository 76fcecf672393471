//   410, BadDeviceToken                       rejected   the device's token is of no use
//   DeviceTokenNotForTopic                    rejected   it is another app's token
//   400, 403, 405 about topic, path, keys     pause      our settings are at fault
//   429 TooManyProviderTokenUpdates           retry      after 20 minutes
//   everything else                           as observe_http, class D

#include "connectors/push/apns/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

using model::IdempotencyClass;
using model::Observation;
using model::ObservationKind;

constexpr Micros kTokenUpdateWait = std::chrono::minutes(20);
constexpr std::size_t kReasonMost = 60;
constexpr std::size_t kIdMost = 64;

struct Word {
    std::string_view reason;
    ObservationKind kind;
    std::string_view sentence;
};

constexpr Word kWords[] = {
    {"Unregistered", ObservationKind::rejected,
     "the device's token is dead: the app was removed or the token replaced"},
    {"ExpiredToken", ObservationKind::rejected,
     "the device's token is dead: the app was removed or the token replaced"},
    {"BadDeviceToken", ObservationKind::rejected,
     "the device's token is not one of Apple's, or of the other environment (sandbox)"},
    {"DeviceTokenNotForTopic", ObservationKind::rejected,
     "the device's token belongs to another app than `topic` names"},
    {"BadTopic", ObservationKind::pause, "Apple does not take the connector's `topic`"},
    {"MissingTopic", ObservationKind::pause, "Apple does not take the connector's `topic`"},
    {"TopicDisallowed", ObservationKind::pause, "Apple does not take the connector's `topic`"},
    {"BadPath", ObservationKind::pause, "there is no Apple at the connector's address"},
    {"MethodNotAllowed", ObservationKind::pause, "there is no Apple at the connector's address"},
};

}  // namespace

std::string apns_reason(const Response& response) {
    const auto parsed = value_from_json(response.body);
    const Record* answer = parsed ? parsed.value().as<Record>() : nullptr;
    const Value* found = answer == nullptr ? nullptr : find(*answer, "reason");
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    const bool word = text != nullptr && text->size() <= kReasonMost &&
                      std::all_of(text->begin(), text->end(), [](char c) {
                          return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
                      });
    return word ? *text : "";
}

Observation observe_apns(const Response& response) {
    Observation seen = observe_http(response, IdempotencyClass::collapsible);
    if (!response.answered) return seen;
    if (seen.kind == ObservationKind::accepted) {
        for (const auto& [name, value] : response.headers) {
            if (name == "apns-id") seen.provider_id = value.substr(0, kIdMost);
        }
        return seen;
    }
    const std::string reason = apns_reason(response);
    for (const Word& word : kWords) {
        if (word.reason != reason) continue;
        seen.kind = word.kind;
        seen.reason = word.sentence;
        // Not BadDeviceToken: with the wrong environment it is said of every device.
        if (reason == "Unregistered" || reason == "ExpiredToken") seen.gone = {""};
        return seen;
    }
    if (reason == "TooManyProviderTokenUpdates") seen.retry_after = kTokenUpdateWait;
    if (!reason.empty()) seen.reason += fmt::format(" (Apple: {})", reason);
    return seen;
}

}  // namespace journey::connectors::push
