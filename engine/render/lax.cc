// The forgiving reading. Shopify's lax parser is a set of regular expressions; these functions find
// what they find, in one pass over the text each.
//
// fragment   = "…" | '…' | anything but blanks , | " ' (quoted parts may stand inside)

#include "engine/render/markup.h"

#include <fmt/format.h>

namespace journey::render::lax {
namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_segment(char c) {
    return is_word(c) || c == '-';
}

std::size_t quoted_size(std::string_view text, std::size_t at) {
    const std::size_t end = text.find(text[at], at + 1);
    return end == std::string_view::npos ? 0 : end + 1 - at;
}

bool is_quote(char c) {
    return c == '"' || c == '\'';
}

std::size_t fragment_size(std::string_view text, std::size_t at) {
    if (at >= text.size()) return 0;
    if (is_quote(text[at])) return quoted_size(text, at);
    std::size_t end = at;
    while (end < text.size()) {
        const char c = text[end];
        if (is_space(c) || c == ',' || c == '|') break;
        std::size_t size = 1;
        if (is_quote(c)) size = quoted_size(text, end);
        if (size == 0) break;
        end += size;
    }
    return end - at;
}

struct Found {
    std::string_view text;
    std::size_t end = std::string_view::npos;
    bool is_there() const { return end != std::string_view::npos; }
};

Found find_fragment(std::string_view text, std::size_t from = 0) {
    // A quote without its partner is no fragment and is asked about once only.
    std::array<bool, 2> unpaired{};
    for (std::size_t at = from; at < text.size(); ++at) {
        const std::size_t which = text[at] == '"' ? 0 : 1;
        if (is_quote(text[at]) && unpaired[which]) continue;
        const std::size_t size = fragment_size(text, at);
        if (size > 0) return {text.substr(at, size), at + size};
        if (is_quote(text[at])) unpaired[which] = true;
    }
    return {};
}

/// Fragments that touch: `(1..3)` or `a"b"'c'`.
Found fragments_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (const std::size_t size = fragment_size(text, end))
        end += size;
    if (end == at) return {};
    return {text.substr(at, end - at), end};
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
    while (at < text.size() && is_space(text[at]))
        ++at;
    return at;
}

bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.empty() || text.front() < '0' || text.front() > '9') return false;
    return text.find_first_not_of("0123456789.") == std::string_view::npos;
}

Index expression(std::string_view text, Parsing& parsing, bool condition, int depth = 0);

Index range(std::string_view text, Parsing& parsing, int depth) {
    const std::string_view inside = trimmed(text.substr(1, text.size() - 2));
    const std::size_t dots = inside.rfind("..");
    if (dots == std::string_view::npos || dots == 0) return kNone;
    const std::string_view first = trimmed(inside.substr(0, dots));
    const std::string_view last = trimmed(inside.substr(dots + 2));
    if (first.empty() || last.empty()) return kNone;
    Expression out;
    out.kind = Expression::Kind::range;
    out.root_from = expression(first, parsing, false, depth + 1);
    out.segments.first = expression(last, parsing, false, depth + 1);
    return Parsing::add(parsing.program.expressions, out);
}

// `[…]` with its brackets balanced, or a run of word characters with an optional `?`.
std::size_t segment_size(std::string_view text, std::size_t at) {
    std::size_t end = at;
    if (text[at] == '[') {
        int open = 0;
        for (; end < text.size(); ++end) {
            if (text[end] == '[') ++open;
            if (text[end] == ']' && --open == 0) return end + 1 - at;
        }
        return 0;
    }
    while (end < text.size() && is_segment(text[end]))
        ++end;
    if (end > at && end < text.size() && text[end] == '?') ++end;
    return end - at;
}

Index lookup(std::string_view text, Parsing& parsing, int depth) {
    Expression out;
    out.kind = Expression::Kind::path;
    std::vector<Segment> segments;
    bool first = true;
    bool balanced = true;
    for (std::size_t at = 0; at < text.size();) {
        const bool bracket = text[at] == '[';
        const std::size_t size = bracket && !balanced ? 0 : segment_size(text, at);
        if (size == 0) {
            if (bracket) balanced = false;
            ++at;
            continue;
        }
        const std::string_view part = text.substr(at, size);
        at += size;
        const std::string_view inside = bracket ? part.substr(1, size - 2) : part;
        Segment segment;
        segment.command = !bracket;
        segment.name = part;
        if (bracket) {
            segment.kind = Segment::Kind::computed;
            segment.inner = expression(inside, parsing, false, depth + 1);
        }
        if (!first) {
            segments.push_back(segment);
        } else if (bracket) {
            out.root_from = segment.inner;
        } else {
            out.root = part;
            parsing.names.asked(part);
        }
        first = false;
    }
    if (first) return parsing.literal(View());
    out.segments = Parsing::append(parsing.program.segments, segments);
    return Parsing::add(parsing.program.expressions, out);
}

