#include "engine/core/seen.h"

#include <bit>

namespace journey::core {
namespace {

constexpr std::size_t kLookEvery = 64;

std::uint64_t in_table(std::uint64_t hash) {
    return hash == 0 ? 1 : hash;
}

bool by_hash(const Seen& a, const Seen& b) {
    return a.hash < b.hash;
}

}  // namespace

std::size_t SeenIds::size() const {
    return is_table() ? static_cast<std::size_t>(places_[0].hash) : places_.size();
}

std::vector<Seen> SeenIds::sorted() const {
    std::vector<Seen> all;
    all.reserve(size());
    for (std::size_t i = is_table() ? 1 : 0; i < places_.size(); ++i) {
        if (!is_table() || places_[i].hash != 0) all.push_back(places_[i]);
    }
    if (is_table()) std::sort(all.begin(), all.end(), by_hash);
    return all;
}

void SeenIds::rebuild(const std::vector<Seen>& all) {
    places_.clear();
    if (all.size() <= kInOrderMost) {
        places_.append(all.data(), all.size());
        return;
    }
    const std::size_t table = std::bit_ceil(all.size() * 2);
    const std::vector<Seen> free(table + 1);
    places_.reserve(table + 1);
    places_.append(free.data(), free.size());
    for (const Seen& one : all)
        put(one);
}

void SeenIds::put(Seen one) {
    const std::size_t mask = places_.size() - 2;
    one.hash = in_table(one.hash);
    std::size_t place = static_cast<std::size_t>(one.hash) & mask;
    while (places_[place + 1].hash != 0)
        place = (place + 1) & mask;
    places_[place + 1] = one;
    ++places_[0].hash;
}

bool SeenIds::add(Seen one) {
    // A merge may bring what is older than what was forgotten here; a chapter could not hold it.
    if (one.day < forgotten_before_ && one.chapter == 0) unseal();
    if (!is_table()) {
        if (places_.empty() || places_.back().hash < one.hash) {  // as they are stored
            if (one.chapter != 0) ++sealed_;
            places_.push_back(one);
            if (is_table()) rebuild(std::vector<Seen>(places_.begin(), places_.end()));
            return true;
        }
        const Seen* behind =
            std::lower_bound(places_.begin(), places_.end(), one.hash,
                             [](const Seen& seen, std::uint64_t hash) { return seen.hash < hash; });
        if (behind != places_.end() && behind->hash == one.hash) return false;
        if (one.chapter != 0) ++sealed_;
        places_.insert(static_cast<std::size_t>(behind - places_.begin()), one);
        if (is_table()) {
            const std::vector<Seen> all(places_.begin(), places_.end());
            rebuild(all);
        }
        return true;
    }
    const std::size_t mask = places_.size() - 2;
    const std::uint64_t wanted = in_table(one.hash);
    for (std::size_t place = static_cast<std::size_t>(wanted) & mask; places_[place + 1].hash != 0;
         place = (place + 1) & mask) {
        if (places_[place + 1].hash == wanted) return false;
    }
    if (one.chapter != 0) ++sealed_;
    if (size() * 4 > mask * 3) rebuild(sorted());
    put(one);
    return true;
}

// When depends on nothing but how many there are: after a restart the same ids are known.
void SeenIds::forget_before(std::uint32_t day) {
    const std::size_t every = std::max(kLookEvery, std::bit_floor(size()) / 16);
    if (size() % every != 0) return;
    const auto goes = [&](const Seen& one) {
        if (one.day >= day) return false;
        if (one.chapter != 0) --sealed_;
        return true;
    };
    if (chapters_ > 0) forgotten_before_ = std::max(forgotten_before_, day);
    if (!is_table()) {
        places_.erase_if(goes);
        return;
    }
    std::vector<Seen> all = sorted();
    if (std::erase_if(all, goes) > 0) rebuild(all);
}

template <typename Each>
void SeenIds::for_each(Each each) {
    for (std::size_t i = is_table() ? 1 : 0; i < places_.size(); ++i) {
        if (!is_table() || places_[i].hash != 0) each(places_[i]);
    }
}

std::vector<Seen> SeenIds::seal() {
    std::vector<Seen> all;
    all.reserve(open());
    ++chapters_;
    for_each([&](Seen& one) {
        if (one.chapter != 0) return;
        one.chapter = chapters_;
        all.push_back(one);
    });
    sealed_ += static_cast<std::uint32_t>(all.size());
    std::sort(all.begin(), all.end(), by_hash);
    return all;
}

void SeenIds::unseal() {
    for_each([](Seen& one) { one.chapter = 0; });
    sealed_ = chapters_ = forgotten_before_ = 0;
}

void SeenIds::set_chapters(std::uint32_t chapters, std::uint32_t forgotten_before) {
    chapters_ = chapters;
    forgotten_before_ = forgotten_before;
}

}  // namespace journey::core
