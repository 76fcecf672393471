// A person's bytes. Numbers of fields, events, consents and channels are the Catalog's.
//
//   person  = version:u8=3 id:u64 external_id:text first_seen:instant next_ordinal:varint
//             attributes:n{ field:varint value }
//             history:n{ time:instant event:varint packed:text }
//             seen:n{ hash:u64 day:varint }
//             entries:n{ entry } ended:n{ ended } intents:n{ intent } messages:n{ message }
//             rare:bool [
//                 extras:record tags:n{ text }
//                 consents:n{ number:varint granted:bool at:instant source:text proof:text }
//                 suppressions:n{ channel:u16 at:instant reason:text }
//                 moved:bool [ to:text at:varint ]
//                 absorbed:n{ from:text released_at:varint }
//                 what triggers remember (stored_triggers.cc; not in version 1) ]
//             parts (parts.cc; since version 3)
//   entry   = id:u64 ordinal:varint program:varint journey:varint state:varint phase:u8
//             parked:bool entered_at:instant trigger_time:instant due:instant expires:instant
//             goals:varint key:u64 per:u64 values:n{ value } visits:n{ state:varint count:varint }
//   ended   = id:u64 entered_at:instant ended_at:instant key:u64 per:u64 journey:text
//             version:varint reason:text step:text
//   message = key:16 entry:u64 program journey state visit channel attempts:varint
//             status reason class:u8 planned_at:instant claimed_at:instant finished_at:instant
//             detail:text provider_id:text body_hash:bool [ 32 ]
//             receipts:n{ kind:u8 at:instant id:u64 }
//   intent  = message attempt:varint failures:varint ready:bool frozen:bool in_doubt:bool
//             due:instant valid_until:instant first_claim:instant args:record data:record
//             address:text
//   n{ x }  = count:varint x*
#include "engine/core/machine.h"
#include "engine/core/stored.h"