Index expression(std::string_view text, Parsing& parsing, bool condition, int depth) {
    if (depth > 50) throw MarkupError{"the expression is nested too deeply"};
    text = trimmed(text);
    if (text.size() >= 2 && is_quote(text.front()) && text.back() == text.front()) {
        return parsing.literal(View::of(text.substr(1, text.size() - 2)));
    }
    if (text.empty()) return parsing.literal(View());
    if (const auto constant = parsing.constant(text, condition)) return parsing.literal(*constant);
    if (text.front() == '(' && text.back() == ')') {
        if (const Index made = range(text, parsing, depth); made != kNone) return made;
    }
    if (is_number(text)) return parsing.literal(number_literal(parsing, text));
    return lookup(text, parsing, depth);
}

/// Every `name: fragment` in the text.
std::vector<std::pair<std::string_view, std::string_view>> attributes(std::string_view text) {
    std::vector<std::pair<std::string_view, std::string_view>> out;
    for (std::size_t at = 0; at < text.size();) {
        if (!is_word(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && is_segment(text[end]))
            ++end;
        const std::size_t colon = skip_blanks(text, end);
        if (colon < text.size() && text[colon] == ':') {
            const std::size_t from = skip_blanks(text, colon + 1);
            if (const std::size_t size = fragment_size(text, from)) {
                out.emplace_back(text.substr(at, end - at), text.substr(from, size));
                at = from + size;
                continue;
            }
        }
        at = end;
    }
    return out;
}

// One filter with what follows it: `name: a, b, key: c`.
void add_filter(std::string_view text, Parsing& parsing, std::vector<FilterCall>& filters) {
    std::size_t begin = 0;
    while (begin < text.size() && !is_word(text[begin]))
        ++begin;
    if (begin == text.size()) return;
    std::size_t end = begin;
    while (end < text.size() && is_word(text[end]))
        ++end;
    std::vector<Index> arguments;
    std::vector<NamedArgument> named;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != ':' && text[at] != ',') {
            ++at;
            continue;
        }
        std::size_t from = skip_blanks(text, at + 1);
        std::size_t word_end = from;
        while (word_end < text.size() && is_word(text[word_end]))
            ++word_end;
        const std::size_t colon = skip_blanks(text, word_end);
        std::string_view key;
        if (word_end > from && colon < text.size() && text[colon] == ':' &&
            fragment_size(text, skip_blanks(text, colon + 1)) > 0) {
            key = text.substr(from, word_end - from);
            from = skip_blanks(text, colon + 1);
        }
        const std::size_t size = fragment_size(text, from);
        if (size == 0) {
            ++at;
            continue;
        }
        const Index value = expression(text.substr(from, size), parsing, false);
        if (key.empty()) {
            arguments.push_back(value);
        } else {
            named.push_back({key, value});
        }
        at = from + size;
    }
    filters.push_back(parsing.filter(text.substr(begin, end - begin), arguments, named));
}

Comparator comparator_named(std::string_view written) {
    if (written.empty()) return Comparator::truthy;
    if (written == "==") return Comparator::equal;
    if (written == "!=" || written == "<>") return Comparator::unequal;
    if (written == "<") return Comparator::less;
    if (written == "<=") return Comparator::at_most;
    if (written == ">") return Comparator::more;
    if (written == ">=") return Comparator::at_least;
    if (written == "contains") return Comparator::contains;
    return Comparator::unknown;
}

