#include "dsl/sema/expr.h"

#include "engine/calendar/calendar.h"

namespace journey::sema {

using ir::Op;
using ir::TypeKind;

NodePtr make(Op op, ir::Type type, Span span) {
    auto node = std::make_unique<Node>();
    node->op = op;
    node->type = std::move(type);
    node->span = span;
    return node;
}

NodePtr make_constant(Value value, Span span) {
    NodePtr node = make(Op::constant, type_of(value), span);
    node->may_be_missing = value.is_missing();
    node->constant = std::move(value);
    return node;
}

NodePtr broken_node(Span span) {
    NodePtr node = make_constant(Value{}, span);
    node->broken = true;
    node->may_be_missing = false;
    return node;
}

bool is_constant(const Node& node) {
    return node.op == Op::constant && !node.broken;
}

namespace {

std::vector<std::string> field_names(const std::vector<ir::Field>& fields) {
    std::vector<std::string> names;
    for (const ir::Field& field : fields)
        names.push_back(field.name);
    return names;
}

void doubt_itself(Node& node) {
    if (node.type.kind == TypeKind::boolean && node.may_be_missing) {
        node.doubts.push_back({node.span, node.path});
    }
}

NodePtr field_node(const Scope& scope, Op op, const ir::Field& field, Index index, std::string path,
                   Span span) {
    NodePtr node = make(op, field.type, span);
    node->a = index;
    node->path = std::move(path);
    node->may_be_missing =
        !field.required && !field.fallback && !scope.present.contains(node->path);
    doubt_itself(*node);
    return node;
}

/// In a journey that others run, `trigger` is what they give; events may start it as well.
NodePtr called_member(Context& cx, const Scope& scope, const ast::Name& name, Span span) {
    const Index self = scope.journey->self;
    if (!cx.muted()) cx.called_reads[self].try_emplace(name.text, name.span);
    const auto& given = cx.called[self];
    const auto found = given.find(name.text);
    if (found == given.end()) {
        const std::string run = "run " + scope.journey->name + " with { " + name.text + ": … }";
        std::vector<std::string> names;
        for (const auto& [one, field] : given)
            names.push_back(one);
        Diagnostic diagnostic =
            Diagnostic::error("J0114", "NOBODY GIVES THIS", name.span,
                              "No `run " + scope.journey->name + "` gives " + tick(name.text) + ".");
        if (!names.empty()) diagnostic.after = "They give:  " + columns(names);
        diagnostic.help.push_back("give it where this journey is run: " + tick(run));
        cx.report(std::move(diagnostic));
        return broken_node(span);
    }
    bool everywhere = !scope.journey->eventless;
    for (const Index event : scope.journey->triggers) {
        const auto& fields = cx.schema().events[event].fields;
        const Index index = ir::find_named(fields, name.text);
        if (index == kNone || (!fields[index].required && !fields[index].fallback)) {
            everywhere = false;
        }
        if (index == kNone || comparable(fields[index].type, found->second.type)) continue;
        cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", name.span,
                                    "What starts this journey does not agree about " +
                                        tick(name.text) + ".")
                      .and_other(found->second.span, "given here")
                      .and_after("A `run` gives " + describe(found->second.type, cx.schema()) +
                                 ", and in " + tick(cx.schema().events[event].name) + " it is " +
                                 describe(fields[index].type, cx.schema()) + "."));
        return broken_node(span);
    }
    NodePtr node = make(Op::trigger_field, found->second.type, span);
    node->name = name.text;
    node->path = "trigger." + name.text;
    node->may_be_missing = (!everywhere || found->second.may_be_missing) &&
                           !scope.present.contains(node->path);
    doubt_itself(*node);
    return node;
}

