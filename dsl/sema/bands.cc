// `band`: a measured value becomes a score. Where its name stands, the whole choice stands.

#include "dsl/sema/bands.h"

#include "dsl/sema/expr.h"
#include "dsl/sema/unread.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

using ir::Op;
using ir::TypeKind;

namespace {

/// Bands ask about a person, never about one journey.
NodePtr build(Context& cx, const ast::BandDecl& decl, Span span) {
    const Scope scope;
    NodePtr choice = make(Op::select, simple(TypeKind::integer), span);
    choice->name = decl.name.text;
    NodePtr otherwise;
    for (const ast::BandRow& row : decl.rows) {
        if (row.below == nullptr) {
            otherwise = make_constant(Value(row.score.value), row.score.span);
            continue;
        }
        NodePtr below = check_less(cx, check_expr(cx, scope, *decl.of),
                                   check_expr(cx, scope, *row.below), row.span);
        if (below->broken) return broken_node(span);
        choice->operands.push_back(std::move(below));
        choice->operands.push_back(make_constant(Value(row.score.value), row.score.span));
    }
    if (otherwise == nullptr || choice->operands.empty()) return broken_node(span);
    choice->operands.push_back(std::move(otherwise));
    return choice;
}

class BandChecker {
  public:
    BandChecker(Context& cx, const ast::BandDecl& decl) : cx_(cx), decl_(decl) {}

    bool run() {
        const std::size_t before = cx_.errors();
        const Scope scope;
        const NodePtr of = check_expr(cx_, scope, *decl_.of);
        if (!of->broken && !is_ordered(of->type)) {
            cx_.report(Diagnostic::error("J0201", "THIS HAS NO ORDER", of->span,
                                         "A band measures numbers, money or time, and " +
                                             tick(cx_.words(of->span)) + " is " +
                                             describe(of->type, cx_.schema()) + ".")
                           .and_help("measure something that can be more or less, like "
                                     "`count(order_paid within 2 years)`"));
        }
        if (of->broken || cx_.errors() != before) return false;
        for (const ast::BandRow& row : decl_.rows)
            check_row(row);
        if (!otherwise_ && !unread(cx_, decl_.name.span, "otherwise")) report_no_otherwise();
        if (cx_.errors() != before) return false;
        return !build(cx_, decl_, decl_.name.span)->broken;
    }

  private:
    void check_row(const ast::BandRow& row) {
        if (row.score.value < -1'000'000 || row.score.value > 1'000'000) {
            cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", row.score.span,
                                         "A score is between -1,000,000 and 1,000,000."));
        }
        if (otherwise_) {
            cx_.report(
                Diagnostic::error("J0302", "THIS CAN NEVER BE REACHED", row.span,
                                  "`otherwise` takes everybody who is left, so it comes last.")
                    .and_other(*otherwise_, "everybody is scored here")
                    .and_help("move this row above it"));
            return;
        }
        if (row.below == nullptr) {
            otherwise_ = row.span;
            return;
        }
        const Scope scope;
        NodePtr edge = check_expr(cx_, scope, *row.below);
        // Said by the comparison, once.
        if (edge->broken) return;
        edge = as_moment(cx_, std::move(edge));
        if (!is_constant(*edge)) {
            cx_.report(Diagnostic::error("J0201", "A FIXED VALUE IS NEEDED", row.below->span,
                                         "The edge of a band is the same for everybody, and " +
                                             tick(cx_.words(row.below->span)) +
                                             " depends on who it is."));
            return;
        }
        for (const auto& [value, span] : edges_) {
            const std::optional<int> order = order_of(edge->constant, value);
            if (!order || *order > 0) continue;
            cx_.report(Diagnostic::error("J0325", "THIS ROW TAKES NOBODY", row.span,
                                         "Whoever is below " + cx_.words(row.below->span) +
                                             " is below " + cx_.words(span) +
                                             " too, and was scored there.")
                           .and_other(span, "taken here")
                           .and_after("Rows are tried from the top, so their edges grow.")
                           .and_help("put the rows in order, the smallest edge first"));
            return;
        }
        edges_.push_back({edge->constant, row.below->span});
    }

    void report_no_otherwise() {
        cx_.report(
            Diagnostic::error("J0325", "AND EVERYBODY ELSE?", decl_.name.span,
                              "The band " + tick(decl_.name.text) +
                                  " gives no score to people above its last edge.")
                .and_after("People who have no value at all, such as no order yet, get that "
                           "score too.")
                .and_help(
                    "end it with a row like `1 otherwise`; a row begins with a whole number"));
    }

    Context& cx_;
    const ast::BandDecl& decl_;
    std::optional<Span> otherwise_;
    std::vector<std::pair<Value, Span>> edges_;
};

}  // namespace

