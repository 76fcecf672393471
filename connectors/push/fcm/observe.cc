//   UNREGISTERED, SENDER_ID_MISMATCH          rejected   this device's token is of no use
//   404 without a word of Firebase's          pause      the address or the project is wrong
//   401 THIRD_PARTY_AUTH_ERROR                pause      Apple's or the web's key at Firebase is wrong
//   everything else                           as observe_http, class D

#include "connectors/push/fcm/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

using model::IdempotencyClass;
using model::Observation;
using model::ObservationKind;

constexpr std::size_t kIdMost = 64;
constexpr std::size_t kWordMost = 40;

std::optional<Record> record_of(const Response& response) {
    const auto parsed = value_from_json(response.body);
    const Record* answer = parsed ? parsed.value().as<Record>() : nullptr;
    return answer == nullptr ? std::nullopt : std::optional(*answer);
}

// "NOT_FOUND": only capitals and "_", for it is repeated to people.
std::string word_at(const Record& record, std::string_view name) {
    const Value* found = find(record, name);
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    const bool word = text != nullptr && text->size() <= kWordMost &&
                      std::all_of(text->begin(), text->end(),
                                  [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
    return word ? *text : "";
}

std::optional<Record> error_of(const Response& response) {
    const auto answer = record_of(response);
    const Value* found = answer ? find(*answer, "error") : nullptr;
    const Record* inner = found == nullptr ? nullptr : found->as<Record>();
    return inner == nullptr ? std::nullopt : std::optional(*inner);
}

Observation with(Observation seen, ObservationKind kind, std::string reason) {
    seen.kind = kind;
    seen.reason = std::move(reason);
    return seen;
}

}  // namespace

std::string fcm_error_code(const Response& response) {
    const auto failed = error_of(response);
    const Value* found = failed ? find(*failed, "details") : nullptr;
    const List* details = found == nullptr ? nullptr : found->as<List>();
    if (details == nullptr) return "";
    for (const Value& detail : *details) {
        const Record* one = detail.as<Record>();
        std::string code = one == nullptr ? "" : word_at(*one, "errorCode");
        if (!code.empty()) return code;
    }
    return "";
}

Observation observe_fcm(const Response& response) {
    Observation seen = observe_http(response, IdempotencyClass::collapsible);
    if (!response.answered) return seen;
    if (seen.kind == ObservationKind::accepted) {
        const auto answer = record_of(response);
        const Value* name = answer ? find(*answer, "name") : nullptr;
        const auto* text = name == nullptr ? nullptr : name->as<std::string>();
        if (text == nullptr || text->empty()) {
            return observe_malformed(response, IdempotencyClass::collapsible);
        }
        const std::size_t slash = text->rfind('/');
        seen.provider_id =
            text->substr(slash == std::string::npos ? 0 : slash + 1).substr(0, kIdMost);
        return seen;
    }
    const std::string code = fcm_error_code(response);
    const auto failed = error_of(response);
    const std::string status = failed ? word_at(*failed, "status") : "";
    if (code == "UNREGISTERED") seen.gone = {""};
    if (code == "UNREGISTERED" || (response.status == 404 && status == "NOT_FOUND")) {
        return with(std::move(seen), ObservationKind::rejected,
                    "the device's token is dead: the app was removed or the token replaced");
    }
    if (code == "SENDER_ID_MISMATCH") {
        return with(std::move(seen), ObservationKind::rejected,
                    "the device's token belongs to another Firebase project");
    }
    if (code == "THIRD_PARTY_AUTH_ERROR") {
        return with(std::move(seen), ObservationKind::pause,
                    "Firebase has no sound key of Apple or Web Push for this app; mend it in "
                    "Firebase's console");
    }
    if (response.status == 404) {
        return with(std::move(seen), ObservationKind::pause,
                    "there is no Firebase at this address (404); check `base` and `project id`");
    }
    const std::string& word = code.empty() ? status : code;
    if (!word.empty()) seen.reason += fmt::format(" (Firebase: {})", word);
    return seen;
}

}  // namespace journey::connectors::push
