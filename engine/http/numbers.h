#pragma once
// What the front door counts, and the text Prometheus reads.

#include "engine/runtime/engine.h"

namespace journey::http {

struct HttpNumbers {
    std::map<unsigned, std::uint64_t> replies;                         // by status
    std::map<std::string, std::uint64_t, std::less<>> refused_events;  // by code
    std::uint64_t accepted_events = 0;
    std::uint64_t warnings = 0;
    std::uint64_t connections = 0;  // open now
    std::uint64_t connections_refused = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t broken_requests = 0;
};

/// Prometheus text format 0.0.4. Labels are bounded: journeys, steps, channels and codes, never
/// people.
std::string metrics_text(const HttpNumbers& http, const runtime::Numbers& engine,
                         const core::Counts& counts);

}  // namespace journey::http
