// A mail that came back: read, and its words made safe for a log and a page.

#include "connectors/email/bounce/bounce.h"
#include "connectors/email/mime/mime.h"
#include "tests/fuzz/fuzz.h"

using namespace journey;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    auto read = connectors::bounce::read_notice(text, Instant{});
    if (!read) return 0;
    const connectors::InboundReport& report = read.value();
    fuzz::require(report.token.empty() || report.token.size() == 55, "a token of another length");
    if (!report.receipt) return 0;
    const std::string& detail = report.receipt->detail;
    fuzz::require(detail.size() < 400, "a reason without end");
    fuzz::require(is_utf8(detail), "a reason that is no text");
    fuzz::require(detail.find('@') == std::string::npos, "an address in the reason");
    for (const char c : detail)
        fuzz::require(static_cast<unsigned char>(c) >= 0x20, "a control character in the reason");
    if (report.receipt->kind == model::ReceiptKind::bounced) {
        const std::string word = detail.substr(0, detail.find(':'));
        fuzz::require(word == "hard" || word == "soft" || word == "policy", "no severity");
    }
    fuzz::require(!report.receipt->id.empty(), "a receipt without a name");
    return 0;
}

std::vector<std::string> fuzz::seeds() {
    return files_in("tests/connectors/email/bounce/corpus", {".eml"});
}

std::vector<std::string> fuzz::dictionary() {
    return {"Content-Type: multipart/report; boundary=\"b\"\r\n",
            "Content-Type: message/delivery-status\r\n\r\n",
            "Content-Type: message/rfc822\r\n\r\n",
            "Content-Type: message/feedback-report\r\n\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n",
            "charset=gb18030",
            "charset=utf-7",
            "charset=hz-gb-2312",
            "Action: failed\r\n",
            "Status: 5.1.1\r\n",
            "Diagnostic-Code: smtp; 550 ",
            "Feedback-Type: abuse\r\n",
            "X-Journey-Reference: ",
            "\r\n\r\n",
            "\n\n",
            "--b\r\n",
            "--b--\r\n",
            "=?gb18030?B?08rP5A==?=",
            "=\r\n",
            "bounces+AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJyg@",
            "MAILER-DAEMON@",
            "\xe2\x80\xa6"};
}
