#include "connectors/email/smtp/calls.h"

#include <fmt/format.h>

namespace journey::connectors::email {
namespace {

// RFC 5321, 4.5.3.1.1: 64 before the "@"; a reference has 55, and the "+".
constexpr std::size_t kBounceNameMost = 8;

// What comes back names its message by where it comes back to.
std::string return_path(const Relay& relay, const Message& message, const mime::Mailbox& from) {
    const SmtpConfig& config = relay.config;
    if (!config.bounce_address.empty()) {
        std::string path = config.bounce_address;
        if (!message.reference.empty()) path.insert(path.find('@'), "+" + message.reference);
        return path;
    }
    return config.return_path.empty() ? from.address : config.return_path;
}

bool is_feedback_sender(std::string_view text) {
    return text.size() >= 5 && text.size() <= 15 &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

}  // namespace

Result<Relay> read_relay(const SmtpConfig& config) {
    if (!config.url.starts_with("smtp://") && !config.url.starts_with("smtps://")) {
        return error(ErrorCode::invalid, "smtp needs a `url` like smtp://host:587 or smtps://host");
    }
    Relay relay{config, std::nullopt, std::nullopt, nullptr};
    if (!config.from.empty()) {
        TRY(relay.from, mime::parse_mailbox(config.from, "`from`"));
    }
    if (!config.reply_to.empty()) {
        TRY(relay.reply_to, mime::parse_mailbox(config.reply_to, "`reply to`"));
    }
    if (!config.return_path.empty() && !is_mail_address(config.return_path)) {
        return error(ErrorCode::invalid, "smtp's `return path` is not a mail address");
    }
    if (!config.bounce_address.empty()) {
        const std::size_t at = config.bounce_address.find('@');
        if (!is_mail_address(config.bounce_address) || at > kBounceNameMost) {
            return error(ErrorCode::invalid,
                         "the `address` of bounces is a mail address with at most 8 letters before "
                         "the @; the reference of the message comes behind them");
        }
    }
    if (!config.feedback_sender.empty() && !is_feedback_sender(config.feedback_sender)) {
        return error(ErrorCode::invalid,
                     "`feedback id` is a name of 5 to 15 letters and digits, the same for all your "
                     "mail");
    }
    if (!config.dkim.empty()) {
        TRY(auto signer, dkim::Signer::make(config.dkim));
        relay.signer = std::make_shared<const dkim::Signer>(std::move(signer));
    }
    return relay;
}

Result<Request> smtp_request(const Relay& relay, const Message& message) {
    const auto to = mime::wire_address(message.to);
    if (!to) return error(ErrorCode::invalid, "the recipient is not a mail address");
    if (message.subject.empty()) return error(ErrorCode::invalid, "the message has no subject");
    if (message.html.empty() && message.text.empty()) {
        return error(ErrorCode::invalid, "the message has neither HTML nor text");
    }
    mime::Style style;
    if (message.from.empty() && relay.from) {
        style.from = *relay.from;
    } else {
        TRY(style.from, mime::parse_mailbox(message.from, "`from`"));
    }
    style.reply_to = relay.reply_to;
    style.feedback_sender = relay.config.feedback_sender;
    SmtpRequest request;
    TRY(request.message, mime::mime_message(message, style));
    request.url = relay.config.url;
    request.mail_from = return_path(relay, message, style.from);
    request.rcpt_to = to->text;
    request.utf8 = to->utf8;
    request.user = relay.config.user;
    request.password = relay.config.password;
    request.require_tls = relay.config.require_tls;
    if (relay.signer != nullptr) {
        request.finish = [signer = relay.signer, at = message.at](const std::string& unsigned_one) {
            return signer->sign(unsigned_one, at);
        };
    }
    return Request(std::move(request));
}

}  // namespace journey::connectors::email
