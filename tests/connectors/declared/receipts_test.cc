// What providers report: proved, read, and never believed without proof.

#include "connectors/crypto/crypto.h"
#include "tests/connectors/declared/kit.h"

namespace journey::connectors::declared {
namespace {

using model::ReceiptKind;
using Headers = std::vector<std::pair<std::string, std::string>>;

const Instant kNow = parse_instant("2026-11-22T10:00:00Z").value();
const std::string kNowSeconds = "1795341600";

struct Call {
    std::string body;
    Headers headers;
    std::string query;
};

std::unique_ptr<InboundReader> reader_of(const ProviderPtr& provider,
                                         std::map<std::string, std::string, std::less<>> secrets) {
    Use use = use_of(*provider);
    for (auto& [name, value] : secrets)
        use.settings[name] = value;
    auto made = make_reader(provider, use);
    REQUIRE(made);
    REQUIRE(made.value() != nullptr);
    return std::move(made).value();
}

Result<InboundAnswer> read(const InboundReader& reader, const Call& call) {
    InboundCall inbound;
    inbound.method = "POST";
    inbound.path = "/r/email";
    inbound.query = call.query;
    inbound.body = call.body;
    inbound.headers = &call.headers;
    inbound.public_url = "https://hello.shop.example";
    inbound.now = kNow;
    return reader.read(inbound);
}

bool refuses(const InboundReader& reader, const Call& call) {
    const auto answer = read(reader, call);
    return !answer && answer.error().code == ErrorCode::refused;
}

std::string hmac_hex(const std::string& key, const std::string& text) {
    return to_hex(view_of(hmac_sha256(key, text)));
}

std::string form_of(const Form& form) {
    std::string out;
    for (const auto& [name, value] : form)
        out += (out.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
    return out;
}

TEST_CASE("Aliyun's and Tencent's reports need the secret in the address", "[declared]") {
    const auto aliyun = reader_of(provider_of("aliyun-sms"), {{"receipt secret", "s3cret"}});
    const Call call{
        R"([{"phone_number":"13800000000","send_time":"2026-11-22 17:00:00",)"
        R"("report_time":"2026-11-22 17:00:05","success":true,"err_code":"DELIVERED",)"
        R"("err_msg":"用户接收成功","sms_size":"1","biz_id":"932^0","out_id":"token-1"},)"
        R"({"report_time":"2026-11-22 17:00:06","success":false,"err_code":"MK:0001",)"
        R"("biz_id":"933^0","out_id":"token-2"}])",
        {},
        "secret=s3cret"};
    const auto answer = read(*aliyun, call);
    REQUIRE(answer);
    REQUIRE(answer.value().reports.size() == 2);
    const auto& first = answer.value().reports[0];
    CHECK(first.token == "token-1");
    CHECK(first.provider_id == "932^0");
    CHECK(first.receipt->kind == ReceiptKind::delivered);
    CHECK(first.receipt->at == parse_instant("2026-11-22T09:00:05Z").value());
    const auto& second = answer.value().reports[1];
    CHECK(second.receipt->kind == ReceiptKind::failed);
    CHECK(second.receipt->detail == "MK:0001");
    CHECK(first.receipt->id != second.receipt->id);
    CHECK(read(*aliyun, call).value().reports[0].receipt->id == first.receipt->id);
    REQUIRE(answer.value().reply);
    CHECK(answer.value().reply->body == R"({"code":0,"msg":"接收成功"})");
    for (const char* query : {"", "secret=", "secret=s3cres", "secret=s3cret%00", "x=s3cret"}) {
        CAPTURE(query);
        CHECK(refuses(*aliyun, {call.body, {}, query}));
    }
    const auto tencent = reader_of(provider_of("tencent-sms"), {{"receipt secret", "s3cret"}});
    const auto told =
        read(*tencent,
             {R"([{"user_receive_time":"2026-11-22 08:03:04","nationcode":"86","mobile":"138",)"
              R"("report_status":"SUCCESS","errmsg":"DELIVRD","description":"…","sid":"5000:1"}])",
              {},
              "secret=s3cret"});
    REQUIRE(told);
    const auto reply = read(*tencent, {R"({"extend":"","mobile":"13800000000","nationcode":"86",)"
                                       R"("sign":"商店","text":"TD","time":1795341590})",
                                       {},
                                       "secret=s3cret"});
    REQUIRE(reply);
    REQUIRE(reply.value().reports.at(0).text);
    CHECK(reply.value().reports.at(0).text->from == "+8613800000000");
    CHECK(reply.value().reports.at(0).text->body == "TD");
    CHECK(told.value().reports[0].provider_id == "5000:1");
    CHECK(told.value().reports[0].receipt->kind == ReceiptKind::delivered);
}

TEST_CASE("what a person wrote to Aliyun is a text", "[declared]") {
    const auto reader = reader_of(provider_of("aliyun-sms"), {{"receipt secret", "s"}});
    const auto answer = read(
        *reader, {R"([{"phone_number":"13800000000","send_time":"2026-11-22 17:00:00",)"
                  R"("content":"退订","sign_name":"商店","dest_code":"1069","sequence_id":7}])",
                  {},
                  "secret=s"});
    REQUIRE(answer);
    REQUIRE(answer.value().reports.size() == 1);
    const auto& text = answer.value().reports[0].text;
    REQUIRE(text);
    CHECK(text->from == "+8613800000000");
    CHECK(text->body == "退订");
    CHECK(text->to == "1069");
    CHECK(text->id == "7");
}

TEST_CASE("no call is believed while no secret is configured", "[declared]") {
    const auto name = GENERATE("aliyun-sms", "sendgrid", "mandrill", "resend", "postmark",
                               "mailgun", "ses", "brevo");
    CAPTURE(name);
    const auto provider = provider_of(name);
    Use use = use_of(*provider);
    for (const Need& need : facts_of(*provider).needs) {
        if (!need.required) use.settings[need.name] = "";
    }
    auto reader = make_reader(provider, use);
    REQUIRE(reader);
    const Call call{"[]", {{"authorization", "Basic " + to_base64("postmark:")}}, "secret="};
    CHECK(refuses(*reader.value(), call));
}

TEST_CASE("SendGrid's reports carry a signature of their time and bytes", "[declared]") {
    // A key pair of this test alone.
    const auto key = crypto::PrivateKey::from_p256_scalar(std::string(31, '\1') + "\2");
    REQUIRE(key);
    const std::string published = to_base64(key.value().public_key().to_der());
    const std::string body =
        R"([{"email":"a@b.example","timestamp":1795341590,"event":"click","url":"https://x.example/",)"
        R"("sg_event_id":"E1","sg_message_id":"abc.filter1","reference":"token-1"},)"
        R"({"timestamp":1795341591,"event":"bounce","type":"bounce","status":"5.1.1","reason":"no such user",)"
        R"("sg_event_id":"E2","sg_message_id":"abc.filter1","reference":"token-1"},)"
        R"({"timestamp":1795341592,"event":"processed","sg_event_id":"E3","reference":"token-1"}])";
    const auto signed_call = [&](const std::string& time, const std::string& text) {
        const auto signature = key.value().sign(crypto::Scheme::p256_der, time + text);
        REQUIRE(signature);
        return Call{text,
                    {{"x-twilio-email-event-webhook-timestamp", time},
                     {"x-twilio-email-event-webhook-signature", to_base64(signature.value())}},
                    ""};
    };
    const auto reader = reader_of(provider_of("sendgrid"), {{"webhook key", published}});
    const auto answer = read(*reader, signed_call(kNowSeconds, body));
    REQUIRE(answer);
    REQUIRE(answer.value().reports.size() == 3);
    const auto& reports = answer.value().reports;
    CHECK(reports[0].receipt->kind == ReceiptKind::clicked);
    CHECK(reports[0].receipt->url == "https://x.example/");
    CHECK(reports[0].receipt->id == "E1");
    CHECK(reports[0].token == "token-1");
    CHECK(reports[0].provider_id == "abc");
    CHECK(reports[1].receipt->kind == ReceiptKind::bounced);
    CHECK(reports[1].receipt->detail == "hard: 5.1.1 no such user");
    CHECK(reports[1].receipt->url.empty());
    CHECK_FALSE(reports[2].receipt);
    Call changed = signed_call(kNowSeconds, body);
    changed.body += " ";
    CHECK(refuses(*reader, changed));
    CHECK(refuses(*reader, signed_call("1795341299", body)));  // five minutes and a second
    CHECK(refuses(*reader, signed_call("1795341901", body)));
    CHECK(refuses(*reader, {body, {}, ""}));
    const auto rotating = reader_of(
        provider_of("sendgrid"), {{"webhook key", "bm90IGEga2V5"}, {"old webhook key", published}});
    CHECK(read(*rotating, signed_call(kNowSeconds, body)));
}

TEST_CASE("Mailchimp signs the address and the sorted form", "[declared]") {
    const auto reader = reader_of(provider_of("mandrill"), {{"webhook key", "k"}});
    const std::string events =
        R"([{"event":"hard_bounce","_id":"m1","ts":1795341590,)"
        R"("msg":{"diag":"550 unknown","metadata":{"reference":"token-1"}}}])";
    const std::string body = form_of({{"mandrill_events", events}});
    const std::string signature =
        to_base64(hmac_sha1("k", "https://hello.shop.example/r/emailmandrill_events" + events));
    const auto answer = read(*reader, {body, {{"x-mandrill-signature", signature}}, ""});
    REQUIRE(answer);
    REQUIRE(answer.value().reports.size() == 1);
    CHECK(answer.value().reports[0].receipt->kind == ReceiptKind::bounced);
    CHECK(answer.value().reports[0].receipt->detail == "hard: 550 unknown");
    CHECK(answer.value().reports[0].token == "token-1");
    CHECK(refuses(*reader, {body + "&x=1", {{"x-mandrill-signature", signature}}, ""}));
    CHECK(refuses(*reader, {body, {{"x-mandrill-signature", signature}}, "x=1"}));
}

TEST_CASE("Resend's reports are Svix's, with a key in base64", "[declared]") {
    const std::string key = "0123456789abcdef";
    const auto reader =
        reader_of(provider_of("resend"), {{"webhook secret", "whsec_" + to_base64(key)}});
    const std::string body =
        R"({"type":"email.bounced","created_at":"2026-11-22T09:59:00.000Z",)"
        R"("data":{"email_id":"49a3","tags":{"reference":"token-1"},"bounce":{"type":"Permanent","message":"gone"}}})";
    const auto call = [&](const std::string& time) {
        const std::string signature =
            "v1,AAAA v1," + to_base64(view_of(hmac_sha256(key, "msg_1." + time + "." + body)));
        return Call{body,
                    {{"svix-id", "msg_1"}, {"svix-timestamp", time}, {"svix-signature", signature}},
                    ""};
    };
    const auto answer = read(*reader, call(kNowSeconds));
    REQUIRE(answer);
    const auto& report = answer.value().reports.at(0);
    CHECK(report.receipt->kind == ReceiptKind::bounced);
    CHECK(report.receipt->detail == "hard: gone");
    CHECK(report.receipt->id == "msg_1");
    CHECK(report.provider_id == "49a3");
    CHECK(report.receipt->at == parse_instant("2026-11-22T09:59:00Z").value());
    CHECK(refuses(*reader, call("1795340000")));
}

TEST_CASE("Postmark, Amazon and Brevo name themselves by user and password", "[declared]") {
    struct Row {
        const char* provider;
        const char* user;
        const char* body;
        ReceiptKind kind;
        const char* detail;
        const char* at;
    };
    const Row row = GENERATE(
        Row{"postmark", "postmark",
            R"({"RecordType":"Delivery","MessageID":"b7bc","DeliveredAt":"2026-11-22T08:00:00Z","Metadata":{"reference":"token-1"}})",
            ReceiptKind::delivered, "", "2026-11-22T08:00:00Z"},
        Row{"postmark", "postmark",
            R"({"RecordType":"Bounce","Type":"HardBounce","Details":"unknown","MessageID":"b7bc","BouncedAt":"2026-11-22T08:00:00Z","Metadata":{"reference":"token-1"}})",
            ReceiptKind::bounced, "hard: unknown", "2026-11-22T08:00:00Z"},
        Row{"postmark", "postmark",
            R"({"RecordType":"SpamComplaint","MessageID":"b7bc","BouncedAt":"2026-11-22T08:00:00Z","Metadata":{"reference":"token-1"}})",
            ReceiptKind::complained, "", "2026-11-22T08:00:00Z"},
        Row{"ses", "ses",
            R"({"eventType":"Bounce","mail":{"messageId":"010f","tags":{"reference":["token-1"]}},"bounce":{"bounceType":"Permanent","timestamp":"2026-11-22T08:00:00Z","bouncedRecipients":[{"diagnosticCode":"550"}]}})",
            ReceiptKind::bounced, "hard: 550", "2026-11-22T08:00:00Z"},
        Row{"ses", "ses",
            R"({"eventType":"Complaint","mail":{"messageId":"010f","tags":{"reference":["token-1"]}},"complaint":{"complaintFeedbackType":"abuse","timestamp":"2026-11-22T08:00:00Z"}})",
            ReceiptKind::complained, "abuse", "2026-11-22T08:00:00Z"},
        Row{"brevo", "brevo",
            R"({"event":"soft_bounce","message-id":"<1@x>","ts_event":1795334400,"reason":"full","X-Mailin-custom":"token-1"})",
            ReceiptKind::bounced, "soft: full", "2026-11-22T08:00:00Z"});
    CAPTURE(row.provider, row.body);
    const auto reader = reader_of(provider_of(row.provider), {{"webhook password", "pw"}});
    const auto basic = [](const std::string& user) {
        return Headers{{"authorization", "Basic " + to_base64(user)}};
    };
    const auto answer = read(*reader, {row.body, basic(std::string(row.user) + ":pw"), ""});
    REQUIRE(answer);
    const auto& report = answer.value().reports.at(0);
    REQUIRE(report.receipt);
    CHECK(report.receipt->kind == row.kind);
    CHECK(report.receipt->detail == row.detail);
    CHECK(report.receipt->at == parse_instant(row.at).value());
    CHECK(report.token == "token-1");
    CHECK(refuses(*reader, {row.body, basic("postmark:no"), ""}));
    CHECK(refuses(*reader, {row.body, basic("x:pw"), ""}));
    CHECK(refuses(*reader, {row.body, {}, ""}));
}

TEST_CASE("Mailgun signs a time and a nonce inside of the body", "[declared]") {
    const auto reader = reader_of(provider_of("mailgun"), {{"signing key", "k"}});
    const auto call = [&](const std::string& time) {
        return Call{R"({"signature":{"timestamp":")" + time + R"(","token":"t","signature":")" +
                        hmac_hex("k", time + "t") +
                        R"("},"event-data":{"event":"failed","severity":"permanent","id":"e1",)"
                        R"("timestamp":1795341590.25,"user-variables":{"reference":"token-1"},)"
                        R"("message":{"headers":{"message-id":"1@mg"}},)"
                        R"("delivery-status":{"message":"550"}}})",
                    {},
                    ""};
    };
    const auto answer = read(*reader, call(kNowSeconds));
    REQUIRE(answer);
    const auto& report = answer.value().reports.at(0);
    CHECK(report.receipt->kind == ReceiptKind::bounced);
    CHECK(report.receipt->detail == "hard: 550");
    CHECK(report.provider_id == "1@mg");
    CHECK(refuses(*reader, call("1795341000")));
    CHECK(refuses(*reader, {"{}", {}, ""}));
}

TEST_CASE("WhatsApp's reports are signed as Twilio signs", "[declared]") {
    const auto reader = reader_of(provider_of("twilio-whatsapp"), {{"auth token", "tok"}});
    const auto call = [&](const Form& form) {
        Form sorted = form;
        std::sort(sorted.begin(), sorted.end());
        std::string over = "https://hello.shop.example/r/email";
        for (const auto& [name, value] : sorted)
            over += name + value;
        return Call{form_of(form), {{"x-twilio-signature", to_base64(hmac_sha1("tok", over))}}, ""};
    };
    const auto read_call = [&](const Form& form) { return read(*reader, call(form)); };
    const auto delivered = read_call({{"MessageSid", "SM1"}, {"MessageStatus", "delivered"}});
    REQUIRE(delivered);
    CHECK(delivered.value().reports.at(0).receipt->kind == ReceiptKind::delivered);
    const auto seen = read_call({{"MessageStatus", "read"}, {"MessageSid", "SM1"}});
    CHECK(seen.value().reports.at(0).receipt->kind == ReceiptKind::opened);
    const auto text = read_call({{"From", "whatsapp:+4930"},
                                 {"To", "whatsapp:+1415"},
                                 {"Body", "stop"},
                                 {"MessageSid", "SM2"}});
    REQUIRE(text.value().reports.at(0).text);
    CHECK(text.value().reports.at(0).text->from == "+4930");
    Call forged = call({{"MessageSid", "SM1"}, {"MessageStatus", "failed"}});
    forged.body += "&ErrorCode=1";
    CHECK(refuses(*reader, forged));
}

TEST_CASE("proved by nothing but the reference, a guessed id finds no message", "[declared]") {
    const auto reader = reader_of(provider_of("vonage"), {});
    const auto answer = read(*reader, {"messageId=0A&status=delivered&client-ref=token-1", {}, ""});
    REQUIRE(answer);
    CHECK(answer.value().reports.at(0).token == "token-1");
    CHECK(answer.value().reports.at(0).provider_id.empty());
}

TEST_CASE("a form of very many fields is not looked through", "[declared]") {
    const auto reader = reader_of(provider_of("vonage"), {});
    std::string body;
    for (int i = 0; i < 200'000; ++i)
        body += "a" + std::to_string(i) + "=&";
    const auto answer = read(*reader, {body, {}, body});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::invalid);
}

TEST_CASE("a proved call that cannot be read is invalid, and no input is fatal", "[declared]") {
    const std::string body = GENERATE(
        as<std::string>{}, "", "{", "null", "[null]", "[[]]", "{}", "[1]", "\"x\"",
        "[{\"event\":{}}]",
        R"([{"success":"true","report_time":"99999999999999999999","out_id":[]}])",
        R"([{"success":true,"report_time":"1e400","out_id":{}}])", std::string(100'000, '['));
    CAPTURE(body.substr(0, 40));
    const auto reader = reader_of(provider_of("aliyun-sms"), {{"receipt secret", "s"}});
    const auto answer = read(*reader, {body, {}, "secret=s"});
    if (!answer) CHECK(answer.error().code == ErrorCode::invalid);
    if (answer) {
        for (const auto& report : answer.value().reports)
            if (report.receipt) CHECK(report.receipt->at <= kNow);
    }
}

}  // namespace
}  // namespace journey::connectors::declared
