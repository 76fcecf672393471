#include "dsl/syntax/build.h"
#include "dsl/syntax/messages.h"
#include "dsl/syntax/scan.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::syntax {

using source::Applicability;
using source::Diagnostic;

// `a + b + c` leans to the left, one level of the tree a sign; whoever walks the tree recurses.
constexpr int kChainMax = 200;

ast::ExprPtr Builder::make(source::Span where, ast::ExprKind what) const {
    return std::make_unique<ast::Expr>(ast::Expr{where, std::move(what)});
}
ast::ExprPtr Builder::make(std::uint32_t at, ast::ExprKind what) const {
    return make(span(at), std::move(what));
}

void Builder::report_wrong_word(std::uint32_t sign, std::string_view ours, std::string code) {
    const source::Span at = span(sign);
    const std::string_view written = slice(sign);
    const bool compare = code == "J0002";
    Diagnostic made =
        compare ? Diagnostic::error(std::move(code),
                                    written == "=" ? "COMPARING WITH =" : "COMPARING", at,
                                    fmt::format("To ask whether two things are {}, write `{}`.",
                                                ours == "is" ? "the same" : "different", ours))
                : Diagnostic::error(std::move(code), "WORDS, NOT SIGNS", at,
                                    fmt::format("`{}` is written `{}` here.", written, ours));
    if (written == "=") {
        made = std::move(made).and_after(
            "A single `=` gives a name to something, like `segment vip = …`.");
    }
    // `!x` and `a&&b` stand without blanks; words cannot.
    const auto touches = [&](std::uint32_t offset) {
        return offset < m_.text.size() && scan::is_word_byte_at(m_.text, offset);
    };
    const MarkRow& mark = m_.marks[sign];
    std::string text(ours);
    if (mark.begin > 0 && touches(mark.begin - 1)) text.insert(0, 1, ' ');
    if (touches(mark.end) || (mark.end < m_.text.size() && m_.text[mark.end] == '"')) text += ' ';
    m_.diagnostics.push_back(std::move(made).and_fix(
        Applicability::certain, fmt::format("write `{}`.", ours), {{at, std::move(text)}}));
}

ast::ExprPtr Builder::expr(std::uint32_t at) {
    switch (kind(at)) {
        case Kind::logic_or:
            return logic(at, ast::LogicOp::logic_or);
        case Kind::logic_and:
            return logic(at, ast::LogicOp::logic_and);
        case Kind::negation: {
            Children parts = children(at);
            if (parts.is(Kind::word)) {
                const std::uint32_t sign = parts.take();
                report_wrong_word(sign, "not", "J0003");
            }
            ast::ExprPtr of = expr(parts.take());
            return make(at, ast::Not{std::move(of)});
        }
        case Kind::relation:
            return relation(at);
        case Kind::sum:
        case Kind::product:
            return arithmetic(at);
        case Kind::minus: {
            Children parts = children(at);
            return make(at, ast::Negate{expr(parts.take())});
        }
        case Kind::fallback: {
            Children parts = children(at);
            ast::ExprPtr of = expr(parts.take());
            if (parts.done()) return of;
            ast::ExprPtr otherwise = expr(parts.take());
            // `default` stands between the two.
            const source::Span op{of->span.file, of->span.end, otherwise->span.begin};
            return make(at, ast::Fallback{std::move(of), std::move(otherwise), op});
        }
        case Kind::postfix:
            return postfix(at);
        case Kind::time_since: {
            Children parts = children(at);
            return make(at, ast::TimeSince{expr(parts.take())});
        }
        case Kind::aggregate:
            return aggregate(at);
        case Kind::call: {
            Children parts = children(at);
            ast::Call call{name(parts.take()), {}};
            while (!parts.done())
                call.args.push_back(expr(parts.take()));
            return make(at, std::move(call));
        }
        case Kind::list: {
            ast::ListLiteral list;
            for (Children parts = children(at); !parts.done();)
                list.items.push_back(expr(parts.take()));
            return make(at, std::move(list));
        }
        case Kind::map:
            return make(at, map(at));
        case Kind::name:
            return make(at, ast::NameRef{name(at)});
        default:
            return literal(at);
    }
}

