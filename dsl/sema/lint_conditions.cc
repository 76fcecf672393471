// J0301: conditions that are always true or never, by constants or because their parts exclude each
// other.

#include "dsl/sema/context.h"
#include "dsl/sema/steps.h"

#include <limits>

namespace journey::sema {

using ir::Op;

namespace {

/// What the parts of one `and` say about one property.
struct Known {
    std::optional<std::string> text;
    Span text_span;
    double least = -std::numeric_limits<double>::infinity();
    double most = std::numeric_limits<double>::infinity();
    bool least_open = false;
    bool most_open = false;
    bool missing = false;
    bool present = false;
};

std::optional<double> number_of(const Node& node) {
    if (node.op != Op::constant) return std::nullopt;
    if (const auto* whole = std::get_if<std::int64_t>(&node.constant.held)) {
        return static_cast<double>(*whole);
    }
    if (const auto* real = std::get_if<double>(&node.constant.held)) return *real;
    if (const auto* money = std::get_if<Money>(&node.constant.held)) {
        return static_cast<double>(money->minor);
    }
    return std::nullopt;
}

class ConditionLint {
  public:
    explicit ConditionLint(Context& cx) : cx_(cx) {}

    void condition(const NodePtr& node) {
        if (node == nullptr || node->broken) return;
        if (node->op == Op::constant) {
            const auto* value = std::get_if<bool>(&node->constant.held);
            if (value != nullptr) report_constant(*node, *value);
            return;
        }
        inside(*node);
    }

  private:
    void report_constant(const Node& node, bool value) {
        cx_.report(Diagnostic::warning("J0301", value ? "ALWAYS TRUE" : "NEVER TRUE", node.span,
                                       tick(cx_.words(node.span)) +
                                           (value ? " is always true." : " can never be true."))
                       .and_after(value ? "Everybody fits, so the question can go."
                                        : "Nobody fits, so nothing behind it can happen."));
    }

    void inside(const Node& node) {
        if (node.op == Op::logical_and) conjunction(node);
        for (const NodePtr& operand : node.operands)
            inside(*operand);
        if (node.aggregate != nullptr) condition(node.aggregate->filter);
    }

    void conjunction(const Node& node) {
        std::map<std::string, Known> known;
        for (const NodePtr& part : node.operands) {
            if (!learn(*part, known)) {
                cx_.report(Diagnostic::warning("J0301", "NEVER TRUE", part->span,
                                               tick(cx_.words(node.span)) + " can never be true.")
                               .and_after("This part excludes an earlier one.")
                               .and_help("did you mean `or`?"));
                return;
            }
        }
    }

    /// False when the part contradicts what is known.
    bool learn(const Node& part, std::map<std::string, Known>& known) {
        if (part.op == Op::is_missing || part.op == Op::is_present) {
            const std::string& path = part.operands[0]->path;
            if (path.empty()) return true;
            Known& one = known[path];
            (part.op == Op::is_missing ? one.missing : one.present) = true;
            return !(one.missing && one.present);
        }
        if (part.operands.size() != 2) return true;
        const Node& left = *part.operands[0];
        const Node& right = *part.operands[1];
        if (left.path.empty()) return true;
        if (part.op == Op::equal && right.op == Op::constant) {
            if (const auto* text = std::get_if<std::string>(&right.constant.held)) {
                Known& one = known[left.path];
                if (one.text && *one.text != *text) return false;
                one.text = *text;
                one.present = true;
                return !one.missing;
            }
        }
        const std::optional<double> number = number_of(right);
        if (!number) return true;
        Known& one = known[left.path];
        one.present = true;
        if (part.op == Op::greater || part.op == Op::greater_equal || part.op == Op::equal) {
            if (*number > one.least || (*number == one.least && part.op == Op::greater)) {
                one.least = *number;
                one.least_open = part.op == Op::greater;
            }
        }
        if (part.op == Op::less || part.op == Op::less_equal || part.op == Op::equal) {
            if (*number < one.most || (*number == one.most && part.op == Op::less)) {
                one.most = *number;
                one.most_open = part.op == Op::less;
            }
        }
        if (one.missing || one.least > one.most) return false;
        return one.least != one.most || (!one.least_open && !one.most_open);
    }

    Context& cx_;
};

}  // namespace

void lint_conditions(Context& cx) {
    ConditionLint lint(cx);
    for (const Segment& segment : cx.model.segments)
        lint.condition(segment.is);
    for (const Journey& journey : cx.model.journeys) {
        lint.condition(journey.admit);
        for (const Pattern& trigger : journey.triggers)
            lint.condition(trigger.filter);
        for (const Exit& exit : journey.exits) {
            lint.condition(exit.condition);
            lint.condition(exit.pattern.filter);
        }
        each_step(journey.steps, [&](const Step& step) {
            if (const auto* branch = std::get_if<Branch>(&step.act)) {
                for (const Case& one : branch->cases)
                    lint.condition(one.condition);
            }
            if (const auto* wait = std::get_if<AtMost>(&step.act)) {
                for (const WaitArm& arm : wait->arms) {
                    lint.condition(arm.condition);
                    lint.condition(arm.pattern.filter);
                }
            }
        });
    }
}

}  // namespace journey::sema
