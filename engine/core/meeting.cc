// What a publication, a resume or a winner is for each person. A partition may hold a hundred
// thousand people, and a daemon all partitions: nobody waits while all of them are gone through.
// Instead a Meeting goes through them in order of their ids, a slice a Tick, the first at once; and
// whoever something happens to before their turn comes, meets first. So everybody is as if they had
// been gone through at the command itself, whenever that is.
//
//   publication   traits that no program declared become attributes; members of segments that are
//                 watched from now on are inside silently; who may move to a newer version plans it
//   release       (a resume, a winner) what was held goes on, by the late policy of that resume
//
// Publications go one at a time: another one first ends the one before. Releases may be several.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr int kHeldCost = 8;  // of one who is only looked at
constexpr std::size_t kFew = 4096;
constexpr Micros kApart = std::chrono::milliseconds(20);

bool has_met(const Meeting& meeting, model::PersonId id) {
    return (meeting.begun && id <= meeting.done) || meeting.met.contains(id);
}

/// Nobody's home changes with the program.
bool tell_homes_alike(const LinkedProgram& a, const LinkedProgram& b) {
    if (a.zone_field == ir::kNone || b.zone_field == ir::kNone) return a.zone_field == b.zone_field;
    return a.profile[a.zone_field] == b.profile[b.zone_field] &&
           a.program->profile[a.zone_field].fallback == b.program->profile[b.zone_field].fallback;
}

bool has_declared(const Record& extras, const LinkedProgram& live) {
    return std::any_of(extras.begin(), extras.end(), [&](const auto& trait) {
        return live.find_profile(trait.name) != ir::kNone;
    });
}

model::Late late_at(const model::Resume& resume, std::string_view step) {
    for (const auto& [name, late] : resume.steps) {
        if (name == step) return late;
    }
    return resume.late;
}

/// Everybody at a moment of their own, the same in every replay.
Micros apart(const model::Resume& resume, std::uint64_t whose) {
    if (resume.over <= Micros{0}) return Micros{0};
    const auto most = static_cast<std::uint64_t>(resume.over.count());
    return Micros{static_cast<std::int64_t>(
        hash64({reinterpret_cast<const char*>(&whose), sizeof whose}) % most)};
}

}  // namespace

// ---------------------------------------------------------------- who meets, and when

/// The live program is another one than before.
void Machine::begin_publication(const LinkedProgram* before) {
    const LinkedProgram& live = *catalog_->live();
    Meeting meeting;
    meeting.at = now_;
    for (const std::uint32_t number : live.watches) {
        const bool known = before != nullptr && std::binary_search(before->watches.begin(),
                                                                   before->watches.end(), number);
        if (!known) meeting.fresh.push_back(number);
    }
    meeting.clock =
        live.clock_watches > 0 && (before == nullptr || before->watches != live.watches);
    meeting.everybody = !meeting.fresh.empty() || meeting.clock || before == nullptr ||
                        !tell_homes_alike(*before, live);
    zones_.insert(std::string(calendar::name_of(*live.workspace_zone)));
    plan_schedules(now_);
    meetings_.push_back(std::move(meeting));
}

void Machine::begin_release(const model::Resume& resume) {
    // Who is listed and waits no more is not there after a restart.
    Person room;
    while (!parked_.empty() && !is_parked(*people_.peek(*parked_.begin(), room)))
        parked_.erase(parked_.begin());
    if (parked_.empty()) return;
    Meeting meeting;
    meeting.what = Meeting::What::release;
    meeting.at = now_;
    meeting.resume = resume;
    meetings_.push_back(std::move(meeting));
}

/// Those who may be concerned; who is not is looked at in vain. The same after a restart, but for
/// who is passed over without being counted.
std::vector<model::PersonId> Machine::concerned_by(const Meeting& meeting) const {
    if (meeting.what == Meeting::What::release) return {parked_.begin(), parked_.end()};
    if (meeting.everybody) return people_.ids();
    std::vector<model::PersonId> ids = people_.ids(Trait::undeclared);
    if (catalog_->live()->moving.empty()) return ids;
    const std::vector<model::PersonId> inside = people_.ids(Trait::inside);
    std::vector<model::PersonId> both;
    std::set_union(ids.begin(), ids.end(), inside.begin(), inside.end(), std::back_inserter(both));
    return both;
}

