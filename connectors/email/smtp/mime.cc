#include "connectors/email/smtp/calls.h"
#include "connectors/email/smtp/smtp.h"

#include <fmt/format.h>

namespace journey::connectors::email {
namespace {

constexpr std::size_t kLineMost = 76;
constexpr std::string_view kEnd = "\r\n";

bool is_plain(char c) {
    return c >= ' ' && c <= '~';
}

bool is_plain_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_plain);
}

std::size_t code_point_size(std::string_view text) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
        ++size;
    return size;
}

// RFC 2047: base64 words of at most 75 characters, cut between code points.
std::string encoded_words(std::string_view text, std::size_t column) {
    constexpr std::size_t kWordMost = 75;
    constexpr std::size_t kFrame = 12;  // =?UTF-8?B??=
    std::string out;
    while (!text.empty()) {
        const std::size_t room = std::min(kWordMost, kLineMost - std::min(column, kLineMost - 30));
        const std::size_t most = (room - kFrame) / 4 * 3;
        std::size_t size = 0;
        while (size < text.size()) {
            const std::size_t next = code_point_size(text.substr(size));
            if (size + next > most && size > 0) break;
            size += next;
        }
        out += fmt::format("=?UTF-8?B?{}?=", to_base64(text.substr(0, size)));
        text.remove_prefix(size);
        if (!text.empty()) out += "\r\n ";
        column = 1;
    }
    return out;
}

// Folds at blanks. A word longer than a line stays whole: it may reach 998 characters.
std::string folded(std::string_view text, std::size_t column) {
    std::string out;
    while (!text.empty()) {
        const std::size_t blank = text.find(' ', 1);
        const std::string_view word = text.substr(0, blank);
        if (column + word.size() > kLineMost && column > 1 && word.starts_with(' ')) {
            out += kEnd;
            column = 0;
        }
        out += word;
        column += word.size();
        text.remove_prefix(word.size());
    }
    return out;
}

std::string quoted_name(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string mailbox_text(const Mailbox& mailbox, std::size_t column) {
    if (mailbox.name.empty()) return mailbox.address;
    const bool words = !is_plain_text(mailbox.name) ||
                       mailbox.name.find("=?") != std::string::npos || mailbox.name.size() > 60;
    const std::string name =
        words ? encoded_words(mailbox.name, column) : quoted_name(mailbox.name);
    const std::size_t line = name.rfind('\n');
    const std::size_t used = line == std::string::npos ? column + name.size() : name.size() - line;
    const bool fold = used + mailbox.address.size() + 3 > kLineMost;
    return fmt::format("{}{}<{}>", name, fold ? "\r\n " : " ", mailbox.address);
}

std::string date_text(Instant at) {
    constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const unsigned weekday = std::chrono::weekday{day}.c_encoding();
    const std::string iso = format_instant(at);
    return fmt::format("{}, {:02} {} {:04} {} +0000", kDays.substr(weekday * 3, 3),
                       unsigned{date.day()}, kMonths.substr((unsigned{date.month()} - 1) * 3, 3),
                       int{date.year()}, iso.substr(11, 8));
}

std::string base64_lines(std::string_view text) {
    const std::string all = to_base64(text);
    std::string out;
    for (std::size_t at = 0; at < all.size(); at += kLineMost) {
        out.append(all, at, kLineMost).append(kEnd);
    }
    return out;
}

// Quoted-printable stays readable; where every third byte would be escaped base64 is shorter.
std::string part(std::string_view type, std::string_view text) {
    const auto strange = static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
    const bool base64 = strange * 3 > text.size();
    return fmt::format("Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: {}\r\n\r\n{}",
                       type, base64 ? "base64" : "quoted-printable",
                       base64 ? base64_lines(text) : quoted_printable(text));
}

Result<std::string> unsubscribe_headers(const std::string& url) {
    if (url.empty()) return std::string();
    const bool web = url.starts_with("https://") || url.starts_with("http://");
    const bool clean = std::all_of(url.begin(), url.end(), [](char c) {
        return is_plain(c) && c != ' ' && c != '<' && c != '>' && c != ',';
    });
    if (!web || !clean || url.size() > 900) {
        return error(ErrorCode::invalid, "the unsubscribe address is not a plain web address");
    }
    return fmt::format(
        "List-Unsubscribe: <{}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", url);
}

std::string content_of(const Message& message) {
    if (message.html.empty()) return part("text/plain", message.text);
    const std::string text = message.text.empty() ? plain_text_of(message.html) : message.text;
    // "=_" occurs neither in quoted-printable nor in base64, so no part can hold the boundary.
    const std::string boundary = "=_" + model::format_key(message.key);
    return fmt::format(
        "Content-Type: multipart/alternative;\r\n boundary=\"{0}\"\r\n\r\n"
        "--{0}\r\n{1}\r\n--{0}\r\n{2}\r\n--{0}--\r\n",
        boundary, part("text/plain", text), part("text/html", message.html));
}

}  // namespace

