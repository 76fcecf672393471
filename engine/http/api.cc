#include "engine/http/api.h"

#include "engine/http/openapi.h"

#include <fmt/format.h>

namespace journey::http {
namespace {

std::optional<std::string> basic_user(std::string_view authorization) {
    constexpr std::string_view kScheme = "basic ";
    if (authorization.size() < kScheme.size()) return std::nullopt;
    for (std::size_t i = 0; i < kScheme.size(); ++i) {
        const char c = authorization[i];
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        if (lower != kScheme[i]) return std::nullopt;
    }
    auto pair = from_base64(authorization.substr(kScheme.size()));
    if (!pair) return std::nullopt;
    pair->resize(std::min(pair->find(':'), pair->size()));
    return pair;
}

Reply wrong_key(std::string_view detail) {
    Reply reply = problem(401, "wrong_key", detail);
    reply.headers.push_back({"WWW-Authenticate", "Basic realm=\"journey\""});
    return reply;
}

Reply text(unsigned status, std::string body) {
    Reply reply;
    reply.status = status;
    reply.content_type = "text/plain; charset=utf-8";
    reply.body = std::move(body);
    return reply;
}

Reply preflight() {
    Reply reply;
    reply.status = 204;
    reply.content_type = "";
    reply.headers = {{"Access-Control-Allow-Methods", "POST"},
                     {"Access-Control-Allow-Headers", "authorization, content-type"},
                     {"Access-Control-Max-Age", "86400"}};
    return reply;
}

bool is_segment(const Route& route) {
    return route.guard == Guard::write_key_or_body || route.endpoint == Endpoint::preflight;
}

}  // namespace

Api::Api(const HttpOptions& options, runtime::Engine& engine, Logger& logger)
    : options_(options),
      engine_(engine),
      logger_(logger),
      reader_(SegmentLimits{.batch_most = options.batch_most}),
      buckets_(options.write_keys.size()) {}

// Looks at every key whichever fits, so that the time taken tells nothing about them.
std::optional<std::size_t> Api::write_key_of(std::string_view key) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < options_.write_keys.size(); ++i) {
        if (equal_constant_time(options_.write_keys[i], key) && !key.empty()) found = i;
    }
    return found;
}

std::optional<Reply> Api::check_write_key(const Request& head, Admission& admission) const {
    if (head.authorization.empty()) {
        if (admission.route->guard == Guard::write_key_or_body) return std::nullopt;
        return wrong_key(
            "Send the write key as the user name of Basic authentication, with an empty password: "
            "`curl -u WRITE_KEY: …`.");
    }
    const auto user = basic_user(head.authorization);
    if (user) admission.write_key = write_key_of(*user);
    if (admission.write_key) return std::nullopt;
    if (!user) {
        return wrong_key(
            "The Authorization header is not Basic authentication; send the write key "
            "as its user name, with an empty password.");
    }
    return wrong_key(
        "This write key is not one of the daemon's; look at `write_keys` in its "
        "configuration. A retry with the same key will fail again.");
}

bool Api::is_admin(const Request& head) const {
    constexpr std::string_view kScheme = "Bearer ";
    const std::string_view given = head.authorization;
    return !options_.admin_token.empty() && given.starts_with(kScheme) &&
           equal_constant_time(given.substr(kScheme.size()), options_.admin_token);
}

std::optional<Reply> Api::check_admin(const Request& head) const {
    if (is_admin(head)) return std::nullopt;
    const std::string_view detail =
        options_.admin_token.empty()
            ? "The daemon has no admin token, so nobody may use /admin; set `admin_token`."
            : "Send `Authorization: Bearer TOKEN` with the daemon's admin token.";
    Reply reply = problem(401, "wrong_token", detail);
    reply.headers.push_back({"WWW-Authenticate", "Bearer realm=\"journey\""});
    return reply;
}

std::variant<Api::Admission, Reply> Api::admit(const Request& head) {
    auto found = find_route(head.method, head.path);
    if (!found) {
        const std::string methods = methods_of(head.path);
        if (methods.empty()) {
            return problem(404, "no_such_address",
                           fmt::format("There is nothing at this address.{}",
                                       suggestion(head.path, known_paths())));
        }
        Reply reply =
            problem(405, "wrong_method", fmt::format("This address answers to {} only.", methods));
        reply.headers.push_back({"Allow", methods});
        return reply;
    }
    Admission admission{found->route, std::move(found->parameter), options_.body_most, {}, {}};
    std::optional<Reply> refusal;
    switch (found->route->guard) {
        case Guard::write_key:
        case Guard::write_key_or_body:
            refusal = check_write_key(head, admission);
            break;
        case Guard::admin:
            refusal = check_admin(head);
            break;
        case Guard::approver:
            refusal = check_approver(head, admission);
            admission.body_most = std::min(admission.body_most, kSmallBody);
            break;
        case Guard::none:
        case Guard::signature:
            admission.body_most = std::min(admission.body_most, kSmallBody);
            break;
    }
    if (refusal) return std::move(*refusal);
    if (!head.content_encoding.empty() && head.content_encoding != "identity") {
        return problem(415, "encoded_body", "Send the body without Content-Encoding.");
    }
    if (found->route->endpoint == Endpoint::program_apply) {
        admission.body_most = options_.program_most;
    }
    if (found->route->endpoint == Endpoint::report) admission.body_most = kReportBody;
    return admission;
}

