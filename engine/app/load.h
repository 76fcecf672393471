#pragma once
// A load generator over plain sockets: keep-alive connections, one request under way on each, one
// thread.

#include "engine/base/base.h"

#include <functional>
#include <string>
#include <vector>

namespace journey::app {

struct LoadOptions {
    std::uint16_t port = 0;
    std::string write_key;
    std::string path = "/v1/batch";
    std::uint32_t connections = 8;
    std::uint64_t requests = 0;
    std::function<std::string(std::uint64_t request)> body;
};

struct LoadResult {
    std::uint64_t answered = 0;  // 2xx
    std::uint64_t refused = 0;   // anything else
    double seconds = 0;
    std::vector<std::uint32_t> latency_micros;  // sorted
    std::uint32_t percentile(double share) const;
};

/// `retry` when the connection breaks.
Result<LoadResult> run_load(const LoadOptions& options);

}  // namespace journey::app
