// Questions about a person's events: `did(…)`, `count(…)` and the others, and event patterns.

#include "dsl/sema/expr.h"

namespace journey::sema {

using ir::Op;
using ir::TypeKind;

namespace {

bool needs_field(const ast::Aggregate& ask) {
    switch (ask.fn) {
        case ast::AggregateFn::sum:
        case ast::AggregateFn::avg:
        case ast::AggregateFn::min:
        case ast::AggregateFn::max:
        case ast::AggregateFn::distinct:
            return true;
        case ast::AggregateFn::count:
            return ask.distinct;
        case ast::AggregateFn::did:
        case ast::AggregateFn::first:
        case ast::AggregateFn::last:
        case ast::AggregateFn::list:
            return false;
    }
    return false;
}

ir::AggregateFn fn_of(const ast::Aggregate& ask) {
    switch (ask.fn) {
        case ast::AggregateFn::did:
            return ir::AggregateFn::did;
        case ast::AggregateFn::count:
            return ask.distinct ? ir::AggregateFn::count_distinct : ir::AggregateFn::count;
        case ast::AggregateFn::sum:
            return ir::AggregateFn::sum;
        case ast::AggregateFn::avg:
            return ir::AggregateFn::avg;
        case ast::AggregateFn::min:
            return ir::AggregateFn::min;
        case ast::AggregateFn::max:
            return ir::AggregateFn::max;
        case ast::AggregateFn::first:
            return ir::AggregateFn::first;
        case ast::AggregateFn::last:
            return ir::AggregateFn::last;
        case ast::AggregateFn::distinct:
            return ir::AggregateFn::distinct;
        case ast::AggregateFn::list:
            return ir::AggregateFn::list;
    }
    return ir::AggregateFn::did;
}

/// The moment of a window's edge, or null after a diagnostic.
NodePtr check_edge(Context& cx, const Scope& scope, const ast::Expr& expr) {
    NodePtr node = check_expr(cx, scope, expr);
    if (node->broken) return nullptr;
    if (node->type.kind == TypeKind::event) {
        NodePtr time = make(Op::record_time, simple(TypeKind::instant), node->span);
        time->may_be_missing = node->may_be_missing;
        time->operands.push_back(std::move(node));
        return time;
    }
    node = as_moment(cx, std::move(node));
    if (node->type.kind == TypeKind::instant) return node;
    cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", expr.span,
                                "A window begins or ends at a moment, and this is " +
                                    describe(node->type, cx.schema()) + "."));
    return nullptr;
}

/// For how long the engine keeps events: kEventsKept of engine/core/history.cc. One test asks both
/// (tests/engine/app/memory_test.cc).
constexpr std::int64_t kRememberedDays = 800;
/// Journeys of this language run from then on, so what is older by the memory than this is forgotten
/// whenever somebody asks. 2026-01-01, in days.
constexpr std::int64_t kFirstDay = 20454;

std::int64_t days_of(const CalendarDuration& length) {
    return length.months * 365 / 12 + length.days + length.seconds / 86400;
}

}  // namespace

bool check_memory(Context& cx, const CalendarDuration& length, Span span) {
    if (days_of(length) <= kRememberedDays) return true;
    cx.report(Diagnostic::error("J0317", "LONGER THAN THE MEMORY", span,
                                "Events are kept for 800 days, and this asks about " +
                                    format_duration(length) + ".")
                  .and_after("What happened before that would be missing from the answer, and "
                             "nobody would notice.")
                  .and_help("ask about at most `2 years`, or keep the answer in the profile: "
                            "`set user.last_order = now` when it happens"));
    return false;
}

