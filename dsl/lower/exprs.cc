#include "dsl/lower/exprs.h"

#include <limits>

namespace journey::lower {

using ir::Index;
using ir::kNone;
using ir::Op;

namespace {

/// How far `count(…) OP k` has to be counted; 0: exactly.
std::uint32_t stop_of(Op op, std::int64_t k) {
    if (k < 0 || k >= std::numeric_limits<std::int32_t>::max()) return 0;
    switch (op) {
        case Op::greater_equal:
        case Op::less:
            return static_cast<std::uint32_t>(std::max<std::int64_t>(k, 1));
        case Op::greater:
        case Op::less_equal:
        case Op::equal:
        case Op::not_equal:
            return static_cast<std::uint32_t>(k + 1);
        default:
            return 0;
    }
}

Op mirrored(Op op) {
    switch (op) {
        case Op::greater:
            return Op::less;
        case Op::greater_equal:
            return Op::less_equal;
        case Op::less:
            return Op::greater;
        case Op::less_equal:
            return Op::greater_equal;
        default:
            return op;
    }
}

bool counts(const sema::Node& node) {
    return node.op == Op::aggregate && (node.aggregate->fn == ir::AggregateFn::count ||
                                        node.aggregate->fn == ir::AggregateFn::count_distinct);
}

const std::int64_t* whole(const sema::Node& node) {
    return node.op == Op::constant ? std::get_if<std::int64_t>(&node.constant.held) : nullptr;
}

}  // namespace

Index ExprTable::constant(const Value& value) {
    ByteWriter key;
    key.value(value);
    const auto [at, fresh] =
        constants_.try_emplace(key.take(), static_cast<Index>(program_.constants.size()));
    if (fresh) program_.constants.push_back(value);
    return at->second;
}

Index ExprTable::intern(ir::Expr expr, const std::vector<Index>& operands) {
    ByteWriter key;
    key.u8(static_cast<std::uint8_t>(expr.op));
    key.u8(static_cast<std::uint8_t>(expr.type));
    key.boolean(expr.may_be_missing);
    key.u32(expr.a);
    key.u32(expr.b);
    for (const Index operand : operands)
        key.u32(operand);
    const auto [at, fresh] =
        exprs_.try_emplace(key.take(), static_cast<Index>(program_.exprs.size()));
    if (!fresh) return at->second;
    expr.first = static_cast<Index>(program_.operands.size());
    expr.count = static_cast<Index>(operands.size());
    program_.operands.insert(program_.operands.end(), operands.begin(), operands.end());
    program_.exprs.push_back(expr);
    return at->second;
}

Index ExprTable::add(const sema::Node* node) {
    if (node == nullptr) return kNone;
    ir::Expr expr;
    expr.op = node->op;
    expr.type = node->type.kind;
    expr.may_be_missing = node->may_be_missing;
    expr.a = node->a;
    expr.b = node->b;
    if (node->op == Op::constant) expr.a = constant(node->constant);
    if (node->op == Op::trigger_field) {
        const auto at = std::find(trigger_fields_->begin(), trigger_fields_->end(), node->name);
        expr.a = static_cast<Index>(at - trigger_fields_->begin());
        if (at == trigger_fields_->end()) trigger_fields_->push_back(node->name);
    }
    if (node->op == Op::select) {
        std::vector<std::string>& names = program_.band_names;
        const auto at = std::find(names.begin(), names.end(), node->name);
        expr.a = static_cast<Index>(at - names.begin());
        if (at == names.end()) names.push_back(node->name);
    }
    if (node->op == Op::aggregate) {
        const bool did = node->aggregate->fn == ir::AggregateFn::did;
        expr.a = add_aggregate(*node->aggregate, did ? 1 : 0);
    }
    std::vector<Index> operands;
    if (node->operands.size() == 2 && counts(*node->operands[0]) && whole(*node->operands[1])) {
        const std::uint32_t stop = stop_of(node->op, *whole(*node->operands[1]));
        operands = {add_bounded(*node->operands[0], stop), add(node->operands[1])};
    } else if (node->operands.size() == 2 && counts(*node->operands[1]) &&
               whole(*node->operands[0])) {
        const std::uint32_t stop = stop_of(mirrored(node->op), *whole(*node->operands[0]));
        operands = {add(node->operands[0]), add_bounded(*node->operands[1], stop)};
    } else {
        for (const sema::NodePtr& operand : node->operands)
            operands.push_back(add(operand));
    }
    return intern(expr, operands);
}

Index ExprTable::add_bounded(const sema::Node& node, std::uint32_t stop_at) {
    ir::Expr expr;
    expr.op = Op::aggregate;
    expr.type = node.type.kind;
    expr.may_be_missing = node.may_be_missing;
    expr.a = add_aggregate(*node.aggregate, stop_at);
    return intern(expr, {});
}

Index ExprTable::add_aggregate(const sema::AggregateNode& aggregate, std::uint32_t stop_at) {
    ir::Aggregate made;
    made.fn = aggregate.fn;
    made.event = aggregate.event;
    made.field = aggregate.field;
    made.filter = add(aggregate.filter);
    made.window.kind = aggregate.window.kind;
    made.window.within = aggregate.window.within;
    made.window.since = add(aggregate.window.since);
    made.window.until = add(aggregate.window.until);
    made.stop_at = stop_at;
    made.limit = aggregate.limit;
    ByteWriter key;
    key.u8(static_cast<std::uint8_t>(made.fn));
    key.u32(made.event);
    key.u32(made.field);
    key.u32(made.filter);
    key.u8(static_cast<std::uint8_t>(made.window.kind));
    key.svarint(made.window.within.months);
    key.svarint(made.window.within.days);
    key.svarint(made.window.within.seconds);
    key.u32(made.window.since);
    key.u32(made.window.until);
    key.u32(made.stop_at);
    key.u32(made.limit);
    const auto [at, fresh] =
        aggregates_.try_emplace(key.take(), static_cast<Index>(program_.aggregates.size()));
    if (fresh) program_.aggregates.push_back(made);
    return at->second;
}

}  // namespace journey::lower
