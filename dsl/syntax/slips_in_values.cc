// Slips inside a value, so in YAML too: turned signs, money of other lands, windows in other words.

#include "dsl/syntax/slip_tools.h"
#include "dsl/syntax/slips.h"

namespace journey::syntax {
namespace {

/// What stands between the words of a text.
constexpr std::array<std::string_view, 6> kBetween = {" ", ",", ".", "!", "?", "'"};

/// `=>` and `=<`
Maybe turned_sign(const Matching& state, std::size_t at) {
    const std::string_view text = state.text;
    if (at >= text.size() || (text[at] != '>' && text[at] != '<')) return std::nullopt;
    if (at == 0 || text[at - 1] != '=') return std::nullopt;
    const std::string meant = text[at] == '>' ? ">=" : "<=";
    return written(state, at - 1, at + 1, meant, Applicability::certain);
}

/// `reachable push`, `did order_paid`: the question without its brackets.
Maybe bare_question(const Matching& state, std::size_t at) {
    const std::string_view text = state.text;
    const std::string_view rest = text.substr(std::min(at, text.size()));
    std::size_t end = at;
    while (end > 0 && text[end - 1] == ' ')
        --end;
    std::size_t begin = end;
    while (begin > 0 && scan::is_word_byte_at(text, begin - 1))
        --begin;
    if (begin == end || end == at || (begin > 0 && text[begin - 1] == '.')) return std::nullopt;
    const std::string_view word = text.substr(begin, end - begin);
    static constexpr std::array<std::string_view, 3> kAboutPerson = {"reachable", "consented",
                                                                     "tagged"};
    static constexpr std::array<std::string_view, 4> kAboutHistory = {"did", "count", "first",
                                                                      "last"};
    const bool person = among(kAboutPerson, word);
    if (!person && !among(kAboutHistory, word)) return std::nullopt;
    if (wants(state, "a text in quotes")) return std::nullopt;  // `expect tagged vip`
    const std::size_t quoted = scan::string(rest);
    std::size_t length = quoted;
    if (length == 0) {
        length = scan::name(rest);
        while (length > 0 && length < rest.size() && rest[length] == '.' &&
               scan::name(rest.substr(length + 1)) > 0)
            length += 1 + scan::name(rest.substr(length + 1));
    }
    if (length == 0) return std::nullopt;
    std::string about(rest.substr(0, length));
    if (person && quoted > 2 && word != "tagged") about = about.substr(1, quoted - 2);
    if (quoted == 0 && word == "tagged") about = fmt::format("\"{}\"", about);
    const std::size_t gap = scan::blanks(rest.substr(length));
    const std::string_view behind = rest.substr(length + gap);
    std::size_t window = 0;
    if (!person && behind.starts_with("within ")) {
        const std::size_t blank = 6 + scan::blanks(behind.substr(6));
        const std::size_t stay = scan::duration(behind.substr(blank));
        if (stay > 0) window = blank + stay;
    }
    const std::size_t whole = window > 0 ? length + gap + window : length;
    if (window > 0) about += fmt::format(" {}", behind.substr(0, window));
    const std::string meant = fmt::format("{}({})", word, about);
    const source::Span span = state.span(begin, at + whole);
    return Diagnostic::error("J0001", "I GOT STUCK HERE", state.span(at, at + length),
                             fmt::format("What `{}` is about stands in brackets.", word))
        .and_fix(person ? Applicability::certain : Applicability::probable,
                 fmt::format("write `{}`.", meant), {{span, meant}});
}

/// `¥100`, `100 CNY`, `100元`, `CNY 1,000`
Maybe foreign_money(const Matching& state, std::size_t at) {
    const std::string_view text = state.text;
    const std::string_view rest = from(state, at);
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kSigns = {
        {{"¥", "CNY"}, {"￥", "CNY"}, {"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}}};
    const auto number = [](std::string_view words) {
        const std::size_t decimal = scan::decimal(words);
        return decimal > 0 ? decimal : scan::integer(words);
    };
    const auto made = [&](std::size_t begin, std::size_t end, const std::string& meant,
                          Applicability sure) {
        Diagnostic one = written(state, begin, end, meant, sure);
        one.title = "HOW MUCH?";
        return std::move(one).and_after("Money is written with the currency before the number.");
    };
    for (const auto& [sign, code] : kSigns) {
        if (!rest.starts_with(sign)) continue;
        const std::size_t gap = sign.size() + scan::blanks(rest.substr(sign.size()));
        const std::size_t length = number(rest.substr(gap));
        if (length == 0) return std::nullopt;
        return made(at, at + gap + length, fmt::format("{} {}", code, rest.substr(gap, length)),
                    Applicability::probable);
    }
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[digits]))
        ++digits;
    for (const std::string_view unit : {"元", "块"}) {
        if (digits == 0 || !rest.substr(digits).starts_with(unit)) continue;
        return made(at, at + digits + unit.size(), fmt::format("CNY {}", rest.substr(0, digits)),
                    Applicability::probable);
    }
    const std::size_t code = scan::currency(rest);
    std::size_t begin = without_blanks(text, at);
    const std::size_t end = begin;
    while (begin > 0 && (is_digit(text[begin - 1]) || text[begin - 1] == '.'))
        --begin;
    static constexpr std::array<std::string_view, 9> kKnown = {"CNY", "RMB", "USD", "EUR", "GBP",
                                                               "JPY", "HKD", "TWD", "SGD"};
    if (code > 0 && among(kKnown, rest.substr(0, code)) && begin < end &&
        number(text.substr(begin)) == end - begin) {
        return made(begin, at + code,
                    fmt::format("{} {}", rest.starts_with("RMB") ? "CNY" : rest.substr(0, code),
                                text.substr(begin, end - begin)),
                    Applicability::certain);
    }
    if (!rest.starts_with(",") || begin == end || scan::currency(word_before(text, begin)) == 0)
        return std::nullopt;
    std::string whole(text.substr(begin, end - begin));
    std::size_t after = at;
    while (after + 3 < text.size() && text[after] == ',' && is_digit(text[after + 1]) &&
           is_digit(text[after + 2]) && is_digit(text[after + 3])) {
        whole += text.substr(after + 1, 3);
        after += 4;
    }
    if (after == at) return std::nullopt;
    Diagnostic one = written(state, begin, after, whole, Applicability::certain);
    one.title = "HOW MUCH?";
    return std::move(one).and_after("A comma ends a value, so numbers have none inside.");
}

/// `did(order_paid in the last 7 days)`, and `order_paid within 7 days` without any brackets.
Maybe window_words(const Matching& state, std::size_t at) {
    const std::string_view text = state.text;
    std::size_t open = std::min(at, text.size());
    int depth = 0;
    while (open > 0 && text[open - 1] != '\n') {
        --open;
        if (text[open] == ')') ++depth;
        if (text[open] == '(' && depth-- == 0) break;
    }
    const auto path_at = [&](std::size_t i) {
        const std::size_t begin = i;
        i += scan::name(text.substr(i));
        while (i > begin && i < text.size() && text[i] == '.')
            i += 1 + scan::name(text.substr(i + 1));
        return i;
    };
    if (open < text.size() && text[open] == '(' && open < at) {
        const std::string_view asked = word_before(text, open);
        if (asked.empty() || scan::aggregate_name(fmt::format("{}(", asked)) == 0)
            return std::nullopt;
        const std::size_t end = path_at(open + 1 + scan::blanks(text.substr(open + 1)));
        std::size_t next = end;
        bool said = false;
        while (true) {
            next += scan::blanks(text.substr(next));
            static constexpr std::array<std::string_view, 9> kWords = {
                "in", "the", "last", "past", "over", "during", "for", "of", "previous"};
            const std::string_view word = text.substr(next, scan::word(text.substr(next)));
            if (word.empty() || !among(kWords, word)) break;
            next += word.size();
            said = true;
        }
        const std::size_t stay = scan::duration(text.substr(next));
        if (!said || stay == 0) return std::nullopt;
        const std::string meant = fmt::format("within {}", text.substr(next, stay));
        const std::size_t begin = end + scan::blanks(text.substr(end));
        return written(state, begin, next + stay, meant, Applicability::certain);
    }
    if (word_at(state, at) != "within") return std::nullopt;
    const std::size_t end = without_blanks(text, at);
    std::size_t begin = end;
    while (begin > 0 && (scan::is_word_byte_at(text, begin - 1) || text[begin - 1] == '.'))
        --begin;
    const std::size_t window = at + 6 + scan::blanks(from(state, at + 6));
    const std::size_t stay = scan::duration(from(state, window));
    if (begin == end || path_at(begin) != end || stay == 0 || wants(state, "when"))
        return std::nullopt;
    const source::Span span = state.span(begin, window + stay);
    const std::string meant = fmt::format("did({})", text.substr(begin, window + stay - begin));
    return stuck_at(state.span(at, at + 6), "What happened is asked with `did(…)`.")
        .and_fix(Applicability::probable, fmt::format("write `{}`.", meant), {{span, meant}});
}

/// `at 10:00 in Asia/Shanghai`
Maybe bare_zone(const Matching& state, std::size_t at) {
    const std::string_view rest = from(state, at);
    const std::string_view area = word_before(state.text, at);
    if (!rest.starts_with("/") || area.empty()) return std::nullopt;
    const std::size_t begin = at - area.size();
    if (state.text.substr(begin, area.size()) != area || word_before(state.text, begin) != "in")
        return std::nullopt;
    std::size_t end = at;
    while (end < state.text.size() &&
           (state.text[end] == '/' || scan::is_word_byte_at(state.text, end)))
        ++end;
    const std::string meant = fmt::format("\"{}\"", state.text.substr(begin, end - begin));
    return stuck_at(state.span(begin, end), "The name of a time zone stands in quotes.")
        .and_fix(Applicability::certain, fmt::format("write `{}`.", meant),
                 {{state.span(begin, end), meant}});
}

/// `1 < user.visits < 3`
Maybe comparisons_in_a_row(const Matching& state, std::size_t at) {
    const std::string_view rest = from(state, at);
    if (!rest.starts_with("<") && !rest.starts_with(">")) return std::nullopt;
    const std::size_t line = state.text.rfind('\n', at) + 1;
    const std::string_view before = state.text.substr(line, at - line);
    if (before.find_first_of("<>") == std::string_view::npos) return std::nullopt;
    return stuck_at(state.span(at, at + 1), "Comparisons do not stand in a row.")
        .and_help("write `… between 1 and 3`, or two comparisons with `and` between them");
}

/// `v: hello world` in YAML.
Maybe words_of_a_text(const Matching& state, std::size_t at) {
    if (!wants(state, "the end") || at == 0) return std::nullopt;
    const std::string_view text = state.text;
    static constexpr std::array<std::string_view, 14> kOurs = {
        "and", "or",      "not",    "is",      "in",   "between", "default",
        "of",  "missing", "within", "present", "then", "where",   "since"};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (std::isalpha(c) == 0 && c < 0x80 && (i == 0 || !among(kBetween, text.substr(i, 1))))
            return std::nullopt;
    }
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t end = std::min(text.find(' ', i), text.size());
        if (among(kOurs, text.substr(i, end - i))) return std::nullopt;
        i = end + 1;
    }
    const std::string meant = fmt::format("\"{}\"", text);
    return Diagnostic::error("J0001", "A TEXT WITHOUT QUOTES?", state.span(0, text.size()),
                             "A text stands in quotes; a word without them is a name.")
        .and_fix(Applicability::probable, fmt::format("write `{}`.", meant),
                 {{state.span(0, text.size()), meant}});
}

}  // namespace

std::optional<source::Diagnostic> slip_in_value(const Matching& state, std::size_t at) {
    Maybe made = turned_sign(state, at);
    if (!made) made = bare_question(state, at);
    if (!made) made = foreign_money(state, at);
    if (!made) made = window_words(state, at);
    if (!made) made = bare_zone(state, at);
    if (!made) made = comparisons_in_a_row(state, at);
    if (!made) made = words_of_a_text(state, at);
    return made;
}

}  // namespace journey::syntax
