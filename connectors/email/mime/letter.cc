//   multipart/mixed                 only with attachments
//     multipart/alternative         only with HTML
//       text/plain
//       multipart/related           only with inline images
//         text/html
//         image/…                   by Content-ID
//     application/…

#include "connectors/email/mime/inline_images.h"
#include "connectors/email/mime/mime.h"

#include <fmt/format.h>

namespace journey::connectors::mime {
namespace {

constexpr std::size_t kLineMost = 76;
constexpr std::size_t kAttachedMost = 18u << 20;  // 24 MiB as base64: what the strictest large
                                                  // providers take
constexpr std::size_t kFeedbackFieldMost = 48;

bool is_plain(char c) {
    return c >= ' ' && c <= '~';
}

bool is_plain_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_plain);
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
    // A name that is written as words is never read as one that was quoted.
    const std::string name = words ? header_text(mailbox.name, column) : quoted_name(mailbox.name);
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

std::string_view domain_of(const Mailbox& mailbox) {
    return std::string_view(mailbox.address).substr(mailbox.address.find('@') + 1);
}

// ---------------------------------------------------------------- headers

// A marketing message names its way out, its list and its kind; machines are not to answer either
// kind.
Result<std::string> list_headers(const Message& message, const Mailbox& from) {
    const std::string& url = message.unsubscribe_url;
    if (url.empty()) return std::string("Auto-Submitted: auto-generated\r\n");
    const bool web = url.starts_with("https://") || url.starts_with("http://");
    const bool clean = std::all_of(url.begin(), url.end(), [](char c) {
        return is_plain(c) && c != ' ' && c != '<' && c != '>' && c != ',';
    });
    if (!web || !clean || url.size() > 900) {
        return error(ErrorCode::invalid, "the unsubscribe address is not a plain web address");
    }
    std::string out = fmt::format(
        "Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n"
        "List-Unsubscribe: <{}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        url);
    if (!message.journey.empty()) {
        out +=
            fmt::format("List-Id: <{}.{}>\r\n", percent_encode(message.journey), domain_of(from));
    }
    return out;
}

// Gmail's: at most four fields, nothing in them that names a person.
std::string feedback_id(const Message& message, const Style& style) {
    if (style.feedback_sender.empty()) return {};
    const auto field = [](std::string_view text) {
        std::string out(text.substr(0, kFeedbackFieldMost));
        for (char& c : out) {
            const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
            if (!kept) c = '-';
        }
        return out;
    };
    return fmt::format(
        "Feedback-ID: {}:{}:{}:{}\r\n", field(message.journey), field(message.message_template),
        message.unsubscribe_url.empty() ? "transactional" : "marketing", style.feedback_sender);
}

Result<std::string> headers_of(const Message& message, const Style& style) {
    TRY(check_header_value(message.subject, "the subject"));
    TRY(check_header_value(message.reference, "the reference"));
    const auto to = wire_address(message.to);
    if (!to) return error(ErrorCode::invalid, "the recipient is not a mail address");
    TRY(auto list, list_headers(message, style.from));
    std::string out =
        fmt::format("Date: {}\r\nFrom: {}\r\n", date_text(message.at), mailbox_text(style.from, 6));
    if (style.reply_to) out += fmt::format("Reply-To: {}\r\n", mailbox_text(*style.reply_to, 10));
    out += fmt::format("To: {}\r\nSubject: {}\r\nMessage-ID: <{}>\r\n", to->text,
                       header_text(message.subject, 9), message_id(message, style.from));
    out += list;
    out += feedback_id(message, style);
    if (!message.reference.empty()) {
        out += fmt::format("{}: {}\r\n", kReferenceHeader, message.reference);
    }
    return out + "MIME-Version: 1.0\r\n";
}

// ---------------------------------------------------------------- parts

// Quoted-printable stays readable; where every third byte would be escaped base64 is shorter.
std::string text_part(std::string_view type, std::string_view text) {
    const auto strange = static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
    const bool base64 = strange * 3 > text.size();
    return fmt::format("Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: {}\r\n\r\n{}",
                       type, base64 ? "base64" : "quoted-printable",
                       base64 ? base64_lines(text) : quoted_printable(text));
}

bool is_media_type(std::string_view type) {
    const std::size_t slash = type.find('/');
    const auto token = [](std::string_view text) {
        return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '+' ||
                   c == '.';
        });
    };
    return slash != std::string_view::npos && type.size() <= 100 && token(type.substr(0, slash)) &&
           token(type.substr(slash + 1));
}