ast::ExprPtr Builder::logic(std::uint32_t at, ast::LogicOp op) {
    Children parts = children(at);
    ast::ExprPtr first = expr(parts.take());
    if (parts.done()) return first;
    ast::Logic made{op, {}};
    made.parts.push_back(std::move(first));
    while (!parts.done()) {
        if (parts.is(Kind::word)) {
            const std::uint32_t sign = parts.take();
            report_wrong_word(sign, op == ast::LogicOp::logic_and ? "and" : "or", "J0003");
            continue;
        }
        made.parts.push_back(expr(parts.take()));
    }
    return make(at, std::move(made));
}

ast::ExprPtr Builder::relation(std::uint32_t at) {
    Children parts = children(at);
    ast::ExprPtr left = expr(parts.take());
    if (parts.done()) return left;
    return tail(std::move(left), parts.take());
}

ast::ExprPtr Builder::tail(ast::ExprPtr left, std::uint32_t at) {
    using ast::CompareOp;
    Children parts = children(at);
    const source::Span all = source::join(left->span, span(at));
    const bool negated = parts.word("not");
    // From the start of the tail to its right side: "is not", "starts with".
    const auto op_before = [&](const ast::ExprPtr& right) {
        source::Span op = span(at);
        op.end = std::max(op.begin, right->span.begin);
        return op;
    };
    const auto compare = [&](CompareOp op) {
        ast::ExprPtr right = expr(parts.take());
        const source::Span where = op_before(right);
        return make(all, ast::Compare{op, where, std::move(left), std::move(right)});
    };
    switch (kind(at)) {
        case Kind::tail_is: {
            using ast::PresenceTest;
            for (const auto& [word, test] : {std::pair{"missing", PresenceTest::missing},
                                             {"present", PresenceTest::present},
                                             {"blank", PresenceTest::blank}}) {
                if (parts.word(word))
                    return make(all, ast::Presence{test, negated, std::move(left), span(at)});
            }
            return compare(negated ? CompareOp::is_not : CompareOp::is);
        }
        case Kind::tail_in:
            return compare(negated ? CompareOp::not_in : CompareOp::in);
        case Kind::tail_contains:
            return compare(negated ? CompareOp::not_contains : CompareOp::contains);
        case Kind::tail_starts:
            return compare(CompareOp::starts_with);
        case Kind::tail_ends:
            return compare(CompareOp::ends_with);
        case Kind::tail_between: {
            ast::ExprPtr low = expr(parts.take());
            ast::ExprPtr high = expr(parts.take());
            const source::Span op = op_before(low);
            return make(all, ast::Between{std::move(left), std::move(low), std::move(high), op});
        }
        case Kind::tail_order: {
            const std::string_view sign = slice(parts.take());
            return compare(sign == ">"    ? CompareOp::greater
                           : sign == ">=" ? CompareOp::greater_equal
                           : sign == "<"  ? CompareOp::less
                                          : CompareOp::less_equal);
        }
        default: {
            const std::uint32_t sign = parts.take();
            const std::string_view written = slice(sign);
            const bool different = written[0] == '!' || written == "<>";
            report_wrong_word(sign, different ? "is not" : "is", "J0002");
            return compare(different ? CompareOp::is_not : CompareOp::is);
        }
    }
}