namespace {

/// `since 2019-01-01`, `since now - 3 years`. A fixed moment is only doubted: a test may live then.
bool check_edge_memory(Context& cx, const NodePtr& edge) {
    if (edge == nullptr) return false;
    if (const auto* moment = std::get_if<Instant>(&edge->constant.held)) {
        const std::int64_t day = micros_of(*moment) / 86'400'000'000;
        if (day >= kFirstDay - kRememberedDays) return true;
        cx.report(Diagnostic::warning("J0317", "LONGER THAN THE MEMORY", edge->span,
                                      "Events are kept for 800 days, and this is longer ago.")
                      .and_after("What happened before that would be missing from the answer, and "
                                 "nobody would notice.")
                      .and_help("ask about at most `2 years`, or keep the answer in the profile: "
                                "`set user.last_order = now` when it happens"));
        return true;
    }
    if (edge->op != Op::subtract || edge->operands[0]->op != Op::now) return true;
    const auto* length = std::get_if<CalendarDuration>(&edge->operands[1]->constant.held);
    return length == nullptr || check_memory(cx, *length, edge->span);
}

bool check_window(Context& cx, const Scope& scope, const ast::Window& window, Window& into) {
    switch (window.kind) {
        case ast::WindowKind::ever:
            into.kind = ir::WindowKind::ever;
            return true;
        case ast::WindowKind::within:
            into.kind = ir::WindowKind::within;
            into.within = window.within->value;
            if (into.within == CalendarDuration{}) {
                cx.report(Diagnostic::error("J0213", "AN EMPTY WINDOW", window.within->span,
                                            "Within no time at all nothing can have happened."));
                return false;
            }
            return check_memory(cx, into.within, window.within->span);
        case ast::WindowKind::since:
            into.kind = ir::WindowKind::since;
            into.since = check_edge(cx, scope, *window.from);
            return check_edge_memory(cx, into.since);
        case ast::WindowKind::before:
            into.kind = ir::WindowKind::before;
            into.since = check_edge(cx, scope, *window.to);
            return check_edge_memory(cx, into.since);
        case ast::WindowKind::between: {
            into.kind = ir::WindowKind::between;
            into.since = check_edge(cx, scope, *window.from);
            into.until = check_edge(cx, scope, *window.to);
            if (into.since == nullptr || into.until == nullptr) return false;
            const auto* from = std::get_if<Instant>(&into.since->constant.held);
            const auto* to = std::get_if<Instant>(&into.until->constant.held);
            if (from != nullptr && to != nullptr && *to <= *from) {
                cx.report(Diagnostic::error("J0213", "AN EMPTY WINDOW", window.span,
                                            "This window ends before it begins, so nothing can be "
                                            "inside.")
                              .and_help("write the earlier moment first"));
                return false;
            }
            return check_edge_memory(cx, into.since);
        }
    }
    return false;
}

void report_no_window(Context& cx, const ast::Aggregate& ask, Span span) {
    const std::uint32_t end = span.end - 1;  // before the closing bracket
    const Span at{span.file, end, end};
    Diagnostic diagnostic = Diagnostic::error(
        "J0318", "SINCE WHEN?", span,
        "This asks about " + tick(ask.of.dotted()) + " without saying since when.");
    diagnostic.after = "Yesterday and ten years ago are both the past; people mean one of these:";
    for (const char* words : {" within 30d", " since entry", " ever"}) {
        diagnostic.fixes.push_back(
            {Applicability::sketch, std::string("add `") + (words + 1) + "`.", {{at, words}}});
    }
    cx.report(std::move(diagnostic));
}

/// The type of the answer, or nullopt after J0206.
std::optional<ir::Type> answer_type(Context& cx, const ast::Aggregate& ask, const EventRef& ref) {
    const std::string fn(ast::name_of(ask.fn));
    if (!needs_field(ask)) {
        if (ref.field != kNone) {
            const std::string event = cx.schema().events[ref.event].name;
            Diagnostic diagnostic = Diagnostic::error(
                "J0206", "ONE PROPERTY TOO MANY", ref.field_name->span,
                tick(fn) + " asks about whole events, not about one property of them.");
            if (ask.fn == ast::AggregateFn::count) {
                diagnostic.help.push_back("to count different values: `count(distinct " +
                                          ask.of.dotted() + " …)`");
            } else if (ask.fn == ast::AggregateFn::first || ask.fn == ast::AggregateFn::last) {
                diagnostic.help.push_back("write `" + fn + "(" + event + " …)." +
                                          ref.field_name->text + "`");
            }
            cx.report(std::move(diagnostic));
            return std::nullopt;
        }
        switch (ask.fn) {
            case ast::AggregateFn::did:
                return simple(TypeKind::boolean);
            case ast::AggregateFn::count:
                return simple(TypeKind::integer);
            default:
                break;
        }
        ir::Type type = simple(ask.fn == ast::AggregateFn::list ? TypeKind::list : TypeKind::event);
        if (type.kind == TypeKind::list) type.element = TypeKind::event;
        type.event = ref.event;
        return type;
    }
    if (ref.field == kNone) {
        std::vector<std::string> names;
        for (const ir::Field& field : cx.schema().events[ref.event].fields) {
            names.push_back(field.name);
        }
        Diagnostic diagnostic = Diagnostic::error(
            "J0206", "WHICH PROPERTY?", ask.of.span,
            tick(fn) + " needs a property of " + tick(ask.of.dotted()) + ", like `" +
                ask.of.dotted() + "." + (names.empty() ? "total" : names.front()) + "`.");
        if (!names.empty()) diagnostic.after = "It has:  " + columns(names);
        cx.report(std::move(diagnostic));
        return std::nullopt;
    }
    const ir::Field& field = cx.schema().events[ref.event].fields[ref.field];
    const TypeKind kind = field.type.kind;
    const bool addable =
        is_number(field.type) || kind == TypeKind::money || kind == TypeKind::duration;
    const bool ordered = is_ordered(field.type);
    const bool fits =
        ask.fn == ast::AggregateFn::sum || ask.fn == ast::AggregateFn::avg ? addable
        : ask.fn == ast::AggregateFn::min || ask.fn == ast::AggregateFn::max
            ? ordered
            : kind != TypeKind::list && kind != TypeKind::map && kind != TypeKind::event;
    if (!fits) {
        const std::string can = ask.fn == ast::AggregateFn::sum ? "sum numbers, durations and money"
                                : ask.fn == ast::AggregateFn::avg
                                    ? "average numbers, durations and money"
                                : ask.fn == ast::AggregateFn::distinct || ask.distinct
                                    ? "tell plain values apart"
                                    : "order numbers, money and time";
        Diagnostic diagnostic =
            Diagnostic::error("J0206", "THAT CANNOT BE ADDED UP", ref.field_name->span,
                              "I can only " + can + ", and " + tick(field.name) + " is " +
                                  describe(field.type, cx.schema()) + ".");
        if (ask.fn == ast::AggregateFn::sum) diagnostic.help.push_back("did you mean `count`?");
        cx.report(std::move(diagnostic));
        return std::nullopt;
    }
    if (ask.fn == ast::AggregateFn::sum && kind == TypeKind::money && field.type.currency.empty()) {
        cx.report(Diagnostic::error("J0206", "WHICH MONEY?", ref.field_name->span,
                                    tick(field.name) + " may come in any currency, and yuan and "
                                                       "dollars cannot be added.")
                      .and_help("declare it as `money CNY` in the event"));
        return std::nullopt;
    }
    if (ask.distinct) return simple(TypeKind::integer);
    if (ask.fn == ast::AggregateFn::distinct) {
        ir::Type list = field.type;
        list.kind = TypeKind::list;
        list.element = kind;
        return list;
    }
    if (ask.fn == ast::AggregateFn::avg && kind == TypeKind::integer) return simple(TypeKind::real);
    return field.type;
}

}  // namespace

