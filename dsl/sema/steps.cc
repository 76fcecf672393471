#include "dsl/sema/snippets.h"
#include "dsl/sema/step_checker.h"
#include "dsl/sema/value.h"

namespace journey::sema {

using ir::TypeKind;

Steps StepChecker::run(const ast::Steps& steps) {
    Steps checked;
    for (const ast::Step& step : steps)
        one(step, checked);
    return checked;
}

void StepChecker::one(const ast::Step& step, Steps& into) {
    Step made;
    if (const auto* include = std::get_if<ast::Include>(&step.what)) {
        include_snippet(cx_, scope_, journey_, step, *include, into);
        return;
    }
    if (step.label) made.label = prefixed(step.label->text);
    made.includes = cx_.includes;
    made.inserted = cx_.inserted;
    made.span = step.span;
    made.keyword = step.keyword;
    const bool real = std::visit(
        Match{[&](const ast::Send& send) {
                  return put(made, check_send(cx_, scope_, journey_, send));
              },
              [&](const ast::Delay& delay) { return put(made, check_delay(delay)); },
              [&](const ast::WaitUntil& wait) { return put(made, check_until(wait)); },
              [&](const ast::WaitAtMost& wait) { return put(made, check_at_most(wait)); },
              [&](const ast::If& branch) { return put(made, check_if(branch)); },
              [&](const ast::Choose& choose) { return put(made, check_choose(choose)); },
              [&](const ast::Split& split) {
                  return put(made, check_pick(split.name, split.lines, true));
              },
              [&](const ast::Experiment& experiment) {
                  return put(made, check_pick(experiment.name, experiment.lines, false));
              },
              [&](const ast::Let& let) { return put(made, check_let(let)); },
              [&](const ast::Set& set) { return put(made, check_set(set)); },
              [&](const ast::Tag& tag) { return put(made, check_tag(tag)); },
              [&](const ast::Stop& stop) {
                  return put(made, std::optional(Stop{stop.as ? stop.as->text : "stopped"}));
              },
              [&](const ast::CallWebhook& call) { return put(made, check_call(call, step)); },
              [&](const ast::Emit& emit) { return put(made, check_emit(cx_, scope_, emit)); },
              [&](const ast::Run& run) { return put(made, check_run(cx_, scope_, run)); },
              [&](const ast::Repeat& repeat) { return put(made, check_repeat(repeat, step)); },
              [&](const ast::SendOneOf& one) { return put(made, check_one_of(one, step)); },
              [](const ast::Include&) { return false; }, [](const ast::Note&) { return false; }},
        step.what);
    if (real) into.push_back(std::move(made));
}

std::string StepChecker::prefixed(const std::string& name) const {
    const std::string& prefix = scope_.journey->prefix;
    return prefix.empty() ? name : prefix + "." + name;
}

void StepChecker::after_wait() {
    std::erase_if(scope_.present, [&](const std::string& path) {
        const bool lapses = path.starts_with("user.");
        if (lapses) lapsed_.insert(path);
        return lapses;
    });
}

std::optional<Let> StepChecker::check_let(const ast::Let& let) {
    NodePtr value = check_expr(cx_, scope_, *let.is);
    const std::string& name = let.name.text;
    cx_.note("local", scope_.journey->name, name, let.name.span, true);
    Local local;
    local.span = let.name.span;
    local.broken = value->broken;
    local.type = value->type;
    local.may_be_missing = value->may_be_missing;
    if (taken(let.name)) return std::nullopt;
    const auto before = locals_.find(name);
    if (before != locals_.end() && before->second.param != nullptr) {
        cx_.report(Diagnostic::error("J0105", "TAKEN", let.name.span,
                                     tick(name) + " is a parameter of this snippet.")
                       .and_help("choose another name"));
        return std::nullopt;
    }
    if (before != locals_.end() && !before->second.broken && !local.broken &&
        !(before->second.type == local.type)) {
        cx_.report(Diagnostic::error(
                       "J0105", "ANOTHER KIND OF THING", let.name.span,
                       tick(name) + " was " + describe(before->second.type, cx_.schema()) +
                           ", and here it would become " + describe(local.type, cx_.schema()) + ".")
                       .and_other(before->second.span, "first here")
                       .and_help("choose another name"));
        return std::nullopt;
    }
    local.shape = value->shape;
    local.slot = slot_of(name);
    locals_[name] = local;
    forget(name);
    if (value->broken) return std::nullopt;
    return Let{local.slot, std::move(value)};
}

std::optional<SetField> StepChecker::check_set(const ast::Set& set) {
    const Index known = ir::find_named(cx_.schema().profile, set.target.parts.back().text);
    NodePtr value =
        check_value(cx_, scope_, *set.to,
                    known == kNone ? simple(TypeKind::missing) : cx_.schema().profile[known].type);
    if (set.target.parts.size() != 2 || set.target.parts[0].text != "user") {
        cx_.report(Diagnostic::error("J0102", "SET WHAT?", set.target.span,
                                     "Only properties of the person can be set, like `user.tier`.")
                       .and_help("to remember something for this journey: `let " +
                                 set.target.parts.back().text + " = …`"));
        return std::nullopt;
    }
    const std::optional<Index> field =
        find_field(cx_, cx_.schema().profile, set.target.parts[1], "user");
    if (!field || value->broken) return std::nullopt;
    const ir::Field& target = cx_.schema().profile[*field];
    value = fit(cx_, std::move(value), target.type, set.target.dotted());
    if (value->broken) return std::nullopt;
    const std::string path = set.target.dotted();
    if (value->may_be_missing) {
        scope_.present.erase(path);
    } else {
        scope_.present.insert(path);
    }
    return SetField{*field, std::move(value)};
}

std::optional<Tag> StepChecker::check_tag(const ast::Tag& tag) {
    Tag made;
    made.add = tag.add;
    for (const ast::Text& name : tag.tags) {
        if (name.value.empty() || name.value.size() > 100) {
            cx_.report(Diagnostic::error("J0213", "NOT A TAG", name.span,
                                         "A tag has between 1 and 100 characters."));
            continue;
        }
        made.names.push_back(name.value);
    }
    return made;
}

Steps check_steps(Context& cx, Scope& scope, Journey& journey, const ast::Steps& steps) {
    return StepChecker(cx, scope, journey).run(steps);
}

}  // namespace journey::sema
