#include "connectors/email/smtp/calls.h"

namespace journey::connectors::email {

Result<Request> smtp_request(const SmtpConfig& config, const Message& message) {
    if (!is_mail_address(message.to)) {
        return error(ErrorCode::invalid, "the recipient is not a mail address");
    }
    if (message.subject.empty()) return error(ErrorCode::invalid, "the message has no subject");
    if (message.html.empty() && message.text.empty()) {
        return error(ErrorCode::invalid, "the message has neither HTML nor text");
    }
    TRY(auto from, parse_mailbox(message.from.empty() ? config.from : message.from, "`from`"));
    SmtpRequest request;
    TRY(request.message, mime_message(message, from));
    request.url = config.url;
    request.mail_from = config.return_path.empty() ? from.address : config.return_path;
    request.rcpt_to = message.to;
    request.user = config.user;
    request.password = config.password;
    request.require_tls = config.require_tls;
    return Request(std::move(request));
}

}  // namespace journey::connectors::email
