#include "dsl/syntax/messages.h"

#include "dsl/syntax/durations.h"
#include "dsl/syntax/samples.h"
#include "dsl/syntax/scan.h"
#include "dsl/syntax/slips.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace journey::syntax {
namespace {

using source::Applicability;
using source::Diagnostic;

std::string join_choices(const std::vector<std::string>& all) {
    std::string out;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i > 0) out += i + 1 == all.size() ? " or " : ", ";
        out += all[i];
    }
    return out;
}

std::string_view first_word(std::string_view line) {
    return line.substr(0, scan::word(line));
}

/// Without a `label:` in front of a step.
std::size_t after_label(const Matching& state, BlockKind kind, std::size_t begin) {
    if (kind != BlockKind::steps) return begin;
    const std::string_view rest = state.text.substr(begin);
    std::size_t n = scan::name(rest);
    if (n == 0) return begin;
    n += scan::blanks(rest.substr(n));
    if (n >= rest.size() || rest[n] != ':') return begin;
    ++n;
    return begin + n + scan::blanks(rest.substr(n));
}

/// The word, sign or character at `at`, for showing.
std::string_view token_at(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(std::min(at, text.size()));
    if (rest.empty()) return rest;
    if (const std::size_t n = scan::word(rest)) return rest.substr(0, n);
    std::size_t n = 1;
    if (std::string_view("=!<>&|").find(rest[0]) != std::string_view::npos) {
        while (n < rest.size() && n < 3 &&
               std::string_view("=<>&|").find(rest[n]) != std::string_view::npos)
            ++n;
    }
    while (n < rest.size() && (static_cast<unsigned char>(rest[n]) & 0xC0) == 0x80)
        ++n;
    return rest.substr(0, n);
}

bool at_line_end(std::string_view text, std::size_t at) {
    return at >= text.size() || text[at] == '\n' || text[at] == '#';
}

std::string shown_token(std::string_view text, std::size_t at) {
    if (at >= text.size()) return "the end of the text";
    if (at_line_end(text, at)) return "the end of the line";
    return fmt::format("`{}`", token_at(text, at));
}

bool wants(const Matching& state, std::string_view what) {
    return std::any_of(state.expected.begin(), state.expected.end(),
                       [&](const Wanted& one) { return one.text == what; });
}

bool wants_name(const Matching& state) {
    static constexpr std::array<std::string_view, 8> kNames = {"a name",
                                                               "a channel",
                                                               "a template",
                                                               "an event",
                                                               "a step",
                                                               "a count like `clicked`",
                                                               "a count like `delivered`",
                                                               "a type like `string`"};
    const bool value = std::any_of(state.expected.begin(), state.expected.end(),
                                   [](const Wanted& one) { return one.text == "a value"; });
    return !value &&
           std::any_of(state.expected.begin(), state.expected.end(), [](const Wanted& one) {
               return std::find(kNames.begin(), kNames.end(), one.text) != kNames.end();
           });
}

/// What was expected, for reading: the operators of expressions are left out, because after a value
/// they are always possible and never the news.
std::string expectation(const Matching& state) {
    static constexpr std::array<std::string_view, 12> kOperators = {
        "is",      "not", "in", "contains", "starts", "ends",
        "between", "and", "or", "default",  "(",      "["};
    const bool after_value =
        std::any_of(state.expected.begin(), state.expected.end(),
                    [](const Wanted& one) { return one.text == "is" || one.text == "["; });
    std::vector<std::string> shown;
    for (const Wanted& one : state.expected) {
        const bool is_operator =
            std::find(kOperators.begin(), kOperators.end(), one.text) != kOperators.end();
        if (after_value && is_operator) continue;
        shown.push_back(one.is_word ? fmt::format("`{}`", one.text) : std::string(one.text));
    }
    if (shown.empty() || shown.size() > 7) return {};
    return fmt::format("Here I expected {}.", join_choices(shown));
}

