// A partition's own bytes, beside its people:
//   meta = version:u8=3 now:instant tally (tally.cc)
//          appends:varint { cause:varint from:text command (model) }
//          schedules (stored_triggers.cc; not in version 1)
//          parts (parts.cc; since version 3)
#include "engine/core/chapters.h"
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr std::uint8_t kVersion = 3;
constexpr std::size_t kBytesARow = 4096;

template <typename T>
void make_unique_in_order(std::vector<T>& all) {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
}

/// Finds what is of one person among pairs in order.
struct ById {
    template <typename Second>
    bool operator()(const std::pair<model::PersonId, Second>& one, model::PersonId id) const {
        return one.first < id;
    }
    template <typename Second>
    bool operator()(model::PersonId id, const std::pair<model::PersonId, Second>& one) const {
        return id < one.first;
    }
};

}  // namespace

model::PartitionCheckpoint Machine::take_checkpoint() {
    return *take_checkpoint(std::numeric_limits<std::size_t>::max());
}

/// Who changes while it is being written, is written before the change: so it is true at one
/// position, whatever is applied in between.
std::optional<model::PartitionCheckpoint> Machine::take_checkpoint(std::size_t rows_most) {
    if (!writing_) begin_checkpoint();
    write_checkpoint(rows_most);
    if (writing_->next < writing_->people.size()) return std::nullopt;
    model::PartitionCheckpoint out = std::move(writing_->rows);
    if (options_.fetch && !writing_->taken.empty())
        taken_.push_back({out.applied, std::move(writing_->taken)});
    writing_.reset();
    people_.tell_changes(false);
    return out;
}

void Machine::begin_checkpoint() {
    writing_.emplace();
    Writing& now = *writing_;
    now.rows.partition = id_;
    now.rows.applied = applied_;
    now.rows.meta = encode_meta(true);
    now.rows.quarantine = std::exchange(quarantine_, {});
    now.rows.erased = std::exchange(erased_, {});
    now.people = std::exchange(dirty_, {});
    now.entries = std::exchange(changed_entries_, {});
    now.messages = std::exchange(changed_messages_, {});
    make_unique_in_order(now.people);
    make_unique_in_order(now.entries);
    make_unique_in_order(now.messages);
    leave_out_erased();
    now.written.resize(now.people.size());
    people_.tell_changes(true);
}

/// Whoever comes back under an erased one's name while this is being written, is of the next one.
void Machine::leave_out_erased() {
    std::set<model::PersonId> gone;
    for (const model::ErasedRow& row : writing_->rows.erased) {
        if (!people_.knows(row.id)) gone.insert(row.id);
    }
    if (gone.empty()) return;
    std::erase_if(writing_->people, [&](model::PersonId id) { return gone.count(id) > 0; });
}

void Machine::write_checkpoint(std::size_t rows_most) {
    std::size_t rows = 0;
    for (Writing& now = *writing_; now.next < now.people.size() && rows < rows_most; ++now.next)
        rows += write_down(now.next);
}

void Machine::write_before_change(model::PersonId id) {
    const auto first = writing_->people.begin();
    const auto found = std::lower_bound(first + static_cast<std::ptrdiff_t>(writing_->next),
                                        writing_->people.end(), id);
    if (found != writing_->people.end() && *found == id)
        write_down(static_cast<std::size_t>(found - first));
}

std::size_t Machine::write_down(std::size_t index) {
    Writing& now = *writing_;
    if (now.written[index]) return 0;
    now.written[index] = true;
    const model::PersonId id = now.people[index];
    Person room;
    const People::Taken one = people_.take(id, room);
    const Person& person = *one.person;
    now.taken.push_back(one.place);
    model::ProfileRow& profile = now.rows.profiles.emplace_back();
    profile.id = id;
    profile.external_id = person.external_id;
    profile.json = profile_text(person);
    profile.next_due = person.next_due();
    if (one.bytes.empty()) {
        seal_chapters(*one.person, options_.chapter, *catalog_, words_, profile);
        profile.state = encode_person(person, PersonForm::stored);
    } else {
        profile.state.assign(one.bytes);
    }
    std::size_t rows = 1 + profile.chapters.size() + profile.chapters_gone.size();
    // Who rested is read and written to rest again: others wait for that as for rows.
    if (one.rested) rows += person.weight / kBytesARow;
    const auto of_person = [&](const auto& all) {
        return std::equal_range(all.begin(), all.end(), id, ById{});
    };
    for (auto [at, end] = of_person(now.entries); at != end; ++at, ++rows) {
        if (auto row = entry_row(person, at->second)) now.rows.entries.push_back(std::move(*row));
    }
    for (auto [at, end] = of_person(now.messages); at != end; ++at, ++rows) {
        const Intent* intent = person.intent(at->second);
        const Message* message =
            intent != nullptr ? &intent->message : person.final_message(at->second);
        if (message != nullptr) now.rows.messages.push_back(message_row(person, *message));
    }
    people_.give_back(one);
    return rows;
}

void Machine::checkpoint_saved(model::LogPosition applied) {
    while (!taken_.empty() && taken_.front().applied <= applied) {
        const std::vector<std::uint32_t> people = std::move(taken_.front().people);
        taken_.pop_front();
        // Who is in a later one as well waits for that one.
        std::set<std::uint32_t> waiting;
        for (const Taken& later : taken_)
            waiting.insert(later.people.begin(), later.people.end());
        if (writing_) waiting.insert(writing_->taken.begin(), writing_->taken.end());
        for (const std::uint32_t place : people) {
            if (waiting.empty() || waiting.count(place) == 0) people_.saved(place);
        }
    }
    people_.make_room();
}

