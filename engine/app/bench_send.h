#pragma once
// What the benchmarks that send share: a project whose journey posts to a sink, and how the daemon
// is told where that is.

#include "engine/app/bench_daemon.h"
#include "engine/app/bench_sink.h"

namespace journey::app {

inline constexpr std::uint32_t kSendParallel = 64;

/// Everything but the journey. An order is the event order_paid; its body at the sink carries its
/// number.
std::string send_project(std::string_view journey);
/// {"type":"track",…}: order `number`, of the person of that number.
std::string order_json(std::uint64_t number);
/// {"batch":[…]}
std::string batch_of(const std::vector<std::string>& events);
/// The daemon's configuration that posts to the sink; sets the secret it names.
std::string send_config(const BenchSink& sink);

/// Waits from when each order is due to its first request at the sink; fails when one never came.
Result<std::vector<std::uint32_t>> waits_at(const BenchSink& sink, std::uint64_t first,
                                            const std::vector<BenchSink::Steady::time_point>& due);

}  // namespace journey::app
