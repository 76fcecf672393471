// Alias: the person becomes a stub that knows where it went; everything else travels in an Absorb.
//   person unknown       a stub, so that what comes later follows
//   to itself            nothing; nor to somebody it has absorbed: they are one already
//   a stub               nothing: the first owner keeps it. On a device that two people share, each
//                        identify brings an Alias of the same anonymous id; following the stub would
//                        move the first of them into the second. Later events go to the first
// Absorb, at its address:
//   met before (from, released_at)                 nothing
//   a stub, and the way on leads back to who left  the stub becomes a person again: the newest word
//                                                  wins
//   a stub                                         sent on, and the stub is remembered on the way
//   else                                           merged
// An Absorb's state: hops:varint { external id of a stub it passed : text } person (encode.cc)
#include "engine/core/machine.h"

namespace journey::core {
namespace {

struct Parcel {
    std::vector<std::string> hops;
    std::string_view person;
};

Bytes pack(const std::vector<std::string>& hops, std::string_view person) {
    ByteWriter out;
    out.varint(hops.size());
    for (const std::string& hop : hops)
        out.text(hop);
    out.raw(person);
    return out.take();
}

Parcel unpack(std::string_view state) {
    ByteReader in(state);
    Parcel parcel;
    const std::size_t hops = in.count();
    for (std::size_t i = 0; i < hops && in.ok(); ++i)
        parcel.hops.push_back(in.text());
    parcel.person = in.raw(in.left());
    return parcel;
}

bool has_absorbed(const Person& person, std::string_view who) {
    if (!person.rare_parts) return false;
    const auto& marks = person.rare_parts->absorbed;
    return std::any_of(marks.begin(), marks.end(),
                       [&](const AbsorbedMark& mark) { return mark.from == who; });
}

/// Each mark once: a person that moves back and forth would double them with every move.
void add_mark(std::vector<AbsorbedMark>& marks, AbsorbedMark mark) {
    const bool known = std::any_of(marks.begin(), marks.end(), [&](const AbsorbedMark& one) {
        return one.from == mark.from && one.released_at == mark.released_at;
    });
    if (!known) marks.push_back(std::move(mark));
}

}  // namespace

void Machine::on(const model::Command& command, const model::Alias& alias) {
    const Person* known = person_of(command.person);
    if (known != nullptr && known->moved() != nullptr) return;
    Person* person = reach(command, true);
    if (person == nullptr || is_repeat(*person, command)) return;
    if (alias.to == person->external_id || alias.to.empty() || has_absorbed(*person, alias.to)) {
        return finish_command(*person);
    }

    model::Absorb absorb;
    absorb.from = person->external_id;
    absorb.state = pack({}, encode_person(*person));
    absorb.released_at = applied_;
    for (Entry& entry : person->entries)
        leave(entry);
    for (const Message& message : person->messages) {
        if (message.status == model::MessageStatus::unknown) --tally_of(message).unknown;
    }
    // The ordinal stays: a person that comes back must not give an entry an id that was given
    // before.
    for (const Intent& intent : person->intents) {
        if (waits_at_rails(intent)) leave_rails(*person, intent);
        leave_turns(*person, intent);
    }
    person->attributes.clear();
    person->history = {};
    person->seen.clear();
    person->entries.clear();
    person->ended.clear();
    person->intents.clear();
    person->messages.clear();
    std::vector<AbsorbedMark> absorbed = std::move(person->rare().absorbed);
    person->rare() = Rare{};
    person->rare().absorbed = std::move(absorbed);
    person->rare().moved = Moved{alias.to, applied_};
    ++stubs_;
    parked_.erase(person->id);
    changed(*person);

    AppendCommand append;
    append.from = person->external_id;
    append.cause = applied_;
    append.command.external_id = alias.to;
    append.command.person = model::person_id_of(alias.to);
    append.command.partition = model::partition_of(append.command.person, options_.partitions);
    append.command.at = now_;
    append.command.event_time = now_;
    append.command.body = std::move(absorb);
    appends_.push_back(append);
    effects_->appends.push_back(std::move(append));
}

void Machine::on(const model::Command& command, const model::Absorb& absorb) {
    Person* person = person_of(command.person);
    if (person != nullptr && person->rare_parts) {
        for (const AbsorbedMark& mark : person->rare_parts->absorbed) {
            if (mark.from == absorb.from && mark.released_at == absorb.released_at) return;
        }
    }
    Parcel parcel = unpack(absorb.state);
    if (person != nullptr && person->moved() != nullptr) {
        const std::string& to = person->moved()->to;
        const bool back = to == absorb.from || std::find(parcel.hops.begin(), parcel.hops.end(),
                                                         to) != parcel.hops.end();
        if (!back) {
            parcel.hops.push_back(person->external_id);
            model::Command onward = command;
            std::get<model::Absorb>(onward.body).state = pack(parcel.hops, parcel.person);
            return forward(onward, *person);
        }
        person->rare().moved.reset();
        --stubs_;
    }
    Person from;
    if (!decode_person(parcel.person, from)) {
        quarantine(command, "absorb", "{}",
                   "The state of the person " + absorb.from + " could not be read.");
        return;
    }
    if (person == nullptr) {
        person = &add_person(command.person, command.external_id);
    }
    if (person->scheduled <= now_) wake_due(*person, now_);
    merge(*person, std::move(from), absorb.released_at);
    close_went_out(*person);
    // What it waits for may have come while it was on its way.
    if (is_parked(*person)) {
        parked_.insert(person->id);
        resume(*person, {});
    }
    finish_command(*person);
}

// Devices of both are the person's, those of the one that takes in the newer ones.
std::optional<Value> Machine::joined_devices(const Attribute& theirs, const Value& ours) const {
    const LinkedProgram* live = catalog_->live();
    const List* first = theirs.value.as<List>();
    const List* then = ours.as<List>();
    if (live == nullptr || first == nullptr || then == nullptr) return std::nullopt;
    const auto& channels = live->program->channels;
    const bool devices = std::any_of(channels.begin(), channels.end(), [&](const ir::Channel& one) {
        return one.address_field != ir::kNone && live->profile[one.address_field] == theirs.field;
    });
    if (!devices) return std::nullopt;
    List all;
    for (const Value& one : *first) {
        if (std::find(then->begin(), then->end(), one) == then->end()) all.push_back(one);
    }
    all.insert(all.end(), then->begin(), then->end());
    return Value(std::move(all));
}

// What both have: the one that takes in wins; consents: the newer; devices: both.
void Machine::merge(Person& into, Person&& from, model::LogPosition released_at) {
    changed(into);
    const LinkedProgram* live = catalog_->live();
    if (live != nullptr) note_former_zone(into, &home_of(from));
    into.first_seen = std::min(into.first_seen, from.first_seen);
    add_mark(into.rare().absorbed, {from.external_id, released_at});
    for (Attribute& one : from.attributes) {
        const Value* ours = into.attribute(one.field);
        if (ours == nullptr) {
            set_attribute(into, one.field, std::move(one.value));
        } else if (auto devices = joined_devices(one, *ours)) {
            set_attribute(into, one.field, std::move(*devices));
        }
    }
    for (const Happened& one : from.history)
        into.history.add_packed(one.time, one.event, from.history.packed(one));
    for (const Seen& one : from.seen.sorted())
        into.seen.add(one);
    if (from.rare_parts) {
        Rare& theirs = *from.rare_parts;
        for (NamedValue& trait : theirs.extras) {
            if (find(into.rare().extras, trait.name) == nullptr)
                into.rare().extras.push_back(std::move(trait));
        }
        for (const std::string& tag : theirs.tags)
            into.set_tag(tag, true);
        for (ConsentRecord& one : theirs.consents) {
            const ConsentRecord* ours = into.consent(one.consent);
            if (ours == nullptr || ours->at < one.at) {
                into.set_consent(std::move(one));
            } else {
                using What = ConsentNote::What;
                into.note_consent({one.granted ? What::given : What::withdrawn, one.consent, one.at,
                                   std::move(one.source), std::move(one.proof)});
            }
        }
        for (SuppressionRecord& one : theirs.suppressions)
            into.set_suppressed(std::move(one), true);
        for (AbsorbedMark& one : theirs.absorbed)
            add_mark(into.rare().absorbed, std::move(one));
        merge_triggers(into, theirs);
    }
    for (Entry& entry : from.entries) {
        entry.ordinal = into.next_ordinal++;
        if (entry.live()) tally_.rests(entry.program, entry.journey, entry.state, 1);
        changed(into, entry);
        into.entries.push_back(std::move(entry));
    }
    if (from.rare_parts) merge_acts(into, std::move(from.rare_parts->acts));
    CompactVector<EndedEntry>& ended = into.ended.change_all();
    for (const EndedEntry& one : from.ended) {
        changed_entries_.emplace_back(into.id, one.id);
        ended.push_back(one);
    }
    std::stable_sort(ended.begin(), ended.end(), [](const EndedEntry& a, const EndedEntry& b) {
        return a.ended_at < b.ended_at;
    });
    CompactVector<Message>& messages = into.messages.change_all();
    for (Message& message : from.messages.change_all()) {
        if (message.status == model::MessageStatus::unknown) ++tally_of(message).unknown;
        changed(into, message);
        messages.push_back(std::move(message));
    }
    std::stable_sort(messages.begin(), messages.end(), [](const Message& a, const Message& b) {
        return a.finished_at < b.finished_at;
    });
    for (Intent& intent : from.intents) {
        changed(into, intent.message);
        Intent& ours = into.intents.push_back(std::move(intent));
        // Claims and outcomes that are on their way carry the old address and will be sent on;
        // asking again is harmless.
        if (ours.message.status == model::MessageStatus::planned && ours.ready)
            make_ready(into, ours);
        if (waits_at_rails(ours)) {
            at_rails_[step_of(ours.message)].emplace(into.id, ours.message.entry);
            rails_due_ = now_;
        }
        if (waits_for_turn(ours)) queue_for_turn(into, ours);
    }
    attributes_changed(into);
    all_changed_ = true;
}

void Machine::merge_acts(Person& into, Acts&& from) {
    if (from.empty()) return;
    Acts& ours = into.acts();
    for (PendingCall& call : from.calls) {
        PendingCall& moved = ours.calls.emplace_back(std::move(call));
        if (moved.ready) ask_again(into, moved);
    }
    for (PendingFetch& fetch : from.fetches)
        ours.fetches.push_back(std::move(fetch));
    for (ConsentNote& note : from.consents)
        into.note_consent(std::move(note));
    for (PlannedMove& move : from.moves)
        ours.moves.push_back(move);
    for (ActNote& one : from.notes)
        ours.notes.push_back(std::move(one));
    std::stable_sort(ours.notes.begin(), ours.notes.end(),
                     [](const ActNote& a, const ActNote& b) { return a.at < b.at; });
    ours.went_out.insert(ours.went_out.end(), from.went_out.begin(), from.went_out.end());
    ours.hopes.insert(ours.hopes.end(), from.hopes.begin(), from.hopes.end());
    std::stable_sort(ours.hopes.begin(), ours.hopes.end(),
                     [](const Hope& a, const Hope& b) { return a.at < b.at; });
    // Drawn twice under two names, and counted twice; from here on it is one person.
    for (Drawn& drawn : from.drawn) {
        const auto same = [&](const Drawn& one) {
            return one.journey == drawn.journey && one.version == drawn.version &&
                   one.experiment == drawn.experiment;
        };
        const auto known = std::find_if(ours.drawn.begin(), ours.drawn.end(), same);
        if (known == ours.drawn.end()) {
            ours.drawn.push_back(std::move(drawn));
        } else {
            known->metrics = static_cast<std::uint8_t>(known->metrics | drawn.metrics);
        }
    }
}

}  // namespace journey::core
