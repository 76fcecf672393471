// What comes from elsewhere by the clipboard: curly quotes and the dates of other countries.

#include "dsl/syntax/messages.h"
#include "dsl/syntax/scan.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace journey::syntax {

using source::Applicability;
using source::Diagnostic;

std::optional<source::Diagnostic> curly_quotes(Matching& state, std::size_t at) {
    static constexpr std::array<std::string_view, 2> kCurly = {"“", "”"};
    const std::string_view text = state.text;
    const auto curly_at = [&](std::size_t i) {
        return std::any_of(kCurly.begin(), kCurly.end(), [&](std::string_view sign) {
            return text.substr(std::min(i, text.size())).starts_with(sign);
        });
    };
    // `"Hello”` gets stuck at its first quote.
    std::size_t place = at;
    if (at < text.size() && text[at] == '"' && scan::string(text.substr(at)) == 0) {
        const std::size_t length = scan::string_or_line(text.substr(at));
        if (length > 3 && curly_at(at + length - 3)) place = at + length - 3;
    }
    if (!curly_at(place)) return std::nullopt;
    if (std::exchange(state.curly_told, true)) return Diagnostic();  // silent
    std::vector<source::Edit> edits;
    const auto straighten = [&](std::size_t i) {
        if (curly_at(i)) edits.push_back({state.span(i, i + 3), "\""});
    };
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = 1;
        if (text[i] == '#') {
            length = scan::rest_of_line(text.substr(i));
        } else if (text[i] == '"') {
            length = scan::string_or_line(text.substr(i));
            if (length > 3 && scan::string(text.substr(i)) == 0) straighten(i + length - 3);
        } else if (curly_at(i)) {
            length = std::max<std::size_t>(3, scan::curly_text(text.substr(i)));
            straighten(i);
            if (length > 3 && text[i + length - 1] != '"') straighten(i + length - 3);
        }
        i += length;
    }
    const std::string says = edits.size() > 2
                                 ? fmt::format("write `\"` for all {} in this file.", edits.size())
                                 : std::string("write `\"`.");
    return Diagnostic::error("J0001", "CURLY QUOTES", state.span(place, place + 3),
                             "A word processor wrote curly quotes; a text stands in `\"`.")
        .and_after("Inside a text in quotes they are welcome.")
        .and_fix(Applicability::certain, says, std::move(edits));
}

std::optional<source::Diagnostic> foreign_date(const Matching& state, std::size_t at) {
    const std::string_view text = state.text;
    const auto part = [&](std::size_t i) {
        return i < text.size() && ((text[i] >= '0' && text[i] <= '9') || text[i] == '.' ||
                                   text[i] == '/' || text[i] == '-');
    };
    std::size_t begin = std::min(at, text.size());
    std::size_t end = begin;
    while (begin > 0 && part(begin - 1))
        --begin;
    while (part(end))
        ++end;
    if (scan::date(text.substr(begin)) == end - begin) return std::nullopt;  // not the mistake
    std::vector<std::string_view> parts;
    for (std::size_t i = begin; i < end;) {
        std::size_t n = i;
        while (n < end && text[n] >= '0' && text[n] <= '9')
            ++n;
        parts.push_back(text.substr(i, n - i));
        i = n + 1;
    }
    if (parts.size() != 3 || !part(end - 1) || text[end - 1] == '.') return std::nullopt;
    if (parts[0].empty() || parts[1].empty() || parts[1].size() > 2) return std::nullopt;
    const bool year_first = parts[0].size() == 4 && !parts[2].empty() && parts[2].size() <= 2;
    const bool year_last = parts[2].size() == 4 && parts[0].size() <= 2;
    if (!year_first && !year_last) return std::nullopt;
    Diagnostic made = Diagnostic::error("J0001", "WHICH DAY?", state.span(begin, end),
                                        "Dates are written `2026-05-20`: year, month, day.");
    // With dots the day comes first everywhere; with slashes it depends on the country.
    if (year_last && text.substr(begin, end - begin).find_first_of("/-") != std::string_view::npos)
        return made;
    const std::string meant = fmt::format("{:0>4}-{:0>2}-{:0>2}", parts[year_first ? 0 : 2],
                                          parts[1], parts[year_first ? 2 : 0]);
    return std::move(made).and_fix(Applicability::probable, fmt::format("write `{}`.", meant),
                                   {{state.span(begin, end), meant}});
}

}  // namespace journey::syntax
