// journey check: every mistake of every file, explained.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace journey::app {
namespace {

std::size_t files_with_errors(const dsl::Compilation& compilation) {
    std::set<source::FileId> files;
    for (const dsl::Diagnostic& one : compilation.diagnostics) {
        if (one.severity == source::Severity::error) files.insert(one.span.file);
    }
    return files.size();
}

}  // namespace

int check_command(const CheckOptions& options) {
    auto compiled = compile_project(options.paths);
    if (!compiled) {
        fail(compiled.error());
        return 2;  // 1 is for what was read and is wrong
    }
    const dsl::Compilation& compilation = compiled.value();
    say_unread(options.paths, compilation);
    const auto count = [&](source::Severity severity) {
        return std::count_if(compilation.diagnostics.begin(), compilation.diagnostics.end(),
                             [&](const auto& one) { return one.severity == severity; });
    };
    const auto errors = static_cast<std::size_t>(count(source::Severity::error));
    const auto warnings = static_cast<std::size_t>(count(source::Severity::warning));
    const translate::Speech say(translate::language_of_environment());
    const std::string warned =
        warnings > 0 ? say(", {}", say.counted(warnings, "{} warning", "{} warnings")) : "";
    if (options.json) {
        fmt::print("{}\n", dsl::render_json(compilation));
    } else if (options.sarif) {
        fmt::print("{}\n", dsl::render_sarif(compilation));
    } else {
        print_diagnostics(compilation, options.short_form);
        if (compilation.program && errors == 0) {
            const std::size_t allowed = compilation.allowed.size();
            fmt::print("{}", say("{}, {}: no mistakes{}{}.\n",
                                 say.counted(compilation.program->journeys.size(), "{} journey",
                                             "{} journeys"),
                                 say.counted(compilation.tests.size(), "{} test", "{} tests"),
                                 warned, allowed == 0 ? "" : say(", {} allowed", allowed)));
        } else {
            fmt::print(
                stderr, "{}",
                say("{} in {}{}.\n", say.counted(errors, "{} mistake", "{} mistakes"),
                    say.counted(files_with_errors(compilation), "{} file", "{} files"), warned));
        }
    }
    if (options.strict && errors == 0 && warnings > 0 && !options.json && !options.sarif)
        fmt::print(stderr, "{}", say("With --strict warnings count as mistakes.\n"));
    return errors > 0 || (options.strict && warnings > 0) ? 1 : 0;
}

}  // namespace journey::app
