// Signs that are not ours: the wide forms of Chinese input methods, `;`, `//`, single quotes.

#include "dsl/syntax/scan.h"
#include "dsl/syntax/slips.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace journey::syntax {

using source::Applicability;
using source::Diagnostic;

namespace {

bool at_line_end(std::string_view text, std::size_t at) {
    return at >= text.size() || text[at] == '\n' || text[at] == '#';
}

bool wants(const Matching& state, std::string_view what) {
    return std::any_of(state.expected.begin(), state.expected.end(),
                       [&](const Wanted& one) { return one.text == what; });
}

}  // namespace

std::optional<source::Diagnostic> full_width_sign(const Matching& state, std::size_t at) {
    struct Twin {
        std::string_view wide;
        std::string_view ascii;
    };
    static constexpr std::array<Twin, 16> kTwins = {{{"，", ","},
                                                     {"：", ":"},
                                                     {"（", "("},
                                                     {"）", ")"},
                                                     {"、", ","},
                                                     {"｛", "{"},
                                                     {"｝", "}"},
                                                     {"＝", "="},
                                                     {"【", "["},
                                                     {"】", "]"},
                                                     {"＞", ">"},
                                                     {"＜", "<"},
                                                     {"。", "."},
                                                     {"％", "%"},
                                                     {"‘", "\""},
                                                     {"’", "\""}}};
    // Digits and the signs between U+FF00 and U+FF5F are their twins, shifted.
    const auto narrow = [](std::string_view text) -> std::string {
        for (const Twin& twin : kTwins) {
            if (text.starts_with(twin.wide)) return std::string(twin.ascii);
        }
        if (text.starts_with("\xEF\xBC") && text.size() > 2 && text[2] >= '\x90' &&
            text[2] <= '\x99') {
            return std::string(1, static_cast<char>('0' + (text[2] - '\x90')));
        }
        return {};
    };
    // A wide digit is a letter to a name, and a label is read up to its colon.
    std::size_t place = std::min(at, state.text.size());
    if (narrow(state.text.substr(place)).empty()) {
        std::size_t begin = place;
        while (begin > 0 && scan::is_word_byte_at(state.text, begin - 1))
            --begin;
        if (begin < place && !narrow(state.text.substr(begin)).empty()) place = begin;
        const std::size_t behind = place + scan::word(state.text.substr(place));
        if (state.text.substr(behind).starts_with("：")) place = behind;
    }
    const std::string first = narrow(state.text.substr(place));
    if (first.empty()) return std::nullopt;
    std::vector<source::Edit> edits;
    const std::size_t feed =
        place == 0 ? std::string_view::npos : state.text.rfind('\n', place - 1);
    bool in_name = false;  // `客户１` is a name, and may be
    for (std::size_t i = feed == std::string_view::npos ? 0 : feed + 1;
         i < state.text.size() && !at_line_end(state.text, i);) {
        const std::string sign = narrow(state.text.substr(i));
        std::size_t length = sign.empty() ? 1 : 3;
        if (state.text[i] == '"') length = scan::string_or_line(state.text.substr(i));
        if (const std::size_t curly = scan::curly_text(state.text.substr(i))) length = curly;
        const bool digit = !sign.empty() && sign[0] >= '0' && sign[0] <= '9';
        if (!sign.empty() && !(digit && in_name))
            edits.push_back({state.span(i, i + length), sign});
        in_name = scan::is_word_byte_at(state.text, i) && (!digit || in_name);
        i += length;
    }
    const std::string fix =
        edits.size() == 1
            ? fmt::format("write `{}`.", first)
            : fmt::format("write the narrow form of all {} on this line.", edits.size());
    return Diagnostic::error("J0001", "I GOT STUCK HERE", state.span(place, place + 3),
                             fmt::format("`{}` is not the sign I know; I read `{}`.",
                                         state.text.substr(place, 3), first))
        .and_after("The input method wrote the wide form. Inside a text in quotes it is welcome.")
        .and_fix(Applicability::certain, fix, std::move(edits));
}

std::optional<source::Diagnostic> foreign_sign(const Matching& state, std::size_t at) {
    const std::string_view rest = state.text.substr(std::min(at, state.text.size()));
    if (rest.starts_with(";")) {
        const source::Span span = state.span(at, at + 1);
        return Diagnostic::error("J0001", "I GOT STUCK HERE", span,
                                 "A statement ends with its line, without `;`.")
            .and_fix(Applicability::certain, "remove it.", {{span, ""}});
    }
    if (rest.starts_with("/") && at > 0 && state.text[at - 1] == '/')
        return foreign_sign(state, at - 1);
    if (rest.starts_with(",") && wants(state, "the end of the line") &&
        at_line_end(state.text, at + 1 + scan::blanks(rest.substr(1)))) {
        const source::Span span = state.span(at, at + 1);
        return Diagnostic::error("J0001", "I GOT STUCK HERE", span,
                                 "A line ends without a comma here.")
            .and_fix(Applicability::certain, "remove it.", {{span, ""}});
    }
    if (rest.starts_with("//")) {
        const source::Span span = state.span(at, at + 2);
        return Diagnostic::error("J0001", "I GOT STUCK HERE", span, "A comment begins with `#`.")
            .and_fix(Applicability::certain, "write `#`.", {{span, "#"}});
    }
    if (rest.starts_with("'")) {
        const std::size_t close = rest.substr(0, scan::rest_of_line(rest)).find('\'', 1);
        const std::size_t end = at + (close == std::string_view::npos ? 1 : close + 1);
        Diagnostic made = Diagnostic::error("J0001", "I GOT STUCK HERE", state.span(at, end),
                                            "A text stands in double quotes.");
        if (close != std::string_view::npos &&
            rest.substr(1, close - 1).find_first_of("\"\\") == std::string_view::npos) {
            const std::string text = fmt::format("\"{}\"", rest.substr(1, close - 1));
            return std::move(made).and_fix(Applicability::certain, fmt::format("write `{}`.", text),
                                           {{state.span(at, end), text}});
        }
        return made;
    }
    return std::nullopt;
}

}  // namespace journey::syntax
