#include "dsl/syntax/scan.h"

#include "dsl/syntax/syntax.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace journey::syntax {
namespace {

constexpr std::array<std::string_view, 11> kReserved = {
    "and", "or", "not", "is", "in", "if", "else", "true", "false", "missing", "present"};

}  // namespace

bool is_reserved(std::string_view word) {
    return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end();
}

bool is_name(std::string_view word) {
    return !word.empty() && scan::name(word) == word.size();
}

namespace scan {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_ascii_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

struct CodePoint {
    char32_t value = 0;
    std::size_t length = 1;
};

CodePoint code_point(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(i < text.size() ? text[i] : '\0'));
    };
    const char32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    if (lead < 0xE0) return {((lead & 0x1F) << 6) | (byte(1) & 0x3F), 2};
    if (lead < 0xF0) return {((lead & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F), 3};
    return {((lead & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) |
                (byte(3) & 0x3F),
            4};
}

struct Range {
    char32_t first;
    char32_t last;
};
// What is punctuation, a symbol or a blank, though it is not ASCII.
constexpr std::array<Range, 21> kNotLetters = {
    {{0x80, 0xA9},      {0xAB, 0xB4},     {0xB6, 0xB9},     {0xBB, 0xBF},     {0xD7, 0xD7},
     {0xF7, 0xF7},      {0x2000, 0x206F}, {0x20A0, 0x20CF}, {0x2190, 0x2BFF}, {0x3000, 0x3004},
     {0x3008, 0x3020},  {0x3030, 0x3030}, {0xFE10, 0xFE6F}, {0xFEFF, 0xFEFF}, {0xFF01, 0xFF0F},
     {0xFF1A, 0xFF20},  {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFEF}, {0xFFF0, 0xFFFF},
     {0x1F000, 0x1FAFF}}};

bool is_letter(char32_t c) {
    return std::none_of(kNotLetters.begin(), kNotLetters.end(),
                        [&](const Range& range) { return c >= range.first && c <= range.last; });
}

std::size_t word_char(std::string_view text) {
    if (text.empty()) return 0;
    if (is_digit(text[0]) || is_ascii_letter(text[0])) return 1;
    if (static_cast<unsigned char>(text[0]) < 0x80) return 0;
    const CodePoint c = code_point(text);
    return is_letter(c.value) && c.length <= text.size() ? c.length : 0;
}

std::size_t digits(std::string_view text) {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n]))
        ++n;
    return n;
}

/// \d+(?:_\d{3})*
std::size_t grouped_digits(std::string_view text) {
    std::size_t n = digits(text);
    if (n == 0) return 0;
    while (n < text.size() && text[n] == '_' && digits(text.substr(n + 1)) >= 3)
        n += 4;
    return n;
}

bool fits(std::string_view text, std::string_view pattern) {
    if (text.size() < pattern.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '9' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
    }
    return true;
}

bool digit_at(std::string_view text, std::size_t at) {
    return at < text.size() && is_digit(text[at]);
}

}  // namespace

bool is_word_byte_at(std::string_view text, std::size_t at) {
    return at < text.size() && word_char(text.substr(at)) > 0;
}

std::size_t word(std::string_view text) {
    std::size_t n = 0;
    while (const std::size_t step = word_char(text.substr(n)))
        n += step;
    return n;
}

std::size_t name(std::string_view text) {
    if (text.empty() || is_digit(text[0])) return 0;
    const std::size_t n = word(text);
    return is_reserved(text.substr(0, n)) ? 0 : n;
}