namespace journey::core {
namespace {

constexpr std::uint8_t kVersion = 3;

void put_entry(ByteWriter& out, const Entry& entry) {
    out.u64(entry.id.number);
    out.varint(entry.ordinal);
    put_place(out, entry);
    out.u8(static_cast<std::uint8_t>(entry.phase));
    out.boolean(entry.parked);
    for (const Instant at : {entry.entered_at, entry.trigger_time, entry.due, entry.expires})
        out.instant(at);
    out.varint(entry.goals);
    out.u64(entry.key);
    out.u64(entry.per);
    put_all(out, entry.values, [&](const Value& value) { out.value(value); });
    put_all(out, entry.visits, [&](const StateVisit& visit) {
        out.varint(visit.state);
        out.varint(visit.count);
    });
}

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

Entry get_entry(ByteReader& in, const Catalog& catalog) {
    Entry entry;
    entry.id.number = in.u64();
    entry.ordinal = number<std::uint32_t>(in, 0xffffffffu);
    const ir::State* state = get_place(in, catalog, entry);
    entry.phase = choice(in, Phase::calling);
    entry.parked = in.boolean();
    for (Instant* at : {&entry.entered_at, &entry.trigger_time, &entry.due, &entry.expires})
        *at = in.instant();
    entry.goals = in.varint();
    entry.key = in.u64();
    entry.per = in.u64();
    get_all(in, [&] { entry.values.push_back(in.value()); });
    get_all(in, [&] {
        const auto at = number<std::uint16_t>(in, kNoNumber);
        entry.visits.push_back({at, number<std::uint16_t>(in, kNoNumber)});
    });
    if (state == nullptr) return entry;
    if (!can_rest(entry.phase, state->act)) in.fail();
    return entry;
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
    out.boolean(message.has_body_hash);
    if (message.has_body_hash) out.raw(view_of(message.body_hash));
    put_all(out, message.receipts, [&](const ReceiptNote& note) {
        out.u8(static_cast<std::uint8_t>(note.kind));
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
    message.reason = choice(in, model::Reason::moved_on);
    message.message_class = choice(in, ir::MessageClass::transactional);
    for (Instant* at : {&message.planned_at, &message.claimed_at, &message.finished_at})
        *at = in.instant();
    message.detail = in.text();
    message.provider_id = in.text();
    message.has_body_hash = in.boolean();
    if (message.has_body_hash) {
        const std::string_view hash = in.raw(message.body_hash.size());
        std::copy(hash.begin(), hash.end(), message.body_hash.begin());
    }
    get_all(in, [&] {
        ReceiptNote note;
        note.kind = choice(in, model::ReceiptKind::failed);
        note.at = in.instant();
        note.id = in.u64();
        message.receipts.push_back(note);
    });
    return message;
}

void put_intent(ByteWriter& out, const Intent& intent) {
    put_message(out, intent.message);
    out.varint(intent.attempt);
    out.varint(intent.failures);
    out.boolean(intent.ready);
    out.boolean(intent.frozen);
    out.boolean(intent.in_doubt);
    for (const Instant at : {intent.due, intent.valid_until, intent.first_claim})
        out.instant(at);
    out.record(intent.args);
    out.record(intent.data);
    out.text(intent.address);
}

Intent get_intent(ByteReader& in, const Catalog& catalog) {
    Intent intent;
    intent.message = get_message(in, catalog);
    if (intent.message.status > model::MessageStatus::claimed) in.fail();
    intent.attempt = number<std::uint32_t>(in, 0xffffffffu);
    intent.failures = number<std::uint32_t>(in, 0xffffffffu);
    intent.ready = in.boolean();
    intent.frozen = in.boolean();
    intent.in_doubt = in.boolean();
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

}  // namespace

Bytes Machine::encode_person(const Person& person) const {
    ByteWriter out;
    out.u8(kVersion);
    out.u64(person.id.number);
    out.text(person.external_id);
    out.instant(person.first_seen);
    out.varint(person.next_ordinal);
    put_all(out, person.attributes, [&](const Attribute& one) {
        out.varint(one.field);
        out.value(one.value);
    });
    put_all(out, person.history, [&](const Happened& one) {
        out.instant(one.time);
        out.varint(one.event);
        out.text(person.history.packed(one));
    });
    put_all(out, person.seen.sorted(), [&](const Seen& one) {
        out.u64(one.hash);
        out.varint(one.day);
    });
    put_all(out, person.entries, [&](const Entry& one) { put_entry(out, one); });
    put_all(out, person.ended, [&](const EndedEntry& one) {
        out.u64(one.id.number);
        out.instant(one.entered_at);
        out.instant(one.ended_at);
        out.u64(one.key);
        out.u64(one.per);
        out.text(catalog_->journeys.name(one.journey));
        out.varint(one.version);
        out.text(words_.name(one.reason));
        out.text(words_.name(one.step));
    });
    put_all(out, person.intents, [&](const Intent& one) { put_intent(out, one); });
    put_all(out, person.messages, [&](const Message& one) { put_message(out, one); });
    const bool rare = person.rare_parts && !person.rare_parts->empty();
    out.boolean(rare);
    if (rare) put_rare(out, *person.rare_parts);
    encode_parts(person, out);
    return out.take();
}

Result<void> Machine::decode_person(std::string_view bytes, Person& person) {
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
    get_all(in, [&] {
        const auto field = number<FieldNumber>(in, catalog.fields.size());
        person.attributes.push_back({field, in.value()});
    });
    get_all(in, [&] {
        const Instant time = in.instant();
        const auto event = number<EventNumber>(in, catalog.events.size());
        person.history.add_packed(time, event, in.text_view());
    });
    get_all(in, [&] {
        const std::uint64_t hash = in.u64();
        person.seen.add({hash, number<std::uint32_t>(in, 0xffffffffu)});
    });
    get_all(in, [&] { person.entries.push_back(get_entry(in, catalog)); });
    get_all(in, [&] {
        EndedEntry one;
        one.id.number = in.u64();
        one.entered_at = in.instant();
        one.ended_at = in.instant();
        one.key = in.u64();
        one.per = in.u64();
        one.journey = catalog.journeys.find(in.text_view());
        one.version = number<std::uint32_t>(in, 0xffffffffu);
        one.reason = words_.number_of(in.text_view());
        one.step = words_.number_of(in.text_view());
        if (one.journey == NameTable::kNone) in.fail();
        person.ended.push_back(one);
    });
    get_all(in, [&] { person.intents.push_back(get_intent(in, catalog)); });
    get_all(in, [&] { person.messages.push_back(get_message(in, catalog)); });
    if (in.boolean()) get_rare(in, catalog, version, person.rare());
    if (version >= 3) decode_parts(in, person);
    if (!in.ok() || !in.at_end()) {
        return error(ErrorCode::invalid,
                     "A stored person (" + text_of(model::EntryId{person.id.number}) +
                         ") is damaged or newer than the stored catalog; restore a backup.");
    }
    return success();
}

}  // namespace journey::core
