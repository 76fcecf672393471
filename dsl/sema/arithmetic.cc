// `+ - * /`: which types meet, and what comes of it.

#include "dsl/sema/value.h"

namespace journey::sema {

using ir::Op;
using ir::TypeKind;

namespace {

bool same_money(const ir::Type& a, const ir::Type& b) {
    return a.kind == TypeKind::money && b.kind == TypeKind::money && assignable(a, b);
}

/// The type of `a op b`, or nullopt.
std::optional<ir::Type> arithmetic_type(ast::ArithmeticOp op, const ir::Type& a,
                                        const ir::Type& b) {
    const bool additive = op == ast::ArithmeticOp::add || op == ast::ArithmeticOp::subtract;
    if (is_number(a) && is_number(b)) {
        const bool real =
            op == ast::ArithmeticOp::divide || a.kind == TypeKind::real || b.kind == TypeKind::real;
        return simple(real ? TypeKind::real : TypeKind::integer);
    }
    if (additive && same_money(a, b)) return a.currency.empty() ? b : a;
    if (op == ast::ArithmeticOp::divide && same_money(a, b)) return simple(TypeKind::real);
    if (!additive && a.kind == TypeKind::money && is_number(b)) return a;
    if (op == ast::ArithmeticOp::multiply && is_number(a) && b.kind == TypeKind::money) return b;
    if (additive && a.kind == TypeKind::duration && b.kind == TypeKind::duration) return a;
    if (op == ast::ArithmeticOp::multiply && a.kind == TypeKind::duration &&
        b.kind == TypeKind::integer) {
        return a;
    }
    if (op == ast::ArithmeticOp::multiply && a.kind == TypeKind::integer &&
        b.kind == TypeKind::duration) {
        return b;
    }
    if (additive && is_day_or_moment(a) && b.kind == TypeKind::duration) return a;
    if (op == ast::ArithmeticOp::add && a.kind == TypeKind::duration && is_day_or_moment(b))
        return b;
    if (op == ast::ArithmeticOp::subtract && a.kind == TypeKind::instant &&
        b.kind == TypeKind::instant) {
        return simple(TypeKind::duration);
    }
    return std::nullopt;
}

/// A date moved by hours has no value: the engine would never know when. J0209, true when told.
bool refuse_hours(Context& cx, const Node& date, const Node& length) {
    if (date.type.kind != TypeKind::date || !is_constant(length)) return false;
    const auto* value = std::get_if<CalendarDuration>(&length.constant.held);
    if (value == nullptr || value->seconds == 0) return false;
    const std::string words = cx.words(length.span);
    Diagnostic diagnostic =
        Diagnostic::error("J0209", "A DATE HAS NO HOURS", length.span,
                          tick(cx.words(date.span)) + " is a date, and a date has no hours.");
    diagnostic.label = "this counts hours";
    const std::int64_t days = value->days + value->seconds / 86400;
    if (value->seconds % 86400 == 0 && value->months == 0) {
        const std::string meant = std::to_string(days) + (days == 1 ? " day" : " days");
        diagnostic.fixes.push_back(
            {Applicability::certain, "write " + tick(meant) + ".", {{length.span, meant}}});
    } else {
        diagnostic.after = "A date is a whole day on the calendar; which moment lies " + words +
                           " away from it depends on the hour the day is counted from.";
        diagnostic.help.push_back("count whole days and say the hour: `wait until " +
                                  cx.words(date.span) + " - 1 day at 10:00 local`");
    }
    cx.report(std::move(diagnostic));
    return true;
}

}  // namespace

NodePtr check_arithmetic(Context& cx, const Scope& scope, const ast::Arithmetic& arithmetic,
                         Span span) {
    NodePtr left = check_expr(cx, scope, *arithmetic.left);
    NodePtr right = check_expr(cx, scope, *arithmetic.right);
    if (left->broken || right->broken) return broken_node(span);
    const std::optional<ir::Type> type = arithmetic_type(arithmetic.op, left->type, right->type);
    if (!type) {
        if (left->type.kind == TypeKind::money && right->type.kind == TypeKind::money) {
            return report_mismatch(cx, *left, *right, span);
        }
        const char* word = arithmetic.op == ast::ArithmeticOp::add        ? "add"
                           : arithmetic.op == ast::ArithmeticOp::subtract ? "subtract"
                           : arithmetic.op == ast::ArithmeticOp::multiply ? "multiply"
                                                                          : "divide";
        Diagnostic diagnostic = Diagnostic::error("J0201", "TYPES DO NOT MATCH", left->span,
                                                  std::string("I cannot ") + word + " " +
                                                      describe(left->type, cx.schema()) + " and " +
                                                      describe(right->type, cx.schema()) + ".");
        diagnostic.label = "this is " + describe(left->type, cx.schema());
        diagnostic.others.push_back(
            {right->span, "this is " + describe(right->type, cx.schema()), true});
        if (is_text(left->type) && is_text(right->type)) {
            diagnostic.help.push_back("texts are joined with `concat(…, …)`");
        }
        if (is_day_or_moment(left->type) && right->type.kind == TypeKind::integer &&
            is_constant(*right)) {
            const std::string number = cx.words(right->span);
            const std::string meant = number + (number == "1" ? " day" : " days");
            diagnostic.fixes.push_back(
                {Applicability::probable, "write " + tick(meant) + ".", {{right->span, meant}}});
        }
        cx.report(std::move(diagnostic));
        return broken_node(span);
    }
    if (refuse_hours(cx, *left, *right) || refuse_hours(cx, *right, *left))
        return broken_node(span);
    const Op op = arithmetic.op == ast::ArithmeticOp::add        ? Op::add
                  : arithmetic.op == ast::ArithmeticOp::subtract ? Op::subtract
                  : arithmetic.op == ast::ArithmeticOp::multiply ? Op::multiply
                                                                 : Op::divide;
    NodePtr node = make(op, *type, span);
    node->may_be_missing =
        left->may_be_missing || right->may_be_missing || (op == Op::divide && !is_constant(*right));
    // The length may turn out to count hours, which no date has.
    if (type->kind == TypeKind::date &&
        (!is_constant(*left) || left->type.kind == TypeKind::date) &&
        (!is_constant(*right) || right->type.kind == TypeKind::date)) {
        node->may_be_missing = true;
    }
    node->operands.push_back(std::move(left));
    node->operands.push_back(std::move(right));
    return fold(cx, std::move(node));
}

}  // namespace journey::sema
