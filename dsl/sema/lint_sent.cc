// J0312: a wait for what happens to a message that no way to the wait sends.

#include "dsl/sema/lints.h"
#include "dsl/sema/steps.h"

namespace journey::sema {

using ir::Op;

namespace {

using Labels = std::set<std::string>;

class SentLint {
  public:
    SentLint(Context& cx, const Journey& journey) : cx_(cx), journey_(journey) {
        each_step(journey.steps, [&](const Step& step) {
            if (std::holds_alternative<Send>(step.act) && !step.label.empty())
                sends_.try_emplace(step.label, step.span);
        });
    }

    void run() {
        // People of older versions may have got it where it stood then.
        if (sends_.empty() || !journey_.migrations.empty()) return;
        walk(journey_.steps, {});
    }

  private:
    /// What may have been sent by the end, when it may have been `sent` before.
    Labels walk(const Steps& steps, Labels sent) {
        for (const Step& step : steps) {
            if (std::holds_alternative<Send>(step.act)) {
                if (!step.label.empty()) sent.insert(step.label);
                continue;
            }
            if (const auto* wait = std::get_if<AtMost>(&step.act)) {
                for (const WaitArm& arm : wait->arms)
                    look_at(arm, sent);
            }
            if (const auto* repeat = std::get_if<Repeat>(&step.act)) {
                each_step(repeat->steps, [&](const Step& inner) {
                    if (std::holds_alternative<Send>(inner.act)) sent.insert(inner.label);
                });
            }
            Labels after = sent;
            each_inner(step, [&](const Steps& inner) {
                const Labels end = walk(inner, sent);
                if (continues(inner)) after.insert(end.begin(), end.end());
            });
            sent = std::move(after);
        }
        return sent;
    }

    void look_at(const WaitArm& arm, const Labels& sent) {
        if (arm.pattern.broken || arm.pattern.event == kNone || arm.pattern.filter == nullptr)
            return;
        if (!cx_.schema().events[arm.pattern.event].builtin) return;
        const std::optional<std::string> label = label_in(*arm.pattern.filter, arm.pattern.event);
        if (!label || sent.contains(*label)) return;
        const auto at = sends_.find(*label);
        if (at == sends_.end()) return;
        cx_.report(Diagnostic::warning("J0312", "NOT SENT YET", arm.pattern.span,
                                       "No way that leads here sends " + tick(*label) +
                                           ", so this would wait in vain.")
                       .and_other(at->second, "it is sent here")
                       .and_help("put the wait after that send"));
    }

    /// `of LABEL`: this entry, and this message.
    std::optional<std::string> label_in(const Node& node, Index event) const {
        if (node.op == Op::logical_and) {
            for (const NodePtr& part : node.operands) {
                if (auto label = label_in(*part, event)) return label;
            }
        }
        if (node.op != Op::equal || node.operands[0]->op != Op::row_field ||
            node.operands[1]->op != Op::constant)
            return std::nullopt;
        const auto& fields = cx_.schema().events[event].fields;
        const Index field = node.operands[0]->a;
        if (field >= fields.size() || fields[field].name != "message") return std::nullopt;
        const auto* text = std::get_if<std::string>(&node.operands[1]->constant.held);
        return text == nullptr ? std::nullopt : std::optional(*text);
    }

    Context& cx_;
    const Journey& journey_;
    std::map<std::string, Span> sends_;
};

}  // namespace

void lint_sent(Context& cx) {
    for (const Journey& journey : cx.model.journeys) {
        if (cx.stopped()) return;
        SentLint(cx, journey).run();
    }
}

}  // namespace journey::sema
