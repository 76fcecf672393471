#include "engine/render/markup.h"

#include "engine/render/filters.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::render {
namespace {

constexpr int kDepthMost = 50;

std::optional<Comparator> comparator_of(const Word& word) {
    if (word.kind == Word::Kind::name) {
        return word.text == "contains" ? std::optional(Comparator::contains) : std::nullopt;
    }
    if (word.kind != Word::Kind::mark) return std::nullopt;
    if (word.text == "==") return Comparator::equal;
    if (word.text == "!=" || word.text == "<>") return Comparator::unequal;
    if (word.text == "<") return Comparator::less;
    if (word.text == "<=") return Comparator::at_most;
    if (word.text == ">") return Comparator::more;
    if (word.text == ">=") return Comparator::at_least;
    return std::nullopt;
}

}  // namespace

void Names::asked(std::string_view name) {
    if (name == "forloop" || name == "tablerowloop" || made_.count(name) > 0) return;
    if (std::find(opened_.begin(), opened_.end(), name) != opened_.end()) return;
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) asked_.emplace_back(name);
}

std::optional<View> Parsing::constant(std::string_view name, bool condition) const {
    if (name == "true") return View::of(true);
    if (name == "false") return View::of(false);
    if (name == "nil" || name == "null") return View();
    if (name == "blank") return condition ? View::literal(Kind::blank) : View::of("");
    if (name == "empty") return condition ? View::literal(Kind::empty) : View::of("");
    return std::nullopt;
}

FilterCall Parsing::filter(std::string_view name, const std::vector<Index>& arguments,
                           const std::vector<NamedArgument>& named) {
    FilterCall call;
    call.name = name;
    call.info = find_filter(name);
    if (mode == Mode::checked && call.info == nullptr) {
        const auto near = did_you_mean(name, filter_names());
        throw MarkupError{near.empty()
                              ? fmt::format("the filter `{}` does not exist", name)
                              : fmt::format("the filter `{}` does not exist; did you mean `{}`?",
                                            name, near.front())};
    }
    if (mode == Mode::checked) {
        if (const auto problem = wrong_count(*call.info, arguments.size(), named.size())) {
            throw MarkupError{*problem};
        }
    }
    call.arguments = append(program.arguments, arguments);
    call.named = append(program.named, named);
    return call;
}

std::string cycle_key(std::string_view markup) {
    std::string key;
    char quote = 0;
    for (const char c : markup) {
        const bool is_quote = c == '"' || c == '\'';
        if (quote == 0 && is_space(c)) continue;
        const bool opens = quote == 0 && is_quote;
        key += opens || c == quote ? '"' : c;
        if (opens) {
            quote = c;
        } else if (c == quote) {
            quote = 0;
        }
    }
    return key;
}

View number_literal(Parsing& parsing, std::string_view text) {
    const std::size_t point = text.find('.');
    if (point == std::string_view::npos) {
        std::int64_t whole = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), whole);
        if (read.ec == std::errc()) return View::of(whole);
        if (text.size() > 4000) throw MarkupError{"the number exceeds 4,000 digits"};
        const bool negative = text.front() == '-';
        std::string_view digits = text.substr(negative ? 1 : 0);
        while (digits.size() > 1 && digits.front() == '0')
            digits.remove_prefix(1);
        View big = View::of(parsing.keep((negative ? "-" : "") + std::string(digits)));
        big.kind = Kind::big;
        return big;
    }
    text = text.substr(0, text.find('.', point + 1));
    double real = 0;
    std::from_chars(text.data(), text.data() + text.size(), real);
    return View::of(real);
}

bool Markup::take_mark(std::string_view mark) {
    if (!is_mark(mark)) return false;
    ++at_;
    return true;
}

bool Markup::take_name(std::string_view wanted) {
    if (!is_name(wanted)) return false;
    ++at_;
    return true;
}

void Markup::refuse(std::string_view wanted) const {
    if (at_end()) throw MarkupError{fmt::format("something is missing at the end: {}", wanted)};
    throw MarkupError{fmt::format("`{}` is unexpected here; {} was expected", word().text, wanted)};
}

