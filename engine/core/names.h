#pragma once
// Names with numbers that never change: the first name met is 0, and none is ever taken back.

#include "engine/base/base.h"

#include <unordered_map>

namespace journey::core {

struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept {
        return static_cast<std::size_t>(hash64(name));
    }
};

/// std::string keys that may be asked for by string_view.
template <typename T>
using NameMap = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

class NameTable {
  public:
    static constexpr std::uint32_t kNone = 0xffffffffu;

    std::uint32_t number_of(std::string_view name) {
        const auto found = numbers_.find(name);
        if (found != numbers_.end()) return found->second;
        const auto number = static_cast<std::uint32_t>(names_.size());
        names_.emplace_back(name);
        numbers_.emplace(names_.back(), number);
        return number;
    }
    std::uint32_t find(std::string_view name) const {
        const auto found = numbers_.find(name);
        return found == numbers_.end() ? kNone : found->second;
    }
    const std::string& name(std::uint32_t number) const { return names_[number]; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(names_.size()); }

  private:
    std::vector<std::string> names_;
    NameMap<std::uint32_t> numbers_;
};

}  // namespace journey::core