Schema& Api::schema() {
    core::CatalogPtr now = engine_.catalog();
    if (!schema_ || now != catalog_) {
        auto program = now ? core::live_program(now) : nullptr;
        // Pausing a journey makes a new catalog with the same program: what was looked up stays
        // true.
        if (!schema_ || schema_->program() != program.get()) {
            schema_ = std::make_unique<Schema>(std::move(program));
        }
        catalog_ = std::move(now);
    }
    return *schema_;
}

Reply Api::ready(const Request& request) const {
    runtime::Health health = engine_.health();
    if (draining_) {
        health.ready = false;
        health.failing.emplace_back("draining");
    }
    std::string body = health.ready ? "ok\n" : "not ready\n";
    if (is_admin(request)) {
        for (const std::string& name : health.failing)
            body += name + "\n";
    }
    return text(health.ready ? 200 : 503, std::move(body));
}

// What operators and opt-outs ask for is true when they are told so, and has room of its own in the
// queue.
void Api::submit(model::Command command, Reply reply, Respond respond) {
    std::vector<model::Command> commands;
    commands.push_back(std::move(command));
    const auto done = [reply = std::move(reply), respond](Result<void> result) {
        respond(result ? reply : problem_of(result.error()));
    };
    const bool reserved = true;
    auto taken = engine_.submit(std::move(commands), runtime::AckWhen::applied, reserved, done);
    if (!taken) respond(problem_of(taken.error()));
}

void Api::handle(const Admission& admission, Request request, Respond respond) {
    if (is_segment(*admission.route)) {
        // A shop's pages call from their own origin; the write key is public by design.
        respond = [respond = std::move(respond)](Reply reply) {
            reply.headers.push_back({"Access-Control-Allow-Origin", "*"});
            respond(std::move(reply));
        };
    }
    switch (admission.route->endpoint) {
        case Endpoint::batch:
            return take_events(admission, std::nullopt, std::move(request), std::move(respond));
        case Endpoint::identify:
            return take_events(admission, Call::identify, std::move(request), std::move(respond));
        case Endpoint::track:
            return take_events(admission, Call::track, std::move(request), std::move(respond));
        case Endpoint::page:
            return take_events(admission, Call::page, std::move(request), std::move(respond));
        case Endpoint::screen:
            return take_events(admission, Call::screen, std::move(request), std::move(respond));
        case Endpoint::group:
            return take_events(admission, Call::group, std::move(request), std::move(respond));
        case Endpoint::alias:
            return take_events(admission, Call::alias, std::move(request), std::move(respond));
        case Endpoint::consent:
            return consent(request, std::move(respond));
        case Endpoint::tags:
            return tags(request, std::move(respond));
        case Endpoint::suppress:
            return suppress(request, std::move(respond));
        case Endpoint::preflight:
            return respond(preflight());
        case Endpoint::program_show:
            return respond(show_program());
        case Endpoint::program_bytes:
            return respond(show_program_bytes());
        case Endpoint::program_apply:
            return apply_program(std::move(request), std::move(respond));
        case Endpoint::journeys:
            return journeys(std::move(respond));
        case Endpoint::journey_pause:
            return pause_journey(admission.parameter, std::move(respond));
        case Endpoint::journey_resume:
            return resume_journey(admission.parameter, request, std::move(respond));
        case Endpoint::approvals:
            return approvals(std::move(respond));
        case Endpoint::approve:
            return approve(admission, std::move(respond));
        case Endpoint::sending_stop:
            return stop_sending(std::move(respond));
        case Endpoint::sending_start:
            return start_sending(request, std::move(respond));
        case Endpoint::timeline:
            return timeline(admission.parameter, std::move(respond));
        case Endpoint::why:
            return why(admission.parameter, request.query, std::move(respond));
        case Endpoint::person_erase:
            return erase_person(admission.parameter, std::move(respond));
        case Endpoint::unknown_messages:
            return unknown_messages(std::move(respond));
        case Endpoint::message_content:
            return message_content(admission.parameter, std::move(respond));
        case Endpoint::unmatched_receipts:
            return unmatched_receipts(std::move(respond));
        case Endpoint::livez:
            return respond(engine_.health().live ? text(200, "ok\n") : text(503, "stuck\n"));
        case Endpoint::readyz:
            return respond(ready(request));
        case Endpoint::metrics:
            return metrics(std::move(respond));
        case Endpoint::openapi: {
            Reply reply;
            reply.body = openapi_json();
            return respond(std::move(reply));
        }
        case Endpoint::report:
            return report(admission, request, std::move(respond));
        case Endpoint::pixel:
            return pixel(admission.parameter, request, std::move(respond));
        case Endpoint::click:
            return click(admission.parameter, request, std::move(respond));
        case Endpoint::unsubscribe_page:
        case Endpoint::unsubscribe:
        case Endpoint::preferences_page:
        case Endpoint::preferences:
        case Endpoint::confirm_page:
        case Endpoint::confirm:
            return recipient(admission, request, std::move(respond));
        case Endpoint::suppressions_add:
            return add_suppressions(request, std::move(respond));
        case Endpoint::suppressions_remove:
            return remove_suppression(request, std::move(respond));
        case Endpoint::suppressions_find:
            return find_suppression(request, std::move(respond));
        case Endpoint::suppressions_count:
            return count_suppressions(std::move(respond));
    }
}

}  // namespace journey::http
