#include "engine/explain/phrases.h"

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

}  // namespace

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
