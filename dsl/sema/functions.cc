// The functions of LANGUAGE 2.10, a row each.

#include "dsl/sema/expr.h"

#include <array>

namespace journey::sema {

using ir::Op;
using ir::TypeKind;

namespace {

bool any_text(const ir::Type& type) {
    return is_text(type);
}
bool sized(const ir::Type& type) {
    return is_text(type) || type.kind == TypeKind::list || type.kind == TypeKind::map;
}
bool signed_value(const ir::Type& type) {
    return is_number(type) || type.kind == TypeKind::money || type.kind == TypeKind::duration;
}
bool number(const ir::Type& type) {
    return is_number(type);
}
bool clock(const ir::Type& type) {
    return type.kind == TypeKind::instant;
}
bool zone(const ir::Type& type) {
    return is_text(type);
}

using Accepts = bool (*)(const ir::Type&);

struct Function {
    Op op;
    std::size_t least;
    std::size_t most;
    Accepts first;
    Accepts others;
    TypeKind gives;  // missing: what the first argument is
    const char* wants;
    const char* example;
};

const std::map<std::string, Function>& functions() {
    static const std::map<std::string, Function> table = {
        {"size",
         {Op::size, 1, 1, sized, sized, TypeKind::integer, "a list or text", "size(user.topics)"}},
        {"lower",
         {Op::lower, 1, 1, any_text, any_text, TypeKind::text, "text", "lower(user.locale)"}},
        {"upper",
         {Op::upper, 1, 1, any_text, any_text, TypeKind::text, "text", "upper(user.locale)"}},
        {"trim",
         {Op::trim, 1, 1, any_text, any_text, TypeKind::text, "text", "trim(user.first_name)"}},
        {"abs",
         {Op::abs, 1, 1, signed_value, number, TypeKind::missing, "a number",
          "abs(trigger.change)"}},
        {"round", {Op::round, 1, 1, number, number, TypeKind::integer, "a number", "round(2.5)"}},
        {"floor", {Op::floor, 1, 1, number, number, TypeKind::integer, "a number", "floor(2.5)"}},
        {"ceil", {Op::ceil, 1, 1, number, number, TypeKind::integer, "a number", "ceil(2.5)"}},
        {"concat",
         {Op::concat, 2, 10, any_text, any_text, TypeKind::text, "text",
          "concat(\"Hello \", user.first_name)"}},
        {"year",
         {Op::year, 1, 2, is_day_or_moment, zone, TypeKind::integer, "a date or a moment",
          "year(now)"}},
        {"month",
         {Op::month, 1, 2, is_day_or_moment, zone, TypeKind::integer, "a date or a moment",
          "month(now)"}},
        {"day",
         {Op::day, 1, 2, is_day_or_moment, zone, TypeKind::integer, "a date or a moment",
          "day(now)"}},
        {"weekday",
         {Op::weekday, 1, 2, is_day_or_moment, zone, TypeKind::integer, "a date or a moment",
          "weekday(now)"}},
        {"hour",
         {Op::hour, 1, 2, clock, zone, TypeKind::integer, "a moment", "hour(now, user.time_zone)"}},
        {"minute", {Op::minute, 1, 2, clock, zone, TypeKind::integer, "a moment", "minute(now)"}},
        {"date_of", {Op::date_of, 1, 2, clock, zone, TypeKind::date, "a moment", "date_of(now)"}},
        {"days_between",
         {Op::days_between, 2, 2, is_day_or_moment, is_day_or_moment, TypeKind::integer,
          "two dates", "days_between(user.birthday, date_of(now))"}}};
    return table;
}

std::vector<std::string> function_names() {
    std::vector<std::string> names = {"consented", "reachable", "tagged", "now"};
    for (const auto& [name, function] : functions())
        names.push_back(name);
    return names;
}

}  // namespace

std::vector<ShownFunction> shown_functions() {
    std::vector<ShownFunction> all = {{"a consent group", "consented(offers)"},
                                      {"a channel", "reachable(sms)"},
                                      {"a tag", "tagged(\"vip\")"}};
    for (const auto& [name, function] : functions())
        all.push_back({function.wants, function.example});
    return all;
}

namespace {

NodePtr wrong_count(Context& cx, const ast::Call& call, Span span, const std::string& example) {
    cx.report(Diagnostic::error("J0201", "HOW MANY THINGS?", span,
                                tick(call.fn.text) + " is written `" + example + "`."));
    return broken_node(span);
}

/// consented(offers), reachable(sms): the argument is a name with a kind, not a value.
NodePtr ask_by_name(Context& cx, const ast::Call& call, Kind kind, Op op, Span span) {
    const auto* name =
        call.args.size() == 1 ? std::get_if<ast::NameRef>(&call.args[0]->what) : nullptr;
    if (name == nullptr) {
        const std::vector<std::string> names = cx.names_of(kind);
        return wrong_count(cx, call, span,
                           call.fn.text + "(" + (names.empty() ? "email" : names.front()) + ")");
    }
    const std::optional<Index> index = cx.find(kind, name->name);
    if (!index) return broken_node(span);
    NodePtr node = make(op, simple(TypeKind::boolean), span);
    node->a = *index;
    return node;
}

NodePtr ask_tagged(Context& cx, const Scope& scope, const ast::Call& call, Span span) {
    if (call.args.size() != 1) return wrong_count(cx, call, span, "tagged(\"vip\")");
    NodePtr tag = fit(cx, check_expr(cx, scope, *call.args[0]), simple(TypeKind::text), "a tag");
    if (tag->broken) return broken_node(span);
    NodePtr node = make(Op::tagged, simple(TypeKind::boolean), span);
    node->operands.push_back(std::move(tag));
    return node;
}

NodePtr refuse_in_where(Context& cx, const ast::Call& call, Span span) {
    cx.report(Diagnostic::error("J0108", "NOT INSIDE WHERE", span,
                                tick(call.fn.text) +
                                    " asks about the person; inside `where` I look "
                                    "at one event.")
                  .and_help("ask it outside and join the two with `and`"));
    return broken_node(span);
}

}  // namespace

namespace {

/// What other tools call it: our name, or how it is said here.
struct Foreign {
    std::string_view theirs;
    std::string_view ours;
    std::string_view help;
};

constexpr std::array kForeign = std::to_array<Foreign>({
    {"len", "size", ""},
    {"length", "size", ""},
    {"concatenate", "concat", ""},
    {"tolowercase", "lower", ""},
    {"lcase", "lower", ""},
    {"touppercase", "upper", ""},
    {"ucase", "upper", ""},
    {"datedif", "days_between", ""},
    {"datediff", "days_between", ""},
    {"bought", "did", ""},
    {"happened", "did", ""},
    {"today", "", "today is `date_of(now)`"},
    {"if", "", "one thing or another: `if … { … } else { … }`, among the steps of a journey"},
    {"and", "", "two questions are joined by a word between them: `… and …`"},
    {"or", "", "two questions are joined by a word between them: `… or …`"},
    {"not", "", "the opposite is asked with a word before: `not …`"},
    {"countif", "", "to count with a condition: `count(order_paid where … within 30 days)`"},
    {"countifs", "", "to count with a condition: `count(order_paid where … within 30 days)`"},
    {"sumif", "", "to add up with a condition: `sum(order_paid.total where … within 30 days)`"},
    {"isblank", "", "to ask whether it is there: `… is missing` or `… is present`"},
    {"isempty", "", "to ask whether it is there: `… is missing` or `… is present`"},
    {"isnull", "", "to ask whether it is there: `… is missing` or `… is present`"},
    {"contains", "", "the question stands in the middle: `… contains …`"},
    {"includes", "", "the question stands in the middle: `… contains …`"},
});

constexpr std::array kAggregates = std::to_array<std::string_view>(
    {"did", "count", "sum", "avg", "min", "max", "first", "last", "distinct", "list"});

/// `count(order_paid in 30 days)`, which reads as a question whether one thing is in another.
bool window_as_question(Context& cx, const ast::Call& call) {
    const auto* in =
        call.args.size() == 1 ? std::get_if<ast::Compare>(&call.args.front()->what) : nullptr;
    if (in == nullptr || in->op != ast::CompareOp::in) return false;
    const auto* length = std::get_if<ast::Literal>(&in->right->what);
    if (length == nullptr || !std::holds_alternative<CalendarDuration>(length->value.held))
        return false;
    const Span left = in->left->span;
    const Span right = in->right->span;
    const std::string meant = "within " + cx.words(right);
    cx.report(Diagnostic::error("J0201", "SINCE WHEN?", {left.file, left.end + 1, right.end},
                                "Since when is written " + tick(meant) + ".")
                  .and_fix(Applicability::certain, "write " + tick(meant) + ".",
                           {{{left.file, left.end, right.end}, " " + meant}}));
    return true;
}

NodePtr unknown_function(Context& cx, const ast::Call& call) {
    const std::string& name = call.fn.text;
    std::string small = name;
    for (char& c : small) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const Span span = call.fn.span;
    const auto aggregate = [](std::string_view word) {
        return std::find(kAggregates.begin(), kAggregates.end(), word) != kAggregates.end();
    };
    if (aggregate(name)) {
        if (window_as_question(cx, call)) return broken_node(span);
        cx.report(Diagnostic::error("J0201", "ASKED ANOTHER WAY", span,
                                    tick(name) + " asks about one kind of event.")
                      .and_help("for example `" + name + "(order_paid within 7 days)`"));
        return broken_node(span);
    }
    Diagnostic diagnostic = Diagnostic::error("J0104", "UNKNOWN FUNCTION", span,
                                              "There is no function called " + tick(name) + ".");
    const auto theirs = std::find_if(kForeign.begin(), kForeign.end(),
                                     [&](const Foreign& one) { return one.theirs == small; });
    if (small != name && (aggregate(small) || functions().contains(small))) {
        diagnostic.after = "The words of the language are written small.";
        diagnostic.fixes.push_back(
            {Applicability::certain, "write " + tick(small) + ".", {{span, small}}});
    } else if (theirs != kForeign.end() && !theirs->ours.empty()) {
        const std::string ours(theirs->ours);
        diagnostic.fixes.push_back(
            {Applicability::probable, "write " + tick(ours) + ".", {{span, ours}}});
    } else if (theirs != kForeign.end()) {
        diagnostic.help.emplace_back(theirs->help);
    } else {
        diagnostic = with_near_names(std::move(diagnostic), name, span, function_names());
        if (diagnostic.fixes.empty()) diagnostic.after = "There are:  " + columns(function_names());
    }
    cx.report(std::move(diagnostic));
    return broken_node(span);
}

}  // namespace

NodePtr check_call(Context& cx, const Scope& scope, const ast::Call& call, Span span) {
    const std::string& name = call.fn.text;
    const bool about_person = name == "consented" || name == "reachable" || name == "tagged";
    if (about_person && scope.row != kNone && !scope.entering)
        return refuse_in_where(cx, call, span);
    if (name == "consented") return ask_by_name(cx, call, Kind::consent, Op::consented, span);
    if (name == "reachable") return ask_by_name(cx, call, Kind::channel, Op::reachable, span);
    if (name == "tagged") return ask_tagged(cx, scope, call, span);
    if (name == "now") {
        if (!call.args.empty()) return wrong_count(cx, call, span, "now");
        return make(Op::now, simple(TypeKind::instant), span);
    }
    const auto found = functions().find(name);
    if (found == functions().end()) return unknown_function(cx, call);
    const Function& function = found->second;
    if (call.args.size() < function.least || call.args.size() > function.most) {
        return wrong_count(cx, call, span, function.example);
    }
    NodePtr node = make(function.op, simple(function.gives), span);
    for (std::size_t i = 0; i < call.args.size(); ++i) {
        NodePtr argument = check_expr(cx, scope, *call.args[i]);
        if (argument->broken) {
            node->broken = true;
            continue;
        }
        const Accepts accepts = i == 0 ? function.first : function.others;
        if (!accepts(argument->type)) {
            const bool a_zone = i > 0 && function.others == zone && function.op != Op::concat;
            cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", argument->span,
                                        tick(name) + " works on " +
                                            (a_zone ? "a time zone here" : function.wants) +
                                            ", and this is " +
                                            describe(argument->type, cx.schema()) + ".")
                          .and_help(std::string("for example `") + function.example + "`"));
            node->broken = true;
            continue;
        }
        const bool place = i > 0 && function.others == zone && function.op != Op::concat;
        if (place) {
            argument = fit(cx, std::move(argument), simple(TypeKind::zone), "the time zone");
            node->broken = node->broken || argument->broken;
        }
        // Without a zone the answer is that of the workspace's.
        node->may_be_missing = node->may_be_missing || (argument->may_be_missing && !place);
        if (i == 0 && function.gives == TypeKind::missing) node->type = argument->type;
        node->operands.push_back(std::move(argument));
    }
    return node;
}

}  // namespace journey::sema
