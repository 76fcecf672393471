// A person's bytes. Numbers of fields, events, consents and channels are the Catalog's.
//
//   person  = version:u8=6 id:u64 external_id:text first_seen:instant next_ordinal:varint
//             has:varint   a bit for each of these lists that has something; the others are not there
//             attributes:n{ field:varint value }
//             history:n{ time:since event:varint packed:text }     since the one before
//             seen:n{ hash:u64 day:svarint [ chapter:varint ] }     after the day of first_seen
//             entries:n{ entry } ended:n{ ended } intents:n{ intent } messages:n{ message }
//             rare [
//                 extras:record tags:n{ text }
//                 consents:n{ number:varint granted:bool at:instant source:text proof:text }
//                 suppressions:n{ channel:u16 at:instant reason:text }
//                 moved:bool [ to:text at:varint ]
//                 absorbed:n{ from:text released_at:varint }
//                 what triggers remember (stored_triggers.cc; not in version 1) ]
//             parts (parts.cc; since version 3)
//             chapters (chapters.h; of those who have any)
//   entry   = has:varint (its lowest three bits are the phase) [ id:u64 ] ordinal:varint
//             program:varint journey:varint state:varint entered_at:since [ trigger_time:since ]
//             [ due:since ] [ expires:since ] [ goals:varint ] [ key:u64 ] [ per:u64 ]
//             [ values:n{ value } ] [ visits:n{ state:varint count:varint } ]
//             [ late:u8 ]
//   ended   = has:varint id:u64 entered_at:since ended_at:since [ key:u64 ] [ per:u64 ] journey:text
//             version:varint reason:text step:text
//   message = key:16 entry:u64 program journey state visit channel attempts:varint
//             status reason class:u8 planned_at:instant claimed_at:instant finished_at:instant
//             detail:text provider_id:text has:u8 [ body_hash:32 ] [ address:16 ]
//             receipts:n{ kind:u8, +128 when hard; at:instant id:u64 }
//   intent  = message attempt:varint failures:varint ready:bool frozen:bool in_doubt:bool
//             late:u8 (since version 5) due:instant valid_until:instant first_claim:instant args:record data:record
//             address:text
//   n{ x }  = count:varint x*
//   since   = svarint   microseconds after first_seen, or after the entry's entered_at
// Before version 4 the lists were all there, the instants whole, and entries without `has`: encode_old.cc.
#include "engine/core/chapters.h"
#include "engine/core/machine.h"
#include "engine/core/stored.h"

