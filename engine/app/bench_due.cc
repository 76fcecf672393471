// Part of journey bench timers: entries of a whole daemon that fall due at an even pace, and how late
// each moment's were over. Log, syncs and checkpoints are as in service.

#include "engine/app/bench_due.h"

#include "engine/app/bench_daemon.h"
#include "engine/app/bench_texts.h"

#include <fmt/format.h>
#include <thread>

namespace journey::app {
namespace {

constexpr const char* kProject = R"(profile user {
  email string pii
}
event parked {
  until instant required
}
journey parked "Waits until a moment" {
  version 1
  enter when parked
  reenter always
  while running ignore
  expires after 120 days
  do {
    wait until trigger.until
  }
}
)";
constexpr std::uint64_t kInBatch = 100;
constexpr std::uint64_t kDueMost = 900'000;
constexpr double kDuePerSecond = 300'000;
/// Nobody may still be on the way in when the first falls due.
constexpr double kTakenPerSecond = 40'000;
constexpr auto kLook = std::chrono::milliseconds(15);

std::string batch(std::uint64_t request, Instant first) {
    std::string body = "{\"batch\":[";
    for (std::uint64_t i = 0; i < kInBatch; ++i) {
        const std::uint64_t number = request * kInBatch + i;
        const Micros later{
            static_cast<std::int64_t>(static_cast<double>(number) * 1e6 / kDuePerSecond)};
        if (i > 0) body.push_back(',');
        body += fmt::format(
            R"({{"type":"track","userId":"p{0}","messageId":"m{0}","event":"parked","properties":{{"until":"{1}"}}}})",
            number, format_instant(first + later));
    }
    return body + "]}";
}

}  // namespace

Result<Measured> measure_due(const BenchOptions& options, const std::string& program_path) {
    const BenchDirectory directory;
    TRY(BenchDaemon daemon,
        BenchDaemon::in_child(program_path, directory.path(), bench_project(kProject), ""));
    const std::uint64_t requests =
        std::max<std::uint64_t>(std::min(options.events, kDueMost) / kInBatch, 1);
    const auto count = static_cast<double>(requests * kInBatch);
    const SystemClock clock;
    const Micros lead{static_cast<std::int64_t>((2 + count / kTakenPerSecond) * 1e6)};
    const Instant first = clock.now() + lead;
    LoadOptions load = daemon.load();
    load.requests = requests;
    load.body = [&](std::uint64_t request) { return batch(request, first); };
    TRY(const LoadResult taken, run_load(load));
    if (taken.refused > 0) return error(ErrorCode::refused, "the daemon refused events");
    if (clock.now() >= first) return error(ErrorCode::retry, "the events took too long to come in");
    std::this_thread::sleep_for(first - clock.now());
    const double cpu = daemon.cpu_seconds();
    std::vector<std::uint32_t> late;
    double ended = 0;
    Instant moved = clock.now();
    while (ended < count) {
        std::this_thread::sleep_for(kLook);
        const double before = ended;
        ended = daemon.metric("ended_total{journey=\"parked\"}");
        const Instant now = clock.now();
        if (ended > before) moved = now;
        if (now - moved > std::chrono::seconds(20))
            return error(ErrorCode::retry, "entries that were due did not end");
        if (ended == 0 || ended >= count) continue;
        // They fall due in order: the next one is still waiting, and this is for how long it has.
        const Instant due = first + Micros{static_cast<std::int64_t>(ended * 1e6 / kDuePerSecond)};
        const std::int64_t micros = (now - due).count();
        if (now >= first)
            late.push_back(static_cast<std::uint32_t>(std::max<std::int64_t>(micros, 0)));
    }
    Measured out;
    out.per_second = count / (static_cast<double>((moved - first).count()) / 1e6);
    out.cpu_micros = (daemon.cpu_seconds() - cpu) * 1e6 / count;
    out.latency = latency_of(late);
    out.bare_per_second = kDuePerSecond;
    daemon.stop();
    return out;
}

}  // namespace journey::app
