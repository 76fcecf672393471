// What servers' codes and words mean. The table is read from the top; the first row whose words
// occur decides, so what is narrow stands above what is wide.

#include "connectors/email/bounce/bounce.h"

namespace journey::connectors::bounce {
namespace {

struct Words {
    std::string_view words;  // in lower case
    Severity severity;
    std::string_view reason;
};

constexpr std::string_view kSender = "our sender address or domain was refused";
constexpr std::string_view kFull = "the mailbox is full";
constexpr std::string_view kNobody = "there is no such mailbox";
constexpr std::string_view kClosed = "the mailbox is closed or disabled";
constexpr std::string_view kNoDomain = "there is no such domain";
constexpr std::string_view kUnsigned = "our mail is not authenticated (SPF, DKIM, DMARC)";
constexpr std::string_view kListed = "our server is on a block list";
constexpr std::string_view kSpam = "it was taken for spam";
constexpr std::string_view kPace = "we sent too fast";
constexpr std::string_view kPolicy = "the server's policy refused it";
constexpr std::string_view kLarge = "the message is too large";
constexpr std::string_view kLate = "the server could not be reached in time";
constexpr std::string_view kBusy = "the server was busy";

constexpr Severity kHard = Severity::hard;
constexpr Severity kSoft = Severity::soft;
constexpr Severity kOurs = Severity::policy;

constexpr std::array kTable{
    // About us, though they sound like the recipient's.
    Words{"sender address rejected", kOurs, kSender},
    Words{"sender domain", kOurs, kSender},
    Words{"domain of sender", kOurs, kSender},
    Words{"sender verify failed", kOurs, kSender},
    Words{"sender not authorized", kOurs, kSender},
    Words{"invalid sender", kOurs, kSender},
    Words{"null sender", kOurs, kSender},
    Words{"5.7.26", kOurs, kUnsigned},
    Words{"unauthenticated email", kOurs, kUnsigned},
    Words{"dmarc", kOurs, kUnsigned},
    Words{"spf check", kOurs, kUnsigned},
    Words{"spf fail", kOurs, kUnsigned},
    Words{"dkim check", kOurs, kUnsigned},
    // Full.
    Words{"mailbox full", kSoft, kFull},
    Words{"mailbox is full", kSoft, kFull},
    Words{"inbox is full", kSoft, kFull},
    Words{"out of storage", kSoft, kFull},  // Gmail: OverQuotaTemp, OverQuotaPerm
    Words{"over quota", kSoft, kFull},
    Words{"overquota", kSoft, kFull},
    Words{"quota exceeded", kSoft, kFull},
    Words{"exceeded storage", kSoft, kFull},
    Words{"exceeds the quota", kSoft, kFull},
    Words{"mailbox space", kSoft, kFull},  // QQ: "Mailbox space is not enough"
    Words{"quotaexceeded", kSoft, kFull},
    Words{"邮箱已满", kSoft, kFull},
    Words{"空间不足", kSoft, kFull},
    Words{"容量不足", kSoft, kFull},
    Words{"容量已满", kSoft, kFull},
    // Nobody there.
    Words{"nosuchuser", kHard, kNobody},  // Gmail's page about it
    Words{"user unknown", kHard, kNobody},
    Words{"unknown user", kHard, kNobody},
    Words{"no such user", kHard, kNobody},
    Words{"no such recipient", kHard, kNobody},
    Words{"no such mailbox", kHard, kNobody},
    Words{"no mailbox here", kHard, kNobody},
    Words{"user not found", kHard, kNobody},     // 163
    Words{"mailbox not found", kHard, kNobody},  // QQ
    Words{"recipnotfound", kHard, kNobody},      // Exchange: RESOLVER.ADR.RecipNotFound
    Words{"recipientnotfound", kHard, kNobody},
    Words{"recipient not found", kHard, kNobody},
    Words{"unknown recipient", kHard, kNobody},
    Words{"invalid recipient", kHard, kNobody},
    Words{"unknown address", kHard, kNobody},
    Words{"recipient address rejected: access denied", kHard, kNobody},  // Exchange Online, 5.4.1
    Words{"s2017062302", kHard, kNobody},  // Outlook.com's "mailbox unavailable"
    Words{"mailbox unknown", kHard, kNobody},
    Words{"user doesn't exist", kHard, kNobody},
    Words{"address does not exist", kHard, kNobody},
    Words{"account does not exist", kHard, kNobody},
    Words{"user does not exist", kHard, kNobody},
    Words{"mailbox does not exist", kHard, kNobody},
    Words{"reach does not exist", kHard, kNobody},  // Gmail
    Words{"not a valid mailbox", kHard, kNobody},
    Words{"user invalid", kHard, kNobody},
    Words{"不存在", kHard, kNobody},
    Words{"查无此人", kHard, kNobody},
    Words{"无此用户", kHard, kNobody},
    Words{"tried to reach is disabled", kHard, kClosed},  // Gmail: DisabledUser
    Words{"account has been disabled", kHard, kClosed},
    Words{"account is disabled", kHard, kClosed},
    Words{"mailbox disabled", kHard, kClosed},
    Words{"mailbox is disabled", kHard, kClosed},
    Words{"account is inactive", kHard, kClosed},
    Words{"tried to reach is inactive", kHard, kClosed},
    Words{"user suspended", kHard, kClosed},  // 163
    Words{"account closed", kHard, kClosed},
    Words{"no longer available", kHard, kClosed},
    Words{"no longer valid", kHard, kClosed},
    Words{"被停用", kHard, kClosed},
    Words{"被禁用", kHard, kClosed},
    Words{"已注销", kHard, kClosed},
    Words{"host or domain name not found", kHard, kNoDomain},  // Postfix
    Words{"domain not found", kHard, kNoDomain},
    Words{"unrouteable address", kHard, kNoDomain},  // Exim
    Words{"unrouteable mail domain", kHard, kNoDomain},
    Words{"all relevant mx records point to non-existent hosts", kHard, kNoDomain},
    Words{"domain does not accept mail", kHard, kNoDomain},  // RFC 7505
    Words{"does not accept mail (nullmx)", kHard, kNoDomain},
    Words{"nullmx", kHard, kNoDomain},
    // Too fast, before what is called spam.
    Words{"frequency limited", kOurs, kPace},  // QQ
    Words{"too many connections", kOurs, kPace},
    Words{"rate limit", kOurs, kPace},
    Words{"ratelimit", kOurs, kPace},
    Words{"too many messages", kOurs, kPace},
    Words{"unusual rate of", kOurs, kPace},  // Gmail
    Words{"throttl", kOurs, kPace},
    Words{"发信频率", kOurs, kPace},
    // Not wanted.
    Words{"spamhaus", kOurs, kListed},
    Words{"blocklist", kOurs, kListed},
    Words{"block list", kOurs, kListed},  // Outlook: "part of their network is on our block list"
    Words{"blacklist", kOurs, kListed},
    Words{"blocked using", kOurs, kListed},
    Words{"s3140", kOurs, kListed},  // Outlook
    Words{"s3150", kOurs, kListed},
    Words{"banned sending ip", kOurs, kListed},  // Outlook, 5.7.606
    Words{"low reputation", kOurs, kListed},
    Words{"poor reputation", kOurs, kListed},
    Words{"reputation of", kOurs, kListed},
    Words{"message content rejected", kOurs, kSpam},
    Words{"content denied", kOurs, kSpam},  // QQ: "Mail content denied"
    Words{"dt:spm", kOurs, kSpam},          // 163
    Words{"dt:sum", kOurs, kSender},
    Words{"mi:spb", kOurs, kSpam},
    Words{"hl:rep", kOurs, kListed},
    Words{"hl:itc", kOurs, kPace},
    Words{"mi:stc", kOurs, kPace},
    Words{"mi:dmc", kOurs, kPace},
    Words{"rp:trc", kOurs, kPace},
    Words{"unsolicited", kOurs, kSpam},  // Gmail: UnsolicitedMessageError
    Words{"spam", kOurs, kSpam},
    Words{"垃圾邮件", kOurs, kSpam},
    Words{"内容被拒", kOurs, kSpam},
    Words{"policy", kOurs, kPolicy},
    Words{"relay access denied", kOurs, kPolicy},
    Words{"relaying denied", kOurs, kPolicy},
    Words{"not permitted to relay", kOurs, kPolicy},
    Words{"拒收", kOurs, kPolicy},
    // Later perhaps.
    Words{"message size exceeds", kSoft, kLarge},
    Words{"message too large", kSoft, kLarge},
    Words{"exceeds size limit", kSoft, kLarge},
    Words{"greylist", kSoft, kBusy},
    Words{"graylist", kSoft, kBusy},
    Words{"delivery time expired", kSoft, kLate},
    Words{"retry timeout exceeded", kSoft, kLate},  // Exim
    Words{"timed out", kSoft, kLate},
    Words{"connection refused", kSoft, kLate},
    Words{"try again later", kSoft, kBusy},
    Words{"temporarily", kSoft, kBusy},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

// "5.1.1" at the text's start; its length, or 0.
std::size_t status_size(std::string_view text) {
    if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.') {
        return 0;
    }
    std::size_t i = 2;
    for (int part = 0; part < 2; ++part) {
        const std::size_t begin = i;
        while (i < text.size() && is_digit(text[i]))
            ++i;
        if (i == begin || i - begin > 3) return 0;
        if (part == 0 && (i >= text.size() || text[i++] != '.')) return 0;
    }
    return i < text.size() && text[i] == '.' ? 0 : i;
}

// The first code in the words that says more than "something", as "550 5.1.1 …" or "550-5.7.26 …".
std::string status_in(std::string_view words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool begins = i == 0 || (!is_digit(words[i - 1]) && words[i - 1] != '.');
        const std::size_t size = begins ? status_size(words.substr(i)) : 0;
        if (size > 0) return std::string(words.substr(i, size));
    }
    return {};
}

bool says_nothing(std::string_view status) {
    return status.size() < 5 || status.ends_with(".0.0");
}

Cause by_code(std::string status) {
    Cause cause{kSoft, std::move(status), ""};
    if (cause.status.size() < 5) return cause;
    const std::string_view detail = std::string_view(cause.status).substr(2);
    const bool permanent = cause.status.starts_with('5');
    if (detail.starts_with("7.")) return {kOurs, cause.status, kPolicy};
    if (detail == "2.2") return {kSoft, cause.status, kFull};
    if (detail == "2.3" || detail == "3.4") return {kSoft, cause.status, kLarge};
    if (detail == "4.7" || detail == "4.1") return {kSoft, cause.status, kLate};
    if (detail == "1.7" || detail == "1.8") return {kOurs, cause.status, kSender};
    if (!permanent) return cause;
    if (detail == "1.1" || detail == "1.3" || detail == "1.6" || detail == "1.10") {
        return {kHard, cause.status, kNobody};
    }
    if (detail == "1.2" || detail == "4.4") return {kHard, cause.status, kNoDomain};
    if (detail == "2.1") return {kHard, cause.status, kClosed};
    return cause;
}

}  // namespace

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::hard:
            return "hard";
        case Severity::soft:
            return "soft";
        case Severity::policy:
            return "policy";
    }
    return "soft";
}

Cause classify(std::string_view status, std::string_view words) {
    std::string code(status.substr(0, status_size(status)));
    if (says_nothing(code)) {
        std::string better = status_in(words);
        if (!better.empty() && (code.empty() || !says_nothing(better))) code = std::move(better);
    }
    const std::string low = lower(words);
    const auto row = std::find_if(kTable.begin(), kTable.end(), [&](const Words& one) {
        return low.find(one.words) != std::string::npos;
    });
    if (row == kTable.end()) return by_code(std::move(code));
    // What is only put off is not over, whatever it sounds like.
    const bool later = code.starts_with("4.") && row->severity == kHard;
    return {later ? kSoft : row->severity, std::move(code), row->reason};
}

}  // namespace journey::connectors::bounce
