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

TEST_CASE("SendGrid, Mailchimp and Resend are heard by the readers that relays have",
          "[declared]") {
    const auto key = crypto::PrivateKey::from_p256_scalar(std::string(31, '\1') + "\2");
    REQUIRE(key);
    const std::string published = to_base64(key.value().public_key().to_der());
    const std::string stamp = "x-twilio-email-event-webhook-timestamp";
    const std::string batch = R"([{"event":"click","journey_reference":"token-1"}])";
    const std::string events =
        R"([{"event":"click","msg":{"metadata":{"journey_reference":"token-1"}}}])";
    const std::string event =
        R"({"type":"email.clicked","data":{"tags":{"journey_reference":"token-1"}}})";
    const std::string secret = "0123456789abcdef01234567";
    struct Row {
        std::string name, newer, older, value;
        Call call;
    };
    const std::vector<Row> rows{
        {"sendgrid",
         "webhook key",
         "old webhook key",
         published,
         {batch,
          {{stamp, kNowSeconds},
           {"x-twilio-email-event-webhook-signature",
            to_base64(key.value().sign(crypto::Scheme::p256_der, kNowSeconds + batch).value())}},
          ""}},
        {"mandrill",
         "webhook key",
         "old webhook key",
         "k",
         {form_of({{"mandrill_events", events}}),
          {{"x-mandrill-signature",
            to_base64(
                hmac_sha1("k", "https://hello.shop.example/r/emailmandrill_events" + events))}},
          ""}},
        {"resend",
         "webhook secret",
         "old webhook secret",
         "whsec_" + to_base64(secret),
         {event,
          {{"svix-id", "msg_1"},
           {"svix-timestamp", kNowSeconds},
           {"svix-signature",
            "v1," + to_base64(view_of(hmac_sha256(secret, "msg_1." + kNowSeconds + "." + event)))}},
          ""}}};
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const auto provider = provider_of(row.name);
        for (const bool old : {false, true}) {
            const auto reader = reader_of(
                provider, {{row.newer, old ? "" : row.value}, {row.older, old ? row.value : ""}});
            CHECK(reader->provider() == row.name);
            const auto answer = read(*reader, row.call);
            REQUIRE(answer);
            REQUIRE(answer.value().reports.size() == 1);
            CHECK(answer.value().reports[0].token == "token-1");
            CHECK(answer.value().reports[0].receipt->kind == ReceiptKind::clicked);
            Call changed = row.call;
            changed.body += "&x=1";
            CHECK(refuses(*reader, changed));
        }
        // What is sent is what comes back.
        Message message = message_to("email", "ada@example.com");
        message.subject = "Hello";
        message.from = "shop@example.com";
        CHECK(request_of(*connector_of(row.name), message).body.find("journey_reference") !=
              std::string::npos);
    }
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

TEST_CASE("Vonage's and Plivo's texts are heard with the secret, and not without", "[declared]") {
    const auto [name, body] = GENERATE(table<const char*, const char*>(
        {{"vonage",
          "msisdn=4917012345678&to=12025550100&text=STOP&messageId=T1&type=text"
          "&message-timestamp=2026-11-22+09%3A00%3A00"},
         {"plivo", "From=4917012345678&To=12025550100&Text=STOP&MessageUUID=T1&Type=sms"}}));
    CAPTURE(name);
    const auto reader = reader_of(provider_of(name), {{"receipt secret", "s3cret"}});
    const auto answer = read(*reader, {body, {}, "secret=s3cret"});
    REQUIRE(answer);
    REQUIRE(answer.value().reports.at(0).text);
    const InboundText& text = *answer.value().reports.at(0).text;
    CHECK(text.from == "+4917012345678");
    CHECK(text.body == "STOP");
    CHECK(text.id == "T1");
    for (const char* query : {"", "secret=", "secret=s3cres"}) {
        CAPTURE(query);
        CHECK(refuses(*reader, {body, {}, query}));
    }
    const auto unset = reader_of(provider_of(name), {{"receipt secret", ""}});
    CHECK(refuses(*unset, {body, {}, "secret="}));
}

TEST_CASE("a number of eleven digits is a mainland one only when it can be", "[declared]") {
    const auto aliyun = reader_of(provider_of("aliyun-sms"), {{"receipt secret", "s3cret"}});
    const auto [number, from] = GENERATE(table<const char*, const char*>({
        {"13800000000", "+8613800000000"},
        {"19912345678", "+8619912345678"},
        {"12025550100", "+12025550100"},
        {"85212345678", "+85212345678"},
        {"8613800000000", "+8613800000000"},
    }));
    CAPTURE(number);
    const auto answer =
        read(*aliyun, {R"([{"phone_number":")" + std::string(number) +
                           R"(","content":"退订","dest_code":"1","sequence_id":7}])",
                       {},
                       "secret=s3cret"});
    REQUIRE(answer);
    REQUIRE(answer.value().reports.at(0).text);
    CHECK(answer.value().reports.at(0).text->from == from);
}

TEST_CASE("a provider's sentence is kept without the addresses in it", "[declared]") {
    const auto tencent = reader_of(provider_of("tencent-sms"), {{"receipt secret", "s3cret"}});
    const auto answer = read(*tencent, {R"([{"sid":"S1","report_status":"FAIL",)"
                                        R"("errmsg":"user 13800000000 <a@b.example> is off"}])",
                                        {},
                                        "secret=s3cret"});
    REQUIRE(answer);
    const std::string& detail = answer.value().reports.at(0).receipt->detail;
    CHECK(detail.find("13800000000") == std::string::npos);
    CHECK(detail.find('@') == std::string::npos);
    CHECK(detail.find("is off") != std::string::npos);
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

TEST_CASE("who knows a message only by his own name for it, says so", "[declared]") {
    for (const std::string& name : shipped_names()) {
        CAPTURE(name);
        CHECK(facts_of(*provider_of(name)).named_by_provider == (name == "tencent-sms"));
    }
}

TEST_CASE("a text has the moment at which it was sent, and a name of its own", "[declared]") {
    const auto [name, body, at] = GENERATE(table<const char*, const char*, const char*>({
        {"vonage",
         "msisdn=4917012345678&to=1202&text=yes&messageId=T1&message-timestamp=2026-11-22+09%3A00%"
         "3A00",
         "2026-11-22T09:00:00Z"},
        {"aliyun-sms",
         R"([{"phone_number":"13800000000","content":"yes","dest_code":"1","sequence_id":"T1",)"
         R"("send_time":"2026-11-22 17:00:00"}])",
         "2026-11-22T09:00:00Z"},
        {"tencent-sms",
         R"({"mobile":"13800000000","nationcode":"86","sign":"x","text":"yes","time":1795338000})",
         "2026-11-22T09:00:00Z"},
    }));
    CAPTURE(name);
    const auto reader = reader_of(provider_of(name), {{"receipt secret", "s3cret"}});
    const auto answer = read(*reader, {body, {}, "secret=s3cret"});
    REQUIRE(answer);
    REQUIRE(answer.value().reports.at(0).text);
    const InboundText& text = *answer.value().reports.at(0).text;
    CHECK(text.at == parse_instant(at).value());
    CHECK_FALSE(text.id.empty());
    CHECK(facts_of(*provider_of(name)).hears_texts);
}

}  // namespace
}  // namespace journey::connectors::declared