void Markup::expect(std::string_view mark) {
    if (!take_mark(mark)) refuse(fmt::format("`{}`", mark));
}

void Markup::expect_end() {
    if (!at_end()) refuse("the end of the tag");
}

Index Markup::expression(bool condition) {
    if (++depth_ > kDepthMost) throw MarkupError{"the expression is nested too deeply"};
    const Word& first = word();
    Index out = kNone;
    if (first.kind == Word::Kind::text) {
        out = parsing_.literal(View::of(first.text));
        ++at_;
    } else if (first.kind == Word::Kind::integer || first.kind == Word::Kind::real) {
        out = parsing_.literal(number_literal(parsing_, first.text));
        ++at_;
    } else if (is_mark("(")) {
        out = range();
    } else if (first.kind == Word::Kind::name || is_mark("[")) {
        out = path(condition);
    } else {
        refuse("a value");
    }
    --depth_;
    return out;
}

Index Markup::path(bool condition) {
    Expression out;
    out.kind = Expression::Kind::path;
    if (word().kind == Word::Kind::name) {
        const std::string_view name = word().text;
        ++at_;
        const bool alone = !is_mark(".") && !is_mark("[");
        if (alone) {
            if (const auto constant = parsing_.constant(name, condition)) {
                return parsing_.literal(*constant);
            }
        }
        out.root = name;
        parsing_.names.asked(name);
    } else {
        expect("[");
        const Index inner = expression();
        expect("]");
        const Expression& root = parsing_.program.expressions[inner];
        if (root.kind == Expression::Kind::literal && root.literal.kind == Kind::text) {
            out.root = root.literal.str();
            parsing_.names.asked(out.root);
        }
        if (out.root.empty()) out.root_from = inner;
    }
    segments(out);
    return Parsing::add(parsing_.program.expressions, out);
}

void Markup::segments(Expression& out) {
    std::vector<Segment> made;
    while (true) {
        Segment segment;
        if (take_mark(".")) {
            if (word().kind != Word::Kind::name) refuse("a name after the point");
            segment.name = word().text;
            segment.command = true;
            ++at_;
        } else if (take_mark("[")) {
            const Index inner = expression();
            expect("]");
            const Expression& held = parsing_.program.expressions[inner];
            const bool literal = held.kind == Expression::Kind::literal;
            if (literal && held.literal.kind == Kind::text) {
                segment.name = held.literal.str();
            } else if (literal && held.literal.kind == Kind::integer) {
                segment.kind = Segment::Kind::index;
                segment.index = held.literal.whole;
            } else {
                segment.kind = Segment::Kind::computed;
                segment.inner = inner;
            }
        } else {
            break;
        }
        made.push_back(segment);
    }
    out.segments = Parsing::append(parsing_.program.segments, made);
}

Index Markup::range() {
    expect("(");
    Expression out;
    out.kind = Expression::Kind::range;
    out.root_from = expression();
    expect("..");
    out.segments.first = expression();
    expect(")");
    return Parsing::add(parsing_.program.expressions, out);
}

FilterCall Markup::filter() {
    if (word().kind != Word::Kind::name) refuse("a filter's name");
    const std::string_view name = word().text;
    ++at_;
    std::vector<Index> arguments;
    std::vector<NamedArgument> named;
    if (take_mark(":")) {
        while (true) {
            if (word().kind == Word::Kind::name && is_mark(":", 1)) {
                const std::string_view option = word().text;
                at_ += 2;
                named.push_back({option, expression()});
            } else {
                arguments.push_back(expression());
            }
            if (!take_mark(",")) break;
            if (at_end() || is_mark("|")) break;
        }
    }
    return parsing_.filter(name, arguments, named);
}

Index Markup::pipeline() {
    if (at_end()) return kNone;
    Pipeline out;
    out.value = expression();
    std::vector<FilterCall> filters;
    while (take_mark("|"))
        filters.push_back(filter());
    expect_end();
    out.filters = Parsing::append(parsing_.program.filters, filters);
    return Parsing::add(parsing_.program.pipelines, out);
}

