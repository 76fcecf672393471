#include "connectors/sms/twilio/calls.h"

#include <fmt/format.h>

namespace journey::connectors::sms {
namespace {

constexpr std::size_t kBodyMost = 1600;  // characters; Twilio's error 21617 above

void add(std::string& form, std::string_view name, std::string_view value) {
    if (!form.empty()) form += '&';
    form += name;
    form += '=';
    form += percent_encode(value);
}

bool is_messaging_service(std::string_view sender) {
    return sender.size() == 34 && sender.starts_with("MG");
}

}  // namespace

Result<Request> twilio_request(const TwilioConfig& config, const Message& message) {
    if (!is_phone_number(message.to)) {
        return error(ErrorCode::invalid, "the recipient is not a phone number in E.164 (+49…)");
    }
    if (message.text.empty()) return error(ErrorCode::invalid, "the SMS has no text");
    if (count_code_points(message.text) > kBodyMost) {
        return error(ErrorCode::invalid,
                     fmt::format("the SMS exceeds {} characters; shorten the template", kBodyMost));
    }
    const std::string& sender = message.sender.empty() ? config.sender : message.sender;
    if (sender.empty()) {
        return error(ErrorCode::invalid, "the SMS has no sender; set `sender` of the connector");
    }
    HttpRequest request;
    request.url =
        fmt::format("{}/2010-04-01/Accounts/{}/Messages.json", config.base_url, config.account_sid);
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                       {"Accept", "application/json"},
                       // Twilio ignores it; proxies, logs and mocks can follow a message by it.
                       {"X-Journey-Message", model::format_key(message.key)}};
    request.basic_user = config.key_sid.empty() ? config.account_sid : config.key_sid;
    request.basic_password = config.auth_token;
    add(request.body, "To", message.to);
    add(request.body, is_messaging_service(sender) ? "MessagingServiceSid" : "From", sender);
    add(request.body, "Body", message.text);
    if (!message.callback_url.empty()) add(request.body, "StatusCallback", message.callback_url);
    return Request(std::move(request));
}

}  // namespace journey::connectors::sms
