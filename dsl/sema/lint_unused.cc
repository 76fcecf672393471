// J0111: declared and never used. J0701: journeys without a test.

#include "dsl/sema/context.h"

namespace journey::sema {

void lint_unused(Context& cx) {
    // What could not be read may be what uses it.
    if (cx.has_errors()) return;
    for (const Kind kind : {Kind::segment, Kind::message_template, Kind::consent, Kind::frequency,
                            Kind::quiet, Kind::webhook, Kind::band, Kind::snippet}) {
        for (const auto& [name, declared] : cx.all(kind)) {
            if (declared.used || declared.broken) continue;
            cx.report(Diagnostic::information(
                "J0111", "NEVER USED", declared.span,
                "Nothing uses the " + std::string(words_for(kind)) + " " + tick(name) + "."));
        }
    }
    std::set<Index> tested;
    for (const TestCase& test : cx.model.tests)
        tested.insert(test.journey);
    for (Index i = 0; i < cx.model.journeys.size(); ++i) {
        const Journey& journey = cx.model.journeys[i];
        const Declared* declared = cx.peek(Kind::journey, journey.name);
        if (tested.contains(i) || (declared != nullptr && declared->used)) continue;
        cx.report(Diagnostic::warning("J0701", "NO TEST", journey.name_span,
                                      tick(journey.name) + " has no test.")
                      .and_after("A test plays months in a moment, before anybody real is "
                                 "written to.")
                      .and_help("say what should happen: `test \"…\" of " + journey.name +
                                " { start 2026-03-02 09:00 in \"" + cx.schema().workspace.zone +
                                "\" … }`"));
    }
}

}  // namespace journey::sema
