#include "engine/core/address_list.h"

namespace journey::core {
namespace {

constexpr std::size_t kSlotsFirst = 64;

std::size_t first_place(const model::AddressKey& key) {
    std::uint64_t number = 0;
    for (int i = 0; i < 8; ++i)
        number = number << 8 | key.bytes[static_cast<std::size_t>(i)];
    return static_cast<std::size_t>(number);
}

std::string_view text_of(const model::AddressKey& key) {
    return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
}

// The source of what came back: "message KEY"; in the note without the key, which is kept beside.
constexpr std::string_view kMessage = "message";

std::optional<model::MessageKey> message_in(std::string_view source) {
    if (!source.starts_with(kMessage) || source.size() <= kMessage.size()) return std::nullopt;
    return model::parse_key(source.substr(kMessage.size() + 1));
}

/// No wish of the person's: her wish does not end it either.
bool is_of_provider(std::string_view reason) {
    return reason == "hard bounce" || reason == "complained";
}

}  // namespace

std::string sentence_of(const ListedAddress& listed) {
    return "suppressed since " + format_instant(listed.since).substr(0, 10) + ": " + listed.reason;
}

std::string_view scope_of(ir::ChannelKind kind) {
    switch (kind) {
        case ir::ChannelKind::email:
            return "email";
        case ir::ChannelKind::sms:
            return "sms";
        case ir::ChannelKind::push:
            return "push";
        case ir::ChannelKind::webhook:
            return "webhook";
    }
    return "";
}

model::AddressKey AddressList::key_of(std::string_view scope, ir::ChannelKind kind,
                                      std::string_view address) const {
    const auto canonical = model::canonical_address(scope_of(kind), address);
    return model::address_key_of(pepper_, scope, canonical ? canonical.value() : address);
}

const AddressList::Slot* AddressList::slot_of(const model::AddressKey& key) const {
    if (slots_.empty()) return nullptr;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = first_place(key) & mask;; at = (at + 1) & mask) {
        if (slots_[at].state == Slot::State::empty) return nullptr;
        if (slots_[at].key == key) return &slots_[at];
    }
}

AddressList::Slot& AddressList::place_of(const model::AddressKey& key) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = first_place(key) & mask;
    while (slots_[at].state != Slot::State::empty && slots_[at].key != key)
        at = (at + 1) & mask;
    return slots_[at];
}

void AddressList::grow() {
    if (!slots_.empty() && (used_ + 1) * 4 <= slots_.size() * 3) return;
    std::vector<Slot> old(std::max(kSlotsFirst, slots_.size() * 2));
    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.state != Slot::State::empty) place_of(slot.key) = slot;
    }
}

std::uint32_t AddressList::note_of(Note note) {
    const auto [found, fresh] =
        note_numbers_.try_emplace(note, static_cast<std::uint32_t>(notes_.size()));
    if (fresh) {
        notes_.push_back(std::move(note));
        note_counts_.push_back(0);
    }
    return found->second;
}

std::optional<ListedAddress> AddressList::find(const model::AddressKey& key) const {
    const Slot* slot = slot_of(key);
    if (slot == nullptr) return std::nullopt;
    const Note& note = notes_[slot->note];
    return ListedAddress{slot->state == Slot::State::suppressed, note.scope, note.reason,
                         source_of(*slot), instant_of(slot->since)};
}

std::string AddressList::source_of(const Slot& slot) const {
    const std::string& source = notes_[slot.note].source;
    if (source != kMessage) return source;
    const auto found = messages_.find(slot.key);
    return found == messages_.end() ? source : source + " " + model::format_key(found->second);
}

bool AddressList::suppresses(const model::AddressKey& key) const {
    const Slot* slot = slot_of(key);
    return slot != nullptr && slot->state == Slot::State::suppressed;
}

std::optional<ListedAddress> AddressList::blocks(const ir::Channel& channel,
                                                 std::string_view address,
                                                 const model::AddressKey* known) const {
    if (suppressed_ == 0 || address.empty()) return std::nullopt;
    const auto key =
        known != nullptr ? *known : key_of(scope_of(channel.kind), channel.kind, address);
    if (suppresses(key)) return find(key);
    if (channel_scopes_ == 0) return std::nullopt;
    const auto own =
        key_of(std::string(model::kChannelScope) + channel.name, channel.kind, address);
    return suppresses(own) ? find(own) : std::nullopt;
}