/// Reports J0102 unless some event has the property and the others merely lack it.
NodePtr trigger_member(Context& cx, const Scope& scope, const ast::Name& name, Span span) {
    if (scope.entering) {
        cx.report(Diagnostic::error("J0108", "NOT YET HERE", span,
                                    "Here the trigger is still being chosen, so it has no name.")
                      .and_after("Inside `where`, a bare name is a property of this very event.")
                      .and_fix(Applicability::certain, "write " + tick(name.text) + ".",
                               {{span, name.text}}));
        return broken_node(span);
    }
    if (scope.journey == nullptr) {
        cx.report(
            Diagnostic::error("J0108", "NOT KNOWN HERE", span,
                              "`trigger` is the event that started a journey, and there is "
                              "no journey here.")
                .and_help("ask about the person's history, for example `last(order_paid).total`"));
        return broken_node(span);
    }
    if (name.text == "time") return make(Op::trigger_time, simple(TypeKind::instant), span);
    if (scope.journey->triggers_broken) return broken_node(span);
    if (scope.journey->called) return called_member(cx, scope, name, span);
    if (scope.journey->triggers.empty()) {
        if (!scope.journey->eventless) return broken_node(span);
        cx.report(Diagnostic::error("J0102", "NOTHING HAPPENED", name.span,
                                    "No event starts this journey, so `trigger` has only its "
                                    "`trigger.time`.")
                      .and_after("A schedule and a segment say who and when, not what happened.")
                      .and_help("ask about the person, like `user." + name.text +
                                "`, or about the past, like `last(order_paid).total`"));
        return broken_node(span);
    }
    const ir::Field* found = nullptr;
    bool everywhere = !scope.journey->eventless;
    for (const Index event : scope.journey->triggers) {
        const auto& fields = cx.schema().events[event].fields;
        const Index index = ir::find_named(fields, name.text);
        if (index == kNone) {
            everywhere = false;
            continue;
        }
        cx.note("property", cx.schema().events[event].name, name.text, name.span);
        if (found != nullptr && !(found->type == fields[index].type)) {
            cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", name.span,
                                        "The events that start this journey do not agree about " +
                                            tick(name.text) + ".")
                          .and_after("In one it is " + describe(found->type, cx.schema()) +
                                     ", in another " + describe(fields[index].type, cx.schema()) +
                                     "."));
            return broken_node(span);
        }
        found = &fields[index];
    }
    if (found == nullptr) {
        const ir::EventType& event = cx.schema().events[scope.journey->triggers.front()];
        find_field(cx, event.fields, name, event.name);
        return broken_node(span);
    }
    NodePtr node = make(Op::trigger_field, found->type, span);
    node->name = name.text;
    node->path = "trigger." + name.text;
    node->may_be_missing = (!everywhere || (!found->required && !found->fallback)) &&
                           !scope.present.contains(node->path);
    doubt_itself(*node);
    return node;
}

NodePtr user_member(Context& cx, const Scope& scope, const ast::Name& name, Span span) {
    const Index index = ir::find_named(cx.schema().profile, name.text);
    if (index == kNone && name.text == "tags") {
        ir::Type tags = simple(TypeKind::list);
        tags.element = TypeKind::text;
        return make(Op::tags, std::move(tags), span);
    }
    if (index == kNone) {
        find_field(cx, cx.schema().profile, name, "user");
        return broken_node(span);
    }
    cx.note("property", "user", name.text, name.span);
    return field_node(scope, Op::user_field, cx.schema().profile[index], index, "user." + name.text,
                      span);
}

/// `coupon.code`: a part of a map by its name.
NodePtr map_member(Context& cx, const Scope& scope, NodePtr map, const ast::Name& name, Span span) {
    NodePtr node = make(Op::element, element_of(map->type), span);
    node->may_be_missing = true;
    if (map->shape != nullptr) {
        const std::string owner = cx.words(map->span);
        const std::optional<Index> field = find_field(cx, *map->shape, name, owner);
        if (!field) return broken_node(span);
        const ir::Field& part = (*map->shape)[*field];
        node->type = part.type;
        node->may_be_missing = map->may_be_missing || (!part.required && !part.fallback);
    }
    if (!map->path.empty()) node->path = map->path + "." + name.text;
    if (scope.present.contains(node->path)) node->may_be_missing = false;
    node->operands.push_back(std::move(map));
    node->operands.push_back(make_constant(Value(name.text), name.span));
    doubt_itself(*node);
    return node;
}

