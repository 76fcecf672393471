#include "connectors/email/dkim/canonical.h"

namespace journey::connectors::dkim {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

}  // namespace

std::string relaxed_header(std::string_view name, std::string_view value) {
    std::string out;
    out.reserve(name.size() + value.size() + 3);
    for (const char c : name) {
        if (!is_blank(c)) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    out += ':';
    bool blank = false;
    bool begun = false;
    for (const char c : value) {
        if (c == '\r' || c == '\n') continue;
        if (is_blank(c)) {
            blank = true;
            continue;
        }
        if (blank && begun) out += ' ';
        blank = false;
        begun = true;
        out += c;
    }
    return out += "\r\n";
}

std::string relaxed_body(std::string_view body) {
    std::string out;
    out.reserve(body.size() + 2);
    std::size_t empty_lines = 0;
    while (!body.empty()) {
        const std::size_t end = body.find("\r\n");
        std::string_view line = body.substr(0, end);
        body.remove_prefix(end == std::string_view::npos ? body.size() : end + 2);
        while (!line.empty() && is_blank(line.back()))
            line.remove_suffix(1);
        if (line.empty()) {
            ++empty_lines;
            continue;
        }
        for (; empty_lines > 0; --empty_lines)
            out += "\r\n";
        bool blank = false;
        for (const char c : line) {
            if (is_blank(c)) {
                blank = true;
                continue;
            }
            if (blank) out += ' ';
            blank = false;
            out += c;
        }
        out += "\r\n";
    }
    return out;
}

SplitMail split_mail(std::string_view message) {
    SplitMail out;
    while (!message.empty()) {
        if (message.starts_with("\r\n")) {
            out.body = message.substr(2);
            break;
        }
        std::size_t end = message.find("\r\n");
        while (end != std::string_view::npos && end + 2 < message.size() &&
               is_blank(message[end + 2])) {
            end = message.find("\r\n", end + 2);
        }
        const std::string_view line = message.substr(0, end);
        message.remove_prefix(end == std::string_view::npos ? message.size() : end + 2);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        out.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
    return out;
}

}  // namespace journey::connectors::dkim