std::string quoted_printable(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    std::size_t column = 0;
    const auto put = [&](std::string_view unit) {
        if (column + unit.size() > kLineMost - 1) {
            out += "=\r\n";
            column = 0;
        }
        out += unit;
        column += unit.size();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r' || c == '\n') {
            if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
            out += kEnd;
            column = 0;
            continue;
        }
        const bool last = i + 1 == text.size() || text[i + 1] == '\r' || text[i + 1] == '\n';
        const bool blank = c == ' ' || c == '\t';
        // A dot at a line's start would meet SMTP's dot-stuffing, a blank at its end would be
        // trimmed by relays.
        const bool keep = blank ? !last : is_plain(c) && c != '=' && !(c == '.' && column == 0);
        if (keep) {
            put({&c, 1});
        } else {
            const auto byte = static_cast<unsigned char>(c);
            const std::array<char, 3> escape{'=', kHex[byte >> 4], kHex[byte & 15]};
            put({escape.data(), escape.size()});
        }
    }
    if (column > 0) out += kEnd;
    return out;
}

std::string header_text(std::string_view text, std::size_t column) {
    const bool long_word = [&] {
        std::size_t run = 0;
        for (const char c : text) {
            run = c == ' ' ? 0 : run + 1;
            if (run > kLineMost) return true;
        }
        return false;
    }();
    if (!is_plain_text(text) || text.find("=?") != std::string_view::npos || long_word ||
        text.starts_with(' ') || text.ends_with(' ')) {
        return encoded_words(text, column);
    }
    return folded(text, column);
}

Result<Mailbox> parse_mailbox(std::string_view text, std::string_view what) {
    TRY(check_header_value(text, what));
    Mailbox mailbox;
    const std::size_t open = text.rfind('<');
    if (open == std::string_view::npos) {
        mailbox.address = text;
    } else {
        std::string_view name = text.substr(0, open);
        std::string_view address = text.substr(open + 1);
        while (name.ends_with(' '))
            name.remove_suffix(1);
        if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) {
            name = name.substr(1, name.size() - 2);
        }
        if (address.ends_with('>')) address.remove_suffix(1);
        mailbox.name = name;
        mailbox.address = address;
    }
    if (!is_mail_address(mailbox.address)) {
        return error(ErrorCode::invalid,
                     fmt::format("{} must be an address, or a name and <address>", what));
    }
    return mailbox;
}

Result<std::string> mime_message(const Message& message, const Mailbox& from) {
    TRY(check_header_value(message.subject, "the subject"));
    if (!is_utf8(message.subject) || !is_utf8(message.text) || !is_utf8(message.html) ||
        !is_utf8(from.name)) {
        return error(ErrorCode::invalid, "the message is not UTF-8");
    }
    TRY(auto unsubscribe, unsubscribe_headers(message.unsubscribe_url));
    const std::string_view domain =
        std::string_view(from.address).substr(from.address.find('@') + 1);
    std::string out = fmt::format(
        "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\n"
        "Auto-Submitted: auto-generated\r\n{}MIME-Version: 1.0\r\n",
        date_text(message.at), mailbox_text(from, 6), message.to, header_text(message.subject, 9),
        model::format_key(message.key), domain, unsubscribe);
    out += content_of(message);
    return out;
}

}  // namespace journey::connectors::email
