#include "dsl/lower/lower.h"

#include "dsl/lower/steps.h"

namespace journey::lower {

namespace {

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
    for (const sema::Pattern& trigger : from.triggers) {
        into.triggers.push_back(ir::OnEvent{lower_pattern(trigger, exprs), {}, {}});
    }
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
        if (exit.condition != nullptr) {
            made.reason = "left";
            made.condition = exprs.add(exit.condition);
        } else {
            made.pattern = lower_pattern(exit.pattern, exprs);
        }
        into.exits.push_back(std::move(made));
    }
    into.frequency = from.frequency;
    into.quiet = from.quiet;
    into.lifetime = from.lifetime;
    into.zone = from.zone;
    into.priority = from.priority;
    lower_steps(from, sources, exprs, into);
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
            if (exit.reason.empty()) exit.reason = program.events[exit.pattern.event].name;
        }
        program.journeys.push_back(std::move(made));
    }
    for (ir::Journey& journey : program.journeys)
        journey.hash = ir::journey_hash(program, journey);
    return program;
}

}  // namespace journey::lower
