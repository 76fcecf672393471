// What recipients call: no key, but a token that only we could make. A GET of a link changes nothing but counts (opened, clicked): mail scanners
// follow links. Unsubscribing takes a POST.

#include "engine/http/api.h"

#include <fmt/format.h>

namespace journey::http {
namespace {

namespace inbound = connectors::inbound;

Reply page(unsigned status, std::string_view title, std::string_view content) {
    Reply reply;
    reply.status = status;
    reply.content_type = "text/html; charset=utf-8";
    reply.headers = {{"Content-Security-Policy",
                      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"},
                     {"Referrer-Policy", "no-referrer"}};
    reply.body = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"robots\" content=\"noindex\"><title>{0}</title>"
        "<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;"
        "padding:0 1rem}}button{{font:inherit;padding:.6rem 1.2rem}}</style></head>"
        "<body><main><h1>{0}</h1>{1}</main></body></html>\n",
        escape_markup(title), content);
    return reply;
}

Reply dead_link() {
    return page(404, "This link is not valid",
                "<p>It may have been cut off on its way. Please open it again from the "
                "message.</p>");
}

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
    if (!genuine) return respond(dead_link());
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

Reply Api::unsubscribe_page(const std::string& token) const {
    if (!inbound::verify_token(options_.link_secret, token, inbound::Purpose::unsubscribe)) {
        return dead_link();
    }
    return page(200, "Unsubscribe?",
                "<p>You will get no more messages of this kind.</p>"
                "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" "
                "value=\"One-Click\"><button type=\"submit\">Unsubscribe</button></form>");
}

void Api::unsubscribe(const std::string& token, Respond respond) {
    const auto genuine =
        inbound::verify_token(options_.link_secret, token, inbound::Purpose::unsubscribe);
    if (!genuine) return respond(dead_link());
    model::Receipt receipt;
    receipt.kind = model::ReceiptKind::unsubscribed;
    receipt.at = engine_.clock().now();
    // Said to a person, so a failure is a page too; its 503 tells a mail program to come again.
    const auto answer = [respond = std::move(respond)](Reply reply) {
        if (reply.status < 400) return respond(std::move(reply));
        Reply sorry = page(reply.status, "That did not work",
                           "<p>You are still subscribed. Please try again in a minute.</p>");
        for (Header& header : reply.headers)
            sorry.headers.push_back(std::move(header));
        respond(std::move(sorry));
    };
    Reply done =
        page(200, "You are unsubscribed", "<p>No more messages of this kind will come.</p>");
    submit(receipt_command(*genuine, std::move(receipt)), std::move(done), answer);
}

}  // namespace journey::http