NodePtr record_member(Context& cx, const Scope& scope, NodePtr record, const ast::Name& name,
                      Span span) {
    if (record->broken) return broken_node(span);
    if (record->type.kind == TypeKind::map) {
        return map_member(cx, scope, std::move(record), name, span);
    }
    if (record->type.kind != TypeKind::event) {
        cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", name.span,
                                    tick(cx.words(record->span)) + " is " +
                                        describe(record->type, cx.schema()) +
                                        ", which has no parts to name."));
        return broken_node(span);
    }
    const Index event = record->type.event;
    const auto& fields = cx.schema().events[event].fields;
    const bool missing = record->may_be_missing;
    const Index index = ir::find_named(fields, name.text);
    NodePtr node;
    if (index == kNone && name.text == "time") {
        node = make(Op::record_time, simple(TypeKind::instant), span);
        node->may_be_missing = missing;
    } else {
        const std::optional<Index> found =
            find_field(cx, fields, name, cx.schema().events[event].name);
        if (!found) return broken_node(span);
        node = make(Op::record_field, fields[*found].type, span);
        node->a = *found;
        node->b = event;
        node->may_be_missing = missing || (!fields[*found].required && !fields[*found].fallback);
    }
    node->operands.push_back(std::move(record));
    doubt_itself(*node);
    return node;
}

NodePtr local_node(Context& cx, const Scope& scope, const Local& local, const ast::Name& name,
                   Span span) {
    if (local.param != nullptr) local.param->used = true;
    if (local.only_in && local.by_call) {
        cx.report(Diagnostic::error("J0108", "NOT SET FOR EVERYONE", span,
                                    tick(name.text) + " is not there when the `call` on line " +
                                        std::to_string(cx.line(*local.only_in)) + " failed.")
                      .and_other(local.span, "set here, when it works")
                      .and_help("end the `else` of the call with `stop`, or move this step before "
                                "it joins the others"));
        return broken_node(span);
    }
    if (local.only_in) {
        cx.report(Diagnostic::error("J0108", "NOT SET FOR EVERYONE", span,
                                    tick(name.text) +
                                        " is set only on the way that begins on line " +
                                        std::to_string(cx.line(*local.only_in)) + ".")
                      .and_other(local.span, "set here")
                      .and_help("move this step there, or move the `let` before it"));
        return broken_node(span);
    }
    if (local.broken) return broken_node(span);
    if (local.constant) {
        NodePtr fixed = make_constant(*local.constant, span);
        fixed->type = local.type;
        fixed->shape = local.shape;
        return fixed;
    }
    NodePtr node = make(Op::local, local.type, span);
    node->a = local.slot;
    node->path = "local." + name.text;
    node->shape = local.shape;
    node->may_be_missing = local.may_be_missing && !scope.present.contains(node->path);
    doubt_itself(*node);
    return node;
}

