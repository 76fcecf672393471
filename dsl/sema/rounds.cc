// `call`, whose answer is there on one way only, and `repeat`.

#include "dsl/sema/step_checker.h"

namespace journey::sema {

using ir::TypeKind;

Index StepChecker::slot_of(const std::string& name) {
    const std::string full = prefixed(name);
    auto& names = journey_.locals;
    const auto at = std::find(names.begin(), names.end(), full);
    const Index slot = static_cast<Index>(at - names.begin());
    if (at == names.end()) names.push_back(full);
    return slot;
}

void StepChecker::forget(const std::string& name) {
    std::erase_if(scope_.present, [&](const std::string& path) {
        return path == "local." + name || path.starts_with("local." + name + ".");
    });
}

bool StepChecker::taken(const ast::Name& name) {
    if (name.text != "user" && name.text != "trigger" && name.text != "entry" &&
        name.text != "now") {
        return false;
    }
    cx_.report(Diagnostic::error("J0105", "TAKEN", name.span,
                                 tick(name.text) + " already means something everywhere.")
                   .and_help("choose another name"));
    return true;
}

std::optional<Call> StepChecker::check_call(const ast::CallWebhook& call, const ast::Step& step) {
    std::optional<Call> made = check_webhook_call(cx_, scope_, call);
    after_wait();
    if (call.as) forget(call.as->text);
    Fork fork(*this);
    Steps otherwise;
    if (call.otherwise) otherwise = fork.way(call.otherwise->steps, call.otherwise->span, {});
    if (call.as) {
        const std::optional<Local> answer = made ? answer_of(*made, call) : std::nullopt;
        if (answer) {
            made->local = answer->slot;
            fork.way_with(call.as->text, *answer, step.keyword);
        } else {
            Local broken;
            broken.broken = true;
            broken.span = call.as->span;
            fork.way_with(call.as->text, broken, step.keyword);
        }
    } else {
        fork.way_past();
    }
    fork.join();
    if (call.as) {
        Local& answer = locals_[call.as->text];
        answer.by_call = answer.only_in.has_value();
    }
    if (!made) return std::nullopt;
    made->has_otherwise = call.otherwise.has_value();
    made->otherwise = std::move(otherwise);
    return made;
}

std::optional<Local> StepChecker::answer_of(const Call& call, const ast::CallWebhook& from) {
    const ast::Name& name = *from.as;
    cx_.note("local", scope_.journey->name, name.text, name.span, true);
    if (taken(name)) return std::nullopt;
    const auto before = locals_.find(name.text);
    if (before != locals_.end() && !before->second.broken && before->second.shape == nullptr) {
        cx_.report(Diagnostic::error(
                       "J0105", "ANOTHER KIND OF THING", name.span,
                       tick(name.text) + " was " + describe(before->second.type, cx_.schema()) +
                           ", and here it would become what " + tick(from.webhook.text) + " gives.")
                       .and_other(before->second.span, "first here")
                       .and_help("choose another name"));
        return std::nullopt;
    }
    auto shape =
        std::make_shared<std::vector<ir::Field>>(cx_.schema().webhooks[call.webhook].gives);
    if (!from.otherwise) {
        for (ir::Field& field : *shape) {
            field.required = false;
            field.fallback.reset();
        }
    }
    Local local;
    local.type = simple(TypeKind::map);
    local.may_be_missing = !from.otherwise;
    local.span = name.span;
    local.shape = std::move(shape);
    local.slot = slot_of(name.text);
    return local;
}

std::optional<Repeat> StepChecker::check_repeat(const ast::Repeat& repeat, const ast::Step& step) {
    Repeat made;
    made.times_span = repeat.at_most->span;
    const std::optional<std::int64_t> times = times_of(*repeat.at_most);
    // The next rounds begin when somebody has waited.
    after_wait();
    soften_reassigned(repeat.steps);
    NodePtr until;
    if (repeat.until != nullptr) until = check_condition(cx_, scope_, *repeat.until);
    Fork fork(*this);
    made.steps = fork.way(repeat.steps, step.keyword, {});
    fork.way_past();
    fork.join();
    if (!times || (until != nullptr && until->broken)) return std::nullopt;
    made.times = *times;
    made.certain = until == nullptr;
    count_rounds(made, std::move(until), step.keyword);
    check_rounds(cx_, made, step.keyword);
    return made;
}

std::optional<std::int64_t> StepChecker::times_of(const ast::Expr& at_most) {
    const NodePtr times = check_expr(cx_, scope_, at_most);
    if (times->broken) return std::nullopt;
    const std::string words = cx_.words(at_most.span);
    if (times->type.kind != TypeKind::integer) {
        cx_.report(Diagnostic::error("J0201", "HOW OFTEN?", at_most.span,
                                     "`repeat at most … times` needs a whole number, and " +
                                         tick(words) + " is " +
                                         describe(times->type, cx_.schema()) + "."));
        return std::nullopt;
    }
    if (!is_constant(*times)) {
        cx_.report(Diagnostic::error("J0305", "NOBODY KNOWS HOW OFTEN", at_most.span,
                                     tick(words) + " depends on who it is, so this loop has no "
                                                   "bound that I can check.")
                       .and_help("write a number, and leave early with `until …`"));
        return std::nullopt;
    }
    const auto value = std::get<std::int64_t>(times->constant.held);
    if (value >= 1) return value;
    cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", at_most.span,
                                 "This repeats " + words + " times, so it never happens.")
                   .and_help("write 1 or more"));
    return std::nullopt;
}