Comparison comparison(std::string_view text, Parsing& parsing) {
    const Found left = find_fragment(text);
    if (!left.is_there()) throw MarkupError{"the condition says nothing"};
    std::size_t at = skip_blanks(text, left.end);
    const std::size_t begin = at;
    while (at < text.size() &&
           (std::string_view("=!<>_").find(text[at]) != std::string_view::npos ||
            (text[at] >= 'a' && text[at] <= 'z'))) {
        ++at;
    }
    Comparison out;
    out.left = expression(left.text, parsing, true);
    out.written = text.substr(begin, at - begin);
    out.comparator = comparator_named(out.written);
    if (out.comparator == Comparator::truthy) return out;
    at = skip_blanks(text, at);
    out.right = expression(text.substr(at, fragment_size(text, at)), parsing, true);
    return out;
}

// Where ` and ` or ` or ` stands outside quotes, from `from` on; its length in `size`.
std::size_t find_joint(std::string_view text, std::size_t from, std::size_t& size) {
    for (std::size_t at = from; at < text.size(); ++at) {
        if (is_quote(text[at])) {
            if (const std::size_t quoted = quoted_size(text, at)) at += quoted - 1;
            continue;
        }
        if (at > 0 && is_word(text[at - 1])) continue;
        for (const std::string_view word : {"and", "or"}) {
            const std::size_t end = at + word.size();
            if (text.substr(at, word.size()) != word) continue;
            if (end < text.size() && is_word(text[end])) continue;
            size = word.size();
            return at;
        }
    }
    return std::string_view::npos;
}

}  // namespace

Index pipeline(std::string_view markup, Parsing& parsing) {
    const Found name = find_fragment(markup);
    if (!name.is_there()) return kNone;
    Pipeline out;
    out.value = expression(name.text, parsing, false);
    std::vector<FilterCall> filters;
    std::size_t at = markup.find('|', name.end);
    while (at < markup.size()) {
        std::size_t end = ++at;
        while (end < markup.size() && markup[end] != '|') {
            const std::size_t size = fragment_size(markup, end);
            if (size == 0 && is_quote(markup[end])) break;
            end += std::max<std::size_t>(size, 1);
        }
        add_filter(markup.substr(at, end - at), parsing, filters);
        at = end;
    }
    out.filters = Parsing::append(parsing.program.filters, filters);
    return Parsing::add(parsing.program.pipelines, out);
}

Index condition(std::string_view markup, Parsing& parsing) {
    std::vector<Comparison> out;
    std::size_t from = 0;
    while (true) {
        std::size_t size = 0;
        const std::size_t joint = find_joint(markup, from, size);
        const std::size_t end = std::min(joint, markup.size());
        out.push_back(comparison(markup.substr(from, end - from), parsing));
        if (joint == std::string_view::npos) break;
        out.back().joint = size == 3 ? Joint::both : Joint::either;
        from = joint + size;
    }
    return Parsing::append(parsing.program.comparisons, out).first;
}

Index loop(std::string_view markup, Parsing& parsing, bool table) {
    LoopCall out;
    std::size_t at = 0;
    while (at < markup.size() && is_segment(markup[at]))
        ++at;
    const std::size_t in = skip_blanks(markup, at);
    const std::size_t from = skip_blanks(markup, in + 2);
    const Found list = fragments_at(markup, from);
    if (at == 0 || in == at || markup.substr(in, 2) != "in" || from == in + 2 || !list.is_there()) {
        throw MarkupError{table ? "a table row is written `item in list cols: 3`"
                                : "a loop is written `for item in list`"};
    }
    out.variable = markup.substr(0, at);
    out.list = expression(list.text, parsing, false);
    out.name = parsing.keep(fmt::format("{}-{}", out.variable, list.text));
    out.reversed = markup.substr(skip_blanks(markup, list.end)).starts_with("reversed") && !table;
    for (const auto& [key, value] : attributes(markup)) {
        if (key == "limit") out.limit = expression(value, parsing, false);
        if (key == "cols" && table) out.columns = expression(value, parsing, false);
        if (key != "offset") continue;
        out.offset_continue = value == "continue";
        if (!out.offset_continue) out.offset = expression(value, parsing, false);
    }
    return Parsing::add(parsing.program.loops, out);
}

