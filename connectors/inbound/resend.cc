// Resend's webhook, signed by Standard Webhooks under its own or Svix's header names.
//   email.sent, .delivery_delayed, .scheduled       nothing: on its way
//   email.delivered, .opened, .clicked, .complained  as it says
//   email.bounced                                   hard when Permanent, else soft
//   email.failed, .suppressed                       failed; suppressed: bounced hard

#include "connectors/inbound/reading.h"

#include <fmt/format.h>

namespace journey::connectors::inbound {
namespace {

using model::ReceiptKind;

constexpr std::string_view kFront = "email.";

std::optional<model::Receipt> receipt_of(const Record& event, std::string_view type, Instant now) {
    model::Receipt receipt;
    receipt.at = time_at(event, "created_at", now);
    const auto as = [&](ReceiptKind kind, std::string detail = {}) {
        receipt.kind = kind;
        receipt.detail = std::move(detail);
        return std::optional(receipt);
    };
    if (type == "delivered") return as(ReceiptKind::delivered);
    if (type == "opened") return as(ReceiptKind::opened);
    if (type == "complained") return as(ReceiptKind::complained);
    if (type == "clicked") {
        receipt.url = text_at(event, "data.click.link");
        return as(ReceiptKind::clicked);
    }
    if (type == "bounced") {
        const bool hard = text_at(event, "data.bounce.type") == "Permanent";
        return as(ReceiptKind::bounced,
                  bounce_detail(hard ? "hard" : "soft", text_at(event, "data.bounce.message")));
    }
    if (type == "suppressed") return as(ReceiptKind::bounced, "hard: suppressed by the provider");
    if (type == "failed")
        return as(ReceiptKind::failed, as_detail(text_at(event, "data.failed.reason")));
    return std::nullopt;
}

// Tags go out as a list of name and value, and come back so or as an object.
std::string reference_of(const Record& event) {
    const Value* tags = at_path(event, "data.tags");
    if (tags == nullptr) return {};
    if (const Record* object = tags->as<Record>()) return word_at(*object, kReferenceField);
    const auto* list = tags->as<List>();
    if (list == nullptr) return {};
    for (const Value& each : *list) {
        const Record* tag = each.as<Record>();
        if (tag != nullptr && text_at(*tag, "name") == kReferenceField)
            return word_at(*tag, "value");
    }
    return {};
}

class ResendReader final : public InboundReader {
  public:
    explicit ResendReader(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {}
    std::string_view provider() const override { return "resend"; }

    Result<InboundAnswer> read(const InboundCall& call) const override {
        if (secrets_.empty())
            return error(ErrorCode::refused, "no secret is set, so no report is believed");
        const bool svix = call.header("webhook-id").empty();
        WebhookCall webhook;
        webhook.id = call.header(svix ? "svix-id" : "webhook-id");
        webhook.timestamp = call.header(svix ? "svix-timestamp" : "webhook-timestamp");
        webhook.signature = call.header(svix ? "svix-signature" : "webhook-signature");
        webhook.body = call.body;
        webhook.now = call.now;
        TRY(verify_webhook(secrets_, webhook));
        TRY(const Record event, read_object(call.body, "the webhook"));
        const std::string_view type = text_at(event, "type");
        InboundAnswer answer;
        if (!type.starts_with(kFront)) return answer;
        InboundReport& report = answer.reports.emplace_back();
        report.token = reference_of(event);
        report.provider_id = text_at(event, "data.email_id");
        report.receipt = receipt_of(event, type.substr(kFront.size()), call.now);
        if (report.receipt) report.receipt->id = webhook.id;
        return answer;
    }

  private:
    std::vector<std::string> secrets_;
};

}  // namespace

Result<std::unique_ptr<InboundReader>> make_resend_reader(const ResendReaderConfig& config) {
    std::vector<std::string> secrets;
    for (const std::string& text : config.secrets) {
        auto secret = webhook_secret(text);
        if (!secret)
            return error(ErrorCode::invalid, "a webhook's secret looks like whsec_ and base64");
        secrets.push_back(std::move(*secret));
    }
    return std::unique_ptr<InboundReader>(std::make_unique<ResendReader>(std::move(secrets)));
}

}  // namespace journey::connectors::inbound
