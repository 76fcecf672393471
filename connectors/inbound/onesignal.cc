// OneSignal's Event Streams. Their body is a template that the customer writes; ours stands in
// README.md. Nothing is signed, so a token in the Authorization header is the proof.
//   message.push.received, message.email.received, message.sms.delivered  delivered
//   message.*.opened, .clicked                                           opened, clicked
//   message.push.clicked                                                 opened as well as clicked
//   message.*.unsubscribed, .reported_as_spam                            unsubscribed, complained
//   message.*.bounced, .hardbounced                                      bounced hard
//   message.*.failed, .undelivered                                       failed
//   message.*.supressed, .suppressed                                     bounced hard

#include "connectors/inbound/reading.h"

#include <fmt/format.h>

namespace journey::connectors::inbound {
namespace {

using model::ReceiptKind;

std::optional<ReceiptKind> kind_of(std::string_view action) {
    constexpr std::array<std::pair<std::string_view, ReceiptKind>, 13> kKinds{
        {{"received", ReceiptKind::delivered},
         {"delivered", ReceiptKind::delivered},
         {"opened", ReceiptKind::opened},
         {"clicked", ReceiptKind::clicked},
         {"unsubscribed", ReceiptKind::unsubscribed},
         {"reported_as_spam", ReceiptKind::complained},
         {"bounced", ReceiptKind::bounced},
         {"hardbounced", ReceiptKind::bounced},
         {"suppressed", ReceiptKind::bounced},
         {"supressed", ReceiptKind::bounced},  // so spelt by OneSignal
         {"confirmed_delivery", ReceiptKind::delivered},
         {"failed", ReceiptKind::failed},
         {"undelivered", ReceiptKind::failed}}};
    for (const auto& [word, kind] : kKinds) {
        if (action == word) return kind;
    }
    return std::nullopt;
}

class OneSignalReader final : public InboundReader {
  public:
    explicit OneSignalReader(OneSignalReaderConfig config) : config_(std::move(config)) {}
    std::string_view provider() const override { return "onesignal"; }

    Result<InboundAnswer> read(const InboundCall& call) const override {
        bool genuine = false;
        for (const std::string& token : config_.tokens)
            genuine |= equal_constant_time("Bearer " + token, call.header("authorization"));
        if (!genuine) {
            return error(ErrorCode::refused,
                         "the Authorization header does not carry a configured token");
        }
        TRY(const auto events, read_objects(call.body, "OneSignal's stream"));
        InboundAnswer answer;
        for (const Record& event : events) {
            const std::string_view kind = text_at(event, "kind");
            InboundReport report;
            report.token = text_at(event, "reference");
            report.provider_id = text_at(event, "message");
            const auto what = kind_of(kind.substr(kind.rfind('.') + 1));
            if (what && kind.starts_with("message.")) {
                model::Receipt receipt;
                receipt.kind = *what;
                receipt.at = time_at(event, "at", call.now);
                receipt.id = word_at(event, "id");
                receipt.url = text_at(event, "url");
                if (*what == ReceiptKind::bounced) receipt.detail = bounce_detail("hard", kind);
                if (*what == ReceiptKind::failed)
                    receipt.detail = as_detail(text_at(event, "reason"));
                report.receipt = std::move(receipt);
            }
            answer.reports.push_back(report);
            // Tapping a notification is how it is opened.
            if (kind == "message.push.clicked") {
                report.receipt->kind = ReceiptKind::opened;
                report.receipt->id += "/opened";
                answer.reports.push_back(std::move(report));
            }
        }
        return answer;
    }

  private:
    OneSignalReaderConfig config_;
};

}  // namespace

std::unique_ptr<InboundReader> make_onesignal_reader(OneSignalReaderConfig config) {
    std::erase(config.tokens, "");
    return std::make_unique<OneSignalReader>(std::move(config));
}

}  // namespace journey::connectors::inbound
