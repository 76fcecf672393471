#include "engine/expr/operators.h"

namespace journey::expr {
namespace {

using calendar::Zone;
using ir::Expr;
using ir::Index;
using ir::Op;

constexpr int kBudget = 10'000;
constexpr std::string_view kTime = "time";
const Value kMissing;

// A value that somebody else keeps (a constant, an attribute) or one made on the way. Comparing two
// attributes copies nothing.
class Held {
  public:
    Held(const Value& kept) : kept_(&kept) {}
    Held(Value&& made) : made_(std::move(made)) {}
    const Value& operator*() const { return kept_ != nullptr ? *kept_ : made_; }
    const Value* operator->() const { return &**this; }
    Value take() && { return kept_ != nullptr ? *kept_ : std::move(made_); }

  private:
    const Value* kept_ = nullptr;
    Value made_;
};

class Evaluator {
  public:
    Evaluator(const ir::Program& program, const Facts& facts, const Row* row)
        : program_(program), facts_(facts), row_(row) {}

    Held value(Index at);
    bool truth(Index at);

  private:
    Index operand(const Expr& expr, Index which) const {
        return program_.operands[expr.first + which];
    }
    Held arg(const Expr& expr, Index which) { return value(operand(expr, which)); }
    const Zone& zone() const { return facts_.workspace_zone(); }

    std::optional<bool> decide(const Expr& expr);
    Value make(const Expr& expr);
    Value select(const Expr& expr);
    Value apply(const Expr& expr);
    bool all(const Expr& expr);
    bool any(const Expr& expr);
    bool text_edge(const Expr& expr);
    bool between(const Expr& expr);
    bool compares(const Expr& expr);
    std::partial_ordering order(const Expr& expr);
    std::optional<Instant> event_behind_time_since(Index at);
    Held user(Index field);
    Value record_field(const Expr& expr);
    Value time_since(const Expr& expr);
    Value list(const Expr& expr);
    Value map(const Expr& expr);
    Value concat(const Expr& expr);
    Value dated(const Expr& expr);

