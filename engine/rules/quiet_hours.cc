#include "engine/rules/gates.h"

#include <algorithm>

namespace journey::rules {
namespace {

using model::Reason;

bool is_about(const ir::Quiet& quiet, ir::Index channel) {
    return quiet.channels.empty() ||
           std::find(quiet.channels.begin(), quiet.channels.end(), channel) != quiet.channels.end();
}

// Null: nobody knows what time it is for this person.
const calendar::Zone* zone_of(const ir::Quiet& quiet, const SendFacts& facts) {
    if (!quiet.zone.empty()) return calendar::find_zone(quiet.zone);
    if (facts.person_zone != nullptr) return facts.person_zone;
    return quiet.no_zone == ir::NoZone::use ? calendar::find_zone(quiet.no_zone_use) : nullptr;
}

Verdict without_zone(const ir::Quiet& quiet) {
    if (quiet.no_zone == ir::NoZone::hold) return hold(Reason::no_zone, kNever);
    // A zone that the policy names and this machine does not know is no zone; sending at night
    // would be the wrong guess.
    return skip(Reason::no_zone);
}

std::string seen(const ir::Quiet& quiet, Instant now, const calendar::Zone& zone) {
    return format_time_of_day(calendar::to_local(now, zone).time) + " in " +
           std::string(calendar::name_of(zone)) + ", quiet from " +
           format_time_of_day(TimeOfDay{quiet.from_seconds}) + " to " +
           format_time_of_day(TimeOfDay{quiet.to_seconds});
}

// A moment of its own after the end, so that a night's messages do not all leave at once; the same
// whenever it is asked, and none that validity would not let through.
Instant spread(const ir::Quiet& quiet, Instant end, const SendFacts& facts) {
    Micros over = std::chrono::seconds(quiet.spread_seconds);
    if (facts.valid_until && *facts.valid_until > end)
        over = std::min(over, Micros(*facts.valid_until - end));
    const auto seconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(over).count());
    return seconds == 0 ? end : end + std::chrono::seconds(facts.own % seconds);
}

}  // namespace

std::optional<Verdict> quiet_hours_gate(const SendFacts& facts) {
    if (facts.quiet == nullptr || !is_about(*facts.quiet, facts.channel)) return std::nullopt;
    const ir::Quiet& quiet = *facts.quiet;
    const calendar::Zone* zone = zone_of(quiet, facts);
    if (zone == nullptr) return without_zone(quiet);
    const Instant end =
        calendar::end_of_daily_window(facts.now, quiet.from_seconds, quiet.to_seconds, *zone);
    if (end == facts.now) return std::nullopt;
    std::string saw = seen(quiet, facts.now, *zone);
    if (!quiet.hold) return skip(Reason::quiet_hours, std::move(saw));
    if (quiet.spread_seconds == 0) return hold(Reason::quiet_hours, end, std::move(saw));
    const Instant at = spread(quiet, end, facts);
    saw += ", then at " + format_time_of_day(calendar::to_local(at, *zone).time) +
           ", spread over " + format_duration({0, 0, quiet.spread_seconds});
    return hold(Reason::quiet_hours, at, std::move(saw));
}

bool is_quiet(const SendFacts& facts) {
    return quiet_hours_gate(facts).has_value();
}

}  // namespace journey::rules
