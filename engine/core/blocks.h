#pragma once
// Private to core. Memory for very many small blocks of bytes: no header of their own, in slabs that
// hold blocks of one size. Sizes grow by 8 bytes, later by an eighth. A slab nobody needs serves
// another size, and the owner can gather the blocks of half empty ones.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace journey::core {

class Blocks {
  public:
    /// Blocks of more bytes are the system's.
    static constexpr std::size_t kLargest = 1024;

    Blocks();
    ~Blocks();
    Blocks(const Blocks&) = delete;
    Blocks& operator=(const Blocks&) = delete;

    /// Aligned to 8 bytes; `size` > 0.
    char* take(std::size_t size);
    /// `size` as it was asked for. Large blocks must be given back before the end.
    void give(char* block, std::size_t size);

    /// Of the blocks that are taken, rounded up as they are.
    std::size_t bytes_in_use() const { return in_use_; }
    /// From the system; at most about a quarter more than is in use while the owner gathers.
    std::size_t bytes_held() const { return held_; }
    /// Much of what is held is room between blocks.
    bool is_sparse() const { return spare_ > in_use_ / 4 + kAlwaysSpare; }
    /// Empties a slab of a size that has much room. `moved` is told of each of its blocks where it
    /// stands now; the old place is gone.
    void gather(const std::function<void(char* from, char* to)>& moved);

    /// What a block of that size takes.
    static std::size_t rounded(std::size_t size);

  private:
    struct Slab;
    static constexpr std::size_t kSlabBytes = 16 * 1024;
    static constexpr std::size_t kSlabsAtOnce = 16;
    static constexpr std::size_t kAlwaysSpare = 256 * 1024;
    static constexpr std::size_t kClasses = 40;
    struct Class {
        Slab* first = nullptr;  // of those with room
        std::size_t spare = 0;  // bytes in them
    };
    struct Freed {
        void operator()(char* memory) const;
    };

    static std::size_t class_of(std::size_t size);
    static std::size_t size_of_class(std::size_t number);
    static Slab* slab_of(char* block);
    Slab* fresh_slab(std::size_t number);
    char* take_from(Slab& slab);
    void retire(Slab& slab);
    void link(Slab& slab);
    void unlink(Slab& slab);
    void note_spare(std::size_t number, std::ptrdiff_t bytes);

    std::array<Class, kClasses> classes_{};
    std::vector<std::unique_ptr<char, Freed>> regions_;
    Slab* empty_ = nullptr;
    std::size_t in_use_ = 0;
    std::size_t held_ = 0;
    std::size_t spare_ = 0;
};

}  // namespace journey::core
