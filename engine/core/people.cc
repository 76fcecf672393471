#include "engine/core/people.h"

namespace journey::core {
namespace {

/// How many are looked at, at most, for one that may rest.
constexpr int kLooks = 8;

std::uint64_t mixed(model::PersonId id) {
    // Person ids are the head of a SHA-256, but the partition took the low bits: mix before masking.
    return id.number * 0x9e3779b97f4a7c15u;
}

std::uint8_t bit(Trait trait) {
    return static_cast<std::uint8_t>(trait);
}

}  // namespace

People::~People() {
    for (const Place place : places_) {
        if (is_open(place)) {
            delete person_at(place);
        } else {
            blocks_.give(reinterpret_cast<char*>(place), resting_at(place).size);
        }
    }
}

std::uint32_t People::index_of(model::PersonId id) const {
    if (slots_.empty()) return kNobody;
    const std::uint64_t hash = mixed(id);
    const std::size_t mask = slots_.size() - 1;
    const auto tag = static_cast<std::uint32_t>(hash);
    for (std::size_t slot = static_cast<std::size_t>(hash >> 24) & mask;;
         slot = (slot + 1) & mask) {
        const Slot& one = slots_[slot];
        if (one.index == kNobody) return kNobody;
        if (one.tag == tag && id_at(places_[one.index]) == id) return one.index;
    }
}

void People::put_slot(model::PersonId id, std::uint32_t index) {
    const std::uint64_t hash = mixed(id);
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = static_cast<std::size_t>(hash >> 24) & mask;
    while (slots_[slot].index != kNobody)
        slot = (slot + 1) & mask;
    slots_[slot] = {static_cast<std::uint32_t>(hash), index};
}

void People::enlist(model::PersonId id, Place place) {
    ENSURE(places_.size() < kNobody, "a partition holds at most 4 billion people");
    places_.push_back(place);
    if (places_.size() * 4 <= slots_.size() * 3)
        return put_slot(id, static_cast<std::uint32_t>(places_.size() - 1));
    slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, Slot{});
    for (std::size_t i = 0; i < places_.size(); ++i)
        put_slot(id_at(places_[i]), static_cast<std::uint32_t>(i));
}

People::Resting People::resting_at(Place place) {
    const auto* block = reinterpret_cast<const char*>(place);
    std::size_t length = 0;
    std::size_t at = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<std::uint8_t>(block[at++]);
        length |= static_cast<std::size_t>(byte & 0x7f) << shift;
        if (byte < 0x80) break;
    }
    Resting out;
    out.traits_at = at;
    out.traits = static_cast<std::uint8_t>(block[at++]);
    if ((out.traits & bit(Trait::aimed)) != 0) {
        out.scheduled = instant_of(ByteReader({block + at, 8}).i64());
        at += 8;
    }
    out.bytes = {block + at, length};
    out.size = at + length;
    return out;
}

model::PersonId People::id_at(Place place) {
    return is_open(place) ? person_at(place)->id : stored_id(resting_at(place).bytes);
}

std::uint8_t People::traits_of(const Person& person) {
    std::uint8_t traits = 0;
    const auto set = [&](Trait trait, bool is) { traits |= is ? bit(trait) : std::uint8_t{0}; };
    const Acts* acts = person.any_acts();
    set(Trait::dirty, person.dirty);
    set(Trait::undeclared, person.rare_parts && !person.rare_parts->extras.empty());
    set(Trait::inside, !person.entries.empty());
    set(Trait::unfinished, !person.intents.empty() || (acts != nullptr && !acts->calls.empty()));
    set(Trait::unknown,
        std::any_of(person.messages.begin(), person.messages.end(), [](const Message& one) {
            return one.status == model::MessageStatus::unknown;
        }));
    return traits;
}

