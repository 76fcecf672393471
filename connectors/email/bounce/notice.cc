//   multipart/report; delivery-status      RFC 3464: action failed -> bounced, delivered or relayed
//                                          -> delivered, delayed and expanded -> nothing
//   multipart/report; feedback-report      RFC 5965: abuse fraud virus other -> complained,
//                                          opt-out -> unsubscribed, not-spam auth-failure -> nothing
//   Auto-Submitted: auto-replied           an answering machine: nothing
//   from a mail daemon, or with            the words of the letter decide: bounced
//   X-Failed-Recipients
//   anything else                          nothing

#include "connectors/email/bounce/bounce.h"
#include "connectors/email/mime/mime.h"

#include <fmt/format.h>

namespace journey::connectors::bounce {
namespace {

using mime::ReadPart;
using model::Receipt;
using model::ReceiptKind;

constexpr std::size_t kReferenceSize = 55;
constexpr std::size_t kWordsMost = 16u << 10;  // of a letter, that are looked at
constexpr std::size_t kSaidMost = 160;         // of a server's words, that are kept

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string_view field(const Fields& fields, std::string_view name) {
    for (const auto& [key, value] : fields) {
        if (key == name) return value;
    }
    return {};
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

bool is_reference_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

// Exactly so many of its characters, and then another.
std::string reference_at(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size() && is_reference_char(text[size]))
        ++size;
    return size == kReferenceSize ? std::string(text.substr(0, size)) : std::string();
}

// "bounces+REFERENCE@…", wherever it stands in the text.
std::string reference_in_address(std::string_view text) {
    for (std::size_t at = text.find('@'); at != std::string_view::npos;
         at = text.find('@', at + 1)) {
        if (at <= kReferenceSize || text[at - kReferenceSize - 1] != '+') continue;
        std::string found = reference_at(text.substr(at - kReferenceSize, kReferenceSize));
        if (!found.empty()) return found;
    }
    return {};
}

// A line of quoted headers in a letter's text.
std::string reference_in_words(std::string_view words) {
    const std::string low = lower(words);
    const std::string name = lower(mime::kReferenceHeader) + ":";
    const std::size_t at = low.find(name);
    if (at == std::string::npos) return {};
    std::string_view rest = words.substr(at + name.size());
    while (rest.starts_with(' '))
        rest.remove_prefix(1);
    return reference_at(rest);
}

/// Everything of a mail that is looked at, gathered in one walk.
struct Gathered {
    std::vector<Fields> status;  // message/delivery-status: the message's, then each recipient's
    Fields feedback;             // message/feedback-report
    std::vector<Fields> quoted;  // headers of messages inside
    std::string words;           // of the text parts
};

void gather(const ReadPart& part, Gathered& out, std::size_t depth) {
    if (part.type == "message/delivery-status" || part.type == "message/global-delivery-status") {
        constexpr std::size_t kRecipientsMost = 50;
        const std::string text = mime::decoded_body(part);
        std::string_view rest = text;
        while (!rest.empty() && out.status.size() < kRecipientsMost) {
            const std::string_view before = rest;
            Fields fields = mime::read_headers(before, rest);
            if (!fields.empty()) out.status.push_back(std::move(fields));
            if (rest.size() == before.size()) break;  // a line that is no field
        }
        return;
    }
    if (part.type == "message/feedback-report") {
        const std::string text = mime::decoded_body(part);
        std::string_view rest;
        out.feedback = mime::read_headers(text, rest);
        return;
    }
    if (part.type == "text/rfc822-headers" || part.type == "message/rfc822-headers" ||
        part.type == "message/global-headers") {
        const std::string text = mime::decoded_body(part);
        std::string_view rest;
        out.quoted.push_back(mime::read_headers(text, rest));
        return;
    }
    if (part.type.starts_with("message/")) {
        if (!part.parts.empty()) {
            out.quoted.push_back(part.parts.front().headers);
        } else {  // encoded, or of a kind unknown
            const std::string text = mime::decoded_body(part);
            std::string_view rest;
            out.quoted.push_back(mime::read_headers(text, rest));
        }
        return;
    }
    if (part.type.starts_with("text/") && out.words.size() < kWordsMost && depth <= 3) {
        out.words += mime::decoded_text(part).substr(0, kWordsMost);
        out.words += '\n';
    }
    for (const ReadPart& inner : part.parts)
        gather(inner, out, depth + 1);
}

// ---------------------------------------------------------------- whom it is about

std::string reference_of(const ReadPart& mail, const Gathered& seen) {
    // What was quoted is what we wrote; an address may have lost its capitals on the way.
    const std::string name = lower(mime::kReferenceHeader);
    for (const Fields& headers : seen.quoted) {
        std::string found = reference_at(field(headers, name));
        if (!found.empty()) return found;
    }
    constexpr std::array<std::string_view, 6> kTo{
        "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "x-rcpt-to"};
    for (const std::string_view to : kTo) {
        for (const auto& [key, value] : mail.headers) {
            if (key != to) continue;
            std::string found = reference_in_address(value);
            if (!found.empty()) return found;
        }
    }
    std::string found = reference_in_address(field(seen.feedback, "original-mail-from"));
    if (!found.empty()) return found;
    for (const Fields& headers : seen.quoted) {
        found = reference_in_address(field(headers, "return-path"));
        if (!found.empty()) return found;
    }
    found = reference_in_words(seen.words);
    return found.empty() ? reference_in_address(seen.words) : found;
}

// ---------------------------------------------------------------- what it says

bool hides(std::string_view word) {
    return word.find('@') != std::string_view::npos || word.starts_with("http://") ||
           word.starts_with("https://");
}

// A server's words on one line, without the addresses in them.
std::string said(std::string_view words) {
    std::string out;
    while (!words.empty() && out.size() < kSaidMost) {
        const std::size_t end = words.find_first_of(" \t\r\n");
        std::string_view word = words.substr(0, end);
        words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
        if (word.empty()) continue;
        if (!out.empty()) out += ' ';
        out += hides(word) ? std::string_view("…") : word;
    }
    if (out.size() > kSaidMost) {
        std::size_t size = kSaidMost;
        while (size > 0 && (static_cast<unsigned char>(out[size]) & 0xC0) == 0x80)
            --size;
        out.resize(size);
    }
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return replace_invalid_utf8(out);
}

Receipt bounce(const Cause& cause, std::string_view words) {
    Receipt receipt;
    receipt.kind = ReceiptKind::bounced;
    receipt.detail = fmt::format("{}:", name_of(cause.severity));
    if (!cause.status.empty()) receipt.detail += " " + cause.status;
    if (!cause.reason.empty()) receipt.detail += fmt::format(" {}", cause.reason);
    const std::string own = said(words);
    if (!own.empty()) receipt.detail += fmt::format(" ({})", own);
    return receipt;
}

// "smtp; 550 5.1.1 …" without the kind.
std::string_view diagnostic(const Fields& fields) {
    const std::string_view text = field(fields, "diagnostic-code");
    const std::size_t end = text.find(';');
    return end == std::string_view::npos || end > 12 ? text : text.substr(end + 1);
}

std::optional<Receipt> read_status(const Gathered& seen) {
    for (const Fields& fields : seen.status) {
        const std::string action = lower(field(fields, "action"));
        if (action.starts_with("delivered") || action.starts_with("relayed")) {
            Receipt receipt;
            receipt.kind = ReceiptKind::delivered;
            return receipt;
        }
        if (!action.starts_with("failed")) continue;
        const std::string_view words = diagnostic(fields);
        const std::string status = lower(field(fields, "status"));
        // Exchange and some Exims put the true words into the letter only.
        const bool enough = words.size() > 12;
        return bounce(classify(status, enough ? words : std::string_view(seen.words)), words);
    }
    return std::nullopt;
}

std::optional<Receipt> read_feedback(const Fields& fields) {
    const std::string kind = lower(field(fields, "feedback-type"));
    Receipt receipt;
    if (kind == "opt-out" || kind == "opt-out-list") {
        receipt.kind = ReceiptKind::unsubscribed;
        return receipt;
    }
    constexpr std::array<std::string_view, 5> kComplaints{"abuse", "fraud", "virus",
                                                          "miscategorized", "other"};
    if (std::find(kComplaints.begin(), kComplaints.end(), kind) == kComplaints.end()) {
        return std::nullopt;
    }
    receipt.kind = ReceiptKind::complained;
    receipt.detail = fmt::format("{} ({})", kind, said(field(fields, "user-agent")));
    return receipt;
}

bool is_from_daemon(const ReadPart& mail) {
    const std::string from = lower(mail.header("from"));
    const std::string path = mail.headers.empty() ? "" : lower(mail.header("return-path"));
    return path == "<>" || from.find("mailer-daemon") != std::string::npos ||
           from.find("postmaster") != std::string::npos ||
           !mail.header("x-failed-recipients").empty();
}

// The line that holds the server's own words: the first with a code, else nothing.
std::string_view telling_line(std::string_view words) {
    std::string_view rest = words;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        for (std::size_t i = 0; i + 3 < line.size(); ++i) {
            const bool begins = i == 0 || line[i - 1] == ' ' || line[i - 1] == ':';
            const bool code = (line[i] == '4' || line[i] == '5') && line[i + 1] >= '0' &&
                              line[i + 1] <= '7' && line[i + 2] >= '0' && line[i + 2] <= '9' &&
                              (line[i + 3] == ' ' || line[i + 3] == '-');
            if (begins && code) return line.substr(i);
        }
    }
    return {};
}

// A warning that it will be tried again is no end.
bool is_only_late(std::string_view words) {
    const std::string low = lower(words);
    return low.find("will be retried") != std::string::npos ||
           low.find("will keep trying") != std::string::npos ||
           low.find("will continue to be attempted") != std::string::npos ||
           low.find("do not need to resend") != std::string::npos ||
           low.find("delivery to the following recipient has been delayed") != std::string::npos;
}

std::optional<Receipt> read_letter(const ReadPart& mail, const Gathered& seen) {
    if (!is_from_daemon(mail) || is_only_late(seen.words)) return std::nullopt;
    const std::string_view line = telling_line(seen.words);
    Cause cause = classify("", seen.words);
    // Nothing that is known: a code alone, or only that it came back.
    if (cause.reason.empty() && !line.empty()) {
        cause.severity = Severity::soft;
    }
    return bounce(cause, line);
}

std::optional<Receipt> receipt_of(const ReadPart& mail, const Gathered& seen) {
    if (!seen.feedback.empty()) return read_feedback(seen.feedback);
    if (!seen.status.empty()) return read_status(seen);
    const std::string automatic = lower(mail.header("auto-submitted"));
    if (automatic.starts_with("auto-replied") && mail.header("x-failed-recipients").empty()) {
        return std::nullopt;
    }
    return read_letter(mail, seen);
}

}  // namespace

Result<InboundReport> read_notice(std::string_view mail, Instant received_at) {
    TRY(const auto read, mime::read_mail(mail));
    Gathered seen;
    gather(read, seen, 0);
    InboundReport report;
    report.token = reference_of(read, seen);
    report.receipt = receipt_of(read, seen);
    if (!report.receipt) return report;
    report.receipt->at = received_at;
    // The same notice read twice is one: by its own name, else by what it says.
    const std::string_view id = read.header("message-id");
    const std::string_view named = id.empty() ? mail : id;
    report.receipt->id = "mail/" + to_hex(view_of(sha256(named))).substr(0, 32);
    return report;
}

}  // namespace journey::connectors::bounce
