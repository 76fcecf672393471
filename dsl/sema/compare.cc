// Comparisons: which types meet, and what is said when they do not.

#include "dsl/sema/bands.h"
#include "dsl/sema/value.h"
#include "engine/calendar/calendar.h"

#include <fmt/format.h>

namespace journey::sema {

using ir::Op;
using ir::TypeKind;

namespace {

NodePtr boolean(Op op, Span span) {
    return make(op, simple(TypeKind::boolean), span);
}

void doubt_operands(Node& node) {
    for (const NodePtr& operand : node.operands) {
        if (operand->may_be_missing && !is_constant(*operand)) {
            node.doubts.push_back({operand->span, operand->path});
        }
    }
}

/// `percent >= 10%` with whole percents: 10% is a tenth, so the line would take nearly everybody.
bool refuse_share(Context& cx, const Node& whole, const ast::Expr& other) {
    const auto* literal = std::get_if<ast::Literal>(&other.what);
    if (literal == nullptr || literal->kind != ast::LiteralKind::percent) return false;
    if (whole.type.kind != TypeKind::integer || is_constant(whole)) return false;
    const auto* share = std::get_if<double>(&literal->value.held);
    if (share == nullptr) return false;
    const std::string words = cx.words(other.span);
    Diagnostic diagnostic =
        Diagnostic::error("J0201", "A SHARE IS LESS THAN ONE", other.span,
                          tick(cx.words(whole.span)) + " is a whole number, and " + words +
                              " is the share " + fmt::format("{:g}", *share) + ".");
    diagnostic.others.push_back({whole.span, "this is " + describe(whole.type, cx.schema()), true});
    const std::size_t sign = words.find_first_of(" %");
    const std::string meant = words.substr(0, sign);
    if (meant.find('.') == std::string::npos) {
        diagnostic.fixes.push_back(
            {Applicability::probable, "write " + tick(meant) + ".", {{other.span, meant}}});
    }
    cx.report(std::move(diagnostic));
    return true;
}

/// J0204 when a constant text can never be one of the choices.
bool outside_choices(Context& cx, const Node& field, const Node& constant) {
    if (field.type.kind != TypeKind::choice || !is_constant(constant)) return false;
    const auto* text = std::get_if<std::string>(&constant.constant.held);
    if (text == nullptr) return false;
    const auto& choices = field.type.choices;
    if (std::find(choices.begin(), choices.end(), *text) != choices.end()) return false;
    Diagnostic diagnostic =
        Diagnostic::error("J0204", "THAT IS NOT ONE OF THEM", constant.span,
                          tick(cx.words(field.span)) + " is one of " + listed(choices) + "; \"" +
                              *text + "\" can never match.");
    const std::vector<std::string> near = did_you_mean(*text, choices);
    if (!near.empty()) {
        diagnostic.fixes.push_back({Applicability::probable,
                                    "write \"" + near[0] + "\".",
                                    {{constant.span, "\"" + near[0] + "\""}}});
    }
    cx.report(std::move(diagnostic));
    return true;
}

/// J0204 when a constant number is none of a band's scores.
bool outside_scores(Context& cx, const Node& band, const Node& constant) {
    const std::vector<std::int64_t> scores = scores_of(band);
    if (scores.empty() || !is_constant(constant)) return false;
    std::vector<std::string> listing;
    for (const std::int64_t score : scores) {
        if (order_of(Value(score), constant.constant) == 0) return false;
        listing.push_back(std::to_string(score));
    }
    const std::string written = cx.words(constant.span);
    cx.report(Diagnostic::error("J0204", "THAT IS NOT ONE OF THEM", constant.span,
                                "The band " + tick(cx.words(band.span)) + " gives " +
                                    listed(listing) + "; " + written + " can never match."));
    return true;
}

bool outside(Context& cx, const Node& field, const Node& constant) {
    return outside_choices(cx, field, constant) || outside_scores(cx, field, constant);
}

void widen_dates(Context& cx, NodePtr& left, NodePtr& right) {
    if (left->type.kind == TypeKind::instant) right = as_moment(cx, std::move(right));
    if (right->type.kind == TypeKind::instant) left = as_moment(cx, std::move(left));
}

/// A length in days, weeks, months or years; of `user.trial default 1 day` what is written.
const Node* written_length(const Node& node) {
    if (node.op == Op::fallback) return written_length(*node.operands[1]);
    return is_constant(node) ? &node : nullptr;
}

bool calendar_like(const Node& node) {
    const Node* written = written_length(node);
    const auto* duration =
        written == nullptr ? nullptr : std::get_if<CalendarDuration>(&written->constant.held);
    return duration != nullptr && (duration->months != 0 || duration->days != 0);
}

/// The time from one moment to another: `time since X`, `now - entry`.
bool is_stretch(const Node& node) {
    if (node.op == Op::time_since) return true;
    return node.op == Op::subtract && node.type.kind == TypeKind::duration &&
           node.operands[0]->type.kind == TypeKind::instant &&
           node.operands[1]->type.kind == TypeKind::instant;
}

/// The same question with its sides exchanged.
ast::CompareOp mirrored(ast::CompareOp op) {
    if (op == ast::CompareOp::greater) return ast::CompareOp::less;
    if (op == ast::CompareOp::greater_equal) return ast::CompareOp::less_equal;
    if (op == ast::CompareOp::less) return ast::CompareOp::greater;
    if (op == ast::CompareOp::less_equal) return ast::CompareOp::greater_equal;
    return op;
}

bool is_order(ast::CompareOp op) {
    return mirrored(op) != op;
}

/// `stretch > length`, asked of the calendar: where the stretch began, plus the length, lies before
/// where it ends.
NodePtr stretch_compare(ast::CompareOp op, NodePtr stretch, NodePtr length, Span span) {
    const bool since = stretch->op == Op::time_since;
    NodePtr begin = std::move(stretch->operands[since ? 0 : 1]);
    NodePtr end =
        since ? make(Op::now, simple(TypeKind::instant), span) : std::move(stretch->operands[0]);
    if (begin->type.kind == TypeKind::event) {
        NodePtr time = make(Op::record_time, simple(TypeKind::instant), begin->span);
        time->may_be_missing = begin->may_be_missing;
        time->operands.push_back(std::move(begin));
        begin = std::move(time);
    }
    NodePtr due = make(Op::add, simple(TypeKind::instant), stretch->span);
    due->may_be_missing = begin->may_be_missing;
    due->operands.push_back(std::move(begin));
    due->operands.push_back(std::move(length));
    const Op compare = op == ast::CompareOp::greater         ? Op::less
                       : op == ast::CompareOp::greater_equal ? Op::less_equal
                       : op == ast::CompareOp::less          ? Op::greater
                                                             : Op::greater_equal;
    NodePtr node = boolean(compare, span);
    node->operands.push_back(std::move(due));
    node->operands.push_back(std::move(end));
    doubt_operands(*node);
    return node;
}

/// The first or last event of a kind, or its time: forgotten one day, and then there is none.
bool is_remembered(const Node& node) {
    if (node.op == Op::record_time) return is_remembered(*node.operands[0]);
    return node.aggregate != nullptr && (node.aggregate->fn == ir::AggregateFn::first ||
                                         node.aggregate->fn == ir::AggregateFn::last);
}

/// How far back `left` is asked by `right`, when that is about an event that is remembered:
/// `time since last(…)` and a length, `days_between(last(…).time, …)` and a number, a moment and
/// `now - 3 years`.
std::optional<CalendarDuration> asked_back(const Node& left, const Node& right) {
    const auto* length = std::get_if<CalendarDuration>(&right.constant.held);
    if (is_stretch(left) && is_constant(right) && length != nullptr) {
        const Node& begin = *left.operands[left.op == Op::time_since ? 0 : 1];
        return is_remembered(begin) ? std::optional(*length) : std::nullopt;
    }
    const auto* days = std::get_if<std::int64_t>(&right.constant.held);
    if (left.op == Op::days_between && is_constant(right) && days != nullptr) {
        const bool asked = is_remembered(*left.operands[0]) || is_remembered(*left.operands[1]);
        const std::int64_t most = std::min<std::int64_t>(std::abs(*days), 1'000'000);
        if (asked) return CalendarDuration{0, static_cast<std::int32_t>(most), 0};
    }
    if (right.op == Op::subtract && right.operands[0]->op == Op::now && is_remembered(left)) {
        const auto* back = std::get_if<CalendarDuration>(&right.operands[1]->constant.held);
        if (back != nullptr) return *back;
    }
    return std::nullopt;
}

/// J0317, also for `time since last(order_paid) > 3 years`: who ordered that long ago has no last
/// order any more, and the answer is no.
bool within_memory(Context& cx, const Node& left, const Node& right) {
    if (const auto back = asked_back(left, right)) return check_memory(cx, *back, right.span);
    if (const auto back = asked_back(right, left)) return check_memory(cx, *back, left.span);
    return true;
}

/// J0209: a length in days against one in hours, with no moment to count the days from.
void report_days(Context& cx, const Node& node, const Node& other) {
    const Node& days = *written_length(node);
    const auto& length = std::get<CalendarDuration>(days.constant.held);
    const std::string words = cx.words(days.span);
    Diagnostic diagnostic =
        Diagnostic::error("J0209", "DAYS ARE NOT HOURS", days.span,
                          length.months == 0 ? "I cannot tell whether " + words + " is more than " +
                                                   std::to_string(length.days * 24) + " hours."
                                             : "I cannot tell how many hours " + words + " is.");
    diagnostic.after = "On the night the clocks change a day has 23 or 25 hours.";
    if (is_stretch(other)) {
        diagnostic.help.emplace_back("from a moment on days can be counted: ask with `>` or `<`");
    }
    if (length.months == 0) {
        const std::string hours = std::to_string(length.days * 24 + length.seconds / 3600) + "h";
        diagnostic.fixes.push_back({Applicability::probable,
                                    "write " + tick(hours) + " if you mean hours.",
                                    {{days.span, hours}}});
    }
    cx.report(std::move(diagnostic));
}

/// Days, weeks, months or years against another length. Null when it is no such pair.
NodePtr calendar_compare(Context& cx, ast::CompareOp op, NodePtr& left, NodePtr& right, Span span) {
    if (left->type.kind != TypeKind::duration || right->type.kind != TypeKind::duration)
        return nullptr;
    const bool left_calendar = calendar_like(*left);
    if (left_calendar == calendar_like(*right)) return nullptr;
    NodePtr& days = left_calendar ? left : right;
    NodePtr& other = left_calendar ? right : left;
    // What a property holds may be in days as well.
    if (days->op == Op::fallback && !is_constant(*other) && !is_stretch(*other)) return nullptr;
    if (is_stretch(*other) && is_order(op)) {
        return stretch_compare(left_calendar ? mirrored(op) : op, std::move(other), std::move(days),
                               span);
    }
    report_days(cx, *days, *other);
    return broken_node(span);
}

NodePtr negate_or_keep(Context& cx, NodePtr node, bool negated, Span span) {
    if (!negated) return node;
    if (refuse_doubts(cx, *node, span)) return broken_node(span);
    NodePtr negation = boolean(Op::logical_not, span);
    negation->operands.push_back(std::move(node));
    return fold(cx, std::move(negation));
}

NodePtr check_membership(Context& cx, const Scope& scope, const ast::Compare& compare, Span span) {
    const auto* name = std::get_if<ast::NameRef>(&compare.right->what);
    if (name == nullptr) {
        Diagnostic diagnostic = Diagnostic::error("J0104", "UNKNOWN SEGMENT", compare.right->span,
                                                  "After `user in` I need the name of a segment.");
        const auto* literal = std::get_if<ast::Literal>(&compare.right->what);
        const auto* text =
            literal == nullptr ? nullptr : std::get_if<std::string>(&literal->value.held);
        if (text != nullptr && cx.peek(Kind::segment, *text) != nullptr) {
            diagnostic.fixes.push_back({Applicability::certain,
                                        "write " + tick(*text) + " without quotes.",
                                        {{compare.right->span, *text}}});
        }
        cx.report(std::move(diagnostic));
        return broken_node(span);
    }
    const std::optional<Index> segment = segment_named(cx, scope, name->name);
    if (!segment) return broken_node(span);
    NodePtr node = boolean(Op::member, span);
    node->a = *segment;
    if (compare.op == ast::CompareOp::in) return node;
    NodePtr negation = boolean(Op::logical_not, span);
    negation->operands.push_back(std::move(node));
    return negation;
}

NodePtr check_tags(Context& cx, const Scope& scope, const ast::Compare& compare, Span span) {
    NodePtr tag = check_expr(cx, scope, *compare.right);
    if (tag->broken) return broken_node(span);
    tag = fit(cx, std::move(tag), simple(TypeKind::text), "a tag");
    if (tag->broken) return broken_node(span);
    NodePtr node = boolean(Op::tagged, span);
    node->operands.push_back(std::move(tag));
    return negate_or_keep(cx, std::move(node), compare.op == ast::CompareOp::not_contains, span);
}

bool is_user(const ast::Expr& expr) {
    const auto* name = std::get_if<ast::NameRef>(&expr.what);
    return name != nullptr && name->name.text == "user";
}

bool is_user_tags(Context& cx, const ast::Expr& expr) {
    const std::optional<ast::Path> path = ast::as_path(expr);
    return path && path->dotted() == "user.tags" &&
           ir::find_named(cx.schema().profile, "tags") == kNone;
}

NodePtr check_in(Context& cx, const ast::Expr& list, NodePtr left, NodePtr right, bool negated,
                 Span span) {
    if (right->type.kind != TypeKind::list) {
        cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", right->span,
                                    "After `in` I need a list, and this is " +
                                        describe(right->type, cx.schema()) + ".")
                      .and_help("a list is written `[\"a\", \"b\"]`"));
        return broken_node(span);
    }
    const ir::Type element = element_of(right->type);
    if (element.kind != TypeKind::missing && !comparable(left->type, element)) {
        return report_mismatch(cx, *left, *right, span);
    }
    if (const auto* items = std::get_if<ast::ListLiteral>(&list.what)) {
        for (const ast::ExprPtr& item : items->items) {
            const auto* literal = std::get_if<ast::Literal>(&item->what);
            if (literal == nullptr) continue;
            if (outside(cx, *left, *make_constant(literal->value, item->span))) {
                return broken_node(span);
            }
        }
    }
    NodePtr node = boolean(Op::in, span);
    node->operands.push_back(std::move(left));
    node->operands.push_back(std::move(right));
    doubt_operands(*node);
    return negate_or_keep(cx, std::move(node), negated, span);
}

