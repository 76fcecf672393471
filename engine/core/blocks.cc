#include "engine/core/blocks.h"

#include "engine/base/base.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace journey::core {

char* Blocks::take(std::size_t size) {
    ENSURE(size > 0, "a block of no bytes");
    if (size > kLargest) {
        void* memory = std::malloc(size);
        if (memory == nullptr) throw std::bad_alloc();
        return static_cast<char*>(memory);
    }
    char*& first = free_[class_of(size)];
    if (first == nullptr) {
        const std::size_t each = (class_of(size) + 1) * kUnit;
        slabs_.push_back(std::make_unique_for_overwrite<char[]>(kSlab));
        char* const slab = slabs_.back().get();
        for (std::size_t i = kSlab / each; i-- > 0;) {
            std::memcpy(slab + i * each, &first, sizeof first);
            first = slab + i * each;
        }
    }
    char* const block = first;
    std::memcpy(&first, block, sizeof first);
    return block;
}

void Blocks::give(char* block, std::size_t size) {
    if (size > kLargest) return std::free(block);
    char*& first = free_[class_of(size)];
    std::memcpy(block, &first, sizeof first);
    first = block;
}

}  // namespace journey::core
