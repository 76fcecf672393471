// The corpus: notices as servers lay them out, written after their formats; none was received by
// anybody. REFERENCE is what sign_token would have made of 41 bytes.

#include "connectors/email/bounce/bounce.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace journey;
using namespace journey::connectors;
using namespace journey::connectors::bounce;
using model::ReceiptKind;

namespace {

const std::string kReference = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJyg";
const Instant kAt = parse_instant("2026-11-21T12:00:00Z").value();

std::string corpus() {
    return std::string(JOURNEY_SOURCE_DIR) + "/tests/connectors/email/bounce/corpus";
}

std::string mail(const std::string& name) {
    std::ifstream in(corpus() + "/" + name + ".eml", std::ios::binary);
    REQUIRE(in);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

InboundReport notice(const std::string& text) {
    auto read = read_notice(text, kAt);
    REQUIRE(read);
    return std::move(read).value();
}

struct Bounced {
    const char* name;
    const char* detail;  // how it begins
};

constexpr std::array kBounced{
    Bounced{"postfix_unknown_user", "hard: 5.1.1 there is no such mailbox (550 5.1.1 … Recipient"},
    Bounced{"postfix_no_domain", "hard: 5.4.4 there is no such domain (Host or domain"},
    Bounced{"postfix_expired", "soft: 4.4.1 the server could not be reached in time (connect to"},
    Bounced{"exim_unrouteable", "hard: 5.0.0 there is no such mailbox (550 No such user here)"},
    Bounced{"exim_plain", "soft: the server could not be reached in time"},
    Bounced{"exchange_recipnotfound", "hard: 5.1.10 there is no such mailbox (550 5.1.10 RESOLVER"},
    Bounced{"exchange_online_denied", "hard: 5.4.1 there is no such mailbox (550 5.4.1 Recipient"},
    Bounced{"outlook_blocklist", "policy: 5.7.1 our server is on a block list (550 5.7.1"},
    Bounced{"outlook_com_unavailable", "hard: 5.5.0 there is no such mailbox (550 5.5.0 Requested"},
    Bounced{"gmail_no_such_user", "hard: 5.1.1 there is no such mailbox (550-5.1.1 The email"},
    Bounced{"gmail_full", "soft: 5.2.2 the mailbox is full (550 5.2.2 The recipient's inbox"},
    Bounced{"gmail_unauthenticated", "policy: 5.7.26 our mail is not authenticated (SPF, DKIM"},
    Bounced{"gmail_rate", "policy: 4.7.28 we sent too fast (421 4.7.28"},
    Bounced{"qq_mailbox_not_found",
            "hard: 5.0.0 there is no such mailbox (550 Mailbox not found. …)"},
    Bounced{"qq_content_denied",
            "policy: 5.0.0 it was taken for spam (550 Mail content denied. …)"},
    Bounced{"qq_frequency", "policy: 5.0.0 we sent too fast (550 Ip frequency limited. …)"},
    Bounced{"qq_full", "soft: 5.0.0 the mailbox is full (552 Mailbox space is not enough)"},
    Bounced{"qq_letter", "hard: there is no such mailbox (550 Mailbox not found.)"},
    Bounced{"163_not_found", "hard: 5.0.0 there is no such mailbox (550 User not found: …)"},
    Bounced{"163_suspended",
            "hard: 5.0.0 the mailbox is closed or disabled (550 User suspended: …)"},
    Bounced{"163_spam", "policy: 5.0.0 it was taken for spam (554 DT:SPM 163"},
    Bounced{"yahoo_disabled", "hard: 5.0.0 the mailbox is closed or disabled (554 30 Sorry, your"},
    Bounced{"nullmx", "hard: 5.1.10 there is no such domain (556 5.1.10 … Recipient"},
    Bounced{"sender_refused", "policy: 5.1.0 our sender address or domain was refused (550 5.1.0"},
    Bounced{"nothing_known", "soft: 5.0.0 (554 Transaction failed)"},
    Bounced{"code_only", "hard: 5.1.1 there is no such mailbox (550 5.1.1 …)"},
    Bounced{"qmail_letter", "hard: 5.1.1 there is no such mailbox"},
};

struct Other {
    const char* name;
    std::optional<ReceiptKind> kind;
};

constexpr std::array kOthers{
    Other{"postfix_delayed", std::nullopt},
    Other{"postfix_delivered", ReceiptKind::delivered},
    Other{"arf_abuse", ReceiptKind::complained},
    Other{"outlook_jmrp", ReceiptKind::complained},
    Other{"arf_opt_out", ReceiptKind::unsubscribed},
    Other{"arf_not_spam", std::nullopt},
    Other{"arf_dmarc", std::nullopt},
    Other{"vacation", std::nullopt},
    Other{"a_reply", std::nullopt},
};

}  // namespace

TEST_CASE("a mail that bounced is told with its severity and its reason", "[bounce]") {
    for (const Bounced& one : kBounced) {
        CAPTURE(one.name);
        const InboundReport report = notice(mail(one.name));
        CHECK(report.token == kReference);
        REQUIRE(report.receipt);
        CHECK(report.receipt->kind == ReceiptKind::bounced);
        CAPTURE(report.receipt->detail);
        CHECK(report.receipt->detail.starts_with(one.detail));
        CHECK(report.receipt->detail.find('@') == std::string::npos);
        CHECK(report.receipt->at == kAt);
        CHECK(report.receipt->id == notice(mail(one.name)).receipt->id);
    }
}

TEST_CASE("what is no bounce is told as what it is, or not at all", "[bounce]") {
    for (const Other& one : kOthers) {
        CAPTURE(one.name);
        const InboundReport report = notice(mail(one.name));
        CHECK(report.token == kReference);
        REQUIRE(report.receipt.has_value() == one.kind.has_value());
        if (one.kind) CHECK(report.receipt->kind == *one.kind);
    }
    const InboundReport foreign = notice(mail("foreign"));
    CHECK(foreign.token.empty());
    CHECK(foreign.receipt);
}

TEST_CASE("every file of the corpus is asked about", "[bounce]") {
    std::set<std::string> asked{"foreign"};
    for (const Bounced& one : kBounced)
        asked.insert(one.name);
    for (const Other& one : kOthers)
        asked.insert(one.name);
    for (const auto& file : std::filesystem::directory_iterator(corpus()))
        CHECK(asked.contains(file.path().stem().string()));
}

TEST_CASE("a notice cut or damaged anywhere is read without harm, and names nobody else",
          "[bounce]") {
    for (const char* name : {"gmail_no_such_user", "arf_abuse", "qq_letter", "qmail_letter"}) {
        const std::string whole = mail(name);
        for (std::size_t size = 0; size < whole.size(); size += 7) {
            auto read = read_notice(whole.substr(0, size), kAt);
            if (!read) continue;
            CHECK((read.value().token.empty() || read.value().token == kReference));
        }
        for (std::size_t at = 0; at < whole.size(); at += 11) {
            std::string damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x80);
            CHECK((read_notice(damaged, kAt) || true));
        }
    }
}

