#pragma once
// Private to the slips: looking around the place where the reading got stuck.

#include "dsl/syntax/messages.h"
#include "dsl/syntax/scan.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace journey::syntax {

using source::Applicability;
using source::Diagnostic;
using Maybe = std::optional<Diagnostic>;

inline bool wants(const Matching& state, std::string_view what) {
    return std::any_of(state.expected.begin(), state.expected.end(),
                       [&](const Wanted& one) { return one.text == what; });
}

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

inline std::string_view from(const Matching& state, std::size_t at) {
    return state.text.substr(std::min(at, state.text.size()));
}

inline std::string_view word_at(const Matching& state, std::size_t at) {
    const std::string_view rest = from(state, at);
    return rest.substr(0, scan::word(rest));
}

/// Where the line ends, without its comment and the blanks before that.
inline std::size_t end_of_line(const Matching& state, std::size_t at) {
    std::size_t end = at;
    while (end < state.text.size() && state.text[end] != '\n' && state.text[end] != '#')
        end += state.text[end] == '"' ? scan::string_or_line(state.text.substr(end)) : 1;
    while (end > at && state.text[end - 1] == ' ')
        --end;
    return end;
}

inline std::size_t without_blanks(std::string_view text, std::size_t end) {
    while (end > 0 && text[end - 1] == ' ')
        --end;
    return end;
}

/// The word that ends before `at` and its blanks.
inline std::string_view word_before(std::string_view text, std::size_t at) {
    const std::size_t end = without_blanks(text, at);
    std::size_t begin = end;
    while (begin > 0 && scan::is_word_byte_at(text, begin - 1))
        --begin;
    return text.substr(begin, end - begin);
}

template <typename Words>
bool among(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

inline Diagnostic stuck_at(source::Span span, std::string says) {
    return Diagnostic::error("J0001", "I GOT STUCK HERE", span, std::move(says));
}

inline Diagnostic written(const Matching& state, std::size_t begin, std::size_t end,
                          const std::string& meant, Applicability sure) {
    const source::Span span = state.span(begin, end);
    return stuck_at(span, fmt::format("`{}` is written `{}`.",
                                      state.text.substr(begin, end - begin), meant))
        .and_fix(sure, fmt::format("write `{}`.", meant), {{span, meant}});
}

}  // namespace journey::syntax