Result<void> Machine::restore(const model::PartitionCheckpoint& stored) {
    if (stored.applied == 0 && stored.meta.empty()) return success();
    TRY(decode_meta(stored.meta));
    applied_ = stored.applied;
    for (const model::ProfileRow& row : stored.profiles) {
        TRY(restore_person(row.id, model::whole_state(row)));
    }
    return success();
}

Result<void> Machine::restore_person(model::PersonId id, std::string_view state) {
    if (state.empty()) return success();
    Person person;
    TRY(decode_person(state, person));
    if (person.id != id) {
        return error(ErrorCode::invalid, "The stored person " + person.external_id +
                                             " stands in another's place; restore a backup.");
    }
    if (people_.knows(id)) {
        return error(ErrorCode::invalid, "The store holds one person twice (" + person.external_id +
                                             "); restore a backup.");
    }
    index_person(person);
    people_.add_resting(person, state);
    return success();
}

void Machine::index_person(Person& person) {
    if (person.moved() != nullptr) ++stubs_;
    for (const Entry& entry : person.entries) {
        if (entry.live()) tally_.rests(entry.program, entry.journey, entry.state, 1);
    }
    if (is_parked(person)) parked_.insert(person.id);
    for (const Intent& intent : person.intents) {
        if (waits_at_rails(intent))
            at_rails_[step_of(intent.message)].emplace(person.id, intent.message.entry);
        if (waits_for_turn(intent))
            turns_of(intent.message).waiting.insert(place_at_turns(person, intent.message));
    }
    schedule(person);
}

Bytes Machine::encode_meta(bool with_appends) const {
    ByteWriter out;
    out.u8(kVersion);
    out.instant(now_);
    tally_.encode(*catalog_, out);
    out.varint(with_appends ? appends_.size() : 0);
    for (const AppendCommand& append : appends_) {
        if (!with_appends) break;
        out.varint(append.cause);
        out.text(append.from);
        model::encode(append.command, out);
    }
    encode_schedules(out);
    encode_meta_parts(out);
    return out.take();
}

Result<void> Machine::decode_meta(std::string_view bytes) {
    ByteReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version < 1 || version > kVersion) {
        return error(ErrorCode::invalid,
                     "A stored partition has a form this journeyd cannot read; use the version "
                     "that wrote it.");
    }
    now_ = in.instant();
    tally_.decode(*catalog_, in);
    const std::size_t appends = in.count();
    for (std::size_t i = 0; i < appends && in.ok(); ++i) {
        AppendCommand append;
        append.cause = in.varint();
        append.from = in.text();
        TRY(auto command, model::decode_command(in));
        append.command = std::move(command);
        appends_.push_back(std::move(append));
    }
    if (version >= 2) decode_schedules(in);
    if (version >= 3) decode_meta_parts(in);
    look_at_trials();
    if (!in.ok() || !in.at_end()) {
        return error(ErrorCode::invalid,
                     "A stored partition's counters are damaged; restore a backup.");
    }
    return success();
}

Partition::Unfinished Machine::unfinished() const {
    Partition::Unfinished out;
    out.appends = appends_;
    Person room;
    for (const model::PersonId id : people_.ids(Trait::unfinished)) {
        const Person* person = people_.peek(id, room);
        for (const Intent& intent : person->intents) {
            const Message& message = intent.message;
            const std::string& channel = catalog_->channels.name(message.channel);
            if (message.status == model::MessageStatus::claimed) {
                out.claimed.push_back({message.key, person->id, channel, intent.attempt});
            } else if (const PendingFetch* asked = person->asked_fetch(message.key)) {
                const ir::Program& program = *linked(message.program).program;
                out.claimed.push_back({message.key, person->id,
                                       fetch_lane(program.fetches[asked->fetch].name),
                                       intent.attempt});
            } else if (intent.ready) {
                out.ready.push_back(ready_of(*person, intent));
            }
        }
        const Acts* acts = person->any_acts();
        for (std::size_t i = 0; acts != nullptr && i < acts->calls.size(); ++i) {
            const PendingCall& call = acts->calls[i];
            const ir::Program& program = *linked(call.program).program;
            const ir::Journey& journey = program.journeys[call.journey];
            const auto& act = std::get<ir::Call>(journey.states[call.state].act);
            const std::string lane = call_lane(program.webhooks[act.webhook].name);
            if (call.claimed) {
                out.claimed.push_back({call.key, person->id, lane, call.attempt});
            } else if (call.ready) {
                out.ready.push_back({call.key, person->id, lane, call.attempt, journey.priority});
            }
        }
    }
    return out;
}

void Machine::confirm_append(std::string_view from, model::LogPosition cause) {
    // One a time: a command may have asked for several.
    const auto found = std::find_if(
        appends_.begin(), appends_.end(),
        [&](const AppendCommand& one) { return one.cause == cause && one.from == from; });
    if (found != appends_.end()) appends_.erase(found);
}

std::uint64_t Machine::state_hash() const {
    std::uint64_t hash = hash64(encode_meta(false), 1);
    Person room;
    for (const model::PersonId id : people_.ids())
        hash = hash64(encode_person(*people_.peek(id, room)), hash);
    return hash;
}

}  // namespace journey::core
