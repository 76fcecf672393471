#pragma once
// Private to core. The people of one partition. Most of them do nothing for days: these rest as the
// bytes that are stored of them, a third of what they are when open. Who is asked about is opened, and
// rests again when others were asked about since. Neither is state: who is open changes no answer.

#include "engine/core/blocks.h"
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
};

class People {
  public:
    /// How a person is written, and read again. What `write` wrote can always be read.
    struct Form {
        std::function<void(const Person&, ByteWriter&)> write;
        std::function<void(std::string_view, Person&)> read;
    };
    /// `open`: about how many are kept open.
    People(Form form, std::size_t open) : form_(std::move(form)), most_open_(open) {}
    ~People();
    People(const People&) = delete;
    People& operator=(const People&) = delete;

    bool knows(model::PersonId id) const { return index_of(id) != kNobody; }
    /// Opens. The person stays where it is until rest().
    Person* find(model::PersonId id);
    /// Opens nobody: who rests is read into `room`.
    const Person* peek(model::PersonId id, Person& room) const;
    Person& add(model::PersonId id, std::string external_id);
    /// Resting from the beginning; `bytes` is what was read into `person`.
    void add_resting(const Person& person, std::string_view bytes);
    /// Nobody holds a Person of find() or add() any more: some of those who were not asked about for
    /// long rest again. Cost: nothing, or a few people written.
    void rest();
    /// Not Trait::dirty any more.
    void unmark(model::PersonId id);

    std::size_t size() const { return places_.size(); }
    /// Of everybody, or of those who have the trait; by id.
    std::vector<model::PersonId> ids() const;
    std::vector<model::PersonId> ids(Trait trait) const;

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
    // A place holds a Person, marked by the lowest bit, or a block: length:varint traits:u8
    // [ scheduled:u64 ] bytes.
    using Place = std::uintptr_t;
    static bool is_open(Place place) { return (place & 1) != 0; }
    static Person* person_at(Place place) { return reinterpret_cast<Person*>(place & ~Place{1}); }
    static Resting resting_at(Place place);
    static model::PersonId id_at(Place place);
    static std::uint8_t traits_of(const Person& person);

    std::uint32_t index_of(model::PersonId id) const;
    void enlist(model::PersonId id, Place place);
    void put_slot(model::PersonId id, std::uint32_t index);
    void read(const Resting& resting, Person& person) const;
    Person& open(std::uint32_t index);
    /// A block of the person, whose bytes these are.
    Place packed(const Person& person, std::string_view bytes);
    void close(std::uint32_t index);

    Form form_;
    std::size_t most_open_;
    std::deque<Place> places_;  // in order of arrival, which a restart changes: not for decisions
    std::vector<Slot> slots_;
    Blocks blocks_;
    std::vector<std::uint32_t> open_;  // that may rest
    std::size_t hand_ = 0;  // of a clock over them: who was asked about is passed over once
    ByteWriter bytes_;
    ByteWriter head_;
};

}  // namespace journey::core
