// What recipients call: no key, but a token that only we could make. A GET of a link changes nothing but counts (opened, clicked): mail scanners
// follow links. What takes a POST stands in preference_routes.cc.

#include "engine/http/api.h"
#include "engine/http/pages.h"

#include <fmt/format.h>

namespace journey::http {
namespace {

namespace inbound = connectors::inbound;

Reply pixel_reply() {
    Reply reply;
    reply.content_type = "image/gif";
    reply.body = inbound::pixel_gif();
    return reply;
}

/// A header holds ASCII; a browser reads the escapes as the same address.
std::string ascii_url(std::string_view url) {
    std::string out;
    for (const char c : url) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x7f) {
            out += c;
        } else {
            fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
        }
    }
    return out;
}

}  // namespace

model::Command receipt_command(const inbound::Token& token, model::Receipt receipt) {
    model::Command command;
    command.person = token.person;
    command.event_time = receipt.at;
    command.body = model::ReceiptArrived{token.key, std::move(receipt)};
    return command;
}

// Opens and clicks are worth keeping, but never worth letting a reader wait or meet an error.
void Api::note(model::Command command) {
    std::vector<model::Command> commands;
    commands.push_back(std::move(command));
    const bool reserved = true;
    const auto taken = engine_.submit(std::move(commands), runtime::AckWhen::durable, reserved,
                                      [](const Result<void>&) {});
    if (!taken) logger_.debug("receipt.dropped", {{"reason", taken.error().detail}});
}

void Api::pixel(const std::string& token, const Request& request, Respond respond) {
    const auto genuine = inbound::verify_token(options_.link_secret, token, inbound::Purpose::open);
    if (genuine && request.method == Method::get) {
        model::Receipt receipt;
        receipt.kind = model::ReceiptKind::opened;
        receipt.at = engine_.clock().now();
        note(receipt_command(*genuine, std::move(receipt)));
    }
    // The same picture in any case: a broken image would be our mistake in somebody's mail.
    respond(pixel_reply());
}

void Api::click(const std::string& token, const Request& request, Respond respond) {
    const auto target = form_value(request.query, "u");
    const auto genuine =
        target ? inbound::verify_click(options_.link_secret, token, *target) : std::nullopt;
    if (!genuine)
        return respond(dead_link_page({options_.pages, options_.pages.name, Language::en}));
    if (request.method == Method::get) {
        model::Receipt receipt;
        receipt.kind = model::ReceiptKind::clicked;
        receipt.at = engine_.clock().now();
        receipt.url = *target;
        note(receipt_command(*genuine, std::move(receipt)));
    }
    Reply reply;
    reply.status = 302;
    reply.content_type = "";
    reply.headers = {{"Location", ascii_url(*target)}, {"Referrer-Policy", "no-referrer"}};
    respond(std::move(reply));
}

}  // namespace journey::http
