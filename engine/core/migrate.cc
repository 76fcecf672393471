// At publication, who is inside an older version of a journey (Journey::migrations). A row
// `a moves to b` is about people
//   at rest at a          a wait: they move at once, and b begins anew
//   at a, a message or    nothing has left yet: it is withdrawn, and they move at once; an attempt
//   a call                is under way or in doubt: it ends first. Then a counts as done: they go
//                         on after b where b is the same kind of step, else at b. The same when a
//                         and b have one name: the message would have the same key
//   on the way to a       at a wait that has no label of its own (its step is a derived id), and
//                         whose time-out leads to a through nothing but such waits: they wait to
//                         the end, and where a would begin they begin b
// Everybody else is `others`: stay, stop (the end "moved on"), or restart (the same, and a new
// entry by the same trigger). Who is queued has not begun, so they begin in the new version unless
// others stop; who only watches for goals stays.
//
// What moves: trigger fields, locals and goals by their names, visits by their step. The lifetime
// is the new version's, from the entry on.
//
// use_catalog only plans: an entry that moves at once is due at once, and the next Tick, which knows
// the time, does it; a paused journey moves when it resumes. Publishing again plans again for who is
// still inside an older version.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

// "wait_3", "welcome.wait_1": ids the compiler makes where the author gave no label.
bool is_derived(std::string_view step) {
    const std::size_t last = step.find_last_not_of("0123456789");
    return last != std::string_view::npos && last + 1 < step.size() && step[last] == '_';
}

// Whether who rests at `state` waits only for `at` to begin.
bool on_the_way(const ir::Journey& journey, ir::Index state, ir::Index at) {
    for (std::size_t i = 0; i < journey.states.size() && state != ir::kNone; ++i) {
        const auto* await = std::get_if<ir::Await>(&journey.states[state].act);
        if (await == nullptr || !is_derived(journey.states[state].step)) return false;
        if (await->timeout == at) return true;
        state = await->timeout;
    }
    return false;
}

ir::Index state_named(const ir::Journey& journey, std::string_view step) {
    for (std::size_t i = 0; i < journey.states.size(); ++i) {
        if (journey.states[i].step == step) return static_cast<ir::Index>(i);
    }
    return ir::kNone;
}

const ir::Migration* migration_from(const ir::Journey& journey, std::uint32_t version) {
    for (const ir::Migration& one : journey.migrations) {
        if (one.from_version == version) return &one;
    }
    return nullptr;
}

std::vector<Value> moved_values(const ir::Journey& from, const ir::Journey& to,
                                const CompactVector<Value>& values) {
    std::vector<Value> out;
    const auto take = [&](const std::vector<std::string>& names, const std::string& name,
                          std::size_t offset) {
        const auto found = std::find(names.begin(), names.end(), name);
        const std::size_t index = offset + static_cast<std::size_t>(found - names.begin());
        out.push_back(found == names.end() || index >= values.size() ? Value() : values[index]);
    };
    for (const std::string& name : to.trigger_fields)
        take(from.trigger_fields, name, 0);
    for (const std::string& name : to.locals)
        take(from.locals, name, from.trigger_fields.size());
    return out;
}

}  // namespace

void Machine::plan_moves(Person& person) {
    const LinkedProgram& live = *catalog_->live();
    if (live.moving.empty()) return;
    bool planned = false;
    for (Entry& entry : person.entries) {
        if (entry.program == live.number) continue;
        const auto found = live.moving.find(linked_of(entry).number);
        if (found != live.moving.end()) planned |= plan_move(person, entry, live, found->second);
    }
    if (!planned) return;
    changed(person);
    schedule(person);
}

