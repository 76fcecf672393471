// /r/CONNECTOR and /r/CONNECTOR/REFERENCE: what a provider reports. Who calls is proved by what the
// connector's reader verifies; which message is meant, by a reference that only we can make.
//
//   connector without a reader      404
//   HEAD                            200: some providers look whether the address exists
//   reference in the path forged    403
//   not genuine, or too old         403
//   genuine and unreadable          400
//   a report that names no message  kept until a message is named like it (core/notices.h)
//   a text                          answers the newest message to that number
//   a text that asks to stop        what the provider wants to hear, when no text can follow any more
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

constexpr std::string_view kScope = "sms";
/// Characters of a reply that are kept: ten texts in one.
constexpr std::size_t kReplyMost = 1600;

/// Texts that ask to hear no more, or again.
struct Wishes {
    struct Asked {
        bool stop = false;
        Instant at{};
        std::size_t number = 0;            // among the questions
        std::optional<std::size_t> heard;  // the same, for the provider's name of the text
    };
    std::vector<Asked> asked;
    std::vector<runtime::AddressQuestion> questions;
    bool from_nobody = false;  // a number that is none
};

Wishes wishes_in(const std::vector<connectors::InboundReport>& reports, const std::string& name,
                 Instant now) {
    Wishes out;
    const auto ask = [&](std::string_view scope, ir::ChannelKind kind, std::string address) {
        out.questions.push_back({std::string(scope), kind, std::move(address)});
        return out.questions.size() - 1;
    };
    for (const connectors::InboundReport& one : reports) {
        if (!one.text) continue;
        const inbound::Wish wish = inbound::hear(one.text->body).wish;
        if (wish != inbound::Wish::stop && wish != inbound::Wish::start) continue;
        auto address = model::canonical_address(kScope, one.text->from);
        if (!address) {
            out.from_nobody = true;
            continue;
        }
        Wishes::Asked asked;
        asked.stop = wish == inbound::Wish::stop;
        asked.at = std::min(one.text->at.value_or(now), now);
        asked.number = ask(kScope, ir::ChannelKind::sms, std::move(address).value());
        if (!one.text->id.empty())
            asked.heard =
                ask(core::kHeardScope, ir::ChannelKind::webhook, name + ":" + one.text->id);
        out.asked.push_back(asked);
    }
    return out;
}

/// Written down whatever is known: another text may be on its way to the log. The list itself says
/// which is the later one, and that it was not heard before.
void add_changes(const Wishes& wishes, const std::vector<runtime::AddressAnswer>& known,
                 Instant now, std::vector<model::Command>& commands) {
    for (const Wishes::Asked& one : wishes.asked) {
        model::SuppressAddresses change;
        change.suppressed = one.stop;
        change.source = core::kTexted;
        change.items.push_back({std::string(kScope), known[one.number].key,
                                std::string(one.stop ? core::kAskedToStop : "asked to start"),
                                one.at});
        if (one.heard)
            change.items.push_back(
                {std::string(core::kHeardScope), known[*one.heard].key, "", one.at});
        model::Command& command = commands.emplace_back();
        command.event_time = now;
        command.body = std::move(change);
    }
}

/// About a place: the provider's name of a message, or the number that a text comes from.
model::Command notice_of(std::string place, model::Receipt receipt) {
    model::Command command;
    command.person = model::person_id_of(place);
    command.external_id = std::move(place);
    command.event_time = receipt.at;
    command.body = model::NoticeArrived{std::move(receipt)};
    return command;
}

/// Its first characters, in one piece each.
std::string kept_of(std::string_view body) {
    std::string text = replace_invalid_utf8(body);
    std::size_t end = 0;
    for (std::size_t left = kReplyMost; end < text.size() && left > 0; --left) {
        ++end;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
            ++end;
    }
    text.resize(end);
    return text;
}

/// What somebody texts answers the newest message to that number.
std::optional<model::Command> reply_in(const connectors::InboundText& text, Instant now) {
    const auto number = model::canonical_address(kScope, text.from);
    if (!number || inbound::hear(text.body).wish != inbound::Wish::none) return std::nullopt;
    model::Receipt receipt;
    receipt.kind = model::ReceiptKind::replied;
    receipt.at = std::min(text.at.value_or(now), now);
    receipt.id = text.id;
    receipt.detail = kept_of(text.body);
    return notice_of(model::name_of_place("text", kScope, number.value()), std::move(receipt));
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
    std::vector<model::Command> commands;
    for (connectors::InboundReport& one : answer.reports) {
        if (one.text) {
            if (auto reply = reply_in(*one.text, call.now)) commands.push_back(std::move(*reply));
        }
        if (!one.receipt) continue;
        const auto token = one.token.empty()
                               ? addressed
                               : inbound::verify_token(options_.link_secret, one.token,
                                                       inbound::Purpose::callback);
        if (!token) {
            // Some providers know only their own name of a message; and another installation may
            // share the account.
            if (!one.provider_id.empty()) {
                commands.push_back(notice_of(model::name_of_place("id", name, one.provider_id),
                                             std::move(*one.receipt)));
            } else {
                logger_.info("receipt.foreign", {{"connector", name}});
            }
            continue;
        }
        commands.push_back(receipt_command(*token, std::move(*one.receipt)));
    }
    if (answer.reply && answer.reply->silent && options_.may_text) {
        const bool all = std::all_of(
            answer.reports.begin(), answer.reports.end(),
            [&](const auto& one) { return one.text && options_.may_text(one.text->from); });
        if (!all) answer.reply->body = std::move(*answer.reply->silent);
    }
    Reply reply = reply_of(std::move(answer.reply));
    auto wishes = wishes_in(answer.reports, name, call.now);
    if (wishes.from_nobody)
        logger_.error("text.lost", {{"connector", name}, {"detail", "its sender is no number"}});
    if (wishes.asked.empty()) {
        return submit_all(std::move(commands), runtime::AckWhen::durable, std::move(reply),
                          respond);
    }
    // Honoured before it is answered: whoever reads "you are unsubscribed" is.
    auto questions = wishes.questions;
    auto shared = std::make_shared<std::vector<model::Command>>(std::move(commands));
    engine_.ask_addresses(
        std::move(questions),
        [this, shared, wishes = std::move(wishes), reply = std::move(reply),
         respond = std::move(respond)](std::vector<runtime::AddressAnswer> known) {
            if (known.size() != wishes.questions.size())
                return respond(problem(503, "stopping", "The daemon is stopping; try again soon."));
            add_changes(wishes, known, engine_.clock().now(), *shared);
            submit_all(std::move(*shared), runtime::AckWhen::applied, reply, respond);
        });
}

void Api::submit_all(std::vector<model::Command> commands, runtime::AckWhen when, Reply reply,
                     const Respond& respond) {
    if (commands.empty()) return respond(std::move(reply));
    const auto done = [reply = std::move(reply), respond](Result<void> result) {
        respond(result ? reply : problem_of(result.error()));
    };
    const bool reserved = true;
    auto taken = engine_.submit(std::move(commands), when, reserved, done);
    if (!taken) respond(problem_of(taken.error()));
}

}  // namespace journey::http
