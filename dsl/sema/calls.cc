// Steps that reach out: `call` a webhook, `emit` an event, `run` another journey.

#include "dsl/sema/steps.h"

namespace journey::sema {

namespace {

/// Every pair's value, each name once.
template <typename Each>
void each_pair(Context& cx, const Scope& scope, const std::optional<ast::MapLiteral>& with,
               Each each) {
    if (!with) return;
    std::set<std::string> given;
    for (const ast::Pair& pair : with->pairs) {
        NodePtr value = check_expr(cx, scope, *pair.value);
        if (!given.insert(pair.key.text).second) {
            cx.report(Diagnostic::error("J0105", "GIVEN TWICE", pair.key.span,
                                        tick(pair.key.text) + " is given twice.")
                          .and_help("keep one of them"));
            continue;
        }
        each(pair, std::move(value));
    }
}

}  // namespace

std::optional<Call> check_webhook_call(Context& cx, const Scope& scope,
                                       const ast::CallWebhook& call) {
    const std::optional<Index> webhook = cx.find(Kind::webhook, call.webhook);
    Call made;
    if (webhook) made.webhook = *webhook;
    each_pair(cx, scope, call.with, [&](const ast::Pair& pair, NodePtr value) {
        if (!webhook) return;
        const ir::Webhook& hook = cx.schema().webhooks[*webhook];
        if (std::find(hook.sends.begin(), hook.sends.end(), pair.key.text) == hook.sends.end()) {
            Diagnostic diagnostic = Diagnostic::error(
                "J0102", "NOT SENT THERE", pair.key.span,
                tick(hook.name) + " may not be given " + tick(pair.key.text) + ".");
            diagnostic =
                with_near_names(std::move(diagnostic), pair.key.text, pair.key.span, hook.sends);
            if (hook.sends.empty()) diagnostic.after = "It may be given nothing.";
            if (diagnostic.fixes.empty()) {
                diagnostic.help.push_back("if it should get this: add `sends " + pair.key.text +
                                          "` to `webhook " + hook.name + "`");
            }
            cx.report(std::move(diagnostic));
            return;
        }
        cx.note("sent", hook.name, pair.key.text, pair.key.span);
        if (!value->broken) made.args.push_back({pair.key.text, std::move(value)});
    });
    if (!webhook) return std::nullopt;
    if (call.as && cx.schema().webhooks[*webhook].gives.empty()) {
        cx.report(Diagnostic::error("J0102", "NOTHING COMES BACK", call.as->span,
                                    tick(call.webhook.text) + " does not say that it gives "
                                                              "anything.")
                      .and_help("leave `as " + call.as->text +
                                "` out, or add `gives code string "
                                "required` to the webhook"));
        return std::nullopt;
    }
    return made;
}

std::optional<Emit> check_emit(Context& cx, const Scope& scope, const ast::Emit& emit) {
    const std::optional<Index> event = cx.find(Kind::event, emit.event.dotted(), emit.event.span);
    const bool builtin = event && cx.schema().events[*event].builtin;
    if (builtin) {
        cx.report(Diagnostic::error("J0101", "NOT YOURS TO SAY", emit.event.span,
                                    tick(emit.event.dotted()) +
                                        " is what a provider tells about a message; the engine "
                                        "makes it itself.")
                      .and_help("declare an event of your own and emit that"));
    }
    Emit made;
    if (event) made.event = *event;
    std::set<std::string> given;
    each_pair(cx, scope, emit.with, [&](const ast::Pair& pair, NodePtr value) {
        if (!event || builtin) return;
        const ir::EventType& type = cx.schema().events[*event];
        const std::optional<Index> field = find_field(cx, type.fields, pair.key, type.name);
        if (!field) return;
        const ir::Field& to = type.fields[*field];
        given.insert(to.name);
        value = fit(cx, std::move(value), to.type, to.name);
        if (value->broken) return;
        if (value->may_be_missing && to.required && !to.fallback) {
            cx.report(Diagnostic::error("J0208", "IT MAY BE MISSING", value->span,
                                        tick(cx.words(value->span)) + " may be missing, and " +
                                            tick(type.name) + " cannot do without " +
                                            tick(to.name) + ".")
                          .and_help("add `default …`"));
            return;
        }
        made.args.push_back({to.name, std::move(value)});
    });
    if (!event || builtin) return std::nullopt;
    std::vector<std::string> lacking;
    for (const ir::Field& field : cx.schema().events[*event].fields) {
        if (field.required && !field.fallback && !given.contains(field.name)) {
            lacking.push_back(tick(field.name));
        }
    }
    if (lacking.empty()) return made;
    cx.report(Diagnostic::error("J0501", "A PROPERTY IS MISSING", emit.event.span,
                                tick(emit.event.dotted()) + " needs " + listed(lacking) +
                                    ", and this does not give " +
                                    (lacking.size() == 1 ? "it." : "them.")));
    return std::nullopt;
}

namespace {

ir::Type joined(const ir::Type& a, const ir::Type& b) {
    if (a.kind == ir::TypeKind::missing) return b;
    if (a == b || b.kind == ir::TypeKind::missing) return a;
    if (is_text(a) && is_text(b)) return simple(ir::TypeKind::text);
    return is_number(a) && is_number(b) ? simple(ir::TypeKind::real) : a;
}

/// What is given under one name is one kind of thing, whoever gives it.
void remember_given(Context& cx, Index target, const ast::Pair& pair, const Node& value) {
    CalledField field{value.type, value.may_be_missing, pair.value->span};
    const auto [at, fresh] = cx.called[target].try_emplace(pair.key.text, field);
    if (fresh) return;
    CalledField& known = at->second;
    const bool open =
        known.type.kind == ir::TypeKind::missing || value.type.kind == ir::TypeKind::missing;
    if (!open && !comparable(known.type, value.type) && !(known.type == value.type)) {
        cx.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", value.span,
                                    "Here " + tick(pair.key.text) + " is " +
                                        describe(value.type, cx.schema()) +
                                        ", and another `run` of the same journey gives " +
                                        describe(known.type, cx.schema()) + ".")
                      .and_other(known.span, "given here"));
        return;
    }
    known.type = joined(known.type, value.type);
    known.may_be_missing = known.may_be_missing || value.may_be_missing;
}

}  // namespace

