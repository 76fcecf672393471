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
    /// Requests begun a second; 0: each as soon as its connection has its answer.
    double per_second = 0;
    /// Told of every 2xx, when it was read.
    std::function<void(std::uint64_t request, std::chrono::steady_clock::time_point)> accepted{};
};

struct LoadResult {
    std::uint64_t answered = 0;    // 2xx
    std::uint64_t overloaded = 0;  // 429 and 503, sent again a little later
    std::uint64_t refused = 0;     // anything else
    double seconds = 0;
    std::vector<std::uint32_t> latency_micros;  // from the request to its answer
};

/// `retry` when the connection breaks.
Result<LoadResult> run_load(const LoadOptions& options);

}  // namespace journey::app
