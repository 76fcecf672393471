// Status callbacks of SMS and WhatsApp, and messages that people send (they have no MessageStatus).
// Signed: HMAC-SHA1 over the address and the sorted fields; of a JSON body the address has its SHA-256
// in `bodySHA256`. The signature has no time; a repeat is told by message and status.
//   delivered            delivered
//   read                 of WhatsApp opened, else delivered
//   undelivered, failed  unsubscribed (21610: they said STOP), bounced hard (a number that takes no
//                        text), else failed
//   everything else      no receipt: it is only on its way

#include "connectors/inbound/reading.h"

#include <fmt/format.h>

namespace journey::connectors::inbound {
namespace {

constexpr std::size_t kFieldsMost = 1000;
constexpr std::string_view kWhatsApp = "whatsapp:";
constexpr std::size_t kTextMost = 1600;  // characters; Twilio's limit

// Numbers that will never take a text: 30005 unknown, 30006 a landline, 21211 none at all, 21614 not
// mobile, 63003 not on WhatsApp.
constexpr std::array<std::string_view, 5> kDeadNumbers{"30005", "30006", "21211", "21614", "63003"};

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
        const bool seen = status == "read" && field(form, "To").starts_with(kWhatsApp);
        receipt.kind = seen ? model::ReceiptKind::opened : model::ReceiptKind::delivered;
        return receipt;
    }
    if (status != "undelivered" && status != "failed") return std::nullopt;
    receipt.detail = is_short_word(code) ? fmt::format("{} (Twilio code {})", status, code)
                                         : std::string(status);
    receipt.kind = model::ReceiptKind::failed;
    if (code == "21610") receipt.kind = model::ReceiptKind::unsubscribed;
    if (std::find(kDeadNumbers.begin(), kDeadNumbers.end(), code) != kDeadNumbers.end()) {
        receipt.kind = model::ReceiptKind::bounced;
        receipt.detail = bounce_detail("hard", receipt.detail);
    }
    return receipt;
}

std::optional<InboundText> text_of(const Form& form) {
    if (!field(form, "MessageStatus").empty() || field(form, "From").empty()) return std::nullopt;
    InboundText text;
    const auto number = [](std::string_view address) {
        if (address.starts_with(kWhatsApp)) address.remove_prefix(kWhatsApp.size());
        return std::string(address);
    };
    text.from = number(field(form, "From"));
    text.to = number(field(form, "To"));
    text.body = field(form, "Body");
    // Twilio knows words of opting out that its customer made up.
    if (field(form, "OptOutType") == "STOP") text.body = "STOP";
    text.id = field(form, "MessageSid");
    const bool sound = is_phone_number(text.from) && is_short_word(text.id) && is_utf8(text.body) &&
                       count_code_points(text.body) <= kTextMost;
    return sound ? std::optional(std::move(text)) : std::nullopt;
}

// One confirmation and nothing else; none where Twilio's own opt-out keeping has answered already.
InboundReply reply_to(const Form& form, const InboundText& text, const HelpTexts& help) {
    InboundReply reply;
    reply.content_type = "text/xml; charset=utf-8";
    const bool answered = !field(form, "OptOutType").empty();
    const std::string_view words =
        answered ? std::string_view() : confirmation(hear(text.body), text.from, help);
    const auto response = [](const std::string& inside) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>" + inside + "</Response>\n";
    };
    reply.silent = response("");
    reply.body =
        words.empty() ? *reply.silent : response("<Message>" + escape_xml(words) + "</Message>");
    return reply;
}

// {"MessageSid": "SM…", …} as if it had been a form.
std::optional<Form> fields_of(std::string_view json) {
    const auto object = read_object(json, "the report");
    if (!object || object.value().size() > kFieldsMost) return std::nullopt;
    Form out;
    for (const NamedValue& each : object.value())
        out.emplace_back(each.name, word_at(object.value(), each.name));
    return out;
}

class TwilioReader final : public InboundReader {
  public:
    explicit TwilioReader(TwilioReaderConfig config) : config_(std::move(config)) {}
    std::string_view provider() const override { return "twilio"; }

    Result<InboundAnswer> read(const InboundCall& call) const override {
        const bool json = call.header("content-type").starts_with("application/json");
        const auto form = json ? fields_of(call.body) : parse_form(call.body);
        if (!form) return error(ErrorCode::invalid, "Twilio's report cannot be read");
        if (config_.auth_tokens.empty()) {
            return error(ErrorCode::refused,
                         "no Twilio auth token is set, so no report is believed");
        }
        const bool genuine =
            json ? is_genuine(call, {}) && covers_body(call) : is_genuine(call, *form);
        if (!genuine) {
            return error(ErrorCode::refused,
                         "the signature of Twilio's report is wrong; check the auth token and that "
                         "`public_url` is the address Twilio calls");
        }
        InboundAnswer answer;
        InboundReport report;
        if (auto text = text_of(*form)) {
            answer.reply = reply_to(*form, *text, config_.help);
            report.text = std::move(text);
            answer.reports.push_back(std::move(report));
            return answer;
        }
        const std::string_view sid = field(*form, "MessageSid");
        if (!is_short_word(sid) || !is_short_word(field(*form, "MessageStatus"))) {
            return error(ErrorCode::invalid, "Twilio's report names no message or no status");
        }
        report.provider_id = sid;
        report.receipt = receipt_of(*form, call.now);
        answer.reports.push_back(std::move(report));
        return answer;
    }

  private:
    bool is_genuine(const InboundCall& call, const Form& form) const {
        bool genuine = false;
        for (const std::string& spelling : spellings(call.url())) {
            for (const std::string& auth_token : config_.auth_tokens) {
                const std::string wanted = twilio_signature(auth_token, spelling, form);
                genuine |= equal_constant_time(wanted, call.header("x-twilio-signature"));
            }
        }
        return genuine;
    }

    // The address is signed, and names the body's hash.
    static bool covers_body(const InboundCall& call) {
        const auto query = parse_form(call.query);
        return query &&
               equal_constant_time(field(*query, "bodySHA256"), to_hex(view_of(sha256(call.body))));
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
