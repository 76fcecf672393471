#pragma once
// The door of engine/expr: evaluates the expressions of a verified Program. Total: never fails; what cannot be
// answered is missing, and a comparison with missing is false (LANGUAGE 2.11).

#include "engine/calendar/calendar.h"
#include "engine/ir/ir.h"

namespace journey::expr {

/// What an expression may ask. One person, at one instant. Unasked questions cost nothing.
class Facts {
  public:
    virtual ~Facts() = default;
    virtual const Value& user(ir::Index field) const = 0;
    virtual const Value& trigger(ir::Index name) const = 0;
    virtual const Value& local(ir::Index slot) const = 0;
    virtual Instant now() const = 0;
    virtual Instant entry_time() const = 0;
    virtual Instant trigger_time() const = 0;
    virtual const std::string& entry_id() const = 0;
    /// Where the days of a run are counted, as its `wait 1 day` counts them; the workspace's zone where nobody is inside
    /// a journey.
    virtual const calendar::Zone& run_zone() const = 0;
    virtual const calendar::Zone& workspace_zone() const = 0;
    /// Whether the person is in the segment. The question is the person's alone: it sees neither run nor event, so that it
    /// has one answer wherever it is asked.
    virtual bool member(ir::Index segment) const = 0;
    virtual bool tagged(std::string_view tag) const = 0;
    virtual Value tags() const = 0;  // a list of text, sorted
    virtual bool consented(ir::Index consent) const = 0;
    virtual bool reachable(ir::Index channel) const = 0;
    virtual Value aggregate(ir::Index aggregate) const = 0;
};

/// The event under examination inside `where`.
struct Row {
    const Value* fields = nullptr;  // by index of the event type's fields
    std::size_t count = 0;
    Instant time{};
};

/// An event as a value: the record that `Facts::aggregate` answers for first, last and list, and that record_field,
/// record_time and time_since take apart. Its instant comes first, named "time"; missing fields are left out.
Value record_of(const ir::EventType& type, const Row& row);

/// `row` may be null outside of `where`. At most ir's verified depth deep; cost is the sum of the nodes visited plus what
/// Facts charges for aggregates. Budget: 10,000 nodes, then missing; ir::verify admits no tree that needs more.
/// A missing user field yields the field's `default`. Days and months from a moment on are counted in the run's zone; the
/// parts of an instant where no zone is given, and where a date begins, are the workspace's.
Value evaluate(const ir::Program& program, ir::Index expr, const Facts& facts,
               const Row* row = nullptr);

/// True only for boolean true.
bool holds(const ir::Program& program, ir::Index expr, const Facts& facts,
           const Row* row = nullptr);

/// Turns a JSON-typed value into `type`, or missing when it does not fit (text "2026-03-01" to date, RFC 3339 text to instant,
/// number to money of the type's currency, "CNY 19.90" to money, integer to real, …). `fits` tells which.
Value coerce(const Value& value, const ir::Type& type, bool& fits);

}  // namespace journey::expr
