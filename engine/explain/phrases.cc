#include "engine/explain/phrases.h"

#include <cctype>

namespace journey::explain {
namespace {

struct Row {
    const char* english;
    const char* chinese;
};

constexpr Row kRows[] = {
#define JOURNEY_PHRASE(name, english, chinese) {english, chinese},
#include "engine/explain/phrases.inc"
#undef JOURNEY_PHRASE
};

std::string_view first_of(std::string_view text) {
    std::size_t count = 1;
    while (count < text.size() && (static_cast<unsigned char>(text[count]) & 0xc0U) == 0x80U)
        ++count;
    return text.substr(0, count);
}

enum class Kind : std::uint8_t { none, blank, latin, han, sign };
/// `sign`: full-width ones, which bring their own room.
Kind kind_of(std::string_view one) {
    static constexpr std::string_view kSigns = "，。、；：？！“”‘’（）《》";
    if (one.empty()) return Kind::none;
    if (one == " ") return Kind::blank;
    if (kSigns.find(one) != std::string_view::npos && one.size() == 3) return Kind::sign;
    if (one.size() > 2) return Kind::han;  // é and its like take two bytes
    const bool word =
        std::isalnum(static_cast<unsigned char>(one[0])) != 0 || one[0] == '`' || one.size() == 2;
    return word ? Kind::latin : Kind::none;
}

bool needs_blank(Kind before, Kind after) {
    return (before == Kind::han && after == Kind::latin) ||
           (before == Kind::latin && after == Kind::han);
}

}  // namespace

std::string spaced(std::string_view words, Language language) {
    if (language == Language::english) return std::string(words);
    std::string out;
    Kind before = Kind::sign;  // no blank at the beginning
    bool blank = false;
    while (!words.empty()) {
        std::string_view one = first_of(words);
        const bool quote = one == "“" || one == "`";
        if (quote) {
            const std::string_view end = one == "`" ? "`" : "”";
            const std::size_t close = words.find(end, one.size());
            if (close != std::string_view::npos) one = words.substr(0, close + end.size());
        }
        words.remove_prefix(one.size());
        const Kind kind = quote ? kind_of(first_of(one)) : kind_of(one);
        if (kind == Kind::blank) {
            blank = true;
            continue;
        }
        const bool signs = before == Kind::sign || kind == Kind::sign;
        if (needs_blank(before, kind) || (blank && !signs)) out += ' ';
        blank = false;
        out += one;
        before = kind;
    }
    return out;
}

std::string_view pattern_of(Phrase phrase, Language language) {
    const Row& row = kRows[static_cast<std::size_t>(phrase)];
    return language == Language::english ? row.english : row.chinese;
}

std::string fill(std::string_view pattern, std::span<const std::string> parts) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool hole = pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}';
        if (!hole) {
            out += pattern[i];
            continue;
        }
        const auto number = static_cast<std::size_t>(pattern[i + 1] - '0');
        ENSURE(number < parts.size(), "a sentence has a hole that nothing fills");
        out += parts[number];
        i += 2;
    }
    return out;
}

std::string Speaker::said(Phrase phrase, std::span<const std::string> parts) const {
    const std::string_view pattern = pattern_of(phrase, language_);
    if (!plain_) return fill(pattern, parts);
    std::string bare(pattern);
    std::erase(bare, '`');
    return fill(bare, parts);
}

std::vector<std::string> words_of_counts(const std::string& entered, const std::string& ended,
                                         const std::string& goals, const std::string& elsewhere,
                                         Language language) {
    const std::string counts[] = {entered, ended, goals};
    const std::string others[] = {elsewhere};
    std::vector<std::string> out{fill(pattern_of(Phrase::counted, language), counts)};
    if (elsewhere != "0")
        out.push_back(fill(pattern_of(Phrase::counted_elsewhere, language), others));
    return out;
}

}  // namespace journey::explain