ast::ExprPtr Builder::arithmetic(std::uint32_t at) {
    Children parts = children(at);
    ast::ExprPtr left = expr(parts.take());
    for (int length = 1; !parts.done(); ++length) {
        if (length > kChainMax) {
            report_too_deep(m_, m_.marks[parts.take()].begin, "brackets");
            break;
        }
        const std::uint32_t sign = parts.take();
        const char written = slice(sign)[0];
        ast::ExprPtr right = expr(parts.take());
        const source::Span all = source::join(left->span, right->span);
        const ast::ArithmeticOp op = written == '+'   ? ast::ArithmeticOp::add
                                     : written == '-' ? ast::ArithmeticOp::subtract
                                     : written == '*' ? ast::ArithmeticOp::multiply
                                                      : ast::ArithmeticOp::divide;
        left = make(all, ast::Arithmetic{op, span(sign), std::move(left), std::move(right)});
    }
    return left;
}

ast::ExprPtr Builder::postfix(std::uint32_t at) {
    Children parts = children(at);
    ast::ExprPtr of = expr(parts.take());
    for (int length = 1; !parts.done(); ++length) {
        if (length > kChainMax) {
            report_too_deep(m_, m_.marks[parts.take()].begin, "brackets");
            break;
        }
        const std::uint32_t next = parts.take();
        const source::Span all = source::join(of->span, span(next));
        Children inner = children(next);
        if (kind(next) == Kind::member) {
            of = make(all, ast::Member{std::move(of), name(inner.take())});
        } else {
            of = make(all, ast::Index{std::move(of), expr(inner.take())});
        }
    }
    return of;
}

ast::Window Builder::window(std::uint32_t at) {
    Children parts = children(at);
    ast::Window made;
    made.span = span(at);
    if (parts.word("within")) {
        made.kind = ast::WindowKind::within;
        made.within = duration(parts.take());
    } else if (parts.word("since")) {
        made.kind = ast::WindowKind::since;
        made.from = expr(parts.take());
    } else if (parts.word("before")) {
        made.kind = ast::WindowKind::before;
        made.to = expr(parts.take());
    } else if (parts.word("between")) {
        made.kind = ast::WindowKind::between;
        made.from = expr(parts.take());
        made.to = expr(parts.take());
    }
    return made;
}

ast::ExprPtr Builder::aggregate(std::uint32_t at) {
    using ast::AggregateFn;
    Children parts = children(at);
    ast::Aggregate made;
    const std::uint32_t fn = parts.take();
    made.fn_span = span(fn);
    for (const AggregateFn one :
         {AggregateFn::did, AggregateFn::count, AggregateFn::sum, AggregateFn::avg,
          AggregateFn::min, AggregateFn::max, AggregateFn::first, AggregateFn::last,
          AggregateFn::distinct, AggregateFn::list}) {
        if (ast::name_of(one) == slice(fn)) made.fn = one;
    }
    made.distinct = parts.word("distinct");
    made.of = path(parts.take());
    if (const auto where = parts.take(Kind::where)) {
        Children inner = children(*where);
        made.where = expr(inner.take());
    }
    if (const auto found = parts.take(Kind::window)) made.window = window(*found);
    if (const auto limit = parts.take(Kind::limit)) {
        Children inner = children(*limit);
        made.limit = integer(inner.take());
    }
    return make(at, std::move(made));
}

ast::MapLiteral Builder::map(std::uint32_t at) {
    ast::MapLiteral made;
    made.span = span(at);
    for (Children pairs = children(at); !pairs.done();) {
        Children parts = children(pairs.take());
        const std::uint32_t key = parts.take();
        ast::Name called = name(key);
        if (kind(key) == Kind::string) called.text = text(key).value;
        made.pairs.push_back({std::move(called), expr(parts.take())});
    }
    return made;
}

std::optional<ast::MapLiteral> Builder::maybe_map(Children& rest) {
    if (const auto at = rest.take(Kind::map)) return map(*at);
    return std::nullopt;
}

ast::EventSel Builder::event_sel(std::uint32_t at) {
    Children parts = children(at);
    ast::EventSel made;
    made.span = span(at);
    made.event = path(parts.take());
    if (const auto of = parts.take(Kind::of_label)) {
        Children inner = children(*of);
        made.of_label = name(inner.take());
    }
    if (const auto where = parts.take(Kind::where)) {
        Children inner = children(*where);
        made.where = expr(inner.take());
    }
    return made;
}

