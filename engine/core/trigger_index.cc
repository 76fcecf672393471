#include "engine/core/trigger_index.h"

#include <algorithm>
#include <cmath>

namespace journey::core {
namespace {

// Whole numbers up to here are real ones too, so that comparing as real ones is exact.
constexpr double kExact = 9007199254740992.0;  // 2^53
constexpr std::size_t kProbesMost = 64;        // of `in`

// Only types whose equality is the equality of their bytes. Collisions are harmless: the filter
// itself is asked too.
std::optional<std::uint64_t> probe_of(const Value& value) {
    if (const auto* text = value.as<std::string>()) return hash64(*text, 1);
    if (const auto* flag = value.as<bool>()) return *flag ? 3 : 2;
    return std::nullopt;
}

std::optional<double> exact_number(const Value& value) {
    if (const auto* real = value.as<double>()) return *real;
    const auto* whole = value.as<std::int64_t>();
    if (whole == nullptr) return std::nullopt;
    const auto number = static_cast<double>(*whole);
    if (std::abs(number) > kExact) return std::nullopt;
    return number;
}

struct Access {
    ir::Index field = ir::kNone;
    std::vector<std::uint64_t> probes;
};

// The values of a constant list; nothing when some cannot be probed.
std::optional<std::vector<std::uint64_t>> probes_of(const ir::Program& program,
                                                    const ir::Expr& expr) {
    std::vector<std::uint64_t> probes;
    const auto add = [&](const Value& value) {
        const auto probe = probe_of(value);
        if (probe) probes.push_back(*probe);
        return probe.has_value();
    };
    if (expr.op == ir::Op::constant) {
        const auto* list = program.constants[expr.a].as<List>();
        if (list == nullptr || !std::all_of(list->begin(), list->end(), add)) return std::nullopt;
    } else if (expr.op == ir::Op::list) {
        for (ir::Index i = 0; i < expr.count; ++i) {
            const ir::Expr& element = program.exprs[program.operands[expr.first + i]];
            if (element.op != ir::Op::constant || !add(program.constants[element.a]))
                return std::nullopt;
        }
    } else {
        return std::nullopt;
    }
    std::sort(probes.begin(), probes.end());
    probes.erase(std::unique(probes.begin(), probes.end()), probes.end());
    return probes;
}

std::optional<Access> equality(const ir::Program& program, const ir::Expr& expr) {
    if ((expr.op != ir::Op::equal && expr.op != ir::Op::in) || expr.count != 2) return std::nullopt;
    const ir::Expr* row = &program.exprs[program.operands[expr.first]];
    const ir::Expr* constant = &program.exprs[program.operands[expr.first + 1]];
    if (expr.op == ir::Op::in) {
        auto probes = probes_of(program, *constant);
        if (row->op != ir::Op::row_field || !probes || probes->size() > kProbesMost)
            return std::nullopt;
        return Access{row->a, std::move(*probes)};
    }
    if (row->op != ir::Op::row_field) std::swap(row, constant);
    if (row->op != ir::Op::row_field || constant->op != ir::Op::constant) return std::nullopt;
    const auto probe = probe_of(program.constants[constant->a]);
    if (!probe) return std::nullopt;
    return Access{row->a, {*probe}};
}

// Of several the one with the fewest values.
std::optional<Access> access_of(const ir::Program& program, ir::Index filter) {
    if (filter == ir::kNone) return std::nullopt;
    const ir::Expr& expr = program.exprs[filter];
    if (expr.op != ir::Op::logical_and) return equality(program, expr);
    std::optional<Access> best;
    for (ir::Index i = 0; i < expr.count; ++i) {
        auto found = access_of(program, program.operands[expr.first + i]);
        if (found && (!best || found->probes.size() < best->probes.size())) best = std::move(found);
    }
    return best;
}

ir::Op mirrored(ir::Op op) {
    switch (op) {
        case ir::Op::less:
            return ir::Op::greater;
        case ir::Op::less_equal:
            return ir::Op::greater_equal;
        case ir::Op::greater:
            return ir::Op::less;
        case ir::Op::greater_equal:
            return ir::Op::less_equal;
        default:  // is its own mirror
            return op;
    }
}

}  // namespace

void TriggerIndex::Range::demand(ir::Op op, double number) {
    const bool is_least =
        op == ir::Op::greater || op == ir::Op::greater_equal || op == ir::Op::equal;
    const bool is_most = op == ir::Op::less || op == ir::Op::less_equal || op == ir::Op::equal;
    if (is_least && number >= least) {
        above = op == ir::Op::greater || (above && number == least);
        least = number;
    }
    if (is_most && number <= most) {
        below = op == ir::Op::less || (below && number == most);
        most = number;
    }
}

// Comparing with a missing value is false, whatever is compared (LANGUAGE 2.11).
bool TriggerIndex::Range::refuses(const std::vector<Value>& row) const {
    if (field >= row.size()) return false;
    const Value& value = row[field];
    if (value.is_missing()) return true;
    const auto number = exact_number(value);
    if (!number) return false;
    return *number < least || *number > most || (above && *number == least) ||
           (below && *number == most);
}

// The first number that the filter's conjuncts compare with constants.
void TriggerIndex::find_range(const ir::Program& program, ir::Index filter, Range& range) {
    if (filter == ir::kNone) return;
    const ir::Expr& expr = program.exprs[filter];
    const auto operand = [&](ir::Index i) -> const ir::Expr& {
        return program.exprs[program.operands[expr.first + i]];
    };
    const auto demand = [&](ir::Op op, const ir::Expr& row, const ir::Expr& constant) {
        if (row.op != ir::Op::row_field || constant.op != ir::Op::constant) return;
        if (range.field != ir::kNone && range.field != row.a) return;
        const auto number = exact_number(program.constants[constant.a]);
        if (!number) return;
        range.field = row.a;
        range.demand(op, *number);
    };
    switch (expr.op) {
        case ir::Op::logical_and:
            for (ir::Index i = 0; i < expr.count; ++i)
                find_range(program, program.operands[expr.first + i], range);
            return;
        case ir::Op::less:
        case ir::Op::less_equal:
        case ir::Op::greater:
        case ir::Op::greater_equal:
        case ir::Op::equal:
            demand(expr.op, operand(0), operand(1));
            demand(mirrored(expr.op), operand(1), operand(0));
            return;
        case ir::Op::between:
            demand(ir::Op::greater_equal, operand(0), operand(1));
            demand(ir::Op::less_equal, operand(0), operand(2));
            return;
        default:  // demands no number
            return;
    }
}

void TriggerIndex::add(const ir::Program& program, Ref ref, const ir::Pattern& pattern) {
    Candidate candidate{{}, ref};
    find_range(program, pattern.filter, candidate.range);
    const auto access = access_of(program, pattern.filter);
    if (!access) {
        always_.push_back(candidate);
        return;
    }
    auto found = std::find_if(by_field_.begin(), by_field_.end(),
                              [&](const ByField& one) { return one.field == access->field; });
    if (found == by_field_.end())
        found = by_field_.insert(by_field_.end(), ByField{access->field, {}});
    for (const std::uint64_t probe : access->probes)
        found->by_value[probe].push_back(candidate);
}

void TriggerIndex::take(const std::vector<Candidate>& from, const std::vector<Value>& row,
                        std::vector<Ref>& out) {
    for (const Candidate& one : from) {
        if (!one.range.refuses(row)) out.push_back(one.ref);
    }
}

void TriggerIndex::candidates(const std::vector<Value>& row, std::vector<Ref>& out) const {
    out.clear();
    take(always_, row, out);
    bool mixed = false;
    for (const ByField& one : by_field_) {
        if (one.field >= row.size()) continue;
        const auto probe = probe_of(row[one.field]);
        if (!probe) continue;
        const auto found = one.by_value.find(*probe);
        if (found == one.by_value.end()) continue;
        mixed = mixed || !out.empty();
        take(found->second, row, out);
    }
    if (mixed) {
        std::sort(out.begin(), out.end(),
                  [](const Ref& a, const Ref& b) { return a.order < b.order; });
    }
}

}  // namespace journey::core
