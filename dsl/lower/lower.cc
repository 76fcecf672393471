#include "dsl/lower/lower.h"

#include "dsl/lower/steps.h"

namespace journey::lower {

namespace {

ir::Trigger lower_trigger(const sema::Trigger& from, ExprTable& exprs) {
    return std::visit(Match{[&](const sema::OnEvent& event) -> ir::Trigger {
                                ir::OnEvent made;
                                made.pattern = lower_pattern(event.pattern, exprs);
                                made.lasts = event.lasts;
                                for (const sema::Pattern& unless : event.unless)
                                    made.unless.push_back(lower_pattern(unless, exprs));
                                return made;
                            },
                            [&](const sema::OnReach& reach) -> ir::Trigger {
                                ir::OnReach made;
                                made.aggregate = exprs.add_counted(*reach.aggregate);
                                made.threshold = exprs.add(reach.threshold);
                                made.per = reach.per;
                                return made;
                            },
                            [](const auto& other) -> ir::Trigger { return other; }},
                      from.what);
}

ir::Migration lower_migration(const sema::Migration& from, const ir::Journey& journey) {
    ir::Migration made;
    made.from_version = from.from_version;
    made.others = from.others;
    for (const sema::Move& move : from.moves) {
        for (ir::Index i = 0; i < journey.states.size(); ++i) {
            if (journey.states[i].step != move.to) continue;
            made.moves.push_back({move.from, i});
            break;
        }
    }
    return made;
}

ir::Journey lower_journey(const sema::Journey& from, const source::SourceSet& sources,
                          ExprTable& exprs) {
    ir::Journey into;
    into.name = from.name;
    into.title = from.title;
    into.about = from.about;
    into.owner = from.owner;
    into.message_class = from.message_class;
    into.version = from.version;
    into.locals = from.locals;
    exprs.use_trigger_fields(&into.trigger_fields);
    for (const sema::Trigger& trigger : from.triggers)
        into.triggers.push_back(lower_trigger(trigger, exprs));
    into.admit = exprs.add(from.admit);
    into.key = exprs.add(from.key);
    into.reentry = from.reentry;
    into.reentry_after = from.reentry_after;
    into.reentry_per = exprs.add(from.reentry_per);
    into.overlap = from.overlap;
    for (const sema::Goal& goal : from.goals) {
        into.goals.push_back(
            {goal.name, lower_pattern(goal.pattern, exprs), goal.within, goal.exits});
    }
    for (const sema::Exit& exit : from.exits) {
        ir::Exit made;
        if (exit.segment != ir::kNone) {
            made.segment = exit.segment;
            made.joining = exit.joining;
        } else if (exit.condition != nullptr) {
            made.reason = "left";
            made.condition = exprs.add(exit.condition);
        } else {
            made.pattern = lower_pattern(exit.pattern, exprs);
        }
        into.exits.push_back(std::move(made));
    }
    into.frequency = from.frequency;
    into.quiet = from.quiet;
    // Nobody stays for ever, also where every wait could: the longest life the language knows.
    into.lifetime = from.lifetime.value_or(CalendarDuration{0, sema::kLifetimeDaysMax, 0});
    into.zone = from.zone;
    into.zone_from = exprs.add(from.zone_from);
    into.priority = from.priority;
    into.rate_count = from.rate_count;
    into.rate_seconds = from.rate_seconds;
    lower_steps(from, sources, exprs, into);
    for (const sema::Migration& migration : from.migrations)
        into.migrations.push_back(lower_migration(migration, into));
    exprs.use_trigger_fields(nullptr);
    const source::Source& text = sources.at(from.name_span.file);
    into.file = text.name();
    into.line = text.place_of(from.name_span.begin).line;
    return into;
}

}  // namespace

ir::Program lower(const sema::Model& model, const source::SourceSet& sources) {
    ir::Program program = model.schema;
    ExprTable exprs(program);
    for (const sema::Segment& segment : model.segments) {
        program.segments.push_back({segment.name, segment.title, exprs.add(segment.is)});
    }
    for (const sema::Journey& journey : model.journeys) {
        ir::Journey made = lower_journey(journey, sources, exprs);
        for (ir::Exit& exit : made.exits) {
            if (!exit.reason.empty()) continue;
            exit.reason = exit.segment != ir::kNone ? program.segments[exit.segment].name
                                                    : program.events[exit.pattern.event].name;
        }
        program.journeys.push_back(std::move(made));
    }
    for (ir::Journey& journey : program.journeys)
        journey.hash = ir::journey_hash(program, journey);
    return program;
}

}  // namespace journey::lower
