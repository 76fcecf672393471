// Header values: RFC 2047 words, folding, RFC 2231 parameters.

#include "connectors/email/mime/mime.h"

#include <fmt/format.h>

namespace journey::connectors::mime {
namespace {

constexpr std::size_t kLineMost = 76;

bool is_plain_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::size_t code_point_size(std::string_view text) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
        ++size;
    return size;
}

// Base64 words of at most 75 characters, cut between code points.
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
            out += "\r\n";
            column = 0;
        }
        out += word;
        column += word.size();
        text.remove_prefix(word.size());
    }
    return out;
}

bool has_long_word(std::string_view text) {
    std::size_t run = 0;
    for (const char c : text) {
        run = c == ' ' ? 0 : run + 1;
        if (run > kLineMost) return true;
    }
    return false;
}

// RFC 2231's attribute-char: what needs no "%XX".
bool is_attribute_char(char c) {
    constexpr std::string_view kMarks = "!#$&+-.^_`{|}~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
}

std::string extended(char c) {
    if (is_attribute_char(c)) return {c};
    return fmt::format("%{:02X}", static_cast<unsigned char>(c));
}

}  // namespace

std::string header_text(std::string_view text, std::size_t column) {
    const bool words = !is_plain_text(text) || text.find("=?") != std::string_view::npos ||
                       has_long_word(text) || text.starts_with(' ') || text.ends_with(' ');
    return words ? encoded_words(text, column) : folded(text, column);
}

std::string header_parameter(std::string_view name, std::string_view value) {
    constexpr std::size_t kValueMost = 60;
    const bool quotable = is_plain_text(value) && value.size() <= kValueMost &&
                          value.find_first_of("\"\\%'*") == std::string_view::npos;
    if (quotable) return fmt::format(";\r\n {}=\"{}\"", name, value);
    std::string out;
    std::size_t piece = 0;
    std::string line = "UTF-8''";
    const auto flush = [&](bool alone) {
        out += alone ? fmt::format(";\r\n {}*={}", name, line)
                     : fmt::format(";\r\n {}*{}*={}", name, piece++, line);
        line.clear();
    };
    std::string_view rest = value;
    while (!rest.empty()) {
        const std::size_t size = code_point_size(rest);
        std::string next;
        for (const char c : rest.substr(0, size))
            next += extended(c);
        if (line.size() + next.size() > kValueMost) flush(false);
        line += next;
        rest.remove_prefix(size);
    }
    flush(piece == 0);
    return out;
}

}  // namespace journey::connectors::mime
