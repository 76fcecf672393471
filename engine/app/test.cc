// journey test: the test blocks of a project under virtual time. A failing test tells its story.

#include "engine/app/commands.h"
#include "engine/app/project.h"
#include "engine/app/test_trial.h"

#include <fmt/format.h>

namespace journey::app {

int test_command(const TestOptions& options) {
    auto compiled = compile_project(options.paths);
    if (!compiled) return fail(compiled.error());
    const dsl::Compilation& compilation = compiled.value();
    if (!compilation.program) {
        print_diagnostics(compilation, false);
        fmt::print(stderr, "No test was run: the mistakes above come first.\n");
        return 1;
    }
    std::size_t passed = 0;
    std::size_t failed = 0;
    List report;
    for (const sema::TestCase& test : compilation.tests) {
        if (test.title.find(options.only) == std::string::npos) continue;
        const std::string& journey = compilation.program->journeys[test.journey].name;
        const TrialResult result = run_trial(*compilation.program, test);
        const std::string& problem = result.problem;
        (problem.empty() ? passed : failed) += 1;
        if (options.json) {
            report.emplace_back(Record{{"journey", Value(journey)},
                                       {"test", Value(test.title)},
                                       {"file", Value(test.file)},
                                       {"line", Value(static_cast<std::int64_t>(test.line))},
                                       {"passed", Value(problem.empty())},
                                       {"problem", Value(problem)}});
            continue;
        }
        if (problem.empty()) {
            fmt::print("ok    {} › \"{}\"\n", journey, test.title);
            continue;
        }
        const sema::TestLine* line = result.failed;
        fmt::print("FAIL  {} › \"{}\"  {}:{}\n\n{}", journey, test.title, test.file,
                   line == nullptr ? test.line : line->line,
                   print_story(result.story, *calendar::find_zone(test.zone)));
        if (line != nullptr) fmt::print("\n   you wrote:  {}\n", line->text);
        fmt::print("   but:        {}\n", problem);
        if (!result.help.empty()) fmt::print("   help:       {}\n", result.help);
        fmt::print("\n");
    }
    if (options.json) {
        fmt::print("{}\n",
                   to_json(Value(Record{{"passed", Value(static_cast<std::int64_t>(passed))},
                                        {"failed", Value(static_cast<std::int64_t>(failed))},
                                        {"tests", Value(std::move(report))}})));
    } else {
        fmt::print("{} passed, {} failed\n", passed, failed);
        if (passed + failed == 0)
            fmt::print("There is no test{}.\n",
                       options.only.empty() ? " in these files" : " with that in its title");
    }
    return failed > 0 || passed + failed == 0 ? 1 : 0;
}

}  // namespace journey::app
