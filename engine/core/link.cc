#include "engine/core/catalog.h"
#include "engine/core/flips.h"
#include "engine/core/triggers.h"

#include <set>

namespace journey::core {
namespace {

std::uint16_t numbered(NameTable& table, std::string_view name) {
    const std::uint32_t number = table.number_of(name);
    ENSURE(number < kNoNumber, "more than 65,534 names of one kind");
    return static_cast<std::uint16_t>(number);
}

void put_reverse(std::vector<ir::Index>& reverse, std::uint16_t number, std::size_t index) {
    if (reverse.size() <= number) reverse.resize(number + std::size_t{1}, ir::kNone);
    reverse[number] = static_cast<ir::Index>(index);
}

// The events an expression's history questions look at. Visits each node once: by way of segments
// and filters one node can be reached in very many ways.
void history_bits(const LinkedProgram& linked, ir::Index root, std::uint64_t& bits,
                  std::set<ir::Index>& seen) {
    if (root == ir::kNone || !seen.insert(root).second) return;
    const ir::Program& program = *linked.program;
    const ir::Expr& expr = program.exprs[root];
    if (expr.op == ir::Op::aggregate) {
        const ir::Aggregate& asked = program.aggregates[expr.a];
        bits |= event_bit(linked.events[asked.event].number);
        history_bits(linked, asked.filter, bits, seen);
        history_bits(linked, asked.window.since, bits, seen);
        history_bits(linked, asked.window.until, bits, seen);
    }
    if (expr.op == ir::Op::member) history_bits(linked, program.segments[expr.a].expr, bits, seen);
    for (ir::Index i = 0; i < expr.count; ++i)
        history_bits(linked, program.operands[expr.first + i], bits, seen);
}

void history_bits(const LinkedProgram& linked, ir::Index root, std::uint64_t& bits) {
    std::set<ir::Index> seen;
    history_bits(linked, root, bits, seen);
}

void targets_of(const ir::State& state, std::vector<ir::Index>& out) {
    out.clear();
    std::visit(Match{[&](const ir::Send& send) { out = {send.next}; },
                     [&](const ir::Test& test) {
                         out = {test.if_true, test.if_false};
                     },
                     [&](const ir::Pick& pick) {
                         out = {pick.holdout_target, pick.rest_target};
                         for (const ir::Arm& arm : pick.arms)
                             out.push_back(arm.target);
                     },
                     [&](const ir::Await& await) {
                         out = {await.timeout};
                         for (const ir::WaitArm& arm : await.arms)
                             out.push_back(arm.target);
                     },
                     [&](const ir::SetField& set) { out = {set.next}; },
                     [&](const ir::SetLocal& set) { out = {set.next}; },
                     [&](const ir::Tag& tag) { out = {tag.next}; },
                     [&](const ir::Settle& settle) { out = settle.targets; },
                     [&](const ir::Call& call) {
                         out = {call.next, call.failed};
                     },
                     [&](const ir::Emit& emit) { out = {emit.next}; },
                     [&](const ir::Run& run) { out = {run.next}; }, [](const ir::End&) {}},
               state.act);
    std::erase(out, ir::kNone);
}

LinkedState link_state(const LinkedProgram& linked, const LinkedJourney& out,
                       const ir::Journey& journey, ir::Index index) {
    LinkedState state;
    const auto look_at = [&](EventNumber event) {
        if (event != kNoNumber) state.wakes |= event_bit(event);
    };
    for (const EventNumber event : out.goal_events)
        look_at(event);
    const auto level = [&](ir::Index condition) {
        state.has_levels = true;
        history_bits(linked, condition, state.wakes);
        state.clock_levels = state.clock_levels || reads_clock(*linked.program, condition);
    };
    for (std::size_t i = 0; i < journey.exits.size(); ++i) {
        look_at(out.exit_events[i]);
        const ir::Exit& exit = journey.exits[i];
        if (exit.pattern.event != ir::kNone) continue;
        level(exit.segment == ir::kNone ? exit.condition
                                        : linked.program->segments[exit.segment].expr);
    }
    if (const auto* await = std::get_if<ir::Await>(&journey.states[index].act)) {
        for (const ir::WaitArm& arm : await->arms) {
            if (arm.pattern.event != ir::kNone) {
                look_at(linked.events[arm.pattern.event].number);
            } else {
                level(arm.condition);
            }
        }
    }
    const auto& act = journey.states[index].act;
    if (std::holds_alternative<ir::Send>(act) || std::holds_alternative<ir::Call>(act))
        state.repeats = leads_to(journey, index, index);
    return state;
}

std::uint32_t watch(Catalog& catalog, const LinkedProgram& linked, ir::Index segment) {
    const ir::Program& program = *linked.program;
    const std::string name =
        program.segments[segment].name + " " + to_hex(view_of(ir::segment_hash(program, segment)));
    const std::uint32_t number = catalog.watch_names.number_of(name);
    if (number < catalog.watches.size()) return number;
    Watch made;
    made.program = linked.number;
    made.segment = segment;
    history_bits(linked, program.segments[segment].expr, made.reads);
    made.clock = reads_clock(program, program.segments[segment].expr);
    catalog.watches.push_back(made);
    return number;
}

LinkedJourney link_journey(Catalog& catalog, const LinkedProgram& linked,
                           const ir::Journey& journey) {
    LinkedJourney out;
    out.number = catalog.journeys.number_of(journey.name);
    if (!journey.zone.empty()) out.zone = calendar::find_zone(journey.zone);
    const auto number = [&](ir::Index event) {
        return event == ir::kNone ? kNoNumber : linked.events[event].number;
    };
    for (const ir::Trigger& trigger : journey.triggers) {
        const ir::Index event = ir::event_of(*linked.program, trigger);
        out.trigger_events.push_back(number(event));
        std::vector<ir::Index>& columns = out.trigger_columns.emplace_back();
        for (const std::string& name : journey.trigger_fields) {
            columns.push_back(event == ir::kNone
                                  ? ir::kNone
                                  : ir::find_named(linked.program->events[event].fields, name));
        }
    }
    for (const ir::Goal& goal : journey.goals) {
        out.goal_events.push_back(number(goal.pattern.event));
        out.watches_after_end = out.watches_after_end || goal.within.has_value();
    }
    for (const ir::Exit& exit : journey.exits) {
        out.exit_events.push_back(number(exit.pattern.event));
        out.exit_watches.push_back(
            exit.segment == ir::kNone ? kNoWatch : watch(catalog, linked, exit.segment));
    }
    for (ir::Index i = 0; i < journey.states.size(); ++i) {
        out.states.push_back(link_state(linked, out, journey, i));
    }
    return out;
}

void link_events(Catalog& catalog, LinkedProgram& linked) {
    for (std::size_t i = 0; i < linked.program->events.size(); ++i) {
        const ir::EventType& type = linked.program->events[i];
        LinkedEvent event;
        event.number = numbered(catalog.events, type.name);
        event.builtin = type.builtin;
        if (catalog.event_fields.size() <= event.number)
            catalog.event_fields.resize(event.number + std::size_t{1});
        for (std::size_t field = 0; field < type.fields.size(); ++field) {
            event.fields.push_back(
                numbered(catalog.event_fields[event.number], type.fields[field].name));
            put_reverse(event.field_of_number, event.fields.back(), field);
            event.by_name.emplace(type.fields[field].name, static_cast<ir::Index>(field));
        }
        put_reverse(linked.event_of_number, event.number, i);
        linked.event_by_name.emplace(type.name, static_cast<ir::Index>(i));
        linked.events.push_back(std::move(event));
    }
}

void link_trigger(Catalog& catalog, LinkedProgram& linked, TriggerIndex::Ref ref) {
    const ir::Program& program = *linked.program;
    const ir::Journey& journey = program.journeys[ref.journey];
    std::visit(
        Match{[&](const ir::OnEvent& it) {
                  linked.events[it.pattern.event].triggers.add(program, ref, it.pattern);
              },
              [&](const ir::OnReach& it) {
                  const ir::Aggregate& counted = program.aggregates[it.aggregate];
                  linked.events[counted.event].triggers.add(program, ref,
                                                            {counted.event, counted.filter});
              },
              [&](const ir::OnSegment& it) {
                  linked.edge_triggers.push_back(
                      {watch(catalog, linked, it.segment), it.joining, ref});
              },
              [&](const ir::OnSchedule& it) {
                  LinkedSchedule schedule{ref, schedule_identity(program, journey, it), nullptr};
                  const std::string& zone = it.zone.empty() ? journey.zone : it.zone;
                  if (!zone.empty()) schedule.zone = calendar::find_zone(zone);
                  linked.schedules.push_back(std::move(schedule));
              },
              [&](const ir::OnCall&) {}},
        journey.triggers[ref.pattern]);
}

void link_triggers(Catalog& catalog, LinkedProgram& linked) {
    std::vector<ir::Index> by_name(linked.program->journeys.size());
    for (std::size_t i = 0; i < by_name.size(); ++i)
        by_name[i] = static_cast<ir::Index>(i);
    std::sort(by_name.begin(), by_name.end(), [&](ir::Index a, ir::Index b) {
        return linked.program->journeys[a].name < linked.program->journeys[b].name;
    });
    std::uint32_t order = 0;
    for (const ir::Index index : by_name) {
        const ir::Journey& journey = linked.program->journeys[index];
        for (std::size_t i = 0; i < journey.triggers.size(); ++i)
            link_trigger(catalog, linked, {order++, index, static_cast<ir::Index>(i)});
    }
    std::set<std::uint32_t> watched;
    for (const EdgeTrigger& trigger : linked.edge_triggers)
        watched.insert(trigger.watch);
    for (const std::uint32_t number : watched) {
        linked.watches.push_back(number);
        linked.watch_reads |= catalog.watches[number].reads;
        linked.clock_watches = linked.clock_watches || catalog.watches[number].clock;
    }
}

}  // namespace

bool leads_to(const ir::Journey& journey, ir::Index from, ir::Index to) {
    std::vector<bool> seen(journey.states.size(), false);
    std::vector<ir::Index> open{from};
    std::vector<ir::Index> targets;
    while (!open.empty()) {
        const ir::Index state = open.back();
        open.pop_back();
        targets_of(journey.states[state], targets);
        for (const ir::Index target : targets) {
            if (target == to) return true;
            if (seen[target]) continue;
            seen[target] = true;
            open.push_back(target);
        }
    }
    return false;
}

ir::Index find_name(const NameMap<ir::Index>& names, std::string_view name) {
    auto found = names.find(name);
    if (found == names.end()) found = names.find(to_snake_case(name));
    return found == names.end() ? ir::kNone : found->second;
}

ir::Index LinkedProgram::find_event(std::string_view name) const {
    return find_name(event_by_name, name);
}
ir::Index LinkedProgram::find_profile(std::string_view name) const {
    return find_name(profile_by_name, name);
}

std::shared_ptr<const LinkedProgram> link(Catalog& catalog,
                                          std::shared_ptr<const ir::Program> program, Bytes bytes,
                                          model::LogPosition at) {
    auto linked = std::make_shared<LinkedProgram>();
    linked->number = static_cast<std::uint16_t>(catalog.programs.size());
    linked->hash = to_hex(view_of(ir::program_hash(bytes)));
    linked->program = std::move(program);
    linked->bytes = std::move(bytes);
    linked->at = at;
    const ir::Program& source = *linked->program;
    linked->workspace_zone = calendar::find_zone(source.workspace.zone);
    if (linked->workspace_zone == nullptr) linked->workspace_zone = &calendar::utc();
    for (std::size_t i = 0; i < source.profile.size(); ++i) {
        linked->profile.push_back(numbered(catalog.fields, source.profile[i].name));
        put_reverse(linked->profile_of_number, linked->profile.back(), i);
        linked->profile_by_name.emplace(source.profile[i].name, static_cast<ir::Index>(i));
        if (source.profile[i].type.kind != ir::TypeKind::zone) continue;
        if (linked->zone_field == ir::kNone || source.profile[i].name == "time_zone") {
            linked->zone_field = static_cast<ir::Index>(i);
        }
    }
    for (std::size_t i = 0; i < source.channels.size(); ++i) {
        linked->channels.push_back(numbered(catalog.channels, source.channels[i].name));
        put_reverse(linked->channel_of_number, linked->channels.back(), i);
    }
    for (const ir::Consent& consent : source.consents) {
        linked->consents.push_back(numbered(catalog.consents, consent.name));
    }
    link_events(catalog, *linked);
    for (const ir::Journey& journey : source.journeys) {
        linked->journeys.push_back(link_journey(catalog, *linked, journey));
    }
    link_triggers(catalog, *linked);
    return linked;
}

}  // namespace journey::core