NodePtr check_contains(Context& cx, NodePtr left, NodePtr right, bool negated, Span span) {
    const bool in_text = is_text(left->type) && is_text(right->type);
    const bool in_list =
        left->type.kind == TypeKind::list && (left->type.element == TypeKind::missing ||
                                              comparable(element_of(left->type), right->type));
    if (!in_text && !in_list) {
        cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", left->span,
                                    "I cannot look for " + describe(right->type, cx.schema()) +
                                        " in " + describe(left->type, cx.schema()) + ".")
                      .and_label("this is " + describe(left->type, cx.schema()))
                      .and_other(right->span, "this is " + describe(right->type, cx.schema()), true)
                      .and_help("a list may contain one of its kind, text may contain text"));
        return broken_node(span);
    }
    NodePtr node = boolean(Op::contains, span);
    node->operands.push_back(std::move(left));
    node->operands.push_back(std::move(right));
    doubt_operands(*node);
    return negate_or_keep(cx, std::move(node), negated, span);
}

NodePtr check_ends(Context& cx, Op op, NodePtr left, NodePtr right, Span span) {
    if (!is_text(left->type) || !is_text(right->type)) {
        return report_mismatch(cx, *left, *right, span);
    }
    NodePtr node = boolean(op, span);
    node->operands.push_back(std::move(left));
    node->operands.push_back(std::move(right));
    doubt_operands(*node);
    return node;
}

