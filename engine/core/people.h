#pragma once
// Private to core. The people of one partition. Most of them do nothing for days: these rest as the
// bytes that are stored of them, a third of what they are when open; of those who rest longest and
// are in a durable checkpoint, only the id is kept, and the store gives the bytes back when something
// happens to them. Who is asked about is opened, and rests again when others were asked about since.
// None of it is state: who is where changes no answer.
//
//   open ──others were asked about──► resting ──longer still, and saved──► stored
//     ▲ ▲                                │                                    │
//     │ └────────── asked about ─────────┘                                    │
//     └──────────── asked about: fetched ─────────────────────────────────────┘

#include "engine/core/blocks.h"
#include "engine/core/core.h"
#include "engine/core/person.h"

#include <deque>
#include <functional>

namespace journey::core {

/// What is known of people without opening them.
enum class Trait : std::uint8_t {
    dirty = 1,        // changed since the last checkpoint
    aimed = 2,        // Person::scheduled is not the next thing that is due
    undeclared = 4,   // traits no program declares
    inside = 8,       // entries
    unfinished = 16,  // intents or calls
    unknown = 32,     // messages whose fate is unknown
    saving = 64,      // in a checkpoint that is not durable yet
    warm = 128,       // asked about more than once, or since the second clock came by
};

class People {
  public:
    /// How a person is written, and read again. What `write` wrote can always be read.
    struct Form {
        std::function<void(const Person&, ByteWriter&)> write;
        std::function<void(std::string_view, Person&)> read;
        /// From the store; throws StoreFailed. Absent: everybody stays.
        std::function<void(model::PersonId, Person&)> fetch;
        /// Called before anybody is handed out to be changed, while tell_changes() is on.
        std::function<void(model::PersonId)> changes = {};
        /// Whether a checkpoint opens and seals chapters of this one.
        std::function<bool(const Person&)> is_long = {};
    };
    /// `bytes`: about how many all of them may take.
    People(Form form, std::size_t bytes);
    ~People();
    People(const People&) = delete;
    People& operator=(const People&) = delete;

    bool knows(model::PersonId id) const { return index_of(id) != kNobody; }
    void tell_changes(bool on) { tells_changes_ = on; }
    /// Opens. The person stays where it is until rest().
    Person* find(model::PersonId id);
    /// Opens nobody: who rests or is stored is read into `room`.
    const Person* peek(model::PersonId id, Person& room) const;
    Person& add(model::PersonId id, std::string external_id);
    /// Somebody that find() gave, who is nobody from now on.
    void remove(Person& person);
    /// Resting from the beginning, or stored when there is no room; `bytes` is what was read into
    /// `person`, and what the store has.
    void add_resting(const Person& person, std::string_view bytes);
    /// Nobody holds a Person of find() or add() any more: some of those who were not asked about for
    /// long rest again, or are stored. Cost: nothing, or a few people written.
    void rest();
    /// For a checkpoint, which has what the person is now: `bytes` of who rests is what would be
    /// written, else empty; then the person may be given other chapters. Every take() is followed by
    /// its give_back(). `place` is what saved() wants when the store has it.
    struct Taken {
        Person* person = nullptr;
        std::string_view bytes;
        std::uint32_t place = 0;
        bool rested = false;
    };
    Taken take(model::PersonId id, Person& room);
    void give_back(const Taken& taken);
    void saved(std::uint32_t place);
    /// As rest(), until no more room can be made.
    void make_room();

    std::size_t size() const { return places_.size() - gone_; }
    /// Of everybody, or of those who have the trait; by id.
    std::vector<model::PersonId> ids() const;
    std::vector<model::PersonId> ids(Trait trait) const;

    PeopleMemory memory() const;
    /// A checkpoint would make room that is needed.
    bool wants_checkpoint() const;

  private:
    static constexpr std::uint32_t kNobody = 0xffffffffu;
    struct Slot {
        std::uint32_t tag = 0;  // of the id's bits, those that do not choose the slot
        std::uint32_t index = kNobody;
    };
    struct Resting {
        std::uint8_t traits = 0;
        std::size_t traits_at = 0;
        Instant scheduled = kNever;  // when Trait::aimed
        std::string_view bytes;
        std::size_t size = 0;  // of the block
    };
    // A place points to a Person or to a block: length:varint traits:u8 [ scheduled:u64 ] bytes; of
    // somebody stored the bytes are id:u64. Its lowest bits say which.
    using Place = std::uintptr_t;
    static constexpr Place kGone = 0;  // was removed; the place stays empty until the next start
    static constexpr Place kOpen = 1;
    static constexpr Place kStored = 2;
    static constexpr Place kUnsaved = 4;  // resting, and not as the store has it
    static constexpr Place kKinds = 7;
    static bool is_open(Place place) { return (place & kOpen) != 0; }
    static bool is_stored(Place place) { return (place & kStored) != 0; }
    static Person* person_at(Place place) { return reinterpret_cast<Person*>(place & ~kKinds); }
    static char* block_at(Place place) { return reinterpret_cast<char*>(place & ~kKinds); }
    static Resting resting_at(Place place);
    static model::PersonId id_at(Place place);
    static std::uint8_t traits_of(const Person& person);

    std::uint32_t index_of(model::PersonId id) const;
    void enlist(model::PersonId id, Place place);
    void put_slot(model::PersonId id, std::uint32_t index);
    void empty_slot(model::PersonId id);
    /// Of somebody who is not open.
    void read(Place place, Person& person) const;
    Person& open(std::uint32_t index);
    /// As read() read it.
    Person& open(std::uint32_t index, std::unique_ptr<Person> person);
    /// A block that says this.
    Place packed(const Person& person, std::uint8_t traits, std::string_view bytes);
    Place block_of(const Resting& head, std::string_view bytes);
    void close(std::uint32_t index);
    void store(Place& place, const Resting& resting);
    void set_traits(std::uint32_t index, std::uint8_t traits);
    /// Into the counts below, or out of them; only places that are not open.
    void count(Place place);
    void discount(Place place);
    void weigh(Person& person);
    std::size_t bytes() const;
    /// Bytes those may take who are open.
    std::size_t most_open() const;
    bool store_one();

    Form form_;
    bool tells_changes_ = false;
    std::size_t most_;
    std::deque<Place> places_;  // in order of arrival, which a restart changes: not for decisions
    std::size_t gone_ = 0;
    std::vector<Slot> slots_;
    Blocks blocks_;
    std::vector<std::uint32_t> open_;
    std::size_t open_bytes_ = 0;
    std::size_t unsaved_bytes_ = 0;
    std::size_t idle_ = 0;  // resting, and as the store has them
    std::size_t stored_ = 0;
    mutable std::uint64_t fetched_ = 0;
    std::size_t hand_ = 0;        // of a clock over open_: who was asked about is passed over once
    std::size_t store_hand_ = 0;  // of a clock over places_
    ByteWriter bytes_;
    ByteWriter head_;
};

}  // namespace journey::core
