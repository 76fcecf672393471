#pragma once
// Private to core. A LinkedProgram is a Program whose names were given the Catalog's stable
// numbers, with everything an event or a resting entry asks worked out beforehand.

#include "engine/calendar/calendar.h"
#include "engine/core/core.h"
#include "engine/core/names.h"
#include "engine/core/trigger_index.h"

#include <map>
#include <set>

namespace journey::core {

inline constexpr std::uint16_t kNoNumber = 0xffff;
using EventNumber = std::uint16_t;
using FieldNumber = std::uint16_t;

/// One bit of 64 an event number falls on: a cheap "certainly not".
inline std::uint64_t event_bit(EventNumber event) {
    return std::uint64_t{1} << (event % 64);
}

struct LinkedState {
    std::uint64_t wakes =
        0;  // bits of events that goals, exits, arms or conditions of this resting state look at
    bool has_levels = false;    // `when` arms, `exit if` conditions, exits by a segment
    bool clock_levels = false;  // some of those conditions can turn by the clock alone
    bool repeats = false;       // can be visited more than once by one entry
};

struct LinkedJourney {
    std::uint32_t number = 0;              // of its name
    const calendar::Zone* zone = nullptr;  // null: where the person lives
    std::vector<LinkedState> states;
    std::vector<EventNumber> trigger_events;  // by trigger
    std::vector<std::vector<ir::Index>>
        trigger_columns;                   // by trigger: trigger field -> field of the event, kNone
    std::vector<EventNumber> goal_events;  // by goal
    std::vector<EventNumber> exit_events;  // by exit; kNoNumber: a condition
    std::vector<std::uint32_t> exit_watches;  // by exit that looks at a segment, else kNoWatch
    bool watches_after_end = false;           // some goal has a window
};

struct LinkedEvent {
    EventNumber number = kNoNumber;
    bool builtin = false;
    std::vector<FieldNumber> fields;         // program's field -> stable
    std::vector<ir::Index> field_of_number;  // stable -> program's field, kNone
    NameMap<ir::Index> by_name;
    TriggerIndex triggers;
    std::vector<std::uint32_t> watches;  // of the program's `watches`, those that read it
};

inline constexpr std::uint32_t kNoWatch = 0xffffffffu;
inline constexpr std::uint32_t kNoQuestion = 0xffffffffu;
/// A segment whose members somebody must be told about. One of the same name and meaning has the
/// same number in every program.
struct Watch {
    std::uint16_t program = 0;  // the first that has it
    ir::Index segment = ir::kNone;
    std::vector<EventNumber> reads;  // the events that its history questions look at
    bool person = false;             // can change by what is known about the person
    bool clock = false;              // the answer can change by the clock alone
    // Of those that ask for a number of events inside a window and nothing else:
    std::uint32_t question = kNoQuestion;
    std::uint64_t at_least = 0;
    bool below = false;  // inside while there are fewer
};
/// Asked once for all the segments that compare the same number with one of their own.
struct Question {
    std::uint16_t program = 0;
    ir::Index aggregate = ir::kNone;  // the one that counts furthest
};
struct EdgeTrigger {
    std::uint32_t watch = 0;
    bool joining = true;
    TriggerIndex::Ref ref;
};
struct LinkedSchedule {
    TriggerIndex::Ref ref;
    Bytes identity;
    const calendar::Zone* zone = nullptr;  // null: where the person lives
};

struct LinkedProgram {
    std::uint16_t number = 0;
    std::shared_ptr<const ir::Program> program;
    Bytes bytes;
    std::string hash;  // hex
    model::LogPosition at = 0;

