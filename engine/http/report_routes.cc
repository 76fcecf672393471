// /r/CONNECTOR and /r/CONNECTOR/REFERENCE: what a provider reports. Who calls is proved by what the
// connector's reader verifies; which message is meant, by a reference that only we can make.
//
//   connector without a reader      404
//   HEAD                            200: some providers look whether the address exists
//   reference in the path forged    403
//   not genuine, or too old         403
//   genuine and unreadable          400
//   a text that asks to stop        503
//   else                            what the provider wants to hear (204), when all of it is durable

#include "engine/http/api.h"

namespace journey::http {
namespace {

namespace inbound = connectors::inbound;

Reply reply_of(std::optional<connectors::InboundReply> wanted) {
    Reply reply;
    reply.status = 204;
    reply.content_type = "";
    if (!wanted) return reply;
    reply.status = wanted->status;
    reply.content_type = wanted->content_type;
    reply.body = std::move(wanted->body);
    return reply;
}

}  // namespace

void Api::report(const Admission& admission, const Request& request, Respond respond) {
    const std::string_view both = admission.parameter;
    const std::size_t slash = std::min(both.find('/'), both.size());
    const std::string name(both.substr(0, slash));
    const auto reader = options_.readers.find(name);
    if (reader == options_.readers.end()) {
        return respond(
            problem(404, "no_such_connector", "No connector here takes reports by this name."));
    }
    if (request.method == Method::head) return respond(reply_of(connectors::InboundReply{}));
    std::optional<inbound::Token> addressed;
    if (slash < both.size()) {
        addressed = inbound::verify_token(options_.link_secret, both.substr(slash + 1),
                                          inbound::Purpose::callback);
        if (!addressed)
            return respond(problem(403, "not_genuine", "This address is not one of ours."));
    }
    connectors::InboundCall call;
    call.method = request.method == Method::get ? "GET" : "POST";
    call.path = request.path;
    call.query = request.query;
    call.body = request.body;
    call.headers = &request.headers;
    call.public_url = options_.public_url;
    call.now = engine_.clock().now();
    auto read = reader->second->read(call);
    if (!read) {
        const bool refused = read.error().code == ErrorCode::refused;
        logger_.warn("receipt.refused", {{"connector", name}, {"reason", read.error().detail}});
        return respond(refused ? problem(403, "not_genuine", "The signature does not fit.")
                               : problem(400, "broken_report", read.error().detail));
    }
    connectors::InboundAnswer& answer = read.value();
    if (!answer.notice.empty())
        logger_.warn("receipt.notice", {{"connector", name}, {"notice", answer.notice}});
    for (const connectors::InboundReport& one : answer.reports) {
        if (!one.text || inbound::hear(one.text->body).wish == inbound::Wish::none) continue;
        // Never a confirmation of what was not done.
        logger_.error("text.not_honoured", {{"connector", name}, {"text", one.text->id}});
        Reply later = problem(503, "not_kept", "Nothing here keeps numbers that asked to stop.");
        later.headers.push_back({"Retry-After", "60"});
        return respond(std::move(later));
    }
    std::vector<model::Command> commands;
    for (connectors::InboundReport& one : answer.reports) {
        if (!one.receipt) continue;
        const auto token = one.token.empty()
                               ? addressed
                               : inbound::verify_token(options_.link_secret, one.token,
                                                       inbound::Purpose::callback);
        if (!token) {
            // Another installation may share the provider's account.
            logger_.info("receipt.foreign", {{"connector", name}, {"message", one.provider_id}});
            continue;
        }
        commands.push_back(receipt_command(*token, std::move(*one.receipt)));
    }
    Reply reply = reply_of(std::move(answer.reply));
    if (commands.empty()) return respond(std::move(reply));
    const auto done = [reply = std::move(reply), respond](Result<void> result) {
        respond(result ? reply : problem_of(result.error()));
    };
    const bool reserved = true;
    auto taken = engine_.submit(std::move(commands), runtime::AckWhen::durable, reserved, done);
    if (!taken) respond(problem_of(taken.error()));
}

}  // namespace journey::http
