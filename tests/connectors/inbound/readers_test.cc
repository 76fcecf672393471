// Every reader of reports: what its provider really sends is read, and nothing else is believed.

#include "connectors/crypto/crypto.h"
#include "connectors/inbound/inbound.h"
#include "tests/connectors/inbound/keys.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <functional>

using namespace journey;
using namespace journey::connectors;
using namespace journey::connectors::inbound;
using model::ReceiptKind;

namespace {

constexpr std::string_view kPublic = "https://hello.shop.example";
constexpr std::string_view kPath = "/r/mail";
constexpr std::string_view kTopic = "arn:aws:sns:eu-west-1:123456789012:ses";
using Headers = std::vector<std::pair<std::string, std::string>>;

Instant noon() {
    return parse_instant("2027-03-01T12:00:00Z").value();
}

std::int64_t seconds_of(Instant at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

struct Letter {
    Headers headers;
    std::string body;
    std::string query;
};

/// One provider: how it signs, and a reader that knows the `first` of two keys, both, or none.
struct Provider {
    const char* name;
    std::function<Letter(std::string body, Instant at, bool second_key)> send;
    std::function<std::unique_ptr<InboundReader>(bool first, bool second)> reader;
    std::string sample;
    bool has_time;
};

std::vector<std::string> keys(bool first, bool second, const char* one, const char* other) {
    std::vector<std::string> out;
    if (first) out.emplace_back(one);
    if (second) out.emplace_back(other);
    return out;
}

Provider sendgrid() {
    return {"sendgrid",
            [](std::string body, Instant at, bool second) {
                const std::string stamp = std::to_string(seconds_of(at));
                const auto key = crypto::PrivateKey::from_pem(second ? kEcKey2 : kEcKey).value();
                const auto signature = key.sign(crypto::Scheme::p256_der, stamp + body).value();
                return Letter{{{"x-twilio-email-event-webhook-timestamp", stamp},
                               {"x-twilio-email-event-webhook-signature", to_base64(signature)}},
                              std::move(body),
                              ""};
            },
            [](bool first, bool second) {
                return make_sendgrid_reader({keys(first, second, kEcPublic, kEcPublic2)}).value();
            },
            R"([{"event":"bounce","email":"a@x.example","timestamp":1803895200,"sg_event_id":"e1",)"
            R"("sg_message_id":"m1.filter1","reason":"550 no","journey_reference":"tok"}])",
            true};
}

Provider mandrill() {
    return {"mandrill",
            [](std::string body, Instant, bool second) {
                const std::string url = std::string(kPublic) + std::string(kPath);
                Letter letter;
                letter.headers = {
                    {"x-mandrill-signature",
                     twilio_signature(second ? "key2" : "key1", url, {{"mandrill_events", body}})}};
                letter.body = "mandrill_events=" + percent_encode(body);
                return letter;
            },
            [](bool first, bool second) {
                return make_mandrill_reader({keys(first, second, "key1", "key2")});
            },
            R"([{"event":"hard_bounce","_id":"m1","ts":1803895200,"msg":{"_id":"m1","email":"a@x",)"
            R"("metadata":{"journey_reference":"tok"},"bounce_description":"bad_mailbox"}}])",
            false};
}

std::string sns_text(const Record& notice) {
    std::string out;
    for (const char* name : {"Message", "MessageId", "Subject", "SubscribeURL", "Timestamp",
                             "Token", "TopicArn", "Type"}) {
        const Value* value = find(notice, name);
        if (value != nullptr)
            out.append(name).append("\n").append(*value->as<std::string>()) += '\n';
    }
    return out;
}

std::string sns_letter(Record notice, bool second, bool sha1 = false) {
    const auto key = crypto::PrivateKey::from_pem(second ? kRsaKey2 : kRsaKey).value();
    put(notice, "SignatureVersion", sha1 ? "1" : "2");
    put(notice, "Signature",
        to_base64(key.sign(crypto::Scheme::rsa_sha256, sns_text(notice)).value()));
    // Where a forger would like us to look.
    put(notice, "SigningCertURL", "https://evil.example/cert.pem");
    return to_json(Value(notice));
}

Record sns_notice(std::string message, Instant at) {
    return {{"Type", "Notification"},
            {"MessageId", "sns-1"},
            {"TopicArn", std::string(kTopic)},
            {"Message", std::move(message)},
            {"Timestamp", format_instant(at)}};
}

Provider sns() {
    return {
        "amazon sns",
        [](std::string body, Instant at, bool second) {
            return Letter{{}, sns_letter(sns_notice(std::move(body), at), second), ""};
        },
        [](bool first, bool second) {
            return make_sns_reader({keys(first, second, kRsaCertificate, kRsaCertificate2),
                                    {std::string(kTopic)}})
                .value();
        },
        R"({"eventType":"Bounce","mail":{"messageId":"m1","tags":{"journey_reference":["tok"]}},)"
        R"("bounce":{"bounceType":"Permanent","timestamp":"2027-03-01T11:00:00Z",)"
        R"("bouncedRecipients":[{"emailAddress":"a@x.example","diagnosticCode":"550 no"}]}})",
        true};
}

Provider resend() {
    return {
        "resend",
        [](std::string body, Instant at, bool second) {
            const std::string stamp = std::to_string(seconds_of(at));
            const std::string secret =
                second ? "another sixteen or more" : "sixteen bytes at least";
            const std::string signature =
                to_base64(view_of(hmac_sha256(secret, "msg_1." + stamp + "." + body)));
            return Letter{{{"svix-id", "msg_1"},
                           {"svix-timestamp", stamp},
                           {"svix-signature", "v1," + signature}},
                          std::move(body),
                          ""};
        },
        [](bool first, bool second) {
            std::vector<std::string> secrets;
            if (first) secrets.push_back("whsec_" + to_base64("sixteen bytes at least"));
            if (second) secrets.push_back(to_base64("another sixteen or more"));
            return make_resend_reader({secrets}).value();
        },
        R"({"type":"email.bounced","created_at":"2027-03-01T11:00:00Z","data":{"email_id":"m1",)"
        R"("tags":{"journey_reference":"tok"},"bounce":{"type":"Permanent","message":"no"}}})",
        true};
}

Provider onesignal() {
    return {"onesignal",
            [](std::string body, Instant, bool second) {
                return Letter{{{"authorization", second ? "Bearer token-2" : "Bearer token-1"}},
                              std::move(body),
                              ""};
            },
            [](bool first, bool second) {
                return make_onesignal_reader({keys(first, second, "token-1", "token-2")});
            },
            R"({"kind":"message.email.hardbounced","id":"e1","at":1803895200,"message":"m1",)"
            R"("reference":"tok"})",
            false};
}

Provider provider_at(int index) {
    constexpr std::array<Provider (*)(), 5> kAll{sendgrid, mandrill, sns, resend, onesignal};
    return kAll[static_cast<std::size_t>(index)]();
}

Result<InboundAnswer> read(const InboundReader& reader, const Letter& letter,
                           Instant now = noon()) {
    InboundCall call;
    call.method = "POST";
    call.path = kPath;
    call.query = letter.query;
    call.body = letter.body;
    call.headers = &letter.headers;
    call.public_url = kPublic;
    call.now = now;
    return reader.read(call);
}

bool is_refused(const Result<InboundAnswer>& read) {
    return !read && read.error().code == ErrorCode::refused;
}

/// The one receipt of what is said in `body`; nothing when it says that nothing has happened yet.
std::optional<model::Receipt> receipt_in(const Provider& provider, const std::string& body) {
    const auto reader = provider.reader(true, false);
    const auto answer = read(*reader, provider.send(body, noon(), false));
    REQUIRE(answer);
    REQUIRE(answer.value().reports.size() == 1);
    return answer.value().reports.front().receipt;
}

}  // namespace

TEST_CASE("what a provider signed is read, with our reference", "[inbound][readers]") {
    const Provider provider = provider_at(GENERATE(range(0, 5)));
    CAPTURE(provider.name);
    const auto answer =
        read(*provider.reader(true, false), provider.send(provider.sample, noon(), false));
    REQUIRE(answer);
    REQUIRE(answer.value().reports.size() == 1);
    const InboundReport& report = answer.value().reports.front();
    CHECK(report.token == "tok");
    CHECK(report.provider_id == "m1");
    REQUIRE(report.receipt);
    CHECK(report.receipt->kind == ReceiptKind::bounced);
    CHECK(report.receipt->detail.starts_with("hard"));
    CHECK(report.receipt->detail.find('@') == std::string::npos);
    CHECK_FALSE(report.receipt->id.empty());
    CHECK(report.receipt->at <= noon());
    CHECK(report.receipt->at > noon() - std::chrono::hours(24 * 365));
}

TEST_CASE("a secret may be changed without a gap", "[inbound][readers]") {
    const Provider provider = provider_at(GENERATE(range(0, 5)));
    CAPTURE(provider.name);
    for (const bool second : {false, true}) {
        const Letter letter = provider.send(provider.sample, noon(), second);
        CHECK(read(*provider.reader(true, true), letter));
        CHECK(is_refused(read(*provider.reader(second, !second), letter)));
        CHECK(is_refused(read(*provider.reader(false, false), letter)));
    }
}

TEST_CASE("nothing is believed that was not signed as it stands", "[inbound][readers]") {
    const Provider provider = provider_at(GENERATE(range(0, 5)));
    CAPTURE(provider.name);
    const auto reader = provider.reader(true, false);
    const Letter genuine = provider.send(provider.sample, noon(), false);

    for (std::size_t i = 0; i < genuine.headers.size(); ++i) {
        CAPTURE(genuine.headers[i].first);
        Letter without = genuine;
        without.headers.erase(without.headers.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(is_refused(read(*reader, without)));
        Letter empty = genuine;
        empty.headers[i].second = "";
        CHECK(is_refused(read(*reader, empty)));
        Letter longer = genuine;
        longer.headers[i].second += std::string(10'000, 'A');
        CHECK(is_refused(read(*reader, longer)));
        for (const std::size_t at : {std::size_t{0}, genuine.headers[i].second.size() - 1}) {
            Letter changed = genuine;
            changed.headers[i].second[at] = changed.headers[i].second[at] == '7' ? '8' : '7';
            CHECK(is_refused(read(*reader, changed)));
        }
    }
    if (std::string_view(provider.name) == "onesignal") return;  // signs no body
    for (std::size_t at = 0; at < genuine.body.size(); at += 7) {
        Letter changed = genuine;
        changed.body[at] = changed.body[at] == 'x' ? 'y' : 'x';
        CAPTURE(at);
        // What stands outside of Amazon's signature (where its certificate is) does not count.
        const auto answer = read(*reader, changed);
        if (answer) {
            CHECK(std::string_view(provider.name) == "amazon sns");
            CHECK(answer.value().reports.size() == 1);
            CHECK(answer.value().reports.front().receipt->id == "sns-1");
        }
    }
    Letter more = genuine;
    more.body += " ";
    if (std::string_view(provider.name) != "amazon sns") CHECK_FALSE(read(*reader, more));
}

TEST_CASE("an old notice is not believed", "[inbound][readers]") {
    const Provider provider = provider_at(GENERATE(range(0, 5)));
    CAPTURE(provider.name);
    if (!provider.has_time) return;
    const auto reader = provider.reader(true, false);
    const Letter letter = provider.send(provider.sample, noon(), false);
    CHECK(read(*reader, letter, noon() + std::chrono::minutes(4)));
    CHECK(is_refused(read(*reader, letter, noon() + std::chrono::hours(26))));
    CHECK(is_refused(read(*reader, letter, noon() - std::chrono::minutes(6))));
}

TEST_CASE("what is signed and makes no sense is said to be so", "[inbound][readers]") {
    const Provider provider = provider_at(GENERATE(range(0, 5)));
    CAPTURE(provider.name);
    const auto reader = provider.reader(true, false);
    // Cut anywhere: never a receipt out of half a notice, never the end of the process.
    for (std::size_t size = 0; size < provider.sample.size(); size += 3) {
        const auto answer =
            read(*reader, provider.send(provider.sample.substr(0, size), noon(), false));
        CAPTURE(size);
        CHECK_FALSE(answer);
    }
    for (const std::string& body :
         {std::string("null"), std::string("7"), std::string("\"x\""), std::string(5000, '['),
          std::string("[1,null,\"x\",[]]"), std::string("{}"), std::string("[{}]"),
          std::string(R"([{"event":7,"timestamp":[],"sg_event_id":{},"msg":3,"type":null}])"),
          std::string(
              R"({"eventType":{"Bounce":1},"mail":[],"bounce":"x","type":["email.bounced"]})"),
          std::string(R"({"type":"email.bounced","data":7,"kind":{},"eventType":"Bounce"})"),
          std::string(
              R"([{"event":"bounce","timestamp":1e300,"_id":-1,"ts":-99999999999999999999}])"),
          std::string("\xff\xfe\x00{", 4)}) {
        CAPTURE(body);
        const auto answer = read(*reader, provider.send(body, noon(), false));
        if (!answer) continue;
        for (const InboundReport& report : answer.value().reports) {
            CHECK(report.token.empty());
            if (report.receipt) CHECK(report.receipt->at <= noon());
        }
    }
}

TEST_CASE("words of SendGrid", "[inbound][readers]") {
    const auto [event, kind, detail] =
        GENERATE(table<std::string, std::optional<ReceiptKind>, std::string>({
            {R"("event":"processed")", std::nullopt, ""},
            {R"("event":"deferred","response":"450 later")", std::nullopt, ""},
            {R"("event":"delivered")", ReceiptKind::delivered, ""},
            {R"("event":"open")", ReceiptKind::opened, ""},
            {R"("event":"open","sg_machine_open":false)", ReceiptKind::opened, ""},
            {R"("event":"open","sg_machine_open":true)", std::nullopt, ""},
            {R"("event":"click","url":"https://s.example")", ReceiptKind::clicked, ""},
            {R"("event":"bounce","type":"bounce","reason":"550 <a@x.example> unknown")",
             ReceiptKind::bounced, "hard: 550 <…> unknown"},
            {R"("event":"bounce","type":"blocked","reason":"421 try later")", ReceiptKind::bounced,
             "soft: 421 try later"},
            {R"("event":"dropped","reason":"Bounced Address")", ReceiptKind::bounced,
             "hard: Bounced Address"},
            {R"("event":"dropped","reason":"Unsubscribed Address")", ReceiptKind::unsubscribed,
             "dropped"},
            {R"("event":"dropped","reason":"Over quota")", ReceiptKind::failed, "Over quota"},
            {R"("event":"spamreport")", ReceiptKind::complained, ""},
            {R"("event":"group_unsubscribe")", ReceiptKind::unsubscribed, ""},
            {R"("event":"group_resubscribe")", std::nullopt, ""},
            {R"("event":"tomorrow")", std::nullopt, ""},
        }));
    CAPTURE(event);
    const auto receipt =
        receipt_in(sendgrid(), "[{" + event + R"(,"sg_event_id":"e1","timestamp":1803895200}])");
    REQUIRE(receipt.has_value() == kind.has_value());
    if (!receipt) return;
    CHECK(receipt->kind == *kind);
    CHECK(receipt->detail == detail);
    CHECK(receipt->id == "e1");
}

TEST_CASE("words of Mandrill", "[inbound][readers]") {
    const auto [event, kind, detail] =
        GENERATE(table<std::string, std::optional<ReceiptKind>, std::string>({
            {R"("event":"send")", std::nullopt, ""},
            {R"("event":"deferral")", std::nullopt, ""},
            {R"("event":"open")", ReceiptKind::opened, ""},
            {R"("event":"click","url":"https://s.example")", ReceiptKind::clicked, ""},
            {R"("event":"soft_bounce","msg":{"bounce_description":"mailbox_full","diag":"452"})",
             ReceiptKind::bounced, "soft: mailbox_full 452"},
            {R"("event":"spam")", ReceiptKind::complained, ""},
            {R"("event":"unsub")", ReceiptKind::unsubscribed, ""},
            {R"("event":"reject","msg":{"reject":{"reason":"hard-bounce"}})", ReceiptKind::bounced,
             "hard: hard-bounce"},
            {R"("event":"reject","msg":{"reject":null})", ReceiptKind::failed, ""},
            {R"("type":"blacklist","action":"add")", std::nullopt, ""},
        }));
    CAPTURE(event);
    const auto receipt = receipt_in(mandrill(), "[{" + event + R"(,"_id":"m1","ts":1803895200}])");
    REQUIRE(receipt.has_value() == kind.has_value());
    if (!receipt) return;
    CHECK(receipt->kind == *kind);
    CHECK(receipt->detail == detail);
}

TEST_CASE("Mandrill tries an address before anybody has its key", "[inbound][readers]") {
    Letter letter;
    letter.body = "mandrill_events=%5B%5D";
    const auto answer = read(*mandrill().reader(true, false), letter);
    REQUIRE(answer);
    CHECK(answer.value().reports.empty());
    CHECK(answer.value().reply->status == 200);
}

TEST_CASE("words of Amazon SES", "[inbound][readers]") {
    const auto [event, kind,
                detail] = GENERATE(table<std::string, std::optional<ReceiptKind>, std::string>({
        {R"("eventType":"Send")", std::nullopt, ""},
        {R"("eventType":"DeliveryDelay")", std::nullopt, ""},
        {R"("notificationType":"Delivery")", ReceiptKind::delivered, ""},
        {R"("eventType":"Open")", ReceiptKind::opened, ""},
        {R"("eventType":"Click","click":{"link":"https://s.example"})", ReceiptKind::clicked, ""},
        {R"("notificationType":"Bounce","bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull"})",
         ReceiptKind::bounced, "soft: MailboxFull "},
        {R"("eventType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General"})",
         ReceiptKind::bounced, "hard: General "},
        {R"("eventType":"Complaint","complaint":{"complaintFeedbackType":"abuse"})",
         ReceiptKind::complained, "abuse"},
        {R"("eventType":"Complaint","complaint":{"complaintFeedbackType":"not-spam"})",
         std::nullopt, ""},
        {R"("eventType":"Subscription")", ReceiptKind::unsubscribed, ""},
        {R"("eventType":"Reject","reject":{"reason":"Bad content"})", ReceiptKind::failed,
         "Bad content"},
    }));
    CAPTURE(event);
    const auto receipt = receipt_in(sns(), "{" + event + R"(,"mail":{"messageId":"m1"}})");
    REQUIRE(receipt.has_value() == kind.has_value());
    if (!receipt) return;
    CHECK(receipt->kind == *kind);
    CHECK(receipt->detail == detail);
    CHECK(receipt->id == "sns-1");
}

TEST_CASE("a subscription of Amazon's is shown and never followed", "[inbound][readers]") {
    const auto reader = sns().reader(true, false);
    Record notice{{"Type", "SubscriptionConfirmation"},
                  {"MessageId", "sns-2"},
                  {"TopicArn", std::string(kTopic)},
                  {"Message", "You have chosen to subscribe"},
                  {"Timestamp", format_instant(noon())},
                  {"Token", "abc"},
                  {"SubscribeURL",
                   "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc"}};
    const auto answer = read(*reader, {{}, sns_letter(notice, false), ""});
    REQUIRE(answer);
    CHECK(answer.value().reports.empty());
    CHECK(answer.value().notice.find("https://sns.eu-west-1.amazonaws.com/?") != std::string::npos);
    for (const char* elsewhere :
         {"https://evil.example/", "http://sns.eu-west-1.amazonaws.com/",
          "https://169.254.169.254/", "https://sns.eu-west-1.amazonaws.com.evil.example/",
          "https://sns.x/.amazonaws.com/", "https://sns.evil.example\\.amazonaws.com/",
          "https://sns.amazonaws.com@evil.example/"}) {
        CAPTURE(elsewhere);
        put(notice, "SubscribeURL", elsewhere);
        const auto led = read(*reader, {{}, sns_letter(notice, false), ""});
        REQUIRE_FALSE(led);
        CHECK(led.error().code == ErrorCode::invalid);
    }
}

TEST_CASE("Amazon's notice must be of our topic, our certificate and a version we take",
          "[inbound][readers]") {
    const auto reader = sns().reader(true, false);
    Record foreign = sns_notice(sns().sample, noon());
    put(foreign, "TopicArn", "arn:aws:sns:eu-west-1:666666666666:ses");
    CHECK(is_refused(read(*reader, {{}, sns_letter(foreign, false), ""})));
    // A SHA-256 signature passed off as version 1.
    CHECK(is_refused(
        read(*reader, {{}, sns_letter(sns_notice(sns().sample, noon()), false, true), ""})));
    // The certificate ran out.
    const auto expired = make_sns_reader({{kExpiredCertificate}, {std::string(kTopic)}}).value();
    CHECK(is_refused(read(*expired, sns().send(sns().sample, noon(), false))));
    CHECK_FALSE(make_sns_reader({{"no certificate"}, {std::string(kTopic)}}));
    CHECK_FALSE(make_sendgrid_reader({{"no key"}}));
    CHECK_FALSE(make_resend_reader({{"short"}}));
}

TEST_CASE("words of Resend", "[inbound][readers]") {
    const auto [event, kind, detail] =
        GENERATE(table<std::string, std::optional<ReceiptKind>, std::string>({
            {R"("type":"email.sent")", std::nullopt, ""},
            {R"("type":"email.delivery_delayed")", std::nullopt, ""},
            {R"("type":"email.delivered")", ReceiptKind::delivered, ""},
            {R"("type":"email.opened")", ReceiptKind::opened, ""},
            {R"("type":"email.clicked","data":{"click":{"link":"https://s.example"}})",
             ReceiptKind::clicked, ""},
            {R"("type":"email.bounced","data":{"bounce":{"type":"Transient","message":"full"}})",
             ReceiptKind::bounced, "soft: full"},
            {R"("type":"email.complained")", ReceiptKind::complained, ""},
            {R"("type":"email.failed","data":{"failed":{"reason":"quota"}})", ReceiptKind::failed,
             "quota"},
        }));
    CAPTURE(event);
    const auto receipt = receipt_in(resend(), "{" + event + "}");
    REQUIRE(receipt.has_value() == kind.has_value());
    if (!receipt) return;
    CHECK(receipt->kind == *kind);
    CHECK(receipt->detail == detail);
    CHECK(receipt->id == "msg_1");
    // Other things than mail happen there too.
    const auto other = read(*resend().reader(true, false),
                            resend().send(R"({"type":"contact.created"})", noon(), false));
    REQUIRE(other);
    CHECK(other.value().reports.empty());
}

TEST_CASE("a tapped notification was opened", "[inbound][readers]") {
    const auto answer =
        read(*onesignal().reader(true, false),
             onesignal().send(R"({"kind":"message.push.clicked","id":"e1","reference":"tok"})",
                              noon(), false));
    REQUIRE(answer);
    REQUIRE(answer.value().reports.size() == 2);
    CHECK(answer.value().reports[0].receipt->kind == ReceiptKind::clicked);
    CHECK(answer.value().reports[1].receipt->kind == ReceiptKind::opened);
    CHECK(answer.value().reports[0].receipt->id != answer.value().reports[1].receipt->id);
    CHECK(answer.value().reports[1].token == "tok");
}

TEST_CASE("Twilio's JSON is covered by the address", "[inbound][readers][twilio]") {
    const auto reader = make_twilio_reader({
        {"12345"},
    });
    Letter letter;
    letter.body = R"({"MessageSid":"SM1","MessageStatus":"delivered"})";
    letter.query = "bodySHA256=" + to_hex(view_of(sha256(letter.body)));
    const std::string url = std::string(kPublic) + std::string(kPath) + "?" + letter.query;
    letter.headers = {{"content-type", "application/json"},
                      {"x-twilio-signature", twilio_signature("12345", url, {})}};
    const auto answer = read(*reader, letter);
    REQUIRE(answer);
    CHECK(answer.value().reports.front().receipt->kind == ReceiptKind::delivered);
    Letter other = letter;
    other.body = R"({"MessageSid":"SM1","MessageStatus":"failed"})";
    CHECK(is_refused(read(*reader, other)));
    other = letter;
    other.query = "";
    other.headers[1].second =
        twilio_signature("12345", std::string(kPublic) + std::string(kPath), {});
    CHECK(is_refused(read(*reader, other)));
}

TEST_CASE("a text that somebody sends is told from a status", "[inbound][readers][twilio]") {
    const auto reader = make_twilio_reader({
        {"12345"},
    });
    const auto ask = [&](const std::string& body) {
        Letter letter;
        letter.body = body;
        letter.headers = {{"x-twilio-signature",
                           twilio_signature("12345", std::string(kPublic) + std::string(kPath),
                                            *parse_form(body))}};
        return read(*reader, letter);
    };
    const auto text =
        ask("MessageSid=SM9&SmsStatus=received&From=%2B4917012345678&To=%2B12025550100"
            "&Body=STOP+please&NumMedia=0");
    REQUIRE(text);
    REQUIRE(text.value().reports.front().text);
    CHECK(text.value().reports.front().text->from == "+4917012345678");
    CHECK(text.value().reports.front().text->to == "+12025550100");
    CHECK(text.value().reports.front().text->body == "STOP please");
    CHECK(text.value().reports.front().text->id == "SM9");
    CHECK_FALSE(text.value().reports.front().receipt);
    REQUIRE(text.value().reply);
    CHECK(text.value().reply->content_type.starts_with("text/xml"));
    CHECK(text.value().reply->body.find("<Message>Sie sind abgemeldet") != std::string::npos);
    const auto kept_by_twilio =
        ask("MessageSid=SM9&From=%2B4917012345678&Body=BASTA+PO&OptOutType=STOP");
    CHECK(hear(kept_by_twilio.value().reports.front().text->body).wish == Wish::stop);
    CHECK(kept_by_twilio.value().reply->body.find("<Message>") == std::string::npos);
    const auto chat = ask("MessageSid=SM9&From=%2B4917012345678&Body=Where+is+the+bus+stop%3F");
    CHECK(chat.value().reply->body.find("<Message>") == std::string::npos);
    const auto whatsapp =
        ask("MessageSid=SM9&From=whatsapp%3A%2B4917012345678&To=whatsapp%3A%2B1&Body=hi");
    CHECK(whatsapp.value().reports.front().text->from == "+4917012345678");
    const auto read_status = ask(
        "MessageSid=SM9&MessageStatus=read&To=whatsapp%3A%2B4917012345678&From=whatsapp%3A%2B1");
    CHECK(read_status.value().reports.front().receipt->kind == ReceiptKind::opened);
    // Neither a number nor a status.
    CHECK_FALSE(ask("MessageSid=SM9&From=SHOP&Body=x"));
    CHECK_FALSE(ask("From=%2B4917012345678&Body=x"));
}
