//   person moved               forwarded
//   message id met before      counted
//   built-in event by name     quarantined: those come only from providers, with proof
//   event not declared         quarantined, so that nothing is lost
//   declared                   properties typed by the schema, history, goals, exits, arms, triggers
//                              (offer.cc, enter.cc)
#include "engine/core/machine.h"

namespace journey::core {
namespace {

struct Typed {
    std::vector<Value> row;
    std::uint64_t bad = 0;
};

Typed typed(const LinkedEvent& event, const ir::EventType& type, const Record& properties) {
    Typed out;
    out.row.resize(type.fields.size());
    for (const NamedValue& property : properties) {
        const ir::Index field = find_name(event.by_name, property.name);
        if (field == ir::kNone || property.value.is_missing()) continue;
        bool fits = false;
        Value value = expr::coerce(property.value, type.fields[field].type, fits);
        if (!fits) {
            ++out.bad;
            continue;
        }
        out.row[field] = std::move(value);
    }
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        if (type.fields[i].required && out.row[i].is_missing()) ++out.bad;
    }
    return out;
}

}  // namespace

void Machine::on(const model::Command& command, const model::Track& track) {
    Person* person = reach(command, true);
    if (person == nullptr || is_repeat(*person, command)) return;
    const LinkedProgram* live = catalog_->live();
    const ir::Index event = live == nullptr ? ir::kNone : live->find_event(track.event);
    if (event == ir::kNone) {
        ++tally_.unknown_events;
        if (Happening* happening = happens(Happening::Kind::ignored_unknown_event, *person)) {
            happening->detail = track.event;
        }
        quarantine(command, track.event, to_json(Value(track.properties)),
                   live == nullptr
                       ? "No program has been applied yet; apply one, then send the event again."
                       : "No journey file declares the event \"" + track.event +
                             "\"; declare it, apply, then send it again.");
        return finish_command(*person);
    }
    if (live->events[event].builtin) {
        ++tally_.unknown_events;
        quarantine(command, track.event, to_json(Value(track.properties)),
                   "\"" + track.event +
                       "\" is made by the engine from a provider's notice; give your own event "
                       "another name.");
        return finish_command(*person);
    }
    ++tally_.events;
    Typed made = typed(live->events[event], live->program->events[event], track.properties);
    tally_.bad_properties += made.bad;
    const Instant said = command.event_time == Instant{} ? command.at : command.event_time;
    const Instant time = std::min(said, now_);
    const bool late = time < now_ - options_.late_event_grace;
    record_and_offer(*person, *live, event, std::move(made.row), time, late);
    finish_command(*person);
}

}  // namespace journey::core