NodePtr unknown_name(Context& cx, const Scope& scope, const ast::Name& name, Span span) {
    if (cx.peek(Kind::segment, name.text) != nullptr) {
        cx.find(Kind::segment, name);
        cx.report(Diagnostic::error("J0205", "THIS IS NOT A QUESTION", span,
                                    tick(name.text) + " is a segment, a group of people.")
                      .and_fix(Applicability::certain, "write `user in " + name.text + "`.",
                               {{span, "user in " + name.text}}));
        return broken_node(span);
    }
    if (scope.row_broken) return broken_node(span);
    if (scope.row != kNone) {
        const ir::EventType& event = cx.schema().events[scope.row];
        std::string hint;
        if (ir::find_named(cx.schema().profile, name.text) != kNone) {
            hint = "for the person's own, write `user." + name.text + "`";
        }
        find_field(cx, event.fields, name, event.name, hint);
        return broken_node(span);
    }
    std::vector<std::string> candidates;
    if (scope.journey != nullptr) {
        for (const auto& [local, what] : scope.journey->locals)
            candidates.push_back(local);
    }
    std::vector<std::string> meant;
    if (ir::find_named(cx.schema().profile, name.text) != kNone)
        meant.push_back("user." + name.text);
    if (scope.journey != nullptr) {
        for (const Index event : scope.journey->triggers) {
            if (ir::find_named(cx.schema().events[event].fields, name.text) != kNone) {
                meant.push_back("trigger." + name.text);
                break;
            }
        }
    }
    Diagnostic diagnostic = Diagnostic::error(
        "J0108", "UNKNOWN NAME", span, "I do not know what " + tick(name.text) + " is here.");
    if (!meant.empty()) {
        diagnostic.after = "A property is written with whose it is.";
        const Applicability sure =
            meant.size() == 1 ? Applicability::certain : Applicability::probable;
        for (const std::string& text : meant) {
            diagnostic.fixes.push_back({sure, "write " + tick(text) + ".", {{span, text}}});
        }
    } else if (cx.peek(Kind::event, name.text) != nullptr) {
        diagnostic.before = tick(name.text) + " is an event, and an event is not a value.";
        const std::string asked =
            "did(" + name.text + (scope.journey != nullptr ? " since entry)" : " within 30 days)");
        diagnostic.help.push_back("to ask whether it happened: " + tick(asked));
    } else {
        const std::vector<std::string> near = did_you_mean(name.text, candidates);
        if (near.empty()) {
            diagnostic.after =
                "Known here are `user.…`, `now`" +
                std::string(scope.journey != nullptr ? ", `trigger.…`, `entry`" : "") +
                " and names given by `let`. Text needs quotes: \"" + name.text + "\".";
        } else {
            diagnostic = with_near_names(std::move(diagnostic), name.text, span, candidates);
        }
    }
    cx.report(std::move(diagnostic));
    return broken_node(span);
}

NodePtr check_name(Context& cx, const Scope& scope, const ast::NameRef& ref, Span span) {
    const std::string& name = ref.name.text;
    if (scope.row != kNone) {
        const auto& fields = cx.schema().events[scope.row].fields;
        const Index index = ir::find_named(fields, name);
        if (index != kNone) {
            cx.note("property", cx.schema().events[scope.row].name, name, ref.name.span);
            return field_node(scope, Op::row_field, fields[index], index, "row." + name, span);
        }
        if (name == "time") return make(Op::row_time, simple(TypeKind::instant), span);
    }
    if (name == "now") return make(Op::now, simple(TypeKind::instant), span);
    if (name == "entry") {
        if (scope.journey == nullptr || scope.entering || scope.before_entry) {
            cx.report(Diagnostic::error("J0108", "NOT KNOWN HERE", span,
                                        "`entry` is the moment someone entered a journey, and "
                                        "nobody has entered here.")
                          .and_help("count from now instead, for example `now - 30 days`"));
            return broken_node(span);
        }
        return make(Op::entry_time, simple(TypeKind::instant), span);
    }
    if (name == "user" || name == "trigger") {
        cx.report(Diagnostic::error("J0201", "WHICH PART OF IT?", span,
                                    tick(name) + " has many properties; say which, like `" + name +
                                        (name == "user" ? ".email`." : ".time`.")));
        return broken_node(span);
    }
    if (scope.row == kNone && !scope.row_broken && scope.journey != nullptr) {
        const auto local = scope.journey->locals.find(name);
        if (local != scope.journey->locals.end()) {
            cx.note("local", scope.journey->name, name, ref.name.span);
            return local_node(cx, scope, local->second, ref.name, span);
        }
    }
    if (const Declared* band = cx.peek(Kind::band, name); band != nullptr && !scope.row_broken) {
        const std::optional<Index> index = cx.find(Kind::band, ref.name);
        return index ? band_node(cx, scope, *index, span) : broken_node(span);
    }
    return unknown_name(cx, scope, ref.name, span);
}

NodePtr check_member(Context& cx, const Scope& scope, const ast::Member& member, Span span) {
    if (const auto* ref = std::get_if<ast::NameRef>(&member.of->what)) {
        if (ref->name.text == "user") return user_member(cx, scope, member.name, span);
        if (ref->name.text == "trigger") return trigger_member(cx, scope, member.name, span);
    }
    return record_member(cx, scope, check_expr(cx, scope, *member.of), member.name, span);
}

