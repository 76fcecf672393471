// journey check: every mistake of every file, explained.

#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::app {

int check_command(const CheckOptions& options) {
    auto compiled = compile_project(options.paths);
    if (!compiled) return fail(compiled.error());
    const dsl::Compilation& compilation = compiled.value();
    const auto count = [&](source::Severity severity) {
        return std::count_if(compilation.diagnostics.begin(), compilation.diagnostics.end(),
                             [&](const auto& one) { return one.severity == severity; });
    };
    const auto errors = count(source::Severity::error);
    const auto warnings = count(source::Severity::warning);
    if (options.json) {
        fmt::print("{}\n", dsl::render_json(compilation));
    } else {
        print_diagnostics(compilation, options.short_form);
        if (compilation.program && errors == 0) {
            fmt::print("{} journeys, {} tests: no mistakes{}.\n",
                       compilation.program->journeys.size(), compilation.tests.size(),
                       warnings > 0 ? fmt::format(", {} {}", warnings,
                                                  warnings == 1 ? "warning" : "warnings")
                                    : "");
        } else {
            fmt::print(stderr, "{} {}{}.\n", errors, errors == 1 ? "mistake" : "mistakes",
                       warnings > 0 ? fmt::format(", {} {}", warnings,
                                                  warnings == 1 ? "warning" : "warnings")
                                    : "");
        }
    }
    return errors > 0 || (options.strict && warnings > 0) ? 1 : 0;
}

}  // namespace journey::app