void StepChecker::soften_reassigned(const ast::Steps& steps) {
    std::set<std::string> names;
    std::function<void(const ast::Steps&)> collect = [&](const ast::Steps& inner) {
        for (const ast::Step& step : inner) {
            if (const auto* let = std::get_if<ast::Let>(&step.what)) names.insert(let->name.text);
            if (const auto* call = std::get_if<ast::CallWebhook>(&step.what)) {
                if (call->as) names.insert(call->as->text);
            }
            for (const ast::Steps* block : blocks_of(step))
                collect(*block);
        }
    };
    collect(steps);
    std::erase_if(names, [&](const std::string& name) { return !locals_.contains(name); });
    if (names.empty()) return;
    for (const std::string& name : names)
        forget(name);
    // One silent round tells which of them may end up missing.
    const std::map<std::string, Local> before = locals_;
    const std::set<std::string> present = scope_.present;
    const std::map<std::string, int> includes = scope_.journey->includes;
    {
        const Muted first_round(cx_);
        StepChecker(cx_, scope_, journey_).run(steps);
    }
    std::map<std::string, Local> after = std::move(locals_);
    locals_ = before;
    scope_.present = present;
    scope_.journey->includes = includes;
    for (const std::string& name : names) {
        if (after[name].may_be_missing) locals_[name].may_be_missing = true;
    }
}

void StepChecker::count_rounds(Repeat& made, NodePtr until, Span span) {
    int ordinal = 0;
    std::string name;
    const auto& names = journey_.locals;
    do {
        name = "round " + std::to_string(++ordinal);
    } while (std::find(names.begin(), names.end(), name) != names.end());
    made.counter = static_cast<Index>(names.size());
    journey_.locals.push_back(name);
    // Who is moved into a round from an older version has no count yet.
    const auto counter = [&] {
        NodePtr local = make(ir::Op::local, simple(TypeKind::integer), span);
        local->a = made.counter;
        local->may_be_missing = true;
        NodePtr sure = make(ir::Op::fallback, simple(TypeKind::integer), span);
        sure->operands.push_back(std::move(local));
        sure->operands.push_back(make_constant(Value(std::int64_t{0}), span));
        return sure;
    };
    const auto two = [&](ir::Op op, ir::Type type, NodePtr left, NodePtr right) {
        NodePtr node = make(op, std::move(type), span);
        node->operands.push_back(std::move(left));
        node->operands.push_back(std::move(right));
        return node;
    };
    made.zero = make_constant(Value(std::int64_t{0}), span);
    made.plus_one = two(ir::Op::add, simple(TypeKind::integer), counter(),
                        make_constant(Value(std::int64_t{1}), span));
    made.again = two(ir::Op::less, simple(TypeKind::boolean), counter(),
                     make_constant(Value(made.times), span));
    if (until == nullptr) return;
    NodePtr going = make(ir::Op::logical_not, simple(TypeKind::boolean), span);
    going->operands.push_back(std::move(until));
    made.again = two(ir::Op::logical_and, simple(TypeKind::boolean), std::move(made.again),
                     std::move(going));
}

}  // namespace journey::sema
