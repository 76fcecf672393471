#include "engine/ir/verify.h"

#include <limits>

namespace journey::ir {
namespace {

constexpr std::uint32_t kAny = std::numeric_limits<std::uint32_t>::max();

struct Shape {
    std::uint32_t least = 0;
    std::uint32_t most = 0;
    bool pairs = false;
};

// How many operands each operation takes.
Shape shape_of(Op op) {
    switch (op) {
        case Op::constant:
        case Op::user_field:
        case Op::trigger_field:
        case Op::row_field:
        case Op::local:
        case Op::now:
        case Op::entry_time:
        case Op::entry_id:
        case Op::trigger_time:
        case Op::row_time:
        case Op::member:
        case Op::consented:
        case Op::reachable:
        case Op::aggregate:
        case Op::tags:
            return {0, 0};
        case Op::logical_not:
        case Op::is_missing:
        case Op::is_present:
        case Op::is_blank:
        case Op::negate:
        case Op::tagged:
        case Op::record_field:
        case Op::record_time:
        case Op::time_since:
        case Op::size:
        case Op::lower:
        case Op::upper:
        case Op::trim:
        case Op::abs:
        case Op::round:
        case Op::floor:
        case Op::ceil:
            return {1, 1};
        case Op::equal:
        case Op::not_equal:
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal:
        case Op::in:
        case Op::contains:
        case Op::starts_with:
        case Op::ends_with:
        case Op::fallback:
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
        case Op::element:
            return {2, 2};
        case Op::between:
            return {3, 3};
        case Op::logical_and:
        case Op::logical_or:
            return {2, kAny};
        case Op::list:
            return {0, kListMax};
        case Op::map:
            return {0, 2 * kListMax, true};
        case Op::concat:
            return {1, kAny};
        case Op::select:
            return {3, kAny};
        case Op::year:
        case Op::month:
        case Op::day:
        case Op::weekday:
        case Op::hour:
        case Op::minute:
        case Op::date_of:
            return {1, 2};
        case Op::days_between:
            return {2, 3};
    }
    return {1, 0};
}

bool takes_field(AggregateFn fn) {
    switch (fn) {
        case AggregateFn::sum:
        case AggregateFn::avg:
        case AggregateFn::min:
        case AggregateFn::max:
        case AggregateFn::distinct:
        case AggregateFn::count_distinct:
            return true;
        case AggregateFn::did:
        case AggregateFn::count:
        case AggregateFn::first:
        case AggregateFn::last:
        case AggregateFn::list:
            return false;
    }
    return false;
}

std::string place_of(std::string_view kind, Index at) {
    return std::string(kind) + " " + std::to_string(at);
}

}  // namespace

ExprVerifier::ExprVerifier(const Program& program, Complaint& complaint)
    : program_(program), complaint_(complaint), needs_(program.exprs.size()) {}

void ExprVerifier::verify_all() {
    for (Index i = 0; i < program_.exprs.size() && !complaint_.any(); ++i) {
        complaint_.set_place(place_of("expression", i));
        verify_shape(i);
    }
    for (Index i = 0; i < program_.aggregates.size() && !complaint_.any(); ++i) {
        complaint_.set_place(place_of("aggregate", i));
        verify_aggregate(program_.aggregates[i]);
    }
    for (Index i = 0; i < program_.segments.size() && !complaint_.any(); ++i) {
        complaint_.set_place("segment `" + program_.segments[i].name + "`");
        complaint_.expect(program_.segments[i].expr < program_.exprs.size(),
                          "its expression does not exist");
    }
    // Now every index can be followed.
    for (Index i = 0; i < program_.exprs.size() && !complaint_.any(); ++i) {
        complaint_.set_place(place_of("expression", i));
        needs_of(i, 1);
    }
    for (Index i = 0; i < program_.aggregates.size() && !complaint_.any(); ++i) {
        const Aggregate& aggregate = program_.aggregates[i];
        if (aggregate.filter == kNone) continue;
        complaint_.set_place(place_of("aggregate", i));
        complaint_.expect(row_fits(needs_[aggregate.filter], aggregate.event),
                          "its filter reads a field that the event does not have");
    }
    for (Index i = 0; i < program_.segments.size() && !complaint_.any(); ++i) {
        complaint_.set_place("segment `" + program_.segments[i].name + "`");
        check(program_.segments[i].expr, {}, "its expression");
    }
}

void ExprVerifier::verify_shape(Index at) {
    const Expr& expr = program_.exprs[at];
    const Shape shape = shape_of(expr.op);
    complaint_.expect(expr.count >= shape.least && expr.count <= shape.most,
                      "it has the wrong number of operands");
    complaint_.expect(expr.op != Op::select || expr.count % 2 == 1,
                      "a choice wants conditions and values in pairs, and one value otherwise");
    complaint_.expect(!shape.pairs || expr.count % 2 == 0, "a map wants names and values in pairs");
    const std::size_t size = program_.operands.size();
    if (!complaint_.expect(expr.first <= size && expr.count <= size - expr.first,
                           "its operands lie outside of the operand table")) {
        return;
    }
    for (Index i = 0; i < expr.count; ++i) {
        complaint_.expect(program_.operands[expr.first + i] < program_.exprs.size(),
                          "one of its operands does not exist");
    }
    if (!complaint_.any()) verify_named(expr);
}

// What `a` and `b` point to. Trigger fields, row fields and locals depend on the scope: see
// `check`.
void ExprVerifier::verify_named(const Expr& expr) {
    const auto exists = [&](const auto& things, std::string_view what) {
        complaint_.expect(expr.a < things.size(), what);
    };
    if (expr.op == Op::constant) exists(program_.constants, "its constant does not exist");
    if (expr.op == Op::user_field) exists(program_.profile, "its profile field does not exist");
    if (expr.op == Op::member) exists(program_.segments, "its segment does not exist");
    if (expr.op == Op::consented) exists(program_.consents, "its consent does not exist");
    if (expr.op == Op::reachable) exists(program_.channels, "its channel does not exist");
    if (expr.op == Op::aggregate) exists(program_.aggregates, "its aggregate does not exist");
    if (expr.op == Op::record_field) {
        if (complaint_.expect(expr.b < program_.events.size(), "its event does not exist")) {
            exists(program_.events[expr.b].fields, "its event has no such field");
        }
    }
    if (expr.op == Op::select && expr.a != kNone)
        exists(program_.band_names, "its band has no name");
    const bool scoped =
        expr.op == Op::trigger_field || expr.op == Op::row_field || expr.op == Op::local;
    complaint_.expect(!scoped || expr.a != kNone, "it reads a name that does not exist");
    if (expr.op == Op::map) {
        for (Index i = 0; i < expr.count; i += 2) {
            const Expr& name = program_.exprs[program_.operands[expr.first + i]];
            complaint_.expect(name.op == Op::constant && name.a < program_.constants.size() &&
                                  program_.constants[name.a].as<std::string>() != nullptr,
                              "the names of a map are constant texts");
        }
    }
}

void ExprVerifier::verify_aggregate(const Aggregate& it) {
    if (!complaint_.expect(it.event < program_.events.size(), "its event does not exist")) return;
    const std::size_t fields = program_.events[it.event].fields.size();
    complaint_.expect(it.field == kNone || it.field < fields, "its event has no such field");
    complaint_.expect(!takes_field(it.fn) || it.field != kNone, "it needs a field of the event");
    complaint_.expect(it.fn != AggregateFn::list || (it.limit >= 1 && it.limit <= kListMax),
                      "a list has a limit from 1 to 100");
    const auto exists = [&](Index expr) { return expr < program_.exprs.size(); };
    complaint_.expect(it.filter == kNone || exists(it.filter), "its filter does not exist");
    const Window& window = it.window;
    const bool one = window.kind == WindowKind::since || window.kind == WindowKind::before;
    const bool two = window.kind == WindowKind::between;
    complaint_.expect(one || two ? exists(window.since) : window.since == kNone,
                      "its window's first bound is wrong");
    complaint_.expect(two ? exists(window.until) : window.until == kNone,
                      "its window's second bound is wrong");
    const CalendarDuration& within = window.within;
    complaint_.expect(within.months >= 0 && within.days >= 0 && within.seconds >= 0,
                      "its window is of negative length");
}

void ExprVerifier::add(Needs& sum, Index child, std::uint32_t depth, bool same_row) {
    const Needs needs = needs_of(child, depth + 1);
    sum.depth = std::max(sum.depth, needs.depth + 1);
    sum.trigger_fields = std::max(sum.trigger_fields, needs.trigger_fields);
    sum.locals = std::max(sum.locals, needs.locals);
    sum.entry = sum.entry || needs.entry;
    if (same_row) {
        sum.cost = std::min(kCostMax + 1, sum.cost + needs.cost);
        sum.row_fields = std::max(sum.row_fields, needs.row_fields);
        sum.row = sum.row || needs.row;
    }
}

// Visits each node once. The walk is as deep as the trees are, so it stops itself at the limit.
const ExprVerifier::Needs& ExprVerifier::needs_of(Index at, std::uint32_t depth) {
    Needs& needs = needs_[at];
    if (needs.mark == Needs::Mark::done || complaint_.any()) return needs;
    const bool closed = needs.mark == Needs::Mark::unseen;
    if (!complaint_.expect(closed, "it leads back to itself") ||
        !complaint_.expect(depth <= kDepthMax, "expressions are nested more than 64 deep")) {
        return needs;
    }
    needs.mark = Needs::Mark::open;
    const Expr& expr = program_.exprs[at];
    Needs sum;
    sum.depth = 1;
    sum.cost = 1;
    if (expr.op == Op::row_field) sum.row_fields = expr.a + 1;
    if (expr.op == Op::trigger_field) sum.trigger_fields = expr.a + 1;
    if (expr.op == Op::local) sum.locals = expr.a + 1;
    sum.row = expr.op == Op::row_field || expr.op == Op::row_time;
    sum.entry = expr.op == Op::trigger_field || expr.op == Op::local || expr.op == Op::entry_time ||
                expr.op == Op::entry_id || expr.op == Op::trigger_time;
    for (Index i = 0; i < expr.count; ++i) {
        add(sum, program_.operands[expr.first + i], depth, true);
    }
    if (expr.op == Op::member) add(sum, program_.segments[expr.a].expr, depth, true);
    if (expr.op == Op::aggregate) {
        const Aggregate& aggregate = program_.aggregates[expr.a];
        // A filter is asked once an event, with a row and a budget of its own.
        if (aggregate.filter != kNone) add(sum, aggregate.filter, depth, false);
        for (const Index bound : {aggregate.window.since, aggregate.window.until}) {
            if (bound == kNone) continue;
            add(sum, bound, depth, false);
            complaint_.expect(!needs_[bound].row, "a window's bound reads the event it bounds");
        }
    }
    complaint_.expect(sum.depth <= kDepthMax, "expressions are nested more than 64 deep");
    complaint_.expect(sum.cost <= kCostMax, "it takes more than 10,000 steps to evaluate");
    sum.mark = Needs::Mark::done;
    needs = sum;
    return needs;
}

bool ExprVerifier::row_fits(const Needs& needs, Index event) const {
    return needs.row_fields <= program_.events[event].fields.size();
}

void ExprVerifier::check(Index expr, const Scope& scope, std::string_view what) {
    const std::string name(what);
    if (complaint_.any()) return;
    if (!complaint_.expect(expr < program_.exprs.size(), name + " does not exist")) return;
    const Needs& needs = needs_[expr];
    complaint_.expect(!needs.row || scope.row_event != kNone,
                      name + " reads an event, and none is there");
    complaint_.expect(scope.row_event == kNone || row_fits(needs, scope.row_event),
                      name + " reads a field that the event does not have");
    complaint_.expect(!needs.entry || scope.entry,
                      name + " asks about an entry, and none is there");
    if (scope.journey != nullptr) {
        complaint_.expect(needs.trigger_fields <= scope.journey->trigger_fields.size(),
                          name + " reads a trigger field that the journey does not list");
        complaint_.expect(needs.locals <= scope.journey->locals.size(),
                          name + " reads a local that the journey does not have");
    }
}

void ExprVerifier::check_optional(Index expr, const Scope& scope, std::string_view what) {
    if (expr != kNone) check(expr, scope, what);
}

}  // namespace journey::ir
