// J0903: conditions that the engine does not ask, because one person would take too long. The same
// limits as engine/ir's verifier, told where the condition stands.

#include "dsl/sema/lints.h"
#include "dsl/sema/steps.h"

namespace journey::sema {

using ir::Op;

namespace {

constexpr std::uint32_t kDepthMax = 64;
constexpr std::uint32_t kStepsMax = 10'000;

struct Size {
    std::uint32_t depth = 0;
    std::uint32_t steps = 0;
    bool told = false;  // by a part of it
};

class SizeLint {
  public:
    explicit SizeLint(Context& cx) : cx_(cx), segments_(cx.model.segments.size()) {}

    /// Tells only of the outermost: what is inside of a condition that is told of is in it.
    Size of(const NodePtr& node) {
        if (node == nullptr || node->broken) return {};
        Size size = measure(*node);
        if (!size.told) size.told = tell(*node, size);
        return size;
    }
    Size of_segment(Index at) {
        if (!segments_[at]) {
            segments_[at] = Size{};  // one that asks for itself is J0110
            segments_[at] = of(cx_.model.segments[at].is);
        }
        return *segments_[at];
    }

  private:
    Size measure(const Node& node) {
        Size sum{1, 1, false};
        const auto add = [&](const Size& part, bool counts) {
            sum.depth = std::max(sum.depth, part.depth + 1);
            if (counts) sum.steps = std::min(kStepsMax + 1, sum.steps + part.steps);
            sum.told = sum.told || part.told;
        };
        for (const NodePtr& operand : node.operands)
            add(measure(*operand), true);
        if (node.op == Op::member && node.a < segments_.size()) add(of_segment(node.a), true);
        if (const AggregateNode* asked = node.aggregate.get()) {
            // A filter is asked once an event, with as many steps again.
            for (const NodePtr* part : {&asked->filter, &asked->window.since, &asked->window.until})
                if (*part != nullptr) add(of(*part), false);
        }
        return sum;
    }

    bool tell(const Node& node, const Size& size) {
        const bool deep = size.depth > kDepthMax;
        if (!deep && size.steps <= kStepsMax) return false;
        Diagnostic diagnostic = Diagnostic::error(
            "J0903", "TOO EXPENSIVE", node.span,
            deep ? "This asks segments of segments, or brackets in brackets, more than 64 deep."
                 : "To answer this for one person takes more than 10,000 comparisons.");
        if (!deep)
            diagnostic = std::move(diagnostic)
                             .and_after(
                                 "What the segments in it ask is counted too, each time they stand "
                                 "here.");
        cx_.report(std::move(diagnostic)
                       .and_help(deep ? "ask what is asked at the bottom here directly"
                                      : "write many values as one list: `user.country in [\"DE\", "
                                        "\"FR\"]`, or keep the answer in a property"));
        return true;
    }

    Context& cx_;
    std::vector<std::optional<Size>> segments_;
};

}  // namespace

void lint_size(Context& cx) {
    SizeLint lint(cx);
    for (Index i = 0; i < cx.model.segments.size(); ++i)
        lint.of_segment(i);
    for (const Journey& journey : cx.model.journeys) {
        if (cx.stopped()) return;
        each_value(journey, [&](const NodePtr& value) { lint.of(value); });
    }
}

}  // namespace journey::sema
