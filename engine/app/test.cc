// journey test: the test blocks of a project under virtual time. A failing test tells its story.

#include "engine/app/commands.h"
#include "engine/app/project.h"
#include "engine/app/test_report.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>
#include <fstream>
#include <thread>

namespace journey::app {
namespace {

/// Every test is a world of its own, so they run side by side; each result has its place.
void run_all(const ir::Program& program, std::vector<TestReport::One>& tests,
             const translate::Speech& say) {
    const std::size_t workers =
        std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), tests.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < tests.size(); i = next++)
            tests[i].result = run_trial(program, *tests[i].test, say);
    };
    if (workers < 2) return work();
    boost::asio::thread_pool pool(workers);
    for (std::size_t i = 0; i < workers; ++i)
        boost::asio::post(pool, work);
    pool.join();
}

std::vector<Coverage> coverage_of_all(const ir::Program& program, const TestReport& report) {
    std::vector<Coverage> out;
    for (const ir::Journey& journey : program.journeys) {
        Reached reached;
        for (const TestReport::One& one : report.tests) {
            if (one.journey == journey.name) reached.add(one.result.reached);
        }
        out.push_back(coverage_of(program, journey, reached, report.say));
    }
    return out;
}

void print_coverage(const TestReport& report, const dsl::Compilation& compilation) {
    const auto gaps = diagnostics_of(report.coverage, compilation.sources, report.say);
    dsl::RenderOptions options;
    options.words = translate::render_words(report.say.language());
    fmt::print("\n{}{}", source::render(compilation.sources, gaps, options),
               gaps.empty() ? "" : "\n");
    for (const Coverage& coverage : report.coverage)
        fmt::print("{}", text_of(coverage, report.say));
}

Result<void> write_file(const std::string& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) return error(ErrorCode::storage_failed, fmt::format("I cannot write {}", path));
    return success();
}

}  // namespace

int test_command(const TestOptions& options) {
    const translate::Speech say(translate::language_of_environment());
    auto compiled = compile_project(options.paths);
    if (!compiled) {
        fail(compiled.error());
        return 2;  // 1 is for what was read and is wrong
    }
    const dsl::Compilation& compilation = compiled.value();
    if (!compilation.program && options.json) {
        fmt::print("{{\"passed\":0,\"failed\":0,\"tests\":[],\"diagnostics\":{}}}\n",
                   dsl::render_json(compilation));
        return 1;
    }
    if (!compilation.program) {
        print_diagnostics(compilation, false);
        fmt::print(stderr, "{}", say("No test was run: the mistakes above come first.\n"));
        return 1;
    }
    const ir::Program& program = *compilation.program;
    TestReport report;
    report.say = say;
    for (const sema::TestCase& test : compilation.tests) {
        if (test.title.find(options.only) == std::string::npos) continue;
        report.tests.push_back({&test, program.journeys[test.journey].name, {}});
    }
    run_all(program, report.tests, say);
    if (options.coverage) report.coverage = coverage_of_all(program, report);
    if (!options.junit.empty()) {
        if (auto written = write_file(options.junit, junit_of(report)); !written)
            return fail(written.error());
    }
    if (options.json) {
        fmt::print("{}\n", to_json(json_of(report)));
    } else {
        for (const TestReport::One& one : report.tests)
            fmt::print("{}", text_of(one, say));
        if (options.coverage) print_coverage(report, compilation);
        fmt::print("{}", say("{} passed, {} failed\n", report.passed(), report.failed()));
        if (report.tests.empty())
            fmt::print("{}", options.only.empty()
                                 ? say("There is no test in these files.\n")
                                 : say("There is no test with that in its title.\n"));
    }
    return report.failed() > 0 || report.tests.empty() ? 1 : 0;
}

}  // namespace journey::app