Instant Machine::meeting_due() const {
    const Meeting& meeting = meetings_.front();
    const bool at_once = meeting.begun || meeting.what == Meeting::What::release;
    return at_once ? now_ : std::max(now_, meeting.at + in_turn());
}

/// To find out who is there takes some twenty milliseconds for a hundred thousand; partitions with
/// more than a few do so one after another.
Micros Machine::in_turn() const {
    return people_.size() <= kFew ? Micros{0} : id_.number * kApart;
}

void Machine::run_meetings() {
    for (int left = options_.people_a_tick;
         left > 0 && !meetings_.empty() && meeting_due() <= now_;) {
        left = run_meeting(meetings_.front(), left);
        if (left > 0) meetings_.pop_front();
    }
    people_.rest();
}

/// As many as `left`; gives what is left then, above 0 when everybody has met.
int Machine::run_meeting(Meeting& meeting, int left) {
    if (!meeting.listed) meeting.ids = concerned_by(meeting);
    meeting.listed = true;
    Person room;
    auto next = meeting.begun
                    ? std::upper_bound(meeting.ids.begin(), meeting.ids.end(), meeting.done)
                    : meeting.ids.begin();
    for (; next != meeting.ids.end() && left > 0; ++next) {
        const model::PersonId id = *next;
        const bool met = has_met(meeting, id) || !people_.knows(id);
        const bool concerned = !met && is_concerned(*people_.peek(id, room), meeting);
        if (concerned) {
            people_.rest();
            person_of(id);
            left -= kHeldCost;
        } else if (meeting.what == Meeting::What::release) {
            if (!met) parked_.erase(id);
        } else if (!met) {
            --left;
        }
        meeting.begun = true;
        meeting.done = id;
        meeting.met.erase(meeting.met.begin(), meeting.met.upper_bound(id));
    }
    return left;
}

/// Now, however long that takes.
void Machine::end_meetings() {
    for (; !meetings_.empty(); meetings_.pop_front())
        run_meeting(meetings_.front(), std::numeric_limits<int>::max());
}

Person* Machine::person_of(model::PersonId id) {
    Person* person = people_.find(id);
    if (person != nullptr && !meetings_.empty()) meet(*person);
    return person;
}

/// New here: is as the live program has it.
void Machine::skip_meetings(model::PersonId id) {
    for (Meeting& meeting : meetings_) {
        if (!has_met(meeting, id)) meeting.met.insert(id);
    }
}

/// Comes before what the person was asked for, of which nothing is known here.
void Machine::meet(Person& person) {
    const Instant now = now_;
    const bool stale = std::exchange(flip_stale_, false);
    const bool levels = std::exchange(levels_changed_, false);
    const bool all = std::exchange(all_changed_, false);
    const std::vector<std::uint32_t> looked_at = std::exchange(looked_at_, {});
    for (Meeting& meeting : meetings_) {
        if (has_met(meeting, person.id)) continue;
        meeting.met.insert(person.id);
        if (person.moved() != nullptr) continue;
        now_ = meeting.at;
        if (meeting.what == Meeting::What::release) {
            resume(person, meeting.resume);
        } else {
            meet_program(person, meeting, now);
        }
    }
    now_ = now;
    flip_stale_ = stale;
    levels_changed_ = levels;
    all_changed_ = all;
    looked_at_ = looked_at;
}

/// For those who are only looked at, so that the many who are not concerned do not push others out
/// of memory. Learns where they live.
bool Machine::is_concerned(const Person& person, const Meeting& meeting) {
    if (person.moved() != nullptr) return false;
    if (meeting.what == Meeting::What::release) return is_parked(person);
    const LinkedProgram& live = *catalog_->live();
    if (meeting.clock) return true;
    if (person.rare_parts && has_declared(person.rare_parts->extras, live)) return true;
    const bool moves =
        !live.moving.empty() &&
        std::any_of(person.entries.begin(), person.entries.end(), [&](const Entry& entry) {
            return entry.program != live.number && live.moving.contains(linked_of(entry).number);
        });
    if (moves) return true;
    const Instant now = std::exchange(now_, meeting.at);
    if (meeting.everybody) meet_zone(person);
    ++look_;
    const bool turns = std::any_of(
        meeting.fresh.begin(), meeting.fresh.end(),
        [&](std::uint32_t number) { return holds(person, number) != is_inside(person, number); });
    now_ = now;
    return turns;
}

