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
    return quiet.hold ? hold(Reason::quiet_hours, end, std::move(saw))
                      : skip(Reason::quiet_hours, std::move(saw));
}

}  // namespace journey::rules