bool Machine::plan_move(Person& person, Entry& entry, const LinkedProgram& live,
                        ir::Index journey) {
    const ir::Journey& from = journey_of(entry);
    const ir::Journey& to = live.program->journeys[journey];
    const ir::Migration* migration = migration_from(to, from.version);
    if (migration == nullptr || entry.phase == Phase::watching || entry.phase == Phase::moving)
        return false;
    forget_move(person, entry);
    PlannedMove move;
    move.entry = entry.id;
    move.at = entry.state;
    move.program = live.number;
    move.journey = journey;
    if (entry.phase == Phase::queued) {
        if (migration->others == ir::Others::stop) {
            move.how = PlannedMove::How::stop;
        } else {
            move.state = static_cast<std::uint16_t>(to.start);
            repin(person, entry, move);
            entry.phase = Phase::queued;
            return true;
        }
    } else {
        const ir::Move* row = nullptr;
        for (const ir::Move& one : migration->moves) {
            const ir::Index at = state_named(from, one.from);
            if (at == ir::kNone) continue;
            const bool here = at == entry.state;
            const bool near = entry.phase == Phase::waiting && on_the_way(from, entry.state, at);
            if (!here && !(near && row == nullptr)) continue;
            row = &one;
            move.at = static_cast<std::uint16_t>(at);
            move.state = static_cast<std::uint16_t>(one.to);
            if (here) break;
        }
        if (row == nullptr) {
            if (migration->others == ir::Others::stay) return false;
            move.how = migration->others == ir::Others::stop ? PlannedMove::How::stop
                                                             : PlannedMove::How::restart;
        }
    }
    if (move.at == entry.state && !entry.parked) entry.due = std::min(entry.due, now_);
    person.acts().moves.push_back(move);
    return true;
}

std::optional<PlannedMove> Machine::take_move(Person& person, const Entry& entry) {
    Acts* acts = person.any_acts();
    if (acts == nullptr) return std::nullopt;
    const auto found = std::find_if(
        acts->moves.begin(), acts->moves.end(),
        [&](const PlannedMove& one) { return one.entry == entry.id && one.at == entry.state; });
    if (found == acts->moves.end()) return std::nullopt;
    const PlannedMove move = *found;
    acts->moves.erase(found);
    return move;
}

void Machine::forget_move(Person& person, const Entry& entry) {
    if (Acts* acts = person.any_acts())
        std::erase_if(acts->moves, [&](const PlannedMove& one) { return one.entry == entry.id; });
}

bool Machine::is_under_way(const Person& person, const Entry& entry) const {
    for (const Intent& intent : person.intents) {
        const Message& message = intent.message;
        const bool begun = message.status == model::MessageStatus::claimed || intent.in_doubt;
        if (begun && message.entry == entry.id && message.state == entry.state) return true;
    }
    if (const Acts* acts = person.any_acts()) {
        for (const PendingCall& call : acts->calls) {
            const bool begun = call.claimed || call.first_claim != kNever;
            if (begun && call.entry == entry.id && call.state == entry.state) return true;
        }
    }
    return false;
}

bool Machine::keeps_its_name(const Person& person, const Entry& entry) const {
    const Acts* acts = person.any_acts();
    if (acts == nullptr) return false;
    return std::any_of(acts->moves.begin(), acts->moves.end(), [&](const PlannedMove& one) {
        return one.entry == entry.id && one.at == entry.state &&
               one.how == PlannedMove::How::to_state &&
               linked(one.program).program->journeys[one.journey].states[one.state].step ==
                   state_of(entry).step;
    });
}

bool Machine::move_now(Person& person, Entry& entry) {
    const bool sends = entry.phase == Phase::sending || entry.phase == Phase::calling;
    if (sends && (is_under_way(person, entry) || keeps_its_name(person, entry))) {
        entry.due = kNever;  // go_on_from meets the plan when it ends
        return true;
    }
    const std::optional<PlannedMove> move = take_move(person, entry);
    if (!move) return false;
    if (sends) {
        const model::EntryId id = entry.id;
        leave(entry);
        skip_planned(person, id, model::Reason::moved_on);
        drop_calls(person, id);
    }
    carry_out(person, entry.ordinal, *move, std::nullopt);
    return true;
}

void Machine::go_on_from(Person& person, Entry& entry, ir::Index next, bool answered) {
    if (const auto move = take_move(person, entry))
        return carry_out(person, entry.ordinal, *move, answered);
    if (next == ir::kNone) return finish(person, entry.ordinal, "finished");
    run(person, entry.ordinal, next);
}

