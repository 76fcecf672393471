#pragma once
// Private to core. The people of one partition. References stay valid: nobody is ever removed.

#include "engine/core/person.h"

#include <deque>

namespace journey::core {

class People {
  public:
    Person* find(model::PersonId id);
    const Person* find(model::PersonId id) const { return const_cast<People*>(this)->find(id); }
    Person& add(model::PersonId id, std::string external_id);
    std::size_t size() const { return people_.size(); }
    /// In order of arrival, which a restart changes: not for decisions.
    std::deque<Person>& all() { return people_; }
    const std::deque<Person>& all() const { return people_; }
    /// By id.
    std::vector<const Person*> sorted() const;

  private:
    struct Slot {
        model::PersonId id;
        std::uint32_t index = 0;  // plus one; 0: free
    };
    void grow();
    std::size_t slot_of(model::PersonId id) const;
    std::deque<Person> people_;
    std::vector<Slot> slots_;
};

}  // namespace journey::core