NodePtr check_index(Context& cx, const Scope& scope, const ast::Index& index, Span span) {
    NodePtr of = check_expr(cx, scope, *index.of);
    NodePtr at = check_expr(cx, scope, *index.at);
    if (of->broken || at->broken) return broken_node(span);
    const bool list = of->type.kind == TypeKind::list && at->type.kind == TypeKind::integer;
    const bool map = of->type.kind == TypeKind::map && is_text(at->type);
    if (!list && !map) {
        cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", at->span,
                                    "I cannot look up " + describe(at->type, cx.schema()) + " in " +
                                        describe(of->type, cx.schema()) + ".")
                      .and_other(of->span, "this is " + describe(of->type, cx.schema()), true)
                      .and_after("A list is asked by a number, a map by text."));
        return broken_node(span);
    }
    NodePtr node = make(Op::element, element_of(of->type), span);
    node->may_be_missing = true;
    node->operands.push_back(std::move(of));
    node->operands.push_back(std::move(at));
    doubt_itself(*node);
    return node;
}

/// "user.email" for `user.email`, by what it will resolve to in this scope; "" for other things.
std::string path_of(const Scope& scope, const ast::Expr& expr) {
    const std::optional<ast::Path> path = ast::as_path(expr);
    if (!path) return "";
    if (path->parts.size() == 2 &&
        (path->parts[0].text == "user" || path->parts[0].text == "trigger")) {
        return path->dotted();
    }
    if (path->parts.size() != 1) return "";
    return (scope.row != kNone ? "row." : "local.") + path->parts[0].text;
}

/// What the parts of an `or` settle for each other: `… or x is missing`.
void add_settled_by_or(Scope& scope, const ast::Logic& logic) {
    for (const ast::ExprPtr& part : logic.parts) {
        const auto* presence = std::get_if<ast::Presence>(&part->what);
        if (presence == nullptr) continue;
        const bool asks_missing =
            presence->test == ast::PresenceTest::present ? presence->negated : !presence->negated;
        if (!asks_missing) continue;
        const std::string path = path_of(scope, *presence->of);
        if (!path.empty()) scope.present.insert(path);
    }
}

NodePtr check_logic(Context& cx, const Scope& outer, const ast::Logic& logic, Span span) {
    Scope scope = outer;
    const bool all = logic.op == ast::LogicOp::logic_and;
    if (!all) add_settled_by_or(scope, logic);
    NodePtr node = make(all ? Op::logical_and : Op::logical_or, simple(TypeKind::boolean), span);
    for (const ast::ExprPtr& part : logic.parts) {
        NodePtr operand = check_condition(cx, scope, *part);
        scope.present.merge(present_if(*operand, all));
        node->broken = node->broken || operand->broken;
        node->doubts.insert(node->doubts.end(), operand->doubts.begin(), operand->doubts.end());
        node->operands.push_back(std::move(operand));
    }
    return fold(cx, std::move(node));
}

NodePtr check_not(Context& cx, const Scope& scope, const ast::Not& negation, Span span) {
    NodePtr of = check_condition(cx, scope, *negation.of);
    if (of->broken || refuse_doubts(cx, *of, span)) return broken_node(span);
    NodePtr node = make(Op::logical_not, simple(TypeKind::boolean), span);
    node->operands.push_back(std::move(of));
    return fold(cx, std::move(node));
}

NodePtr check_presence(Context& cx, const Scope& scope, const ast::Presence& presence, Span span) {
    NodePtr of = check_expr(cx, scope, *presence.of);
    if (of->broken) return broken_node(span);
    const Op op = presence.test == ast::PresenceTest::missing   ? Op::is_missing
                  : presence.test == ast::PresenceTest::present ? Op::is_present
                                                                : Op::is_blank;
    NodePtr node = make(op, simple(TypeKind::boolean), span);
    node->operands.push_back(std::move(of));
    if (!presence.negated) return node;
    NodePtr negated = make(Op::logical_not, simple(TypeKind::boolean), span);
    negated->operands.push_back(std::move(node));
    return negated;
}