Comparison Markup::comparison() {
    Comparison out;
    out.left = expression(true);
    if (const auto comparator = comparator_of(word())) {
        ++at_;
        out.comparator = *comparator;
        out.right = expression(true);
    }
    return out;
}

Index Markup::condition() {
    std::vector<Comparison> out;
    while (true) {
        out.push_back(comparison());
        if (take_name("and")) {
            out.back().joint = Joint::both;
        } else if (take_name("or")) {
            out.back().joint = Joint::either;
        } else {
            break;
        }
    }
    expect_end();
    return Parsing::append(parsing_.program.comparisons, out).first;
}

std::string_view Markup::name(std::string_view what) {
    if (word().kind != Word::Kind::name && word().kind != Word::Kind::text) refuse(what);
    const std::string_view out = word().text;
    ++at_;
    return out;
}

void Markup::loop_option(LoopCall& out, bool table) {
    const std::string_view option = word().text;
    at_ += 2;
    if (option == "limit") {
        out.limit = expression();
    } else if (option == "offset" && take_name("continue")) {
        out.offset_continue = true;
    } else if (option == "offset") {
        out.offset = expression();
    } else if (option == "cols" && table) {
        out.columns = expression();
    } else {
        throw MarkupError{fmt::format("a loop has no option `{}`; it has limit, offset{}", option,
                                      table ? " and cols" : " and reversed")};
    }
}

Index Markup::loop(bool table) {
    LoopCall out;
    out.variable = name("the loop's variable");
    if (!take_name("in")) refuse("`in`");
    const std::size_t begin = word().at;
    out.list = expression();
    const std::string_view source = trimmed(text_.substr(begin, word().at - begin));
    out.name = parsing_.keep(fmt::format("{}-{}", out.variable, source));
    while (!at_end()) {
        if (take_mark(",")) continue;
        if (!table && take_name("reversed")) {
            out.reversed = true;
        } else if (word().kind == Word::Kind::name && is_mark(":", 1)) {
            loop_option(out, table);
        } else {
            refuse("limit, offset or the end of the tag");
        }
    }
    return Parsing::add(parsing_.program.loops, out);
}

Index Markup::cycle() {
    CycleCall out;
    std::vector<Index> values;
    const Index first = expression();
    if (take_mark(":")) {
        out.group = first;
    } else {
        values.push_back(first);
        if (!at_end()) expect(",");
    }
    out.key = parsing_.keep(cycle_key(text_));
    while (!at_end()) {
        values.push_back(expression());
        if (!take_mark(",")) break;
    }
    expect_end();
    if (values.empty()) throw MarkupError{"`cycle` needs at least one value"};
    out.values = Parsing::append(parsing_.program.arguments, values);
    return Parsing::add(parsing_.program.cycles, out);
}

std::vector<NamedArgument> Markup::named_arguments() {
    std::vector<NamedArgument> named;
    take_mark(",");
    while (word().kind == Word::Kind::name && is_mark(":", 1)) {
        const std::string_view option = word().text;
        at_ += 2;
        named.push_back({option, expression()});
        take_mark(",");
    }
    return named;
}

Index Markup::partial(bool include) {
    PartialCall out;
    if (!include && word().kind != Word::Kind::text) {
        refuse("the partial's name in quotes");
    }
    out.name = expression();
    if (take_name("for")) {
        out.each = true;
        out.subject = expression();
    } else if (take_name("with")) {
        out.subject = expression();
    }
    if (take_name("as")) out.alias = name("a variable's name");
    out.named = Parsing::append(parsing_.program.named, named_arguments());
    expect_end();
    return Parsing::add(parsing_.program.partials, out);
}

Run Markup::alternatives() {
    std::vector<Index> out;
    while (true) {
        out.push_back(expression(true));
        if (!take_mark(",") && !take_name("or")) break;
    }
    expect_end();
    return Parsing::append(parsing_.program.arguments, out);
}

}  // namespace journey::render
