// Every part of an expression has a Course: its value stays what it is until `steady_until`, or it
// moves all the time, in one direction (`now`, the time since something, what is added to them).
// What joins a moving part to steady ones:
//   a comparison         the moment it turns, found by halving: a moving part crosses once
//   a day, an hour …     the moment the next one begins, found in the same way
//   anything else        looked at again every minute
// An `and` that does not hold cannot turn before the last of its false parts does; an `or` that
// holds not before the last of its true parts.
#include "engine/core/flips.h"

#include <set>
#include <utility>

namespace journey::core {
namespace {

constexpr Micros kLookAgain = std::chrono::minutes(1);
constexpr Micros kLifetime = std::chrono::hours(24 * 366 * 100);
// Segments that name others twice grow as powers of two.
constexpr int kPartsMost = 2000;
constexpr int kEventsMost = 10'000;

bool reads_clock(const ir::Program& program, ir::Index root, std::set<ir::Index>& seen) {
    if (root == ir::kNone || !seen.insert(root).second) return false;
    const ir::Expr& expr = program.exprs[root];
    if (expr.op == ir::Op::now || expr.op == ir::Op::time_since) return true;
    if (expr.op == ir::Op::member && reads_clock(program, program.segments[expr.a].expr, seen)) {
        return true;
    }
    if (expr.op == ir::Op::aggregate) {
        const ir::Aggregate& asked = program.aggregates[expr.a];
        if (asked.window.kind == ir::WindowKind::within) return true;
        for (const ir::Index part : {asked.filter, asked.window.since, asked.window.until}) {
            if (reads_clock(program, part, seen)) return true;
        }
    }
    for (ir::Index i = 0; i < expr.count; ++i) {
        if (reads_clock(program, program.operands[expr.first + i], seen)) return true;
    }
    return false;
}

// At least how many `op` wants of a count, or (then `below`) that there are fewer.
std::optional<NumberAsked> threshold(ir::Index aggregate, ir::Op op, const Value& value) {
    const auto* number = value.as<std::int64_t>();
    if (number == nullptr || *number < 0 || *number > 1'000'000'000) return std::nullopt;
    const auto count = static_cast<std::uint64_t>(*number);
    switch (op) {
        case ir::Op::greater_equal:
            return NumberAsked{aggregate, count, false};
        case ir::Op::greater:
            return NumberAsked{aggregate, count + 1, false};
        case ir::Op::less:
            return NumberAsked{aggregate, count, true};
        case ir::Op::less_equal:
            return NumberAsked{aggregate, count + 1, true};
        default:  // no other has a side where all larger counts are
            return std::nullopt;
    }
}

ir::Op mirrored(ir::Op op) {
    switch (op) {
        case ir::Op::greater_equal:
            return ir::Op::less_equal;
        case ir::Op::greater:
            return ir::Op::less;
        case ir::Op::less:
            return ir::Op::greater;
        case ir::Op::less_equal:
            return ir::Op::greater_equal;
        default:  // is its own mirror
            return op;
    }
}

struct Course {
    bool moves = false;
    bool one_way = true;  // of what moves
    Instant steady_until = kNever;
};

class Courses {
  public:
    Courses(const LinkedProgram& linked, const Person& person, Instant now, const Entry* entry,
            const AddressList* addresses)
        : linked_(linked),
          program_(*linked.program),
          person_(person),
          now_(now),
          entry_(entry),
          addresses_(addresses) {}

    Instant flip_of(ir::Index root) {
        const Course course = of(root);
        return course.moves ? again() : course.steady_until;
    }

  private:
    using Op = ir::Op;

    Instant again() const { return now_ + kLookAgain; }
    PersonFacts facts_at(Instant at) const {
        PersonFacts facts(linked_, person_, at, addresses_);
        if (entry_ != nullptr) facts.of(*entry_);
        return facts;
    }
    Value value_at(ir::Index expr, Instant at) const { return facts_at(at).evaluate(expr); }
    bool holds_at(ir::Index expr, Instant at) const { return facts_at(at).holds(expr); }
    ir::Index operand(const ir::Expr& expr, ir::Index i) const {
        return program_.operands[expr.first + i];
    }

    /// The first moment in (now, `until`] at which `same(moment)` is false; it must not become true
    /// again. `until` when there is none.
    template <typename Same>
    Instant first_change(Instant until, const Same& same) const {
        const Instant far = std::min(until, now_ + kLifetime);
        if (far <= now_ + Micros(1)) return now_ + Micros(1);
        if (same(far - Micros(1))) return until;
        std::int64_t kept = 0;  // µs from now
        std::int64_t lost = (far - now_).count() - 1;
        // What changes soon is found with few questions.
        for (std::int64_t step = 1'000'000; step < lost; step *= 16) {
            if (same(now_ + Micros(step))) {
                kept = step;
            } else {
                lost = step;
            }
        }
        while (lost - kept > 1) {
            const std::int64_t middle = kept + (lost - kept) / 2;
            (same(now_ + Micros(middle)) ? kept : lost) = middle;
        }
        return now_ + Micros(lost);
    }

    static Course steady(Instant until = kNever) { return {false, true, until}; }
    Course poll() const { return steady(again()); }

    Course of(ir::Index index) {
        if (++parts_ > kPartsMost) return poll();
        const ir::Expr& expr = program_.exprs[index];
        switch (expr.op) {
            case Op::now:
                return {true, true, kNever};
            case Op::time_since: {
                const Course since = of(operand(expr, 0));
                return {true, !since.moves, since.steady_until};
            }
            case Op::member: {
                // A segment is asked of the person alone, as the engine does.
                const Entry* const entry = std::exchange(entry_, nullptr);
                const Course inside = of(program_.segments[expr.a].expr);
                entry_ = entry;
                return inside;
            }
            case Op::aggregate:
                if (const auto number = of_number(index)) return *number;
                return of_aggregate(program_.aggregates[expr.a]);
            case Op::logical_and:
                return of_logic(expr, false);
            case Op::logical_or:
                return of_logic(expr, true);
            case Op::less:
            case Op::less_equal:
            case Op::greater:
            case Op::greater_equal:
                return of_order(expr, index);
            case Op::equal:
            case Op::not_equal:
                return of_crossings(expr, 1);
            case Op::between:
                return of_crossings(expr, 2);
            case Op::select:
                return of_select(expr);
            case Op::month:
            case Op::day:
            case Op::weekday:
            case Op::hour:
            case Op::minute:
                return of_part(expr);
            default:
                return of_function(expr);
        }
    }

    /// The earliest end of the operands; moves when one does, in one way when `keeps_direction` and
    /// only one does.
    Course together(const ir::Expr& expr, bool keeps_direction) {
        Course all;
        for (ir::Index i = 0; i < expr.count; ++i) {
            const Course one = of(operand(expr, i));
            if (one.moves) {
                all.one_way = all.one_way && one.one_way && !all.moves;
                all.moves = true;
            }
            all.steady_until = std::min(all.steady_until, one.steady_until);
        }
        all.one_way = all.one_way && keeps_direction;
        return all;
    }

    Course of_function(const ir::Expr& expr) {
        switch (expr.op) {
            case Op::add:
            case Op::subtract:
            case Op::multiply:
            case Op::negate:
            case Op::fallback:
            case Op::round:
            case Op::floor:
            case Op::ceil:
            case Op::year:
            case Op::date_of:
            case Op::days_between:
                return together(expr, true);
            case Op::divide:
                return together(expr, expr.count < 2 || !of(operand(expr, 1)).moves);
            // That there is something does not depend on how far it has moved.
            case Op::is_missing:
            case Op::is_present:
            case Op::is_blank:
                return steady(together(expr, true).steady_until);
            default: {
                const Course all = together(expr, false);
                return all.moves ? poll() : all;
            }
        }
    }

    Course of_logic(const ir::Expr& expr, bool decisive) {
        Instant all = kNever;
        Instant last = Instant::min();
        bool decided = false;
        for (ir::Index i = 0; i < expr.count; ++i) {
            const Course one = of(operand(expr, i));
            const Instant until = one.moves ? again() : one.steady_until;
            all = std::min(all, until);
            if (holds_at(operand(expr, i), now_) != decisive) continue;
            decided = true;
            last = std::max(last, until);
        }
        return steady(decided ? last : all);
    }

    // Time only takes events out of such a window: with too few of them nothing turns, and with
    // enough it turns when the last one that is needed leaves.
    std::optional<Course> of_number(ir::Index index) {
        const auto number = threshold_of(program_, index);
        if (!number) return std::nullopt;
        const ir::Aggregate& asked = program_.aggregates[number->aggregate];
        const bool ever = asked.window.kind == ir::WindowKind::ever;
        if (!linked_.counts_by_event[number->aggregate] ||
            (!ever && asked.window.kind != ir::WindowKind::within))
            return std::nullopt;
        if (ever || number->at_least == 0) return steady();
        const PersonFacts facts = facts_at(now_);
        const Happened* last = nth_newest(linked_, asked, person_, facts, number->at_least);
        if (last == nullptr) return steady();
        return steady(leaves(asked.window, last->time, kNever));
    }

    /// When the window's beginning passes the moment.
    Instant leaves(const ir::Window& window, Instant time, Instant until) const {
        const auto inside = [&](Instant at) {
            const auto opened = opens(window, at);
            return opened && *opened <= time;
        };
        if (window.kind == ir::WindowKind::within) {
            const Instant last = calendar::add(time, window.within, *linked_.workspace_zone);
            const Instant gone = last + Micros(1);
            if (gone > now_ && gone < until && inside(last) && !inside(gone)) return gone;
        }
        return first_change(until, inside);
    }

    Course of_order(const ir::Expr& expr, ir::Index index) {
        if (const auto number = of_number(index)) return *number;
        const Course all = together(expr, true);
        if (!all.moves) return all;
        if (!all.one_way) return poll();
        const bool held = holds_at(index, now_);
        return steady(first_change(all.steady_until,
                                   [&](Instant at) { return holds_at(index, at) == held; }));
    }

    // Equality is met and lost again, so what is watched is on which side of each bound it is.
    Course of_crossings(const ir::Expr& expr, ir::Index bounds) {
        const Course all = together(expr, true);
        if (!all.moves) return all;
        if (!all.one_way) return poll();
        Instant first = all.steady_until;
        for (ir::Index i = 1; i <= bounds; ++i) {
            const auto side = [&](Instant at) -> std::optional<int> {
                const Value a = value_at(operand(expr, 0), at);
                const Value b = value_at(operand(expr, i), at);
                if (a.held.index() != b.held.index() && !(is_number(a) && is_number(b)))
                    return std::nullopt;
                return less_than(a, b) ? -1 : less_than(b, a) ? 1 : 0;
            };
            const std::optional<int> held = side(now_);
            if (!held) return poll();
            first = std::min(first, first_change(all.steady_until,
                                                 [&](Instant at) { return side(at) == held; }));
        }
        return steady(first);
    }

    // The conditions up to the first that holds, and the value that it gives.
    Course of_select(const ir::Expr& expr) {
        Instant until = kNever;
        for (ir::Index i = 0; i + 1 < expr.count; i += 2) {
            const Course condition = of(operand(expr, i));
            until = std::min(until, condition.moves ? again() : condition.steady_until);
            if (!holds_at(operand(expr, i), now_)) continue;
            return limited(of(operand(expr, i + 1)), until);
        }
        return limited(of(operand(expr, expr.count - 1)), until);
    }
    static Course limited(Course course, Instant until) {
        course.steady_until = std::min(course.steady_until, until);
        return course;
    }

    Course of_part(const ir::Expr& expr) {
        const Course all = together(expr, true);
        if (!all.moves) return all;
        const ir::Index moving = operand(expr, 0);
        const calendar::Zone* zone = linked_.workspace_zone;
        if (expr.count > 1) {
            const Value name = value_at(operand(expr, 1), now_);
            const auto* text = name.as<std::string>();
            const calendar::Zone* named = text == nullptr ? nullptr : calendar::find_zone(*text);
            if (named != nullptr) zone = named;
        }
        if (!all.one_way) return poll();
        const std::int32_t unit = expr.op == Op::hour ? 3600 : expr.op == Op::minute ? 60 : 0;
        const auto part = [&](Instant at) -> std::pair<Date, std::int32_t> {
            const Value value = value_at(moving, at);
            if (const auto* date = value.as<Date>()) return {*date, 0};
            const auto* instant = value.as<Instant>();
            if (instant == nullptr) return {Date{}, -1};
            const calendar::Local local = calendar::to_local(*instant, *zone);
            return {local.date, unit == 0 ? 0 : local.time.seconds / unit};
        };
        const auto held = part(now_);
        return steady(first_change(all.steady_until, [&](Instant at) { return part(at) == held; }));
    }

    // ---- history

    std::optional<Instant> bound(ir::Index expr, Instant at) const {
        const Value value = value_at(expr, at);
        if (const auto* instant = value.as<Instant>()) return *instant;
        if (const auto* date = value.as<Date>())
            return calendar::to_instant({*date, TimeOfDay{0}}, *linked_.workspace_zone);
        return std::nullopt;
    }
    /// Where the window begins; nothing when it has no beginning. Events there are inside.
    std::optional<Instant> opens(const ir::Window& window, Instant at) const {
        switch (window.kind) {
            case ir::WindowKind::ever:
            case ir::WindowKind::before:
                return std::nullopt;
            case ir::WindowKind::within:
                return calendar::subtract(at, window.within, *linked_.workspace_zone);
            case ir::WindowKind::since:
            case ir::WindowKind::between:
                return bound(window.since, at);
        }
        return std::nullopt;
    }
    /// Events there and later are outside.
    std::optional<Instant> closes(const ir::Window& window, Instant at) const {
        if (window.kind == ir::WindowKind::before) return bound(window.since, at);
        if (window.kind == ir::WindowKind::between) return bound(window.until, at);
        return std::nullopt;
    }

    Course of_aggregate(const ir::Aggregate& asked) {
        if (asked.window.kind == ir::WindowKind::ever && asked.filter == ir::kNone) return steady();
        if (asked.filter != ir::kNone && clocked(asked.filter)) return poll();
        Course edges;
        for (const ir::Index part : {asked.window.since, asked.window.until}) {
            if (part == ir::kNone) continue;
            const Course one = of(part);
            if (one.moves && !one.one_way) return poll();
            edges.moves = edges.moves || one.moves;
            edges.steady_until = std::min(edges.steady_until, one.steady_until);
        }
        if (asked.window.kind != ir::WindowKind::within && !edges.moves)
            return steady(edges.steady_until);
        const auto opened = opens(asked.window, now_);
        const auto closed = closes(asked.window, now_);
        Instant first = edges.steady_until;
        // Only the oldest counted one can leave first, and only the next one can come in first.
        if (opened) {
            if (const Happened* oldest = counted_from(asked, *opened))
                first = std::min(first, leaves(asked.window, oldest->time, edges.steady_until));
        }
        if (closed) {
            if (const Happened* next = counted_from(asked, *closed)) {
                const Instant time = next->time;
                first = std::min(first, first_change(edges.steady_until, [&](Instant at) {
                                     const auto now_closes = closes(asked.window, at);
                                     return now_closes && *now_closes <= time;
                                 }));
            }
        }
        return steady(first);
    }

    bool clocked(ir::Index filter) const {
        std::set<ir::Index> seen;
        return reads_clock(program_, filter, seen);
    }

    /// The first event at or after `from` that the aggregate counts, or one before it.
    const Happened* counted_from(const ir::Aggregate& asked, Instant from) const {
        const LinkedEvent& event = linked_.events[asked.event];
        const ir::EventType& type = program_.events[asked.event];
        const PersonFacts facts = facts_at(now_);
        if (HistoryIndex* index = person_.history.index(); index && asked.filter == ir::kNone) {
            const std::vector<std::uint32_t>& all = index->of_type(person_.history, event.number);
            const auto place = static_cast<std::uint32_t>(person_.history.at_or_after(from) -
                                                          person_.history.begin());
            const auto first = std::lower_bound(all.begin(), all.end(), place);
            return first == all.end() ? nullptr : person_.history.begin() + *first;
        }
        std::vector<Value> row;
        int looked = 0;
        for (const Happened* one = person_.history.at_or_after(from); one != person_.history.end();
             ++one) {
            if (one->event != event.number) continue;
            if (asked.filter == ir::kNone || ++looked > kEventsMost) return one;
            person_.history.read(*one, event, type, row);
            const expr::Row seen{row.data(), row.size(), one->time};
            if (facts.holds(asked.filter, &seen)) return one;
        }
        return nullptr;
    }

    const LinkedProgram& linked_;
    const ir::Program& program_;
    const Person& person_;
    Instant now_;
    const Entry* entry_;
    const AddressList* addresses_;
    int parts_ = 0;
};

}  // namespace

bool reads_clock(const ir::Program& program, ir::Index expr) {
    std::set<ir::Index> seen;
    return reads_clock(program, expr, seen);
}

std::optional<NumberAsked> threshold_of(const ir::Program& program, ir::Index root) {
    const ir::Expr& expr = program.exprs[root];
    const auto is_count = [&](const ir::Expr& one) {
        if (one.op != ir::Op::aggregate) return false;
        const ir::AggregateFn fn = program.aggregates[one.a].fn;
        return fn == ir::AggregateFn::count || fn == ir::AggregateFn::did;
    };
    if (is_count(expr) && program.aggregates[expr.a].fn == ir::AggregateFn::did)
        return NumberAsked{expr.a, 1, false};
    if (expr.op == ir::Op::logical_not) {
        auto inner = threshold_of(program, program.operands[expr.first]);
        if (inner) inner->below = !inner->below;
        return inner;
    }
    if (expr.count != 2) return std::nullopt;
    const ir::Expr& left = program.exprs[program.operands[expr.first]];
    const ir::Expr& right = program.exprs[program.operands[expr.first + 1]];
    const auto counts = [&](const ir::Expr& one) {
        return is_count(one) && program.aggregates[one.a].fn == ir::AggregateFn::count;
    };
    if (counts(left) && right.op == ir::Op::constant)
        return threshold(left.a, expr.op, program.constants[right.a]);
    if (counts(right) && left.op == ir::Op::constant)
        return threshold(right.a, mirrored(expr.op), program.constants[left.a]);
    return std::nullopt;
}

Instant next_flip(const LinkedProgram& linked, const Person& person, Instant now,
                  const Entry* entry, ir::Index expr, const AddressList* addresses) {
    return Courses(linked, person, now, entry, addresses).flip_of(expr);
}

}  // namespace journey::core
