#include "engine/core/catalog.h"
#include "engine/core/flips.h"
#include "engine/core/history_index.h"
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

bool is_about_the_person(ir::Op op) {
    return op == ir::Op::user_field || op == ir::Op::tagged || op == ir::Op::tags ||
           op == ir::Op::consented || op == ir::Op::reachable;
}

/// What an expression looks at.
struct Reads {
    std::set<EventNumber> events;  // of its history questions
    bool person = false;
};

// Visits each node once: by way of segments and filters one node can be reached in very many ways.
void find_reads(const LinkedProgram& linked, ir::Index root, Reads& reads,
                std::set<ir::Index>& seen) {
    if (root == ir::kNone || !seen.insert(root).second) return;
    const ir::Program& program = *linked.program;
    const ir::Expr& expr = program.exprs[root];
    reads.person = reads.person || is_about_the_person(expr.op);
    if (expr.op == ir::Op::aggregate) {
        const ir::Aggregate& asked = program.aggregates[expr.a];
        reads.events.insert(linked.events[asked.event].number);
        find_reads(linked, asked.filter, reads, seen);
        find_reads(linked, asked.window.since, reads, seen);
        find_reads(linked, asked.window.until, reads, seen);
    }
    if (expr.op == ir::Op::member) find_reads(linked, program.segments[expr.a].expr, reads, seen);
    for (ir::Index i = 0; i < expr.count; ++i)
        find_reads(linked, program.operands[expr.first + i], reads, seen);
}

Reads reads_of(const LinkedProgram& linked, ir::Index root) {
    Reads reads;
    std::set<ir::Index> seen;
    find_reads(linked, root, reads, seen);
    return reads;
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
                     [&](const ir::Run& run) { out = {run.next}; },
                     [&](const ir::OneOf& one) {
                         out = one.sends;
                         out.push_back(one.next);
                     },
                     [](const ir::End&) {}},
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
        for (const EventNumber event : reads_of(linked, condition).events)
            look_at(event);
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

// Whether it cannot hold for somebody of whom there are no events.
bool needs_history(const ir::Program& program, ir::Index root) {
    if (const auto asked = threshold_of(program, root)) return !asked->below && asked->at_least > 0;
    const ir::Expr& expr = program.exprs[root];
    const ir::Index* first = program.operands.data() + expr.first;
    const auto needs = [&](ir::Index operand) { return needs_history(program, operand); };
    if (expr.op == ir::Op::logical_and) return std::any_of(first, first + expr.count, needs);
    if (expr.op == ir::Op::logical_or) return std::all_of(first, first + expr.count, needs);
    return expr.op == ir::Op::member && needs_history(program, program.segments[expr.a].expr);
}

// Counts of one kind that stop earlier answer less, so the one that goes on longest is asked.
void ask(Catalog& catalog, const LinkedProgram& linked, const NumberAsked& asked, Watch& watch) {
    const ir::Aggregate& aggregate = linked.program->aggregates[asked.aggregate];
    const bool steady = linked.counts_by_event[asked.aggregate] &&
                        (aggregate.window.kind == ir::WindowKind::within ||
                         aggregate.window.kind == ir::WindowKind::ever);
    if (!steady) return;
    ByteWriter key;
    key.u16(linked.number);
    key.boolean(aggregate.fn == ir::AggregateFn::did);
    key.u32(aggregate.event);
    key.u32(aggregate.filter);
    key.u8(static_cast<std::uint8_t>(aggregate.window.kind));
    key.svarint(aggregate.window.within.months);
    key.svarint(aggregate.window.within.days);
    key.svarint(aggregate.window.within.seconds);
    const auto [at, fresh] = catalog.question_numbers.try_emplace(
        key.take(), static_cast<std::uint32_t>(catalog.questions.size()));
    if (fresh) catalog.questions.push_back({linked.number, asked.aggregate});
    Question& question = catalog.questions[at->second];
    const std::uint32_t so_far = linked.program->aggregates[question.aggregate].stop_at;
    if (so_far != 0 && (aggregate.stop_at == 0 || aggregate.stop_at > so_far))
        question.aggregate = asked.aggregate;
    watch.question = at->second;
    watch.at_least = asked.at_least;
    watch.below = asked.below;
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
    const Reads reads = reads_of(linked, program.segments[segment].expr);
    made.reads.assign(reads.events.begin(), reads.events.end());
    made.person = reads.person || !needs_history(program, program.segments[segment].expr);
    made.clock = reads_clock(program, program.segments[segment].expr);
    if (const auto number_asked = threshold_of(program, program.segments[segment].expr))
        ask(catalog, linked, *number_asked, made);
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
    linked.asks_reachable =
        std::any_of(linked.program->exprs.begin(), linked.program->exprs.end(),
                    [](const ir::Expr& expr) { return expr.op == ir::Op::reachable; });
    std::set<std::uint32_t> watched;
    for (const EdgeTrigger& trigger : linked.edge_triggers)
        watched.insert(trigger.watch);
    for (const std::uint32_t number : watched) {
        linked.watches.push_back(number);
        linked.clock_watches += catalog.watches[number].clock ? 1 : 0;
        for (const EventNumber event : catalog.watches[number].reads) {
            const ir::Index index = linked.event_at(event);
            if (index != ir::kNone) linked.events[index].watches.push_back(number);
        }
    }
    for (const ir::Journey& journey : linked.program->journeys) {
        for (const ir::State& state : journey.states) {
            const auto* send = std::get_if<ir::Send>(&state.act);
            linked.asks_best_hour |= send != nullptr && send->best_hour.has_value();
        }
    }
    for (std::size_t i = 0; i < linked.edge_triggers.size(); ++i)
        linked.edges_by_watch.push_back(static_cast<std::uint32_t>(i));
    std::stable_sort(linked.edges_by_watch.begin(), linked.edges_by_watch.end(),
                     [&](std::uint32_t a, std::uint32_t b) {
                         return linked.edge_triggers[a].watch < linked.edge_triggers[b].watch;
                     });
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
    }
    linked->zone_field = ir::zone_field_of(source);
    for (std::size_t i = 0; i < source.channels.size(); ++i) {
        linked->channels.push_back(numbered(catalog.channels, source.channels[i].name));
        put_reverse(linked->channel_of_number, linked->channels.back(), i);
    }
    for (const ir::Consent& consent : source.consents) {
        linked->consents.push_back(numbered(catalog.consents, consent.name));
    }
    link_events(catalog, *linked);
    for (const ir::Aggregate& asked : source.aggregates) {
        linked->counts_by_event.push_back(asked.filter == ir::kNone ||
                                          looks_only_at_the_event(source, asked.filter));
    }
    for (const ir::Journey& journey : source.journeys) {
        linked->journeys.push_back(link_journey(catalog, *linked, journey));
        if (!journey.migrations.empty())
            linked->moving[linked->journeys.back().number] =
                static_cast<ir::Index>(linked->journeys.size() - 1);
    }
    link_triggers(catalog, *linked);
    return linked;
}

}  // namespace journey::core
