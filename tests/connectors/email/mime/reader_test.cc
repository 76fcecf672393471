#include "connectors/email/mime/mime.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::connectors::mime;

namespace {

std::string refusal(const std::string& text, const ReadLimits& limits = {}) {
    auto read = read_mail(text, limits);
    return read ? "read" : read.error().detail;
}

}  // namespace

TEST_CASE("a mail is read with either kind of line end", "[mime][reader]") {
    const std::string crlf = GENERATE(as<std::string>{}, "\r\n", "\n");
    std::string text;
    for (const char* line :
         {"From ada Sat Nov 21", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe_an?=", " =?UTF-8?B?IGFsbGU=?=",
          "Content-Type: multipart/report; report-type=delivery-status;", "\tboundary=\"a;b\"", "",
          "preamble", "--a;b", "", "first", "--a;b   ", "Content-Type: Text/HTML; charset=gb2312",
          "Content-Transfer-Encoding: BASE64", "", "08rP5LK7tObU2g==", "--a;bc", "--a;b--", "end"})
        text += line + crlf;
    auto read = read_mail(text);
    REQUIRE(read);
    CHECK(decoded_words(read.value().header("subject")) == "Grüße an alle");
    CHECK(read.value().parameter("report-type") == "delivery-status");
    REQUIRE(read.value().parts.size() == 2);
    CHECK(read.value().parts[0].body == "first");
    CHECK(read.value().parts[0].type == "text/plain");
    CHECK(read.value().parts[1].type == "text/html");
    CHECK(decoded_text(read.value().parts[1]).starts_with("邮箱不存在"));
}

TEST_CASE("a mail inside a mail is read, and one cut off says what it says", "[mime][reader]") {
    auto read = read_mail(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: "
        "message/rfc822\r\n\r\nSubject: inside\r\n\r\nwords");
    REQUIRE(read);
    REQUIRE(read.value().parts.size() == 1);
    REQUIRE(read.value().parts[0].parts.size() == 1);
    CHECK(read.value().parts[0].parts[0].header("subject") == "inside");
    CHECK(read.value().parts[0].parts[0].body == "words");
}

TEST_CASE("what a stranger could blow up is bounded", "[mime][reader]") {
    CHECK(refusal("") == "this is not a mail: no headers");
    CHECK(refusal("no colon here\r\n\r\n") == "this is not a mail: no headers");
    ReadLimits small;
    small.bytes_most = 10;
    CHECK(refusal("Subject: long enough\r\n\r\n", small) == "the mail is larger than what is read");

    std::string nested;
    for (int i = 0; i < 500; ++i)
        nested += "Content-Type: message/rfc822\r\n\r\n";
    CHECK(refusal(nested) == "the mail has too many parts in parts");
    std::string wide = "Content-Type: multipart/mixed; boundary=x\r\n\r\n";
    for (int i = 0; i < 100'000; ++i)
        wide += "--x\r\n\r\n";
    CHECK(refusal(wide) == "the mail has too many parts in parts");
    std::string headers;
    for (int i = 0; i < 100'000; ++i)
        headers += "A: b\r\n";
    CHECK(refusal(headers) == "the mail has too many headers");
    CHECK(refusal("A: b\r\nC: " + std::string(3u << 20, 'x') + "\r\n\r\n") == "read");
    CHECK(refusal("Content-Type: multipart/mixed; boundary=\"" + std::string(100'000, '-') +
                  "\"\r\n\r\n--\r\n--\r\n") == "read");
    CHECK(refusal("Content-Type: ;;;=;\"\r\n\r\n") == "read");
}

TEST_CASE("encodings give what they can", "[mime][reader]") {
    ReadPart part;
    part.headers = {{"content-transfer-encoding", "quoted-printable"}};
    part.body = "a=3Db=\r\nc=  \nd=zz=4";
    CHECK(decoded_body(part) == "a=bcd=zz=4");
    part.headers = {{"content-transfer-encoding", "base64"}};
    part.body = "aGVs\r\nbG8=\r\ntrailing";
    CHECK(decoded_body(part) == "hello");
    part.body = "aGVsb";
    CHECK(decoded_body(part).starts_with("hel"));
    part.headers.clear();
    part.body = "\xff";
    CHECK(decoded_text(part) == "\uFFFD");
    part.parameters = {{"charset", "no-such-charset"}};
    CHECK(decoded_text(part) == "\uFFFD");
    CHECK(decoded_words("=?utf-8?B?!!!?= x =?utf-8?X?a?= =?") == " x =?utf-8?X?a?= =?");
    CHECK(decoded_words("a =?iso-8859-1?q?=FC_b?= c") == "a ü b c");
}