Result<void> check_attachment(const Attachment& file) {
    const auto bad = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/' || c == '\\';
    };
    if (file.name.empty() || file.name.size() > 200 || !is_utf8(file.name) ||
        std::any_of(file.name.begin(), file.name.end(), bad)) {
        return error(ErrorCode::invalid,
                     "an attachment's name must be a plain file name of at most 200 bytes");
    }
    // What looks like a multipart would be read as one, and hide what is in it.
    if (!is_media_type(file.type) || file.type.starts_with("multipart/") ||
        file.type.starts_with("message/")) {
        return error(ErrorCode::invalid,
                     "an attachment's kind must be a media type like application/pdf");
    }
    const bool clean = std::all_of(file.content_id.begin(), file.content_id.end(), [](char c) {
        return is_plain(c) && c != ' ' && c != '<' && c != '>';
    });
    if (!clean || file.content_id.size() > 200 || file.content == nullptr) {
        return error(ErrorCode::invalid, "an attachment has no content, or an unusable id");
    }
    return success();
}

std::string file_part(const Attachment& file) {
    const bool is_inline = !file.content_id.empty();
    std::string out = fmt::format(
        "Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: {}{}\r\n",
        file.type, is_inline ? "inline" : "attachment", header_parameter("filename", file.name));
    if (is_inline) out += fmt::format("Content-ID: <{}>\r\n", file.content_id);
    return out + "\r\n" + base64_lines(*file.content);
}

// "=_" occurs neither in quoted-printable nor in base64, so no part can hold a boundary; and none
// begins like another.
std::string multipart(std::string_view kind, std::string_view more, const std::string& boundary,
                      const std::vector<std::string>& parts) {
    std::string out = fmt::format("Content-Type: multipart/{}{};\r\n boundary=\"{}\"\r\n\r\n", kind,
                                  more, boundary);
    for (const std::string& part : parts)
        out.append("--").append(boundary).append("\r\n").append(part).append("\r\n");
    return out.append("--").append(boundary).append("--\r\n");
}

struct Files {
    std::vector<const Attachment*> shown;
    std::vector<const Attachment*> attached;
};

std::vector<std::string> parts_of(std::string first, const std::vector<const Attachment*>& files) {
    std::vector<std::string> parts;
    parts.push_back(std::move(first));
    for (const Attachment* file : files)
        parts.push_back(file_part(*file));
    return parts;
}

std::string words_of(const Message& message, const std::string& html, const Files& files,
                     const std::string& key) {
    if (html.empty()) return text_part("text/plain", message.text);
    const std::string text = message.text.empty() ? plain_text_of(html) : message.text;
    std::string shown = text_part("text/html", html);
    if (!files.shown.empty()) {
        shown = multipart("related", "; type=\"text/html\"", "=_r" + key,
                          parts_of(std::move(shown), files.shown));
    }
    return multipart("alternative", "", "=_" + key,
                     {text_part("text/plain", text), std::move(shown)});
}

}  // namespace

std::string message_id(const Message& message, const Mailbox& from) {
    return fmt::format("{}@{}", model::format_key(message.key), domain_of(from));
}

Result<std::string> mime_message(const Message& message, const Style& style) {
    if (!is_utf8(message.subject) || !is_utf8(message.text) || !is_utf8(message.html) ||
        !is_utf8(style.from.name) || (style.reply_to && !is_utf8(style.reply_to->name))) {
        return error(ErrorCode::invalid, "the message is not UTF-8");
    }
    TRY(std::string out, headers_of(message, style));
    std::vector<Attachment> images;
    std::vector<Attachment> given = message.attachments;
    const std::string html =
        with_whole_ids(with_inline_images(message.html, message_id(message, style.from), images),
                       domain_of(style.from), given);
    Files files;
    std::size_t bytes = 0;
    const std::array<const std::vector<Attachment>*, 2> lists{&images, &given};
    for (const auto* list : lists) {
        for (const Attachment& file : *list) {
            TRY(check_attachment(file));
            bytes += file.content->size();
            const bool is_shown = !file.content_id.empty() && !html.empty();
            (is_shown ? files.shown : files.attached).push_back(&file);
        }
    }
    if (bytes > kAttachedMost) {
        return error(ErrorCode::invalid,
                     "the attachments and images are larger than 18 MB together; link to them "
                     "instead");
    }
    const std::string key = model::format_key(message.key);
    std::string words = words_of(message, html, files, key);
    if (files.attached.empty()) return out + words;
    return out + multipart("mixed", "", "=_m" + key, parts_of(std::move(words), files.attached));
}

}  // namespace journey::connectors::mime
