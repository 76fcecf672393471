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

/// A figure of /proc/self/status in MiB.
double memory_mib(const std::string& name) {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
    }
    return 0;
}

template <typename Work>
double median_seconds(std::size_t rounds, Work work) {
    std::vector<double> seconds;
    for (std::size_t i = 0; i < rounds; ++i)
        seconds.push_back(seconds_of(work));
    return median(std::move(seconds));
}

/// Many names, and many that are nearly one of them.
void bench_mistakes(std::size_t rounds) {
    constexpr int kEvents = 20'000;
    constexpr int kTypos = 2'000;
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
    const double seconds = median_seconds(rounds, [&] { dsl::compile(files); });
    fmt::print("{} events and {} typos    {:8.1f} ms\n", kEvents, kTypos, seconds * 1e3);
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
    const double whole = median_seconds(options.rounds, [&] { dsl::compile(files); });
    const double reading = median_seconds(options.rounds, [&] {
        for (const dsl::SourceFile& file : files)
            dsl::reads(file);
    });
    const double journeys = static_cast<double>(options.journeys);
    fmt::print("{} journeys of {} steps, {:.1f} MB of text, median of {}\n", options.journeys,
               options.steps, static_cast<double>(bytes) / 1e6, options.rounds);
    fmt::print("check      {:8.1f} ms   {:8.0f} journeys/s   {:.0f} MB at most\n", whole * 1e3,
               journeys / whole, memory_mib("VmHWM"));
    fmt::print("read only  {:8.1f} ms   {:8.0f} journeys/s\n", reading * 1e3, journeys / reading);
    fmt::print("check takes {:.2f} times as long as reading\n", whole / reading);
    bench_mistakes(options.rounds);
    return 0;
}

}  // namespace journey::app
