// journey bench check: how long the compiler takes for a project of many journeys, and how much of
// that is reading alone.

#include "engine/app/bench_figures.h"
#include "engine/app/bench_project.h"
#include "engine/app/commands.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fstream>
#include <utility>

namespace journey::app {
namespace {

/// A figure of /proc/self/status in bytes.
double memory_bytes(const std::string& name) {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) * 1024;
    }
    return 0;
}

Measured check(const std::vector<dsl::SourceFile>& files, double count) {
    Measured out;
    const double cpu = process_cpu_seconds();
    out.per_second = count / seconds_of([&] { dsl::compile(files); });
    out.cpu_micros = (process_cpu_seconds() - cpu) * 1e6 / count;
    out.bare_per_second = count / seconds_of([&] {
                              for (const dsl::SourceFile& file : files)
                                  dsl::reads(file);
                          });
    out.memory_bytes = memory_bytes("VmHWM") / count;
    return out;
}

constexpr int kEvents = 20'000;
constexpr int kTypos = 2'000;

/// Many names, and many that are nearly one of them.
std::vector<dsl::SourceFile> mistakes() {
    std::vector<dsl::SourceFile> files = bench_project(0, 0);
    std::string events;
    for (int i = 0; i < kEvents; ++i) {
        events += fmt::format("event something_happened_{}\n", i);
        if (i % 5'000 != 4'999) continue;
        files.push_back({fmt::format("events_{}.journey", i), std::exchange(events, {})});
    }
    std::string typos;
    for (int i = 0; i < kTypos; ++i)
        typos += fmt::format("segment s_{0} \"S\" = did(somthing_happened_{0} ever)\n", i);
    files.push_back({"typos.journey", typos});
    return files;
}

}  // namespace

int bench_check_command(const BenchCheckOptions& options) {
    const std::vector<dsl::SourceFile> files = bench_project(options.journeys, options.steps);
    std::size_t bytes = 0;
    for (const dsl::SourceFile& file : files)
        bytes += file.text.size();
    if (!options.write_to.empty()) {
        for (const dsl::SourceFile& file : files)
            std::ofstream(options.write_to + "/" + file.name, std::ios::binary) << file.text;
    }
    const dsl::Compilation first = dsl::compile(files);
    if (!first.ok()) {
        fmt::print(stderr, "{}", dsl::render_short(first));
        return 3;
    }
    Report report{"check", fmt::format("a project of {:.1f} MB", static_cast<double>(bytes) / 1e6)};
    Case sound{fmt::format("{} journeys of {} steps", options.journeys, options.steps), "journeys",
               "", "reading alone"};
    Case typos{fmt::format("{} events, {} typos", kEvents, kTypos), "typos", "", "reading alone"};
    const std::vector<dsl::SourceFile> wrong = mistakes();
    Progress progress("measuring", options.rounds);
    for (std::size_t run = 0; run < options.rounds; ++run) {
        sound.runs.push_back(
            check(files, static_cast<double>(std::max<std::size_t>(options.journeys, 1))));
        typos.runs.push_back(check(wrong, kTypos));
        progress.at(run + 1);
    }
    progress.finish("measured");
    report.cases = {std::move(sound), std::move(typos)};
    print(report, options.json);
    return 0;
}

}  // namespace journey::app
