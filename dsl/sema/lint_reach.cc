// J0302: steps nobody can get to.

#include "dsl/sema/context.h"
#include "dsl/sema/steps.h"

namespace journey::sema {

void lint_reach(Context& cx) {
    for (const Journey& journey : cx.model.journeys) {
        each_block(journey.steps, [&](const Steps& steps) {
            for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
                if (continues(steps[i])) continue;
                const Step& lost = steps[i + 1];
                const std::string line = std::to_string(cx.line(steps[i].keyword));
                const bool stop = std::holds_alternative<Stop>(steps[i].act);
                cx.report(
                    Diagnostic::error("J0302", "THIS CAN NEVER BE REACHED", lost.keyword,
                                      "Nobody can get to this step.")
                        .and_other(steps[i].keyword, "")
                        .and_after(stop ? "`stop` on line " + line +
                                              " ends the journey for everyone who comes this way."
                                        : "Every way through the step on line " + line +
                                              " ends the journey."));
                return;
            }
        });
    }
}

}  // namespace journey::sema
