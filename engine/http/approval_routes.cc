// What waits at the workspace's rails, and who lets it go on: somebody else than who published it,
// with a token of their own.
#include "engine/http/api.h"
#include "engine/http/schema.h"

#include <fmt/format.h>

namespace journey::http {
namespace {

Value waiting_value(const std::string& journey, const std::string& step,
                    const core::RailCounts& counts) {
    Record line{{"journey", Value(journey)},
                {"step", Value(step)},
                {"waiting", Value(static_cast<std::int64_t>(counts.waiting))},
                {"approval", Value(counts.shut)}};
    if (counts.looked_at != kNever) line.push_back({"looked_at", Value(counts.looked_at)});
    return Value(std::move(line));
}

bool has_step(const ir::Journey& journey, std::string_view step) {
    return std::any_of(journey.states.begin(), journey.states.end(), [&](const ir::State& state) {
        return state.step == step && std::holds_alternative<ir::Send>(state.act);
    });
}

}  // namespace

std::optional<Reply> Api::check_approver(const Request& head, Admission& admission) const {
    if (head.method != Method::post && is_admin(head)) return std::nullopt;
    constexpr std::string_view kScheme = "Bearer ";
    const std::string_view given = head.authorization;
    for (const HttpOptions::Approver& one : options_.approvers) {
        if (!one.token.empty() && given.starts_with(kScheme) &&
            equal_constant_time(given.substr(kScheme.size()), one.token)) {
            admission.approver = one.name;
        }
    }
    if (!admission.approver.empty()) return std::nullopt;
    Reply reply = problem(
        401, "wrong_token",
        is_admin(head) ? "Who publishes does not approve as well: send an approver's own token."
                       : "Send `Authorization: Bearer TOKEN` with an approver's token.");
    reply.headers.push_back({"WWW-Authenticate", "Bearer realm=\"journey\""});
    return reply;
}

void Api::approvals(Respond respond) {
    engine_.ask_counts([respond = std::move(respond)](const core::Counts& counts) {
        List waiting;
        for (const core::JourneyCounts& journey : counts.journeys) {
            for (const auto& [step, rail] : journey.rails)
                waiting.push_back(waiting_value(journey.journey, step, rail));
        }
        respond(json(Record{{"approvals", Value(std::move(waiting))}}));
    });
}

void Api::approve(const Admission& admission, Respond respond) {
    const std::string& parameter = admission.parameter;
    const std::size_t slash = parameter.find('/');
    const auto name = percent_decoded(parameter.substr(0, slash));
    const auto step = percent_decoded(parameter.substr(slash + 1));
    const ir::Program* program = schema().program();
    const ir::Index journey =
        !name || program == nullptr ? ir::kNone : ir::find_named(program->journeys, *name);
    if (journey == ir::kNone) {
        return respond(
            no_such_journey(engine_.catalog(), name.value_or(parameter.substr(0, slash))));
    }
    if (!step || !has_step(program->journeys[journey], *step)) {
        return respond(problem(404, "no_such_step",
                               fmt::format("`{}` has no step `{}` that sends a message.", *name,
                                           step.value_or(parameter.substr(slash + 1)))));
    }
    logger_.info(
        "step.approved",
        {{"journey", Value(*name)}, {"step", Value(*step)}, {"by", Value(admission.approver)}});
    submit_for_all(
        model::Approve{*name, *step, admission.approver},
        {{"journey", Value(*name)}, {"step", Value(*step)}, {"by", Value(admission.approver)}},
        std::move(respond));
}

}  // namespace journey::http