bool missing_literal(const Node& node) {
    return is_constant(node) && node.constant.is_missing();
}

NodePtr check_equality(Context& cx, const ast::Compare& compare, NodePtr left, NodePtr right,
                       Span span) {
    const bool negated = compare.op == ast::CompareOp::is_not;
    if (missing_literal(*left) || missing_literal(*right)) {
        cx.report(Diagnostic::error("J0201", "NOTHING EQUALS NOTHING", span,
                                    "A comparison with something missing is never true.")
                      .and_help("ask `… is missing` or `… is present`"));
        return broken_node(span);
    }
    if (!comparable(left->type, right->type)) return report_mismatch(cx, *left, *right, span);
    if (outside(cx, *left, *right) || outside(cx, *right, *left)) {
        return broken_node(span);
    }
    if (left->type.kind == TypeKind::zone && is_constant(*right)) {
        const auto* name = std::get_if<std::string>(&right->constant.held);
        if (name != nullptr && !known_zone(cx, {*name, right->span})) return broken_node(span);
    }
    NodePtr node = boolean(negated ? Op::not_equal : Op::equal, span);
    node->operands.push_back(std::move(left));
    node->operands.push_back(std::move(right));
    doubt_operands(*node);
    if (negated && refuse_doubts(cx, *node, span)) return broken_node(span);
    return fold(cx, std::move(node));
}

