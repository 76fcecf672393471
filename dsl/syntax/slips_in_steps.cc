// Slips among the steps: two of them on a line, brackets as of a function, a split like `50/50`.

#include "dsl/syntax/samples.h"
#include "dsl/syntax/slip_tools.h"
#include "dsl/syntax/slips.h"

namespace journey::syntax {
namespace {

/// `{ send email hello wait 2 days }`
Maybe two_steps(const Matching& state, std::size_t begin, std::size_t at) {
    const std::string_view word = word_at(state, at);
    if (at == begin || word.empty() || word == "if" ||
        find_sample(BlockKind::steps, word) == nullptr || is_continuation(BlockKind::steps, word) ||
        !wants(state, "the end of the line"))
        return std::nullopt;
    const std::size_t feed = begin == 0 ? std::string_view::npos : state.text.rfind('\n', begin);
    const std::size_t line = feed == std::string_view::npos ? 0 : feed + 1;
    std::size_t indent = scan::blanks(state.text.substr(line));
    if (line + indent != begin) indent += 2;
    const std::size_t gap = without_blanks(state.text, at);
    return stuck_at(state.span(at, at + word.size()),
                    "A step ends with its line, and the next one begins on a line of its own.")
        .and_fix(Applicability::probable, fmt::format("begin a new line before `{}`.", word),
                 {{state.span(gap, at), "\n" + std::string(indent, ' ')}});
}

/// `send("email", "hello")`
Maybe brackets_of_a_call(const Matching& state, std::size_t begin, std::size_t at) {
    const std::string_view word = word_at(state, begin);
    if (at == begin || !from(state, at).starts_with("(") || word_before(state.text, at) != word ||
        find_sample(BlockKind::steps, word) == nullptr)
        return std::nullopt;
    Diagnostic made = stuck_at(state.span(at, at + 1), "A step is written without brackets.");
    const std::size_t close = from(state, at).find(')');
    const std::size_t end = end_of_line(state, at);
    if (close == std::string_view::npos || at + close + 1 != end) return made;
    std::string meant(word);
    for (const char c : state.text.substr(at + 1, close - 1)) {
        if (c == '(' || c == '{' || c == ':' || c == '=') return made;
        if (meant.size() == word.size()) meant += ' ';
        if (c != '"' && c != '\'' && c != ',') meant += c;
    }
    return std::move(made).and_fix(Applicability::probable, fmt::format("write `{}`.", meant),
                                   {{state.span(begin, end), meant}});
}

/// `split 50/50`
Maybe shares_for_a_name(const Matching& state, std::size_t begin, std::size_t at) {
    const std::string_view word = word_at(state, begin);
    if (word != "split" && word != "experiment") return std::nullopt;
    const std::string_view rest = from(state, at);
    if (at == begin || rest.empty() || !is_digit(rest[0])) return std::nullopt;
    std::size_t length = 0;
    while (length < rest.size() &&
           (is_digit(rest[length]) || rest[length] == '/' || rest[length] == '%'))
        ++length;
    return stuck_at(state.span(at, at + length),
                    fmt::format("Behind `{}` stands a name; each arm says its share.", word))
        .and_help(word == "split"
                      ? "write `split halves {`, and below it `50% one { … }` and `50% other { … }`"
                      : "write `experiment halves {`, and below it `arm one 50% { … }` and `arm "
                        "other 50% { … }`");
}

/// `wait until next Tuesday at 10:00 local`
Maybe next_weekday(const Matching& state, std::size_t begin, std::size_t at) {
    static constexpr std::array<std::string_view, 6> kWords = {"next", "this", "coming",
                                                               "the",  "on",   "following"};
    std::size_t day = at;
    std::string_view word = word_before(state.text, at);
    if (!among(kWords, word)) {
        word = word_at(state, at);
        day = at + word.size() + scan::blanks(from(state, at + word.size()));
    }
    if (word_at(state, begin) != "wait" || !among(kWords, word) ||
        scan::weekday(from(state, day)) == 0)
        return std::nullopt;
    const std::size_t first = without_blanks(state.text, day) - word.size();
    return stuck_at(state.span(first, first + word.size()),
                    "A wait until a weekday ends on the next one there is.")
        .and_fix(word == "next" || word == "following" ? Applicability::probable
                                                       : Applicability::certain,
                 fmt::format("remove `{}`.", word), {{state.span(first, day), ""}});
}

/// `goto welcome`: told what to do instead, since no word of ours is meant.
Maybe word_from_elsewhere(const Matching& state, BlockKind kind, std::size_t begin,
                          std::size_t at) {
    const std::string_view word = word_at(state, begin);
    const Elsewhere* found = at == begin ? find_elsewhere(kind, word) : nullptr;
    if (found == nullptr) return std::nullopt;
    return stuck_at(state.span(begin, begin + word.size()),
                    fmt::format("There is no step called `{}`.", word))
        .and_help(std::string(found->help));
}

}  // namespace

std::optional<source::Diagnostic> slip_in_step(const Matching& state, BlockKind kind,
                                               std::size_t begin, std::size_t at) {
    if (kind != BlockKind::steps) return std::nullopt;
    Maybe made = brackets_of_a_call(state, begin, at);
    if (!made) made = next_weekday(state, begin, at);
    if (!made) made = shares_for_a_name(state, begin, at);
    if (!made) made = word_from_elsewhere(state, kind, begin, at);
    if (!made) made = two_steps(state, begin, at);
    return made;
}

}  // namespace journey::syntax