std::optional<EventRef> resolve_event(Context& cx, const ast::Path& path) {
    EventRef ref;
    if (Declared* whole = cx.peek(Kind::event, path.dotted())) {
        whole->used = true;
        if (whole->index == kNone) {
            cx.find(Kind::event, path.dotted(), path.span);
            return std::nullopt;
        }
        cx.note("event", "", path.dotted(), path.span);
        ref.event = whole->index;
        return ref;
    }
    if (path.parts.size() >= 2) {
        std::string head = path.parts[0].text;
        for (std::size_t i = 1; i + 1 < path.parts.size(); ++i)
            head += "." + path.parts[i].text;
        if (Declared* event = cx.peek(Kind::event, head)) {
            event->used = true;
            cx.note("event", "", head,
                    source::join(path.parts.front().span, path.parts[path.parts.size() - 2].span));
            if (event->index == kNone) return std::nullopt;
            const ir::EventType& type = cx.schema().events[event->index];
            const std::optional<Index> field =
                find_field(cx, type.fields, path.parts.back(), type.name);
            if (!field) return std::nullopt;
            ref.event = event->index;
            ref.field = *field;
            ref.field_name = &path.parts.back();
            return ref;
        }
        // The event's own name is what is unknown: point at that part only.
        const Span span =
            source::join(path.parts.front().span, path.parts[path.parts.size() - 2].span);
        cx.find(Kind::event, head, span);
        return std::nullopt;
    }
    cx.find(Kind::event, path.dotted(), path.span);
    return std::nullopt;
}

