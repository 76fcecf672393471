// J0111: declared and never used. J0701: journeys without a test.

#include "dsl/sema/lints.h"
#include "dsl/sema/steps.h"

namespace journey::sema {

namespace {

void collect_read(const Node& node, std::set<Index>& read) {
    if (node.op == ir::Op::local) read.insert(node.a);
    for (const NodePtr& operand : node.operands)
        collect_read(*operand, read);
    if (node.aggregate == nullptr) return;
    for (const NodePtr* part :
         {&node.aggregate->filter, &node.aggregate->window.since, &node.aggregate->window.until}) {
        if (*part != nullptr) collect_read(**part, read);
    }
}

/// `let` and `call … as` that nothing in their journey reads. What a snippet remembers is for all
/// who include it.
void report_unread(Context& cx, const Journey& journey) {
    std::set<Index> read;
    each_value(journey, [&](const NodePtr& value) {
        if (value != nullptr) collect_read(*value, read);
    });
    each_step(journey.steps, [&](const Step& step) {
        const auto* let = std::get_if<Let>(&step.act);
        const auto* call = std::get_if<Call>(&step.act);
        const Index slot = let != nullptr ? let->slot : call != nullptr ? call->local : kNone;
        if (slot >= journey.locals.size() || read.contains(slot) || !step.includes.empty()) return;
        cx.report(
            Diagnostic::information("J0111", "NEVER USED", step.keyword,
                                    "Nothing reads the value " + tick(journey.locals[slot]) + "."));
    });
}

}  // namespace

void lint_unused(Context& cx) {
    // What could not be read may be what uses it.
    if (cx.has_errors()) return;
    for (const Kind kind :
         {Kind::segment, Kind::message_template, Kind::consent, Kind::frequency, Kind::quiet,
          Kind::webhook, Kind::band, Kind::snippet, Kind::catalogue, Kind::fetch}) {
        for (const auto& [name, declared] : cx.all(kind)) {
            if (declared.used || declared.broken) continue;
            cx.report(Diagnostic::information(
                "J0111", "NEVER USED", declared.span,
                "Nothing uses the " + std::string(words_for(kind)) + " " + tick(name) + "."));
        }
    }
    for (const Journey& journey : cx.model.journeys)
        report_unread(cx, journey);
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