std::string indented(std::string_view examples) {
    std::string out;
    for (std::size_t at = 0; at <= examples.size();) {
        const std::size_t end = std::min(examples.find('\n', at), examples.size());
        if (!out.empty()) out += '\n';
        out += "    ";
        out += examples.substr(at, end - at);
        at = end + 1;
    }
    return out;
}

std::string capitalised(std::string_view words) {
    std::string out(words);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
        out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

std::string how_it_looks(const Sample& sample) {
    return fmt::format("{} looks like this:\n{}", capitalised(sample.reading),
                       indented(sample.examples));
}

// ---- particular mistakes, each tried in turn. They answer nullopt when they do not apply.

using Maybe = std::optional<Diagnostic>;

Maybe open_quote(const Matching& state, std::size_t at) {
    const std::string_view text = state.text;
    if (at >= text.size() || text[at] != '"' || scan::string(text.substr(at)) > 0)
        return std::nullopt;
    const std::size_t length = scan::string_or_line(text.substr(at));
    const bool closed = length > 1 && text[at + length - 1] == '"';
    if (closed) {
        return Diagnostic::error("J0001", "I GOT STUCK HERE", state.span(at, at + length),
                                 "This text contains a backslash that means nothing to me.")
            .and_after(
                "After a backslash I know `\\\"`, `\\\\`, `\\n`, `\\r`, `\\t` and `\\u{1F338}`.");
    }
    return Diagnostic::error("J0005", "THE QUOTE NEVER ENDS", state.span(at, at + 1),
                             "This text starts with a double quote that is never closed.")
        .and_after(
            "A text ends on the line it begins on. For a line break inside it, write `\\n`.");
}

Maybe reserved_name(const Matching& state, std::size_t at) {
    if (!wants_name(state) || at >= state.text.size()) return std::nullopt;
    const std::string_view word = first_word(state.text.substr(at));
    if (!is_reserved(word)) return std::nullopt;
    const source::Span span = state.span(at, at + word.size());
    return Diagnostic::error(
               "J0009", "A WORD OF THE LANGUAGE", span,
               fmt::format("`{}` has a meaning of its own, so nothing can be called that.", word))
        .and_fix(Applicability::probable, fmt::format("write `{}_`.", word),
                 {{span, fmt::format("{}_", word)}});
}

Maybe unclosed_map(const Matching& state, std::size_t begin, std::size_t at) {
    // The brace itself has been reported (J0004); what follows from it is no news.
    for (const Braces::Pair& pair : state.braces.pairs()) {
        if (!pair.closed && pair.open >= begin && pair.open < at) {
            Diagnostic silent;
            return silent;
        }
    }
    return std::nullopt;
}

Maybe unknown_first_word(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    if (at != begin || at_line_end(state.text, at)) return std::nullopt;
    const std::vector<std::string>& known = keywords_of(kind);
    if (known.empty()) return std::nullopt;
    const std::string_view word = token_at(state.text, at);
    const source::Span span = state.span(at, at + word.size());
    for (const Foreign& foreign : foreign_words()) {
        if (foreign.in != kind || foreign.word != word) continue;
        Diagnostic made =
            Diagnostic::error("J0001", "I GOT STUCK HERE", span,
                              fmt::format("`{}` is written `{}` here.", word, foreign.ours));
        const auto sure = foreign.certain ? Applicability::certain : Applicability::probable;
        if (const Sample* sample = find_sample(kind, first_word(foreign.ours))) {
            made = std::move(made).and_after(how_it_looks(*sample));
        }
        return std::move(made).and_fix(sure, fmt::format("write `{}`.", foreign.ours),
                                       {{span, std::string(foreign.ours)}});
    }
    std::vector<std::string> shown;
    for (const std::string& keyword : known)
        shown.push_back(fmt::format("`{}`", keyword));
    Diagnostic made =
        Diagnostic::error(
            "J0001", "I GOT STUCK HERE", span,
            fmt::format("I was reading {} and got stuck at `{}`.", place_of(kind), word))
            .and_after(fmt::format("{} begins with {}.", line_of(kind), join_choices(shown)));
    const std::vector<std::string> near = did_you_mean(word, known);
    if (!near.empty() && !means_something_else(word, near.front())) {
        made = std::move(made).and_fix(Applicability::probable,
                                       fmt::format("write `{}`.", near.front()),
                                       {{span, near.front()}});
    }
    return made;
}

/// `wait upto 3 days` reads as waiting for a value called `upto`; the word is the mistake, not what
/// follows it.
std::size_t real_place(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    if (kind != BlockKind::steps || first_word(state.text.substr(begin)) != "wait") return at;
    const std::size_t second = begin + 4 + scan::blanks(state.text.substr(begin + 4));
    const std::size_t n = scan::name(state.text.substr(second));
    if (n == 0 || at <= second || at_line_end(state.text, at)) return at;
    const std::string_view word = state.text.substr(second, n);
    if (word == "until" || word == "at") return at;
    return second + n + scan::blanks(state.text.substr(second + n)) == at ? second : at;
}

/// Only one thing can stand here: it was left out, or another small word was written for it.
void one_word_lacks(const Matching& state, std::size_t at, Diagnostic& made) {
    if (at_line_end(state.text, at)) return;
    const std::string_view rest = state.text.substr(at);
    const std::size_t length = std::max<std::size_t>(1, scan::word(rest));
    const bool alone = state.expected.size() == 1;
    const bool or_block = state.expected.size() == 2 && state.expected[1].text == "{";
    if (wants(state, "local") && wants(state, "in") && rest[0] >= 'A' && rest[0] <= 'Z') {
        const std::string meant = fmt::format("in \"{}\"", rest.substr(0, length));
        made = std::move(made).and_fix(Applicability::probable, fmt::format("write `{}`.", meant),
                                       {{state.span(at, at + length), meant}});
    } else if (alone && state.expected[0].text == "a text in quotes" && scan::word(rest) > 0) {
        std::size_t end = length;
        while (end < rest.size() &&
               std::string_view(" \t\n{}\"#").find(rest[end]) == std::string_view::npos)
            ++end;
        const std::string meant = fmt::format("\"{}\"", rest.substr(0, end));
        made = std::move(made).and_fix(Applicability::probable, fmt::format("write `{}`.", meant),
                                       {{state.span(at, at + end), meant}});
    } else if ((alone || or_block) && state.expected[0].is_word &&
               scan::word(state.expected[0].text) > 0) {
        static constexpr std::array<std::string_view, 12> kSmall = {
            "on", "at", "in", "for", "by", "of", "to", "from", "a", "an", "every", "-"};
        const std::string word(state.expected[0].text);
        const bool instead =
            std::find(kSmall.begin(), kSmall.end(), rest.substr(0, length)) != kSmall.end();
        // A bracket begins something else, and a slip of the pen is mended below.
        const std::string stuck_word(rest.substr(0, length));
        const bool bracket = std::string_view("{}()[]").find(rest[0]) != std::string_view::npos;
        if (bracket || (word[0] >= '0' && word[0] <= '9') ||
            !did_you_mean(stuck_word, std::vector<std::string>{word}).empty())
            return;
        const bool other = rest.starts_with("at ") && word == "on";  // `every month at 10:00`
        if ((or_block && !instead) || other || word == "more") return;
        made = std::move(made).and_fix(
            Applicability::probable, fmt::format("write `{}`.", word),
            {{state.span(at, instead ? at + length : at), instead ? word : word + " "}});
    }
}

Diagnostic general(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    const std::string_view word = first_word(state.text.substr(begin));
    const Sample* sample = find_sample(kind, word);
    const std::string reading =
        sample != nullptr ? std::string(sample->reading) : std::string(place_of(kind));
    if (sample == nullptr) sample = find_sample(kind, "");
    const std::size_t length = at_line_end(state.text, at) ? 0 : token_at(state.text, at).size();
    Diagnostic made = Diagnostic::error(
        "J0001", "I GOT STUCK HERE", state.span(at, at + length),
        fmt::format("I was reading {} and got stuck at {}.", reading, shown_token(state.text, at)));
    const std::string wanted = state.stuck_at == at ? expectation(state) : std::string();
    if (!wanted.empty()) made = std::move(made).and_after(wanted);
    if (sample != nullptr) {
        made = std::move(made).and_after(how_it_looks(*sample));
    }
    std::vector<std::string> words;
    for (const Wanted& one : state.expected) {
        if (one.is_word && scan::word(one.text) > 0) words.emplace_back(one.text);
    }
    one_word_lacks(state, at, made);
    const std::string_view stuck_word =
        at < state.text.size() ? first_word(state.text.substr(at)) : std::string_view();
    if (stuck_word.size() > 1) {
        const std::vector<std::string> near = did_you_mean(stuck_word, words);
        if (!near.empty() && !means_something_else(stuck_word, near.front())) {
            made = std::move(made).and_fix(
                Applicability::probable, fmt::format("write `{}`.", near.front()),
                {{state.span(at, at + stuck_word.size()), near.front()}});
        }
    }
    // A bracket that waits for its partner.
    const bool wants_close =
        std::any_of(state.expected.begin(), state.expected.end(),
                    [](const Wanted& one) { return one.text == ")" || one.text == "]"; });
    if (wants_close) {
        std::vector<std::size_t> open;
        for (std::size_t i = begin; i < at && i < state.text.size(); ++i) {
            if (state.text[i] == '"') {
                i += scan::string_or_line(state.text.substr(i)) - 1;
            } else if (state.text[i] == '(' || state.text[i] == '[') {
                open.push_back(i);
            } else if ((state.text[i] == ')' || state.text[i] == ']') && !open.empty()) {
                open.pop_back();
            }
        }
        if (!open.empty()) {
            made = std::move(made).and_other(
                state.span(open.back(), open.back() + 1),
                fmt::format("this `{}` is still open", state.text[open.back()]));
        }
    }
    return made;
}

bool already_explained(const Matching& state, std::size_t begin, std::size_t at) {
    const std::size_t line_end =
        at + scan::rest_of_line(state.text.substr(std::min(at, state.text.size())));
    const source::Span range = state.span(begin, line_end);
    return std::any_of(state.diagnostics.begin(), state.diagnostics.end(),
                       [&](const Diagnostic& one) {
                           return one.code == "J0006" && one.span.file == range.file &&
                                  one.span.begin >= range.begin && one.span.begin <= range.end;
                       });
}

}  // namespace

