#include "engine/render/markup.h"

#include "engine/render/filters.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::render {
namespace {

constexpr int kDepthMost = 50;

Value literal_of(const Word& word) {
    if (word.kind == Word::Kind::text) return word.text;
    if (word.kind == Word::Kind::integer) {
        std::int64_t whole = 0;
        const auto read =
            std::from_chars(word.text.data(), word.text.data() + word.text.size(), whole);
        if (read.ec == std::errc()) return whole;
    }
    double real = 0;
    std::from_chars(word.text.data(), word.text.data() + word.text.size(), real);
    return real;
}

std::optional<Value> constant_named(std::string_view name) {
    if (name == "true") return Value(true);
    if (name == "false") return Value(false);
    if (name == "nil" || name == "null") return Value();
    if (name == "blank") return blank_literal();
    if (name == "empty") return empty_literal();
    return std::nullopt;
}

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

void Names::asked(const std::string& name) {
    if (name == "forloop" || name == "tablerowloop" || made_.count(name) > 0) return;
    if (std::find(opened_.begin(), opened_.end(), name) != opened_.end()) return;
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) asked_.push_back(name);
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

Expression Markup::expression() {
    if (++depth_ > kDepthMost) throw MarkupError{"the expression is nested too deeply"};
    Expression out;
    const Word& first = word();
    if (first.kind == Word::Kind::text || first.kind == Word::Kind::integer ||
        first.kind == Word::Kind::real) {
        out.literal = literal_of(first);
        ++at_;
    } else if (is_mark("(")) {
        out = range();
    } else if (first.kind == Word::Kind::name || is_mark("[")) {
        out = path();
    } else {
        refuse("a value");
    }
    --depth_;
    return out;
}

Expression Markup::path() {
    Expression out;
    if (word().kind == Word::Kind::name) {
        const std::string_view name = word().text;
        ++at_;
        auto constant = is_mark(".") || is_mark("[") ? std::nullopt : constant_named(name);
        if (constant) {
            out.literal = std::move(*constant);
            return out;
        }
        out.path.push_back({std::string(name), std::nullopt, nullptr});
        names_.asked(out.path.front().name);
    }
    out.kind = Expression::Kind::path;
    segments(out);
    return out;
}

void Markup::segments(Expression& out) {
    while (true) {
        if (take_mark(".")) {
            if (word().kind != Word::Kind::name) refuse("a name after the point");
            out.path.push_back({std::string(word().text), std::nullopt, nullptr});
            ++at_;
        } else if (take_mark("[")) {
            Expression inner = expression();
            expect("]");
            Segment segment;
            const auto* text = inner.literal.as<std::string>();
            const auto* index = inner.literal.as<std::int64_t>();
            if (inner.kind == Expression::Kind::literal && text != nullptr) {
                segment.name = *text;
                if (out.path.empty()) names_.asked(segment.name);
            } else if (inner.kind == Expression::Kind::literal && index != nullptr) {
                segment.index = *index;
            } else {
                segment.inner = std::make_unique<Expression>(std::move(inner));
            }
            out.path.push_back(std::move(segment));
        } else {
            return;
        }
    }
}

Expression Markup::range() {
    expect("(");
    Expression out;
    out.kind = Expression::Kind::range;
    out.first = std::make_unique<Expression>(expression());
    expect("..");
    out.last = std::make_unique<Expression>(expression());
    expect(")");
    return out;
}

FilterCall Markup::filter() {
    if (word().kind != Word::Kind::name) refuse("a filter's name");
    const std::string name(word().text);
    ++at_;
    FilterCall call;
    call.info = find_filter(name);
    if (call.info == nullptr) {
        const auto near = did_you_mean(name, filter_names());
        throw MarkupError{near.empty()
                              ? fmt::format("the filter `{}` does not exist", name)
                              : fmt::format("the filter `{}` does not exist; did you mean `{}`?",
                                            name, near.front())};
    }
    if (take_mark(":")) {
        while (true) {
            if (word().kind == Word::Kind::name && is_mark(":", 1)) {
                const std::string option(word().text);
                at_ += 2;
                call.named.push_back({option, expression()});
            } else {
                call.arguments.push_back(expression());
            }
            if (!take_mark(",")) break;
            if (at_end() || is_mark("|")) break;
        }
    }
    const std::size_t given = call.arguments.size();
    if (given < call.info->arguments_least || given > call.info->arguments_most) {
        const bool few = given < call.info->arguments_least;
        throw MarkupError{fmt::format(
            "the filter `{}` wants {} {} argument{}, {} given", name, few ? "at least" : "at most",
            few ? call.info->arguments_least : call.info->arguments_most,
            (few ? call.info->arguments_least : call.info->arguments_most) == 1 ? "" : "s", given)};
    }
    return call;
}

Pipeline Markup::pipeline() {
    Pipeline out;
    out.value = expression();
    while (take_mark("|"))
        out.filters.push_back(filter());
    return out;
}

Comparison Markup::comparison() {
    Comparison out;
    out.left = expression();
    if (const auto comparator = comparator_of(word())) {
        ++at_;
        out.comparator = *comparator;
        out.right = expression();
    }
    return out;
}

Condition Markup::condition() {
    Condition out;
    while (true) {
        out.push_back(comparison());
        if (take_name("and")) {
            out.back().joined_by_and = true;
        } else if (!take_name("or")) {
            break;
        }
    }
    expect_end();
    return out;
}

std::string Markup::name(std::string_view what) {
    if (word().kind != Word::Kind::name && word().kind != Word::Kind::text) refuse(what);
    std::string out(word().text);
    ++at_;
    return out;
}

LoopArguments Markup::loop(bool table) {
    LoopArguments out;
    out.variable = name("the loop's variable");
    if (!take_name("in")) refuse("`in`");
    const std::size_t begin = word().at;
    out.list = expression();
    std::string_view source = text_.substr(begin, word().at - begin);
    while (!source.empty() && (source.back() == ' ' || source.back() == '\n'))
        source.remove_suffix(1);
    out.name = fmt::format("{}-{}", out.variable, source);
    while (!at_end()) {
        if (take_mark(",")) continue;
        if (!table && take_name("reversed")) {
            out.reversed = true;
        } else if (word().kind == Word::Kind::name && is_mark(":", 1)) {
            const std::string option(word().text);
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
                throw MarkupError{fmt::format("a loop has no option `{}`; it has limit, offset{}",
                                              option, table ? " and cols" : " and reversed")};
            }
        } else {
            refuse("limit, offset or the end of the tag");
        }
    }
    return out;
}

CycleNode Markup::cycle() {
    CycleNode out;
    Expression first = expression();
    if (take_mark(":")) {
        out.group = std::move(first);
    } else {
        out.values.push_back(std::move(first));
        if (!at_end()) expect(",");
    }
    out.key = std::string(text_);
    while (!at_end()) {
        out.values.push_back(expression());
        if (!take_mark(",")) break;
    }
    expect_end();
    if (out.values.empty()) throw MarkupError{"`cycle` needs at least one value"};
    return out;
}

std::vector<Expression> Markup::alternatives() {
    std::vector<Expression> out;
    while (true) {
        out.push_back(expression());
        if (!take_mark(",") && !take_name("or")) break;
    }
    expect_end();
    return out;
}

}  // namespace journey::render
