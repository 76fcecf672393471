#include "engine/base/crash_point.h"

#include <charconv>
#include <csignal>
#include <fmt/format.h>
#include <unistd.h>

namespace journey {
namespace {

#ifdef JOURNEY_CRASH_POINTS
constexpr bool kTakesOrders = true;
#else
constexpr bool kTakesOrders = false;
#endif

std::string armed_name;  // written before there are threads
std::atomic<int> times_left{0};

}  // namespace

namespace detail {

std::atomic<bool> crash_point_is_armed{false};

void pass_crash_point(std::string_view name) {
    if (name == armed_name && --times_left == 0) ::kill(::getpid(), SIGKILL);
}

}  // namespace detail

Result<void> arm_crash_point(std::string_view order) {
    if (!kTakesOrders) {
        return error(ErrorCode::refused,
                     "JOURNEY_CRASH_AT is for tests, and this build is for users; unset it");
    }
    const std::size_t colon = order.find(':');
    int times = 0;
    if (colon != std::string_view::npos)
        std::from_chars(order.data() + colon + 1, order.data() + order.size(), times);
    if (times < 1) {
        return error(ErrorCode::invalid,
                     fmt::format("JOURNEY_CRASH_AT is `{}`; `log.synced:3` is the third time that "
                                 "the place log.synced is passed",
                                 order));
    }
    armed_name = order.substr(0, colon);
    times_left = times;
    detail::crash_point_is_armed = true;
    return success();
}

}  // namespace journey