std::vector<AddressList::Count> AddressList::counts() const {
    std::vector<Count> out;
    for (const auto& [note, number] : note_numbers_) {
        if (note_counts_[number] > 0)
            out.push_back({note.scope, note.reason, note.source, note_counts_[number]});
    }
    return out;
}

std::uint64_t AddressList::hash() const {
    std::uint64_t sum = 0;  // of parts: the order in the table tells of its past
    for (const Slot& slot : slots_) {
        if (slot.state == Slot::State::empty) continue;
        const Note& note = notes_[slot.note];
        ByteWriter all;
        all.raw(text_of(slot.key));
        all.svarint(slot.since);
        all.u8(static_cast<std::uint8_t>(slot.state));
        for (const std::string& text : {note.scope, note.reason, source_of(slot)})
            all.text(text);
        sum += hash64(all.bytes());
    }
    return sum;
}

bool AddressList::is_first_word(const model::AddressRow& row) {
    // To let go of what is not held is no news, but for what an older text may say yet.
    return row.suppressed || row.source == kTexted;
}

bool AddressList::is_texted_later(const Slot& known, const model::AddressRow& row) const {
    const std::int64_t at = micros_of(row.since);
    return at > known.since || (at == known.since && row.suppressed);
}

bool AddressList::change(const model::AddressRow& row) {
    using State = Slot::State;
    const Slot* known = slot_of(row.key);
    const State before = known == nullptr ? State::empty : known->state;
    const State after = row.suppressed ? State::suppressed : State::released;
    if (before == State::empty) {
        if (!is_first_word(row)) return false;
    } else {
        const Note& note = notes_[known->note];
        if (row.source == kTexted) {
            if (note.source == kTexted && !is_texted_later(*known, row)) return false;
            if (before == State::suppressed && note.reason != kAskedToStop) return false;
        } else if (before == after) {
            const bool worse = after == State::suppressed && is_of_provider(row.reason) &&
                               !is_of_provider(note.reason);
            if (!worse) return false;
        }
    }
    grow();
    const auto message = message_in(row.source);
    const std::uint32_t note =
        note_of({row.scope, row.reason, message ? std::string(kMessage) : row.source});
    if (message) {
        messages_[row.key] = *message;
    } else {
        messages_.erase(row.key);
    }
    Slot& slot = place_of(row.key);
    if (before == State::empty) ++used_;
    if (before == State::suppressed) {
        --suppressed_;
        --note_counts_[slot.note];
    }
    if (after == State::suppressed) {
        ++suppressed_;
        ++note_counts_[note];
        if (before != State::suppressed && row.scope.starts_with(model::kChannelScope))
            ++channel_scopes_;
    }
    slot = {row.key, micros_of(row.since), note, after};
    return true;
}

void AddressList::apply(const model::SuppressAddresses& said, Instant at,
                        model::LogPosition position) {
    for (const model::SuppressAddresses::Item& item : said.items) {
        if (item.scope == kHeardScope && slot_of(item.key) != nullptr) return;
    }
    for (std::size_t i = 0; i < said.items.size(); ++i) {
        const model::SuppressAddresses::Item& item = said.items[i];
        model::AddressRow row{position,
                              static_cast<std::uint32_t>(i),
                              item.key,
                              item.scope,
                              said.suppressed && item.scope != kHeardScope,
                              item.reason,
                              said.source,
                              item.since == Instant{} ? at : item.since,
                              at};
        if (change(row)) changes_.push_back(std::move(row));
    }
}

void AddressList::restore(const model::AddressRow& row) {
    change(row);
}

model::AddressCheckpoint AddressList::take_changes(model::LogPosition upto, std::size_t most) {
    model::AddressCheckpoint out;
    while (!changes_.empty() && changes_.front().position <= upto) {
        // A command is taken whole: the next may begin where this one ends.
        if (out.rows.size() >= most && out.rows.back().position != changes_.front().position) break;
        out.rows.push_back(std::move(changes_.front()));
        changes_.pop_front();
    }
    if (out.rows.empty()) return out;
    out.applied = changes_.empty() || changes_.front().position > upto
                      ? std::max(out.rows.back().position, upto)
                      : out.rows.back().position;
    out.pepper = pepper_;
    return out;
}

}  // namespace journey::core
