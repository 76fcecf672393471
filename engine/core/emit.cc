// What a transition asks for beyond itself: an event of the same person (`emit`), an entry of
// another journey (`run`). They stand in line and happen right after the transition, in the same
// command, one after the other. A ring of journeys that call one another ends at kAskedMost; what
// is left then is counted and dropped.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr std::size_t kAskedMost = 100;

}  // namespace

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Emit& emit) {
    const LinkedProgram& program = linked(entry.program);
    const ir::EventType& type = program.program->events[emit.event];
    Asked asked;
    asked.program = entry.program;
    asked.event = emit.event;
    asked.values.resize(type.fields.size());
    const PersonFacts known = facts(person, entry);
    for (const ir::NamedExpr& arg : emit.args) {
        const ir::Index field = ir::find_named(type.fields, arg.name);
        if (field == ir::kNone) continue;
        Value value = known.evaluate(arg.expr);
        if (value.is_missing()) continue;
        bool fits = false;
        value = expr::coerce(value, type.fields[field].type, fits);
        if (fits) {
            asked.values[field] = std::move(value);
        } else {
            ++tally_.bad_properties;
        }
    }
    ask(person, entry, std::move(asked), type.name);
    took(person, entry);
    return emit.next;
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Run& run) {
    Asked asked;
    asked.program = entry.program;
    asked.journey = run.journey;
    const PersonFacts known = facts(person, entry);
    for (const ir::NamedExpr& arg : run.args) {
        Value value = known.evaluate(arg.expr);
        if (!value.is_missing()) asked.args.push_back({arg.name, std::move(value)});
    }
    ask(person, entry, std::move(asked), linked(entry.program).program->journeys[run.journey].name);
    took(person, entry);
    return run.next;
}

void Machine::ask(Person& person, const Entry& entry, Asked asked, const std::string& what) {
    if (asked_count_ >= kAskedMost) {
        ++acts_.dropped;
        return;
    }
    ++asked_count_;
    const bool event = asked.event != ir::kNone;
    ++(event ? acts_.emitted : acts_.ran);
    if (Happening* happening =
            happens(event ? Happening::Kind::emitted : Happening::Kind::ran, person, entry)) {
        happening->detail = what;
    }
    asked_.push_back(std::move(asked));
}

bool Machine::do_next_asked(Person& person) {
    if (asked_.empty()) {
        asked_count_ = 0;
        return false;
    }
    Asked next = std::move(asked_.front());
    asked_.pop_front();
    const LinkedProgram& program = linked(next.program);
    if (next.event != ir::kNone) {
        ++tally_.events;
        record_and_offer(person, program, next.event, std::move(next.values), now_, false);
        return true;
    }
    // Whoever comes in now comes into the journey as it is published now.
    const LinkedProgram* live = catalog_->live();
    const std::string& name = program.program->journeys[next.journey].name;
    const ir::Index target = ir::find_named(live->program->journeys, name);
    if (target != ir::kNone) enter_called(person, *live, target, next.args);
    return true;
}

void Machine::enter_called(Person& person, const LinkedProgram& live, ir::Index target,
                           const Record& args) {
    const ir::Journey& journey = live.program->journeys[target];
    const bool callable =
        std::any_of(journey.triggers.begin(), journey.triggers.end(),
                    [](const ir::Trigger& one) { return std::holds_alternative<ir::OnCall>(one); });
    if (!callable) return;
    std::vector<Value> row;
    std::vector<ir::Index> columns;
    for (const std::string& name : journey.trigger_fields) {
        const Value* value = find(args, name);
        columns.push_back(static_cast<ir::Index>(row.size()));
        row.push_back(value == nullptr ? Value() : *value);
    }
    enter(person, live, target, {row, columns, now_});
}

}  // namespace journey::core