Index cycle(std::string_view markup, Parsing& parsing) {
    CycleCall out;
    const Found first = find_fragment(markup);
    if (!first.is_there()) throw MarkupError{"`cycle` needs at least one value"};
    std::string_view rest = markup;
    const std::size_t colon = skip_blanks(markup, first.end);
    if (colon < markup.size() && markup[colon] == ':') {
        out.group = expression(first.text, parsing, false);
        rest = markup.substr(colon + 1);
    } else if (first.text.ends_with(':') && first.text.size() > 1) {
        out.group = expression(first.text.substr(0, first.text.size() - 1), parsing, false);
        rest = markup.substr(first.end);
    }
    out.key = parsing.keep(cycle_key(rest));
    std::vector<Index> values;
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        const Found one = find_fragment(rest.substr(0, comma));
        if (one.is_there()) values.push_back(expression(one.text, parsing, false));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    out.values = Parsing::append(parsing.program.arguments, values);
    return Parsing::add(parsing.program.cycles, out);
}

Index partial(std::string_view markup, Parsing& parsing, bool include) {
    PartialCall out;
    const Found name = find_fragment(markup);
    if (!name.is_there() || (!include && !is_quote(name.text.front()))) {
        throw MarkupError{"the partial's name is missing"};
    }
    out.name = expression(name.text, parsing, false);
    std::size_t at = skip_blanks(markup, name.end);
    const std::string_view after = markup.substr(at);
    for (const std::string_view word : {"with", "for"}) {
        if (!after.starts_with(word) || after.size() <= word.size() ||
            !is_space(after[word.size()])) {
            continue;
        }
        const Found subject = fragments_at(markup, skip_blanks(markup, at + word.size()));
        if (!subject.is_there()) break;
        out.each = word == "for";
        out.subject = expression(subject.text, parsing, false);
        at = skip_blanks(markup, subject.end);
        break;
    }
    if (markup.substr(at).starts_with("as") && at + 2 < markup.size() && is_space(markup[at + 2])) {
        const std::size_t begin = skip_blanks(markup, at + 2);
        std::size_t end = begin;
        while (end < markup.size() && is_segment(markup[end]))
            ++end;
        out.alias = markup.substr(begin, end - begin);
    }
    std::vector<NamedArgument> named;
    for (const auto& [key, value] : attributes(markup.substr(name.end)))
        named.push_back({key, expression(value, parsing, false)});
    out.named = Parsing::append(parsing.program.named, named);
    return Parsing::add(parsing.program.partials, out);
}

Index subject(std::string_view markup, Parsing& parsing) {
    const Found first = find_fragment(markup);
    if (!first.is_there()) throw MarkupError{"`case` needs a value"};
    return expression(first.text, parsing, false);
}

Run alternatives(std::string_view markup, Parsing& parsing) {
    std::vector<Index> out;
    for (std::size_t at = 0;;) {
        const Found one = find_fragment(markup, at);
        if (!one.is_there()) throw MarkupError{"`when` needs a value"};
        out.push_back(expression(one.text, parsing, true));
        at = skip_blanks(markup, one.end);
        const std::string_view rest = markup.substr(at);
        if (rest.starts_with(',')) {
            at += 1;
        } else if (rest.starts_with("or") && at > one.end && rest.size() > 2 && is_space(rest[2])) {
            at += 2;
        } else {
            break;
        }
        if (!find_fragment(markup, at).is_there()) break;
    }
    return Parsing::append(parsing.program.arguments, out);
}

std::pair<std::string_view, std::string_view> assignment(std::string_view markup) {
    const auto is_name = [](char c) {
        return is_segment(c) || c == '.' || c == '[' || c == ']' || c == '(' || c == ')';
    };
    for (std::size_t equals = markup.find('='); equals != std::string_view::npos;
         equals = markup.find('=', equals + 1)) {
        std::size_t end = equals;
        while (end > 0 && is_space(markup[end - 1]))
            --end;
        std::size_t begin = end;
        while (begin > 0 && is_name(markup[begin - 1]))
            --begin;
        if (begin == end) continue;
        return {markup.substr(begin, end - begin), markup.substr(equals + 1)};
    }
    throw MarkupError{"`assign` is written `assign name = value`"};
}

std::string_view captured_name(std::string_view markup) {
    std::size_t begin = 0;
    while (begin < markup.size() && !is_segment(markup[begin]))
        ++begin;
    std::size_t end = begin;
    while (end < markup.size() && is_segment(markup[end]))
        ++end;
    if (begin == end) throw MarkupError{"`capture` needs a variable's name"};
    return markup.substr(begin, end - begin);
}

}  // namespace journey::render::lax
