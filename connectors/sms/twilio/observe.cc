#include "connectors/sms/twilio/calls.h"

#include <fmt/format.h>

namespace journey::connectors::sms {
namespace {

using model::IdempotencyClass;
using model::ObservationKind;

// Twilio's number for what went wrong, 0 without: {"code": 21211, …} or {"error_code": 30034, …}.
std::int64_t code_of(const Record& answer) {
    for (const std::string_view name : {"code", "error_code"}) {
        const Value* found = find(answer, name);
        const auto* code = found == nullptr ? nullptr : found->as<std::int64_t>();
        if (code != nullptr && *code > 0) return *code;
    }
    return 0;
}

std::string text_at(const Record& answer, std::string_view name) {
    const Value* found = find(answer, name);
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    return text == nullptr ? "" : *text;
}

bool is_sid(std::string_view sid) {
    return sid.size() >= 2 && sid.size() <= 64 && std::all_of(sid.begin(), sid.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           });
}

}  // namespace

model::Observation observe_twilio(const Response& response) {
    model::Observation seen = observe_http(response, IdempotencyClass::neither);
    if (!response.answered) return seen;
    const auto parsed = value_from_json(response.body);
    const Record* answer = parsed ? parsed.value().as<Record>() : nullptr;
    const std::int64_t code = answer == nullptr ? 0 : code_of(*answer);
    if (seen.kind != ObservationKind::accepted) {
        if (code != 0) seen.reason += fmt::format(" (Twilio code {})", code);
        return seen;
    }
    const std::string sid = answer == nullptr ? "" : text_at(*answer, "sid");
    if (!is_sid(sid)) return observe_malformed(response, IdempotencyClass::neither);
    seen.provider_id = sid;
    const std::string status = text_at(*answer, "status");
    if (status == "failed" || status == "undelivered" || status == "canceled") {
        seen.kind = ObservationKind::rejected;
        seen.reason = fmt::format("Twilio took the message as \"{}\" (code {})", status, code);
    }
    return seen;
}

}  // namespace journey::connectors::sms