NodePtr check_aggregate(Context& cx, const Scope& scope, const ast::Aggregate& ask, Span span) {
    if (scope.row != kNone) {
        cx.report(
            Diagnostic::error("J0902", "A QUESTION INSIDE A QUESTION", ask.fn_span,
                              "Inside `where` I look at one event and cannot ask about others.")
                .and_help("ask it outside and join the two with `and`"));
        return broken_node(span);
    }
    const std::optional<EventRef> ref = resolve_event(cx, ask.of);
    auto aggregate = std::make_unique<AggregateNode>();
    bool good = ref.has_value();
    Scope inner = scope;
    inner.row = ref ? ref->event : kNone;
    inner.row_broken = !ref;
    std::erase_if(inner.present, [](const std::string& path) { return path.starts_with("row."); });
    if (ask.where != nullptr) {
        aggregate->filter = check_condition(cx, inner, *ask.where);
        good = good && !aggregate->filter->broken;
    }
    const bool windowless = ask.fn == ast::AggregateFn::first || ask.fn == ast::AggregateFn::last;
    if (ask.window) {
        good = check_window(cx, scope, *ask.window, aggregate->window) && good;
    } else if (!windowless) {
        report_no_window(cx, ask, span);
        good = false;
    }
    std::optional<ir::Type> type;
    if (ref) type = answer_type(cx, ask, *ref);
    if (ask.fn == ast::AggregateFn::list) {
        if (!ask.limit) {
            cx.report(Diagnostic::error("J0318", "HOW MANY?", span,
                                        "A list of events needs a limit, at most 100.")
                          .and_help("for example `list(" + ask.of.dotted() +
                                    " within 7 days limit 10)`"));
            good = false;
        } else if (ask.limit->value < 1 || ask.limit->value > 100) {
            cx.report(Diagnostic::error("J0213", "HOW MANY?", ask.limit->span,
                                        "The limit of a list is between 1 and 100."));
            good = false;
        } else {
            aggregate->limit = static_cast<std::uint32_t>(ask.limit->value);
        }
    } else if (ask.limit) {
        cx.report(Diagnostic::error("J0206", "NO LIMIT HERE", ask.limit->span,
                                    "Only `list` takes a limit."));
        good = false;
    }
    if (!good || !type) return broken_node(span);
    aggregate->fn = fn_of(ask);
    aggregate->event = ref->event;
    aggregate->field = ref->field;
    const bool may_be_missing = ask.fn == ast::AggregateFn::avg ||
                                ask.fn == ast::AggregateFn::min ||
                                ask.fn == ast::AggregateFn::max || windowless;
    NodePtr node = make(Op::aggregate, *type, span);
    node->may_be_missing = may_be_missing;
    node->aggregate = std::move(aggregate);
    return node;
}

bool can_report(ir::ChannelKind kind, std::string_view event) {
    switch (kind) {
        case ir::ChannelKind::email:
            return true;
        case ir::ChannelKind::sms:
            return event != "opened" && event != "complained";
        case ir::ChannelKind::push:
            return event == "delivered" || event == "opened" || event == "clicked" ||
                   event == "bounced";
        case ir::ChannelKind::webhook:
            return event == "delivered" || event == "bounced";
    }
    return false;
}

