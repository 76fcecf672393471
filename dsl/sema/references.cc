// Names: what the author calls a thing becomes the node that reads it.

#include "dsl/sema/expr.h"

namespace journey::sema {

using ir::Op;
using ir::TypeKind;

void doubt_itself(Node& node) {
    if (node.type.kind == TypeKind::boolean && node.may_be_missing) {
        node.doubts.push_back({node.span, node.path});
    }
}

namespace {

std::vector<std::string> field_names(const std::vector<ir::Field>& fields) {
    std::vector<std::string> names;
    for (const ir::Field& field : fields)
        names.push_back(field.name);
    return names;
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
        Diagnostic diagnostic = Diagnostic::error(
            "J0114", "NOBODY GIVES THIS", name.span,
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
        cx.report(Diagnostic::error(
                      "J0201", "TYPES DO NOT MATCH", name.span,
                      "What starts this journey does not agree about " + tick(name.text) + ".")
                      .and_other(found->second.span, "given here")
                      .and_after("A `run` gives " + describe(found->second.type, cx.schema()) +
                                 ", and in " + tick(cx.schema().events[event].name) + " it is " +
                                 describe(fields[index].type, cx.schema()) + "."));
        return broken_node(span);
    }
    NodePtr node = make(Op::trigger_field, found->second.type, span);
    node->name = name.text;
    node->path = "trigger." + name.text;
    node->may_be_missing =
        (!everywhere || found->second.may_be_missing) && !scope.present.contains(node->path);
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
        static const std::set<std::string_view> kPeople = {
            "customer", "person", "profile", "contact", "subscriber", "client", "member", "users"};
        if (kPeople.contains(name.text)) {
            diagnostic.after = "The person is called `user`.";
            diagnostic.fixes.push_back(
                {Applicability::probable, "write `user`.", {{span, "user"}}});
        } else if (name.text == "event" && scope.journey != nullptr) {
            diagnostic.after = "What started the journey is called `trigger`.";
            diagnostic.fixes.push_back(
                {Applicability::probable, "write `trigger`.", {{span, "trigger"}}});
        } else if (near.empty()) {
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

}  // namespace

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

}  // namespace journey::sema
