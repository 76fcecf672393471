// Matching line by line, and going on after a line that is wrong.

#include "dsl/syntax/messages.h"
#include "dsl/syntax/rules.h"

#include <algorithm>

namespace journey::syntax {

using source::Diagnostic;

void Matching::stuck(std::size_t at, std::string_view wanted, bool is_word) {
    if (watch_at == at && !wanted.empty()) watched.push_back({wanted, is_word});
    if (at < stuck_at) return;
    if (at > stuck_at) restart_stuck(at);
    const Wanted one{wanted, is_word};
    if (wanted.empty() || std::find(expected.begin(), expected.end(), one) != expected.end())
        return;
    expected.push_back(one);
}

source::Span Matching::span(std::size_t begin, std::size_t end) const {
    const auto map = [&](std::size_t at) {
        const auto local = static_cast<std::uint32_t>(std::min(at, text.size()));
        return piece.offset_of ? piece.offset_of(local) : piece.begin + local;
    };
    const std::uint32_t first = map(begin);
    return {piece.file, first, std::max(first, map(end))};
}

// ---- tokens

namespace {

bool stands_alone(std::string_view text, std::string_view word) {
    return text.starts_with(word) && !scan::is_word_byte_at(text, word.size());
}

// Signs that are understood but never suggested, and arithmetic, which would only lengthen every
// list.
bool is_worth_naming(std::string_view sign) {
    return sign == "(" || sign == ")" || sign == "[" || sign == "]" || sign == "{" || sign == "}" ||
           sign == "," || sign == ":" || sign == "=";
}

}  // namespace

bool match_word(Input& in, Matching& state, std::string_view word, bool keep) {
    const std::size_t at = next_token(in, state);
    if (!stands_alone(state.text.substr(at), word)) {
        state.stuck(at, word, true);
        return false;
    }
    if (keep) state.leaf(Kind::word, at, at + word.size());
    move_to(in, state, at + word.size());
    return true;
}

bool match_sign(Input& in, Matching& state, std::string_view sign, bool keep) {
    const std::size_t at = next_token(in, state);
    if (!state.text.substr(at).starts_with(sign)) {
        const bool worth = is_worth_naming(sign) && !(keep && sign == "=");
        state.stuck(at, worth ? sign : std::string_view(), true);
        return false;
    }
    if (keep) state.leaf(Kind::word, at, at + sign.size());
    move_to(in, state, at + sign.size());
    return true;
}

bool match_token(Input& in, Matching& state, Kind kind, Scan scan, std::string_view wanted) {
    const std::size_t at = next_token(in, state);
    const std::size_t length = scan(state.text.substr(at));
    if (length == 0) {
        state.stuck(at, wanted);
        return false;
    }
    state.leaf(kind, at, at + length);
    move_to(in, state, at + length);
    return true;
}

bool match_label(Input& in, Matching& state) {
    const std::size_t at = next_token(in, state);
    const std::size_t length = scan::name(state.text.substr(at));
    if (length == 0) return false;
    const std::size_t colon = at + length + scan::blanks(state.text.substr(at + length));
    if (colon >= state.text.size() || state.text[colon] != ':') return false;
    state.leaf(Kind::label, at, at + length);
    move_to(in, state, colon + 1);
    return true;
}

// ---- braces

namespace {

struct Open {
    std::size_t pair;
    std::size_t line_begin;
    std::size_t indent;
};

std::size_t indent_at(std::string_view text, std::size_t line_begin) {
    return scan::blanks(text.substr(line_begin));
}

}  // namespace

/// A line that is `do` alone, with no `{` on the next one either.
bool forgets_brace(std::string_view text, std::size_t at) {
    if (!stands_alone(text.substr(at), "do")) return false;
    const std::size_t after = at + 2 + scan::blanks(text.substr(at + 2));
    if (after < text.size() && text[after] != '\n' && text[after] != '#') return false;
    const std::size_t next = after + scan::blanks_and_lines(text.substr(after));
    return next < text.size() && text[next] != '{';
}

void Braces::walk(std::string_view text, bool by_indentation) {
    pairs_.clear();
    strays_.clear();
    std::vector<Open> stack;
    std::size_t line_begin = 0;
    std::size_t indent = indent_at(text, 0);
    const auto leave = [&](std::size_t at, bool closed) {
        Pair& pair = pairs_[stack.back().pair];
        pair.end = static_cast<std::uint32_t>(at);
        pair.closed = closed;
        stack.pop_back();
    };
    for (std::size_t at = 0; at < text.size();) {
        const bool first = at == line_begin + indent;
        if (by_indentation && first && text[at] != '\n' && text[at] != '#') {
            while (
                !stack.empty() && stack.back().line_begin < line_begin &&
                (text[at] == '}' ? indent < stack.back().indent : indent <= stack.back().indent)) {
                leave(line_begin, false);
            }
        }
        switch (text[at]) {
            case '\n':
                line_begin = ++at;
                indent = indent_at(text, line_begin);
                continue;
            case '#':
                at += scan::rest_of_line(text.substr(at));
                continue;
            case '"':
                at += scan::string_or_line(text.substr(at));
                continue;
            case '{':
                stack.push_back({pairs_.size(), line_begin, indent});
                pairs_.push_back({static_cast<std::uint32_t>(at), 0, true});
                break;
            case '}':
                if (stack.empty()) {
                    strays_.push_back(static_cast<std::uint32_t>(at));
                } else {
                    leave(at, true);
                }
                break;
            case ' ':
            case '\t':
                at += scan::blanks(text.substr(at));
                continue;
            case 'd':
                if (first && forgets_brace(text, at)) {
                    at += 2;
                    stack.push_back({pairs_.size(), line_begin, indent});
                    pairs_.push_back({static_cast<std::uint32_t>(at), 0, true, true});
                    continue;
                }
                break;
            default:
                if (const std::size_t length = scan::curly_text(text.substr(at))) {
                    at += length;
                    continue;
                }
                break;
        }
        ++at;
    }
    while (!stack.empty())
        leave(text.size(), false);
}

void Braces::scan(std::string_view text) {
    walk(text, false);
    const bool open =
        std::any_of(pairs_.begin(), pairs_.end(), [](const Pair& pair) { return !pair.closed; });
    if (open) walk(text, true);
}

const Braces::Pair* Braces::find(std::uint32_t open) const {
    const auto at =
        std::lower_bound(pairs_.begin(), pairs_.end(), open,
                         [](const Pair& pair, std::uint32_t value) { return pair.open < value; });
    return at != pairs_.end() && at->open == open ? &*at : nullptr;
}

// ---- recovery

namespace {

/// Past a `(` or `[` and its partner when it is near; otherwise past the bracket alone.
std::size_t skip_bracket(std::string_view text, std::size_t at) {
    constexpr std::size_t kFar = 256;
    int depth = 0;
    for (std::size_t i = at; i < text.size() && i < at + kFar; ++i) {
        const char c = text[i];
        if (c == '(' || c == '[') ++depth;
        if ((c == ')' || c == ']') && --depth == 0) return i + 1;
        if (c == '{' || c == '}' || c == '"' || c == '#') break;
    }
    return at + 1;
}

/// To the end of the statement that contains `from`. `visit(brace)` may read a block and answers
/// where to go on.
template <typename Visit>
std::size_t end_of_statement(const Matching& state, BlockKind kind, std::size_t from, Visit visit) {
    const std::string_view text = state.text;
    std::size_t at = from;
    while (at < text.size()) {
        switch (text[at]) {
            case '"':
                at += scan::string_or_line(text.substr(at));
                break;
            case '#':
                at += scan::rest_of_line(text.substr(at));
                break;
            case '}':
                return at;
            case '{':
                at = visit(at);
                break;
            case '(':
            case '[':
                at = skip_bracket(text, at);
                break;
            case '\n': {
                const std::size_t next = at + scan::blanks_and_lines(text.substr(at));
                const std::string_view first = text.substr(next, scan::word(text.substr(next)));
                if (!is_continuation(kind, first)) return at;
                at = next + first.size();
                break;
            }
            default:
                at += std::max<std::size_t>(1, scan::curly_text(text.substr(at)));
        }
    }
    return std::min(at, text.size());
}

std::size_t after_braces(const Matching& state, std::size_t at) {
    const Braces::Pair* pair = state.braces.find(static_cast<std::uint32_t>(at));
    if (pair == nullptr) return at + 1;
    return std::max<std::size_t>(at + 1, pair->closed ? pair->end + 1 : pair->end);
}

std::string_view word_before(std::string_view text, std::size_t at) {
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t'))
        --at;
    std::size_t begin = at;
    while (begin > 0 && static_cast<unsigned char>(text[begin - 1]) > ' ')
        --begin;
    return text.substr(begin, at - begin);
}

bool is_map_brace(const Matching& state, std::size_t at) {
    const std::string_view before = word_before(state.text, at);
    return before == "with" || before == "gives" || (before.ends_with(':') && before != "do:") ||
           before.ends_with('=');
}

/// After a line that could not be read: reads the blocks that follow it on their own, so that
/// mistakes inside them are found too, and stops before the next line.
void recover(Input& in, Matching& state, BlockKind kind, std::size_t begin, std::size_t stuck) {
    std::size_t piece = begin;  // of a statement with several blocks: where `else` began
    const std::size_t end = end_of_statement(state, kind, begin, [&](std::size_t brace) {
        const BlockKind inner = block_of(kind, state.text.substr(piece, brace - piece));
        piece = after_braces(state, brace);
        if (brace < stuck || inner == BlockKind::nothing || is_map_brace(state, brace))
            return piece;
        const std::size_t size = state.marks.size();
        move_to(in, state, brace);
        const bool read = match_block(in, state, inner);
        state.marks.resize(size);
        return read ? std::max(brace + 1, offset_of(in, state)) : piece;
    });
    std::size_t next = std::max(end, begin);
    if (next == begin && next < state.text.size()) ++next;
    move_to(in, state, next);
}

bool ends_statement(std::string_view text, std::size_t at) {
    return at >= text.size() || text[at] == '\n' || text[at] == '#' || text[at] == '}';
}

void read_line(Input& in, Matching& state, BlockKind kind) {
    const std::size_t begin = offset_of(in, state);
    const std::size_t marks = state.marks.size();
    const int depth = state.depth;
    const int brackets = state.brackets;
    const int blocks = state.blocks;
    state.restart_stuck(begin);
    if (state.watch_at && begin <= *state.watch_at) state.watched_in = kind;
    try {
        if (match_line(in, state, kind)) {
            const std::size_t after = next_token(in, state);
            if (ends_statement(state.text, after)) return;
            state.stuck(after, "the end of the line");
        }
        report_stuck(state, kind, begin);
    } catch (const TooDeep& deep) {
        report_too_deep(state, deep.at, "brackets");
        state.stuck_at = std::max(state.stuck_at, deep.at);
    }
    state.depth = depth;
    state.brackets = brackets;
    state.blocks = blocks;
    state.marks.resize(marks);
    const std::size_t stuck = state.stuck_at;
    move_to(in, state, begin);
    recover(in, state, kind, begin, stuck);
}

}  // namespace

void match_lines(Input& in, Matching& state, BlockKind kind, std::size_t end) {
    while (true) {
        const std::size_t at = offset_of(in, state);
        const std::size_t next = at + scan::blanks_and_lines(state.text.substr(at));
        move_to(in, state, next);
        if (next >= end) return;
        if (state.text[next] == '}') {
            // Reported as a stray brace; between blocks there is nothing it could close.
            move_to(in, state, next + 1);
            continue;
        }
        read_line(in, state, kind);
    }
}

namespace {

struct Inside {
    std::size_t open;
    std::size_t inside;  // of the first line
    std::size_t end;     // of the last
    std::size_t after;
};

void match_inside(Input& in, Matching& state, BlockKind kind, const Inside& where) {
    const std::uint32_t index = state.open(Kind::block, where.open);
    if (state.blocks >= kBlockDepthMax) {
        report_too_deep(state, where.open, "blocks");
    } else {
        ++state.blocks;
        const int depth = std::exchange(state.depth, 0);
        const int brackets = std::exchange(state.brackets, 0);
        move_to(in, state, where.inside);
        match_lines(in, state, kind, where.end);
        state.depth = depth;
        state.brackets = brackets;
        --state.blocks;
    }
    move_to(in, state, where.after);
    state.restart_stuck(where.after);
    state.close(index, where.after);
}

/// A block whose `{` was forgotten: said once, and read as if it were there.
bool match_forgotten_block(Input& in, Matching& state, BlockKind kind, std::size_t at) {
    const std::string_view text = state.text;
    std::size_t open = std::min(at, text.size());
    while (open > 0 && (text[open - 1] == ' ' || text[open - 1] == '\t'))
        --open;
    const Braces::Pair* pair = state.braces.find(static_cast<std::uint32_t>(open));
    if (pair == nullptr || !pair->missing || open < 2) return false;
    Diagnostic made = Diagnostic::error("J0004", "A BRACE IS MISSING", state.span(open - 2, open),
                                        "The steps stand in braces: `do {` … `}`.");
    std::vector<source::Edit> edits = {{state.span(open, open), " {"}};
    std::size_t after = pair->end + (pair->closed ? 1 : 0);
    if (pair->closed) {
        made = std::move(made).and_fix(source::Applicability::certain, "write `do {`.", edits);
    } else {
        while (after > open && (text[after - 1] == '\n' || text[after - 1] == ' '))
            --after;
        made = std::move(made).and_help("write `do {` here, and `}` after the last step.");
    }
    state.diagnostics.push_back(std::move(made));
    match_inside(in, state, kind, {open, open, pair->end, after});
    return true;
}

}  // namespace

bool match_block(Input& in, Matching& state, BlockKind kind) {
    const std::size_t open = next_token(in, state);
    if (open >= state.text.size() || state.text[open] != '{') {
        if (match_forgotten_block(in, state, kind, open)) return true;
        state.stuck(open, "{", true);
        return false;
    }
    const Braces::Pair* pair = state.braces.find(static_cast<std::uint32_t>(open));
    const std::size_t end = pair == nullptr ? state.text.size() : pair->end;
    const std::size_t after = after_braces(state, open);
    match_inside(in, state, kind, {open, open + 1, end, after});
    return true;
}

}  // namespace journey::syntax
