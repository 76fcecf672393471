#pragma once
// Expressions (LANGUAGE 2.10 and 3.1).

#include "dsl/ast/names.h"

#include <memory>

namespace journey::ast {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

enum class LiteralKind : unsigned char {
    missing,
    boolean,
    integer,
    decimal,
    percent,  // held as a double: 50% is 0.5
    text,
    duration,
    date,
    time,
    money,
    instant,  // a date-time written with its offset
};

struct Literal {
    LiteralKind kind = LiteralKind::missing;
    Value value;
};

struct NameRef {
    Name name;  // user, trigger, entry, now, a local, a segment
};
struct Member {
    ExprPtr of;
    Name name;
};
struct Index {
    ExprPtr of;
    ExprPtr at;
};
struct Not {
    ExprPtr of;
};
struct Negate {
    ExprPtr of;
};

enum class LogicOp : unsigned char { logic_and, logic_or };
/// Two or more parts of one operator, left to right.
struct Logic {
    LogicOp op = LogicOp::logic_and;
    std::vector<ExprPtr> parts;
};

enum class CompareOp : unsigned char {
    is,
    is_not,
    in,
    not_in,
    contains,
    not_contains,
    starts_with,
    ends_with,
    greater,
    greater_equal,
    less,
    less_equal,
};
struct Compare {
    CompareOp op = CompareOp::is;
    Span op_span;
    ExprPtr left;
    ExprPtr right;
};
struct Between {
    ExprPtr of;
    ExprPtr low;
    ExprPtr high;
    Span op_span;
};

enum class PresenceTest : unsigned char { missing, present, blank };
struct Presence {
    PresenceTest test = PresenceTest::present;
    bool negated = false;  // is not missing
    ExprPtr of;
    Span op_span;
};

enum class ArithmeticOp : unsigned char { add, subtract, multiply, divide };
struct Arithmetic {
    ArithmeticOp op = ArithmeticOp::add;
    Span op_span;
    ExprPtr left;
    ExprPtr right;
};

struct Fallback {
    ExprPtr of;
    ExprPtr otherwise;  // x default otherwise
    Span op_span;
};

/// `time since X`.
struct TimeSince {
    ExprPtr of;
};

enum class AggregateFn : unsigned char {
    did,
    count,
    sum,
    avg,
    min,
    max,
    first,
    last,
    distinct,
    list
};
std::string_view name_of(AggregateFn fn);

enum class WindowKind : unsigned char { within, since, before, between, ever };
struct Window {
    WindowKind kind = WindowKind::ever;
    std::optional<Duration> within;
    ExprPtr from;  // since, between
    ExprPtr to;    // before, between
    Span span;
};

/// A question about this person's events. `of` is an event, or an event and one of its properties.
struct Aggregate {
    AggregateFn fn = AggregateFn::did;
    Span fn_span;
    bool distinct = false;  // count(distinct …)
    Path of;
    ExprPtr where;  // may be null
    std::optional<Window> window;
    std::optional<Integer> limit;
};

struct Call {
    Name fn;
    std::vector<ExprPtr> args;
};
struct ListLiteral {
    std::vector<ExprPtr> items;
};
struct Pair {
    Name key;  // `span` includes quotes when it was written in quotes
    ExprPtr value;
};
/// `{ name: expr, … }`: also the data of sends and tests.
struct MapLiteral {
    std::vector<Pair> pairs;
    Span span;
};

using ExprKind = std::variant<Literal, LocalMoment, NameRef, Member, Index, Not, Negate, Logic,
                              Compare, Between, Presence, Arithmetic, Fallback, TimeSince,
                              Aggregate, Call, ListLiteral, MapLiteral>;

struct Expr {
    Span span;
    ExprKind what;
};

/// `trigger.order_id`, `user.email` and other plain references as a path; nullopt for anything
/// else.
std::optional<Path> as_path(const Expr& expr);

/// EVENT [of LABEL] [where EXPR].
struct EventSel {
    Path event;
    std::optional<Name> of_label;
    ExprPtr where;  // may be null
    Span span;
};

}  // namespace journey::ast
