//   counter = 0   →   counter < times [and not until] ?   —yes→  steps, counter + 1, back to `?`
//                                                         —no→   on
#include "engine/explain/rounds.h"

#include "engine/explain/explain.h"

namespace journey::explain {
namespace {

using ir::Expr;
using ir::Index;
using ir::kNone;
using ir::Op;

Index operand(const ir::Program& program, const Expr& expr, Index i) {
    return program.operands[expr.first + i];
}

/// The counter that `expr` sees to be below a number, else kNone.
Index counter_below(const ir::Program& program, const ir::Journey& journey, const Expr& expr) {
    if (expr.op != Op::less) return kNone;
    const Expr& left = program.exprs[operand(program, expr, 0)];
    if (left.op != Op::fallback) return kNone;
    const Expr& local = program.exprs[operand(program, left, 0)];
    return local.op == Op::local && is_counter(journey, local.a) ? local.a : kNone;
}

}  // namespace

std::optional<Rounds> rounds_of(const ir::Program& program, const ir::Journey& journey,
                                const ir::State& state) {
    const auto* test = std::get_if<ir::Test>(&state.act);
    if (test == nullptr) return std::nullopt;
    const Expr* asked = &program.exprs[test->condition];
    Rounds out;
    if (asked->op == Op::logical_and && asked->count == 2) {
        const Expr& rest = program.exprs[operand(program, *asked, 1)];
        if (rest.op != Op::logical_not) return std::nullopt;
        out.until = operand(program, rest, 0);
        asked = &program.exprs[operand(program, *asked, 0)];
    }
    out.counter = counter_below(program, journey, *asked);
    if (out.counter == kNone) return std::nullopt;
    out.times = operand(program, *asked, 1);
    return out;
}

Index rounds_from(const ir::Program& program, const ir::Journey& journey, const ir::State& state) {
    const auto* set = std::get_if<ir::SetLocal>(&state.act);
    if (set == nullptr || !is_counter(journey, set->local) ||
        program.exprs[set->value].op != Op::constant)
        return kNone;
    return rounds_of(program, journey, journey.states[set->next]) ? set->next : kNone;
}

bool ends_round(const ir::Program& program, const ir::Journey& journey, const ir::State& state) {
    const auto* set = std::get_if<ir::SetLocal>(&state.act);
    return set != nullptr && is_counter(journey, set->local) &&
           program.exprs[set->value].op != Op::constant;
}

}  // namespace journey::explain