std::size_t string(std::string_view text) {
    if (text.empty() || text[0] != '"') return 0;
    std::size_t n = 1;
    while (n < text.size() && text[n] != '\n') {
        if (text[n] == '"') return n + 1;
        if (text[n] != '\\') {
            ++n;
            continue;
        }
        const char escaped = n + 1 < text.size() ? text[n + 1] : '\0';
        if (escaped == '"' || escaped == '\\' || escaped == 'n' || escaped == 'r' ||
            escaped == 't') {
            n += 2;
            continue;
        }
        if (escaped != 'u' || n + 2 >= text.size() || text[n + 2] != '{') return 0;
        std::size_t hex = n + 3;
        std::uint32_t value = 0;
        while (hex < text.size() && hex < n + 9) {
            const char c = text[hex];
            const int digit = is_digit(c)              ? c - '0'
                              : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                              : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                                       : -1;
            if (digit < 0) break;
            value = value * 16 + static_cast<std::uint32_t>(digit);
            ++hex;
        }
        const bool scalar = value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
        if (hex == n + 3 || hex >= text.size() || text[hex] != '}' || !scalar) return 0;
        n = hex + 1;
    }
    return 0;
}

std::size_t integer(std::string_view text) {
    const std::size_t n = grouped_digits(text);
    if (n == 0 || is_word_byte_at(text, n) || (n < text.size() && text[n] == '%')) return 0;
    return n;
}

std::size_t decimal(std::string_view text) {
    std::size_t n = digits(text);
    if (n == 0 || n >= text.size() || text[n] != '.') return 0;
    const std::size_t fraction = digits(text.substr(n + 1));
    n += 1 + fraction;
    if (fraction == 0 || is_word_byte_at(text, n)) return 0;
    return n < text.size() && (text[n] == '%' || text[n] == '.') ? 0 : n;
}

std::size_t percent(std::string_view text) {
    std::size_t n = digits(text);
    if (n == 0) return 0;
    if (n < text.size() && text[n] == '.') {
        const std::size_t fraction = digits(text.substr(n + 1));
        if (fraction == 0) return 0;
        n += 1 + fraction;
    }
    return n < text.size() && text[n] == '%' ? n + 1 : 0;
}

std::size_t currency(std::string_view text) {
    if (text.size() < 3) return 0;
    for (std::size_t i = 0; i < 3; ++i) {
        if (text[i] < 'A' || text[i] > 'Z') return 0;
    }
    return is_word_byte_at(text, 3) ? 0 : 3;
}

std::size_t money(std::string_view text) {
    if (currency(text) == 0) return 0;
    std::size_t n = 3 + blanks(text.substr(3));
    if (n == 3) return 0;
    if (n < text.size() && text[n] == '-') ++n;
    const std::size_t whole = grouped_digits(text.substr(n));
    if (whole == 0) return 0;
    n += whole;
    if (n < text.size() && text[n] == '.') {
        const std::size_t fraction = digits(text.substr(n + 1));
        if (fraction == 0 || fraction > 3) return 0;
        n += 1 + fraction;
    }
    return is_word_byte_at(text, n) ? 0 : n;
}

std::size_t clock_time(std::string_view text) {
    if (!fits(text, "99:99") || digit_at(text, 5)) return 0;
    const int hour = (text[0] - '0') * 10 + (text[1] - '0');
    const bool good =
        text[3] <= '5' && (hour < 24 || (hour == 24 && text[3] == '0' && text[4] == '0'));
    return good ? 5 : 0;
}

std::size_t date(std::string_view text) {
    return fits(text, "9999-99-99") && !digit_at(text, 10) ? 10 : 0;
}

std::size_t date_time(std::string_view text) {
    if (!fits(text, "9999-99-99") || text.size() < 16) return 0;
    if ((text[10] != ' ' && text[10] != 'T') || !fits(text.substr(11), "99:99")) return 0;
    std::size_t n = 16;
    if (fits(text.substr(n), ":99")) n += 3;
    if (n < text.size() && text[n] == 'Z') {
        ++n;
    } else if (n < text.size() && (text[n] == '+' || text[n] == '-') &&
               fits(text.substr(n + 1), "99:99")) {
        n += 6;
    }
    return is_word_byte_at(text, n) ? 0 : n;
}