void report_stuck(Matching& state, BlockKind kind, std::size_t begin) {
    // Nobody reads the hundred and first; and a file that is no journey at all should be refused
    // quickly.
    constexpr int kReportsMax = 100;
    if (++state.reports > kReportsMax) return;
    const std::size_t line = begin;
    begin = after_label(state, kind, begin);
    std::size_t at = std::max<std::size_t>(state.stuck_at, begin);
    if (already_explained(state, begin, at)) return;
    at = real_place(state, kind, begin, at);
    Maybe made = unclosed_map(state, begin, at);
    if (made) return;
    if (!made) made = curly_quotes(state, at);
    if (made && made->code.empty()) return;
    if (!made) made = open_quote(state, at);
    if (!made) made = full_width_sign(state, at);
    if (!made) made = foreign_sign(state, at);
    if (!made) made = foreign_date(state, at);
    if (!made) made = foreign_clock(state, at);
    if (!made) made = misspelt_duration(state, at);
    if (!made) made = slip_in_value(state, at);
    if (!made) made = reserved_name(state, at);
    if (!made) made = habit(state, kind, line, at);
    if (!made) made = slip_in_line(state, kind, begin, at);
    if (made && made->code.empty()) return;
    if (!made) made = unknown_first_word(state, kind, begin, at);
    if (!made) made = general(state, kind, begin, at);
    state.diagnostics.push_back(std::move(*made));
}

