#include "dsl/sema/triggers.h"

#include "engine/calendar/calendar.h"

namespace journey::sema {

using ir::TypeKind;

namespace {

class TriggerChecker {
  public:
    TriggerChecker(Context& cx, const Scope& scope, Span span)
        : cx_(cx), scope_(scope), known_(*scope.journey), span_(span) {}

    std::optional<Trigger> run(const ast::Enter& enter) {
        return std::visit(
            Match{[&](const ast::EventTrigger& event) { return on_event(event); },
                  [&](const ast::ReachTrigger& reach) { return on_reach(reach); },
                  [&](const ast::SegmentChange& change) { return on_segment(change); },
                  [&](const ast::Schedule& schedule) { return on_schedule(schedule); }},
            enter.trigger);
    }

  private:
    std::optional<Trigger> broken() {
        known_.triggers_broken = true;
        return std::nullopt;
    }

    // ------------------------------------------------------------ an event

    std::optional<Trigger> on_event(const ast::EventTrigger& trigger) {
        if (trigger.event.event.dotted() == ir::kCalledEvent) return on_call(trigger);
        OnEvent made;
        made.pattern = check_pattern(cx_, scope_, trigger.event, true);
        refuse_label(trigger.event);
        if (trigger.event.of_label) made.pattern.broken = true;
        if (made.pattern.event == kNone) return broken();
        const Index event = made.pattern.event;
        known_.triggers.push_back(event);
        if (trigger.lasts) check_lasts(trigger, made);
        for (const ast::EventSel& unless : trigger.unless) {
            refuse_label(unless);
            made.unless.push_back(check_unless(unless, event));
        }
        if (!trigger.lasts && !trigger.unless.empty()) refuse_unless(trigger);
        return Trigger{std::move(made), span_};
    }

    void refuse_label(const ast::EventSel& selection) {
        if (!selection.of_label) return;
        cx_.report(Diagnostic::error("J0108", "NOT YET HERE", selection.of_label->span,
                                     "Nothing was sent yet when a journey starts, so no step can "
                                     "be named here."));
    }

    /// Its row is the event that cancels; `trigger` is the one that was watched, whatever else may
    /// start this journey.
    Pattern check_unless(const ast::EventSel& unless, Index event) {
        if (unless.of_label) return {};
        JourneyScope watched;
        watched.name = known_.name;
        watched.triggers = {event};
        Scope scope = scope_;
        scope.journey = &watched;
        scope.before_entry = true;
        return check_pattern(cx_, scope, unless);
    }

    void refuse_unless(const ast::EventTrigger& trigger) {
        const ast::EventSel& unless = trigger.unless.front();
        const std::string event = trigger.event.event.dotted();
        cx_.report(
            Diagnostic::error("J0326", "UNLESS IT HAPPENS WHEN?", unless.span,
                              "Without `lasts` the journey starts at once, and nothing can come "
                              "between.")
                .and_after("`unless` calls off somebody who is still being watched.")
                .and_help("to watch first: `enter when " + event + " lasts 90s unless …`")
                .and_help("to end a journey that runs: `exit when " + unless.event.dotted() + "`"));
    }

    void check_lasts(const ast::EventTrigger& trigger, OnEvent& made) {
        const ast::Duration& lasts = *trigger.lasts;
        made.lasts_span = lasts.span;
        const ir::EventType& event = cx_.schema().events[made.pattern.event];
        if (lasts.value.months != 0 || lasts.value.days != 0) {
            const std::string words = cx_.words(lasts.span);
            Diagnostic diagnostic = Diagnostic::error("J0209", "DAYS ARE NOT HOURS", lasts.span,
                                                      "How long something lasts is exact, and " +
                                                          words + " has no exact number of hours.");
            if (lasts.value.months == 0) {
                const std::string hours = std::to_string(lasts.value.days * 24) + "h";
                diagnostic.fixes.push_back({Applicability::probable,
                                            "write " + tick(hours) + " if you mean hours.",
                                            {{lasts.span, hours}}});
            }
            cx_.report(std::move(diagnostic));
            return;
        }
        if (lasts.value.seconds <= 0) {
            cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", lasts.span,
                                         "No time at all is too short here.")
                           .and_help("to start at once, leave `lasts` out"));
            return;
        }
        if (!event.dwell) {
            if (!cx_.broken_dwells.contains(made.pattern.event)) report_no_dwell(lasts, event);
            return;
        }
        made.lasts = lasts.value;
        const std::int64_t every = event.dwell->every.seconds;
        const std::int64_t asked = lasts.value.seconds;
        if (asked >= 2 * every || asked % every == 0) return;
        const std::string words = cx_.words(lasts.span);
        cx_.report(Diagnostic::warning("J0321", "FINER THAN THE HEARTBEAT", lasts.span,
                                       "Pings come every " + format_duration(event.dwell->every) +
                                           ", so " + words + " may mean anything from " + words +
                                           " to " + format_duration({0, 0, asked + every}) + ".")
                       .and_help("ask for a multiple of " + format_duration(event.dwell->every) +
                                 ", or ping more often"));
    }

