// J0307: holdouts that measure nothing. J0310: goals that can never be seen.

#include "dsl/sema/context.h"
#include "dsl/sema/steps.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

namespace {

bool channel_reports(ir::ChannelKind kind, const std::string& event) {
    if (kind == ir::ChannelKind::email) return true;
    if (kind == ir::ChannelKind::sms) return event != "opened" && event != "complained";
    if (kind == ir::ChannelKind::push)
        return event != "replied" && event != "complained" && event != "unsubscribed";
    return event == "delivered" || event == "bounced";
}

void check_goal(Context& cx, const Journey& journey, const Goal& goal) {
    if (goal.pattern.broken) return;
    const ir::EventType& event = cx.schema().events[goal.pattern.event];
    if (goal.pattern.filter != nullptr) {
        const auto* value = std::get_if<bool>(&goal.pattern.filter->constant.held);
        if (goal.pattern.filter->op == ir::Op::constant && value != nullptr && !*value) {
            cx.report(Diagnostic::warning("J0310", "I CAN NEVER SEE THIS GOAL", goal.pattern.span,
                                          "The goal " + tick(goal.name) +
                                              " asks for something that "
                                              "is never true."));
            return;
        }
    }
    if (!event.builtin) return;
    bool reported = false;
    bool sends = false;
    each_step(journey.steps, [&](const Step& step) {
        const auto* send = std::get_if<Send>(&step.act);
        if (send == nullptr || send->channel == kNone) return;
        sends = true;
        reported =
            reported || channel_reports(cx.schema().channels[send->channel].kind, event.name);
    });
    if (reported) return;
    cx.report(Diagnostic::warning("J0310", "I CAN NEVER SEE THIS GOAL", goal.pattern.span,
                                  "The goal " + tick(goal.name) + " waits for " + tick(event.name) +
                                      ", and nothing this journey sends can be " + event.name + ".")
                  .and_after(sends ? "Its channels do not report that." : "It sends no message.")
                  .and_help("wait for what people do, for example `order_paid`"));
}

}  // namespace

void lint_goals(Context& cx) {
    for (const Journey& journey : cx.model.journeys) {
        for (const Goal& goal : journey.goals)
            check_goal(cx, journey, goal);
        if (!journey.goals.empty()) continue;
        each_step(journey.steps, [&](const Step& step) {
            const auto* pick = std::get_if<Pick>(&step.act);
            if (pick == nullptr || pick->holdout <= 0) return;
            cx.report(
                Diagnostic::warning("J0307", "MEASURING NOTHING", step.keyword,
                                    "A holdout with no goal measures nothing.")
                    .and_after("People in the holdout of " + tick(pick->experiment) +
                               " get no message, and nobody learns what that cost.")
                    .and_help("add a line like `goal bought when order_paid within 14 days`"));
        });
    }
}

}  // namespace journey::sema