void report_stuck_piece(Matching& state, std::string_view reading) {
    const std::size_t at = state.stuck_at;
    if (already_explained(state, 0, at)) return;
    Maybe made = curly_quotes(state, at);
    if (made && made->code.empty()) return;
    if (!made) made = open_quote(state, at);
    if (!made) made = full_width_sign(state, at);
    if (!made) made = foreign_sign(state, at);
    if (!made) made = foreign_date(state, at);
    if (!made) made = foreign_clock(state, at);
    if (!made) made = misspelt_duration(state, at);
    if (!made) made = slip_in_value(state, at);
    if (!made) made = reserved_name(state, at);
    if (!made) {
        const std::size_t length =
            at_line_end(state.text, at) ? 0 : token_at(state.text, at).size();
        made = Diagnostic::error("J0001", "I GOT STUCK HERE", state.span(at, at + length),
                                 fmt::format("I was reading {} and got stuck at {}.", reading,
                                             shown_token(state.text, at)));
        const std::string wanted = expectation(state);
        if (!wanted.empty()) made = std::move(*made).and_after(wanted);
    }
    state.diagnostics.push_back(std::move(*made));
}

void report_too_deep(Matching& state, std::size_t at, std::string_view what) {
    const int limit = what == "blocks" ? 16 : 64;
    state.diagnostics.push_back(
        Diagnostic::error(
            "J0902", "NESTED TOO DEEPLY", state.span(at, std::min(at + 1, state.text.size())),
            what == "brackets"
                ? "There are more than 64 brackets, signs or words like `not` inside "
                  "each other."
                : fmt::format("There are more than {} {} inside each other.", limit, what))
            .and_help(what == "blocks"
                          ? "give a part of it a journey or a segment of its own."
                          : "give a part of it a name with `let`, or make it a `segment`."));
}

