// The legible rows: for people and for SQL.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

std::optional<Instant> unless_never(Instant at) {
    return at == kNever ? std::nullopt : std::optional(at);
}

}  // namespace

std::string Machine::profile_text(const Person& person) const {
    Record attributes;
    for (const Attribute& one : person.attributes)
        attributes.push_back({catalog_->fields.name(one.field), one.value});
    Record out;
    out.push_back({"attributes", Value(std::move(attributes))});
    if (!person.rare_parts) return to_json(Value(std::move(out)));
    const Rare& rare = *person.rare_parts;
    if (!rare.extras.empty()) out.push_back({"undeclared", Value(rare.extras)});
    if (!rare.tags.empty()) {
        List tags;
        for (const std::string& tag : rare.tags)
            tags.emplace_back(tag);
        out.push_back({"tags", Value(std::move(tags))});
    }
    Record consents;
    for (const ConsentRecord& one : rare.consents) {
        consents.push_back(
            {catalog_->consents.name(one.consent),
             Value(Record{{"granted", one.granted}, {"at", one.at}, {"source", one.source}})});
    }
    if (!consents.empty()) out.push_back({"consents", Value(std::move(consents))});
    Record to_confirm;
    for (std::uint32_t number = 0; number < catalog_->consents.size(); ++number) {
        const ConsentNote* note = person.pending_consent(static_cast<std::uint16_t>(number));
        if (note == nullptr) continue;
        to_confirm.push_back({catalog_->consents.name(number),
                              Value(Record{{"at", note->at}, {"source", note->source}})});
    }
    if (!to_confirm.empty()) out.push_back({"to_confirm", Value(std::move(to_confirm))});
    Record suppressed;
    for (const SuppressionRecord& one : rare.suppressions) {
        const std::string channel =
            one.channel == kAllChannels ? "every channel" : catalog_->channels.name(one.channel);
        suppressed.push_back({channel, Value(Record{{"at", one.at}, {"reason", one.reason}})});
    }
    if (!suppressed.empty()) out.push_back({"suppressed", Value(std::move(suppressed))});
    if (rare.moved) out.push_back({"moved_to", Value(rare.moved->to)});
    return to_json(Value(std::move(out)));
}

std::string Machine::profile_json(model::PersonId id) const {
    Person room;
    const Person* person = people_.peek(id, room);
    return person == nullptr ? std::string() : profile_text(*person);
}

std::optional<model::EntryRow> Machine::entry_row(const Person& person, model::EntryId id) const {
    model::EntryRow row;
    row.id = id;
    row.person = person.id;
    for (const EndedEntry& ended : person.ended) {
        if (ended.id != id) continue;
        row.journey = catalog_->journeys.name(ended.journey);
        row.version = ended.version;
        row.status = "ended";
        row.step = words_.name(ended.step);
        row.entered_at = ended.entered_at;
        row.ended_at = ended.ended_at;
        row.reason = words_.name(ended.reason);
        return row;
    }
    for (const Entry& entry : person.entries) {
        if (entry.id != id) continue;
        const ir::Journey& journey = journey_of(entry);
        row.journey = journey.name;
        row.version = journey.version;
        row.status = entry.phase == Phase::sending   ? "sending"
                     : entry.phase == Phase::calling ? "calling"
                     : entry.phase == Phase::queued  ? "queued"
                                                     : "waiting";
        row.step = journey.states[entry.state].step;
        row.entered_at = entry.entered_at;
        row.due_at = unless_never(entry.due);
        return row;
    }
    return std::nullopt;
}

model::MessageRow Machine::message_row(const Person& person, const Message& message) const {
    const ir::Program& program = *linked(message.program).program;
    const ir::Journey& journey = program.journeys[message.journey];
    const ir::State& state = journey.states[message.state];
    const auto& send = std::get<ir::Send>(state.act);
    model::MessageRow row;
    row.key = message.key;
    row.person = person.id;
    row.entry = message.entry;
    row.journey = journey.name;
    row.version = journey.version;
    row.step = state.step;
    row.channel = program.channels[send.channel].name;
    row.message_template = program.templates[send.message_template].name;
    row.status = message.status;
    row.reason = message.reason;
    row.detail = message.detail;
    row.planned_at = message.planned_at;
    row.claimed_at = unless_never(message.claimed_at);
    row.finished_at = unless_never(message.finished_at);
    row.attempts = message.attempts;
    row.provider_id = message.provider_id;
    if (message.has_body_hash) row.body_hash = to_hex(view_of(message.body_hash));
    List receipts;
    for (const ReceiptNote& note : message.receipts) {
        receipts.emplace_back(Record{{"kind", model::name_of(note.kind)}, {"at", note.at}});
    }
    row.receipts = to_json(Value(std::move(receipts)));
    return row;
}

std::vector<model::MessageRow> Machine::unknown_messages() const {
    std::vector<model::MessageRow> out;
    Person room;
    for (const model::PersonId id : people_.ids(Trait::unknown)) {
        const Person& person = *people_.peek(id, room);
        for (const Message& message : person.messages) {
            if (message.status == model::MessageStatus::unknown)
                out.push_back(message_row(person, message));
        }
    }
    return out;
}

}  // namespace journey::core
