// `lasts`: somebody began to stay.
//   E again, same key                 the stay begins anew
//   heartbeat, same key               alive until its time and one pace more
//   what ends it, same key            too early: gone; else it lasted
//   an event of `unless`              gone
//   due                alive long enough: enters by E's row, as at an event; else gone
//                      journey vanished from the live program: gone
// An event that comes late by no more than the grace is judged by its own time. One whose end is
// past already waits one pace for the heartbeats that are on their way with it.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr std::size_t kStaysMost = 100;

Micros exactly(const CalendarDuration& duration) {
    return std::chrono::seconds(duration.seconds);
}

Instant end_of(const PendingStay& stay, const ir::OnEvent& trigger) {
    return stay.began + exactly(*trigger.lasts);
}

}  // namespace

void keep_stay(CompactVector<PendingStay>& stays, PendingStay stay) {
    if (stays.size() >= kStaysMost) stays.erase(0);
    std::size_t place = stays.size();
    while (place > 0 && stays[place - 1].began > stay.began)
        --place;
    stays.insert(place, std::move(stay));
}

void Machine::begin_stay(Person& person, const LinkedProgram& live, const TriggerIndex::Ref& ref,
                         Arrived& event) {
    const auto& trigger =
        std::get<ir::OnEvent>(live.program->journeys[ref.journey].triggers[ref.pattern]);
    const auto& dwell = live.program->events[trigger.pattern.event].dwell;
    const std::vector<Value>& row = *event.row(live);
    const Micros pace = dwell ? exactly(dwell->every) : Micros{0};
    PendingStay stay;
    stay.program = live.number;
    stay.journey = ref.journey;
    stay.trigger = ref.pattern;
    stay.key = dwell ? hash_of(row[dwell->key]) : 0;
    stay.began = event.time();
    stay.alive_until = dwell ? event.time() + pace : kNever;
    stay.due = end_of(stay, trigger);
    if (stay.due <= now_ && stay.began < now_) stay.due = now_ + std::max(pace, Micros(1));
    stay.row.reserve(row.size());
    for (const Value& value : row)
        stay.row.push_back(value);

    auto& stays = person.rare().stays;
    const std::uint32_t journey = live.journeys[ref.journey].number;
    for (std::size_t i = 0; i < stays.size(); ++i) {
        const PendingStay& one = stays[i];
        const bool same = linked(one.program).journeys[one.journey].number == journey &&
                          one.trigger == stay.trigger && one.key == stay.key;
        if (!same) continue;
        if (one.began > stay.began) return;  // overtaken by its own successor
        stays.erase(i);
        break;
    }
    keep_stay(stays, std::move(stay));
    changed(person);
}

void Machine::offer_to_stays(Person& person, Arrived& event) {
    if (!person.rare_parts || person.rare_parts->stays.empty() || event.late()) return;
    auto& stays = person.rare_parts->stays;
    const std::size_t before = stays.size();
    stays.erase_if([&](PendingStay& stay) { return stay_ends(person, stay, event); });
    if (stays.size() != before) changed(person);
}

bool Machine::stay_ends(Person& person, PendingStay& stay, Arrived& event) {
    if (event.time() < stay.began) return false;
    const LinkedProgram& program = linked(stay.program);
    const ir::Journey& journey = program.program->journeys[stay.journey];
    const auto& trigger = std::get<ir::OnEvent>(journey.triggers[stay.trigger]);
    const auto& dwell = program.program->events[trigger.pattern.event].dwell;
    const Instant lasted_at = end_of(stay, trigger);
    const ir::Index index = program.event_at(event.number());
    if (index == ir::kNone) return false;
    const std::vector<Value>& seen = *event.row(program);
    if (dwell && index == dwell->ping && hash_of(seen[dwell->ping_key]) == stay.key) {
        const Instant alive = event.time() + exactly(dwell->every);
        if (alive > stay.alive_until) {
            stay.alive_until = alive;
            changed(person);
        }
    }
    if (dwell && index == dwell->ends && hash_of(seen[dwell->ends_key]) == stay.key) {
        if (event.time() < lasted_at) return true;
        stay.alive_until = std::max(stay.alive_until, event.time());
        changed(person);
    }
    if (event.time() >= lasted_at) return false;
    const std::vector<Value> row(stay.row.begin(), stay.row.end());
    const PersonFacts asked =
        PersonFacts(program, person, now_, addresses())
            .triggered_by(stay.journey, row,
                          program.journeys[stay.journey].trigger_columns[stay.trigger], stay.began);
    const expr::Row looked_at = event.expr_row(program);
    return std::any_of(trigger.unless.begin(), trigger.unless.end(), [&](const ir::Pattern& one) {
        return one.event == index && asked.holds(one.filter, &looked_at);
    });
}

void Machine::decide_stay(Person& person, std::size_t index) {
    auto& stays = person.rare().stays;
    const PendingStay stay = std::move(stays[index]);
    stays.erase(index);
    changed(person);
    const LinkedProgram& program = linked(stay.program);
    const ir::Journey& journey = program.program->journeys[stay.journey];
    const auto& trigger = std::get<ir::OnEvent>(journey.triggers[stay.trigger]);
    if (stay.alive_until < end_of(stay, trigger)) return;
    if (ir::find_named(catalog_->live()->program->journeys, journey.name) == ir::kNone) return;
    const std::vector<Value> row(stay.row.begin(), stay.row.end());
    enter(person, program, stay.journey,
          {row, program.journeys[stay.journey].trigger_columns[stay.trigger], stay.began});
}

}  // namespace journey::core