NodePtr check_order(Context& cx, Op op, NodePtr left, NodePtr right, Span span) {
    if (!comparable(left->type, right->type)) return report_mismatch(cx, *left, *right, span);
    if (!is_ordered(left->type)) {
        cx.report(Diagnostic::error("J0201", "THESE HAVE NO ORDER", left->span,
                                    "I can only order numbers, money and time, and this is " +
                                        describe(left->type, cx.schema()) + ".")
                      .and_help("compare it with `is`, or with `in [\"a\", \"b\"]`"));
        return broken_node(span);
    }
    NodePtr node = boolean(op, span);
    node->operands.push_back(std::move(left));
    node->operands.push_back(std::move(right));
    doubt_operands(*node);
    return fold(cx, std::move(node));
}

/// `left < right` and the like, for lengths of time too.
NodePtr ordered(Context& cx, ast::CompareOp op, NodePtr left, NodePtr right, Span span) {
    if (!within_memory(cx, *left, *right)) return broken_node(span);
    if (NodePtr node = calendar_compare(cx, op, left, right, span)) return node;
    const Op compare = op == ast::CompareOp::greater         ? Op::greater
                       : op == ast::CompareOp::greater_equal ? Op::greater_equal
                       : op == ast::CompareOp::less          ? Op::less
                                                             : Op::less_equal;
    return check_order(cx, compare, std::move(left), std::move(right), span);
}

