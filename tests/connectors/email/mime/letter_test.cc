#include "connectors/email/mime/mime.h"
#include "tests/connectors/contract.h"

using namespace journey;
using namespace journey::connectors;
using namespace journey::connectors::mime;

namespace {

Message sample() {
    Message message = contract::sample_message("email", "ada@mail.example");
    message.subject = "Your cart is waiting";
    message.html =
        "<html><body><p>Hi Ada,</p><p>5 % off: <a "
        "href=\"https://shop.example/a?b=1&amp;c=2\">look</a></p>"
        "</body></html>";
    message.unsubscribe_url = "https://hello.shop.example/u/TOKEN";
    return message;
}

std::string made(const Message& message, const std::string& from = "Shop <hello@shop.example>") {
    auto mailbox = parse_mailbox(from, "`from`");
    REQUIRE(mailbox);
    Style style;
    style.from = mailbox.value();
    auto text = mime_message(message, style);
    return text ? text.value() : "refused: " + text.error().detail;
}

std::size_t longest_line(const std::string& text) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find("\r\n", at), text.size());
        longest = std::max(longest, end - at);
        at = end + 2;
    }
    return longest;
}

bool has_bare_line_ends(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return true;
        if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a message is exactly these bytes", "[mime]") {
    CHECK(made(sample()) ==
          "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
          "From: \"Shop\" <hello@shop.example>\r\n"
          "To: ada@mail.example\r\n"
          "Subject: Your cart is waiting\r\n"
          "Message-ID: <0b9c1122-3344-4566-8788-99aabbccdd01@shop.example>\r\n"
          "Auto-Submitted: auto-generated\r\n"
          "Precedence: bulk\r\n"
          "List-Unsubscribe: <https://hello.shop.example/u/TOKEN>\r\n"
          "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
          "List-Id: <welcome.shop.example>\r\n"
          "MIME-Version: 1.0\r\n"
          "Content-Type: multipart/alternative;\r\n"
          " boundary=\"=_0b9c1122-3344-4566-8788-99aabbccdd01\"\r\n"
          "\r\n"
          "--=_0b9c1122-3344-4566-8788-99aabbccdd01\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: quoted-printable\r\n"
          "\r\n"
          "Hi Ada,\r\n"
          "\r\n"
          "5 % off: look (https://shop.example/a?b=3D1&c=3D2)\r\n"
          "\r\n"
          "--=_0b9c1122-3344-4566-8788-99aabbccdd01\r\n"
          "Content-Type: text/html; charset=utf-8\r\n"
          "Content-Transfer-Encoding: quoted-printable\r\n"
          "\r\n"
          "<html><body><p>Hi Ada,</p><p>5 % off: <a href=3D\"https://shop.example/a?b=\r\n"
          "=3D1&amp;c=3D2\">look</a></p></body></html>\r\n"
          "\r\n"
          "--=_0b9c1122-3344-4566-8788-99aabbccdd01--\r\n");
    CHECK(made(sample()) == made(sample()));
}

TEST_CASE("a transactional message names no way out", "[mime]") {
    Message message = sample();
    message.unsubscribe_url = "";
    CHECK(made(message).find("List-Unsubscribe") == std::string::npos);
}

TEST_CASE("a text alone is one part", "[mime]") {
    Message message = sample();
    message.html = "";
    message.text = "Hello.";
    CHECK(made(message).find("multipart") == std::string::npos);
    CHECK(made(message).ends_with("\r\n\r\nHello.\r\n"));
}

TEST_CASE("words of other scripts are encoded and cut between characters", "[mime]") {
    Message message = sample();
    message.subject = "您购物车里的商品还在等您，今天下单立减五元，错过就没有了，快来看看吧";
    message.html = "<p>您好，林女士。</p>";
    const std::string text = made(message, "小店 <hello@shop.example>");
    CHECK(longest_line(text) <= 78);
    CHECK_FALSE(has_bare_line_ends(text));
    CHECK(text.find("From: =?UTF-8?B?5bCP5bqX?= <hello@shop.example>\r\n") != std::string::npos);
    CHECK(text.find("Subject: =?UTF-8?B?5oKo") != std::string::npos);
    CHECK(text.find("Content-Transfer-Encoding: base64") != std::string::npos);
    CHECK(text.find("您") == std::string::npos);
}