std::optional<Run> check_run(Context& cx, const Scope& scope, const ast::Run& run) {
    const std::optional<Index> target = cx.find(Kind::journey, run.journey);
    Run made;
    RunSite site;
    site.span = run.journey.span;
    made.target = run.journey.span;
    each_pair(cx, scope, run.with, [&](const ast::Pair& pair, NodePtr value) {
        if (pair.key.text == "time") {
            cx.report(Diagnostic::error("J0105", "TAKEN", pair.key.span,
                                        "`trigger.time` is always the moment of the run.")
                          .and_help("choose another name"));
            return;
        }
        site.given[pair.key.text] = pair.key.span;
        if (!target || value->broken) return;
        remember_given(cx, *target, pair, *value);
        made.args.push_back({pair.key.text, std::move(value)});
    });
    if (!target) return std::nullopt;
    made.journey = *target;
    site.target = *target;
    if (!cx.takes_calls.contains(*target)) {
        cx.report(Diagnostic::error(
                      "J0115", "IT CANNOT BE RUN", run.journey.span,
                      tick(run.journey.text) + " does not say that other journeys may run it.")
                      .and_help("add a line `enter when called` to " + tick(run.journey.text)));
        return std::nullopt;
    }
    if (!cx.muted() && scope.journey->self != kNone) cx.runs.push_back(std::move(site));
    return made;
}

std::vector<ir::Field> called_fields(const Context& cx, Index journey) {
    std::vector<ir::Field> fields;
    const auto known = cx.called.find(journey);
    if (known == cx.called.end()) return fields;
    for (const auto& [name, given] : known->second) {
        ir::Field field;
        field.name = name;
        field.type = given.type;
        field.required = !given.may_be_missing;
        fields.push_back(std::move(field));
    }
    return fields;
}

bool gives_all(Context& cx, Index journey, const std::vector<ir::Field>& fields, const Record& data,
               Span span) {
    std::vector<std::string> lacking;
    for (const auto& [name, place] : cx.called_reads[journey]) {
        const Index field = ir::find_named(fields, name);
        if (field != kNone && fields[field].required && find(data, name) == nullptr)
            lacking.push_back(tick("trigger." + name));
    }
    if (lacking.empty()) return true;
    cx.report(Diagnostic::error("J0501", "A VALUE IS MISSING", span,
                                tick(cx.model.journeys[journey].name) + " reads " +
                                    listed(lacking) + ", and this does not give " +
                                    (lacking.size() == 1 ? "it." : "them."))
                  .and_help("add it: `called { … }`"));
    return false;
}

}  // namespace journey::sema
