// Amazon SES's notices through SNS. What is signed, of a notice (of a confirmation) in this order, each
// as "name\nvalue\n": Message, MessageId, Subject when there (SubscribeURL), Timestamp, (Token,)
// TopicArn, Type. Version 1 is RSA with SHA-1, version 2 with SHA-256.
//   Send, DeliveryDelay, Rendering Failure   nothing
//   Delivery, Open, Click, Subscription      delivered, opened, clicked, unsubscribed
//   Complaint                                complained, unless it says "not-spam"
//   Bounce: Permanent                        bounced hard
//   Bounce: Transient, Undetermined          bounced soft
//   Reject                                   failed

#include "connectors/crypto/crypto.h"
#include "connectors/inbound/reading.h"

#include <fmt/format.h>

namespace journey::connectors::inbound {
namespace {

using model::ReceiptKind;

constexpr std::string_view kConfirmation = "SubscriptionConfirmation";

std::string signed_text(const Record& notice, std::string_view type) {
    std::string out;
    const bool confirms = type != "Notification";
    const auto add = [&](std::string_view name) {
        const Value* value = find(notice, name);
        if (value == nullptr) return;
        out.append(name).append("\n").append(text_at(notice, name)).append("\n");
    };
    add("Message");
    add("MessageId");
    add(confirms ? "SubscribeURL" : "Subject");
    add("Timestamp");
    if (confirms) add("Token");
    add("TopicArn");
    add("Type");
    return out;
}

// "https://sns.eu-west-1.amazonaws.com/…", also of China; nothing else is shown to anybody.
bool is_amazons(std::string_view url) {
    constexpr std::string_view kFront = "https://sns.";
    if (!url.starts_with(kFront) || url.size() > 1000) return false;
    const std::string_view host = url.substr(8, url.find('/', 8) - 8);
    const std::string_view back =
        host.ends_with(".cn") ? std::string_view(".amazonaws.com.cn") : ".amazonaws.com";
    if (!host.ends_with(back) || host.size() <= 4 + back.size()) return false;
    const std::string_view region = host.substr(4, host.size() - 4 - back.size());
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return std::all_of(region.begin(), region.end(), plain) &&
           std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::string_view first_recipient(const Record& event, std::string_view list_path,
                                 std::string_view name) {
    const Value* found = at_path(event, list_path);
    const auto* list = found == nullptr ? nullptr : found->as<List>();
    const Record* first = list == nullptr || list->empty() ? nullptr : list->front().as<Record>();
    return first == nullptr ? std::string_view() : text_at(*first, name);
}

std::optional<model::Receipt> receipt_of(const Record& event, Instant now) {
    std::string_view name = text_at(event, "eventType");
    if (name.empty()) name = text_at(event, "notificationType");
    model::Receipt receipt;
    const auto as = [&](ReceiptKind kind, std::string_view time, std::string detail = {}) {
        receipt.kind = kind;
        receipt.at = time_at(event, time, now);
        receipt.detail = std::move(detail);
        return std::optional(receipt);
    };
    if (name == "Delivery") return as(ReceiptKind::delivered, "delivery.timestamp");
    if (name == "Open") return as(ReceiptKind::opened, "open.timestamp");
    if (name == "Click") {
        receipt.url = text_at(event, "click.link");
        return as(ReceiptKind::clicked, "click.timestamp");
    }
    if (name == "Subscription") return as(ReceiptKind::unsubscribed, "subscription.timestamp");
    if (name == "Complaint") {
        const std::string_view feedback = text_at(event, "complaint.complaintFeedbackType");
        if (feedback == "not-spam") return std::nullopt;
        return as(ReceiptKind::complained, "complaint.timestamp", as_detail(feedback));
    }
    if (name == "Bounce") {
        const bool hard = text_at(event, "bounce.bounceType") == "Permanent";
        const std::string why =
            fmt::format("{} {}", text_at(event, "bounce.bounceSubType"),
                        first_recipient(event, "bounce.bouncedRecipients", "diagnosticCode"));
        return as(ReceiptKind::bounced, "bounce.timestamp",
                  bounce_detail(hard ? "hard" : "soft", why));
    }
    if (name == "Reject")
        return as(ReceiptKind::failed, "mail.timestamp",
                  as_detail(text_at(event, "reject.reason")));
    return std::nullopt;
}

// Tags are lists; of a message sent by SMTP the header comes back instead.
std::string reference_of(const Record& event) {
    const Value* tag = at_path(event, fmt::format("mail.tags.{}", kReferenceField));
    const auto* values = tag == nullptr ? nullptr : tag->as<List>();
    if (values != nullptr && !values->empty()) {
        if (const auto* text = values->front().as<std::string>()) return *text;
    }
    const Value* found = at_path(event, "mail.headers");
    const auto* headers = found == nullptr ? nullptr : found->as<List>();
    if (headers == nullptr) return {};
    for (const Value& each : *headers) {
        const Record* header = each.as<Record>();
        if (header != nullptr && text_at(*header, "name") == "X-Journey-Reference")
            return std::string(text_at(*header, "value"));
    }
    return {};
}

class SnsReader final : public InboundReader {
  public:
    explicit SnsReader(SnsReaderConfig config) : config_(std::move(config)) {}
    std::string_view provider() const override { return "amazon sns"; }

    Result<InboundAnswer> read(const InboundCall& call) const override {
        TRY(const Record notice, read_object(call.body, "Amazon's notice"));
        const std::string_view type = text_at(notice, "Type");
        TRY(prove(notice, type, call.now));
        InboundAnswer answer;
        const std::string_view topic = text_at(notice, "TopicArn");
        if (type == kConfirmation) {
            const std::string_view url = text_at(notice, "SubscribeURL");
            if (!is_amazons(url))
                return error(ErrorCode::invalid,
                             "the subscription leads to an address not Amazon's");
            answer.notice = fmt::format(
                "Amazon SNS asks whether the topic {} may report here. If you set that up, open "
                "this address once: {}",
                topic, url);
            return answer;
        }
        if (type != "Notification") {
            answer.notice = fmt::format("Amazon SNS reports here no more for the topic {}.", topic);
            return answer;
        }
        TRY(const Record event, read_object(text_at(notice, "Message"), "the notice's message"));
        InboundReport& report = answer.reports.emplace_back();
        report.token = reference_of(event);
        report.provider_id = text_at(event, "mail.messageId");
        report.receipt = receipt_of(event, call.now);
        if (report.receipt) report.receipt->id = text_at(notice, "MessageId");
        return answer;
    }

  private:
    Result<void> prove(const Record& notice, std::string_view type, Instant now) const {
        if (config_.certificates.empty() || config_.topics.empty()) {
            return error(
                ErrorCode::refused,
                "no certificate or no topic of Amazon SNS is set, so no report is believed");
        }
        if (type != "Notification" && type != kConfirmation && type != "UnsubscribeConfirmation")
            return error(ErrorCode::refused, "this is no notice of Amazon SNS");
        const std::string_view topic = text_at(notice, "TopicArn");
        if (std::find(config_.topics.begin(), config_.topics.end(), topic) == config_.topics.end())
            return error(ErrorCode::refused, "the notice is of a topic that is not set here");
        const std::string_view version = text_at(notice, "SignatureVersion");
        const bool old = version == "1";
        if ((!old && version != "2") || (old && !config_.sha1))
            return error(ErrorCode::refused, "the notice is signed in a version not taken here");
        const auto signature = from_base64(text_at(notice, "Signature"));
        if (!signature || signature->empty())
            return error(ErrorCode::refused, "the notice carries no signature");
        const auto scheme = old ? crypto::Scheme::rsa_sha1 : crypto::Scheme::rsa_sha256;
        const std::string text = signed_text(notice, type);
        bool genuine = false;
        for (const std::string& pem : config_.certificates) {
            const auto key = crypto::PublicKey::from_certificate(pem, now);
            if (key && key.value().verify(scheme, text, *signature)) genuine = true;
        }
        if (!genuine) {
            return error(ErrorCode::refused,
                         "the notice is not signed with a configured certificate that is valid "
                         "today");
        }
        const auto sent = parse_instant(text_at(notice, "Timestamp"));
        if (!sent) return error(ErrorCode::refused, "the notice does not say when it was made");
        return check_age(sent.value(), now, kNoticeAge);
    }

    SnsReaderConfig config_;
};

}  // namespace

Result<std::unique_ptr<InboundReader>> make_sns_reader(const SnsReaderConfig& config) {
    for (const std::string& pem : config.certificates) {
        TRY(const crypto::PublicKey key, crypto::PublicKey::from_pem(pem));
        if (key.kind() != crypto::KeyKind::rsa)
            return error(ErrorCode::invalid,
                         "Amazon SNS signs with RSA; this certificate is of another kind");
    }
    return std::unique_ptr<InboundReader>(std::make_unique<SnsReader>(config));
}

}  // namespace journey::connectors::inbound