void Machine::carry_out(Person& person, std::uint32_t ordinal, const PlannedMove& move,
                        std::optional<bool> done) {
    Entry& entry = *person.entry(ordinal);
    switch (move.how) {
        case PlannedMove::How::stop:
            return finish(person, ordinal, "moved on");
        case PlannedMove::How::restart:
            return start_again(person, entry, move);
        case PlannedMove::How::to_state:
            break;
    }
    const bool sent = entry.phase == Phase::sending;
    const bool called = entry.phase == Phase::calling;
    leave(entry);
    repin(person, entry, move);
    if (leaves_at_once(person, entry)) return;
    ir::Index target = move.state;
    const ir::State& state = journey_of(entry).states[target];
    if (const auto* send = std::get_if<ir::Send>(&state.act); send != nullptr && done && sent) {
        target = send->next;
    } else if (const auto* call = std::get_if<ir::Call>(&state.act);
               call != nullptr && done && called) {
        target = *done ? call->next : call->failed;
    }
    if (target == ir::kNone) return finish(person, ordinal, "finished");
    run(person, ordinal, target);
}

// The new entry stands behind those that were queued before it.
void Machine::start_again(Person& person, Entry& entry, const PlannedMove& move) {
    Entry again;
    again.ordinal = person.next_ordinal++;
    again.id = entry_id_of(person.id, again.ordinal);
    again.entered_at = now_;
    again.trigger_time = entry.trigger_time;
    again.key = entry.key;
    again.per = entry.per;
    again.journey = move.journey;
    again.program = move.program;
    const ir::Journey& to = journey_of(again);
    again.state = static_cast<std::uint16_t>(to.start);
    again.phase = Phase::queued;
    const std::vector<Value> values = moved_values(journey_of(entry), to, entry.values);
    for (std::size_t i = 0; i < to.trigger_fields.size(); ++i)
        again.values.push_back(values[i]);
    const std::uint32_t ordinal = entry.ordinal;
    const std::uint32_t new_ordinal = again.ordinal;
    const bool parallel = to.overlap == ir::Overlap::parallel;
    person.entries.push_back(std::move(again));
    finish(person, ordinal, "moved on");
    Entry* made = person.entry(new_ordinal);
    if (parallel && made != nullptr && made->phase == Phase::queued) start(person, new_ordinal);
}

void Machine::repin(Person& person, Entry& entry, const PlannedMove& move) {
    const ir::Journey& from = journey_of(entry);
    entry.program = move.program;
    entry.journey = move.journey;
    entry.state = move.state;
    const ir::Journey& to = journey_of(entry);
    std::vector<Value> values = moved_values(from, to, entry.values);
    entry.values.clear();
    entry.values.reserve(values.size());
    for (Value& value : values)
        entry.values.push_back(std::move(value));
    std::uint64_t goals = 0;
    for (std::size_t i = 0; i < to.goals.size() && i < 64; ++i) {
        const ir::Index before = ir::find_named(from.goals, to.goals[i].name);
        if (before < 64 && (entry.goals >> before & 1) != 0) goals |= std::uint64_t{1} << i;
    }
    entry.goals = goals;
    CompactVector<StateVisit> visits;
    for (const StateVisit& one : entry.visits) {
        const ir::Index state = state_named(to, from.states[one.state].step);
        if (state != ir::kNone) visits.push_back({static_cast<std::uint16_t>(state), one.count});
    }
    entry.visits = std::move(visits);
    if (entry.phase != Phase::queued) {
        entry.expires = to.lifetime
                            ? calendar::add(entry.entered_at, *to.lifetime, place_of(person, entry))
                            : kNever;
    }
    if (entry.phase != Phase::queued) watch_exits(person, entry);
    note(person, {ActNote::Kind::moved, now_, to.name, to.states[move.state].step, {}, to.version});
    if (Happening* happening = happens(Happening::Kind::migrated, person, entry))
        happening->detail = std::to_string(to.version);
    changed(person, entry);
}

ir::Index Machine::divert(Person& person, Entry& entry, ir::Index state) {
    Acts* acts = person.any_acts();
    if (acts == nullptr) return state;
    const auto found =
        std::find_if(acts->moves.begin(), acts->moves.end(), [&](const PlannedMove& one) {
            return one.entry == entry.id && one.how == PlannedMove::How::to_state;
        });
    if (found == acts->moves.end()) return state;
    if (found->at != state) {
        if (!on_the_way(journey_of(entry), state, found->at)) acts->moves.erase(found);
        return state;
    }
    const PlannedMove move = *found;
    acts->moves.erase(found);
    repin(person, entry, move);
    levels_changed_ = true;  // the new version has other exits
    return move.state;
}

}  // namespace journey::core
