// J0308: winners nobody can see. J0408: personal data that decides a message. J0411: opens taken for
// a measure.

#include "dsl/sema/context.h"
#include "dsl/sema/steps.h"

namespace journey::sema {

using ir::Op;

namespace {

/// The first personal property whose value `node` looks at. That it is there is no secret:
/// `user.email is present` does not count.
const Node* personal_in(const ir::Program& schema, const Node& node) {
    if (node.op == Op::is_missing || node.op == Op::is_present || node.op == Op::is_blank) {
        return nullptr;
    }
    if (node.op == Op::user_field && node.a < schema.profile.size() &&
        schema.profile[node.a].personal) {
        return &node;
    }
    for (const NodePtr& operand : node.operands) {
        if (const Node* found = personal_in(schema, *operand)) return found;
    }
    return nullptr;
}

bool sends_anything(const Steps& steps) {
    bool found = false;
    each_step(steps, [&](const Step& step) { found |= std::holds_alternative<Send>(step.act); });
    return found;
}

void check_branch(Context& cx, const Branch& branch) {
    bool sends = sends_anything(branch.otherwise);
    for (const Case& one : branch.cases)
        sends = sends || sends_anything(one.steps);
    if (!sends) return;
    for (const Case& one : branch.cases) {
        if (one.condition == nullptr || one.condition->broken) continue;
        const Node* used = personal_in(cx.schema(), *one.condition);
        if (used == nullptr) continue;
        cx.report(
            Diagnostic::warning(
                "J0408", "PERSONAL DATA DECIDES", used->span,
                "This uses " + tick(cx.words(used->span)) + " to decide who gets which message.")
                .and_after("It is marked `pii`: treating people differently by personal data may "
                           "need their consent, and may be unfair.")
                .and_help("check with the data protection lead; if it is fine, say why with "
                          "`# allow J0408: …` above this line"));
    }
}

/// A winner by opens: a weak measure of mail, and no measure of anything else.
void check_winner(Context& cx, const Step& step, const Pick& pick) {
    if (!pick.winner) return;
    if (pick.winner->numerator != ir::Metric::opened &&
        pick.winner->denominator != ir::Metric::opened)
        return;
    bool email = false;
    std::string channel;
    each_inner(step, [&](const Steps& arm) {
        each_step(arm, [&](const Step& inner) {
            const auto* send = std::get_if<Send>(&inner.act);
            if (send == nullptr || send->channel == kNone) return;
            const ir::Channel& by = cx.schema().channels[send->channel];
            if (by.kind == ir::ChannelKind::email) {
                email = true;
            } else {
                channel = by.name;
            }
        });
    });
    if (email) {
        cx.report(
            Diagnostic::warning(
                "J0411", "AN OPEN IS NOT A PERSON", pick.winner_span,
                "The winner of " + tick(pick.experiment) + " is found by opened mail.")
                .and_after("Mail programs that protect privacy open every mail on their own, so "
                           "this counts machines as people.")
                .and_help("say `winner by clicked per delivered`"));
    } else if (!channel.empty()) {
        cx.report(Diagnostic::warning("J0308", "NOBODY CAN WIN", pick.winner_span,
                                      "A winner by `opened` cannot be found here: " +
                                          tick(channel) + " does not report it.")
                      .and_after("Every arm would have none of them, so no arm can be the best.")
                      .and_help("count `clicked`, or a goal"));
    }
}

void check_goal(Context& cx, const Journey& journey, const Goal& goal) {
    if (goal.pattern.broken || goal.pattern.event == kNone) return;
    const ir::EventType& event = cx.schema().events[goal.pattern.event];
    if (!event.builtin || event.name != "opened") return;
    bool email = false;
    each_step(journey.steps, [&](const Step& step) {
        const auto* send = std::get_if<Send>(&step.act);
        email = email || (send != nullptr && send->channel != kNone &&
                          cx.schema().channels[send->channel].kind == ir::ChannelKind::email);
    });
    if (!email) return;
    cx.report(Diagnostic::warning("J0411", "AN OPEN IS NOT A PERSON", goal.pattern.span,
                                  "The goal " + tick(goal.name) + " counts opened mail.")
                  .and_after("Mail programs that protect privacy open every mail on their own, so "
                             "this counts machines as people.")
                  .and_help("count `clicked` instead, or what people buy or do afterwards"));
}

}  // namespace

void lint_privacy(Context& cx) {
    for (const Journey& journey : cx.model.journeys) {
        each_step(journey.steps, [&](const Step& step) {
            if (const auto* branch = std::get_if<Branch>(&step.act)) check_branch(cx, *branch);
            if (const auto* pick = std::get_if<Pick>(&step.act)) check_winner(cx, step, *pick);
        });
        for (const Goal& goal : journey.goals)
            check_goal(cx, journey, goal);
    }
}

}  // namespace journey::sema
