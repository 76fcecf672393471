// The forms that the stored bytes of people and partitions are made of: lists, bounded numbers,
// enumerators, and places in programs. Private to this room.
#pragma once

#include "engine/core/machine.h"

namespace journey::core {

template <typename Items, typename One>
void put_all(ByteWriter& out, const Items& items, One one) {
    out.varint(items.size());
    for (const auto& item : items)
        one(item);
}

template <typename One>
void get_all(ByteReader& in, One one) {
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count && in.ok(); ++i)
        one();
}

// Also refuses what the catalog does not have, so that what follows need not look again.
template <typename Number>
Number number(ByteReader& in, std::size_t below) {
    const std::uint64_t value = in.varint();
    if (value >= below) in.fail();
    return in.ok() ? static_cast<Number>(value) : Number{};
}

template <typename Enum>
Enum choice(ByteReader& in, Enum last) {
    const std::uint8_t value = in.u8();
    if (value > static_cast<std::uint8_t>(last)) in.fail();
    return in.ok() ? static_cast<Enum>(value) : Enum{};
}

// Where in which program an entry or a message stands.
template <typename Place>
const ir::State* get_place(ByteReader& in, const Catalog& catalog, Place& place) {
    place.program = number<std::uint16_t>(in, catalog.programs.size());
    if (!in.ok()) return nullptr;
    const ir::Program& program = *catalog.at(place.program).program;
    place.journey = number<std::uint32_t>(in, program.journeys.size());
    if (!in.ok()) return nullptr;
    const ir::Journey& journey = program.journeys[place.journey];
    place.state = number<std::uint16_t>(in, journey.states.size());
    return in.ok() ? &journey.states[place.state] : nullptr;
}

template <typename Place>
void put_place(ByteWriter& out, const Place& place) {
    out.varint(place.program);
    out.varint(place.journey);
    out.varint(place.state);
}

// An instant as the microseconds after another; exact however far apart they are.
inline void put_since(ByteWriter& out, Instant from, Instant at) {
    out.svarint(static_cast<std::int64_t>(static_cast<std::uint64_t>(micros_of(at)) -
                                          static_cast<std::uint64_t>(micros_of(from))));
}
inline Instant get_since(ByteReader& in, Instant from) {
    return instant_of(static_cast<std::int64_t>(static_cast<std::uint64_t>(micros_of(from)) +
                                                static_cast<std::uint64_t>(in.svarint())));
}

// encode.cc
bool can_rest(Phase phase, const decltype(ir::State::act)& act);
/// How it ended, which is the same in all forms.
void get_end(ByteReader& in, const Catalog& catalog, NameTable& words, EndedEntry& ended);
/// Times are told since `base`.
void put_ended(ByteWriter& out, Instant base, const EndedEntry& one, const Catalog& catalog,
               const NameTable& words);
EndedEntry get_ended(ByteReader& in, const Catalog& catalog, Instant base, NameTable& words);
void put_message(ByteWriter& out, const Message& message);
Message get_message(ByteReader& in, const Catalog& catalog);
// encode_old.cc
Entry get_old_entry(ByteReader& in, const Catalog& catalog);
EndedEntry get_old_ended(ByteReader& in, const Catalog& catalog, NameTable& words);

}  // namespace journey::core
