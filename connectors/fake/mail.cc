// Reads what our own SMTP connector writes, well enough for a person to look at it; no general MIME
// reader.

#include "connectors/fake/provider.h"

#include <array>
#include <tuple>

namespace journey::connectors::fake {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

struct Part {
    Headers headers;
    std::string_view body;
};

Part split_part(std::string_view text) {
    Part part;
    const std::size_t blank = text.find("\r\n\r\n");
    std::string_view head = text.substr(0, blank);
    part.body = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 4);
    while (!head.empty()) {
        std::size_t end = head.find("\r\n");
        std::string line(head.substr(0, end));
        head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
        while (!head.empty() && (head.front() == ' ' || head.front() == '\t')) {
            end = head.find("\r\n");
            line += head.substr(0, end);
            head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        std::size_t value = colon + 1;
        while (value < line.size() && line[value] == ' ')
            ++value;
        part.headers.emplace_back(lower(line.substr(0, colon)), line.substr(value));
    }
    return part;
}

std::string decode_words(std::string_view text) {
    constexpr std::string_view kOpen = "=?UTF-8?B?";
    std::string out;
    bool after_word = false;
    while (!text.empty()) {
        const std::size_t open = text.find(kOpen);
        const std::string_view plain = text.substr(0, open);
        const bool only_blanks = plain.find_first_not_of(' ') == std::string_view::npos;
        if (!(after_word && only_blanks && open != std::string_view::npos)) out += plain;
        if (open == std::string_view::npos) break;
        const std::size_t close = text.find("?=", open + kOpen.size());
        if (close == std::string_view::npos) break;
        const std::size_t from = open + kOpen.size();
        out += from_base64(text.substr(from, close - from)).value_or("?");
        text.remove_prefix(close + 2);
        after_word = true;
    }
    return out;
}

std::string decode_quoted(std::string_view text) {
    std::string out;
    const auto nibble = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=' || i + 2 >= text.size()) {
            if (text[i] != '\r') out += text[i];
        } else {
            if (text[i + 1] != '\r') {
                out += static_cast<char>(nibble(text[i + 1]) * 16 + nibble(text[i + 2]));
            }
            i += 2;
        }
    }
    return out;
}

std::string decode_body(const Part& part) {
    const auto* how = header_named(part.headers, "content-transfer-encoding");
    if (how != nullptr && *how == "base64") {
        std::string packed;
        for (const char c : part.body) {
            if (c != '\r' && c != '\n') packed += c;
        }
        return from_base64(packed).value_or("");
    }
    if (how != nullptr && *how == "quoted-printable") return decode_quoted(part.body);
    return std::string(part.body);
}

/// The first two parts of multipart/alternative, which are text and HTML; else the body alone.
std::pair<std::string, std::string> texts_of(const Part& whole) {
    const auto* type = header_named(whole.headers, "content-type");
    const std::size_t at = type == nullptr ? std::string::npos : type->find("boundary=\"");
    if (at == std::string::npos) return {decode_body(whole), ""};
    const std::size_t begin = at + 10;
    const std::string boundary = "--" + type->substr(begin, type->find('"', begin) - begin);
    std::array<std::string, 2> parts;
    std::string_view rest = whole.body;
    for (std::string& part : parts) {
        const std::size_t first = rest.find(boundary);
        if (first == std::string_view::npos || rest.size() < first + boundary.size() + 2) break;
        rest.remove_prefix(first + boundary.size() + 2);
        // The line end before a boundary belongs to the boundary.
        part = decode_body(split_part(rest.substr(0, rest.find("\r\n" + boundary))));
    }
    return {std::move(parts[0]), std::move(parts[1])};
}

}  // namespace

ReadMail read_mail(std::string_view message) {
    const Part whole = split_part(message);
    ReadMail mail;
    if (const auto* id = header_named(whole.headers, "message-id")) {
        const std::string inner = id->substr(0, id->find('@'));
        mail.key = inner.starts_with('<') ? inner.substr(1) : inner;
    }
    if (const auto* from = header_named(whole.headers, "from")) mail.from = decode_words(*from);
    if (const auto* subject = header_named(whole.headers, "subject")) {
        mail.subject = decode_words(*subject);
    }
    std::tie(mail.text, mail.html) = texts_of(whole);
    return mail;
}

}  // namespace journey::connectors::fake