/// `user.country is null`: what other tools call something that is not there. True when told.
bool refuse_nothing(Context& cx, const Scope& scope, const ast::Compare& compare, const Node& left,
                    Span span) {
    const bool negated = compare.op == ast::CompareOp::is_not;
    if (compare.op != ast::CompareOp::is && !negated) return false;
    if (left.broken) return false;
    const std::string words = cx.words(compare.right->span);
    const auto* name = std::get_if<ast::NameRef>(&compare.right->what);
    const auto* literal = std::get_if<ast::Literal>(&compare.right->what);
    const auto* text =
        literal == nullptr ? nullptr : std::get_if<std::string>(&literal->value.held);
    std::string small = name == nullptr ? std::string() : name->name.text;
    for (char& c : small) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    static const std::set<std::string_view> kNothing = {
        "null", "nil", "none", "nothing", "undefined", "unset", "unknown", "na", "空"};
    static const std::set<std::string_view> kThere = {"set",   "known",    "defined", "exists",
                                                      "there", "existing", "有"};
    const bool own = scope.journey != nullptr && name != nullptr &&
                     scope.journey->locals.contains(name->name.text);
    if (own || (scope.row != kNone && name != nullptr &&
                ir::find_named(cx.schema().events[scope.row].fields, name->name.text) != kNone))
        return false;
    const auto& choices = left.type.choices;
    if (name != nullptr &&
        std::find(choices.begin(), choices.end(), name->name.text) != choices.end())
        return false;
    const bool empty = small == "empty" || small == "blank" || (text != nullptr && text->empty());
    const bool there = kThere.contains(small);
    if (!empty && !there && !kNothing.contains(small)) return false;
    if (text != nullptr && left.type.kind != TypeKind::text) return false;
    const bool blank = empty && left.type.kind == TypeKind::text;
    const std::string meant = blank              ? (negated ? "is not blank" : "is blank")
                              : there != negated ? "is present"
                                                 : "is missing";
    Diagnostic diagnostic = Diagnostic::error(
        "J0201", "IS IT THERE?", compare.right->span,
        text != nullptr ? "Whether there is any text is asked with `is blank`."
        : blank         ? tick(words) + " is written `blank`."
                        : "Whether there is a value is asked with `is missing` or `is present`.");
    if (blank) {
        diagnostic.after =
            "`is blank` is true for a text that is missing, and for one with "
            "nothing but blanks in it.";
    }
    diagnostic.fixes.push_back(
        {Applicability::probable,
         "write " + tick(meant) + ".",
         {{{span.file, left.span.end, compare.right->span.end}, " " + meant}}});
    cx.report(std::move(diagnostic));
    return true;
}

}  // namespace

