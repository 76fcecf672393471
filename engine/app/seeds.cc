// journey seeds: the whole engine in a simulated, faulty world. A seed that fails prints the
// command that repeats it.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/progress.h"
#include "engine/app/project.h"
#include "engine/sim/sim.h"

#include <fmt/format.h>

namespace journey::app {

int seeds_command(const SeedsOptions& options) {
    sim::SimOptions sim_options;
    if (!options.own) {
        auto compiled = compile_project({options.project});
        if (!compiled) return fail(compiled.error());
        if (!compiled.value().program) {
            print_diagnostics(compiled.value(), false);
            return 1;
        }
        sim_options.programs.push_back(ir::encode(*compiled.value().program));
    }
    const translate::Speech say(translate::language_of_environment());
    Progress progress(say("seeds"), options.count);
    std::uint64_t failed = 0;
    std::uint64_t crashes = 0;
    std::uint64_t calls = 0;
    std::uint64_t unknown = 0;
    for (std::uint64_t i = 0; i < options.count; ++i) {
        const sim::SimResult result = sim::run_seed(options.first + i, sim_options);
        crashes += result.crashes;
        calls += result.calls;
        unknown += result.unknown;
        if (options.count == 1)
            fmt::print("{}", say("seed {}: trace {:016x}, {} commands, {} crashes, {} calls, {} "
                                 "accepted, {} unknown, {} skipped\n",
                                 result.seed, result.trace_hash, result.commands, result.crashes,
                                 result.calls, result.accepted, result.unknown, result.skipped));
        if (!result.violations.empty()) {
            ++failed;
            fmt::print("{}", say("\nseed {} broke a promise:\n", result.seed));
            for (const std::string& violation : result.violations)
                fmt::print("  {}\n", violation);
            const std::string project = options.own ? " --own" : " --project " + options.project;
            fmt::print("{}",
                       say("again: journey seeds --first {} --count 1{}\n", result.seed, project));
        }
        progress.at(i + 1);
    }
    progress.finish(say("{} seeds", options.count));
    fmt::print("{}", say("{} seeds, {} crashes, {} provider calls, {} messages unknown and listed: "
                         "{} seeds broke a promise\n",
                         options.count, crashes, calls, unknown, failed));
    return failed > 0 ? 1 : 0;
}

}  // namespace journey::app
