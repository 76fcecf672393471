#pragma once
// Ids are types: an EntryId is not a PersonId, and neither turns into an integer by itself.

#include <compare>
#include <cstdint>
#include <functional>

namespace journey {

template <typename Tag, typename Number = std::uint64_t>
struct Id {
    Number number{};
    friend auto operator<=>(Id, Id) = default;
};

}  // namespace journey

template <typename Tag, typename Number>
struct std::hash<journey::Id<Tag, Number>> {
    std::size_t operator()(journey::Id<Tag, Number> id) const noexcept {
        return std::hash<Number>{}(id.number);
    }
};