TEST_CASE("what would be hostile in a log or a page is taken out of a server's words", "[bounce]") {
    const std::string words =
        "550 5.1.1 \x01\x1b[31m<ada@mail.example> https://evil.example/x " + std::string(5000, 'y');
    const InboundReport report = notice(
        "From: mailer-daemon@x.example\r\nContent-Type: multipart/report; "
        "boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nA: "
        "b\r\n\r\nAction: failed\r\nDiagnostic-Code: smtp; " +
        words + "\r\n\r\n--b--\r\n");
    REQUIRE(report.receipt);
    CHECK(report.receipt->detail.size() < 260);
    CHECK(report.receipt->detail.find('@') == std::string::npos);
    CHECK(report.receipt->detail.find("http") == std::string::npos);
    CHECK(report.receipt->detail.find('\x1b') == std::string::npos);
}

TEST_CASE("a posted mail needs the secret", "[bounce]") {
    const auto reader = make_bounce_reader({"old-secret", "new-secret"});
    const std::string body = mail("postfix_unknown_user");
    const auto read = [&](const std::string& authorization) {
        const std::vector<std::pair<std::string, std::string>> headers{
            {"authorization", authorization}};
        InboundCall call;
        call.method = "POST";
        call.body = body;
        call.headers = &headers;
        call.now = kAt;
        return reader->read(call);
    };
    CHECK(read("Bearer old-secret"));
    auto taken = read("Bearer new-secret");
    REQUIRE(taken);
    REQUIRE(taken.value().reports.size() == 1);
    CHECK(taken.value().reports[0].token == kReference);
    for (const char* wrong : {"", "Bearer ", "Bearer other", "new-secret", "bearer new-secret"}) {
        auto refused = read(wrong);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::refused);
    }
    CHECK_FALSE(make_bounce_reader({""})->read({}));
}