NodePtr report_mismatch(Context& cx, const Node& left, const Node& right, Span span) {
    const std::string left_is = describe(left.type, cx.schema());
    const std::string right_is = describe(right.type, cx.schema());
    const bool money_both = left.type.kind == TypeKind::money && right.type.kind == TypeKind::money;
    if (money_both) {
        cx.report(Diagnostic::error("J0202", "TWO CURRENCIES", left.span,
                                    "I cannot put " + left.type.currency + " and " +
                                        right.type.currency + " together.")
                      .and_label("this is " + left.type.currency)
                      .and_other(right.span, "this is " + right.type.currency, true)
                      .and_help("convert before sending the event"));
        return broken_node(span);
    }
    auto plain = [](const std::string& words) {
        const std::size_t bracket = words.find(" (");
        return bracket == std::string::npos ? words : words.substr(0, bracket);
    };
    Diagnostic diagnostic =
        Diagnostic::error("J0201", "TYPES DO NOT MATCH", left.span,
                          "I cannot compare " + plain(left_is) + " with " + plain(right_is) + ".");
    diagnostic.label = "this is " + left_is;
    diagnostic.others.push_back({right.span, "this is " + right_is, true});
    if (left.type.kind == TypeKind::money && is_number(right.type) && is_constant(right)) {
        const std::string currency = left.type.currency.empty() ? "CNY" : left.type.currency;
        const std::string meant = currency + " " + cx.words(right.span);
        diagnostic.fixes.push_back(
            {Applicability::probable, "write " + tick(meant) + ".", {{right.span, meant}}});
    } else if (is_text(left.type) && is_number(right.type) && is_constant(right)) {
        const std::string meant = "\"" + cx.words(right.span) + "\"";
        diagnostic.fixes.push_back(
            {Applicability::probable, "write " + tick(meant) + ".", {{right.span, meant}}});
    } else if (left.type.kind == TypeKind::duration && is_number(right.type)) {
        diagnostic.help.push_back("say the unit, for example `" + cx.words(right.span) + " days`");
    } else if (is_day_or_moment(left.type) && is_day_or_moment(right.type)) {
        diagnostic.help.push_back("turn the moment into a date with `date_of(…)`");
    } else if (is_day_or_moment(left.type)) {
        help_with_date(cx, diagnostic, right);
    } else if (is_day_or_moment(right.type)) {
        help_with_date(cx, diagnostic, left);
    }
    cx.report(std::move(diagnostic));
    return broken_node(span);
}

