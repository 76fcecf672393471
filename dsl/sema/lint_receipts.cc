// J0103, J0104: `clicked where template is "…"` names what no message has. Only a warning: what was
// deleted yesterday was clicked before, and is asked about with reason.

#include "dsl/sema/lints.h"
#include "dsl/sema/steps.h"

namespace journey::sema {

using ir::Op;

namespace {

class ReceiptLint {
  public:
    explicit ReceiptLint(Context& cx) : cx_(cx) {
        known_["template"] = cx.names_of(Kind::message_template);
        known_["channel"] = cx.names_of(Kind::channel);
        known_["journey"] = cx.names_of(Kind::journey);
        std::set<std::string> labels;
        for (const Journey& journey : cx.model.journeys) {
            each_step(journey.steps, [&](const Step& step) {
                if (std::holds_alternative<Send>(step.act)) labels.insert(step.label);
            });
        }
        known_["message"] = {labels.begin(), labels.end()};
    }

    void pattern(const Pattern& pattern) {
        if (!pattern.broken) look(pattern.filter, pattern.event);
    }

    /// `row`: the event that is looked at, under `where`.
    void look(const NodePtr& node, Index row = kNone) {
        if (node == nullptr || node->broken) return;
        if (node->aggregate != nullptr) look(node->aggregate->filter, node->aggregate->event);
        const bool compares =
            node->op == Op::equal || node->op == Op::not_equal || node->op == Op::in;
        if (compares && node->operands.size() == 2) {
            compare(*node->operands[0], *node->operands[1], row);
            compare(*node->operands[1], *node->operands[0], row);
        }
        for (const NodePtr& operand : node->operands)
            look(operand, row);
    }

    const Journey* of = nullptr;  // whose conditions these are

  private:
    void compare(const Node& part, const Node& with, Index row) {
        if (with.op != Op::constant) return;
        const auto names = known_.find(part_of(part, row));
        if (names == known_.end()) return;
        if (const auto* list = std::get_if<List>(&with.constant.held)) {
            for (const Value& one : *list)
                check(*names, one, with.span);
        } else {
            check(*names, with.constant, with.span);
        }
    }

    /// "template" for the template of a receipt; "" for what is none of a receipt.
    std::string part_of(const Node& node, Index row) const {
        const auto& events = cx_.schema().events;
        if (node.op == Op::trigger_field && of != nullptr) {
            for (const Trigger& trigger : of->triggers) {
                const auto* event = std::get_if<OnEvent>(&trigger.what);
                if (event == nullptr || event->pattern.event == kNone) continue;
                if (events[event->pattern.event].builtin) return node.name;
            }
            return "";
        }
        const Index event = node.op == Op::row_field      ? row
                            : node.op == Op::record_field ? node.b
                                                          : kNone;
        if (event == kNone || !events[event].builtin) return "";
        return events[event].fields[node.a].name;
    }

    void check(const std::pair<const std::string, std::vector<std::string>>& part,
               const Value& value, Span span) {
        const auto& [name, known] = part;
        const auto* text = std::get_if<std::string>(&value.held);
        // `of LABEL` makes such a comparison too, and says itself what it does not know.
        const std::string words = cx_.words(span);
        if (text == nullptr || words.find('"') == std::string::npos) return;
        if (std::find(known.begin(), known.end(), *text) != known.end()) return;
        if (!told_.insert({span.file, span.begin}).second) return;
        Diagnostic diagnostic = Diagnostic::warning(
            name == "template" ? "J0103" : "J0104", "NO MESSAGE SAYS THAT", span,
            name == "message"
                ? "No send has the label " + tick(*text) + ", so no message is called so."
                : "There is no " + name + " " + tick(*text) + ", so no message has it.");
        const std::vector<std::string> near = did_you_mean(*text, known);
        const std::string quoted = "\"" + *text + "\"";
        const std::size_t at = words.find(quoted);
        if (near.size() == 1 && at != std::string::npos) {
            const std::string meant = "\"" + near[0] + "\"";
            const auto begin = static_cast<std::uint32_t>(span.begin + at);
            const auto end = static_cast<std::uint32_t>(begin + quoted.size());
            diagnostic.fixes.push_back({Applicability::probable,
                                        "write " + tick(meant) + ".",
                                        {{{span.file, begin, end}, meant}}});
        } else if (!near.empty()) {
            diagnostic.after = "These are close:   " + columns(near);
        }
        cx_.report(std::move(diagnostic));
    }

    Context& cx_;
    std::map<std::string, std::vector<std::string>> known_;
    std::set<std::pair<source::FileId, std::uint32_t>> told_;
};

void look_at_steps(ReceiptLint& lint, const Steps& steps) {
    each_step(steps, [&](const Step& step) {
        std::visit(
            Match{[&](const Branch& branch) {
                      for (const Case& one : branch.cases)
                          lint.look(one.condition);
                  },
                  [&](const AtMost& wait) {
                      for (const WaitArm& arm : wait.arms) {
                          lint.look(arm.condition);
                          lint.pattern(arm.pattern);
                      }
                  },
                  [&](const Let& let) { lint.look(let.value); },
                  [&](const SetField& set) { lint.look(set.value); },
                  [&](const Repeat& repeat) { lint.look(repeat.again); }, [](const auto&) {}},
            step.act);
    });
}

}  // namespace

void lint_receipts(Context& cx) {
    // What could not be read may be what is asked for.
    if (cx.has_errors()) return;
    ReceiptLint lint(cx);
    for (const Segment& segment : cx.model.segments)
        lint.look(segment.is);
    for (const Journey& journey : cx.model.journeys) {
        if (cx.stopped()) return;
        lint.of = &journey;
        lint.look(journey.admit);
        for (const Trigger& trigger : journey.triggers) {
            const auto* event = std::get_if<OnEvent>(&trigger.what);
            if (event == nullptr) continue;
            lint.pattern(event->pattern);
            for (const Pattern& pattern : event->unless)
                lint.pattern(pattern);
        }
        for (const Goal& goal : journey.goals)
            lint.pattern(goal.pattern);
        for (const Exit& exit : journey.exits) {
            lint.look(exit.condition);
            lint.pattern(exit.pattern);
        }
        look_at_steps(lint, journey.steps);
    }
}

}  // namespace journey::sema
