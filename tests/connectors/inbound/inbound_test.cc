#include "connectors/inbound/inbound.h"

#include <catch2/catch.hpp>

using namespace journey;
using journey::connectors::Form;
using journey::connectors::InboundAnswer;
using journey::connectors::InboundReport;
using journey::connectors::parse_form;
using journey::connectors::percent_decode;
using namespace journey::connectors::inbound;

namespace {

constexpr std::string_view kSecret = "a secret of the house";
constexpr std::string_view kPublic = "https://hello.shop.example";

Token sample_token(Purpose purpose) {
    Token token;
    token.purpose = purpose;
    token.person.number = 0x0123456789abcdefULL;
    for (std::size_t i = 0; i < token.key.bytes.size(); ++i)
        token.key.bytes[i] = static_cast<std::uint8_t>(i);
    return token;
}

LinkContext context() {
    const Token token = sample_token(Purpose::open);
    return {kPublic, kSecret, token.person, token.key};
}

std::string token_in(const std::string& url, std::string_view prefix) {
    const std::size_t at = url.find(prefix) + prefix.size();
    return url.substr(at, 55);
}

Instant noon() {
    return parse_instant("2026-11-21T12:00:00Z").value();
}

struct Report {
    std::string token = sign_token(kSecret, sample_token(Purpose::callback));
    std::string body = "MessageSid=SM1&MessageStatus=delivered&To=%2B4930123456";
    std::vector<std::string> auth_tokens{"old", "12345"};
    std::string url = std::string(kPublic) + "/r/twilio/";
    std::string signature;

    Result<InboundAnswer> read() {
        if (signature.empty()) {
            signature = twilio_signature("12345", url + token, *parse_form(body));
        }
        const std::vector<std::pair<std::string, std::string>> headers{
            {"x-twilio-signature", signature}};
        const std::string path = "/r/twilio/" + token;
        return make_twilio_reader({auth_tokens})
            ->read({"POST", path, "", body, &headers, kPublic, noon()});
    }
};

}  // namespace

TEST_CASE("a token comes back as it went, for its purpose only", "[inbound]") {
    for (const Purpose purpose :
         {Purpose::open, Purpose::click, Purpose::unsubscribe, Purpose::callback}) {
        const Token token = sample_token(purpose);
        const std::string text = sign_token(kSecret, token);
        CHECK(text.size() == 55);
        for (const Purpose other :
             {Purpose::open, Purpose::click, Purpose::unsubscribe, Purpose::callback}) {
            CHECK(verify_token(kSecret, text, other).has_value() == (other == purpose));
        }
        CHECK(verify_token(kSecret, text, purpose) == token);
        CHECK_FALSE(verify_token("another secret", text, purpose));
        CHECK_FALSE(verify_token("", text, purpose));
    }
}

