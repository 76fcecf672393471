#include "engine/core/blocks.h"

#include "engine/base/base.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

namespace journey::core {

namespace {

constexpr std::size_t kUnit = 8;
constexpr std::size_t kFineMost = 128;  // sizes by 8 bytes up to here, then 8 sizes a doubling
constexpr std::size_t kFine = kFineMost / kUnit;
/// Of the system's own bookkeeping.
constexpr std::size_t kLargeHead = 16;
/// So many slabs with room are compared for the emptiest one.
constexpr int kCompared = 16;

}  // namespace

/// Stands at the beginning of the slab, whose address is a multiple of its size.
struct Blocks::Slab {
    Slab* next = nullptr;
    Slab* before = nullptr;
    std::uint16_t number = 0;  // of its class
    std::uint16_t live = 0;
    std::uint16_t most = 0;
    std::uint16_t fresh = 0;     // blocks from here on were never taken
    std::uint16_t free = kNone;  // the first of those given back; each holds the next one
    static constexpr std::uint16_t kNone = 0xffff;
    char* block(std::size_t index) {
        return reinterpret_cast<char*>(this + 1) + index * size_of_class(number);
    }
};

void Blocks::Freed::operator()(char* memory) const {
    std::free(memory);
}

Blocks::Blocks() = default;
Blocks::~Blocks() = default;

std::size_t Blocks::class_of(std::size_t size) {
    if (size <= kFineMost) return (size - 1) / kUnit;
    const auto width = static_cast<std::size_t>(std::bit_width(size - 1));
    return kFine + (width - 8) * 8 + ((size - 1) >> (width - 4)) - 8;
}

std::size_t Blocks::size_of_class(std::size_t number) {
    if (number < kFine) return (number + 1) * kUnit;
    const std::size_t doubling = (number - kFine) / 8;
    return ((number - kFine) % 8 + 9) << (doubling + 4);
}

std::size_t Blocks::rounded(std::size_t size) {
    return size > kLargest ? size + kLargeHead : size_of_class(class_of(size));
}

Blocks::Slab* Blocks::slab_of(char* block) {
    return reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(block) &
                                   ~std::uintptr_t{kSlabBytes - 1});
}

void Blocks::link(Slab& slab) {
    Slab*& first = classes_[slab.number].first;
    slab.before = nullptr;
    slab.next = first;
    if (first != nullptr) first->before = &slab;
    first = &slab;
}

void Blocks::unlink(Slab& slab) {
    (slab.before != nullptr ? slab.before->next : classes_[slab.number].first) = slab.next;
    if (slab.next != nullptr) slab.next->before = slab.before;
}

void Blocks::note_spare(std::size_t number, std::ptrdiff_t bytes) {
    classes_[number].spare += static_cast<std::size_t>(bytes);
    spare_ += static_cast<std::size_t>(bytes);
}

Blocks::Slab* Blocks::fresh_slab(std::size_t number) {
    if (empty_ == nullptr) {
        auto* region =
            static_cast<char*>(std::aligned_alloc(kSlabBytes, kSlabBytes * kSlabsAtOnce));
        if (region == nullptr) throw std::bad_alloc();
        regions_.emplace_back(region);
        for (std::size_t i = kSlabsAtOnce; i-- > 0;) {
            auto* slab = new (region + i * kSlabBytes) Slab();
            slab->next = std::exchange(empty_, slab);
        }
    }
    Slab* const slab = empty_;
    empty_ = slab->next;
    *slab = Slab();
    slab->number = static_cast<std::uint16_t>(number);
    slab->most = static_cast<std::uint16_t>((kSlabBytes - sizeof(Slab)) / size_of_class(number));
    held_ += kSlabBytes;
    note_spare(number, static_cast<std::ptrdiff_t>(slab->most * size_of_class(number)));
    link(*slab);
    return slab;
}

void Blocks::retire(Slab& slab) {
    note_spare(slab.number, -static_cast<std::ptrdiff_t>(slab.most * size_of_class(slab.number)));
    held_ -= kSlabBytes;
    slab.next = std::exchange(empty_, &slab);
}

char* Blocks::take_from(Slab& slab) {
    std::uint16_t index = slab.free;
    if (index == Slab::kNone) {
        index = slab.fresh++;
    } else {
        std::memcpy(&slab.free, slab.block(index), sizeof slab.free);
    }
    if (++slab.live == slab.most) unlink(slab);
    const std::size_t size = size_of_class(slab.number);
    in_use_ += size;
    note_spare(slab.number, -static_cast<std::ptrdiff_t>(size));
    return slab.block(index);
}

char* Blocks::take(std::size_t size) {
    ENSURE(size > 0, "a block of no bytes");
    if (size > kLargest) {
        void* memory = std::malloc(size);
        if (memory == nullptr) throw std::bad_alloc();
        in_use_ += rounded(size);
        held_ += rounded(size);
        return static_cast<char*>(memory);
    }
    const std::size_t number = class_of(size);
    Slab* const slab = classes_[number].first;
    return take_from(slab != nullptr ? *slab : *fresh_slab(number));
}

void Blocks::give(char* block, std::size_t size) {
    if (size > kLargest) {
        in_use_ -= rounded(size);
        held_ -= rounded(size);
        return std::free(block);
    }
    Slab& slab = *slab_of(block);
    const std::size_t each = size_of_class(slab.number);
    std::memcpy(block, &slab.free, sizeof slab.free);
    slab.free = static_cast<std::uint16_t>(static_cast<std::size_t>(block - slab.block(0)) / each);
    in_use_ -= each;
    note_spare(slab.number, static_cast<std::ptrdiff_t>(each));
    if (slab.live-- == slab.most) link(slab);
    if (slab.live > 0) return;
    unlink(slab);
    retire(slab);
}

void Blocks::gather(const std::function<void(char* from, char* to)>& moved) {
    const auto most_room =
        std::max_element(classes_.begin(), classes_.end(),
                         [](const Class& a, const Class& b) { return a.spare < b.spare; });
    Slab* emptiest = most_room->first;
    int compared = 0;
    for (Slab* one = emptiest; one != nullptr && compared < kCompared;
         one = one->next, ++compared) {
        if (one->live < emptiest->live) emptiest = one;
    }
    if (emptiest == nullptr) return;
    Slab& slab = *emptiest;
    const std::size_t each = size_of_class(slab.number);
    // The others would not hold them.
    if (most_room->spare < slab.most * each) return;
    unlink(slab);
    std::vector<bool> is_free(slab.fresh);
    for (std::uint16_t at = slab.free; at != Slab::kNone;) {
        is_free[at] = true;
        std::memcpy(&at, slab.block(at), sizeof at);
    }
    for (std::size_t at = 0; at < slab.fresh; ++at) {
        if (is_free[at]) continue;
        char* const to = take(each);
        std::memcpy(to, slab.block(at), each);
        moved(slab.block(at), to);
        in_use_ -= each;
        note_spare(slab.number, static_cast<std::ptrdiff_t>(each));
    }
    slab.live = 0;
    retire(slab);
}

}  // namespace journey::core