namespace journey::core {
bool can_rest(Phase phase, const decltype(ir::State::act)& act) {
    switch (phase) {
        case Phase::waiting:
            return std::holds_alternative<ir::Await>(act) ||
                   std::holds_alternative<ir::Settle>(act);
        case Phase::sending:
            return std::holds_alternative<ir::Send>(act);
        case Phase::calling:
            return std::holds_alternative<ir::Call>(act);
        case Phase::queued:
        case Phase::watching:
            return true;
        case Phase::moving:
            break;
    }
    return false;
}

void get_end(ByteReader& in, const Catalog& catalog, NameTable& words, EndedEntry& ended) {
    ended.journey = catalog.journeys.find(in.text_view());
    ended.version = number<std::uint32_t>(in, 0xffffffffu);
    ended.reason = words.number_of(in.text_view());
    ended.step = words.number_of(in.text_view());
    if (ended.journey == NameTable::kNone) in.fail();
}

namespace {

constexpr unsigned kHardBit = 0x80;

constexpr std::uint8_t kVersion = 6;
/// Of an event's values, about.
constexpr std::size_t kEventBytes = 16;

/// What of the optional parts is there.
struct Bit {
    std::uint32_t what = 0;
    bool is = false;
};
constexpr std::uint32_t bits_of(std::initializer_list<Bit> all) {
    std::uint32_t out = 0;
    for (const Bit& one : all)
        out |= one.is ? one.what : 0u;
    return out;
}

// What an entry has beyond what all have.
constexpr std::uint32_t kPhase = 7;
constexpr std::uint32_t kParked = 8;
constexpr std::uint32_t kOtherId = 16;  // not entry_id_of(person, ordinal): it came by a merge
constexpr std::uint32_t kTriggeredBefore = 32;
constexpr std::uint32_t kDue = 64;
constexpr std::uint32_t kExpires = 128;
constexpr std::uint32_t kGoals = 256;
constexpr std::uint32_t kKey = 512;
constexpr std::uint32_t kPer = 1024;
constexpr std::uint32_t kValues = 2048;
constexpr std::uint32_t kVisits = 4096;
constexpr std::uint32_t kLate = 8192;

void put_entry(ByteWriter& out, const Person& person, const Entry& entry) {
    const bool other_id = entry.id != entry_id_of(person.id, entry.ordinal);
    const std::uint32_t has = static_cast<std::uint32_t>(entry.phase) |
                              bits_of({{kParked, entry.parked},
                                       {kOtherId, other_id},
                                       {kTriggeredBefore, entry.trigger_time != entry.entered_at},
                                       {kDue, entry.due != kNever},
                                       {kExpires, entry.expires != kNever},
                                       {kGoals, entry.goals != 0},
                                       {kKey, entry.key != 0},
                                       {kPer, entry.per != 0},
                                       {kValues, !entry.values.empty()},
                                       {kVisits, !entry.visits.empty()},
                                       {kLate, entry.late != model::Late::send}});
    out.varint(has);
    if (other_id) out.u64(entry.id.number);
    out.varint(entry.ordinal);
    put_place(out, entry);
    put_since(out, person.first_seen, entry.entered_at);
    if (has & kTriggeredBefore) put_since(out, entry.entered_at, entry.trigger_time);
    if (has & kDue) put_since(out, entry.entered_at, entry.due);
    if (has & kExpires) put_since(out, entry.entered_at, entry.expires);
    if (has & kGoals) out.varint(entry.goals);
    if (has & kKey) out.u64(entry.key);
    if (has & kPer) out.u64(entry.per);
    if (has & kValues) put_all(out, entry.values, [&](const Value& value) { out.value(value); });
    if (has & kVisits) {
        put_all(out, entry.visits, [&](const StateVisit& visit) {
            out.varint(visit.state);
            out.varint(visit.count);
        });
    }
    if (has & kLate) out.u8(static_cast<std::uint8_t>(entry.late));
}

Entry get_entry(ByteReader& in, const Catalog& catalog, const Person& person) {
    Entry entry;
    const std::uint64_t has = in.varint();
    if ((has & kPhase) > static_cast<std::uint64_t>(Phase::calling)) in.fail();
    if (!in.ok()) return entry;
    entry.phase = static_cast<Phase>(has & kPhase);
    entry.parked = (has & kParked) != 0;
    if (has & kOtherId) entry.id.number = in.u64();
    entry.ordinal = number<std::uint32_t>(in, 0xffffffffu);
    if (!(has & kOtherId)) entry.id = entry_id_of(person.id, entry.ordinal);
    const ir::State* state = get_place(in, catalog, entry);
    entry.entered_at = get_since(in, person.first_seen);
    entry.trigger_time =
        has & kTriggeredBefore ? get_since(in, entry.entered_at) : entry.entered_at;
    if (has & kDue) entry.due = get_since(in, entry.entered_at);
    if (has & kExpires) entry.expires = get_since(in, entry.entered_at);
    if (has & kGoals) entry.goals = in.varint();
    if (has & kKey) entry.key = in.u64();
    if (has & kPer) entry.per = in.u64();
    if (has & kValues) get_all(in, [&] { entry.values.push_back(in.value()); });
    if (has & kVisits) {
        get_all(in, [&] {
            const auto at = number<std::uint16_t>(in, kNoNumber);
            entry.visits.push_back({at, number<std::uint16_t>(in, kNoNumber)});
        });
    }
    if (has & kLate) entry.late = choice(in, model::Late::exit);
    if (state != nullptr && !can_rest(entry.phase, state->act)) in.fail();
    return entry;
}

}  // namespace

void put_ended(ByteWriter& out, Instant base, const EndedEntry& one, const Catalog& catalog,
               const NameTable& words) {
    out.varint((one.key != 0 ? 1u : 0u) | (one.per != 0 ? 2u : 0u));
    out.u64(one.id.number);
    put_since(out, base, one.entered_at);
    put_since(out, one.entered_at, one.ended_at);
    if (one.key != 0) out.u64(one.key);
    if (one.per != 0) out.u64(one.per);
    out.text(catalog.journeys.name(one.journey));
    out.varint(one.version);
    out.text(words.name(one.reason));
    out.text(words.name(one.step));
}

EndedEntry get_ended(ByteReader& in, const Catalog& catalog, Instant base, NameTable& words) {
    EndedEntry one;
    const std::uint64_t has = in.varint();
    one.id.number = in.u64();
    one.entered_at = get_since(in, base);
    one.ended_at = get_since(in, one.entered_at);
    if (has & 1) one.key = in.u64();
    if (has & 2) one.per = in.u64();
    get_end(in, catalog, words, one);
    return one;
}

void put_message(ByteWriter& out, const Message& message) {
    for (const std::uint8_t byte : message.key.bytes)
        out.u8(byte);
    out.u64(message.entry.number);
    put_place(out, message);
    out.varint(message.visit);
    out.varint(message.channel);
    out.varint(message.attempts);
    out.u8(static_cast<std::uint8_t>(message.status));
    out.u8(static_cast<std::uint8_t>(message.reason));
    out.u8(static_cast<std::uint8_t>(message.message_class));
    for (const Instant at : {message.planned_at, message.claimed_at, message.finished_at})
        out.instant(at);
    out.text(message.detail);
    out.text(message.provider_id);
    out.u8((message.has_body_hash ? 1 : 0) | (message.address ? 2 : 0));
    if (message.has_body_hash) out.raw(view_of(message.body_hash));
    if (message.address) {
        for (const std::uint8_t byte : message.address->bytes)
            out.u8(byte);
    }
    put_all(out, message.receipts, [&](const ReceiptNote& note) {
        out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(note.kind) |
                                         (note.hard ? kHardBit : 0u)));
        out.instant(note.at);
        out.u64(note.id);
    });
}

