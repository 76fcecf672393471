//   a rule of the file fits        what the rule says
//   a 2xx that no rule fits        accepted, when the file has no rule for accepted; else unreadable
//   anything else                  the table of connectors/api

#include "connectors/declared/connector.h"

#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

using model::Observation;
using model::ObservationKind;

constexpr std::size_t kIdMost = 200;
constexpr std::size_t kCodeMost = 60;

/// Only what a code is made of: a provider's sentence may repeat the person's address.
std::string code_of(const Answer& answer, const Record& data) {
    const auto text = answer.code.text(data);
    if (!text) return "";
    const bool plain = std::all_of(text.value().begin(), text.value().end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-' || c == ' ' || c == ':';
    });
    return plain && text.value().size() <= kCodeMost ? text.value() : "";
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// What the table makes of a status that means what the rule means.
Observation by_table(Outcome outcome, const Response& response,
                     model::IdempotencyClass idempotency) {
    Response like = response;
    switch (outcome) {
        case Outcome::accepted:
            like.status = 200;
            break;
        case Outcome::rejected:
            like.status = 400;
            break;
        case Outcome::retry:
            like.status = 429;
            break;
        case Outcome::pause:
            like.status = 401;
            break;
        case Outcome::perhaps:
            like.status = 500;
            break;
    }
    Observation seen = observe_http(like, idempotency);
    seen.status = response.status;
    seen.reason.clear();
    return seen;
}

std::string_view word_of(ObservationKind kind) {
    switch (kind) {
        case ObservationKind::rejected:
            return "the provider refused the message";
        case ObservationKind::retry:
            return "the provider asks us to come back later";
        case ObservationKind::pause:
            return "the provider will not serve this account as it is";
        case ObservationKind::accepted:
        case ObservationKind::unknown:
        case ObservationKind::not_started:
        case ObservationKind::lost:
        case ObservationKind::pretended:
        case ObservationKind::withheld:
            break;
    }
    return "the provider failed";
}

Observation by_rule(const AnswerRule& rule, const Response& response,
                    model::IdempotencyClass idempotency) {
    Observation seen = by_table(rule.outcome, response, idempotency);
    if (seen.kind != ObservationKind::accepted || !rule.because.empty()) {
        seen.reason = fmt::format(
            "{} ({})", rule.because.empty() ? word_of(seen.kind) : rule.because, response.status);
    }
    if (rule.after.count() > 0 && seen.retry_after.count() == 0) seen.retry_after = rule.after;
    return seen;
}

bool names_acceptance(const Answer& answer) {
    return std::any_of(answer.rules.begin(), answer.rules.end(),
                       [](const AnswerRule& rule) { return rule.outcome == Outcome::accepted; });
}

void add_code(const Answer& answer, const Record& data, Observation& seen) {
    const std::string code = code_of(answer, data);
    if (!code.empty() && !seen.reason.empty()) seen.reason += fmt::format(", code {}", code);
}

}  // namespace

bool Condition::holds(std::uint32_t status, const Record& data) const {
    const bool fits = statuses.empty()
                          ? status >= 200 && status < 300
                          : std::any_of(statuses.begin(), statuses.end(), [&](const auto& range) {
                                return status >= range.first && status <= range.second;
                            });
    return fits && where.holds(data);
}

Record answer_data(const Response& response) {
    Record data;
    put(data, "status", static_cast<std::int64_t>(response.status));
    Record headers;
    for (const auto& [name, value] : response.headers)
        put(headers, name, value);
    put(data, "headers", std::move(headers));
    auto body = value_from_json(response.body);
    put(data, "body", body ? std::move(body).value() : Value());
    put(data, "text", response.body);
    return data;
}

Observation observe_declared(const Provider& provider, const Response& response) {
    const auto idempotency = provider.facts.traits.idempotency;
    const Answer& answer = provider.answer;
    Observation seen = observe_http(response, idempotency);
    if (!response.answered) return seen;
    const Record data = answer_data(response);
    const auto rule = std::find_if(
        answer.rules.begin(), answer.rules.end(),
        [&](const AnswerRule& one) { return one.condition.holds(response.status, data); });
    if (rule != answer.rules.end()) {
        seen = by_rule(*rule, response, idempotency);
    } else if (seen.kind == ObservationKind::accepted && response.status < 300 &&
               names_acceptance(answer)) {
        return observe_malformed(response, idempotency);
    }
    add_code(answer, data, seen);
    if (seen.kind != ObservationKind::accepted) return seen;
    const auto id = answer.id.text(data);
    if (id && id.value().size() <= kIdMost && is_printable(id.value()))
        seen.provider_id = id.value();
    // The file says where the id is, so an answer without one is not the provider's.
    const bool repeat = response.status == 409 || rule != answer.rules.end();
    if (answer.id.given() && seen.provider_id.empty() && !repeat)
        return observe_malformed(response, idempotency);
    return seen;
}

}  // namespace journey::connectors::declared
