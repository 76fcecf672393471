// Steps in the journey language.

#include "dsl/print/journey_text.h"
#include "engine/base/base.h"

#include <fmt/format.h>

namespace journey::print {

namespace {

constexpr std::size_t kWide = 84;

std::string labelled(const ast::Step& step) {
    return step.label ? step.label->text + ": " : std::string();
}

}  // namespace

void JourneyText::steps(const ast::Steps& steps, std::uint32_t limit, const std::string& closing) {
    for (std::size_t i = 0; i < steps.size(); ++i)
        step(steps[i], i + 1 < steps.size() ? steps[i + 1].span.begin : limit);
    if (steps.empty()) {
        out_ += closing + '\n';
        fresh_ = closing.ends_with('{');
        return;
    }
    close(steps.front().span.begin, limit, closing);
}

std::string JourneyText::send(const ast::Send& send) const {
    std::string out = fmt::format("{} {}", send.channel.text, send.template_name.text) +
                      data(send.with, " with ");
    for (const ast::SendOption& option : send.options) {
        const std::string word = std::visit(Match{[](const ast::ValidFor&) { return "valid "; },
                                                  [](const ast::ValidUntil&) { return "valid "; },
                                                  [](const ast::RetryFor&) { return "retry "; },
                                                  [](const ast::SendTo&) { return "to "; },
                                                  [](const ast::AtBestHour&) { return "at "; },
                                                  [](const ast::Without&) { return "without "; }},
                                            option.what);
        const std::string words = word + words_.valid(option);
        const std::size_t feed = out.rfind('\n');
        const std::size_t used = out.size() + 5 - (feed == std::string::npos ? 0 : feed + 6);
        out += (used + words.size() > kWide ? "\n" : " ") + words;
    }
    return out;
}

void JourneyText::send_one(const ast::Step& step, const ast::SendOneOf& one, std::uint32_t limit) {
    std::string text = labelled(step) + "send first of {";
    if (one.best) {
        text = labelled(step) + "send best for " + words_.event(one.best->comes) + " within " +
               words_.duration(one.best->within) + " worth " + words_.sum(*one.best->worth) +
               (one.best->explore ? " explore " + words_.percent(*one.best->explore) : "") + " {";
    }
    line({step.span.file, step.span.begin, std::max(one.head.end, step.keyword.end)}, text);
    for (const ast::Step& row : one.sends) {
        if (const auto* what = std::get_if<ast::Send>(&row.what)) line(row.span, send(*what));
    }
    close(one.sends.empty() ? step.span.begin : one.sends.front().span.begin, limit);
}

void JourneyText::block(const ast::Step& step, std::uint32_t head_end, const std::string& text,
                        const ast::Steps& inner, std::uint32_t limit) {
    line({step.span.file, step.span.begin, head_end}, labelled(step) + text + " {");
    steps(inner, limit);
}

void JourneyText::wait_at_most(const ast::Step& step, const ast::WaitAtMost& wait,
                               std::uint32_t limit) {
    line({step.span.file, step.span.begin, wait.at_most.span.end},
         labelled(step) + "wait at most " + words_.duration(wait.at_most) + " {");
    for (std::size_t i = 0; i < wait.arms.size(); ++i) {
        const ast::WaitArm& arm = wait.arms[i];
        const std::uint32_t next = i + 1 < wait.arms.size() ? wait.arms[i + 1].span.begin : limit;
        const std::uint32_t begin = std::min(arm.span.begin, arm.keyword.begin);
        std::visit(
            Match{
                [&](const ast::OnArm& on) {
                    line({arm.span.file, begin, on.event.span.end},
                         "on " + words_.event(on.event) + " {");
                    steps(on.steps, next);
                },
                [&](const ast::WhenArm& when) {
                    line({arm.span.file, begin, when.condition->span.end},
                         "when " + words_.expr(*when.condition) + " {");
                    steps(when.steps, next);
                },
                [&](const ast::TimeoutArm& timeout) {
                    const bool empty = timeout.steps.empty();
                    line({arm.span.file, begin, arm.keyword.end}, empty ? "timeout" : "timeout {");
                    if (!empty) steps(timeout.steps, next);
                }},
            arm.what);
    }
    close(wait.arms.empty() ? step.span.begin : wait.arms.front().span.begin, limit);
}

void JourneyText::branch(const ast::Step& step, const ast::If& branch, std::uint32_t limit) {
    for (std::size_t i = 0; i < branch.branches.size(); ++i) {
        const ast::Branch& one = branch.branches[i];
        if (i == 0) {
            line({step.span.file, step.span.begin, one.condition->span.end},
                 labelled(step) + "if " + words_.expr(*one.condition) + " {");
        }
        const bool last = i + 1 == branch.branches.size();
        if (!last) {
            const ast::Branch& next = branch.branches[i + 1];
            steps(one.steps, next.span.begin, "} else if " + words_.expr(*next.condition) + " {");
        } else if (branch.otherwise) {
            steps(one.steps, branch.otherwise->span.begin, "} else {");
            steps(branch.otherwise->steps, limit);
        } else {
            steps(one.steps, limit);
        }
    }
}

void JourneyText::choose(const ast::Step& step, const ast::Choose& choose, std::uint32_t limit) {
    line({step.span.file, step.span.begin, step.keyword.end}, labelled(step) + "choose {");
    for (std::size_t i = 0; i < choose.choices.size(); ++i) {
        const ast::Choice& choice = choose.choices[i];
        const std::uint32_t next =
            i + 1 < choose.choices.size() ? choose.choices[i + 1].span.begin : limit;
        std::visit(Match{[&](const ast::Branch& when) {
                             line({choice.span.file, choice.span.begin, when.condition->span.end},
                                  "when " + words_.expr(*when.condition) + " {");
                             steps(when.steps, next);
                         },
                         [&](const ast::Otherwise& otherwise) {
                             line({choice.span.file, choice.span.begin,
                                   std::min(begin_of(otherwise.steps, choice.span.begin),
                                            choice.span.begin)},
                                  "otherwise {");
                             steps(otherwise.steps, next);
                         }},
                   choice.what);
    }
    close(choose.choices.empty() ? step.span.begin : choose.choices.front().span.begin, limit);
}

void JourneyText::arms(const ast::Step& step, const std::string& head,
                       const std::vector<ast::ArmLine>& lines, bool split, std::uint32_t limit) {
    line({step.span.file, step.span.begin, step.keyword.end}, labelled(step) + head + " {");
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const ast::ArmLine& arm = lines[i];
        const std::uint32_t next = i + 1 < lines.size() ? lines[i + 1].span.begin : limit;
        std::visit(
            Match{[&](const ast::Holdout& one) {
                      const std::string share = words_.percent(one.share);
                      line(arm.span, split ? share + " holdout" : "holdout " + share);
                  },
                  [&](const ast::Sample& one) {
                      line(arm.span, "sample " + words_.percent(one.share));
                  },
                  [&](const ast::Arm& one) {
                      const std::string share = words_.percent(one.share);
                      const std::uint32_t end = std::max(one.share.span.end, one.name.span.end);
                      line({arm.span.file, arm.span.begin, end},
                           (split ? share + " " + one.name.text
                                  : "arm " + one.name.text + " " + share) +
                               " {");
                      steps(one.steps, next);
                  },
                  [&](const ast::Winner& one) {
                      std::string out = fmt::format("winner by {} per {} after {}", one.metric.text,
                                                    one.per.text, words_.duration(one.after));
                      if (one.needs) out += "\nneeds " + words_.integer(*one.needs) + " per arm";
                      if (one.confidence) out += "\nconfidence " + words_.percent(*one.confidence);
                      if (one.otherwise) out += "\notherwise " + one.otherwise->text;
                      line(arm.span, out);
                  }},
            arm.what);
    }
    close(lines.empty() ? step.span.begin : lines.front().span.begin, limit);
}