NodePtr check_fallback(Context& cx, const Scope& scope, const ast::Fallback& fallback, Span span) {
    NodePtr of = check_expr(cx, scope, *fallback.of);
    NodePtr otherwise = check_expr(cx, scope, *fallback.otherwise);
    if (of->broken || otherwise->broken) return broken_node(span);
    const ir::Type type = of->type;
    otherwise = fit(cx, std::move(otherwise), type, cx.words(of->span));
    if (otherwise->broken) return broken_node(span);
    NodePtr node = make(Op::fallback, type, span);
    node->may_be_missing = otherwise->may_be_missing;
    node->operands.push_back(std::move(of));
    node->operands.push_back(std::move(otherwise));
    return node;
}

NodePtr check_time_since(Context& cx, const Scope& scope, const ast::TimeSince& since, Span span) {
    NodePtr of = check_expr(cx, scope, *since.of);
    if (of->broken) return broken_node(span);
    if (of->type.kind != TypeKind::event) of = as_moment(cx, std::move(of));
    if (of->type.kind != TypeKind::event && of->type.kind != TypeKind::instant) {
        cx.report(
            Diagnostic::error("J0201", "TYPES DO NOT MATCH", of->span,
                              "I can only tell the time since a moment or an event, and this is " +
                                  describe(of->type, cx.schema()) + "."));
        return broken_node(span);
    }
    NodePtr node = make(Op::time_since, simple(TypeKind::duration), span);
    node->may_be_missing = of->may_be_missing;
    node->operands.push_back(std::move(of));
    return node;
}

constexpr std::size_t kListMax = 100;

void too_long(Context& cx, Node& node, std::size_t size) {
    cx.report(Diagnostic::error(
        "J0902", "TOO LONG A LIST", node.span,
        "A list here holds at most 100 values, and this one has " + std::to_string(size) + "."));
    node.broken = true;
}

NodePtr check_list(Context& cx, const Scope& scope, const ast::ListLiteral& list, Span span) {
    NodePtr node = make(Op::list, simple(TypeKind::list), span);
    for (const ast::ExprPtr& item : list.items) {
        NodePtr operand = check_expr(cx, scope, *item);
        if (operand->broken) {
            node->broken = true;
            continue;
        }
        if (node->type.element == TypeKind::missing) {
            const ir::Type element = operand->type;
            node->type = element;
            node->type.kind = TypeKind::list;
            node->type.element = element.kind;
        } else if (element_of(node->type).kind == TypeKind::integer &&
                   operand->type.kind == TypeKind::real) {
            node->type.element = TypeKind::real;
        } else if (!comparable(element_of(node->type), operand->type)) {
            cx.report(Diagnostic::error(
                "J0201", "TYPES DO NOT MATCH", operand->span,
                "This list holds " + describe(element_of(node->type), cx.schema()) +
                    " first, and here " + describe(operand->type, cx.schema()) + "."));
            node->broken = true;
            continue;
        }
        node->operands.push_back(std::move(operand));
    }
    if (list.items.size() > kListMax) too_long(cx, *node, list.items.size());
    return fold(cx, std::move(node));
}

NodePtr check_map(Context& cx, const Scope& scope, const ast::MapLiteral& map, Span span) {
    NodePtr node = make(Op::map, simple(TypeKind::map), span);
    std::set<std::string> given;
    for (const ast::Pair& pair : map.pairs) {
        NodePtr value = check_expr(cx, scope, *pair.value);
        node->broken = node->broken || value->broken;
        if (!given.insert(pair.key.text).second) {
            cx.report(Diagnostic::error("J0105", "GIVEN TWICE", pair.key.span,
                                        tick(pair.key.text) + " is given twice.")
                          .and_help("keep one of them"));
            node->broken = true;
        }
        node->operands.push_back(make_constant(Value(pair.key.text), pair.key.span));
        node->operands.push_back(std::move(value));
    }
    if (map.pairs.size() > kListMax) too_long(cx, *node, map.pairs.size());
    if (node->broken) return node;
    auto shape = shape_of(*node);
    // A map of one kind of thing says so; what is mixed is known by its names only.
    if (!shape->empty()) {
        const ir::Type& first = shape->front().type;
        const bool same = std::all_of(shape->begin(), shape->end(),
                                      [&](const ir::Field& field) { return field.type == first; });
        if (same && first.kind != TypeKind::list && first.kind != TypeKind::map) {
            node->type = first;
            node->type.kind = TypeKind::map;
            node->type.element = first.kind;
        }
    }
    node = fold(cx, std::move(node));
    node->shape = std::move(shape);
    return node;
}