Message get_message(ByteReader& in, const Catalog& catalog) {
    Message message;
    for (std::uint8_t& byte : message.key.bytes)
        byte = in.u8();
    message.entry.number = in.u64();
    const ir::State* state = get_place(in, catalog, message);
    if (state != nullptr && !std::holds_alternative<ir::Send>(state->act)) in.fail();
    message.visit = number<std::uint32_t>(in, 0xffffffffu);
    message.channel = number<std::uint16_t>(in, catalog.channels.size());
    message.attempts = number<std::uint32_t>(in, 0xffffffffu);
    message.status = choice(in, model::MessageStatus::unknown);
    message.reason = choice(in, model::kLastReason);
    message.message_class = choice(in, ir::MessageClass::transactional);
    for (Instant* at : {&message.planned_at, &message.claimed_at, &message.finished_at})
        *at = in.instant();
    message.detail = in.text();
    message.provider_id = in.text();
    const std::uint8_t has = in.u8();
    if (has > 3) in.fail();
    message.has_body_hash = (has & 1) != 0;
    if (message.has_body_hash) {
        const std::string_view hash = in.raw(message.body_hash.size());
        std::copy(hash.begin(), hash.end(), message.body_hash.begin());
    }
    if ((has & 2) != 0) {
        for (std::uint8_t& byte : message.address.emplace().bytes)
            byte = in.u8();
    }
    get_all(in, [&] {
        ReceiptNote note;
        const std::uint8_t kind = in.u8();
        note.hard = (kind & kHardBit) != 0;
        if ((kind & ~kHardBit) > static_cast<unsigned>(model::ReceiptKind::failed)) in.fail();
        note.kind = static_cast<model::ReceiptKind>(kind & ~kHardBit);
        note.at = in.instant();
        note.id = in.u64();
        message.receipts.push_back(note);
    });
    return message;
}

