#include "connectors/email/smtp/calls.h"
#include "connectors/email/smtp/smtp.h"
#include "tests/connectors/contract.h"

using namespace journey;
using namespace journey::connectors;
using namespace journey::connectors::email;

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
    auto text = mime_message(message, mailbox.value());
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

TEST_CASE("a message is exactly these bytes", "[smtp][mime]") {
    CHECK(made(sample()) ==
          "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
          "From: \"Shop\" <hello@shop.example>\r\n"
          "To: ada@mail.example\r\n"
          "Subject: Your cart is waiting\r\n"
          "Message-ID: <0b9c1122-3344-4566-8788-99aabbccdd01@shop.example>\r\n"
          "Auto-Submitted: auto-generated\r\n"
          "List-Unsubscribe: <https://hello.shop.example/u/TOKEN>\r\n"
          "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
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

TEST_CASE("a transactional message names no way out", "[smtp][mime]") {
    Message message = sample();
    message.unsubscribe_url = "";
    CHECK(made(message).find("List-Unsubscribe") == std::string::npos);
}

TEST_CASE("a text alone is one part", "[smtp][mime]") {
    Message message = sample();
    message.html = "";
    message.text = "Hello.";
    CHECK(made(message).find("multipart") == std::string::npos);
    CHECK(made(message).ends_with("\r\n\r\nHello.\r\n"));
}

TEST_CASE("words of other scripts are encoded and cut between characters", "[smtp][mime]") {
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

TEST_CASE("quoted-printable survives what relays do to lines", "[smtp][mime]") {
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

TEST_CASE("headers cannot be forged through any field", "[smtp][mime]") {
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

TEST_CASE("HTML becomes text a person can read", "[smtp][mime]") {
    CHECK(
        plain_text_of(
            "<style>p{}</style><h1>Sale</h1><p>a&nbsp;&amp; b<br>c</p><ul><li>one<li>two</ul>"
            "<script>x()</script><!-- no --><a href='https://s.example/'>https://s.example/</a>") ==
        "Sale\n\na & b\nc\n\n- one\n- two\nhttps://s.example/\n");
    CHECK(plain_text_of("1 < 2 &#x4f60; &bogus; <") == "1 < 2 你 &bogus; <\n");
    CHECK(plain_text_of("") == "");
    CHECK_NOTHROW(plain_text_of("<a href=\"" + std::string(100'000, 'x')));
}
