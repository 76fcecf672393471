// Slips of people who come from spreadsheets, mail tools and scripts.

#include "dsl/syntax/slips.h"

#include "dsl/syntax/samples.h"
#include "dsl/syntax/slip_tools.h"

namespace journey::syntax {
namespace {

/// `AND`, `Send`
Maybe capitals(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    const std::string_view word = word_at(state, at);
    std::string small(word);
    for (char& c : small) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (small == word) return std::nullopt;
    const bool keyword = at == begin && among(keywords_of(kind), small);
    const bool wanted =
        std::any_of(state.expected.begin(), state.expected.end(),
                    [&](const Wanted& one) { return one.is_word && one.text == small; });
    if (!keyword && !wanted) return std::nullopt;
    return written(state, at, at + word.size(), small, Applicability::certain)
        .and_after("The words of the language are written small.");
}

/// `enter on signed_up`, `exit if order_paid` read aloud in another order.
Maybe on_for_when(const Matching& state, BlockKind kind, std::size_t at) {
    if (kind != BlockKind::journey || at >= state.text.size() || !wants(state, "when"))
        return std::nullopt;
    const std::string_view rest = state.text.substr(at);
    const std::string_view word = rest.substr(0, scan::word(rest));
    static constexpr std::array<std::string_view, 5> kOthers = {"on", "upon", "if", "whenever",
                                                                "after"};
    if (std::find(kOthers.begin(), kOthers.end(), word) == kOthers.end()) return std::nullopt;
    const source::Span span = state.span(at, at + word.size());
    const std::string_view next = rest.substr(word.size() + scan::blanks(rest.substr(word.size())));
    if (wants(state, "every") && scan::weekday(next) > 0) {
        return Diagnostic::error("J0001", "I GOT STUCK HERE", span,
                                 "What comes back on certain days is written `every`.")
            .and_fix(Applicability::certain, "write `every`.", {{span, "every"}});
    }
    return Diagnostic::error("J0001", "I GOT STUCK HERE", span,
                             fmt::format("Before an event the word is `when`, not `{}`.", word))
        .and_fix(word == "after" || word == "if" ? Applicability::probable : Applicability::certain,
                 "write `when`.", {{span, "when"}});
}

/// `enter daily at …`
Maybe how_often(const Matching& state, std::size_t at) {
    if (!wants(state, "every") || !wants(state, "once")) return std::nullopt;
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kWords = {
        {{"daily", "every day"},
         {"weekly", "every Monday"},
         {"monthly", "every month on 1"},
         {"each", "every"}}};
    const std::string_view word = word_at(state, at);
    for (const auto& [theirs, ours] : kWords) {
        if (word != theirs) continue;
        return written(state, at, at + word.size(), std::string(ours), Applicability::probable);
    }
    return std::nullopt;
}

/// `send email hello` above `do {`. Told once for each journey.
Maybe step_in_head(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    if (kind != BlockKind::journey || at != begin) return std::nullopt;
    const std::string_view word = word_at(state, at);
    if (word.empty()) return std::nullopt;
    const std::size_t end = end_of_line(state, begin);
    const bool block = end > begin && state.text[end - 1] == '{';
    const auto foreign = [&](BlockKind where) {
        const auto words = foreign_words();
        return std::any_of(words.begin(), words.end(),
                           [&](const Foreign& one) { return one.in == where && one.word == word; });
    };
    if (foreign(kind) && !(word == "if" && block)) return std::nullopt;
    if (find_sample(BlockKind::steps, word) == nullptr && !foreign(BlockKind::steps))
        return std::nullopt;
    const std::string title = "A STEP OUTSIDE `do`";
    const std::size_t journey = state.text.rfind("journey ", begin);
    const source::Span of = state.span(journey == std::string_view::npos ? 0 : journey, begin);
    for (const Diagnostic& said : state.diagnostics) {
        if (said.title == title && said.span.file == of.file && said.span.begin >= of.begin)
            return Diagnostic();
    }
    return Diagnostic::error("J0001", title, state.span(at, at + word.size()),
                             fmt::format("`{}` is a step, and steps stand in `do {{ … }}`.", word))
        .and_help("write `do {` above the first step, and `}` below the last one");
}

/// `if user.vip` with the steps on the next line, or behind `then` or a colon.
Maybe forgotten_braces(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    const bool steps = kind == BlockKind::steps;
    if (!steps && kind != BlockKind::choices && kind != BlockKind::wait_arms) return std::nullopt;
    const std::string title = "A BRACE IS MISSING";
    const std::string_view word = word_at(state, begin);
    if (steps && word == "else" && at == begin && !state.diagnostics.empty() &&
        state.diagnostics.back().title == title)
        return Diagnostic();
    static constexpr std::array<std::string_view, 6> kWords = {"if",        "else",   "when",
                                                               "otherwise", "repeat", "on"};
    if (!among(kWords, word)) return std::nullopt;
    const std::size_t end = end_of_line(state, begin);
    const bool goes_on = std::all_of(
        state.expected.begin(), state.expected.end(),
        [](const Wanted& one) { return one.text == "and" || one.text == "or" || one.text == "{"; });
    const std::string says = fmt::format("The steps of `{}` stand in braces: `{{` … `}}`.", word);
    if (at > end && goes_on && !state.expected.empty()) {
        return Diagnostic::error("J0004", title, state.span(begin, end), says)
            .and_help("write `{` at the end of this line, and `}` below the last of its steps");
    }
    const std::string_view sign = state.text.substr(at, at < end && state.text[at] == ':' ? 1 : 4);
    if (at >= end || !wants(state, "{") || (sign != ":" && sign != "then")) return std::nullopt;
    const std::size_t inside = at + sign.size() + scan::blanks(from(state, at + sign.size()));
    const std::size_t gap = without_blanks(state.text, at);
    Diagnostic made = Diagnostic::error("J0004", title, state.span(at, at + sign.size()), says);
    if (inside >= end) {
        return std::move(made).and_help(
            "write `{` in place of this, and `}` below the last of its steps");
    }
    const std::string body(state.text.substr(inside, end - inside));
    const std::string meant = body.starts_with("{") ? " " + body : fmt::format(" {{ {} }}", body);
    if (!body.starts_with("{") && body.find_first_of("{}") != std::string::npos) return made;
    return std::move(made).and_fix(Applicability::probable,
                                   fmt::format("write `{}`.", meant.substr(1)),
                                   {{state.span(gap, end), meant}});
}

/// `send email hello if user.vip`
Maybe question_last(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    const std::string_view word = word_at(state, at);
    if (kind != BlockKind::steps || at == begin || word != "if") return std::nullopt;
    const std::size_t end = end_of_line(state, at);
    const std::size_t question = at + 2 + scan::blanks(from(state, at + 2));
    if (question >= end || word_before(state.text, at) == "else") return std::nullopt;
    const std::string meant =
        fmt::format("if {} {{ {} }}", state.text.substr(question, end - question),
                    state.text.substr(begin, without_blanks(state.text, at) - begin));
    if (meant.find('\n') != std::string::npos) return std::nullopt;
    return stuck_at(state.span(at, at + 2), "A question stands before what depends on it.")
        .and_fix(Applicability::probable, fmt::format("write `{}`.", meant),
                 {{state.span(begin, end), meant}});
}

/// `wait for 2 days`, `wait for order_paid`
Maybe wait_for(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    if (kind != BlockKind::steps || word_at(state, begin) != "wait" || word_at(state, at) != "for")
        return std::nullopt;
    const std::size_t next = at + 3 + scan::blanks(from(state, at + 3));
    if (scan::duration(from(state, next)) > 0) {
        return stuck_at(state.span(at, at + 3), "`wait for` is written `wait`.")
            .and_fix(Applicability::certain, "remove `for`.", {{state.span(at, next), ""}});
    }
    const std::string_view event = word_at(state, next);
    if (event.empty()) return std::nullopt;
    return stuck_at(state.span(at, next + event.size()),
                    "What is waited for stands in braces, with a limit to the waiting.")
        .and_help(fmt::format("write `wait at most 7 days {{ on {} {{ … }} }}`", event));
}

/// `50` for `50%`, `30` for `30 days`
Maybe bare_number(const Matching& state, std::size_t at) {
    const std::string_view rest = from(state, at);
    const std::size_t digits = scan::integer(rest);
    if (digits == 0) return std::nullopt;
    const std::string number(rest.substr(0, digits));
    if (wants(state, "a share like `10%`"))
        return written(state, at, at + digits, number + "%", Applicability::certain);
    if (!wants(state, "a duration like `2 days`")) return std::nullopt;
    const source::Span span = state.span(at, at + digits);
    Diagnostic made = Diagnostic::error("J0008", "HOW LONG?", span,
                                        fmt::format("`{}`: {} what?", number, number));
    const bool short_one = word_before(state.text, at) == "timeout";
    for (const std::string_view unit :
         short_one ? std::vector<std::string_view>{"second"}
                   : std::vector<std::string_view>{"minute", "hour", "day"}) {
        const std::string meant = fmt::format("{} {}{}", number, unit, number == "1" ? "" : "s");
        made = std::move(made).and_fix(Applicability::sketch, fmt::format("write `{}`.", meant),
                                       {{span, meant}});
    }
    return made;
}

/// `price: string`, `segment a: user.vip`, `goal bought: order_paid`
Maybe colon_between(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    const std::string_view rest = from(state, at);
    if (!rest.starts_with(":")) return std::nullopt;
    const source::Span span = state.span(at, at + 1);
    if ((kind == BlockKind::profile || kind == BlockKind::event) &&
        wants(state, "a type like `string`")) {
        return stuck_at(span, "Between a property and its type there is no colon.")
            .and_fix(Applicability::certain, "remove it.", {{span, ""}});
    }
    if (wants(state, "=")) {
        return stuck_at(span, "A name is given with `=`.")
            .and_fix(Applicability::certain, "write `=`.", {{span, " ="}});
    }
    if (word_at(state, begin) == "goal" && wants(state, "when")) {
        return stuck_at(span, "Between a goal's name and its event stands `when`.")
            .and_fix(Applicability::certain, "write `when`.", {{span, " when"}});
    }
    return std::nullopt;
}

/// `send email "Welcome!"`
Maybe words_for_template(const Matching& state, std::size_t at) {
    if (!wants(state, "a template") || !from(state, at).starts_with("\"")) return std::nullopt;
    return stuck_at(state.span(at, at + scan::string_or_line(from(state, at))),
                    "The words of a message stand in a template, and `send` says which.")
        .and_help("declare it outside the journey: `template welcome email marketing { … }`");
}

/// `on email sms`, `at most 3 per day`, `22:00 - 08:00`
Maybe of_a_policy(const Matching& state, BlockKind kind, std::size_t at) {
    if (kind == BlockKind::frequency && wants(state, "per") &&
        word_before(state.text, at) == "per") {
        const std::size_t begin = without_blanks(state.text, at) - 3;
        return stuck_at(state.span(begin, begin + 3),
                        "A limit says of what: of all messages, or of a channel.")
            .and_fix(Applicability::probable, "write `messages per`.",
                     {{state.span(begin, begin), "messages "}});
    }
    const bool list = wants(state, ",") && wants(state, "the end of the line");
    if (list && scan::name(from(state, at)) > 0 &&
        (kind == BlockKind::quiet || kind == BlockKind::consent || kind == BlockKind::webhook)) {
        const std::size_t end = without_blanks(state.text, at);
        return stuck_at(state.span(at, at + scan::name(from(state, at))),
                        "Between the names of a list stand commas.")
            .and_fix(Applicability::certain, "write `,`.", {{state.span(end, end), ","}});
    }
    return std::nullopt;
}

/// `at 1 day …`, `expect …` without a time, `at +1m sent …`
Maybe line_of_test(const Matching& state, BlockKind kind, std::size_t begin, std::size_t at) {
    if (kind != BlockKind::test) return std::nullopt;
    const std::string_view first = word_at(state, begin);
    const std::string_view rest = from(state, at);
    if (at == begin && first == "expect") {
        return stuck_at(state.span(at, at + 6), "What is expected needs a time: `at +1h expect …`.")
            .and_fix(Applicability::probable, "write `at +1m expect`.",
                     {{state.span(at, at), "at +1m "}});
    }
    if (at == begin && first == "after") {
        const std::size_t next = at + 5 + scan::blanks(from(state, at + 5));
        const std::size_t stay = scan::duration(from(state, next));
        if (stay == 0) return std::nullopt;
        return written(state, at, next + stay, fmt::format("at +{}", state.text.substr(next, stay)),
                       Applicability::certain);
    }
    if (wants(state, "a date and time like `2026-03-02 09:00`") && !rest.empty() &&
        is_digit(rest[0])) {
        const std::size_t stay = scan::duration(rest);
        const std::size_t zero = rest.starts_with("0 ") ? 1 : 0;
        if (stay + zero == 0) return std::nullopt;
        const std::string meant = stay > 0 ? fmt::format("+{}", rest.substr(0, stay)) : "+0s";
        return written(state, at, at + std::max(stay, zero), meant, Applicability::certain)
            .and_after("The time since the start of the test begins with `+`.");
    }
    static constexpr std::array<std::string_view, 7> kOutcomes = {
        "sent", "entered", "exited", "held", "skipped", "waiting", "called"};
    const std::string_view before = word_before(state.text, at);
    const bool expects = state.text.substr(begin, at - begin).find(" expect ") != std::string::npos;
    if (first == "at" && !expects && among(kOutcomes, before)) {
        const std::size_t place = without_blanks(state.text, at) - before.size();
        return stuck_at(state.span(place, place + before.size()),
                        "What should be so by then stands behind `expect`.")
            .and_fix(Applicability::certain, fmt::format("write `expect {}`.", before),
                     {{state.span(place, place), "expect "}});
    }
    return std::nullopt;
}

/// `journey welcome` with its lines below.
Maybe block_without_brace(const Matching& state, BlockKind kind, std::size_t begin,
                          std::size_t at) {
    if (kind != BlockKind::file || !wants(state, "{") || at != end_of_line(state, begin))
        return std::nullopt;
    const std::string_view word = word_at(state, begin);
    return Diagnostic::error(
               "J0004", "A BRACE IS MISSING", state.span(begin, at),
               fmt::format("What belongs to `{}` stands in braces: `{{` … `}}`.", word))
        .and_help("write `{` at the end of this line, and `}` below the last of its lines");
}

/// The lines of a declaration whose first line could not be read.
Maybe follows_broken_item(const Matching& state, BlockKind kind, std::size_t begin) {
    if (kind != BlockKind::file || begin == 0 || state.text[begin - 1] != ' ') return std::nullopt;
    std::size_t line = begin;
    while (line > 0) {
        line = state.text.rfind('\n', line - 1);
        line = line == std::string_view::npos ? 0 : line;
        const std::size_t first = line == 0 && state.text[0] != '\n' ? 0 : line + 1;
        if (first < begin && scan::word(state.text.substr(first)) > 0) {
            const source::Span of = state.span(first, end_of_line(state, first) + 1);
            const bool told = std::any_of(
                state.diagnostics.begin(), state.diagnostics.end(), [&](const Diagnostic& one) {
                    return one.span.file == of.file && one.span.begin >= of.begin &&
                           one.span.begin <= of.end;
                });
            return told ? Maybe(Diagnostic()) : std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<source::Diagnostic> slip_in_line(const Matching& state, BlockKind kind,
                                               std::size_t begin, std::size_t at) {
    Maybe made = follows_broken_item(state, kind, begin);
    if (!made) made = block_without_brace(state, kind, begin, at);
    if (!made) made = capitals(state, kind, begin, at);
    if (!made) made = on_for_when(state, kind, at);
    if (!made) made = how_often(state, at);
    if (!made) made = slip_in_head(state, kind, begin, at);
    if (!made) made = slip_in_step(state, kind, begin, at);
    if (!made) made = step_in_head(state, kind, begin, at);
    if (!made) made = forgotten_braces(state, kind, begin, at);
    if (!made) made = question_last(state, kind, begin, at);
    if (!made) made = wait_for(state, kind, begin, at);
    if (!made) made = bare_number(state, at);
    if (!made) made = colon_between(state, kind, begin, at);
    if (!made) made = words_for_template(state, at);
    if (!made) made = of_a_policy(state, kind, at);
    if (!made) made = line_of_test(state, kind, begin, at);
    return made;
}

}  // namespace journey::syntax
