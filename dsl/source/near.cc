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
    // Thousands of names that differ in a number alone: the nearest by their letters must do.
    constexpr std::size_t kComparedMost = 512;
    const Entry wanted = entry_of(name);
    const std::size_t size = wanted.length;
    std::vector<std::vector<const Entry*>> by_letters;  // by least_distance
    const auto shortest = std::lower_bound(
        names_.begin(), names_.end(), size - std::min(size, size / 3 + 1),
        [](const Entry& entry, std::size_t length) { return entry.length < length; });
    for (auto entry = shortest; entry != names_.end(); ++entry) {
        const std::size_t longer = std::max(size, entry->length);
        const std::size_t shorter = std::min(size, entry->length);
        const std::size_t most = std::min((longer + 2) / 3, shorter == 0 ? 0 : longer - 1);
        if (longer - shorter > most) {
            if (entry->length > size) break;  // and so are all behind it
            continue;
        }
        const std::size_t least = least_distance(wanted.letters, entry->letters);
        if (least > most || entry->name == name) continue;
        if (least >= by_letters.size()) by_letters.resize(least + 1);
        if (by_letters[least].size() < kComparedMost) by_letters[least].push_back(&*entry);
    }
    std::set<std::pair<std::size_t, std::string>> best;
    std::size_t compared = 0;
    for (std::size_t least = 0; least < by_letters.size() && compared < kComparedMost; ++least) {
        if (best.size() == kShown && least > best.rbegin()->first) break;
        std::vector<std::string> some;
        for (const Entry* entry : by_letters[least])
            some.push_back(entry->name);
        compared += some.size();
        for (const std::string& found : did_you_mean(name, some))
            best.emplace(edit_distance(name, found), found);
        while (best.size() > kShown)
            best.erase(std::prev(best.end()));
    }
    std::vector<std::string> names;
    for (const auto& [distance, found] : best)
        names.push_back(found);
    return names;
}

}  // namespace journey::source