ast::ExprPtr Builder::literal(std::uint32_t at) {
    using ast::Literal;
    using ast::LiteralKind;
    const std::string_view written = slice(at);
    switch (kind(at)) {
        case Kind::word:
            if (written == "missing") return make(at, Literal{LiteralKind::missing, Value()});
            return make(at, Literal{LiteralKind::boolean, Value(written == "true")});
        case Kind::string:
            return make(at, Literal{LiteralKind::text, Value(text(at).value)});
        case Kind::integer:
            return make(at, Literal{LiteralKind::integer, Value(integer(at).value)});
        case Kind::decimal: {
            double value = 0;
            const auto [end, problem] =
                std::from_chars(written.data(), written.data() + written.size(), value);
            if (problem != std::errc()) {
                m_.diagnostics.push_back(Diagnostic::error(
                    "J0210", "TOO LARGE", span(at), "This number is larger than I can count."));
                value = 0;
            }
            return make(at, Literal{LiteralKind::decimal, Value(value)});
        }
        case Kind::percent: {
            double value = 0;
            std::from_chars(written.data(), written.data() + written.size() - 1, value);
            return make(at, Literal{LiteralKind::percent, Value(value / 100)});
        }
        case Kind::duration:
            return make(at, Literal{LiteralKind::duration, Value(duration(at).value)});
        case Kind::clock_time:
            return make(at, Literal{LiteralKind::time, Value(clock_time(at).value)});
        case Kind::date: {
            const Result<Date> date = parse_date(written);
            if (!date) {
                m_.diagnostics.push_back(
                    Diagnostic::error("J0213", "NO SUCH DAY", span(at),
                                      fmt::format("There is no {} in the calendar.", written)));
            }
            return make(at, Literal{LiteralKind::date, Value(date ? date.value() : Date{})});
        }
        case Kind::money:
            return make(at, Literal{LiteralKind::money, Value(money(at))});
        case Kind::moment_literal: {
            Children parts = children(at);
            const std::uint32_t digits = parts.take();
            ast::LocalMoment made = moment(digits, parts);
            if (!made.offset_minutes) return make(at, std::move(made));
            const std::int64_t seconds = std::int64_t{made.date.days} * 86400 + made.time.seconds -
                                         std::int64_t{*made.offset_minutes} * 60;
            return make(at, Literal{LiteralKind::instant, Value(instant_of(seconds * 1'000'000))});
        }
        default:
            break;
    }
    ENSURE(false, "a mark that is no expression");
    return nullptr;
}

Money Builder::money(std::uint32_t at) {
    const std::string_view written = slice(at);
    Money made;
    made.currency = {written[0], written[1], written[2]};
    const int decimals = minor_digits(made.currency);
    std::int64_t minor = 0;
    int fraction = -1;
    bool negative = false;
    bool overflow = false;
    for (const char c : written.substr(3)) {
        if (c == '-') negative = true;
        if (c == '.') fraction = 0;
        if (c < '0' || c > '9') continue;
        if (fraction >= 0) ++fraction;
        overflow = overflow || minor > 100'000'000'000'000'000;
        if (!overflow) minor = minor * 10 + (c - '0');
    }
    if (fraction > decimals || overflow) {
        m_.diagnostics.push_back(
            Diagnostic::error("J0210", "NO SUCH AMOUNT", span(at),
                              overflow ? std::string("This amount is larger than I can count.")
                                       : fmt::format("{} has {} decimals, and this amount has {}.",
                                                     written.substr(0, 3), decimals, fraction)));
        return made;
    }
    for (int i = std::max(fraction, 0); i < decimals; ++i) {
        if (minor > 900'000'000'000'000'000) break;
        minor *= 10;
    }
    made.minor = negative ? -minor : minor;
    return made;
}

}  // namespace journey::syntax