std::optional<int> order_of(const Value& a, const Value& b) {
    const auto sign = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
    const auto number = [](const Value& value) -> std::optional<double> {
        if (const auto* whole = std::get_if<std::int64_t>(&value.held)) {
            return static_cast<double>(*whole);
        }
        if (const auto* real = std::get_if<double>(&value.held)) return *real;
        if (const auto* money = std::get_if<Money>(&value.held)) {
            return static_cast<double>(money->minor);
        }
        return std::nullopt;
    };
    if (number(a) && number(b)) return sign(*number(a), *number(b));
    const auto* short_one = std::get_if<CalendarDuration>(&a.held);
    const auto* long_one = std::get_if<CalendarDuration>(&b.held);
    if (short_one != nullptr && long_one != nullptr) {
        if (*short_one == *long_one) return 0;
        const calendar::Bounds x = calendar::bounds_of(*short_one);
        const calendar::Bounds y = calendar::bounds_of(*long_one);
        if (x.most <= y.least) return -1;
        if (y.most <= x.least) return 1;
        return std::nullopt;
    }
    const auto* earlier = std::get_if<Instant>(&a.held);
    const auto* later = std::get_if<Instant>(&b.held);
    if (earlier != nullptr && later != nullptr) return sign(*earlier, *later);
    const auto* first = std::get_if<Date>(&a.held);
    const auto* second = std::get_if<Date>(&b.held);
    if (first != nullptr && second != nullptr) return sign(*first, *second);
    return std::nullopt;
}

std::vector<std::int64_t> scores_of(const Node& node) {
    std::set<std::int64_t> scores;
    if (node.op != Op::select) return {};
    // Question, score, question, score, …, the score of everybody else.
    for (std::size_t i = 1; i <= node.operands.size(); i += 2) {
        const std::size_t at = std::min(i, node.operands.size() - 1);
        const auto* score = std::get_if<std::int64_t>(&node.operands[at]->constant.held);
        if (score != nullptr) scores.insert(*score);
    }
    return {scores.begin(), scores.end()};
}

void check_bands(Context& cx, const std::vector<ast::File>& files) {
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            const auto* decl = std::get_if<ast::BandDecl>(&item.what);
            if (decl == nullptr) continue;
            const Index index = static_cast<Index>(cx.bands.size());
            if (!cx.declare(Kind::band, decl->name.text, decl->name.span, index)) continue;
            // Until it is checked nobody can use it: a band measures values, not other bands.
            cx.bands.push_back({decl, false, false});
        }
    }
    for (Band& band : cx.bands) {
        band.broken = !BandChecker(cx, *band.decl).run();
    }
    for (Band& band : cx.bands)
        band.ready = true;
}

NodePtr band_node(Context& cx, const Scope& scope, Index band, Span span) {
    if (!cx.bands[band].ready) {
        cx.report(Diagnostic::error(
                      "J0325", "A BAND OF A BAND", span,
                      "A band measures values, and " + tick(cx.words(span)) + " is a band already.")
                      .and_help("ask for both where you need them: `recency >= 4 and value >= 4`"));
        return broken_node(span);
    }
    if (cx.bands[band].broken) return broken_node(span);
    if (scope.row != kNone && !scope.entering) {
        cx.report(Diagnostic::error("J0108", "NOT INSIDE WHERE", span,
                                    tick(cx.words(span)) +
                                        " scores the person; inside `where` I look at one event.")
                      .and_help("ask it outside and join the two with `and`"));
        return broken_node(span);
    }
    const Muted said(cx);
    return build(cx, *cx.bands[band].decl, span);
}

}  // namespace journey::sema
