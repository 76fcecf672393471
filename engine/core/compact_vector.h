#pragma once
// A vector that costs 8 bytes while empty: a person has many lists, most of them empty.

#include "engine/base/base.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace journey::core {

template <typename T>
class CompactVector {
    static_assert(alignof(T) <= 8);

  public:
    CompactVector() = default;
    CompactVector(CompactVector&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    CompactVector& operator=(CompactVector&& other) noexcept {
        if (this != &other) {
            clear();
            block_ = std::exchange(other.block_, nullptr);
        }
        return *this;
    }
    CompactVector(const CompactVector&) = delete;
    CompactVector& operator=(const CompactVector&) = delete;
    ~CompactVector() { clear(); }

    std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
    bool empty() const { return size() == 0; }
    T* begin() { return block_ == nullptr ? nullptr : data(); }
    T* end() { return begin() + size(); }
    const T* begin() const { return block_ == nullptr ? nullptr : data(); }
    const T* end() const { return begin() + size(); }
    T& operator[](std::size_t index) { return data()[index]; }
    const T& operator[](std::size_t index) const { return data()[index]; }
    T& back() { return data()[size() - 1]; }
    const T& back() const { return data()[size() - 1]; }

    /// Exactly, once the size is known: no room is kept for more.
    void reserve(std::size_t capacity) {
        if (capacity > room()) grow_to(capacity);
    }
    T& push_back(T value) {
        if (size() == room()) grow_to(size() < 2 ? size() + 1 : size() + size() / 2 + 1);
        T* made = new (data() + block_->size) T(std::move(value));
        ++block_->size;
        return *made;
    }
    /// Copies of `count` plain things.
    void append(const T* from, std::size_t count) {
        static_assert(std::is_trivially_copyable_v<T>);
        if (count == 0) return;
        if (size() + count > room()) grow_to(size() + std::max(count, size() / 2 + 1));
        std::memcpy(data() + block_->size, from, count * sizeof(T));
        block_->size += static_cast<std::uint32_t>(count);
    }
    T& insert(std::size_t index, T value) {
        push_back(std::move(value));
        if constexpr (std::is_trivially_copyable_v<T>) {
            const T last = back();
            std::memmove(data() + index + 1, data() + index, (size() - 1 - index) * sizeof(T));
            data()[index] = last;
        } else {
            std::rotate(begin() + index, end() - 1, end());
        }
        return data()[index];
    }
    void erase(std::size_t index) { erase_range(index, index + 1); }
    void erase_range(std::size_t from, std::size_t to) {
        if (from == to) return;
        std::move(begin() + to, end(), begin() + from);
        for (T* gone = end() - (to - from); gone != end(); ++gone)
            gone->~T();
        block_->size -= static_cast<std::uint32_t>(to - from);
        if (block_->size == 0) clear();
    }
    template <typename Predicate>
    std::size_t erase_if(Predicate predicate) {
        T* kept = std::remove_if(begin(), end(), predicate);
        const auto first = static_cast<std::size_t>(kept - begin());
        const std::size_t gone = size() - first;
        erase_range(first, size());
        return gone;
    }
    void clear() {
        if (block_ == nullptr) return;
        for (T& one : *this)
            one.~T();
        std::free(block_);
        block_ = nullptr;
    }

  private:
    struct Block {
        std::uint32_t size;
        std::uint32_t capacity;
    };
    std::size_t room() const { return block_ == nullptr ? 0 : block_->capacity; }
    T* data() { return std::launder(reinterpret_cast<T*>(block_ + 1)); }
    const T* data() const { return std::launder(reinterpret_cast<const T*>(block_ + 1)); }
    void grow_to(std::size_t capacity) {
        ENSURE(capacity < 0xffffffffu, "a person's list outgrew 32 bits");
        void* memory = std::malloc(sizeof(Block) + capacity * sizeof(T));
        if (memory == nullptr) throw std::bad_alloc();
        auto* bigger = new (memory)
            Block{static_cast<std::uint32_t>(size()), static_cast<std::uint32_t>(capacity)};
        T* target = reinterpret_cast<T*>(bigger + 1);
        for (T& one : *this) {
            new (target++) T(std::move(one));
            one.~T();
        }
        std::free(block_);
        block_ = bigger;
    }
    Block* block_ = nullptr;
};

}  // namespace journey::core