NodePtr check_compare(Context& cx, const Scope& scope, const ast::Compare& compare, Span span) {
    using ast::CompareOp;
    const bool in = compare.op == CompareOp::in || compare.op == CompareOp::not_in;
    const bool contains =
        compare.op == CompareOp::contains || compare.op == CompareOp::not_contains;
    if (in && is_user(*compare.left)) return check_membership(cx, scope, compare, span);
    if (contains && is_user_tags(cx, *compare.left)) return check_tags(cx, scope, compare, span);
    NodePtr left = check_expr(cx, scope, *compare.left);
    if (refuse_nothing(cx, scope, compare, *left, span)) return broken_node(span);
    NodePtr right = check_value(cx, scope, *compare.right,
                                left->broken ? simple(TypeKind::missing) : left->type);
    if (left->broken || right->broken) return broken_node(span);
    widen_dates(cx, left, right);
    if (is_order(compare.op) && !within_memory(cx, *left, *right)) return broken_node(span);
    if (NodePtr node = calendar_compare(cx, compare.op, left, right, span)) return node;
    if (refuse_share(cx, *left, *compare.right) || refuse_share(cx, *right, *compare.left)) {
        return broken_node(span);
    }
    switch (compare.op) {
        case CompareOp::is:
        case CompareOp::is_not:
            return check_equality(cx, compare, std::move(left), std::move(right), span);
        case CompareOp::in:
        case CompareOp::not_in:
            return check_in(cx, *compare.right, std::move(left), std::move(right),
                            compare.op == CompareOp::not_in, span);
        case CompareOp::contains:
        case CompareOp::not_contains:
            return check_contains(cx, std::move(left), std::move(right),
                                  compare.op == CompareOp::not_contains, span);
        case CompareOp::starts_with:
            return check_ends(cx, Op::starts_with, std::move(left), std::move(right), span);
        case CompareOp::ends_with:
            return check_ends(cx, Op::ends_with, std::move(left), std::move(right), span);
        case CompareOp::greater:
        case CompareOp::greater_equal:
        case CompareOp::less:
        case CompareOp::less_equal:
            return ordered(cx, compare.op, std::move(left), std::move(right), span);
    }
    return broken_node(span);
}

NodePtr check_less(Context& cx, NodePtr left, NodePtr right, Span span) {
    if (left->broken || right->broken) return broken_node(span);
    widen_dates(cx, left, right);
    return ordered(cx, ast::CompareOp::less, std::move(left), std::move(right), span);
}

NodePtr check_between(Context& cx, const Scope& scope, const ast::Between& between, Span span) {
    NodePtr of = check_expr(cx, scope, *between.of);
    NodePtr low = check_expr(cx, scope, *between.low);
    NodePtr high = check_expr(cx, scope, *between.high);
    if (of->broken || low->broken || high->broken) return broken_node(span);
    widen_dates(cx, of, low);
    widen_dates(cx, of, high);
    if (refuse_share(cx, *of, *between.low) || refuse_share(cx, *of, *between.high)) {
        return broken_node(span);
    }
    if (!comparable(of->type, low->type)) return report_mismatch(cx, *of, *low, span);
    if (!comparable(of->type, high->type)) return report_mismatch(cx, *of, *high, span);
    if (!is_ordered(of->type)) {
        cx.report(Diagnostic::error("J0201", "THESE HAVE NO ORDER", of->span,
                                    "I can only order numbers, money and time, and this is " +
                                        describe(of->type, cx.schema()) + ".")
                      .and_help("compare it with `is`, or with `in [\"a\", \"b\"]`"));
        return broken_node(span);
    }
    if (calendar_like(*low) || calendar_like(*high)) {
        if (!is_stretch(*of)) {
            report_days(cx, calendar_like(*low) ? *low : *high, *of);
            return broken_node(span);
        }
        NodePtr again = check_expr(cx, scope, *between.of);
        NodePtr both = boolean(Op::logical_and, span);
        both->operands.push_back(
            ordered(cx, ast::CompareOp::greater_equal, std::move(of), std::move(low), span));
        both->operands.push_back(
            ordered(cx, ast::CompareOp::less_equal, std::move(again), std::move(high), span));
        both->doubts = both->operands.front()->doubts;
        both->broken = both->operands.front()->broken || both->operands.back()->broken;
        return both;
    }
    NodePtr node = boolean(Op::between, span);
    node->operands.push_back(std::move(of));
    node->operands.push_back(std::move(low));
    node->operands.push_back(std::move(high));
    doubt_operands(*node);
    return fold(cx, std::move(node));
}

}  // namespace journey::sema