TEST_CASE("a token changed anywhere is no token", "[inbound]") {
    const std::string text = sign_token(kSecret, sample_token(Purpose::unsubscribe));
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CAPTURE(i);
        CHECK_FALSE(verify_token(kSecret, changed, Purpose::unsubscribe));
    }
    for (const std::string& hostile :
         {std::string(), text + "A", text.substr(1), std::string(55, 'A'), std::string(55, '\0'),
          std::string(100'000, 'x'), std::string("../../etc/passwd")}) {
        CHECK_FALSE(verify_token(kSecret, hostile, Purpose::unsubscribe));
    }
}

TEST_CASE("a click leads where the message said and nowhere else", "[inbound]") {
    const std::string target = "https://shop.example/a?b=1&c=ü%20x#y";
    const std::string url = click_url(context(), target);
    CHECK(url.starts_with("https://hello.shop.example/c/"));
    const std::string token = token_in(url, "/c/");
    CHECK(percent_decode(url.substr(url.find("?u=") + 3)) == target);
    CHECK(verify_click(kSecret, token, target) == sample_token(Purpose::click));
    for (const std::string other :
         {"https://evil.example/", "https://shop.example/a?b=1&c=ü%20x#z", "", "//evil.example",
          "javascript:alert(1)", "https://shop.example/\r\nSet-Cookie: a=b"}) {
        CAPTURE(other);
        CHECK_FALSE(verify_click(kSecret, token, other));
    }
    // Even our own signature does not make a dangerous target followable.
    const std::string script = "javascript:alert(1)";
    CHECK_FALSE(verify_click(kSecret, token_in(click_url(context(), script), "/c/"), script));
}

TEST_CASE("links are followed, everything else is left as it is", "[inbound]") {
    const auto tracked = [](const std::string& url) { return click_url(context(), url); };
    const std::string unsubscribe = unsubscribe_url(context());
    const auto [html, wanted] = GENERATE_COPY(table<std::string, std::string>({
        {"<p><a href=\"https://shop.example/?a=1&amp;b=2\">x</a></p>",
         "<p><a href=\"" + tracked("https://shop.example/?a=1&b=2") + "\">x</a></p>"},
        {"<A class='b' HREF = 'HTTP://shop.example/'>x</A>",
         "<A class='b' HREF = '" + tracked("HTTP://shop.example/") + "'>x</A>"},
        {"<a href=https://shop.example/>x</a>",
         "<a href=" + tracked("https://shop.example/") + ">x</a>"},
        {"<a title=\"a > b\" href=\"https://s.example\">x</a>",
         "<a title=\"a > b\" href=\"" + tracked("https://s.example") + "\">x</a>"},
        {"<a data-track=\"off\" href=\"https://s.example\">x</a>",
         "<a data-track=\"off\" href=\"https://s.example\">x</a>"},
        {"<a href=\"" + unsubscribe + "\">stop</a>", "<a href=\"" + unsubscribe + "\">stop</a>"},
        {"<a href=\"https://hello.shop.example/prefs\">p</a>",
         "<a href=\"https://hello.shop.example/prefs\">p</a>"},
        {"<a href=\"mailto:a@b.example\">m</a>", "<a href=\"mailto:a@b.example\">m</a>"},
        {"<a href=\"#top\">t</a><abbr href=\"https://s.example\">",
         "<a href=\"#top\">t</a><abbr href=\"https://s.example\">"},
        {"<img src=\"https://s.example/i.png\"> https://s.example/",
         "<img src=\"https://s.example/i.png\"> https://s.example/"},
        {"<!-- <a href=\"https://s.example\"> -->", "<!-- <a href=\"https://s.example\"> -->"},
        {"<a href=\"https://s.example/\n\">x</a>", "<a href=\"https://s.example/\n\">x</a>"},
        {"<a href=\"https://open", "<a href=\"https://open"},
        {"", ""},
    }));
    CAPTURE(html);
    CHECK(with_tracked_links(html, context(), unsubscribe) == wanted);
}

TEST_CASE("the pixel stands before the body's end", "[inbound]") {
    const std::string image = "<img src=\"" + pixel_url(context()) +
                              "\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">";
    CHECK(with_pixel("<BODY>x</BODY></html>", context()) == "<BODY>x" + image + "</BODY></html>");
    CHECK(with_pixel("x", context()) == "x" + image);
    CHECK(pixel_url(context()).ends_with(".gif"));
    CHECK(pixel_gif().size() == 43);
    CHECK(pixel_gif().starts_with("GIF89a"));
    CHECK(pixel_gif().back() == '\x3b');
}

TEST_CASE("Twilio's signature is Twilio's", "[inbound][twilio]") {
    // The example of Twilio's own documentation.
    CHECK(twilio_signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2",
                           {{"CallSid", "CA1234567890ABCDE"},
                            {"Caller", "+12349013030"},
                            {"Digits", "1234"},
                            {"From", "+12349013030"},
                            {"To", "+18005551212"}}) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
}

TEST_CASE("Twilio's report becomes a receipt", "[inbound][twilio]") {
    const auto [body, kind] = GENERATE(table<std::string, std::optional<model::ReceiptKind>>({
        {"MessageSid=SM1&MessageStatus=delivered", model::ReceiptKind::delivered},
        {"MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003", model::ReceiptKind::failed},
        {"MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30005", model::ReceiptKind::bounced},
        {"MessageSid=SM1&MessageStatus=failed&ErrorCode=21610", model::ReceiptKind::unsubscribed},
        {"MessageSid=SM1&MessageStatus=failed", model::ReceiptKind::failed},
        {"MessageSid=SM1&MessageStatus=sent", std::nullopt},
        {"MessageSid=SM1&MessageStatus=queued", std::nullopt},
        {"MessageSid=SM1&MessageStatus=tomorrow", std::nullopt},
    }));
    CAPTURE(body);
    Report report;
    report.body = body;
    auto read = report.read();
    REQUIRE(read);
    REQUIRE(read.value().reports.size() == 1);
    const InboundReport& one = read.value().reports.front();
    CHECK(one.provider_id == "SM1");
    CHECK(one.receipt.has_value() == kind.has_value());
    if (kind) {
        CHECK(one.receipt->kind == *kind);
        CHECK(one.receipt->at == noon());
        CHECK(one.receipt->id.starts_with("SM1/"));
    }
}

TEST_CASE("a report that Twilio did not send is refused", "[inbound][twilio]") {
    Report wrong_signature;
    wrong_signature.signature = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";
    CHECK(wrong_signature.read().error().code == ErrorCode::refused);

    Report no_auth_token;
    no_auth_token.auth_tokens = {""};
    CHECK(no_auth_token.read().error().code == ErrorCode::refused);

    Report changed_body;
    REQUIRE(changed_body.read());
    changed_body.body += "&ErrorCode=1";
    CHECK(changed_body.read().error().code == ErrorCode::refused);

    Report half_a_form;
    half_a_form.signature = "x";
    half_a_form.body = "MessageSid=%";
    CHECK(half_a_form.read().error().code == ErrorCode::invalid);

    Report nameless;
    nameless.body = "MessageStatus=delivered";
    CHECK(nameless.read().error().code == ErrorCode::invalid);
}

TEST_CASE("Twilio may sign the standard port or leave it out", "[inbound][twilio]") {
    Report report;
    report.url = "https://hello.shop.example:443/r/twilio/";
    CHECK(report.read());
}

TEST_CASE("a webhook is believed for five minutes under any current secret", "[inbound]") {
    const std::string id = "msg_1";
    const std::string body = R"({"type":"x"})";
    const std::int64_t sent =
        std::chrono::floor<std::chrono::seconds>(noon()).time_since_epoch().count();
    const std::string stamp = std::to_string(sent);
    const std::string signature =
        "v1," + to_base64(view_of(hmac_sha256("new", id + "." + stamp + "." + body)));
    const std::vector<std::string> secrets{"old", "new"};
    const auto verify = [&](std::string_view text, std::string_view given, std::string_view at,
                            Instant now) {
        return verify_webhook(secrets, {id, at, given, text, now}).has_value();
    };
    using std::chrono::minutes;
    using std::chrono::seconds;
    CHECK(verify(body, signature, stamp, noon()));
    CHECK(verify(body, "v1,nonsense v2,x " + signature, stamp, noon()));
    CHECK(verify(body, signature, stamp, noon() + minutes(5)));
    CHECK(verify(body, signature, stamp, noon() - minutes(5)));
    CHECK_FALSE(verify(body, signature, stamp, noon() + minutes(5) + seconds(1)));
    CHECK_FALSE(verify(body, signature, stamp, noon() - minutes(5) - seconds(1)));
    CHECK_FALSE(verify(body + " ", signature, stamp, noon()));
    CHECK_FALSE(verify(body, "", stamp, noon()));
    CHECK_FALSE(verify(body, signature, "", noon()));
    CHECK_FALSE(verify(body, signature, "-9223372036854775808", noon()));
    CHECK_FALSE(verify(body, signature, "99999999999999999999", noon()));
    CHECK_FALSE(verify(body, signature, stamp + "x", noon()));
    const std::vector<std::string> others{"old"};
    CHECK_FALSE(verify_webhook(others, {id, stamp, signature, body, noon()}));
}
