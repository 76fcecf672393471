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