NodePtr check_negate(Context& cx, const Scope& scope, const ast::Negate& negate, Span span) {
    NodePtr of = check_expr(cx, scope, *negate.of);
    if (of->broken) return broken_node(span);
    const TypeKind kind = of->type.kind;
    if (!is_number(of->type) && kind != TypeKind::money && kind != TypeKind::duration) {
        cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", of->span,
                                    "Only numbers, money and lengths of time can be negative, and "
                                    "this is " +
                                        describe(of->type, cx.schema()) + "."));
        return broken_node(span);
    }
    NodePtr node = make(Op::negate, of->type, span);
    node->may_be_missing = of->may_be_missing;
    node->operands.push_back(std::move(of));
    return fold(cx, std::move(node));
}

}  // namespace

std::shared_ptr<const std::vector<ir::Field>> shape_of(const Node& map) {
    auto shape = std::make_shared<std::vector<ir::Field>>();
    for (std::size_t i = 0; i + 1 < map.operands.size(); i += 2) {
        ir::Field field;
        field.name = std::get<std::string>(map.operands[i]->constant.held);
        field.type = map.operands[i + 1]->type;
        field.required = !map.operands[i + 1]->may_be_missing;
        shape->push_back(std::move(field));
    }
    return shape;
}

std::optional<Index> segment_named(Context& cx, const Scope& scope, const ast::Name& name) {
    if (scope.journey != nullptr) {
        const auto param = scope.journey->params.find(name.text);
        if (param != scope.journey->params.end() &&
            param->second.param->kind == SnippetParam::Kind::segment) {
            param->second.param->used = true;
            return param->second.index;
        }
    }
    return cx.find(Kind::segment, name);
}

std::optional<Index> find_field(Context& cx, const std::vector<ir::Field>& fields,
                                const ast::Name& name, const std::string& owner,
                                const std::string& hint, std::string_view kind) {
    const Index index = ir::find_named(fields, name.text);
    if (index != kNone) {
        cx.note(kind, owner, name.text, name.span);
        return index;
    }
    const std::vector<std::string> names = field_names(fields);
    Diagnostic diagnostic =
        Diagnostic::error("J0102", "UNKNOWN PROPERTY", name.span,
                          tick(owner) + " has no property " + tick(name.text) + ".");
    diagnostic.after =
        names.empty() ? "It has no properties at all." : "It has:  " + columns(names);
    const std::vector<std::string> near = did_you_mean(name.text, names);
    if (!near.empty()) {
        const Applicability sure =
            near.size() == 1 ? Applicability::certain : Applicability::probable;
        diagnostic.fixes.push_back({sure, "write " + tick(near[0]) + ".", {{name.span, near[0]}}});
    }
    if (!hint.empty()) diagnostic.help.push_back(hint);
    cx.report(std::move(diagnostic));
    return std::nullopt;
}

std::optional<Instant> instant_of_moment(Context& cx, const ast::LocalMoment& moment,
                                         const std::string& zone) {
    const calendar::Local local{moment.date, moment.time};
    if (moment.offset_minutes) {
        return calendar::to_instant(local, calendar::utc()) -
               std::chrono::minutes(*moment.offset_minutes);
    }
    std::string name = zone;
    if (moment.zone) {
        if (!moment.zone->named) {
            cx.report(Diagnostic::error("J0211", "WHOSE CLOCK?", moment.zone->span,
                                        "`local` is a different moment for everybody, and here I "
                                        "need one.")
                          .and_help("name a zone: `in \"" + cx.schema().workspace.zone + "\"`"));
            return std::nullopt;
        }
        if (!known_zone(cx, *moment.zone->named)) return std::nullopt;
        name = moment.zone->named->value;
    }
    const calendar::Zone* found = name.empty() ? nullptr : calendar::find_zone(name);
    if (found == nullptr) {
        const std::string& workspace = cx.schema().workspace.zone;
        cx.report(Diagnostic::error(
                      "J0211", "WHERE IS THAT?", moment.span,
                      "I know the hour but not the place: " + cx.words(moment.span) + " where?")
                      .and_fix(Applicability::probable, "add `in \"" + workspace + "\"`.",
                               {{{moment.span.file, moment.span.end, moment.span.end},
                                 " in \"" + workspace + "\""}}));
        return std::nullopt;
    }
    return calendar::to_instant(local, *found);
}

