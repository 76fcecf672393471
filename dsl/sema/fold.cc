// Constant folding: what needs no person to be known. Everything else stays as written; the engine
// evaluates with the same meaning.

#include "dsl/sema/expr.h"

#include <cmath>

namespace journey::sema {

using ir::Op;
using ir::TypeKind;

namespace {

const bool* as_bool(const Node& node) {
    return is_constant(node) ? std::get_if<bool>(&node.constant.held) : nullptr;
}

NodePtr constant_like(const Node& node, Value value) {
    NodePtr folded = make_constant(std::move(value), node.span);
    folded->type = node.type;
    return folded;
}

/// `and` with a false part is false, with only true parts true; the mirror image for `or`.
NodePtr fold_logic(NodePtr node) {
    const bool decides = node->op == Op::logical_or;
    bool all_constant = true;
    for (const NodePtr& operand : node->operands) {
        const bool* value = as_bool(*operand);
        if (value == nullptr) {
            all_constant = false;
        } else if (*value == decides) {
            return constant_like(*node, Value(decides));
        }
    }
    if (all_constant) return constant_like(*node, Value(!decides));
    return node;
}

NodePtr overflow(Context& cx, const Node& node) {
    cx.report(Diagnostic::error("J0210", "TOO LARGE A NUMBER", node.span,
                                "This comes out larger than any number I can hold.")
                  .and_help("write a smaller number, or leave this part out"));
    return broken_node(node.span);
}

double real_of(const Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value.held)) {
        return static_cast<double>(*whole);
    }
    return std::get<double>(value.held);
}

bool is_zero(const Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value.held)) return *whole == 0;
    if (const auto* real = std::get_if<double>(&value.held)) return *real == 0;
    if (const auto* money = std::get_if<Money>(&value.held)) return money->minor == 0;
    return false;
}

NodePtr fold_integers(Context& cx, const Node& node, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    const bool failed = node.op == Op::add        ? __builtin_add_overflow(a, b, &result)
                        : node.op == Op::subtract ? __builtin_sub_overflow(a, b, &result)
                                                  : __builtin_mul_overflow(a, b, &result);
    return failed ? overflow(cx, node) : constant_like(node, Value(result));
}

NodePtr fold_reals(Context& cx, const Node& node, double a, double b) {
    const double result = node.op == Op::add        ? a + b
                          : node.op == Op::subtract ? a - b
                          : node.op == Op::multiply ? a * b
                                                    : a / b;
    return std::isfinite(result) ? constant_like(node, Value(result)) : overflow(cx, node);
}

std::optional<CalendarDuration> scale(const CalendarDuration& duration, std::int64_t by) {
    CalendarDuration result;
    if (__builtin_mul_overflow(static_cast<std::int64_t>(duration.months), by, &result.months) ||
        __builtin_mul_overflow(static_cast<std::int64_t>(duration.days), by, &result.days) ||
        __builtin_mul_overflow(duration.seconds, by, &result.seconds)) {
        return std::nullopt;
    }
    return result;
}

std::optional<CalendarDuration> plus(const CalendarDuration& a, const CalendarDuration& b) {
    CalendarDuration result;
    if (__builtin_add_overflow(a.months, b.months, &result.months) ||
        __builtin_add_overflow(a.days, b.days, &result.days) ||
        __builtin_add_overflow(a.seconds, b.seconds, &result.seconds)) {
        return std::nullopt;
    }
    return result;
}

NodePtr fold_durations(Context& cx, const Node& node, const CalendarDuration& a,
                       const CalendarDuration& b) {
    std::optional<CalendarDuration> other = b;
    if (node.op == Op::subtract) other = scale(b, -1);
    const std::optional<CalendarDuration> sum = other ? plus(a, *other) : std::nullopt;
    return sum ? constant_like(node, Value(*sum)) : overflow(cx, node);
}

NodePtr fold_arithmetic(Context& cx, NodePtr node) {
    const Node& left = *node->operands[0];
    const Node& right = *node->operands[1];
    if (node->op == Op::divide && is_constant(right) && is_zero(right.constant)) {
        cx.report(
            Diagnostic::error("J0210", "DIVIDING BY ZERO", node->span, "This divides by zero.")
                .and_after("No number comes out of that, for anybody.")
                .and_help("divide by something else, or leave this part out"));
        return broken_node(node->span);
    }
    if (!is_constant(left) || !is_constant(right)) return node;
    const auto* a = std::get_if<std::int64_t>(&left.constant.held);
    const auto* b = std::get_if<std::int64_t>(&right.constant.held);
    if (a != nullptr && b != nullptr && node->op != Op::divide) {
        return fold_integers(cx, *node, *a, *b);
    }
    if (is_number(left.type) && is_number(right.type)) {
        return fold_reals(cx, *node, real_of(left.constant), real_of(right.constant));
    }
    const auto* length = std::get_if<CalendarDuration>(&left.constant.held);
    const auto* other = std::get_if<CalendarDuration>(&right.constant.held);
    if (length != nullptr && other != nullptr) return fold_durations(cx, *node, *length, *other);
    if (node->op == Op::multiply &&
        ((length != nullptr && b != nullptr) || (other != nullptr && a != nullptr))) {
        const auto scaled = length != nullptr ? scale(*length, *b) : scale(*other, *a);
        return scaled ? constant_like(*node, Value(*scaled)) : overflow(cx, *node);
    }
    const auto* x = std::get_if<Money>(&left.constant.held);
    const auto* y = std::get_if<Money>(&right.constant.held);
    if (x != nullptr && y != nullptr && node->op != Op::divide) {
        Money sum{0, x->currency};
        const bool failed = node->op == Op::add
                                ? __builtin_add_overflow(x->minor, y->minor, &sum.minor)
                                : __builtin_sub_overflow(x->minor, y->minor, &sum.minor);
        return failed ? overflow(cx, *node) : constant_like(*node, Value(sum));
    }
    return node;
}

