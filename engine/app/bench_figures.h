#pragma once
// What every benchmark does with its clock, and how all of them say what they measured: one table
// for people, one JSON object for scripts.
//
//   {"scenario": "send", "what": "…", "runs": 5,
//    "cases": [{"case": "to a loopback sink", "unit": "sends",
//               "per_second": 15234.1,
//               "latency": {"of": "…", "p50_us": …, "p99_us": …, "p999_us": …, "max_us": …} | null,
//               "cpu_us": … | null, "memory_bytes": … | null, "disk_bytes": … | null,
//               "bare": {"what": "libcurl alone", "per_second": …} | null, "ratio": … | null,
//               "more": {"name": number, …}}]}
//
// Every figure is the median of the runs, the latencies' max the greatest of all. `cpu_us` is of one
// unit; memory and disk are of one unit, too, unless the case says otherwise in `more`.

#include "engine/app/progress.h"
#include "engine/base/base.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace journey::app {

/// The middle one, of two the greater; 0 of nothing.
double median(std::vector<double> values);

/// Wall time of one run.
double seconds_of(const auto& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Microseconds.
struct Latency {
    double p50 = 0;
    double p99 = 0;
    double p999 = 0;
    double max = 0;
};
/// Nothing of nothing. Sorts what it is given; so many make a microsecond.
std::optional<Latency> latency_of(std::vector<std::uint32_t>& values, double in_a_micro = 1);

/// One run of one case. What makes no sense for it stays empty.
struct Measured {
    double per_second = 0;
    std::optional<Latency> latency;
    std::optional<double> cpu_micros;
    std::optional<double> memory_bytes;
    std::optional<double> disk_bytes;
    double bare_per_second = 0;  // of the same run; 0: none was measured
    std::vector<std::pair<std::string, double>> more;
};

struct Case {
    std::string name;
    std::string unit;          // "events", "sends", …
    std::string latency_of{};  // "from the request to its answer"
    std::string bare{};        // "libcurl alone"
    std::vector<Measured> runs{};
};

struct Report {
    std::string scenario;
    std::string what;  // one sentence
    std::vector<Case> cases{};
};

Value to_value(const Report& report);
void print(const Report& report, bool json);

/// User and system time of this process, and of the calling thread alone, in seconds.
double process_cpu_seconds();
double thread_cpu_seconds();
/// Bytes of this process in memory.
std::uint64_t resident_now();
/// Bytes of all files below.
std::uint64_t bytes_below(const std::string& directory);

}  // namespace journey::app
