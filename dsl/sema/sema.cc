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
    check_declarations(cx, files);
    check_templates(cx, files);
    check_bands(cx, files);
    check_segments(cx, files);
    check_journeys(cx, files);
    check_tests(cx, files);
    lint_reach(cx);
    lint_time(cx);
    lint_moments(cx);
    lint_goals(cx);
    lint_policies(cx);
    lint_conditions(cx);
    lint_receipts(cx);
    lint_paths(cx);
    lint_privacy(cx);
    lint_personal(cx);
    lint_tests(cx);
    lint_names(cx, files);
    lint_secrets(cx, files);
    lint_unused(cx);
    speak_of_here(cx.model.schema.workspace.zone, diagnostics);
    return std::move(cx.model);
}

}  // namespace journey::sema
