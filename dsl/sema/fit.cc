// Whether a value may stand in its place: a property, a variable, an argument.

#include "dsl/sema/value.h"

namespace journey::sema {

using ir::Op;
using ir::TypeKind;

namespace {

/// Every named part of a map must fit what the map is to hold.
bool shape_fits(Context& cx, const Node& node, const ir::Type& to, const std::string& place) {
    if (to.kind != TypeKind::map || node.shape == nullptr || to.element == TypeKind::missing)
        return true;
    for (const ir::Field& field : *node.shape) {
        if (assignable(element_of(to), field.type)) continue;
        cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", node.span,
                                    "In this map " + tick(field.name) + " is " +
                                        describe(field.type, cx.schema()) + ", and " + tick(place) +
                                        " is " + describe(to, cx.schema()) + "."));
        return false;
    }
    return true;
}

/// The word that is alone where a text should be: `A1`, or the first of `[A1, B2]`.
const ast::Expr* lone_word(const ast::Expr& expr) {
    if (std::holds_alternative<ast::NameRef>(expr.what)) return &expr;
    const auto* list = std::get_if<ast::ListLiteral>(&expr.what);
    if (list == nullptr) return nullptr;
    for (const ast::ExprPtr& item : list->items) {
        if (std::holds_alternative<ast::NameRef>(item->what)) return item.get();
    }
    return nullptr;
}

}  // namespace

NodePtr check_value(Context& cx, const Scope& scope, const ast::Expr& expr,
                    const ir::Type& wanted) {
    const ast::Expr* word = lone_word(expr);
    const bool choice = wanted.kind == TypeKind::choice;
    if (word == nullptr || (!is_text(wanted) && !choice)) return check_expr(cx, scope, expr);
    const bool known = [&] {
        const Muted muted(cx);
        return !check_expr(cx, scope, *word)->broken;
    }();
    const std::string written = cx.words(word->span);
    // A property or a name that was misspelt is told as one.
    std::vector<std::string> fields;
    if (scope.row != kNone) {
        for (const ir::Field& field : cx.schema().events[scope.row].fields)
            fields.push_back(field.name);
    }
    if (scope.journey != nullptr) {
        for (const auto& [local, what] : scope.journey->locals)
            fields.push_back(local);
    }
    const bool slip = std::find(fields.begin(), fields.end(), written) != fields.end() ||
                      !did_you_mean(written, fields).empty() ||
                      ir::find_named(cx.schema().profile, written) != kNone ||
                      cx.peek(Kind::event, written) != nullptr ||
                      cx.peek(Kind::segment, written) != nullptr;
    if (known || slip) return check_expr(cx, scope, expr);
    const std::string meant = "\"" + written + "\"";
    const bool chosen = choice && std::find(wanted.choices.begin(), wanted.choices.end(),
                                            written) != wanted.choices.end();
    cx.report(Diagnostic::error(scope.row != kNone ? "J0102" : "J0108", "A TEXT WITHOUT QUOTES?",
                                word->span,
                                "I know nothing here that is called " + tick(written) + ".")
                  .and_after("A text stands in quotes; a word without them is a name.")
                  .and_fix(chosen ? Applicability::certain : Applicability::probable,
                           "write " + tick(meant) + ".", {{word->span, meant}}));
    return broken_node(expr.span);
}

NodePtr fit(Context& cx, NodePtr node, const ir::Type& to, const std::string& place) {
    if (node->broken) return node;
    const Span span = node->span;
    if (to.kind == TypeKind::instant) node = as_moment(cx, std::move(node));
    if (is_constant(*node)) {
        if (to.kind == TypeKind::real) {
            if (const auto* whole = std::get_if<std::int64_t>(&node->constant.held)) {
                return make_constant(Value(static_cast<double>(*whole)), span);
            }
        }
        if (to.kind == TypeKind::zone && node->type.kind == TypeKind::text) {
            if (!known_zone(cx, {std::get<std::string>(node->constant.held), span})) {
                return broken_node(span);
            }
            return node;
        }
        if (to.kind == TypeKind::choice) {
            NodePtr field = make(Op::local, to, span);
            const auto* text = std::get_if<std::string>(&node->constant.held);
            if (text != nullptr &&
                std::find(to.choices.begin(), to.choices.end(), *text) == to.choices.end()) {
                Diagnostic diagnostic =
                    Diagnostic::error("J0204", "THAT IS NOT ONE OF THEM", span,
                                      tick(place) + " is one of " + listed(to.choices) + "; \"" +
                                          *text + "\" is not among them.");
                const std::vector<std::string> near = did_you_mean(*text, to.choices);
                if (!near.empty()) {
                    diagnostic.fixes.push_back({Applicability::probable,
                                                "write \"" + near[0] + "\".",
                                                {{span, "\"" + near[0] + "\""}}});
                }
                cx.report(std::move(diagnostic));
                return broken_node(span);
            }
        }
    }
    if (!shape_fits(cx, *node, to, place)) return broken_node(span);
    if (assignable(to, node->type)) return node;
    const bool currencies = to.kind == TypeKind::money && node->type.kind == TypeKind::money;
    Diagnostic diagnostic =
        currencies ? Diagnostic::error("J0202", "TWO CURRENCIES", span,
                                       tick(place) + " is in " + to.currency + ", and this is " +
                                           node->type.currency + ".")
                   : Diagnostic::error("J0201", "TYPES DO NOT MATCH", span,
                                       "This is " + describe(node->type, cx.schema()) + ", and " +
                                           (place == "the address" ? place : tick(place)) + " is " +
                                           describe(to, cx.schema()) + ".");
    if (currencies) diagnostic.help.push_back("convert before sending the event");
    if (is_day_or_moment(to)) help_with_date(cx, diagnostic, *node);
    if (!currencies && to.kind == TypeKind::money && is_number(node->type) && is_constant(*node)) {
        const std::string meant =
            (to.currency.empty() ? "CNY" : to.currency) + " " + cx.words(span);
        diagnostic.fixes.push_back(
            {Applicability::probable, "write " + tick(meant) + ".", {{span, meant}}});
    }
    // A number in quotes is no address.
    if (to.kind == TypeKind::text && is_number(node->type) && is_constant(*node) &&
        place != "the address") {
        const std::string meant = "\"" + cx.words(span) + "\"";
        diagnostic.fixes.push_back(
            {Applicability::probable, "write " + tick(meant) + ".", {{span, meant}}});
    }
    cx.report(std::move(diagnostic));
    return broken_node(span);
}

std::optional<Value> constant_for(Context& cx, const Scope& scope, const ast::Expr& expr,
                                  const ir::Type& to, const std::string& place) {
    NodePtr node = check_value(cx, scope, expr, to);
    node = fit(cx, std::move(node), to, place);
    if (node->broken) return std::nullopt;
    if (!is_constant(*node)) {
        cx.report(Diagnostic::error("J0201", "A FIXED VALUE IS NEEDED", expr.span,
                                    tick(place) + " needs a fixed value here, and " +
                                        tick(cx.words(expr.span)) + " depends on who it is."));
        return std::nullopt;
    }
    return node->constant;
}

}  // namespace journey::sema