    const ir::Program& program_;
    const Facts& facts_;
    const Row* row_;
    int left_ = kBudget;
};

// The instant of an event's record: its first field.
const Instant* time_of(const Value& value) {
    const auto* record = value.as<Record>();
    if (record == nullptr || record->empty() || record->front().name != kTime) return nullptr;
    return record->front().value.as<Instant>();
}

std::optional<Instant> moment_of(const Value& value) {
    if (const auto* at = value.as<Instant>()) return *at;
    if (const auto* at = time_of(value)) return *at;
    return std::nullopt;
}

Held Evaluator::value(Index at) {
    if (--left_ < 0) return kMissing;
    const Expr& expr = program_.exprs[at];
    switch (expr.op) {
        case Op::constant:
            return program_.constants[expr.a];
        case Op::user_field:
            return user(expr.a);
        case Op::trigger_field:
            return facts_.trigger(expr.a);
        case Op::row_field:
            return row_ != nullptr && expr.a < row_->count ? row_->fields[expr.a] : kMissing;
        case Op::local:
            return facts_.local(expr.a);
        case Op::fallback: {
            Held first = arg(expr, 0);
            return first->is_missing() ? arg(expr, 1) : first;
        }
        default:  // the rest: `decide` and `make`
            if (const auto decided = decide(expr)) return Value(*decided);
            return make(expr);
    }
}

// A path of its own for what is true or false: conditions make no Value.
bool Evaluator::truth(Index at) {
    const Expr& expr = program_.exprs[at];
    if (left_ > 0) {
        --left_;
        if (const auto decided = decide(expr)) return *decided;
        ++left_;
    }
    const Held held = value(at);
    const auto* yes = held->as<bool>();
    return yes != nullptr && *yes;
}

// None for operations that yield something else than true or false.
std::optional<bool> Evaluator::decide(const Expr& expr) {
    switch (expr.op) {
        case Op::logical_not:
            return !truth(operand(expr, 0));
        case Op::logical_and:
            return all(expr);
        case Op::logical_or:
            return any(expr);
        case Op::equal:
            return equal(*arg(expr, 0), *arg(expr, 1), zone());
        case Op::not_equal: {
            const Held a = arg(expr, 0);
            const Held b = arg(expr, 1);
            return !a->is_missing() && !b->is_missing() && !equal(*a, *b, zone());
        }
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal:
            return compares(expr);
        case Op::in: {
            const Held part = arg(expr, 0);
            const Held whole = arg(expr, 1);
            return whole->as<List>() != nullptr && contains(*whole, *part, zone());
        }
        case Op::contains:
            return contains(*arg(expr, 0), *arg(expr, 1), zone());
        case Op::starts_with:
        case Op::ends_with:
            return text_edge(expr);
        case Op::between:
            return between(expr);
        case Op::is_missing:
            return arg(expr, 0)->is_missing();
        case Op::is_present:
            return !arg(expr, 0)->is_missing();
        case Op::is_blank:
            return is_blank(*arg(expr, 0));
        case Op::member:
            return facts_.member(expr.a);
        case Op::tagged: {
            const Held tag = arg(expr, 0);
            const auto* name = tag->as<std::string>();
            return name != nullptr && facts_.tagged(*name);
        }
        case Op::consented:
            return facts_.consented(expr.a);
        case Op::reachable:
            return facts_.reachable(expr.a);
        default:  // the rest: `make`
            return std::nullopt;
    }
}

// What the facts know without operands, and the rest.
Value Evaluator::make(const Expr& expr) {
    switch (expr.op) {
        case Op::now:
            return facts_.now();
        case Op::entry_time:
            return facts_.entry_time();
        case Op::entry_id:
            return facts_.entry_id();
        case Op::trigger_time:
            return facts_.trigger_time();
        case Op::row_time:
            return row_ != nullptr ? Value(row_->time) : Value();
        case Op::aggregate:
            return facts_.aggregate(expr.a);
        case Op::record_field:
            return record_field(expr);
        case Op::record_time: {
            const Held record = arg(expr, 0);
            const Instant* at = time_of(*record);
            return at != nullptr ? Value(*at) : Value();
        }
        case Op::time_since:
            return time_since(expr);
        case Op::tags:
            return facts_.tags();
        case Op::select:
            return select(expr);
        case Op::list:
            return list(expr);
        case Op::map:
            return map(expr);
        case Op::concat:
            return concat(expr);
        case Op::year:
        case Op::month:
        case Op::day:
        case Op::weekday:
        case Op::hour:
        case Op::minute:
        case Op::date_of:
        case Op::days_between:
            return dated(expr);
        default:  // the rest: `apply`
            return apply(expr);
    }
}

// The first value whose condition holds.
Value Evaluator::select(const Expr& expr) {
    for (Index i = 0; i + 1 < expr.count; i += 2) {
        if (truth(operand(expr, i))) return *arg(expr, i + 1);
    }
    return *arg(expr, expr.count - 1);
}

// Plain functions of the operands.
Value Evaluator::apply(const Expr& expr) {
    const Held a = arg(expr, 0);
    switch (expr.op) {
        case Op::add:
            return add(*a, *arg(expr, 1), facts_.run_zone());
        case Op::subtract:
            return subtract(*a, *arg(expr, 1), facts_.run_zone());
        case Op::multiply:
            return multiply(*a, *arg(expr, 1));
        case Op::divide:
            return divide(*a, *arg(expr, 1), expr.type);
        case Op::negate:
            return negate(*a);
        case Op::size:
            return size_of(*a);
        case Op::lower:
            return lower(*a);
        case Op::upper:
            return upper(*a);
        case Op::trim:
            return trim(*a);
        case Op::abs:
            return absolute(*a);
        case Op::round:
        case Op::floor:
        case Op::ceil:
            return rounded(*a, expr.op, expr.type);
        case Op::element:
            return element_of(*a, *arg(expr, 1));
        default:  // none is left: tests/engine/expr asks every operation
            return {};
    }
}

bool Evaluator::all(const Expr& expr) {
    for (Index i = 0; i < expr.count; ++i) {
        if (!truth(operand(expr, i))) return false;
    }
    return true;
}

bool Evaluator::any(const Expr& expr) {
    for (Index i = 0; i < expr.count; ++i) {
        if (truth(operand(expr, i))) return true;
    }
    return false;
}

bool Evaluator::text_edge(const Expr& expr) {
    const Held whole = arg(expr, 0);
    const Held part = arg(expr, 1);
    const auto* text = whole->as<std::string>();
    const auto* edge = part->as<std::string>();
    if (text == nullptr || edge == nullptr) return false;
    return expr.op == Op::starts_with ? text->starts_with(*edge) : text->ends_with(*edge);
}

bool Evaluator::between(const Expr& expr) {
    const Held it = arg(expr, 0);
    const auto low = compare(*it, *arg(expr, 1), zone());
    const auto high = compare(*it, *arg(expr, 2), zone());
    return low >= 0 && high <= 0;
}

bool Evaluator::compares(const Expr& expr) {
    const std::partial_ordering which = order(expr);
    if (expr.op == Op::less) return which < 0;
    if (expr.op == Op::less_equal) return which <= 0;
    if (expr.op == Op::greater) return which > 0;
    return which >= 0;
}

// `time since X > 90 days` asks whether X lies before now - 90 days, on the calendar: comparing
// lengths would be an hour or a day off.
std::partial_ordering Evaluator::order(const Expr& expr) {
    for (Index i = 0; i < 2; ++i) {
        const auto at = event_behind_time_since(operand(expr, i));
        if (!at) continue;
        const Held length = arg(expr, 1 - i);
        const auto* duration = length->as<CalendarDuration>();
        if (duration == nullptr) return std::partial_ordering::unordered;
        const Instant edge = calendar::subtract(facts_.now(), *duration, facts_.run_zone());
        return i == 0 ? edge <=> *at : *at <=> edge;
    }
    return compare(*arg(expr, 0), *arg(expr, 1), zone());
}

std::optional<Instant> Evaluator::event_behind_time_since(Index at) {
    const Expr& expr = program_.exprs[at];
    if (expr.op != Op::time_since) return std::nullopt;
    return moment_of(*arg(expr, 0));
}

Held Evaluator::user(Index field) {
    const Value& held = facts_.user(field);
    const auto& fallback = program_.profile[field].fallback;
    return held.is_missing() && fallback ? *fallback : held;
}

Value Evaluator::record_field(const Expr& expr) {
    const Held whole = arg(expr, 0);
    const auto* record = whole->as<Record>();
    if (record == nullptr) return {};
    const ir::Field& field = program_.events[expr.b].fields[expr.a];
    // After the event's instant: a field may be called "time" too.
    for (std::size_t i = time_of(*whole) != nullptr ? 1 : 0; i < record->size(); ++i) {
        if ((*record)[i].name == field.name) return (*record)[i].value;
    }
    return field.fallback ? *field.fallback : Value();
}

Value Evaluator::time_since(const Expr& expr) {
    const auto at = moment_of(*arg(expr, 0));
    return at ? Value(exact_between(*at, facts_.now())) : Value();
}

Value Evaluator::list(const Expr& expr) {
    List out;
    out.reserve(expr.count);
    for (Index i = 0; i < expr.count; ++i)
        out.push_back(arg(expr, i).take());
    return out;
}

Value Evaluator::map(const Expr& expr) {
    Record out;
    for (Index i = 0; i + 1 < expr.count; i += 2) {
        const Held name = arg(expr, i);
        const auto* text = name->as<std::string>();
        if (text != nullptr) put(out, *text, arg(expr, i + 1).take());
    }
    return out;
}

Value Evaluator::concat(const Expr& expr) {
    std::string out;
    for (Index i = 0; i < expr.count; ++i) {
        if (!append_text(out, *arg(expr, i))) return {};
    }
    return out;
}

// Functions whose last operand may be a zone. Where that is missing, or is none that anybody knows,
// it counts as not said: the workspace's, as `local` does for people without a zone. The answer
// would else be missing, and everybody without a zone silently left out of "today".
Value Evaluator::dated(const Expr& expr) {
    const Index plain = expr.op == Op::days_between ? 2 : 1;
    const Zone* where = &zone();
    if (expr.count > plain) {
        const Held name = arg(expr, plain);
        const auto* text = name->as<std::string>();
        if (text != nullptr) where = calendar::find_zone(*text);
        if (where == nullptr) where = &zone();
    }
    if (expr.op == Op::days_between) return days_between(*arg(expr, 0), *arg(expr, 1), *where);
    if (expr.op == Op::date_of) return date_of(*arg(expr, 0), *where);
    return part_of(*arg(expr, 0), expr.op, *where);
}

}  // namespace

Value record_of(const ir::EventType& type, const Row& row) {
    Record record;
    record.push_back({std::string(kTime), row.time});
    for (std::size_t i = 0; i < type.fields.size() && i < row.count; ++i) {
        if (!row.fields[i].is_missing()) record.push_back({type.fields[i].name, row.fields[i]});
    }
    return record;
}

Value evaluate(const ir::Program& program, Index expr, const Facts& facts, const Row* row) {
    return Evaluator(program, facts, row).value(expr).take();
}

bool holds(const ir::Program& program, Index expr, const Facts& facts, const Row* row) {
    return Evaluator(program, facts, row).truth(expr);
}

}  // namespace journey::expr
