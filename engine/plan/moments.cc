// `enter once` at a moment that is past by the time of publication.
#include "engine/calendar/calendar.h"
#include "engine/plan/plan.h"

#include <fmt/format.h>

namespace journey::plan {
namespace {

// The wall clocks of the world lie this far from that of Greenwich.
constexpr Micros kFurthestEast = std::chrono::hours(14);
constexpr Micros kFurthestWest = std::chrono::hours(12);

struct Moments {
    Instant first;
    Instant last;
    std::string words;
};

Moments moments_of(const ir::OnSchedule& once, const ir::Journey& journey) {
    constexpr std::int64_t kDay = 86'400;
    const std::int64_t at = once.once_local_seconds;
    const std::int64_t day = at / kDay - (at % kDay < 0 ? 1 : 0);
    const calendar::Local local{Date{static_cast<std::int32_t>(day)},
                                TimeOfDay{static_cast<std::int32_t>(at - day * kDay)}};
    const std::string words = format_date(local.date) + " " + format_time_of_day(local.time);
    const std::string& name = once.zone.empty() ? journey.zone : once.zone;
    const calendar::Zone* zone = name.empty() ? nullptr : calendar::find_zone(name);
    if (zone != nullptr) {
        const Instant moment = calendar::to_instant(local, *zone);
        return {moment, moment, words};
    }
    const Instant greenwich = calendar::to_instant(local, calendar::utc());
    return {greenwich - kFurthestEast, greenwich + kFurthestWest, words};
}

}  // namespace

void remark_past_moments(Plan& plan, const ir::Program& program, Instant now) {
    for (const JourneyPlan& one : plan.journeys) {
        if (one.kind != Kind::created && one.kind != Kind::changed) continue;
        const ir::Index at = ir::find_named(program.journeys, one.name);
        if (at == ir::kNone) continue;
        const ir::Journey& journey = program.journeys[at];
        for (const ir::Trigger& trigger : journey.triggers) {
            const auto* once = std::get_if<ir::OnSchedule>(&trigger);
            if (once == nullptr || once->recurrence != ir::Recurrence::once) continue;
            const Moments it = moments_of(*once, journey);
            if (now < it.first) continue;
            const bool over = now >= it.last;
            plan.remarks.push_back(
                {"J0314", false, one.name,
                 over ? fmt::format("`{}` is entered once at {}, and that is past: nobody will "
                                    "enter by it.",
                                    one.name, it.words)
                      : fmt::format("`{}` is entered once at {} where each person lives, and in "
                                    "the east that is past: people there will not enter.",
                                    one.name, it.words),
                 "Name a moment that is ahead."});
        }
    }
}

}  // namespace journey::plan
