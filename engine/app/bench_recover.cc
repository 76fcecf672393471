// journey bench recover: how soon a daemon is ready again over N people who each wait in a journey:
// after a stop, when everything is in the State, and after kill -9 right behind a burst of events,
// which are then replayed from the Log. Beside it reading the same files from end to end.

#include "engine/app/bench_send.h"
#include "engine/app/commands.h"

#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <thread>
#include <unistd.h>

namespace journey::app {
namespace {

constexpr const char* kParked = R"(journey parked "Waits for two months" {
  version 1
  enter when order_paid
  reenter always
  while running ignore
  expires after 120 days
  do {
    wait 60 days
  }
}
)";
constexpr std::uint64_t kInBatch = 100;
/// Of the burst before the kill; what comes in between two checkpoints at a lively pace.
constexpr std::uint64_t kBurstMost = 200'000;

/// Everybody orders once: `people` of them, from number `first`.
Result<void> order(const BenchDaemon& daemon, std::uint64_t first, std::uint64_t orders,
                   std::uint64_t people) {
    LoadOptions load = daemon.load();
    load.requests = std::max<std::uint64_t>(orders / kInBatch, 1);
    load.body = [&](std::uint64_t request) {
        std::vector<std::string> events;
        for (std::uint64_t i = 0; i < kInBatch; ++i) {
            const std::uint64_t number = first + request * kInBatch + i;
            events.push_back(fmt::format(
                R"({{"type":"track","userId":"p{0}","messageId":"m{1}","event":"order_paid","properties":{{"order_id":"o{1}"}}}})",
                number % people, number));
        }
        return batch_of(events);
    };
    TRY(const LoadResult taken, run_load(load));
    if (taken.refused > 0) return error(ErrorCode::refused, "the daemon refused orders");
    return success();
}

/// False when the State does not catch up in a minute.
bool settle(const BenchDaemon& daemon) {
    for (int i = 0; i < 600 && daemon.unsaved() > 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return daemon.unsaved() == 0;
}

/// Seconds to read both stores once; the page cache is as warm as it is for the daemon.
double reading_seconds(const std::string& data) {
    return seconds_of([&] {
        std::vector<char> block(1 << 20);
        for (const auto& file : std::filesystem::directory_iterator(data)) {
            if (!file.is_regular_file()) continue;
            const int open = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
            while (open >= 0 && ::read(open, block.data(), block.size()) > 0) {
            }
            if (open >= 0) ::close(open);
        }
    });
}

struct Scene {
    std::string program_path;
    const BenchDirectory& directory;
    std::uint64_t people = 0;
    std::uint64_t empty_bytes = 0;
    std::uint64_t replayed = 0;
};

Result<Measured> start_again(const Scene& scene, BenchDaemon& daemon) {
    const auto people = static_cast<double>(scene.people);
    Measured out;
    const double reading = reading_seconds(scene.directory.data());
    const auto begin = std::chrono::steady_clock::now();
    TRY(daemon, BenchDaemon::again(scene.program_path, scene.directory.path()));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const std::uint64_t full = daemon.resident_bytes();
    out.per_second = people / took.count();
    out.bare_per_second = people / reading;
    out.cpu_micros = daemon.cpu_seconds() * 1e6 / people;
    out.memory_bytes =
        static_cast<double>(full > scene.empty_bytes ? full - scene.empty_bytes : 0) / people;
    out.disk_bytes = static_cast<double>(bytes_below(scene.directory.data())) / people;
    out.more = {{"seconds_to_ready", took.count()},
                {"events_replayed", static_cast<double>(scene.replayed)},
                {"events_replayed_per_second", static_cast<double>(scene.replayed) / took.count()}};
    return out;
}

Result<Report> measure(const BenchOptions& options, const std::string& program_path,
                       Progress& progress) {
    const BenchDirectory directory;
    Scene scene{program_path, directory,
                std::max(options.people / kInBatch, std::uint64_t{1}) * kInBatch};
    TRY(BenchDaemon daemon,
        BenchDaemon::in_child(program_path, directory.path(), send_project(kParked), ""));
    scene.empty_bytes = daemon.resident_bytes();
    progress.at(0, "everybody enters");
    TRY(order(daemon, 0, scene.people, scene.people));
    if (!settle(daemon)) return error(ErrorCode::retry, "the State did not catch up");
    const std::uint64_t running = daemon.resident_bytes();
    Report report{"recover",
                  fmt::format("{} people, each waiting for 60 days; ready again", scene.people)};
    report.cases = {{"after a stop", "entries", "", "reading the files"},
                    {"after kill -9", "entries", "", "reading the files"}};
    const std::uint64_t burst = std::min(kBurstMost, options.events) / kInBatch * kInBatch;
    std::uint64_t number = scene.people;
    for (std::uint32_t run = 0; run < options.repeat; ++run) {
        daemon.stop();
        scene.replayed = 0;
        TRY(Measured stopped, start_again(scene, daemon));
        stopped.more.emplace_back(
            "memory_bytes_while_running",
            static_cast<double>(running - std::min(running, scene.empty_bytes)) /
                static_cast<double>(scene.people));
        report.cases[0].runs.push_back(std::move(stopped));
        progress.at(run * 2 + 1, "stopped and started");
        TRY(order(daemon, number, burst, scene.people));
        number += burst;
        scene.replayed = daemon.unsaved();
        daemon.kill_now();
        TRY(Measured killed, start_again(scene, daemon));
        report.cases[1].runs.push_back(std::move(killed));
        progress.at(run * 2 + 2, "killed and started");
    }
    daemon.stop();
    return report;
}

}  // namespace

int bench_recover_command(const BenchOptions& options, const std::string& program_path) {
    Progress progress("measuring", options.repeat * 2);
    const auto report = measure(options, program_path, progress);
    if (!report) return fail(report.error());
    progress.finish(fmt::format("{} runs", options.repeat));
    print(report.value(), options.json);
    return 0;
}

}  // namespace journey::app
