// What other languages taught people: `version: 3`, `on: monday`, `count(…) >= 3` as a trigger.

#include "dsl/syntax/messages.h"
#include "dsl/syntax/samples.h"
#include "dsl/syntax/scan.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace journey::syntax {
namespace {

using source::Applicability;
using source::Diagnostic;
using Maybe = std::optional<Diagnostic>;

bool wants(const Matching& state, std::string_view what) {
    return std::any_of(state.expected.begin(), state.expected.end(),
                       [&](const Wanted& one) { return one.text == what; });
}

/// `version: 3`, `trigger = signed_up`, and `wait: 2 days`, which reads as a step called `wait`.
Maybe sign_after_keyword(const Matching& state, BlockKind kind, std::size_t line) {
    const std::string_view rest = state.text.substr(line);
    const std::string_view word = rest.substr(0, scan::word(rest));
    if (word.empty()) return std::nullopt;
    const std::size_t after = word.size() + scan::blanks(rest.substr(word.size()));
    if (after >= rest.size() || (rest[after] != ':' && rest[after] != '=')) return std::nullopt;
    const bool ours = !keywords_of(kind).empty() && find_sample(kind, word) != nullptr;
    const auto words = foreign_words();
    const auto foreign = std::find_if(words.begin(), words.end(), [&](const Foreign& one) {
        return one.in == kind && one.word == word;
    });
    if (!ours && foreign == words.end()) return std::nullopt;
    const std::string_view keyword = ours ? word : foreign->ours;
    const std::size_t first = line + (ours ? word.size() : 0);
    const source::Span sign = state.span(line + after, line + after + 1);
    Diagnostic made =
        Diagnostic::error(
            "J0001", "I GOT STUCK HERE", sign,
            rest[after] == ':'
                ? fmt::format("After `{}` there is no colon; the words follow each other.", keyword)
                : fmt::format("After `{}` there is no `=`; the words follow each other.", keyword))
            .and_fix(Applicability::probable, fmt::format("write `{}` alone.", keyword),
                     {{state.span(first, line + after + 1),
                       ours ? std::string() : std::string(keyword)}});
    if (rest[after] == ':')
        made = std::move(made).and_after("Colons belong to the YAML form of a journey.");
    return made;
}

/// `monday`, `Mon`, `MONDAY`.
Maybe weekday_spelling(const Matching& state, std::size_t at) {
    static constexpr std::array<std::string_view, 7> kDays = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    if (at >= state.text.size() || !wants(state, "a weekday")) return std::nullopt;
    const std::string_view rest = state.text.substr(at);
    const std::string_view word = rest.substr(0, scan::word(rest));
    if (word.size() < 3) return std::nullopt;
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    for (const std::string_view day : kDays) {
        const bool fits = word.size() <= day.size() &&
                          std::equal(word.begin(), word.end(), day.begin(),
                                     [&](char a, char b) { return lower(a) == lower(b); });
        if (!fits) continue;
        const source::Span span = state.span(at, at + word.size());
        return Diagnostic::error("J0001", "I GOT STUCK HERE", span,
                                 fmt::format("This day is written `{}`.", day))
            .and_fix(Applicability::certain, fmt::format("write `{}`.", day),
                     {{span, std::string(day)}});
    }
    return std::nullopt;
}

/// Some take their data behind `with`, an event takes it as it is.
Maybe data_and_with(const Matching& state, std::size_t at) {
    const std::string_view rest = state.text.substr(std::min(at, state.text.size()));
    if (rest.starts_with("with") && !scan::is_word_byte_at(rest, 4) && wants(state, "{") &&
        !wants(state, "with")) {
        const std::size_t gap = 4 + scan::blanks(rest.substr(4));
        return Diagnostic::error("J0001", "I GOT STUCK HERE", state.span(at, at + 4),
                                 "The data of an event stands right behind its name, without "
                                 "`with`.")
            .and_fix(Applicability::certain, "remove `with`.",
                     {{state.span(at, at + gap), std::string()}});
    }
    if (rest.starts_with("{") && wants(state, "with") && !wants(state, "{")) {
        return Diagnostic::error("J0001", "I GOT STUCK HERE", state.span(at, at + 1),
                                 "The data stands behind `with` here.")
            .and_fix(Applicability::certain, "write `with` before the brace.",
                     {{state.span(at, at), "with "}});
    }
    return std::nullopt;
}

/// `enter when count(…) >= 3`
Maybe count_as_trigger(const Matching& state, std::size_t at) {
    if (at >= state.text.size() || !wants(state, "reaches")) return std::nullopt;
    const std::string_view rest = state.text.substr(at);
    std::size_t length = scan::word(rest);
    if (length == 0) length = rest.find_first_not_of("<>=!");
    const std::string_view sign = rest.substr(0, std::min(length, rest.size()));
    static constexpr std::array<std::string_view, 7> kSigns = {">=", ">", "==", "=",
                                                               "is", "<", "<="};
    if (std::find(kSigns.begin(), kSigns.end(), sign) == kSigns.end()) return std::nullopt;
    const source::Span span = state.span(at, at + sign.size());
    Diagnostic made =
        Diagnostic::error("J0001", "I GOT STUCK HERE", span,
                          "A number lets people in at the moment it gets there, and that is "
                          "written `reaches`.")
            .and_after("For example:\n    enter when count(order_paid within 30 days) reaches 3");
    if (sign == ">=" || sign == "==" || sign == "=" || sign == "is") {
        return std::move(made).and_fix(Applicability::probable, "write `reaches`.",
                                       {{span, "reaches"}});
    }
    return made;
}

}  // namespace

std::optional<source::Diagnostic> habit(const Matching& state, BlockKind kind, std::size_t begin,
                                        std::size_t at) {
    Maybe made = sign_after_keyword(state, kind, begin);
    if (!made) made = weekday_spelling(state, at);
    if (!made) made = count_as_trigger(state, at);
    if (!made) made = data_and_with(state, at);
    return made;
}

}  // namespace journey::syntax