namespace {

NodePtr row_equals(Context& cx, const char* field, NodePtr right, Span span) {
    const auto& builtin = cx.schema().events.front().fields;
    NodePtr left = make(Op::row_field, simple(TypeKind::text), span);
    left->a = ir::find_named(builtin, field);
    NodePtr node = make(Op::equal, simple(TypeKind::boolean), span);
    node->operands.push_back(std::move(left));
    node->operands.push_back(std::move(right));
    return node;
}

/// `clicked of mail`: row.message is "mail" and row.entry is this entry.
NodePtr of_label(Context& cx, const Scope& scope, const ast::Name& label,
                 const ir::EventType& event) {
    if (!event.builtin) {
        cx.report(Diagnostic::error("J0311", "OF WHICH MESSAGE?", label.span,
                                    "`of` names one of this journey's messages, and " +
                                        tick(event.name) + " does not come from a message.")
                      .and_help("ask about its properties: `" + event.name + " where …`"));
        return broken_node(label.span);
    }
    if (scope.journey == nullptr) {
        cx.report(Diagnostic::error("J0108", "NOT KNOWN HERE", label.span,
                                    "`of` names a step, and there is no journey here."));
        return broken_node(label.span);
    }
    const auto found = scope.journey->labels.find(label.text);
    if (found == scope.journey->labels.end()) {
        std::vector<std::string> labels;
        for (const auto& [name, what] : scope.journey->labels)
            labels.push_back(name);
        Diagnostic diagnostic =
            Diagnostic::error("J0104", "UNKNOWN STEP", label.span,
                              "I cannot find a step called " + tick(label.text) + ".");
        diagnostic = with_near_names(std::move(diagnostic), label.text, label.span, labels);
        if (labels.empty()) {
            diagnostic.after = "A step gets a name in front: `" + label.text + ": send email …`";
        }
        cx.report(std::move(diagnostic));
        return broken_node(label.span);
    }
    cx.note("label", scope.journey->name, label.text, label.span);
    if (found->second.channel == kNone) {
        cx.report(Diagnostic::error(
                      "J0311", "THAT STEP SENDS NOTHING", label.span,
                      tick(label.text) + " is not a send, so it cannot be " + event.name + ".")
                      .and_other(found->second.span, "this step"));
        return broken_node(label.span);
    }
    const ir::Channel& channel = cx.schema().channels[found->second.channel];
    if (!can_report(channel.kind, event.name)) {
        std::vector<std::string> can;
        for (const char* name : ir::kBuiltinEvents) {
            if (can_report(channel.kind, name)) can.push_back(name);
        }
        cx.report(Diagnostic::error("J0311", "NOBODY WILL TELL US", label.span,
                                    "A message by " + channel.name + " cannot be " + event.name +
                                        "; this would wait in vain.")
                      .and_other(found->second.span, "sent here, by " + channel.name)
                      .and_after("They can be:  " + columns(can)));
        return broken_node(label.span);
    }
    NodePtr both = make(Op::logical_and, simple(TypeKind::boolean), label.span);
    both->operands.push_back(row_equals(
        cx, "message", make_constant(Value(found->second.full), label.span), label.span));
    both->operands.push_back(row_equals(
        cx, "entry", make(Op::entry_id, simple(TypeKind::text), label.span), label.span));
    return both;
}

}  // namespace

Pattern check_pattern(Context& cx, const Scope& scope, const ast::EventSel& selection,
                      bool entering) {
    Pattern pattern;
    pattern.span = selection.event.span;
    const std::optional<Index> event =
        cx.find(Kind::event, selection.event.dotted(), selection.event.span);
    Scope inner = scope;
    inner.entering = entering;
    inner.row = event.value_or(kNone);
    inner.row_broken = !event;
    std::erase_if(inner.present, [](const std::string& path) { return path.starts_with("row."); });
    NodePtr filter;
    if (selection.of_label && event) {
        filter = of_label(cx, scope, *selection.of_label, cx.schema().events[*event]);
    }
    if (selection.where != nullptr) {
        NodePtr where = check_condition(cx, inner, *selection.where);
        if (filter == nullptr) {
            filter = std::move(where);
        } else {
            filter->broken = filter->broken || where->broken;
            filter->operands.push_back(std::move(where));
        }
    }
    pattern.broken = !event || (filter != nullptr && filter->broken);
    pattern.event = event.value_or(kNone);
    pattern.filter = std::move(filter);
    return pattern;
}

}  // namespace journey::sema