namespace {

void put_intent(ByteWriter& out, const Intent& intent) {
    put_message(out, intent.message);
    out.varint(intent.attempt);
    out.varint(intent.failures);
    out.boolean(intent.ready);
    out.boolean(intent.frozen);
    out.boolean(intent.in_doubt);
    out.u8(static_cast<std::uint8_t>(intent.late));
    for (const Instant at : {intent.due, intent.valid_until, intent.first_claim})
        out.instant(at);
    out.record(intent.args);
    out.record(intent.data);
    out.text(intent.address);
}

Intent get_intent(ByteReader& in, const Catalog& catalog, std::uint8_t version) {
    Intent intent;
    intent.message = get_message(in, catalog);
    if (intent.message.status > model::MessageStatus::claimed) in.fail();
    intent.attempt = number<std::uint32_t>(in, 0xffffffffu);
    intent.failures = number<std::uint32_t>(in, 0xffffffffu);
    intent.ready = in.boolean();
    intent.frozen = in.boolean();
    intent.in_doubt = in.boolean();
    if (version >= 5) intent.late = choice(in, model::Late::exit);
    for (Instant* at : {&intent.due, &intent.valid_until, &intent.first_claim})
        *at = in.instant();
    intent.args = in.record();
    intent.data = in.record();
    intent.address = in.text();
    return intent;
}

void put_rare(ByteWriter& out, const Rare& rare) {
    out.record(rare.extras);
    put_all(out, rare.tags, [&](const std::string& tag) { out.text(tag); });
    put_all(out, rare.consents, [&](const ConsentRecord& one) {
        out.varint(one.consent);
        out.boolean(one.granted);
        out.instant(one.at);
        out.text(one.source);
        out.text(one.proof);
    });
    put_all(out, rare.suppressions, [&](const SuppressionRecord& one) {
        out.u16(one.channel);
        out.instant(one.at);
        out.text(one.reason);
    });
    out.boolean(rare.moved.has_value());
    if (rare.moved) {
        out.text(rare.moved->to);
        out.varint(rare.moved->at);
    }
    put_all(out, rare.absorbed, [&](const AbsorbedMark& one) {
        out.text(one.from);
        out.varint(one.released_at);
    });
    put_triggers(out, rare);
}

void get_rare(ByteReader& in, const Catalog& catalog, std::uint8_t version, Rare& rare) {
    rare.extras = in.record();
    get_all(in, [&] { rare.tags.push_back(in.text()); });
    get_all(in, [&] {
        ConsentRecord one;
        one.consent = number<std::uint16_t>(in, catalog.consents.size());
        one.granted = in.boolean();
        one.at = in.instant();
        one.source = in.text();
        one.proof = in.text();
        rare.consents.push_back(std::move(one));
    });
    get_all(in, [&] {
        SuppressionRecord one;
        one.channel = in.u16();
        if (one.channel != kAllChannels && one.channel >= catalog.channels.size()) in.fail();
        one.at = in.instant();
        one.reason = in.text();
        rare.suppressions.push_back(std::move(one));
    });
    if (in.boolean()) {
        Moved moved;
        moved.to = in.text();
        moved.at = in.varint();
        rare.moved = std::move(moved);
    }
    get_all(in, [&] {
        AbsorbedMark one;
        one.from = in.text();
        one.released_at = in.varint();
        rare.absorbed.push_back(std::move(one));
    });
    if (version >= 2) get_triggers(in, catalog, rare);
}

constexpr std::uint32_t kAttributes = 1;
constexpr std::uint32_t kHistory = 2;
constexpr std::uint32_t kSeen = 4;
constexpr std::uint32_t kEntries = 8;
constexpr std::uint32_t kEnded = 16;
constexpr std::uint32_t kIntents = 32;
constexpr std::uint32_t kMessages = 64;
constexpr std::uint32_t kRare = 128;
constexpr std::uint32_t kParts = 256;
constexpr std::uint32_t kChapters = 512;
constexpr std::uint32_t kEarlier =
    kAttributes | kHistory | kSeen | kEntries | kEnded | kIntents | kMessages;

std::int64_t days_of(Instant at) {
    return micros_of(at) / 86'400'000'000;
}

}  // namespace

model::PersonId stored_id(std::string_view bytes) {
    ByteReader in(bytes.substr(1));
    return model::PersonId{in.u64()};
}

namespace {
bool has_parts(const Person& person) {
    return person.any_acts() != nullptr ||
           std::any_of(person.intents.begin(), person.intents.end(),
                       [](const Intent& intent) { return !intent.more_addresses.empty(); });
}
}  // namespace

void Machine::write_person(const Person& person, PersonForm form, ByteWriter& out) const {
    const bool is_stored = form == PersonForm::stored;
    const auto apart = [&](const Ends& ends) { return is_stored ? ends.sealed() : 0; };
    const std::size_t ids = is_stored ? person.seen.open() : person.seen.size();
    // Chapters of events stand apart unless all is one.
    const auto events = form == PersonForm::whole
                            ? std::span(person.history.begin(), person.history.end())
                            : person.history.open_part();
    const std::size_t messages = apart(person.messages.ends());
    const std::size_t ended = apart(person.ended.ends());
    const bool rare = person.rare_parts && !person.rare_parts->empty();
    const std::uint32_t has =
        bits_of({{kAttributes, !person.attributes.empty()},
                 {kHistory, !events.empty()},
                 {kSeen, ids > 0},
                 {kEntries, !person.entries.empty()},
                 {kEnded, person.ended.size() > ended},
                 {kIntents, !person.intents.empty()},
                 {kMessages, person.messages.size() > messages},
                 {kRare, rare},
                 {kParts, has_parts(person)},
                 {kChapters, form != PersonForm::whole && has_chapters(person)}});
    out.u8(kVersion);
    out.u64(person.id.number);
    out.text(person.external_id);
    out.instant(person.first_seen);
    out.varint(person.next_ordinal);
    out.varint(has);
    if (has & kAttributes) {
        put_all(out, person.attributes, [&](const Attribute& one) {
            out.varint(one.field);
            out.value(one.value);
        });
    }
    if (has & kHistory) {
        Instant before = person.first_seen;
        put_all(out, events, [&](const Happened& one) {
            put_since(out, before, one.time);
            before = one.time;
            out.varint(one.event);
            out.text(person.history.packed(one));
        });
    }
    if (has & kSeen) {
        const std::int64_t first = days_of(person.first_seen);
        out.varint(ids);
        for (const Seen& one : person.seen.sorted()) {
            if (is_stored && one.chapter != 0) continue;
            out.u64(one.hash);
            out.svarint(static_cast<std::int64_t>(one.day) - first);
            if (has & kChapters) out.varint(one.chapter);
        }
    }
    if (has & kEntries)
        put_all(out, person.entries, [&](const Entry& one) { put_entry(out, person, one); });
    if (has & kEnded) {
        out.varint(person.ended.size() - ended);
        for (std::size_t i = ended; i < person.ended.size(); ++i)
            put_ended(out, person.first_seen, person.ended[i], *catalog_, words_);
    }
    if (has & kIntents)
        put_all(out, person.intents, [&](const Intent& one) { put_intent(out, one); });
    if (has & kMessages) {
        out.varint(person.messages.size() - messages);
        for (std::size_t i = messages; i < person.messages.size(); ++i)
            put_message(out, person.messages[i]);
    }
    if (rare) put_rare(out, *person.rare_parts);
    if (has & kParts) encode_parts(person, out);
    if (has & kChapters) put_chapters(out, person, form);
}

