#include "dsl/sema/sema.h"

#include "dsl/sema/context.h"

namespace journey::sema {

Model check(const std::vector<ast::File>& files, const source::SourceSet& sources,
            const Options& options, Diagnostics& diagnostics) {
    Context cx(sources, options, diagnostics);
    check_declarations(cx, files);
    check_templates(cx, files);
    check_segments(cx, files);
    check_journeys(cx, files);
    check_tests(cx, files);
    lint_reach(cx);
    lint_time(cx);
    lint_goals(cx);
    lint_policies(cx);
    lint_conditions(cx);
    lint_unused(cx);
    return std::move(cx.model);
}

}  // namespace journey::sema