std::size_t unit(std::string_view text) {
    static constexpr std::array<std::string_view, 7> kUnits = {"second", "minute", "hour", "day",
                                                               "week",   "month",  "year"};
    const std::size_t n = word(text);
    std::string_view found = text.substr(0, n);
    if (found.ends_with('s')) found.remove_suffix(1);
    return std::find(kUnits.begin(), kUnits.end(), found) != kUnits.end() ? n : 0;
}

std::size_t duration(std::string_view text) {
    const std::size_t first = digits(text);
    if (first == 0) return 0;
    if (const std::size_t gap = blanks(text.substr(first))) {
        const std::size_t spelled = unit(text.substr(first + gap));
        return spelled == 0 ? 0 : first + gap + spelled;
    }
    std::size_t n = 0;
    while (const std::size_t count = digits(text.substr(n))) {
        const std::string_view rest = text.substr(n + count);
        if (rest.starts_with("mo")) {
            n += count + 2;
        } else if (!rest.empty() &&
                   std::string_view("smhdwy").find(rest[0]) != std::string_view::npos) {
            n += count + 1;
        } else {
            return 0;
        }
    }
    return is_word_byte_at(text, n) ? 0 : n;
}

std::size_t weekday(std::string_view text) {
    static constexpr std::array<std::string_view, 7> kDays = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    const std::size_t n = word(text);
    return std::find(kDays.begin(), kDays.end(), text.substr(0, n)) != kDays.end() ? n : 0;
}

std::size_t aggregate_name(std::string_view text) {
    static constexpr std::array<std::string_view, 10> kNames = {
        "did", "count", "sum", "avg", "min", "max", "first", "last", "distinct", "list"};
    const std::size_t n = word(text);
    const bool known = std::find(kNames.begin(), kNames.end(), text.substr(0, n)) != kNames.end();
    return known && n < text.size() && text[n] == '(' ? n : 0;
}

std::size_t blanks(std::string_view text) {
    std::size_t n = 0;
    while (n < text.size() && (text[n] == ' ' || text[n] == '\t'))
        ++n;
    return n;
}

std::size_t rest_of_line(std::string_view text) {
    return std::min(text.find('\n'), text.size());
}

std::size_t blanks_and_lines(std::string_view text) {
    std::size_t n = 0;
    while (n < text.size()) {
        const char c = text[n];
        if (c == ' ' || c == '\t' || c == '\n') {
            ++n;
        } else if (c == '#') {
            n += rest_of_line(text.substr(n));
        } else {
            break;
        }
    }
    return n;
}

namespace {

constexpr std::string_view kCurlyOpen = "“";
constexpr std::string_view kCurlyClose = "”";

}  // namespace

std::size_t curly_text(std::string_view text) {
    if (!text.starts_with(kCurlyOpen) && !text.starts_with(kCurlyClose)) return 0;
    const std::string_view line = text.substr(0, rest_of_line(text));
    for (std::size_t n = kCurlyOpen.size(); n < line.size(); ++n) {
        if (line[n] == '"') return n + 1;
        const std::string_view rest = line.substr(n);
        if (rest.starts_with(kCurlyClose) || rest.starts_with(kCurlyOpen))
            return n + kCurlyClose.size();
    }
    return 0;
}

std::size_t string_or_line(std::string_view text) {
    std::size_t n = 1;
    std::size_t curly = 0;  // the closing quote may be a curly one
    while (n < text.size() && text[n] != '\n') {
        if (text[n] == '"') return n + 1;
        if (curly == 0 && text.substr(n).starts_with(kCurlyClose)) curly = n + kCurlyClose.size();
        n += text[n] == '\\' && n + 1 < text.size() && text[n + 1] != '\n' ? 2 : 1;
    }
    return curly != 0 ? curly : std::min(n, text.size());
}

}  // namespace scan
}  // namespace journey::syntax
