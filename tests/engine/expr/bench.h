#pragma once
// Where expressions are tried: a program to build them in, and facts to hold them against.

#include "engine/expr/expr.h"

namespace journey::expr::bench {

inline Instant at(std::string_view text) {
    return parse_instant(text).value();
}
inline Money cny(std::int64_t minor) {
    return {minor, {{'C', 'N', 'Y'}}};
}

/// Profile: 0 name, 1 tier (default "plus"), 2 visits, 3 missing. Event 0 order_paid: 0 order_id, 1
/// total, 2 time.
struct Bench final : Facts {
    std::string run = "Europe/Berlin";  // the zone of the run
    ir::Program program;
    std::vector<Value> users{Value("Ada"), Value(), Value(7), Value()};
    std::vector<Value> triggers{Value("o-1"), Value()};
    std::vector<Value> locals{Value("code"), Value()};
    std::vector<Value> aggregates;
    std::string id = "entry-1";
    mutable int asked = 0;

    Bench() {
        program.profile.resize(4);
        program.profile[1].fallback = Value("plus");
        program.segments.resize(1);
        program.events.push_back({"order_paid", {}, false, {}});
        program.events[0].fields.resize(3);
        program.events[0].fields[0].name = "order_id";
        program.events[0].fields[1].name = "total";
        program.events[0].fields[2].name = "time";
    }

    ir::Index op(ir::Op which, const std::vector<ir::Index>& operands = {}, ir::Index a = ir::kNone,
                 ir::TypeKind type = ir::TypeKind::missing) {
        ir::Expr expr;
        expr.op = which;
        expr.type = type;
        expr.a = a;
        expr.b = 0;
        expr.first = static_cast<ir::Index>(program.operands.size());
        expr.count = static_cast<ir::Index>(operands.size());
        program.operands.insert(program.operands.end(), operands.begin(), operands.end());
        program.exprs.push_back(expr);
        return static_cast<ir::Index>(program.exprs.size() - 1);
    }
    ir::Index value(Value it) {
        program.constants.push_back(std::move(it));
        return op(ir::Op::constant, {}, static_cast<ir::Index>(program.constants.size() - 1));
    }
    /// `which` over constants.
    Value of(ir::Op which, const std::vector<Value>& operands,
             ir::TypeKind type = ir::TypeKind::missing) {
        std::vector<ir::Index> indices;
        for (const Value& operand : operands)
            indices.push_back(value(operand));
        return evaluate(program, op(which, indices, ir::kNone, type), *this);
    }

    const Value& user(ir::Index field) const override { return users[field]; }
    const Value& trigger(ir::Index name) const override { return triggers[name]; }
    const Value& local(ir::Index slot) const override { return locals[slot]; }
    Instant now() const override { return at("2026-03-29T10:00:00Z"); }
    Instant entry_time() const override { return at("2026-03-01T00:00:00Z"); }
    Instant trigger_time() const override { return at("2026-02-28T23:59:00Z"); }
    const std::string& entry_id() const override { return id; }
    const calendar::Zone& run_zone() const override { return *calendar::find_zone(run); }
    const calendar::Zone& workspace_zone() const override {
        return *calendar::find_zone("Europe/Berlin");
    }
    bool member(ir::Index segment) const override {
        return holds(program, program.segments[segment].expr, *this);
    }
    bool tagged(std::string_view tag) const override { return tag == "vip"; }
    Value tags() const override { return Value(List{Value("vip")}); }
    bool consented(ir::Index consent) const override { return consent == 0; }
    bool reachable(ir::Index channel) const override { return channel == 0; }
    Value aggregate(ir::Index which) const override {
        ++asked;
        return aggregates[which];
    }
};

}  // namespace journey::expr::bench
