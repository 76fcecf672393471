#pragma once
// Named places at which a test has the process die as kill -9 would (RELIABILITY 2.4). Each is visited
// by tests/process/crash_points_test.cc, which fails for one that is never reached; tests/tidy fails
// for one that stands in no test.

#include "engine/base/result.h"

#include <atomic>
#include <string_view>

namespace journey {

/// JOURNEY_CRASH_AT="log.synced:3": the third time that place is passed. `refused`: this build was made
/// for users. Called before there are threads.
Result<void> arm_crash_point(std::string_view order);

namespace detail {
extern std::atomic<bool> crash_point_is_armed;
void pass_crash_point(std::string_view name);
}  // namespace detail

/// A relaxed load where nothing is armed.
inline void crash_here(std::string_view name) {
    if (detail::crash_point_is_armed.load(std::memory_order_relaxed))
        detail::pass_crash_point(name);
}

}  // namespace journey