void report_braces(Matching& state) {
    const std::string_view text = state.text;
    const auto line_of_offset = [&](std::size_t at) {
        return 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    };
    const Braces::Pair* last = nullptr;
    std::vector<const Braces::Pair*> open;
    for (const Braces::Pair& pair : state.braces.pairs()) {
        if (pair.closed || pair.missing) continue;
        if (pair.end < text.size()) open.push_back(&pair);
        if (pair.end >= text.size()) last = &pair;  // the innermost comes last
    }
    if (last != nullptr && open.empty()) open.push_back(last);
    if (open.size() > 10) open.resize(10);
    for (const Braces::Pair* pair : open) {
        std::size_t begin = pair->open;
        while (begin > 0 && text[begin - 1] != '\n')
            --begin;
        begin += scan::blanks(text.substr(begin));
        if (text[begin] == '}') begin += 1 + scan::blanks(text.substr(begin + 1));
        const std::string_view word = first_word(text.substr(begin));
        const std::string of = word.empty() ? std::string() : fmt::format(" of `{}`", word);
        std::size_t end = pair->end;
        while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == ' ' || text[end - 1] == '\t'))
            --end;
        Diagnostic made = Diagnostic::error(
            "J0004", "A BRACE IS NEVER CLOSED", state.span(pair->open, pair->open + 1),
            fmt::format("The `{{`{} on line {} is never closed.", of, line_of_offset(pair->open)));
        if (pair->end < text.size()) {
            made = std::move(made).and_after(
                fmt::format("Judging by the indentation it should end after line {}.",
                            line_of_offset(end > 0 ? end - 1 : 0)));
        } else {
            made = std::move(made).and_after("The file ends before its `}`.");
        }
        state.diagnostics.push_back(std::move(made));
    }
    std::size_t reported = 0;
    for (const std::uint32_t stray : state.braces.strays()) {
        if (++reported > 10) break;
        state.diagnostics.push_back(
            Diagnostic::error("J0004", "A BRACE TOO MANY", state.span(stray, stray + 1),
                              "This `}` closes nothing: every `{` before it has its partner.")
                .and_help("remove it, or look for a `{` that is missing above."));
    }
}

