// When a schedule means somebody, by the calendar alone.
#include "engine/core/triggers.h"

namespace journey::core {
namespace {

// Every month that has a 31st lies within two of one that has not.
constexpr int kDaysAhead = 70;

bool falls_on_day(const ir::OnSchedule& schedule, Date date) {
    switch (schedule.recurrence) {
        case ir::Recurrence::once:
            return false;
        case ir::Recurrence::daily:
        case ir::Recurrence::yearly:  // somebody was born on every day
            return true;
        case ir::Recurrence::weekly:
            return (schedule.weekdays >> (calendar::weekday_of(date) - 1) & 1) != 0;
        case ir::Recurrence::monthly:
            return calendar::civil_of(date).day == schedule.month_day;
    }
    return false;
}

calendar::Local once_of(const ir::OnSchedule& schedule) {
    constexpr std::int64_t kDay = 86'400;
    std::int64_t day = schedule.once_local_seconds / kDay;
    std::int64_t rest = schedule.once_local_seconds % kDay;
    if (rest < 0) {
        rest += kDay;
        --day;
    }
    return {Date{static_cast<std::int32_t>(day)}, TimeOfDay{static_cast<std::int32_t>(rest)}};
}

}  // namespace

Bytes schedule_identity(const ir::Program& program, const ir::Journey& journey,
                        const ir::OnSchedule& schedule) {
    ByteWriter out;
    out.text(journey.name);
    out.u8(static_cast<std::uint8_t>(schedule.recurrence));
    out.svarint(schedule.time_seconds);
    out.u8(schedule.weekdays);
    out.u8(schedule.month_day);
    out.text(schedule.date_field == ir::kNone ? std::string()
                                              : program.profile[schedule.date_field].name);
    out.u8(static_cast<std::uint8_t>(schedule.leap));
    out.svarint(schedule.once_local_seconds);
    out.text(schedule.zone.empty() ? journey.zone : schedule.zone);
    return out.take();
}

Instant planned_on(const ir::OnSchedule& schedule, Date date, const calendar::Zone& zone) {
    if (schedule.recurrence == ir::Recurrence::once)
        return calendar::to_instant(once_of(schedule), zone);
    return calendar::to_instant({date, TimeOfDay{schedule.time_seconds}}, zone);
}

Planned next_planned(const ir::OnSchedule& schedule, Instant after, const calendar::Zone& zone) {
    if (schedule.recurrence == ir::Recurrence::once) {
        const Planned only{planned_on(schedule, {}, zone), once_of(schedule).date};
        return only.at > after ? only : Planned{};
    }
    const std::int32_t today = calendar::to_local(after, zone).date.days;
    for (std::int32_t day = today - 1; day < today + kDaysAhead; ++day) {
        if (!falls_on_day(schedule, Date{day})) continue;
        const Instant at = planned_on(schedule, Date{day}, zone);
        if (at > after) return {at, Date{day}};
    }
    return {};
}

bool falls_on(Date birth, Date date, ir::LeapDay leap) {
    const calendar::Civil born = calendar::civil_of(birth);
    const calendar::Civil today = calendar::civil_of(date);
    if (born.month == today.month && born.day == today.day) return true;
    if (born.month != 2 || born.day != 29) return false;
    if (calendar::date_of({today.year, 2, 29})) return false;
    if (leap == ir::LeapDay::feb_28) return today.month == 2 && today.day == 28;
    return leap == ir::LeapDay::mar_1 && today.month == 3 && today.day == 1;
}

}  // namespace journey::core
