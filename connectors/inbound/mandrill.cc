// Mailchimp Transactional's webhook: a form with the list `mandrill_events`. Signed: HMAC-SHA1 over the
// address and the sorted fields, as Twilio does; the signature has no time, so what repeats is told
// by the notice's own id.
//   send, deferral             nothing: on its way
//   open, click, spam, unsub   opened, clicked, complained, unsubscribed
//   hard_bounce, soft_bounce   bounced, as it says
//   reject                     failed; for a hard bounce of before: bounced hard
// There is no notice of a delivery: a mail of which nothing bad is heard was delivered.

#include "connectors/inbound/reading.h"

#include <fmt/format.h>

namespace journey::connectors::inbound {
namespace {

using model::ReceiptKind;

std::optional<model::Receipt> receipt_of(const Record& event, Instant now) {
    const std::string_view name = text_at(event, "event");
    model::Receipt receipt;
    receipt.at = time_at(event, "ts", now);
    receipt.url = text_at(event, "url");
    receipt.id =
        fmt::format("{}/{}/{}/{}", word_at(event, "_id"), name, word_at(event, "ts"), receipt.url);
    const auto as = [&](ReceiptKind kind, std::string detail = {}) {
        receipt.kind = kind;
        receipt.detail = std::move(detail);
        return std::optional(receipt);
    };
    const std::string why =
        fmt::format("{} {}", text_at(event, "msg.bounce_description"), text_at(event, "msg.diag"));
    if (name == "open") return as(ReceiptKind::opened);
    if (name == "click") return as(ReceiptKind::clicked);
    if (name == "spam") return as(ReceiptKind::complained);
    if (name == "unsub") return as(ReceiptKind::unsubscribed);
    if (name == "hard_bounce") return as(ReceiptKind::bounced, bounce_detail("hard", why));
    if (name == "soft_bounce") return as(ReceiptKind::bounced, bounce_detail("soft", why));
    if (name != "reject") return std::nullopt;
    const std::string reason = as_detail(text_at(event, "msg.reject.reason"));
    if (reason == "hard-bounce" || reason == "spam" || reason == "invalid")
        return as(ReceiptKind::bounced, bounce_detail("hard", reason));
    if (reason == "unsub") return as(ReceiptKind::unsubscribed, reason);
    return as(ReceiptKind::failed, reason);
}

class MandrillReader final : public InboundReader {
  public:
    explicit MandrillReader(MandrillReaderConfig config) : config_(std::move(config)) {}
    std::string_view provider() const override { return "mandrill"; }

    Result<InboundAnswer> read(const InboundCall& call) const override {
        const auto form = parse_form(call.body);
        if (!form) return error(ErrorCode::invalid, "Mandrill's batch is not a form");
        InboundAnswer answer;
        answer.reply = InboundReply{};
        const std::string_view events_text = field(*form, "mandrill_events");
        // How it tries an address that it does not know yet, with a key it never tells.
        if (events_text == "[]") return answer;
        if (!is_genuine(call, *form)) {
            return error(ErrorCode::refused,
                         "the signature of Mandrill's batch is wrong; check the webhook's key and "
                         "that its address is the one set there, to the last character");
        }
        TRY(const auto events, read_objects(events_text, "Mandrill's batch"));
        for (const Record& event : events) {
            InboundReport report;
            report.token = text_at(event, fmt::format("msg.metadata.{}", kReferenceField));
            report.provider_id = text_at(event, "_id");
            if (report.provider_id.empty()) report.provider_id = text_at(event, "msg._id");
            report.receipt = receipt_of(event, call.now);
            answer.reports.push_back(std::move(report));
        }
        return answer;
    }

  private:
    bool is_genuine(const InboundCall& call, const Form& form) const {
        bool genuine = false;
        for (const std::string& key : config_.keys) {
            const std::string wanted = twilio_signature(key, call.url(), form);
            genuine |= equal_constant_time(wanted, call.header("x-mandrill-signature"));
        }
        return genuine;
    }

    MandrillReaderConfig config_;
};

}  // namespace

std::unique_ptr<InboundReader> make_mandrill_reader(MandrillReaderConfig config) {
    std::erase(config.keys, "");
    return std::make_unique<MandrillReader>(std::move(config));
}

}  // namespace journey::connectors::inbound
