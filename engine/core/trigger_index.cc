#include "engine/core/trigger_index.h"

namespace journey::core {
namespace {

// Only types whose equality is the equality of their bytes. Collisions are harmless: the filter
// itself is asked too.
std::optional<std::uint64_t> probe_of(const Value& value) {
    if (const auto* text = value.as<std::string>()) return hash64(*text, 1);
    if (const auto* flag = value.as<bool>()) return *flag ? 3 : 2;
    return std::nullopt;
}

struct Access {
    ir::Index field;
    std::uint64_t probe;
};

std::optional<Access> equality(const ir::Program& program, const ir::Expr& expr) {
    if (expr.op != ir::Op::equal || expr.count != 2) return std::nullopt;
    const ir::Expr* row = &program.exprs[program.operands[expr.first]];
    const ir::Expr* constant = &program.exprs[program.operands[expr.first + 1]];
    if (row->op != ir::Op::row_field) std::swap(row, constant);
    if (row->op != ir::Op::row_field || constant->op != ir::Op::constant) return std::nullopt;
    const auto probe = probe_of(program.constants[constant->a]);
    if (!probe) return std::nullopt;
    return Access{row->a, *probe};
}

std::optional<Access> access_of(const ir::Program& program, ir::Index filter) {
    if (filter == ir::kNone) return std::nullopt;
    const ir::Expr& expr = program.exprs[filter];
    if (expr.op != ir::Op::logical_and) return equality(program, expr);
    for (ir::Index i = 0; i < expr.count; ++i) {
        if (auto found = access_of(program, program.operands[expr.first + i])) return found;
    }
    return std::nullopt;
}

}  // namespace

void TriggerIndex::add(const ir::Program& program, Ref ref, const ir::Pattern& pattern) {
    const auto access = access_of(program, pattern.filter);
    if (!access) {
        always_.push_back(ref);
        return;
    }
    auto found = std::find_if(by_field_.begin(), by_field_.end(),
                              [&](const ByField& one) { return one.field == access->field; });
    if (found == by_field_.end())
        found = by_field_.insert(by_field_.end(), ByField{access->field, {}});
    found->by_value[access->probe].push_back(ref);
}

void TriggerIndex::candidates(const std::vector<Value>& row, std::vector<Ref>& out) const {
    out.assign(always_.begin(), always_.end());
    bool mixed = false;
    for (const ByField& one : by_field_) {
        if (one.field >= row.size()) continue;
        const auto probe = probe_of(row[one.field]);
        if (!probe) continue;
        const auto found = one.by_value.find(*probe);
        if (found == one.by_value.end()) continue;
        mixed = mixed || !out.empty();
        out.insert(out.end(), found->second.begin(), found->second.end());
    }
    if (mixed) {
        std::sort(out.begin(), out.end(),
                  [](const Ref& a, const Ref& b) { return a.order < b.order; });
    }
}

}  // namespace journey::core
