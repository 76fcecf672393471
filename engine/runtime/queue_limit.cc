#include "engine/runtime/queue_limit.h"

#include <algorithm>

namespace journey::runtime {
namespace {

/// Shorter stretches say more of a slice of a checkpoint, or of one large question, than of the pace.
constexpr std::int64_t kLook = 100'000;
constexpr std::size_t kFormer = 3;  // weighs so much more than one look
constexpr std::size_t kGrowth = 8;

}  // namespace

QueueLimit::QueueLimit(std::size_t most, std::size_t least, Micros delay)
    : most_(most), least_(std::min(least, most)), delay_(delay.count()), commands_(most) {}

void QueueLimit::applied(std::size_t commands, std::int64_t handed_on, std::int64_t now) {
    std::size_t limit = commands_;
    if (handed_on > last_) {  // nothing waited
        limit += limit / kGrowth + 1;
        busy_ = 0;
        applied_ = 0;
    } else {
        busy_ += now - last_;
        applied_ += commands;
    }
    last_ = now;
    if (busy_ >= kLook) {
        const auto in_time = static_cast<double>(applied_) * static_cast<double>(delay_) /
                             static_cast<double>(busy_);
        limit = (kFormer * limit + static_cast<std::size_t>(in_time)) / (kFormer + 1);
        busy_ = 0;
        applied_ = 0;
    }
    commands_ = std::clamp(limit, least_, most_);
}

}  // namespace journey::runtime