void JourneyText::call(const ast::Step& step, const ast::CallWebhook& call, std::uint32_t limit) {
    std::string text = labelled(step) + "call " + call.webhook.text + data(call.with, " with ");
    if (call.as) text += " as " + call.as->text;
    if (!call.otherwise) return line(step.span, text);
    std::uint32_t end = call.webhook.span.end;
    if (call.with) end = std::max(end, call.with->span.end);
    if (call.as) end = std::max(end, call.as->span.end);
    line({step.span.file, step.span.begin, end}, text + "\nelse {");
    steps(call.otherwise->steps, limit);
}

void JourneyText::step(const ast::Step& step, std::uint32_t limit) {
    const std::string label = labelled(step);
    std::visit(
        Match{[&](const ast::Send& one) { line(step.span, label + "send " + send(one)); },
              [&](const ast::SendOneOf& one) { send_one(step, one, limit); },
              [&](const ast::Delay& one) {
                  line(step.span, label + "wait " + words_.sum(*one.duration));
              },
              [&](const ast::WaitUntil& one) {
                  line(step.span, label + "wait until " + words_.until(one.until));
              },
              [&](const ast::WaitAtMost& one) { wait_at_most(step, one, limit); },
              [&](const ast::If& one) { branch(step, one, limit); },
              [&](const ast::Choose& one) { choose(step, one, limit); },
              [&](const ast::Split& one) {
                  arms(step, "split " + one.name.text, one.lines, true, limit);
              },
              [&](const ast::Experiment& one) {
                  arms(step, "experiment " + one.name.text, one.lines, false, limit);
              },
              [&](const ast::Let& one) {
                  line(step.span, label + "let " + one.name.text + " = " + words_.expr(*one.is));
              },
              [&](const ast::Set& one) {
                  line(step.span,
                       label + "set " + one.target.dotted() + " = " + words_.expr(*one.to));
              },
              [&](const ast::Tag& one) {
                  std::string tags;
                  for (const ast::Text& tag : one.tags)
                      tags += (tags.empty() ? "" : ", ") + in_quotes(tag.value);
                  line(step.span, label + (one.add ? "add tag " : "remove tag ") + tags);
              },
              [&](const ast::Stop& one) {
                  line(step.span, label + (one.as ? "stop as " + one.as->text : "stop"));
              },
              [&](const ast::Note& one) {
                  line(step.span, label + "note " + in_quotes(one.text.value));
              },
              [&](const ast::CallWebhook& one) { call(step, one, limit); },
              [&](const ast::Emit& one) {
                  line(step.span, label + "emit " + one.event.dotted() + data(one.with, " "));
              },
              [&](const ast::Run& one) {
                  line(step.span, label + "run " + one.journey.text + data(one.with, " with "));
              },
              [&](const ast::Include& one) {
                  std::string args;
                  for (const ast::Pair& pair : one.args)
                      args += (args.empty() ? "" : ", ") + pair.key.text + ": " +
                              words_.expr(*pair.value);
                  line(step.span, label + "include " + one.snippet.text + "(" + args + ")");
              },
              [&](const ast::Repeat& one) {
                  std::string text = "repeat at most " + words_.sum(*one.at_most) + " times";
                  std::uint32_t end = one.at_most->span.end;
                  if (one.until != nullptr) {
                      text += " until " + words_.expr(*one.until);
                      end = std::max(end, one.until->span.end);
                  }
                  block(step, end, text, one.steps, limit);
              }},
        step.what);
}

}  // namespace journey::print