    const calendar::Zone* workspace_zone = nullptr;
    ir::Index zone_field = ir::kNone;  // of the profile
    std::vector<FieldNumber> profile;  // program's field -> stable
    std::vector<std::uint16_t> consents;
    std::vector<std::uint16_t> channels;
    std::vector<ir::Index> profile_of_number;
    std::vector<ir::Index> channel_of_number;
    std::vector<ir::Index> event_of_number;
    NameMap<ir::Index> profile_by_name;
    NameMap<ir::Index> event_by_name;
    std::vector<LinkedEvent> events;
    std::vector<LinkedJourney> journeys;
    std::vector<bool> counts_by_event;   // by aggregate: its filter looks at nothing but the event
    std::vector<std::uint32_t> watches;  // that triggers look at, by number
    bool asks_reachable = false;         // anywhere
    std::size_t clock_watches = 0;       // of them
    bool asks_best_hour = false;         // some send does
    std::vector<EdgeTrigger> edge_triggers;     // in order
    std::vector<std::uint32_t> edges_by_watch;  // the same, by watch, then in order
    std::vector<LinkedSchedule> schedules;      // in order
    /// Journeys that take entries over from earlier versions, by the number of their name.
    std::map<std::uint32_t, ir::Index> moving;

    /// Exactly, else as snake case; kNone when there is none.
    ir::Index find_event(std::string_view name) const;
    ir::Index find_profile(std::string_view name) const;
    ir::Index event_at(EventNumber event) const {
        return event < event_of_number.size() ? event_of_number[event] : ir::kNone;
    }
    ir::Index profile_at(FieldNumber field) const {
        return field < profile_of_number.size() ? profile_of_number[field] : ir::kNone;
    }
    ir::Index channel_at(std::uint16_t channel) const {
        return channel < channel_of_number.size() ? channel_of_number[channel] : ir::kNone;
    }
};

/// Exactly, else as snake case.
ir::Index find_name(const NameMap<ir::Index>& names, std::string_view name);

/// An experiment of one version of a journey.
struct TrialKey {
    std::string journey;
    std::uint32_t version = 0;
    std::string experiment;
    friend auto operator<=>(const TrialKey&, const TrialKey&) = default;
};

/// Whether an entry that is at `from` can come to `to` (again). Journeys are small and almost always
/// without a way back, so a walk is cheap enough.
bool leads_to(const ir::Journey& journey, ir::Index from, ir::Index to);

/// What all partitions had counted of a subject at that time.
struct Learnt {
    Instant at{};
    std::vector<model::Learned::Count> counts;
};

class Catalog {
  public:
    NameTable fields;  // of the profile
    NameTable events;
    std::vector<NameTable> event_fields;  // by event number
    NameTable consents;
    NameTable channels;
    NameTable journeys;
    NameTable watch_names;
    std::vector<Watch> watches;  // by number
    std::vector<Question> questions;
    std::map<Bytes, std::uint32_t> question_numbers;  // by what is counted
    std::vector<std::shared_ptr<const LinkedProgram>>
        programs;                                        // by program number; the last is live
    std::set<std::string, std::less<>> paused;           // "" = kill switch
    std::map<TrialKey, std::string> winners;             // experiment → arm
    std::map<std::string, Learnt, std::less<>> learned;  // by subject

    const LinkedProgram* live() const { return programs.empty() ? nullptr : programs.back().get(); }
    const LinkedProgram& at(std::uint16_t program) const { return *programs[program]; }
    bool stopped(std::string_view journey) const { return paused.find(journey) != paused.end(); }
    /// The winning arm; null while nobody knows.
    const std::string* decided(const TrialKey& key) const {
        const auto found = winners.find(key);
        return found == winners.end() ? nullptr : &found->second;
    }
    /// Null while nobody knows anything of it.
    const Learnt* learned_of(std::string_view subject) const {
        const auto found = learned.find(subject);
        return found == learned.end() ? nullptr : &found->second;
    }
};

/// Gives every name of the program its number in `catalog` and works out the indexes. link.cc.
std::shared_ptr<const LinkedProgram> link(Catalog& catalog,
                                          std::shared_ptr<const ir::Program> program, Bytes bytes,
                                          model::LogPosition at);

}  // namespace journey::core
