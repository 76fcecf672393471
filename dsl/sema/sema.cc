#include "dsl/sema/sema.h"

#include "dsl/sema/lints.h"

namespace journey::sema {

namespace {

/// The examples in messages were written in Shanghai; the reader's workspace has a place of its own.
void speak_of_here(const std::string& zone, Diagnostics& diagnostics) {
    const std::string elsewhere = "\"Asia/Shanghai\"";
    const std::string here = "\"" + zone + "\"";
    if (zone.empty() || here == elsewhere) return;
    const auto move = [&](std::string& words) {
        for (std::size_t at = 0; (at = words.find(elsewhere, at)) != std::string::npos;)
            words.replace(at, elsewhere.size(), here);
    };
    for (Diagnostic& one : diagnostics) {
        if (one.code == "J0001") move(one.after);
        for (std::string& help : one.help)
            move(help);
        for (source::Fix& fix : one.fixes) {
            if (fix.edits.empty()) move(fix.says);
        }
    }
}

}  // namespace

Model check(const std::vector<ast::File>& files, const source::SourceSet& sources,
            const Options& options, Diagnostics& diagnostics) {
    Context cx(sources, options, diagnostics);
    using Part = void (*)(Context&, const std::vector<ast::File>&);
    for (const Part part : {check_declarations, check_catalogues, check_fetches, check_templates,
                            check_bands, check_segments, check_journeys, check_tests}) {
        part(cx, files);
        // The next part relies on all of this one.
        if (cx.stopped()) return std::move(cx.model);
    }
    using Lint = void (*)(Context&);
    for (const Lint lint :
         {lint_size, lint_reach, lint_time, lint_moments, lint_sent, lint_goals, lint_policies,
          lint_conditions, lint_receipts, lint_paths, lint_privacy, lint_personal, lint_tests}) {
        lint(cx);
        if (cx.stopped()) return std::move(cx.model);
    }
    lint_names(cx, files);
    lint_secrets(cx, files);
    if (cx.stopped()) return std::move(cx.model);
    lint_unused(cx);
    speak_of_here(cx.model.schema.workspace.zone, diagnostics);
    return std::move(cx.model);
}

}  // namespace journey::sema