    void report_no_dwell(const ast::Duration& lasts, const ir::EventType& event) {
        std::string key;
        for (const ir::Field& field : event.fields) {
            if (field.required && key.empty()) key = field.name;
        }
        cx_.report(
            Diagnostic::error(
                "J0320", "HOW LONG DID IT LAST?", lasts.span,
                "I do not know how to measure how long " + tick(event.name) + " lasts.")
                .and_after("An event is a moment. That somebody stayed is known by pings that "
                           "come while they do.")
                .and_help("ask the data team to add a line to the event, like `dwell by "
                          "page_ping on " +
                          (key.empty() ? std::string("view_id") : key) +
                          " every 15s ends with page_left`"));
    }

    std::optional<Trigger> on_call(const ast::EventTrigger& trigger) {
        known_.called = true;
        if (trigger.event.where != nullptr) {
            cx_.report(
                Diagnostic::error("J0326", "ASKED IN ANOTHER PLACE", trigger.event.where->span,
                                  "What a `run` gives is known when this journey starts, not "
                                  "before.")
                    .and_help("ask in a line of its own: `only if trigger.…`"));
        }
        if (trigger.lasts || !trigger.unless.empty()) {
            const Span at = trigger.lasts ? trigger.lasts->span : trigger.unless.front().span;
            cx_.report(Diagnostic::error("J0326", "IT STARTS AT ONCE", at,
                                         "A journey that another one runs starts at once, so "
                                         "nothing can last or come between."));
        }
        refuse_label(trigger.event);
        return Trigger{ir::OnCall{}, span_};
    }

    // ------------------------------------------------------------ a count that is reached

    std::optional<Trigger> on_reach(const ast::ReachTrigger& trigger) {
        Scope scope = scope_;
        scope.before_entry = true;
        scope.journey = nullptr;  // nobody entered: neither trigger nor entry
        OnReach made;
        made.aggregate = check_expr(cx_, scope, *trigger.aggregate);
        made.threshold = check_expr(cx_, scope, *trigger.threshold);
        if (made.aggregate->broken || made.aggregate->aggregate == nullptr) return broken();
        const ir::AggregateFn fn = made.aggregate->aggregate->fn;
        const Index event = made.aggregate->aggregate->event;
        known_.triggers.push_back(event);
        if (fn != ir::AggregateFn::count && fn != ir::AggregateFn::count_distinct &&
            fn != ir::AggregateFn::sum) {
            report_not_counting(trigger, event, made);
            return std::nullopt;
        }
        if (trigger.per && !check_per(*trigger.per, event, made)) return std::nullopt;
        if (made.threshold->broken || !check_threshold(trigger, made)) return std::nullopt;
        return Trigger{std::move(made), span_};
    }

    /// The largest one gets there when there is the first one that large.
    std::string counted(const ast::Aggregate& ask, const ast::ReachTrigger& trigger, Index event) {
        const Span all = trigger.aggregate->span;
        const Span before = ask.where != nullptr ? ask.where->span : ask.of.span;
        std::string where = ask.of.parts.back().text + " >= " + cx_.words(trigger.threshold->span);
        if (ask.where != nullptr) where = "(" + cx_.words(ask.where->span) + ") and " + where;
        return "count(" + cx_.schema().events[event].name + " where " + where +
               cx_.words({all.file, before.end, all.end}) + " reaches 1";
    }

