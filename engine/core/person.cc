#include "engine/core/person.h"

namespace journey::core {
namespace {

// Whoever changes their mind this often is a machine.
constexpr std::size_t kConsentNotesMost = 200;

}  // namespace

const Value* Person::attribute(FieldNumber field) const {
    const Attribute* found = std::lower_bound(
        attributes.begin(), attributes.end(), field,
        [](const Attribute& one, FieldNumber wanted) { return one.field < wanted; });
    return found != attributes.end() && found->field == field ? &found->value : nullptr;
}

bool Person::set_attribute(FieldNumber field, Value value) {
    const Attribute* found = std::lower_bound(
        attributes.begin(), attributes.end(), field,
        [](const Attribute& one, FieldNumber wanted) { return one.field < wanted; });
    const auto index = static_cast<std::size_t>(found - attributes.begin());
    const bool present = index < attributes.size() && attributes[index].field == field;
    if (value.is_missing()) {
        if (present) attributes.erase(index);
        return present;
    }
    if (!present) {
        attributes.insert(index, Attribute{field, std::move(value)});
        return true;
    }
    if (attributes[index].value == value) return false;
    attributes[index].value = std::move(value);
    return true;
}

bool Person::tagged(std::string_view tag) const {
    return rare_parts && std::binary_search(rare_parts->tags.begin(), rare_parts->tags.end(), tag);
}

bool Person::set_tag(const std::string& tag, bool present) {
    if (tagged(tag) == present) return false;
    auto& tags = rare().tags;
    const auto place = std::lower_bound(tags.begin(), tags.end(), tag);
    if (present) {
        tags.insert(place, tag);
    } else {
        tags.erase(place);
    }
    return true;
}

const ConsentRecord* Person::consent(std::uint16_t number) const {
    if (!rare_parts) return nullptr;
    for (const ConsentRecord& one : rare_parts->consents) {
        if (one.consent == number) return &one;
    }
    return nullptr;
}

void Person::set_consent(ConsentRecord record) {
    auto& all = rare().consents;
    const auto place = std::lower_bound(
        all.begin(), all.end(), record.consent,
        [](const ConsentRecord& one, std::uint16_t wanted) { return one.consent < wanted; });
    if (place != all.end() && place->consent == record.consent) {
        std::swap(*place, record);
        using What = ConsentNote::What;
        note_consent({record.granted ? What::given : What::withdrawn, record.consent, record.at,
                      std::move(record.source), std::move(record.proof)});
    } else {
        all.insert(place, std::move(record));
    }
}

void Person::note_consent(ConsentNote note) {
    auto& notes = acts().consents;
    const auto later =
        std::upper_bound(notes.begin(), notes.end(), note.at,
                         [](Instant at, const ConsentNote& one) { return at < one.at; });
    notes.insert(later, std::move(note));
    if (notes.size() > kConsentNotesMost) notes.erase(notes.begin());
}

const ConsentNote* Person::pending_consent(std::uint16_t number) const {
    const Acts* known = any_acts();
    if (known == nullptr) return nullptr;
    const ConsentRecord* record = consent(number);
    for (auto note = known->consents.rbegin(); note != known->consents.rend(); ++note) {
        if (note->consent != number) continue;
        // The request itself was taken back; of a consent, the record tells.
        if (note->what == ConsentNote::What::withdrawn) return nullptr;
        if (note->what != ConsentNote::What::asked) continue;
        return record == nullptr || record->at < note->at ? &*note : nullptr;
    }
    return nullptr;
}

bool Person::suppressed(std::uint16_t channel) const {
    if (!rare_parts) return false;
    for (const SuppressionRecord& one : rare_parts->suppressions) {
        if (one.channel == channel || one.channel == kAllChannels) return true;
    }
    return false;
}

bool Person::set_suppressed(SuppressionRecord record, bool suppressed) {
    auto& all = rare().suppressions;
    const auto place = std::lower_bound(
        all.begin(), all.end(), record.channel,
        [](const SuppressionRecord& one, std::uint16_t wanted) { return one.channel < wanted; });
    const bool present = place != all.end() && place->channel == record.channel;
    if (present == suppressed) return false;
    if (suppressed) {
        all.insert(place, std::move(record));
    } else {
        all.erase(place);
    }
    return true;
}

Entry* Person::entry(std::uint32_t ordinal) {
    for (Entry& one : entries) {
        if (one.ordinal == ordinal) return &one;
    }
    return nullptr;
}

Entry* Person::entry(model::EntryId wanted) {
    for (Entry& one : entries) {
        if (one.id == wanted) return &one;
    }
    return nullptr;
}

const Intent* Person::intent(const model::MessageKey& key) const {
    for (const Intent& one : intents) {
        if (one.message.key == key) return &one;
    }
    return nullptr;
}

PendingCall* Person::call(const model::MessageKey& key) {
    Acts* acts = any_acts();
    if (acts == nullptr) return nullptr;
    for (PendingCall& one : acts->calls) {
        if (one.key == key) return &one;
    }
    return nullptr;
}

const PendingFetch* Person::asked_fetch(const model::MessageKey& key) const {
    const Acts* acts = any_acts();
    if (acts == nullptr) return nullptr;
    for (const PendingFetch& one : acts->fetches) {
        if (one.asked && one.key == key) return &one;
    }
    return nullptr;
}

const Message* Person::final_message(const model::MessageKey& key) const {
    for (std::size_t i = messages.size(); i-- > 0;) {
        if (messages[i].key == key) return &messages[i];
    }
    return nullptr;
}

Message* Person::change_final_message(const model::MessageKey& key) {
    const Message* const found = final_message(key);
    if (found == nullptr) return nullptr;
    return &messages.change(static_cast<std::size_t>(found - messages.begin()));
}

std::size_t Person::bytes() const {
    constexpr std::size_t kOwnBlock = 16;  // what the system keeps beside a block
    const auto list = [](std::size_t count, std::size_t each) {
        return count == 0 ? 0 : count * each + kOwnBlock;
    };
    // Texts and rows that hang on the parts, about.
    constexpr std::size_t kMore = 32;
    constexpr std::size_t kRecord = 400;
    std::size_t out = sizeof(Person) + kOwnBlock + list(external_id.size() > 15 ? 1 : 0, kMore);
    out += list(attributes.size(), sizeof(Attribute) + kMore / 2);
    out += list(history.bytes(), 1) + kOwnBlock;
    out += list(seen.size(), sizeof(Seen));
    out += list(entries.size(), sizeof(Entry) + kMore);
    out += list(ended.size(), sizeof(EndedEntry));
    out += list(intents.size(), sizeof(Intent) + kRecord);
    out += list(messages.size(), sizeof(Message) + kMore);
    if (rare_parts) {
        const Rare& rare = *rare_parts;
        out += sizeof(Rare) + kOwnBlock;
        out += list(rare.extras.size() + rare.tags.size(), sizeof(NamedValue));
        out += list(rare.consents.size(), sizeof(ConsentRecord));
        out += list(rare.suppressions.size(), sizeof(SuppressionRecord));
        out += list(rare.stays.size(), sizeof(PendingStay) + kMore);
        out += list(rare.acts.calls.size(), sizeof(PendingCall) + kRecord);
        out += list(rare.acts.drawn.size(), sizeof(Drawn));
        out += list(rare.acts.moves.size(), sizeof(PlannedMove));
        out += list(rare.acts.notes.size(), sizeof(ActNote) + kMore);
        out += list(rare.acts.chains.size(), sizeof(Chain) + kMore);
        out += list(rare.acts.hopes.size(), sizeof(Hope));
        out += list(rare.acts.fetches.size(), sizeof(PendingFetch) + kRecord);
    }
    return out;
}

Instant Person::next_due() const {
    Instant first = kNever;
    for (const Entry& one : entries)
        first = std::min({first, one.due, one.expires});
    for (const Intent& one : intents)
        first = std::min(first, one.due);
    if (!rare_parts) return first;
    for (const PendingStay& one : rare_parts->stays)
        first = std::min(first, one.due);
    for (const PendingCall& one : rare_parts->acts.calls)
        first = std::min(first, one.due);
    return std::min(first, rare_parts->flip);
}

bool waits_for_resume(const Intent& intent) {
    const model::Reason reason = intent.message.reason;
    return intent.message.status == model::MessageStatus::planned && !intent.ready &&
           (reason == model::Reason::paused || reason == model::Reason::kill_switch);
}

std::string text_of(model::EntryId id) {
    std::string text(16, '0');
    for (std::size_t i = 0; i < 16; ++i)
        text[15 - i] = "0123456789abcdef"[id.number >> (4 * i) & 15];
    return text;
}

model::EntryId entry_id_of(model::PersonId person, std::uint32_t ordinal) {
    ByteWriter name;
    name.u64(person.number);
    name.u32(ordinal);
    return model::EntryId{hash64(name.bytes(), 11)};
}

std::uint64_t hash_of(const Value& value) {
    ByteWriter out;
    out.value(value);
    return hash64(out.bytes(), 7) | 1;
}

}  // namespace journey::core
