#include "engine/core/arrived.h"

namespace journey::core {

void put_defaults(const ir::EventType& type, std::vector<Value>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].is_missing() && type.fields[i].fallback) row[i] = *type.fields[i].fallback;
    }
}

Arrived::Arrived(const LinkedProgram& by, ir::Index event, std::vector<Value> row, Instant time,
                 bool late)
    : by_(&by),
      event_(event),
      number_(by.events[event].number),
      time_(time),
      late_(late),
      row_(std::move(row)) {
    put_defaults(by.program->events[event], row_);
}

const std::vector<Value>* Arrived::row(const LinkedProgram& program) {
    if (&program == by_) return &row_;
    if (&program == other_) return &other_row_;
    const ir::Index index = program.event_at(number_);
    if (index == ir::kNone) return nullptr;
    const LinkedEvent& theirs = program.events[index];
    const LinkedEvent& ours = by_->events[event_];
    other_ = &program;
    other_row_.assign(theirs.fields.size(), Value());
    for (std::size_t i = 0; i < theirs.fields.size(); ++i) {
        const FieldNumber field = theirs.fields[i];
        if (field >= ours.field_of_number.size() || ours.field_of_number[field] == ir::kNone)
            continue;
        other_row_[i] = row_[ours.field_of_number[field]];
    }
    put_defaults(program.program->events[index], other_row_);
    return &other_row_;
}

expr::Row Arrived::expr_row(const LinkedProgram& program) {
    const std::vector<Value>* values = row(program);
    if (values == nullptr) return {};
    return {values->data(), values->size(), time_};
}

}  // namespace journey::core