const std::vector<std::string>& keywords_of(BlockKind kind) {
    static const auto kAll = [] {
        std::array<std::vector<std::string>, static_cast<std::size_t>(BlockKind::nothing) + 1> all;
        for (const Sample& sample : samples()) {
            if (!is_continuation(sample.in, sample.word))
                all[static_cast<std::size_t>(sample.in)].emplace_back(sample.word);
        }
        // Lines that may begin with any name or number: the list would mislead.
        for (std::vector<std::string>& words : all) {
            if (std::find(words.begin(), words.end(), "") != words.end()) words.clear();
        }
        return all;
    }();
    return kAll[static_cast<std::size_t>(kind)];
}

BlockKind block_of(BlockKind kind, std::string_view statement) {
    using K = BlockKind;
    statement.remove_prefix(std::min(scan::blanks_and_lines(statement), statement.size()));
    std::string_view first = first_word(statement);
    if (kind == K::steps && statement.substr(first.size()).starts_with(':')) {
        statement.remove_prefix(first.size() + 1);
        statement.remove_prefix(scan::blanks(statement));
        first = first_word(statement);
    }
    while (statement.ends_with(' '))
        statement.remove_suffix(1);
    if (kind == K::steps && statement.ends_with("else")) return K::steps;  // of a `call`
    std::string guess(first);
    if (find_sample(kind, first) == nullptr) {
        const std::vector<std::string> near = did_you_mean(first, keywords_of(kind));
        if (!near.empty()) guess = near.front();
    }
    switch (kind) {
        case K::file: {
            static constexpr std::array<std::pair<std::string_view, K>, 15> kItems = {
                {{"workspace", K::workspace},
                 {"profile", K::profile},
                 {"event", K::event},
                 {"channel", K::channel},
                 {"consent", K::consent},
                 {"frequency", K::frequency},
                 {"quiet", K::quiet},
                 {"webhook", K::webhook},
                 {"fetch", K::fetch},
                 {"catalogue", K::catalogue},
                 {"template", K::template_decl},
                 {"band", K::band},
                 {"snippet", K::steps},
                 {"journey", K::journey},
                 {"test", K::test}}};
            for (const auto& [word, block] : kItems) {
                if (guess == word) return block;
            }
            return K::nothing;
        }
        case K::journey:
            if (guess == "from") return K::moves;
            return guess == "do" || first == "steps" ? K::steps : K::nothing;
        case K::steps:
            if (guess == "if" || guess == "else" || guess == "repeat") return K::steps;
            if (guess == "wait") return K::wait_arms;
            if (guess == "choose") return K::choices;
            if (guess == "split") return K::split_arms;
            if (guess == "send") return K::sends;
            if (guess == "experiment") return K::experiment;
            return K::nothing;
        case K::wait_arms:
        case K::choices:
        case K::split_arms:
        case K::experiment:
            return K::steps;
        case K::sends:
            return K::nothing;
        case K::workspace:
        case K::profile:
        case K::event:
        case K::channel:
        case K::consent:
        case K::frequency:
        case K::quiet:
        case K::webhook:
        case K::fetch:
        case K::catalogue:
        case K::template_decl:
        case K::band:
        case K::moves:
        case K::test:
        case K::nothing:
            break;
    }
    return K::nothing;
}

bool is_continuation(BlockKind kind, std::string_view first) {
    // Of a winner; elsewhere these begin lines of their own.
    if (kind == BlockKind::webhook && first == "retry") return false;
    if (kind == BlockKind::experiment &&
        (first == "needs" || first == "confidence" || first == "otherwise"))
        return true;
    static constexpr std::array<std::string_view, 13> kWords = {
        "else", "valid",  "retry", "within", "without", "lasts", "first",
        "best", "unless", "where", "and",    "or",      "to"};
    return std::find(kWords.begin(), kWords.end(), first) != kWords.end();
}

}  // namespace journey::syntax