namespace {

Attachment file(const std::string& name, const std::string& type, const std::string& content,
                const std::string& id = "") {
    return {name, type, std::make_shared<const std::string>(content), id};
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("attachments stand beside the words, pictures beside the HTML", "[mime]") {
    Message message = sample();
    message.attachments = {file("invoice.pdf", "application/pdf", "%PDF-1.7"),
                           file("logo.png", "image/png", "PNG", "logo@shop.example")};
    message.html = "<p>Hi <img src=\"cid:logo@shop.example\"></p>";
    const std::string letter = made(message);  // what is read looks into it
    auto read = read_mail(letter);
    REQUIRE(read);
    const ReadPart& mail = read.value();
    CHECK(mail.type == "multipart/mixed");
    REQUIRE(mail.parts.size() == 2);
    CHECK(mail.parts[1].type == "application/pdf");
    CHECK(decoded_body(mail.parts[1]) == "%PDF-1.7");
    const ReadPart& words = mail.parts[0];
    CHECK(words.type == "multipart/alternative");
    REQUIRE(words.parts.size() == 2);
    CHECK(words.parts[1].type == "multipart/related");
    REQUIRE(words.parts[1].parts.size() == 2);
    CHECK(words.parts[1].parts[1].header("content-id") == "<logo@shop.example>");
    CHECK(decoded_body(words.parts[1].parts[1]) == "PNG");
}

TEST_CASE("a picture's bare name becomes a whole Content-ID, here and where it is shown",
          "[mime]") {
    Message message = sample();
    message.attachments = {file("logo.png", "image/png", "PNG", "logo"),
                           file("logo2.png", "image/png", "PNG2", "logo2")};
    message.html = "<img src=\"cid:logo\"><img src='cid:logo2'>cid:logos <a href=cid:logo>x</a>";
    const std::string letter = made(message);
    auto read = read_mail(letter);
    REQUIRE(read);
    REQUIRE(read.value().parts.size() == 2);
    const ReadPart& shown = read.value().parts[1];
    REQUIRE(shown.parts.size() == 3);
    const std::string id = std::string(shown.parts[1].header("content-id"));
    REQUIRE(id.starts_with("<logo@"));
    const std::string end = id.substr(5, id.size() - 6);
    CHECK(shown.parts[2].header("content-id") == "<logo2" + end + ">");
    const std::string html = decoded_body(shown.parts[0]);
    CAPTURE(html);
    CHECK(has(html, "\"cid:logo" + end + "\""));
    CHECK(has(html, "'cid:logo2" + end + "'"));
    CHECK(has(html, "cid:logos "));
    CHECK(has(html, "href=cid:logo" + end + ">"));
}

TEST_CASE("a data: image becomes a part, the same one once", "[mime]") {
    Message message = sample();
    const std::string png = "data:image/png;base64,iVBORw0KGgo=";
    message.html = "<img src=\"" + png + "\"><img src='" + png +
                   "'><img src=\"data:image/png;base64,???\"><img src=\"data:text/html,x\">";
    const std::string text = made(message);
    auto read = read_mail(text);
    REQUIRE(read);
    const ReadPart& related = read.value().parts.at(1);
    REQUIRE(related.type == "multipart/related");
    REQUIRE(related.parts.size() == 2);
    CHECK(decoded_body(related.parts[1]) == "\x89PNG\r\n\x1a\n");
    const std::string html = decoded_body(related.parts[0]);
    const std::string id = "image1.0b9c1122-3344-4566-8788-99aabbccdd01@shop.example";
    CHECK(html == "<img src=\"cid:" + id + "\"><img src='cid:" + id +
                      "'><img src=\"data:image/png;base64,???\"><img "
                      "src=\"data:text/html,x\">\r\n");
    CHECK(related.parts[1].header("content-id") == "<" + id + ">");
}

TEST_CASE("file names in any script travel in RFC 2231's pieces", "[mime]") {
    const auto [name, wanted] = GENERATE(table<std::string, std::string>({
        {"invoice 7.pdf", "; filename=\"invoice 7.pdf\""},
        {"\u53d1\u7968.pdf", "; filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf"},
        {"a\"b.pdf", "; filename*=UTF-8''a%22b.pdf"},
        {"100%.pdf", "; filename*=UTF-8''100%25.pdf"},
    }));
    std::string flat = header_parameter("filename", name);
    while (has(flat, "\r\n"))
        flat.erase(flat.find("\r\n"), 2);
    CHECK(flat == wanted);
    std::string lengthy;
    for (int i = 0; i < 20; ++i)
        lengthy += "\u8ba2\u5355";
    const std::string pieces = header_parameter("filename", lengthy + ".pdf");
    CHECK(longest_line(pieces) <= 78);
    CHECK(has(pieces, ";\r\n filename*0*=UTF-8''%E8%AE%A2"));
    CHECK(has(pieces, ";\r\n filename*6*="));
}

TEST_CASE("what cannot be attached is refused in words", "[mime]") {
    const auto [bad, why] = GENERATE(table<Attachment, std::string>({
        {file("", "application/pdf", "x"), "plain file name"},
        {file("../etc/passwd", "application/pdf", "x"), "plain file name"},
        {file("a\r\nBcc: e.pdf", "application/pdf", "x"), "plain file name"},
        {file("a.pdf", "application/pdf\r\nX: y", "x"), "media type"},
        {file("a.eml", "message/rfc822", "x"), "media type"},
        {file("a.bin", "multipart/mixed", "x"), "media type"},
        {file("a.png", "image/png", "x", "a>\r\nX: y"), "unusable id"},
        {Attachment{"a.pdf", "application/pdf", nullptr, ""}, "no content"},
    }));
    Message message = sample();
    message.attachments = {bad};
    CHECK(has(made(message), "refused: "));
    CHECK(has(made(message), why));
    message.attachments = {file("a.bin", "application/octet-stream", std::string(19u << 20, 'x'))};
    CHECK(has(made(message), "larger than 18 MB"));
}

TEST_CASE("what machines read: reply, feedback, reference, kind", "[mime]") {
    Message message = sample();
    message.reference = "AQIDBA";
    message.message_template = "cart reminder";
    Style style;
    style.from = parse_mailbox("Shop <hello@shop.example>", "`from`").value();
    style.reply_to = parse_mailbox("Help <help@shop.example>", "`reply to`").value();
    style.feedback_sender = "shopmail";
    std::string text = mime_message(message, style).value();
    CHECK(has(text, "\r\nReply-To: \"Help\" <help@shop.example>\r\n"));
    CHECK(has(text, "\r\nFeedback-ID: welcome:cart-reminder:marketing:shopmail\r\n"));
    CHECK(has(text, "\r\nX-Journey-Reference: AQIDBA\r\n"));
    message.unsubscribe_url = "";
    text = mime_message(message, style).value();
    CHECK(has(text, ":transactional:shopmail\r\n"));
    CHECK_FALSE(has(text, "Precedence"));
    CHECK_FALSE(has(text, "List-"));
    CHECK(has(text, "\r\nAuto-Submitted: auto-generated\r\n"));
    message.reference = "x\r\nBcc: eve@evil.example";
    CHECK_FALSE(mime_message(message, style));
}

TEST_CASE("addresses in any script: the domain becomes ASCII, the name may stay", "[mime]") {
    const auto [text, wanted, utf8] = GENERATE(table<std::string, std::string, bool>({
        {"ada@mail.example", "ada@mail.example", false},
        {"ada@b\u00fccher.example", "ada@xn--bcher-kva.example", false},
        {"ada@\u4e2d\u6587.\u4e2d\u56fd", "ada@xn--fiq228c.xn--fiqs8s", false},
        {"jos\u00e9@mail.example", "jos\u00e9@mail.example", true},
        {"\u7528\u6237@\u4e2d\u6587.\u4e2d\u56fd", "\u7528\u6237@xn--fiq228c.xn--fiqs8s", true},
    }));
    CAPTURE(text);
    const auto wire = wire_address(text);
    REQUIRE(wire);
    CHECK(wire->text == wanted);
    CHECK(wire->utf8 == utf8);
}

TEST_CASE("what only looks like an address is none", "[mime]") {
    const std::string text =
        GENERATE(as<std::string>{}, "", "ada", "ada@", "@b\u00fccher.example",
                 "a b@b\u00fccher.example", "ada@b\u00fc cher.example", "ada@b\u00fccher",
                 "ada@\u202ebücher.example", "j\u00f6\u2028e@mail.example", "ada@-b\u00fc.example",
                 "jos\u00e9\r\nRCPT TO:<e@e.example>@mail.example", "jos\xff@mail.example",
                 "ada@b\u00fccher.example>", "\u7528@\u6237@mail.example");
    CAPTURE(text);
    CHECK_FALSE(wire_address(text));
}

TEST_CASE("quoted-printable survives what relays do to lines", "[mime]") {
    const auto [text, wanted] = GENERATE(table<std::string, std::string>({
        {"a=b", "a=3Db\r\n"},
        {"a \nb\t\n", "a=20\r\nb=09\r\n"},
        {".\n..x", "=2E\r\n=2E.x\r\n"},
        {"a\r\nb\rc\nd", "a\r\nb\r\nc\r\nd\r\n"},
        {"ü", "=C3=BC\r\n"},
        {"", ""},
        {std::string(80, 'x'), std::string(75, 'x') + "=\r\nxxxxx\r\n"},
    }));
    CHECK(quoted_printable(text) == wanted);
}

TEST_CASE("headers cannot be forged through any field", "[mime]") {
    const std::string evil = "x\r\nBcc: eve@evil.example";
    Message message = sample();
    message.subject = evil;
    CHECK(made(message).starts_with("refused"));
    message = sample();
    message.unsubscribe_url = "https://a.example/>\r\nBcc: eve@evil.example";
    CHECK(made(message).starts_with("refused"));
    message.unsubscribe_url = "javascript:alert(1)";
    CHECK(made(message).starts_with("refused"));
    CHECK_FALSE(parse_mailbox("Shop\r\nBcc: e <hello@shop.example>", "`from`"));
    CHECK_FALSE(parse_mailbox("Shop <hello@shop.example>\r\nBcc: e", "`from`"));
    CHECK_FALSE(parse_mailbox("Shop <not an address>", "`from`"));
    message = sample();
    message.html = "\xff\xfe";
    CHECK(made(message).starts_with("refused"));
    // A subject that looks like an encoded word is sent as the words it is.
    message = sample();
    message.subject = "=?UTF-8?B?QmNj?=";
    CHECK(made(message).find("Subject: =?UTF-8?B?PT9VVEYt") != std::string::npos);
    message = sample();
    CHECK(made(message, "\"Shop, \\\"Inc\\\"\" <hello@shop.example>").find("\r\nTo: ") !=
          std::string::npos);
}

TEST_CASE("HTML becomes text a person can read", "[mime]") {
    CHECK(
        plain_text_of(
            "<style>p{}</style><h1>Sale</h1><p>a&nbsp;&amp; b<br>c</p><ul><li>one<li>two</ul>"
            "<script>x()</script><!-- no --><a href='https://s.example/'>https://s.example/</a>") ==
        "Sale\n\na & b\nc\n\n- one\n- two\nhttps://s.example/\n");
    CHECK(plain_text_of("1 < 2 &#x4f60; &bogus; <") == "1 < 2 你 &bogus; <\n");
    CHECK(plain_text_of("") == "");
    CHECK_NOTHROW(plain_text_of("<a href=\"" + std::string(100'000, 'x')));
}