    void report_not_counting(const ast::ReachTrigger& trigger, Index event, const OnReach& made) {
        const ast::Expr& aggregate = *trigger.aggregate;
        const std::string words = cx_.words(aggregate.span);
        Diagnostic diagnostic = Diagnostic::error(
            "J0206", "THAT DOES NOT ADD UP", aggregate.span,
            "Only what counts up can reach a number, and " + tick(words) + " does not.");
        diagnostic.after = "`count(…)`, `count(distinct …)` and `sum(…)` do.";
        const auto* ask = std::get_if<ast::Aggregate>(&aggregate.what);
        if (ask != nullptr && ask->fn == ast::AggregateFn::did) {
            diagnostic.help.push_back("for the event itself write `enter when " + ask->of.dotted() +
                                      "`");
        }
        if (ask != nullptr && ask->fn == ast::AggregateFn::max && !made.threshold->broken) {
            const std::string meant = counted(*ask, trigger, event);
            const Span first = aggregate.span;
            diagnostic.after += " The largest one gets there with the first that large.";
            diagnostic.fixes.push_back(
                {Applicability::probable,
                 "write " + tick(meant) + ".",
                 {{{first.file, first.begin, trigger.threshold->span.end}, meant}}});
        }
        cx_.report(std::move(diagnostic));
    }

    bool check_per(const ast::Name& per, Index event, OnReach& made) {
        const ir::EventType& type = cx_.schema().events[event];
        const std::optional<Index> field = find_field(cx_, type.fields, per, type.name);
        if (!field) return false;
        const ir::Type& of = type.fields[*field].type;
        if (of.kind == TypeKind::list || of.kind == TypeKind::map || of.kind == TypeKind::event) {
            cx_.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", per.span,
                                         "`per` counts for each plain value, and " +
                                             tick(per.text) + " is " + describe(of, cx_.schema()) +
                                             "."));
            return false;
        }
        made.per = *field;
        return true;
    }

    bool check_threshold(const ast::ReachTrigger& trigger, OnReach& made) {
        const std::string words = cx_.words(trigger.threshold->span);
        if (!is_constant(*made.threshold)) {
            cx_.report(Diagnostic::error("J0201", "A FIXED VALUE IS NEEDED", made.threshold->span,
                                         "What is reached is the same for everybody, and " +
                                             tick(words) + " depends on who it is."));
            return false;
        }
        if (made.aggregate->type.kind == TypeKind::integer &&
            made.threshold->type.kind == TypeKind::real) {
            cx_.report(Diagnostic::error("J0201", "A WHOLE NUMBER IS NEEDED", made.threshold->span,
                                         tick(cx_.words(trigger.aggregate->span)) +
                                             " is always a whole number, and " + words +
                                             " is not one."));
            return false;
        }
        made.threshold = fit(cx_, std::move(made.threshold), made.aggregate->type,
                             cx_.words(trigger.aggregate->span));
        if (made.threshold->broken) return false;
        const Value& value = made.threshold->constant;
        const auto* whole = std::get_if<std::int64_t>(&value.held);
        const auto* real = std::get_if<double>(&value.held);
        const auto* money = std::get_if<Money>(&value.held);
        const auto* length = std::get_if<CalendarDuration>(&value.held);
        const bool above = (whole != nullptr && *whole > 0) || (real != nullptr && *real > 0) ||
                           (money != nullptr && money->minor > 0) ||
                           (length != nullptr && calendar::bounds_of(*length).least > 0);
        if (above) return true;
        cx_.report(Diagnostic::error("J0213", "REACHED BEFORE IT BEGINS", made.threshold->span,
                                     "Everybody is at " + words +
                                         " before anything happened, so nobody can reach it.")
                       .and_help("write a number above zero"));
        return false;
    }

    // ------------------------------------------------------------ no event

    std::optional<Trigger> on_segment(const ast::SegmentChange& change) {
        known_.eventless = true;
        const std::optional<Index> segment = cx_.find(Kind::segment, change.segment);
        if (!segment) return broken();
        return Trigger{ir::OnSegment{*segment, change.joining}, span_};
    }

    std::optional<Trigger> on_schedule(const ast::Schedule& schedule) {
        known_.eventless = true;
        std::optional<ir::OnSchedule> made = check_schedule(cx_, schedule);
        if (!made) return broken();
        return Trigger{std::move(*made), span_};
    }

    Context& cx_;
    const Scope& scope_;
    JourneyScope& known_;
    Span span_;
};

}  // namespace

std::optional<Trigger> check_enter(Context& cx, const Scope& scope, const ast::Enter& enter,
                                   Span span) {
    return TriggerChecker(cx, scope, span).run(enter);
}

}  // namespace journey::sema