// ---------------------------------------------------------------- a publication

/// `now`: what comes of it is done then.
void Machine::meet_program(Person& person, const Meeting& meeting, Instant now) {
    const bool told = adopt_traits(person);
    if (meeting.everybody) meet_zone(person);
    ++look_;
    for (const std::uint32_t number : meeting.fresh)
        set_inside(person, number, holds(person, number));
    if (meeting.clock) {
        flip_stale_ = true;
        aim_flip(person);
        schedule(person);
    }
    if (told) {
        const Instant then = std::exchange(now_, now);
        levels_changed_ = true;
        all_changed_ = true;
        if (person.scheduled <= now_) wake_due(person, now_);
        finish_command(person);
        now_ = then;
    }
    plan_moves(person);
}

/// Traits that came while no program declared them become attributes. True when there were any.
bool Machine::adopt_traits(Person& person) {
    const LinkedProgram& live = *catalog_->live();
    if (!person.rare_parts || !has_declared(person.rare_parts->extras, live)) return false;
    const Record extras = std::exchange(person.rare_parts->extras, {});
    bool any = false;
    for (const NamedValue& trait : extras) {
        const ir::Index field = live.find_profile(trait.name);
        bool fits = false;
        Value value = field == ir::kNone
                          ? Value()
                          : expr::coerce(trait.value, live.program->profile[field].type, fits);
        if (!fits) {
            person.rare_parts->extras.push_back(trait);
        } else {
            any = set_attribute(person, live.profile[field], std::move(value)) || any;
        }
    }
    changed(person);
    if (any) attributes_changed(person);
    levels_changed_ = false;
    return any;
}

// ---------------------------------------------------------------- a release

bool Machine::is_parked(const Person& person) const {
    const auto entry_waits = [&](const Entry& entry) {
        return entry.parked || std::holds_alternative<ir::Settle>(state_of(entry).act);
    };
    const Acts* acts = person.any_acts();
    return std::any_of(person.entries.begin(), person.entries.end(), entry_waits) ||
           std::any_of(person.intents.begin(), person.intents.end(), waits_for_resume) ||
           (acts != nullptr && std::any_of(acts->calls.begin(), acts->calls.end(),
                                           [](const PendingCall& call) { return call.held; }));
}

/// What waited is due now; the next Tick, which knows the time, lets it go on.
void Machine::resume(Person& person, const model::Resume& resume) {
    for (Entry& entry : person.entries) {
        const auto* settle =
            entry.phase == Phase::waiting ? std::get_if<ir::Settle>(&state_of(entry).act) : nullptr;
        if (settle != nullptr && !entry.parked && settled(entry, *settle)) {
            entry.due = now_;
            changed(person);
        }
        if (!entry.parked || catalog_->stopped(journey_of(entry).name)) continue;
        entry.parked = false;
        entry.late = late_at(resume, state_of(entry).step);
        entry.due = now_ + apart(resume, entry.id.number);
        changed(person);
    }
    for (Intent& intent : person.intents) {
        if (!waits_for_resume(intent)) continue;
        const ir::Program& program = *linked(intent.message.program).program;
        if (catalog_->stopped("") ||
            catalog_->stopped(program.journeys[intent.message.journey].name)) {
            continue;
        }
        // Not waiting any more: another resume before the next Tick must not move its time.
        intent.message.reason = model::Reason::none;
        intent.late = late_at(
            resume, program.journeys[intent.message.journey].states[intent.message.state].step);
        intent.due = now_ + apart(resume, intent.message.entry.number);
        changed(person, intent.message);
    }
    Acts* acts = person.any_acts();
    for (std::size_t i = 0; acts != nullptr && i < acts->calls.size(); ++i) {
        PendingCall& call = acts->calls[i];
        if (!call.held) continue;
        const ir::Program& program = *linked(call.program).program;
        if (catalog_->stopped("") || catalog_->stopped(program.journeys[call.journey].name)) {
            continue;
        }
        call.held = false;
        call.due = now_;
        changed(person);
    }
    if (!is_parked(person)) parked_.erase(person.id);
    schedule(person);
}

}  // namespace journey::core
