#pragma once
// Private to core. An event as it is offered to triggers and entries: its row, for whichever
// version of the program asks.

#include "engine/core/catalog.h"
#include "engine/expr/expr.h"

namespace journey::core {

class Arrived {
  public:
    /// `row` is by field of `by`'s event, as it was stored: defaults are put in here.
    Arrived(const LinkedProgram& by, ir::Index event, std::vector<Value> row, Instant time,
            bool late);

    EventNumber number() const { return number_; }
    Instant time() const { return time_; }
    /// Counts in history and for goals, but starts nothing and wakes nothing.
    bool late() const { return late_; }
    /// Null when that program does not know the event. Valid until the next call.
    const std::vector<Value>* row(const LinkedProgram& program);
    /// For conditions; fields null when the program does not know the event.
    expr::Row expr_row(const LinkedProgram& program);

  private:
    const LinkedProgram* by_;
    ir::Index event_;
    EventNumber number_;
    Instant time_;
    bool late_;
    std::vector<Value> row_;
    const LinkedProgram* other_ = nullptr;
    std::vector<Value> other_row_;
};

/// Defaults of the schema for what is missing.
void put_defaults(const ir::EventType& type, std::vector<Value>& row);

}  // namespace journey::core
