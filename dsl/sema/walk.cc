// Walking over steps: the author's for their labels, the checked ones for whoever asks.

#include "dsl/sema/lints.h"
#include "dsl/sema/steps.h"

namespace journey::sema {

std::vector<const ast::Steps*> blocks_of(const ast::Step& step) {
    std::vector<const ast::Steps*> blocks;
    std::visit(
        Match{[&](const ast::WaitAtMost& wait) {
                  for (const ast::WaitArm& arm : wait.arms) {
                      std::visit(
                          Match{[&](const ast::OnArm& on) { blocks.push_back(&on.steps); },
                                [&](const ast::WhenArm& when) { blocks.push_back(&when.steps); },
                                [&](const ast::TimeoutArm& out) { blocks.push_back(&out.steps); }},
                          arm.what);
                  }
              },
              [&](const ast::If& branch) {
                  for (const ast::Branch& one : branch.branches)
                      blocks.push_back(&one.steps);
                  if (branch.otherwise) blocks.push_back(&branch.otherwise->steps);
              },
              [&](const ast::Choose& choose) {
                  for (const ast::Choice& choice : choose.choices) {
                      std::visit(
                          Match{
                              [&](const ast::Branch& one) { blocks.push_back(&one.steps); },
                              [&](const ast::Otherwise& other) { blocks.push_back(&other.steps); }},
                          choice.what);
                  }
              },
              [&](const ast::Split& split) {
                  for (const ast::ArmLine& line : split.lines) {
                      if (const auto* arm = std::get_if<ast::Arm>(&line.what)) {
                          blocks.push_back(&arm->steps);
                      }
                  }
              },
              [&](const ast::Experiment& experiment) {
                  for (const ast::ArmLine& line : experiment.lines) {
                      if (const auto* arm = std::get_if<ast::Arm>(&line.what)) {
                          blocks.push_back(&arm->steps);
                      }
                  }
              },
              [&](const ast::CallWebhook& call) {
                  if (call.otherwise) blocks.push_back(&call.otherwise->steps);
              },
              [&](const ast::Repeat& repeat) { blocks.push_back(&repeat.steps); },
              [&](const ast::SendOneOf& one) { blocks.push_back(&one.sends); }, [](const auto&) {}},
        step.what);
    return blocks;
}

void collect_labels(Context& cx, const ast::Steps& steps, JourneyScope& scope) {
    for (const ast::Step& step : steps) {
        if (step.label) {
            cx.note("label", scope.name, step.label->text, step.label->span, true);
            Label label;
            label.span = step.label->span;
            label.full =
                scope.prefix.empty() ? step.label->text : scope.prefix + "." + step.label->text;
            if (const auto* send = std::get_if<ast::Send>(&step.what)) {
                if (const Declared* channel = cx.peek(Kind::channel, send->channel.text)) {
                    label.channel = channel->index;
                }
                const auto param = scope.params.find(send->template_name.text);
                if (param != scope.params.end()) {
                    label.message_template = param->second.index;
                } else if (const Declared* text =
                               cx.peek(Kind::message_template, send->template_name.text)) {
                    label.message_template = text->index;
                }
            }
            const auto* one_of = std::get_if<ast::SendOneOf>(&step.what);
            for (std::size_t i = 0; one_of != nullptr && i < one_of->sends.size(); ++i) {
                const auto* send = std::get_if<ast::Send>(&one_of->sends[i].what);
                const Declared* channel =
                    send == nullptr ? nullptr : cx.peek(Kind::channel, send->channel.text);
                if (channel == nullptr) continue;
                // What mail tells is the most that any of them can tell.
                const bool mail =
                    cx.schema().channels[channel->index].kind == ir::ChannelKind::email;
                if (label.channel == kNone || mail) label.channel = channel->index;
            }
            const auto [at, fresh] = scope.labels.try_emplace(step.label->text, label);
            if (!fresh) {
                cx.report(Diagnostic::error("J0106", "ALREADY USED", step.label->span,
                                            "Two steps are called " + tick(step.label->text) + ".")
                              .and_label("and again here")
                              .and_other(at->second.span, "first here")
                              .and_after("Labels keep people's places when the journey changes, so "
                                         "each must be unique."));
            }
        }
        for (const ast::Steps* block : blocks_of(step))
            collect_labels(cx, *block, scope);
    }
}

bool continues(const Steps& steps) {
    for (const Step& step : steps) {
        if (!continues(step)) return false;
    }
    return true;
}

bool continues(const Step& step) {
    return std::visit(Match{[](const Stop&) { return false; },
                            [](const Branch& branch) {
                                for (const Case& one : branch.cases) {
                                    if (continues(one.steps)) return true;
                                }
                                return continues(branch.otherwise);
                            },
                            [](const AtMost& wait) {
                                for (const WaitArm& arm : wait.arms) {
                                    if (continues(arm.steps)) return true;
                                }
                                return continues(wait.timeout);
                            },
                            [](const Pick& pick) {
                                for (const PickArm& arm : pick.arms) {
                                    if (continues(arm.steps)) return true;
                                }
                                return false;
                            },
                            [](const Repeat& repeat) {
                                // Nobody comes out when the first round ends it.
                                return !repeat.certain || continues(repeat.steps);
                            },
                            [](const auto&) { return true; }},
                      step.act);
}

void each_inner(const Step& step, const std::function<void(const Steps&)>& visit) {
    std::visit(Match{[&](const Branch& branch) {
                         for (const Case& one : branch.cases)
                             visit(one.steps);
                         visit(branch.otherwise);
                     },
                     [&](const AtMost& wait) {
                         for (const WaitArm& arm : wait.arms)
                             visit(arm.steps);
                         visit(wait.timeout);
                     },
                     [&](const Pick& pick) {
                         for (const PickArm& arm : pick.arms)
                             visit(arm.steps);
                     },
                     [&](const Call& call) { visit(call.otherwise); },
                     [&](const Repeat& repeat) { visit(repeat.steps); }, [](const auto&) {}},
               step.act);
}

void each_block(const Steps& steps, const std::function<void(const Steps&)>& visit) {
    visit(steps);
    for (const Step& step : steps)
        each_inner(step, [&](const Steps& inner) { each_block(inner, visit); });
}

namespace {

using Visit = std::function<void(const NodePtr&)>;

void each_argument(const Args& args, const Visit& visit) {
    for (const auto& [name, value] : args)
        visit(value);
}

void each_value(const Step& step, const Visit& visit) {
    std::visit(Match{[&](const Send& send) {
                         each_argument(send.args, visit);
                         visit(send.to);
                         visit(send.validity_zone);
                     },
                     [&](const Delay& delay) { visit(delay.length); },
                     [&](const WaitUntil& wait) {
                         visit(wait.moment);
                         visit(wait.zone_from);
                     },
                     [&](const AtMost& wait) {
                         for (const WaitArm& arm : wait.arms) {
                             visit(arm.condition);
                             visit(arm.pattern.filter);
                         }
                     },
                     [&](const Branch& branch) {
                         for (const Case& one : branch.cases)
                             visit(one.condition);
                     },
                     [&](const Call& call) { each_argument(call.args, visit); },
                     [&](const Emit& emit) { each_argument(emit.args, visit); },
                     [&](const Run& run) { each_argument(run.args, visit); },
                     [&](const Repeat& repeat) { visit(repeat.again); },
                     [&](const Pick& pick) {
                         if (pick.one_of) visit(pick.one_of->filter);
                     },
                     [&](const Let& let) { visit(let.value); },
                     [&](const SetField& set) { visit(set.value); }, [](const auto&) {}},
               step.act);
}

}  // namespace

void each_value(const Journey& journey, const Visit& visit) {
    for (const NodePtr* node :
         {&journey.admit, &journey.key, &journey.reentry_per, &journey.zone_from})
        visit(*node);
    for (const Trigger& trigger : journey.triggers) {
        if (const auto* event = std::get_if<OnEvent>(&trigger.what)) {
            visit(event->pattern.filter);
            for (const Pattern& pattern : event->unless)
                visit(pattern.filter);
        } else if (const auto* reach = std::get_if<OnReach>(&trigger.what)) {
            visit(reach->aggregate);
            visit(reach->threshold);
        }
    }
    for (const Goal& goal : journey.goals)
        visit(goal.pattern.filter);
    for (const Exit& exit : journey.exits) {
        visit(exit.pattern.filter);
        visit(exit.condition);
    }
    each_step(journey.steps, [&](const Step& step) { each_value(step, visit); });
}

void each_step(const Steps& steps, const std::function<void(const Step&)>& visit) {
    each_block(steps, [&](const Steps& block) {
        for (const Step& step : block)
            visit(step);
    });
}

}  // namespace journey::sema
