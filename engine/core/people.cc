#include "engine/core/people.h"

namespace journey::core {
namespace {

/// How many are looked at, at most, for some that may rest, and for some that may be stored.
constexpr int kLooks = 8;
constexpr int kStoreLooks = 64;
constexpr int kStoredAtOnce = 4;
/// Of what the index and the ids of the stored leave of the memory of all people, for those who are
/// open; of all of it, at least; and more than kOpenMost would not make much faster.
constexpr std::size_t kOpenShare = 2;
constexpr std::size_t kOpenLeast = 8;
constexpr std::size_t kOpenMost = 16u << 20;
/// Reading a long history again costs more than its bytes weigh: such people are passed over often.
constexpr std::uint8_t kTurnsOfMany = 8;
/// A checkpoint is worth while when it makes room for this part.
constexpr std::size_t kWorthwhile = 8;

/// What keeps somebody from being stored.
constexpr auto kNotStored =
    static_cast<std::uint8_t>(Trait::dirty) | static_cast<std::uint8_t>(Trait::saving);
constexpr std::size_t kIdBytes = 8;
constexpr std::size_t kStoredBytes = 16;

std::uint64_t mixed(model::PersonId id) {
    // Person ids are the head of a SHA-256, but the partition took the low bits: mix before masking.
    return id.number * 0x9e3779b97f4a7c15u;
}

std::uint8_t bit(Trait trait) {
    return static_cast<std::uint8_t>(trait);
}

}  // namespace

People::People(Form form, std::size_t bytes) : form_(std::move(form)), most_(bytes) {}

People::~People() {
    for (const Place place : places_) {
        if (place == kGone) continue;
        if (is_open(place)) {
            delete person_at(place);
        } else {
            blocks_.give(block_at(place), resting_at(place).size);
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
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (places_[i] != kGone) put_slot(id_at(places_[i]), static_cast<std::uint32_t>(i));
    }
}

/// Who was pushed on by the one that leaves moves up, so that a search may end at an empty slot.
void People::empty_slot(model::PersonId id) {
    const std::size_t mask = slots_.size() - 1;
    const auto home_of = [&](model::PersonId who) {
        return static_cast<std::size_t>(mixed(who) >> 24) & mask;
    };
    const std::uint32_t index = index_of(id);
    std::size_t hole = home_of(id);
    while (slots_[hole].index != index)
        hole = (hole + 1) & mask;
    for (std::size_t at = (hole + 1) & mask; slots_[at].index != kNobody; at = (at + 1) & mask) {
        const std::size_t home = home_of(id_at(places_[slots_[at].index]));
        if (((at - home) & mask) < ((at - hole) & mask)) continue;
        slots_[hole] = slots_[at];
        hole = at;
    }
    slots_[hole] = Slot{};
}

People::Resting People::resting_at(Place place) {
    const char* const block = block_at(place);
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
    if (is_open(place)) return person_at(place)->id;
    // Nobody's whole state is as short as the id alone.
    const std::string_view bytes = resting_at(place).bytes;
    return bytes.size() == kIdBytes ? model::PersonId{ByteReader(bytes).u64()} : stored_id(bytes);
}

std::uint8_t People::traits_of(const Person& person) {
    std::uint8_t traits = 0;
    const auto set = [&](Trait trait, bool is) { traits |= is ? bit(trait) : std::uint8_t{0}; };
    const Acts* acts = person.any_acts();
    set(Trait::dirty, person.dirty);
    set(Trait::saving, person.saving);
    set(Trait::undeclared, person.rare_parts && !person.rare_parts->extras.empty());
    set(Trait::inside, !person.entries.empty());
    set(Trait::unfinished, !person.intents.empty() || (acts != nullptr && !acts->calls.empty()));
    set(Trait::unknown,
        std::any_of(person.messages.begin(), person.messages.end(), [](const Message& one) {
            return one.status == model::MessageStatus::unknown;
        }));
    return traits;
}

// ---------------------------------------------------------------- counting

void People::count(Place place) {
    if (is_stored(place)) {
        ++stored_;
    } else if ((place & kUnsaved) != 0) {
        unsaved_bytes_ += Blocks::rounded(resting_at(place).size);
    } else {
        ++idle_;
    }
}

void People::discount(Place place) {
    if (is_stored(place)) {
        --stored_;
    } else if ((place & kUnsaved) != 0) {
        unsaved_bytes_ -= Blocks::rounded(resting_at(place).size);
    } else {
        --idle_;
    }
}

void People::weigh(Person& person) {
    open_bytes_ -= person.weight;
    person.weight = static_cast<std::uint32_t>(std::min<std::size_t>(person.bytes(), 0xffffffffu));
    open_bytes_ += person.weight;
}

std::size_t People::bytes() const {
    return places_.size() * sizeof(Place) + slots_.size() * sizeof(Slot) + open_bytes_ +
           blocks_.bytes_in_use();
}

PeopleMemory People::memory() const {
    PeopleMemory out;
    out.bytes = bytes();
    out.held_bytes = out.bytes - blocks_.bytes_in_use() + blocks_.bytes_held();
    out.unsaved_bytes = unsaved_bytes_;
    out.open = open_.size();
    out.stored = stored_;
    out.fetched = fetched_;
    return out;
}

std::size_t People::most_open() const {
    const std::size_t fixed =
        places_.size() * sizeof(Place) + slots_.size() * sizeof(Slot) + stored_ * kStoredBytes;
    const std::size_t left = most_ - std::min(most_, fixed);
    return std::min(std::max(left / kOpenShare, most_ / kOpenLeast), kOpenMost);
}

bool People::wants_checkpoint() const {
    return form_.fetch && bytes() > most_ && unsaved_bytes_ > most_ / kWorthwhile;
}

// ---------------------------------------------------------------- opening, resting, storing

People::Place People::block_of(const Resting& head, std::string_view bytes) {
    head_.clear();
    head_.varint(bytes.size());
    head_.u8(head.traits);
    if ((head.traits & bit(Trait::aimed)) != 0) head_.i64(micros_of(head.scheduled));
    char* const block = blocks_.take(head_.size() + bytes.size());
    std::memcpy(block, head_.bytes().data(), head_.size());
    std::memcpy(block + head_.size(), bytes.data(), bytes.size());
    return reinterpret_cast<Place>(block);
}

People::Place People::packed(const Person& person, std::uint8_t traits, std::string_view bytes) {
    Resting head;
    head.traits = traits;
    if (person.scheduled != person.next_due()) {
        head.traits |= bit(Trait::aimed);
        head.scheduled = person.scheduled;
    }
    const bool unsaved = (traits & kNotStored) != 0;
    return block_of(head, bytes) | (unsaved ? kUnsaved : 0);
}

void People::read(Place place, Person& person) const {
    const Resting resting = resting_at(place);
    if (is_stored(place)) {
        ++fetched_;
        form_.fetch(id_at(place), person);
    } else {
        form_.read(resting.bytes, person);
    }
    person.dirty = (resting.traits & bit(Trait::dirty)) != 0;
    person.saving = (resting.traits & bit(Trait::saving)) != 0;
    person.scheduled =
        (resting.traits & bit(Trait::aimed)) != 0 ? resting.scheduled : person.next_due();
}

Person& People::open(std::uint32_t index) {
    auto person = std::make_unique<Person>();
    read(places_[index], *person);
    return open(index, std::move(person));
}

Person& People::open(std::uint32_t index, std::unique_ptr<Person> person) {
    const Place place = places_[index];
    discount(place);
    const Resting resting = resting_at(place);
    // Who was asked about before is at home here sooner than one who comes once.
    person->finds = (resting.traits & bit(Trait::warm)) != 0 ? 1 : 0;
    blocks_.give(block_at(place), resting.size);
    open_.push_back(index);
    weigh(*person);
    places_[index] = reinterpret_cast<Place>(person.get()) | kOpen;
    return *person.release();
}

void People::close(std::uint32_t index) {
    Person* const person = person_at(places_[index]);
    bytes_.clear();
    form_.write(*person, bytes_);
    std::uint8_t traits = traits_of(*person);
    if (person->finds > 1) traits |= bit(Trait::warm);
    places_[index] = packed(*person, traits, bytes_.bytes());
    count(places_[index]);
    open_bytes_ -= person->weight;
    delete person;
}

void People::store(Place& place, const Resting& resting) {
    head_.clear();
    head_.u64(id_at(place).number);
    const Bytes id = head_.bytes();
    discount(place);
    const Place stored = block_of(resting, id) | kStored;
    blocks_.give(block_at(place), resting.size);
    place = stored;
    count(place);
}

Person* People::find(model::PersonId id) {
    const std::uint32_t index = index_of(id);
    if (index == kNobody) return nullptr;
    if (tells_changes_) form_.changes(id);
    Person& person = is_open(places_[index]) ? *person_at(places_[index]) : open(index);
    person.turns = person.history.is_indexed() ? kTurnsOfMany : 1;
    weigh(person);  // whoever never rests grows all the same
    if (person.finds < 2) ++person.finds;
    return &person;
}

const Person* People::peek(model::PersonId id, Person& room) const {
    const std::uint32_t index = index_of(id);
    if (index == kNobody) return nullptr;
    if (is_open(places_[index])) return person_at(places_[index]);
    room = Person();
    read(places_[index], room);
    return &room;
}

Person& People::add(model::PersonId id, std::string external_id) {
    auto person = std::make_unique<Person>();
    person->id = id;
    person->external_id = std::move(external_id);
    person->turns = 1;
    weigh(*person);
    open_.push_back(static_cast<std::uint32_t>(places_.size()));
    enlist(id, reinterpret_cast<Place>(person.get()) | kOpen);
    return *person.release();
}

void People::remove(Person& person) {
    const std::uint32_t index = index_of(person.id);
    ENSURE(index != kNobody && is_open(places_[index]), "removed somebody who is not open");
    empty_slot(person.id);
    places_[index] = kGone;
    ++gone_;
    open_bytes_ -= person.weight;
    *std::find(open_.begin(), open_.end(), index) = open_.back();
    open_.pop_back();
    delete &person;
}

void People::add_resting(const Person& person, std::string_view bytes) {
    Place place = packed(person, traits_of(person), bytes);
    count(place);
    if (form_.fetch && this->bytes() > most_ - most_open()) store(place, resting_at(place));
    enlist(person.id, place);
}

void People::rest() {
    const std::size_t most_open = this->most_open();
    for (int looks = 0; open_bytes_ > most_open && !open_.empty() && looks < kLooks; ++looks) {
        if (hand_ >= open_.size()) hand_ = 0;
        Person& person = *person_at(places_[open_[hand_]]);
        if (person.turns > 0) {
            --person.turns;
            weigh(person);
            ++hand_;
            continue;
        }
        close(open_[hand_]);
        open_[hand_] = open_.back();
        open_.pop_back();
    }
    for (int some = 0; some < kStoredAtOnce && store_one(); ++some) {
    }
    if (blocks_.is_sparse()) {
        blocks_.gather([this](char*, char* to) {
            const auto block = reinterpret_cast<Place>(to);
            Place& place = places_[index_of(id_at(block))];
            place = block | (place & kKinds);
        });
    }
}

/// True: somebody is stored, and there may be more.
bool People::store_one() {
    if (!form_.fetch || bytes() <= most_) return false;
    for (int looks = 0; idle_ > 0 && looks < kStoreLooks; ++looks) {
        if (store_hand_ >= places_.size()) store_hand_ = 0;
        Place& place = places_[store_hand_++];
        if (place == kGone || (place & kKinds) != 0) continue;
        Resting resting = resting_at(place);
        const bool warm = (resting.traits & bit(Trait::warm)) != 0;
        resting.traits &= static_cast<std::uint8_t>(~bit(Trait::warm));
        block_at(place)[resting.traits_at] = static_cast<char>(resting.traits);
        if (warm) continue;
        store(place, resting);
        return true;
    }
    return false;
}

void People::make_room() {
    while (store_one()) {
    }
}

void People::set_traits(std::uint32_t index, std::uint8_t traits) {
    Place& place = places_[index];
    discount(place);
    block_at(place)[resting_at(place).traits_at] = static_cast<char>(traits);
    place = (place & ~kUnsaved) | ((traits & kNotStored) != 0 ? kUnsaved : 0);
    count(place);
}

People::Taken People::take(model::PersonId id, Person& room) {
    Taken taken;
    taken.place = index_of(id);
    const Place place = places_[taken.place];
    const auto take_open = [&](Person& person) {
        person.dirty = false;
        person.saving = form_.fetch != nullptr;
        taken.person = &person;
        return taken;
    };
    if (is_open(place)) return take_open(*person_at(place));
    ENSURE(!is_stored(place), "somebody who has changed was left to the store");
    room = Person();
    read(place, room);
    if (form_.is_long(room)) {
        taken.rested = true;
        Person& person = open(taken.place, std::make_unique<Person>(std::move(room)));
        if (person.finds > 0) ++person.finds;  // as warm as it was
        return take_open(person);
    }
    const Resting resting = resting_at(place);
    taken.person = &room;
    taken.bytes = resting.bytes;
    const std::uint8_t saving = form_.fetch ? bit(Trait::saving) : std::uint8_t{0};
    set_traits(taken.place,
               static_cast<std::uint8_t>((resting.traits & ~bit(Trait::dirty)) | saving));
    return taken;
}

void People::give_back(const Taken& taken) {
    if (!taken.rested) return;
    close(taken.place);
    open_.pop_back();
}

void People::saved(std::uint32_t index) {
    const Place place = places_[index];
    if (place == kGone) return;
    if (is_open(place)) {
        person_at(place)->saving = false;
        return;
    }
    set_traits(index, static_cast<std::uint8_t>(resting_at(place).traits & ~bit(Trait::saving)));
}

std::vector<model::PersonId> People::ids() const {
    std::vector<model::PersonId> out;
    out.reserve(size());
    for (const Place place : places_) {
        if (place != kGone) out.push_back(id_at(place));
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<model::PersonId> People::ids(Trait trait) const {
    std::vector<model::PersonId> out;
    for (const Place place : places_) {
        if (place == kGone) continue;
        const std::uint8_t traits =
            is_open(place) ? traits_of(*person_at(place)) : resting_at(place).traits;
        if ((traits & bit(trait)) != 0) out.push_back(id_at(place));
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace journey::core
