#pragma once
// Texts in quotes of C++ sources, for tests that read what the product can say.

#include <string>

namespace journey::testing {

/// The text in quotes that begins at `at`; moves behind it.
inline std::string literal_at(const std::string& source, std::size_t& at) {
    std::string text;
    for (++at; at < source.size() && source[at] != '"'; ++at) {
        if (source[at] != '\\') {
            text += source[at];
        } else if (source[++at] == 'n') {
            text += '\n';
        } else {
            text += source[at];
        }
    }
    ++at;
    return text;
}

/// Adjacent ones from `at` on, joined; moves to what follows them. Empty when there is none.
inline std::string literals_at(const std::string& source, std::size_t& at) {
    std::string text;
    const auto skip = [&] { at = std::min(source.find_first_not_of(" \n", at), source.size()); };
    for (skip(); at < source.size() && source[at] == '"'; skip())
        text += literal_at(source, at);
    return text;
}

}  // namespace journey::testing