Bytes Machine::encode_person(const Person& person, PersonForm form) const {
    ByteWriter out;
    write_person(person, form, out);
    return out.take();
}

Result<void> Machine::decode_person(std::string_view bytes, Person& person, bool resting) {
    ByteReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version < 1 || version > kVersion) {
        return error(
            ErrorCode::invalid,
            "A stored person has a form this journeyd cannot read; use the version that wrote it.");
    }
    const Catalog& catalog = *catalog_;
    person.id.number = in.u64();
    person.external_id = in.text();
    person.first_seen = in.instant();
    person.next_ordinal = number<std::uint32_t>(in, 0xffffffffu);
    // Earlier forms have every list.
    const bool old = version < 4;
    const std::uint64_t has = old ? kEarlier : in.varint();
    if (has & kAttributes) {
        get_all(in, [&] {
            const auto field = number<FieldNumber>(in, catalog.fields.size());
            person.attributes.push_back({field, in.value()});
        });
    }
    if (has & kHistory) {
        Instant before = person.first_seen;
        ByteReader ahead = in;
        if (const std::size_t count = ahead.count(); count > 1)
            person.history.expect(count, std::min(ahead.left(), count * kEventBytes));
        get_all(in, [&] {
            before = old ? in.instant() : get_since(in, before);
            const auto event = number<EventNumber>(in, catalog.events.size());
            person.history.add_packed(before, event, in.text_view());
        });
    }
    if (has & kSeen) {
        const std::int64_t first = days_of(person.first_seen);
        get_all(in, [&] {
            const std::uint64_t hash = in.u64();
            const std::int64_t day =
                old ? static_cast<std::int64_t>(in.varint())
                    : static_cast<std::int64_t>(static_cast<std::uint64_t>(first) +
                                                static_cast<std::uint64_t>(in.svarint()));
            if (day < 0 || day >= 0xffffffff) in.fail();
            const auto chapter =
                has & kChapters ? number<std::uint32_t>(in, 0xffffffffu) : std::uint32_t{0};
            if (in.ok()) person.seen.add({hash, static_cast<std::uint32_t>(day), chapter});
        });
    }
    if (has & kEntries) {
        get_all(in, [&] {
            person.entries.push_back(old ? get_old_entry(in, catalog)
                                         : get_entry(in, catalog, person));
        });
    }
    if (has & kEnded) {
        get_all(in, [&] {
            person.ended.push_back(old ? get_old_ended(in, catalog, words_)
                                       : get_ended(in, catalog, person.first_seen, words_));
        });
    }
    if (has & kIntents)
        get_all(in, [&] { person.intents.push_back(get_intent(in, catalog, version)); });
    if (has & kMessages) get_all(in, [&] { person.messages.push_back(get_message(in, catalog)); });
    if (old ? in.boolean() : (has & kRare) != 0) get_rare(in, catalog, version, person.rare());
    if (old ? version == 3 : (has & kParts) != 0) decode_parts(in, person);
    if (has & kChapters) get_chapters(in, catalog, words_, resting, person);
    if (!in.ok() || !in.at_end()) {
        return error(ErrorCode::invalid,
                     "A stored person (" + text_of(model::EntryId{person.id.number}) +
                         ") is damaged or newer than the stored catalog; restore a backup.");
    }
    return success();
}

}  // namespace journey::core
