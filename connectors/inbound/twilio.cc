//   delivered, read      delivered
//   undelivered, failed  unsubscribed (21610: they said STOP), bounced (30005, 30006: no such
//                        handset), else failed
//   everything else      no receipt: it is only on its way

#include "connectors/inbound/inbound.h"

#include <fmt/format.h>

namespace journey::connectors::inbound {
namespace {

std::string_view field(const Form& form, std::string_view name) {
    for (const auto& [key, value] : form) {
        if (key == name) return value;
    }
    return {};
}

bool is_short_word(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '_' || c == '-';
    });
}

// Twilio signs the address with or without the standard port, depending on what stood in front of
// us.
std::vector<std::string> spellings(std::string_view url) {
    std::vector<std::string> out{std::string(url)};
    const std::size_t host = url.find("://");
    if (host == std::string_view::npos) return out;
    const std::size_t slash = std::min(url.find('/', host + 3), url.size());
    const std::string_view authority = url.substr(host + 3, slash - host - 3);
    const std::string_view port = url.starts_with("https") ? ":443" : ":80";
    if (authority.ends_with(port)) {
        out.push_back(std::string(url.substr(0, slash - port.size())).append(url.substr(slash)));
    } else if (authority.find(':') == std::string_view::npos) {
        out.push_back(std::string(url.substr(0, slash)).append(port).append(url.substr(slash)));
    }
    return out;
}

std::optional<model::Receipt> receipt_of(const Form& form, Instant at) {
    const std::string_view status = field(form, "MessageStatus");
    const std::string_view code = field(form, "ErrorCode");
    model::Receipt receipt;
    receipt.at = at;
    receipt.id = fmt::format("{}/{}", field(form, "MessageSid"), status);
    if (status == "delivered" || status == "read") {
        receipt.kind = model::ReceiptKind::delivered;
        return receipt;
    }
    if (status != "undelivered" && status != "failed") return std::nullopt;
    receipt.detail = is_short_word(code) ? fmt::format("{} (Twilio code {})", status, code)
                                         : std::string(status);
    receipt.kind = model::ReceiptKind::failed;
    if (code == "21610") receipt.kind = model::ReceiptKind::unsubscribed;
    if (code == "30005" || code == "30006") {
        receipt.kind = model::ReceiptKind::bounced;
        receipt.detail = "hard: " + receipt.detail;
    }
    return receipt;
}

class TwilioReader final : public InboundReader {
  public:
    explicit TwilioReader(TwilioReaderConfig config) : config_(std::move(config)) {}
    std::string_view provider() const override { return "twilio"; }

    Result<InboundAnswer> read(const InboundCall& call) const override {
        const auto form = parse_form(call.body);
        if (!form) return error(ErrorCode::invalid, "Twilio's report is not a form");
        if (config_.auth_tokens.empty()) {
            return error(ErrorCode::refused,
                         "no Twilio auth token is set, so no report is believed");
        }
        if (!is_genuine(call, *form)) {
            return error(ErrorCode::refused,
                         "the signature of Twilio's report is wrong; check the auth token and that "
                         "`public_url` is the address Twilio calls");
        }
        const std::string_view sid = field(*form, "MessageSid");
        if (!is_short_word(sid) || !is_short_word(field(*form, "MessageStatus"))) {
            return error(ErrorCode::invalid, "Twilio's report names no message or no status");
        }
        InboundAnswer answer;
        InboundReport& report = answer.reports.emplace_back();
        report.provider_id = sid;
        report.receipt = receipt_of(*form, call.now);
        return answer;
    }

  private:
    bool is_genuine(const InboundCall& call, const Form& form) const {
        bool genuine = false;
        for (const std::string& spelling : spellings(call.url())) {
            for (const std::string& auth_token : config_.auth_tokens) {
                const std::string wanted = twilio_signature(auth_token, spelling, form);
                if (equal_constant_time(wanted, call.header("x-twilio-signature"))) genuine = true;
            }
        }
        return genuine;
    }

    TwilioReaderConfig config_;
};

}  // namespace

std::string twilio_signature(std::string_view auth_token, std::string_view url, const Form& form) {
    Form sorted = form;
    std::sort(sorted.begin(), sorted.end());
    std::string text(url);
    for (const auto& [name, value] : sorted)
        text.append(name).append(value);
    return to_base64(hmac_sha1(auth_token, text));
}

std::unique_ptr<InboundReader> make_twilio_reader(TwilioReaderConfig config) {
    // An empty secret would let anybody sign.
    std::erase(config.auth_tokens, "");
    return std::make_unique<TwilioReader>(std::move(config));
}

}  // namespace journey::connectors::inbound
