// Slips in declarations, in the head of a journey and in what a test is given.

#include "dsl/syntax/slip_tools.h"
#include "dsl/syntax/slips.h"

namespace journey::syntax {
namespace {

/// `enter every weekday at …`, `enter every 2 days`
Maybe every_so_often(const Matching& state, std::size_t at) {
    if (!wants(state, "a weekday") || word_before(state.text, at) != "every") return std::nullopt;
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kWords = {
        {{"weekday", "Monday, Tuesday, Wednesday, Thursday, Friday"},
         {"workday", "Monday, Tuesday, Wednesday, Thursday, Friday"},
         {"weekend", "Saturday, Sunday"},
         {"week", "Monday"}}};
    const std::string_view word = word_at(state, at);
    for (const auto& [theirs, ours] : kWords) {
        if (word != theirs && word != fmt::format("{}s", theirs)) continue;
        return written(state, at, at + word.size(), std::string(ours),
                       theirs == "week" ? Applicability::probable : Applicability::certain);
    }
    if (word == "hour" || word == "minute") {
        return stuck_at(state.span(at, at + word.size()),
                        "A journey begins at a time of day, so at most once a day.")
            .and_help(
                "write `enter every day at 08:00 local for …`, or begin with an event: `enter "
                "when …`");
    }
    const std::size_t length = scan::duration(from(state, at));
    if (length == 0) return std::nullopt;
    const std::string_view gap = from(state, at).substr(0, length);
    const source::Span span = state.span(at, at + length);
    return stuck_at(span,
                    "What comes back does so on days of the week or of the month, and not "
                    "after a length of time.")
        .and_help(fmt::format("write `every day`, and below it `reenter after {}`", gap));
}

/// `goal order_paid within 14 days`
Maybe goal_without_name(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    if (kind != BlockKind::journey || word_at(state, begin) != "goal" || !wants(state, "when"))
        return std::nullopt;
    const std::string_view next = word_at(state, at);
    const bool ends = at >= end_of_line(state, begin) || next == "within" || next == "where" ||
                      next == "then" || from(state, at).starts_with(",");
    const std::string_view event = word_before(state.text, at);
    if (!ends || event.empty() || event == "goal") return std::nullopt;
    const std::size_t first = without_blanks(state.text, at) - event.size();
    const std::string meant = fmt::format("goal reached when {}", event);
    return stuck_at(state.span(first, first + event.size()),
                    "A goal has a name of its own, and then its event.")
        .and_fix(Applicability::probable, fmt::format("write `{}`.", meant),
                 {{state.span(first, first), "reached when "}});
}

/// `array of string`, `string[]`, `enum "a", "b"`, `string optional`
Maybe type_of_other_lands(const Matching& state, BlockKind kind, std::size_t at) {
    if (kind != BlockKind::profile && kind != BlockKind::event &&
        kind != BlockKind::template_decl && kind != BlockKind::webhook && kind != BlockKind::file)
        return std::nullopt;
    const std::string_view before = word_before(state.text, at);
    const std::string_view here = word_at(state, at);
    const std::size_t first = without_blanks(state.text, at) - before.size();
    if (before == "array" && here == "of") {
        return written(state, first, at + 2, "list of", Applicability::certain);
    }
    if ((before == "enum" || before == "choice") && from(state, at).starts_with("\"")) {
        return written(state, first, first + before.size(), "one of", Applicability::certain);
    }
    if (from(state, at).starts_with("[]") && !before.empty()) {
        return written(state, first, at + 2, fmt::format("list of {}", before),
                       Applicability::certain);
    }
    static constexpr std::array<std::string_view, 2> kMaybe = {"optional", "nullable"};
    const bool behind = among(kMaybe, here);
    if (!behind && (!among(kMaybe, before) || here.empty())) return std::nullopt;
    if (behind && !wants(state, "required")) return std::nullopt;
    const std::size_t begin = behind ? without_blanks(state.text, at) : first;
    const std::size_t end = behind ? at + here.size() : at;
    return stuck_at(state.span(behind ? at : first, behind ? end : first + before.size()),
                    "What does not say `required` may be missing.")
        .and_fix(Applicability::certain, "remove it.", {{state.span(begin, end), ""}});
}

/// `basis opt-in`
Maybe hyphen_in_basis(const Matching& state, BlockKind kind, std::size_t at) {
    if (kind != BlockKind::consent || !from(state, at).starts_with("-") ||
        word_before(state.text, at) != "opt")
        return std::nullopt;
    const std::string_view way = word_at(state, at + 1);
    if (way != "in" && way != "out") return std::nullopt;
    const std::size_t first = without_blanks(state.text, at) - 3;
    return written(state, first, at + 1 + way.size(), fmt::format("opt {}", way),
                   Applicability::certain);
}

/// `send e-mail hello`
Maybe hyphen_in_email(const Matching& state, std::size_t at) {
    if (!from(state, at).starts_with("-") || word_at(state, at + 1) != "mail") return std::nullopt;
    const std::string_view before = word_before(state.text, at);
    if (before != "e" && before != "E") return std::nullopt;
    const std::size_t first = without_blanks(state.text, at) - 1;
    return written(state, first, at + 5, "email", Applicability::certain);
}

/// `given email "ann@example.com"`
Maybe given_property(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    if (kind != BlockKind::test || word_at(state, begin) != "given") return std::nullopt;
    std::size_t place = begin + 5 + scan::blanks(from(state, begin + 5));
    const std::size_t first = place;
    if (word_at(state, place) == "user") place += 4 + scan::blanks(from(state, place + 4));
    if (place > first && from(state, place).starts_with(".")) ++place;
    const std::size_t name = scan::name(from(state, place));
    if (name == 0 || at < first || (place == first && at != first)) return std::nullopt;
    std::size_t value = place + name + scan::blanks(from(state, place + name));
    for (const std::string_view sign : {":", "=", "is "}) {
        if (from(state, value).starts_with(sign)) {
            value += sign.size() + scan::blanks(from(state, value + sign.size()));
            break;
        }
    }
    const std::size_t end = end_of_line(state, begin);
    const std::string_view is = from(state, value).substr(0, end > value ? end - value : 0);
    const bool literal =
        !is.empty() && (scan::string(is) == is.size() || scan::date(is) == is.size() ||
                        scan::money(is) == is.size() || scan::decimal(is) == is.size() ||
                        scan::integer(is) == is.size() || is == "true" || is == "false");
    if (!literal) return std::nullopt;
    const std::string meant =
        fmt::format("user {{ {}: {} }}", from(state, place).substr(0, name), is);
    return stuck_at(state.span(first, place + name),
                    "What is known of the person stands in braces behind `user`.")
        .and_fix(Applicability::certain, fmt::format("write `{}`.", meant),
                 {{state.span(first, end), meant}});
}

}  // namespace

std::optional<source::Diagnostic> slip_in_head(const Matching& state, BlockKind kind,
                                               std::size_t begin, std::size_t at) {
    Maybe made = every_so_often(state, at);
    if (!made) made = goal_without_name(state, kind, begin, at);
    if (!made) made = type_of_other_lands(state, kind, at);
    if (!made) made = hyphen_in_basis(state, kind, at);
    if (!made) made = hyphen_in_email(state, at);
    if (!made) made = given_property(state, kind, begin, at);
    return made;
}

}  // namespace journey::syntax
