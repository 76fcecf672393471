// `reaches`: the value without this event is below the threshold, with it at or above. Only an
// event can do that; what leaves a window or comes too late does not count.
#include "engine/core/machine.h"

namespace journey::core {
bool at_least(const Value& value, const Value& threshold) {
    if (is_number(value) && is_number(threshold)) return !less_than(value, threshold);
    return value == threshold || less_than(threshold, value);
}

bool Machine::reaches(const Person& person, const LinkedProgram& live, const ir::OnReach& reach,
                      Arrived& event) const {
    const ir::Aggregate& asked = live.program->aggregates[reach.aggregate];
    const std::vector<Value>& row = *event.row(live);
    const PersonFacts facts(live, person, now_, addresses());
    const expr::Row seen = event.expr_row(live);
    if (!facts.holds(asked.filter, &seen)) return false;
    Counted counted;
    if (reach.per != ir::kNone) {
        if (row[reach.per].is_missing()) return false;
        counted.per = reach.per;
        counted.value = &row[reach.per];
    }
    const Value threshold = facts.evaluate(reach.threshold);
    if (!at_least(aggregate_of(live, asked, person, facts, counted), threshold)) return false;
    counted.without = person.history.last_at(event.time());
    return !at_least(aggregate_of(live, asked, person, facts, counted), threshold);
}

}  // namespace journey::core
