// SendGrid's Event Webhook. Signed: ECDSA P-256, SHA-256, over the timestamp's text and the raw body.
//   processed, deferred                    nothing: on its way
//   delivered, click, spamreport           delivered, clicked, complained
//   open                                   opened, unless a mail program opened it by itself
//   bounce: type "blocked"                 bounced soft
//   bounce: any other                      bounced hard
//   unsubscribe, group_unsubscribe         unsubscribed
//   dropped: bounced or invalid address,
//            reported as spam before       bounced hard: SendGrid will never take this address
//   dropped: unsubscribed address          unsubscribed
//   dropped: any other                     failed

#include "connectors/crypto/crypto.h"
#include "connectors/inbound/reading.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::connectors::inbound {
namespace {

using model::ReceiptKind;

std::optional<model::Receipt> receipt_of(const Record& event, Instant now) {
    const std::string_view name = text_at(event, "event");
    const std::string_view reason = text_at(event, "reason");
    model::Receipt receipt;
    receipt.at = time_at(event, "timestamp", now);
    receipt.id = word_at(event, "sg_event_id");
    const auto as = [&](ReceiptKind kind, std::string detail = {}) {
        receipt.kind = kind;
        receipt.detail = std::move(detail);
        return std::optional(receipt);
    };
    if (name == "delivered") return as(ReceiptKind::delivered);
    if (name == "open") {
        const Value* machine = find(event, "sg_machine_open");
        const auto* by_machine = machine == nullptr ? nullptr : machine->as<bool>();
        if (by_machine != nullptr && *by_machine) return std::nullopt;
        return as(ReceiptKind::opened);
    }
    if (name == "click") {
        receipt.url = text_at(event, "url");
        return as(ReceiptKind::clicked);
    }
    if (name == "spamreport") return as(ReceiptKind::complained);
    if (name == "unsubscribe" || name == "group_unsubscribe") return as(ReceiptKind::unsubscribed);
    if (name == "bounce") {
        const bool soft = text_at(event, "type") == "blocked";
        return as(ReceiptKind::bounced, bounce_detail(soft ? "soft" : "hard", reason));
    }
    if (name == "dropped") {
        if (reason == "Unsubscribed Address") return as(ReceiptKind::unsubscribed, "dropped");
        if (reason == "Bounced Address" || reason == "Invalid" ||
            reason == "Spam Reporting Address") {
            return as(ReceiptKind::bounced, bounce_detail("hard", reason));
        }
        return as(ReceiptKind::failed, as_detail(reason));
    }
    return std::nullopt;
}

class SendGridReader final : public InboundReader {
  public:
    explicit SendGridReader(std::vector<crypto::PublicKey> keys) : keys_(std::move(keys)) {}
    std::string_view provider() const override { return "sendgrid"; }

    Result<InboundAnswer> read(const InboundCall& call) const override {
        TRY(prove(call));
        TRY(const auto events, read_objects(call.body, "SendGrid's batch"));
        InboundAnswer answer;
        for (const Record& event : events) {
            InboundReport report;
            report.token = text_at(event, kReferenceField);
            // "ID.filter0001.…": the front is what the sending was answered with.
            const std::string_view id = text_at(event, "sg_message_id");
            report.provider_id = id.substr(0, id.find('.'));
            report.receipt = receipt_of(event, call.now);
            answer.reports.push_back(std::move(report));
        }
        return answer;
    }

  private:
    Result<void> prove(const InboundCall& call) const {
        if (keys_.empty())
            return error(ErrorCode::refused, "no key of SendGrid is set, so no report is believed");
        const std::string_view stamp = call.header("x-twilio-email-event-webhook-timestamp");
        const auto signature = from_base64(call.header("x-twilio-email-event-webhook-signature"));
        std::int64_t seconds = 0;
        const char* end = stamp.data() + stamp.size();
        const auto read = std::from_chars(stamp.data(), end, seconds);
        const bool sound = read.ec == std::errc() && read.ptr == end && seconds > 0 &&
                           seconds < std::int64_t{1} << 40;
        if (!signature || signature->empty() || !sound)
            return error(ErrorCode::refused, "the batch carries no signature of SendGrid");
        const std::string signed_text = fmt::format("{}{}", stamp, call.body);
        bool genuine = false;
        for (const crypto::PublicKey& key : keys_)
            genuine |= key.verify(crypto::Scheme::p256_der, signed_text, *signature);
        if (!genuine) {
            return error(ErrorCode::refused,
                         "the signature of SendGrid's batch is wrong; check the verification key");
        }
        return check_age(Instant(std::chrono::seconds(seconds)), call.now, kNoticeAge);
    }

    std::vector<crypto::PublicKey> keys_;
};

}  // namespace

Result<std::unique_ptr<InboundReader>> make_sendgrid_reader(const SendGridReaderConfig& config) {
    std::vector<crypto::PublicKey> keys;
    for (const std::string& text : config.keys) {
        TRY(crypto::PublicKey key, crypto::PublicKey::from_base64_der(text));
        if (key.kind() != crypto::KeyKind::p256)
            return error(ErrorCode::invalid, "SendGrid's verification key is of the curve P-256");
        keys.push_back(std::move(key));
    }
    return std::unique_ptr<InboundReader>(std::make_unique<SendGridReader>(std::move(keys)));
}

}  // namespace journey::connectors::inbound
