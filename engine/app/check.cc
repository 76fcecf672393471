// journey check: every mistake of every file, explained.

#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::app {
namespace {

/// "1 journey", "5 journeys".
std::string counted(std::size_t number, const char* what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

}  // namespace

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
    } else if (options.sarif) {
        fmt::print("{}\n", dsl::render_sarif(compilation));
    } else {
        print_diagnostics(compilation, options.short_form);
        if (compilation.program && errors == 0) {
            fmt::print(
                "{}, {}: no mistakes{}{}.\n",
                counted(compilation.program->journeys.size(), "journey"),
                counted(compilation.tests.size(), "test"),
                warnings > 0 ? ", " + counted(static_cast<std::size_t>(warnings), "warning") : "",
                compilation.allowed.empty()
                    ? ""
                    : fmt::format(", {} allowed", compilation.allowed.size()));
        } else {
            fmt::print(
                stderr, "{}{}.\n", counted(static_cast<std::size_t>(errors), "mistake"),
                warnings > 0 ? ", " + counted(static_cast<std::size_t>(warnings), "warning") : "");
        }
    }
    if (options.strict && errors == 0 && warnings > 0 && !options.json && !options.sarif)
        fmt::print(stderr, "With --strict warnings count as mistakes.\n");
    return errors > 0 || (options.strict && warnings > 0) ? 1 : 0;
}

}  // namespace journey::app
