#pragma once
// Private to core. What triggers remember between the events of a person, and what a partition
// remembers of its schedules.

#include "engine/core/catalog.h"
#include "engine/core/compact_vector.h"

namespace journey::core {

/// Somebody who may be staying with an event (`lasts`): decided at `due`.
struct PendingStay {
    std::uint16_t program = 0;
    std::uint32_t journey = 0;  // of the program
    std::uint32_t trigger = 0;  // of the journey
    std::uint64_t key = 0;      // hash of the value that heartbeats carry too
    Instant began{};            // time of the event
    Instant alive_until{};
    Instant due = kNever;
    CompactVector<Value> row;  // of the event, by field of the program's type
};

/// In its place; the oldest makes room when there are too many. dwell.cc.
void keep_stay(CompactVector<PendingStay>& stays, PendingStay stay);

/// Where a person lived until lately: nobody is greeted twice on one date by moving.
struct FormerZone {
    const calendar::Zone* zone = nullptr;
    Instant from{};
    Instant until{};
};

/// A person came to be, or ceased to be, a member of a watched segment.
struct Edge {
    std::uint32_t watch = 0;
    bool joined = true;
};

/// What makes a person enter: the trigger's row, where there is one, and its moment.
struct Occasion {
    const std::vector<Value>& row;          // by field of the event
    const std::vector<ir::Index>& columns;  // trigger field -> field of the row, kNone
    Instant time{};
};

/// The planned moments of one schedule, of the live program.
struct Planned {
    Instant at = kNever;
    Date date;  // the local one it is meant for
};
struct ScheduleState {
    Instant since{};                      // first published
    std::map<std::string, Planned> next;  // by zone
};

/// One planned moment on its way through the people of the partition, in order of their ids.
struct Sweep {
    Bytes schedule;  // identity
    std::string zone;
    Planned planned;
    bool begun = false;
    model::PersonId done;  // the last one looked at, once begun
};

/// Those whose address somebody said a word about are asked again what hangs on being reachable.
struct Look {
    Instant due = kNever;
    bool running = false;
    bool begun = false;
    model::PersonId done;  // the last one looked at, once begun
    friend bool operator==(const Look&, const Look&) = default;
};

/// What a command of the catalog's is for each person, on its way through those who may be concerned,
/// in order of their ids.
struct Meeting {
    enum class What : std::uint8_t { program, release } what = What::program;
    Instant at{};                      // of the command
    bool everybody = false;            // else those of whom something is known that waits for it
    bool clock = false;                // what the clock changes is to be aimed at anew
    std::vector<std::uint32_t> fresh;  // watches that nobody was asked about before, by number
    model::Resume resume;              // of a release
    bool begun = false;
    model::PersonId done;           // the last one who was gone to, once begun
    std::set<model::PersonId> met;  // after `done`: something happened to them meanwhile
    // Not state.
    bool listed = false;
    std::vector<model::PersonId> ids;  // who may be concerned
};

/// What a schedule is recognised by in a later program: its journey and its plan.
Bytes schedule_identity(const ir::Program& program, const ir::Journey& journey,
                        const ir::OnSchedule& schedule);
/// The first planned moment after `after`; `at` kNever when there is none.
Planned next_planned(const ir::OnSchedule& schedule, Instant after, const calendar::Zone& zone);
/// The moment planned for that local date.
Instant planned_on(const ir::OnSchedule& schedule, Date date, const calendar::Zone& zone);
/// Whether a yearly schedule means people of this date on that date.
bool falls_on(Date birth, Date date, ir::LeapDay leap);

}  // namespace journey::core
