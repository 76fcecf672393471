#pragma once
// An open-loop generator: it offers so many requests a second, whatever becomes of those before. What
// is refused is not sent again; its bytes go out as the next request, so that making requests costs
// no more than what is taken. One thread.

#include "engine/base/base.h"

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace journey::app {

struct FloodOptions {
    std::uint16_t port = 0;
    std::string write_key;
    std::string path = "/v1/batch";
    std::uint32_t connections = 256;
    double per_second = 0;  // requests
    double seconds = 0;
    std::function<std::string()> body;
    /// Ends it before its time.
    const std::atomic<bool>* stop = nullptr;
};

struct FloodResult {
    std::uint64_t offered = 0;
    std::uint64_t missed = 0;    // moments at which every connection waited for its answer
    std::uint64_t answered = 0;  // 2xx
    std::uint64_t refused = 0;   // 429 and 503
    std::uint64_t unsaid = 0;    // of those without Retry-After
    int otherwise = 0;           // a status that was anything else
    double seconds = 0;
    std::vector<std::uint32_t> latency_micros;  // of the 2xx, from the request to its answer
};

/// `retry` when a connection breaks or an answer takes 30 s.
Result<FloodResult> run_flood(const FloodOptions& options);

}  // namespace journey::app