NodePtr fold_negate(Context& cx, NodePtr node) {
    const Node& of = *node->operands[0];
    if (!is_constant(of)) return node;
    if (const auto* whole = std::get_if<std::int64_t>(&of.constant.held)) {
        std::int64_t result = 0;
        if (__builtin_sub_overflow(std::int64_t{0}, *whole, &result)) return overflow(cx, *node);
        return constant_like(*node, Value(result));
    }
    if (const auto* real = std::get_if<double>(&of.constant.held)) {
        return constant_like(*node, Value(-*real));
    }
    if (const auto* length = std::get_if<CalendarDuration>(&of.constant.held)) {
        const auto negative = scale(*length, -1);
        return negative ? constant_like(*node, Value(*negative)) : overflow(cx, *node);
    }
    if (const auto* money = std::get_if<Money>(&of.constant.held)) {
        Money negative{0, money->currency};
        if (__builtin_sub_overflow(std::int64_t{0}, money->minor, &negative.minor)) {
            return overflow(cx, *node);
        }
        return constant_like(*node, Value(negative));
    }
    return node;
}

template <typename T>
bool ordered(Op op, const T& a, const T& b) {
    switch (op) {
        case Op::less:
            return a < b;
        case Op::less_equal:
            return !(b < a);
        case Op::greater:
            return b < a;
        case Op::greater_equal:
            return !(a < b);
        default:
            return false;
    }
}

NodePtr fold_compare(NodePtr node) {
    const Node& left = *node->operands[0];
    const Node& right = *node->operands[1];
    if (!is_constant(left) || !is_constant(right)) return node;
    if (node->op == Op::equal || node->op == Op::not_equal) {
        bool same = left.constant == right.constant;
        if (is_number(left.type) && is_number(right.type)) {
            same = real_of(left.constant) == real_of(right.constant);
        }
        return constant_like(*node, Value(same == (node->op == Op::equal)));
    }
    if (is_number(left.type) && is_number(right.type)) {
        return constant_like(
            *node, Value(ordered(node->op, real_of(left.constant), real_of(right.constant))));
    }
    const auto* a = std::get_if<Instant>(&left.constant.held);
    const auto* b = std::get_if<Instant>(&right.constant.held);
    if (a != nullptr && b != nullptr) return constant_like(*node, Value(ordered(node->op, *a, *b)));
    return node;
}

NodePtr fold_list(NodePtr node) {
    List list;
    for (const NodePtr& operand : node->operands) {
        if (!is_constant(*operand)) return node;
        list.push_back(operand->constant);
    }
    return constant_like(*node, Value(std::move(list)));
}

NodePtr fold_map(NodePtr node) {
    Record record;
    for (std::size_t i = 0; i + 1 < node->operands.size(); i += 2) {
        if (!is_constant(*node->operands[i + 1])) return node;
        put(record, std::get<std::string>(node->operands[i]->constant.held),
            node->operands[i + 1]->constant);
    }
    return constant_like(*node, Value(std::move(record)));
}

}  // namespace

NodePtr fold(Context& cx, NodePtr node) {
    if (node->broken) return node;
    switch (node->op) {
        case Op::logical_and:
        case Op::logical_or:
            return fold_logic(std::move(node));
        case Op::logical_not:
            if (const bool* value = as_bool(*node->operands[0])) {
                return constant_like(*node, Value(!*value));
            }
            if (node->operands[0]->op == Op::logical_not) {
                return std::move(node->operands[0]->operands[0]);
            }
            return node;
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
            return fold_arithmetic(cx, std::move(node));
        case Op::negate:
            return fold_negate(cx, std::move(node));
        case Op::equal:
        case Op::not_equal:
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal:
            return fold_compare(std::move(node));
        case Op::list:
            return fold_list(std::move(node));
        case Op::map:
            return fold_map(std::move(node));
        default:
            return node;
    }
}

}  // namespace journey::sema