People::Place People::packed(const Person& person, std::string_view bytes) {
    std::uint8_t traits = traits_of(person);
    const bool aimed = person.scheduled != person.next_due();
    if (aimed) traits |= bit(Trait::aimed);
    head_.clear();
    head_.varint(bytes.size());
    head_.u8(traits);
    if (aimed) head_.i64(micros_of(person.scheduled));
    char* const block = blocks_.take(head_.size() + bytes.size());
    std::memcpy(block, head_.bytes().data(), head_.size());
    std::memcpy(block + head_.size(), bytes.data(), bytes.size());
    return reinterpret_cast<Place>(block);
}

void People::read(const Resting& resting, Person& person) const {
    form_.read(resting.bytes, person);
    person.dirty = (resting.traits & bit(Trait::dirty)) != 0;
    person.scheduled =
        (resting.traits & bit(Trait::aimed)) != 0 ? resting.scheduled : person.next_due();
}

Person& People::open(std::uint32_t index) {
    const Place place = places_[index];
    auto person = std::make_unique<Person>();
    const Resting resting = resting_at(place);
    read(resting, *person);
    blocks_.give(reinterpret_cast<char*>(place), resting.size);
    open_.push_back(index);
    places_[index] = reinterpret_cast<Place>(person.get()) | 1;
    return *person.release();
}

void People::close(std::uint32_t index) {
    Person* const person = person_at(places_[index]);
    bytes_.clear();
    form_.write(*person, bytes_);
    places_[index] = packed(*person, bytes_.bytes());
    delete person;
}

Person* People::find(model::PersonId id) {
    const std::uint32_t index = index_of(id);
    if (index == kNobody) return nullptr;
    Person& person = is_open(places_[index]) ? *person_at(places_[index]) : open(index);
    person.asked = true;
    return &person;
}

const Person* People::peek(model::PersonId id, Person& room) const {
    const std::uint32_t index = index_of(id);
    if (index == kNobody) return nullptr;
    if (is_open(places_[index])) return person_at(places_[index]);
    room = Person();
    read(resting_at(places_[index]), room);
    return &room;
}

Person& People::add(model::PersonId id, std::string external_id) {
    auto person = std::make_unique<Person>();
    person->id = id;
    person->external_id = std::move(external_id);
    person->asked = true;
    open_.push_back(static_cast<std::uint32_t>(places_.size()));
    enlist(id, reinterpret_cast<Place>(person.get()) | 1);
    return *person.release();
}

void People::add_resting(const Person& person, std::string_view bytes) {
    enlist(person.id, packed(person, bytes));
}

void People::rest() {
    for (int looks = 0; open_.size() > most_open_ && looks < kLooks; ++looks) {
        if (hand_ >= open_.size()) hand_ = 0;
        Person& person = *person_at(places_[open_[hand_]]);
        if (std::exchange(person.asked, false)) {
            ++hand_;
            continue;
        }
        // Reading a long history again costs more than its bytes weigh: such people stay open.
        if (person.history.size() < kIndexedFrom) close(open_[hand_]);
        open_[hand_] = open_.back();
        open_.pop_back();
    }
}

void People::unmark(model::PersonId id) {
    const Place place = places_[index_of(id)];
    if (is_open(place)) {
        person_at(place)->dirty = false;
        return;
    }
    const Resting resting = resting_at(place);
    reinterpret_cast<char*>(place)[resting.traits_at] =
        static_cast<char>(resting.traits & ~bit(Trait::dirty));
}

std::vector<model::PersonId> People::ids() const {
    std::vector<model::PersonId> out;
    out.reserve(places_.size());
    for (const Place place : places_)
        out.push_back(id_at(place));
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<model::PersonId> People::ids(Trait trait) const {
    std::vector<model::PersonId> out;
    for (const Place place : places_) {
        const std::uint8_t traits =
            is_open(place) ? traits_of(*person_at(place)) : resting_at(place).traits;
        if ((traits & bit(trait)) != 0) out.push_back(id_at(place));
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace journey::core
