#include "engine/core/people.h"

namespace journey::core {

std::size_t People::slot_of(model::PersonId id) const {
    // Person ids are the head of a SHA-256, but the partition took the low bits: mix before
    // masking.
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = static_cast<std::size_t>((id.number * 0x9e3779b97f4a7c15u) >> 20) & mask;
    while (slots_[slot].index != 0 && slots_[slot].id != id)
        slot = (slot + 1) & mask;
    return slot;
}

Person* People::find(model::PersonId id) {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[slot_of(id)];
    return slot.index == 0 ? nullptr : &people_[slot.index - 1];
}

Person& People::add(model::PersonId id, std::string external_id) {
    if ((people_.size() + 1) * 5 > slots_.size() * 3) grow();
    Person& person = people_.emplace_back();
    person.id = id;
    person.external_id = std::move(external_id);
    slots_[slot_of(id)] = {id, static_cast<std::uint32_t>(people_.size())};
    return person;
}

void People::grow() {
    slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, Slot{});
    for (std::size_t i = 0; i < people_.size(); ++i) {
        slots_[slot_of(people_[i].id)] = {people_[i].id, static_cast<std::uint32_t>(i + 1)};
    }
}

std::vector<const Person*> People::sorted() const {
    std::vector<const Person*> out;
    out.reserve(people_.size());
    for (const Person& person : people_)
        out.push_back(&person);
    std::sort(out.begin(), out.end(),
              [](const Person* a, const Person* b) { return a->id < b->id; });
    return out;
}

}  // namespace journey::core
