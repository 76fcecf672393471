// What a provider calls us with: proved, and then anything at all.

#include "connectors/crypto/crypto.h"
#include "connectors/declared/declared.h"
#include "connectors/inbound/inbound.h"
#include "connectors/webhook/signed/signed.h"
#include "tests/connectors/inbound/keys.h"
#include "tests/fuzz/fuzz.h"

using namespace journey;

namespace {

namespace inbound = connectors::inbound;
namespace declared = connectors::declared;

constexpr std::string_view kSecret = "s3cret";
constexpr std::string_view kWebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view kUrl = "https://hello.shop.example/r/any";
constexpr std::string_view kTopic = "arn:aws:sns:eu-west-1:123456789012:ses";
const Instant kNow = instant_of(1'803'895'200'000'000);  // when the certificate is good

/// What stands around the body, by whose target it is.
enum class Seal { none, sns, sendgrid };

struct Target {
    std::unique_ptr<connectors::InboundReader> reader;
    bool form = false;
    Seal seal = Seal::none;
};

declared::Use use_of(const declared::Facts& facts) {
    declared::Use use;
    for (const declared::Need& need : facts.needs)
        use.settings[need.name] = need.secret             ? std::string(kSecret)
                                  : !need.example.empty() ? need.example
                                                          : need.fallback + "x";
    return use;
}

const std::vector<Target>& targets() {
    static const std::vector<Target> all = [] {
        std::vector<Target> out;
        out.push_back({inbound::make_twilio_reader({{std::string(kSecret)}}), true});
        out.push_back({inbound::make_mandrill_reader({{std::string(kSecret)}}), true});
        out.push_back({inbound::make_onesignal_reader({{std::string(kSecret)}}), false});
        auto resend = inbound::make_resend_reader({{std::string(kWebhookSecret)}});
        fuzz::require(resend.has_value(), "no reader of Resend's");
        out.push_back({std::move(resend).value(), false});
        auto sendgrid = inbound::make_sendgrid_reader({{kEcPublic}});
        fuzz::require(sendgrid.has_value(), "no reader of SendGrid's");
        out.push_back({std::move(sendgrid).value(), false, Seal::sendgrid});
        auto sns = inbound::make_sns_reader({{kRsaCertificate}, {std::string(kTopic)}});
        fuzz::require(sns.has_value(), "no reader of Amazon's");
        out.push_back({std::move(sns).value(), false, Seal::sns});
        for (const std::string& name : declared::shipped_names()) {
            const auto provider = declared::shipped_provider(name);
            const auto& facts = declared::facts_of(*provider.value());
            if (!facts.receipts) continue;
            auto made = declared::make_reader(provider.value(), use_of(facts));
            // One whose key must be a real one is above.
            if (made) out.push_back({std::move(made).value(), name == "vonage" || name == "plivo"});
        }
        return out;
    }();
    return all;
}

std::string sorted(connectors::Form form) {
    std::sort(form.begin(), form.end());
    std::string out(kUrl);
    for (const auto& [name, value] : form)
        out += name + value;
    return to_base64(hmac_sha1(kSecret, out));
}

std::string signed_by(const char* pem, connectors::crypto::Scheme scheme, const std::string& text) {
    const auto key = connectors::crypto::PrivateKey::from_pem(pem);
    return to_base64(key.value().sign(scheme, text).value());
}

/// A notice of Amazon's with the body as its message, or now and then as all of it.
std::string sns_notice(const std::string& body) {
    if (body.starts_with('{') && body.find("SignatureVersion") != std::string::npos) return body;
    const std::string message = replace_invalid_utf8(body);
    const std::string at = format_instant(kNow);
    std::string text;
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"Message", message},
                                                          {"MessageId", "sns-1"},
                                                          {"Timestamp", at},
                                                          {"TopicArn", std::string(kTopic)},
                                                          {"Type", "Notification"}})
        text += name + "\n" + value + "\n";
    return to_json(Value(
        Record{{"Type", "Notification"},
               {"MessageId", "sns-1"},
               {"TopicArn", std::string(kTopic)},
               {"Message", message},
               {"Timestamp", at},
               {"SignatureVersion", "2"},
               {"Signature", signed_by(kRsaKey, connectors::crypto::Scheme::rsa_sha256, text)}}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Target& target = targets()[data[0] % targets().size()];
    std::string body(data + 1, data + size);
    bool genuine = target.seal == Seal::sendgrid;
    if (target.seal == Seal::sns) {
        std::string notice = sns_notice(body);
        genuine = notice != body;
        body = std::move(notice);
    }
    const auto form = connectors::parse_form(body);
    const std::string seconds = std::to_string(micros_of(kNow) / 1'000'000);
    const std::string key = inbound::webhook_secret(kWebhookSecret).value();
    std::vector<std::pair<std::string, std::string>> headers{
        {"content-type", target.form ? "application/x-www-form-urlencoded" : "application/json"},
        {"authorization", "Bearer " + std::string(kSecret)},
        {"x-twilio-signature", form ? sorted(*form) : ""},
        {"x-mandrill-signature", form ? sorted(*form) : ""},
        {"webhook-id", "m1"},
        {"webhook-timestamp", seconds},
        {"webhook-signature",
         connectors::webhook::webhook_signature(key, "m1", micros_of(kNow) / 1'000'000, body)},
        {"svix-id", "m1"},
        {"svix-timestamp", seconds},
        {"svix-signature",
         connectors::webhook::webhook_signature(key, "m1", micros_of(kNow) / 1'000'000, body)}};
    if (target.seal == Seal::sendgrid) {
        const std::string front = "x-twilio-email-event-webhook-";
        headers.emplace_back(front + "timestamp", seconds);
        headers.emplace_back(
            front + "signature",
            signed_by(kEcKey, connectors::crypto::Scheme::p256_der, seconds + body));
    }
    connectors::InboundCall call;
    call.method = "POST";
    call.path = "/r/any";
    call.query = "";
    call.body = body;
    call.headers = &headers;
    call.public_url = "https://hello.shop.example";
    call.now = kNow;
    // Most ask for the secret in the address; those that sign it, for an address without.
    for (const std::string_view query : {std::string_view(), std::string_view("secret=s3cret")}) {
        call.query = query;
        const auto answer = target.reader->read(call);
        fuzz::require(answer || !genuine || answer.error().code == ErrorCode::invalid,
                      "a genuine call is refused");
        if (!answer) continue;
        for (const connectors::InboundReport& one : answer.value().reports) {
            if (one.text) {
                const auto heard = inbound::hear(one.text->body);
                static_cast<void>(inbound::confirmation(heard, one.text->from));
            }
            if (!one.receipt) continue;
            const std::string& detail = one.receipt->detail;
            fuzz::require(detail.size() < 400, "a reason without end");
            fuzz::require(is_utf8(detail), "a reason that is no text");
            fuzz::require(detail.find('@') == std::string::npos, "an address in the reason");
            fuzz::require(one.receipt->at <= kNow, "a receipt of tomorrow");
        }
    }
    return 0;
}

std::vector<std::string> fuzz::seeds() {
    const std::vector<std::string> bodies{
        "MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003&From=%2B1&To=%2B2",
        "MessageSid=SM2&From=%2B4917012345678&To=%2B2&Body=STOP",
        R"(mandrill_events=[{"event":"hard_bounce","ts":1795341600,"_id":"a","msg":{"_id":"a",)"
        R"("email":"a@b.example","metadata":{"journey_reference":"x"},"diag":"550 a@b.example"}}])",
        R"([{"event":"dropped","timestamp":1795341600,"sg_event_id":"e","sg_message_id":"m.f",)"
        R"("reason":"550 a@b.example","journey_reference":"x","sg_machine_open":true}])",
        R"({"eventType":"Bounce","mail":{"messageId":"m","tags":{"journey_reference":["x"]}},)"
        R"("bounce":{"bounceType":"Permanent","timestamp":"2026-11-22T10:00:00Z",)"
        R"("bouncedRecipients":[{"emailAddress":"a@b.example","diagnosticCode":"550 a@b.example"}]}})",
        R"({"Type":"SubscriptionConfirmation","MessageId":"s","TopicArn":"arn:aws:sns:eu-west-1:)"
        R"(123456789012:ses","SubscribeURL":"https://sns.eu-west-1.amazonaws.com/","SignatureVersion":"2"})",
        R"({"kind":"message.push.clicked","id":"e","at":"1795341600","message":"m","url":"u"})",
        R"({"type":"email.bounced","created_at":"2026-11-22T10:00:00Z","data":{"email_id":"e",)"
        R"("bounce":{"type":"Permanent","message":"550 a@b.example"},"tags":{"journey_reference":"x"}}})",
        R"([{"phone_number":"13800000000","report_time":"2026-11-22 17:00:05","success":false,)"
        R"("err_code":"MK:0001","biz_id":"1","out_id":"t"}])",
        R"([{"phone_number":"13800000000","content":"退订","dest_code":"1","sequence_id":1}])",
        R"([{"sid":"s","report_status":"FAIL","errmsg":"用户 13800000000 停机","mobile":"13800000000"}])",
        "messageId=0A&status=failed&client-ref=t&err-code=1",
        "msisdn=4917012345678&to=1&text=stop&messageId=1&message-timestamp=2026-11-22+10%3A00%"
        "3A00"};
    std::vector<std::string> out;
    for (std::size_t target = 0; target < targets().size(); ++target) {
        for (const std::string& body : bodies)
            out.push_back(static_cast<char>(target) + body);
    }
    return out;
}

std::vector<std::string> fuzz::dictionary() {
    return {"\"event\":", "\"type\":", "\"data\":", "\"status\":", "[{",    "}]", "null", "&Body=",
            "&From=%2B",  "@",         "%00",       "\\u0000",     "1e999", "-1", "退订", "帮助"};
}