NodePtr as_moment(Context& cx, NodePtr node) {
    if (!is_constant(*node)) return node;
    const auto* date = std::get_if<Date>(&node->constant.held);
    if (date == nullptr) return node;
    const calendar::Zone* zone = calendar::find_zone(cx.schema().workspace.zone);
    const calendar::Local midnight{*date, TimeOfDay{0}};
    return make_constant(
        Value(calendar::to_instant(midnight, zone == nullptr ? calendar::utc() : *zone)),
        node->span);
}

namespace {

NodePtr check_kind(Context& cx, const Scope& scope, const ast::Expr& expr) {
    const Span span = expr.span;
    return std::visit(
        Match{[&](const ast::Literal& literal) { return make_constant(literal.value, span); },
              [&](const ast::LocalMoment& moment) {
                  const std::optional<Instant> at = instant_of_moment(cx, moment, scope.zone);
                  return at ? make_constant(Value(*at), span) : broken_node(span);
              },
              [&](const ast::NameRef& ref) { return check_name(cx, scope, ref, span); },
              [&](const ast::Member& member) { return check_member(cx, scope, member, span); },
              [&](const ast::Index& index) { return check_index(cx, scope, index, span); },
              [&](const ast::Not& negation) { return check_not(cx, scope, negation, span); },
              [&](const ast::Negate& negate) { return check_negate(cx, scope, negate, span); },
              [&](const ast::Logic& logic) { return check_logic(cx, scope, logic, span); },
              [&](const ast::Compare& compare) { return check_compare(cx, scope, compare, span); },
              [&](const ast::Between& between) { return check_between(cx, scope, between, span); },
              [&](const ast::Presence& presence) {
                  return check_presence(cx, scope, presence, span);
              },
              [&](const ast::Arithmetic& sum) { return check_arithmetic(cx, scope, sum, span); },
              [&](const ast::Fallback& fallback) {
                  return check_fallback(cx, scope, fallback, span);
              },
              [&](const ast::TimeSince& since) { return check_time_since(cx, scope, since, span); },
              [&](const ast::Aggregate& ask) { return check_aggregate(cx, scope, ask, span); },
              [&](const ast::Call& call) { return check_call(cx, scope, call, span); },
              [&](const ast::ListLiteral& list) { return check_list(cx, scope, list, span); },
              [&](const ast::MapLiteral& map) { return check_map(cx, scope, map, span); }},
        expr.what);
}

}  // namespace

NodePtr check_expr(Context& cx, const Scope& scope, const ast::Expr& expr) {
    NodePtr node = check_kind(cx, scope, expr);
    if (cx.options.names != nullptr && !node->broken) {
        cx.options.names->readings.push_back(
            {expr.span, describe(node->type, cx.schema()), node->may_be_missing});
    }
    return node;
}

NodePtr check_condition(Context& cx, const Scope& scope, const ast::Expr& expr) {
    NodePtr node = check_expr(cx, scope, expr);
    if (node->broken || node->type.kind == TypeKind::boolean) return node;
    const std::string words = cx.words(expr.span);
    Diagnostic diagnostic = Diagnostic::error(
        "J0205", "THIS IS NOT A QUESTION", expr.span,
        tick(words) + " is " + describe(node->type, cx.schema()) + ", and I need a yes or no.");
    std::string meant = words + " is present";
    if (is_number(node->type)) meant = words + " >= 1";
    if (node->type.kind == TypeKind::list) meant = "size(" + words + ") >= 1";
    if (!is_constant(*node)) {
        diagnostic.fixes.push_back(
            {Applicability::probable, "did you mean " + tick(meant) + "?", {{expr.span, meant}}});
    }
    cx.report(std::move(diagnostic));
    return broken_node(expr.span);
}

}  // namespace journey::sema
