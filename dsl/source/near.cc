#include "dsl/source/near.h"

#include "engine/base/base.h"

#include <algorithm>
#include <set>

namespace journey::source {

NameIndex::NameIndex(std::span<const std::string> names) {
    names_.reserve(names.size());
    for (const std::string& name : names)
        names_.push_back(entry_of(name));
    std::sort(names_.begin(), names_.end(), [](const Entry& a, const Entry& b) {
        return a.length != b.length ? a.length < b.length : a.name < b.name;
    });
}

NameIndex::Entry NameIndex::entry_of(std::string_view name) {
    Entry made{std::string(name), count_code_points(name), {}};
    for (std::size_t at = 0; at < name.size(); ++at) {
        auto byte = static_cast<unsigned char>(name[at]);
        // One place a letter, by its first byte, so that one edit changes one place on each side.
        if ((byte & 0xC0U) == 0x80) continue;
        if (byte >= 'A' && byte <= 'Z') byte = static_cast<unsigned char>(byte - 'A' + 'a');
        std::uint8_t& count = made.letters[byte % made.letters.size()];
        if (count < 0xFF) ++count;
    }
    return made;
}

// Letters that one name has and the other lacks: each needs an edit of its own.
std::size_t NameIndex::least_distance(const Letters& a, const Letters& b) {
    std::size_t more = 0;
    std::size_t fewer = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        more += static_cast<std::size_t>(a[i] > b[i] ? a[i] - b[i] : 0);
        fewer += static_cast<std::size_t>(b[i] > a[i] ? b[i] - a[i] : 0);
    }
    return std::max(more, fewer);
}

std::vector<std::string> NameIndex::near(std::string_view name) const {
    constexpr std::size_t kShown = 3;
    const Entry wanted = entry_of(name);
    const std::size_t size = wanted.length;
    std::set<std::pair<std::size_t, std::string_view>> best;
    const auto consider = [&](const Entry& entry) {
        const std::size_t longer = std::max(size, entry.length);
        const std::size_t shorter = std::min(size, entry.length);
        std::size_t most = std::min((longer + 2) / 3, shorter == 0 ? 0 : longer - 1);
        if (best.size() == kShown) most = std::min(most, best.rbegin()->first);
        if (longer - shorter > most || entry.name == name) return;
        if (least_distance(wanted.letters, entry.letters) > most) return;
        const std::size_t distance = edit_distance(name, entry.name);
        if (distance > most) return;
        best.emplace(distance, entry.name);
        if (best.size() > kShown) best.erase(std::prev(best.end()));
    };
    // From the same length outwards, so that near ones are found first and spare us far ones.
    const auto middle = std::lower_bound(
        names_.begin(), names_.end(), size,
        [](const Entry& entry, std::size_t length) { return entry.length < length; });
    auto up = middle;
    auto down = middle;
    while (up != names_.end() || down != names_.begin()) {
        const std::size_t above = up == names_.end() ? SIZE_MAX : up->length - size;
        const std::size_t below =
            down == names_.begin() ? SIZE_MAX : size - std::prev(down)->length;
        const std::size_t next = std::min(above, below);
        const bool full = best.size() == kShown && next > best.rbegin()->first;
        if (full || next > (size + next + 2) / 3) break;
        consider(above <= below ? *up++ : *--down);
    }
    std::vector<std::string> names;
    for (const auto& [distance, found] : best)
        names.emplace_back(found);
    return names;
}

}  // namespace journey::source
