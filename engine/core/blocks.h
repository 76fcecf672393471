#pragma once
// Private to core. Memory for very many small blocks of bytes: no header, sizes rounded up to 8 bytes,
// in slabs that are kept for blocks of the same size.

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace journey::core {

class Blocks {
  public:
    /// Blocks of more bytes are the system's, and the owner's to give back.
    static constexpr std::size_t kLargest = 1024;

    Blocks() = default;
    Blocks(const Blocks&) = delete;
    Blocks& operator=(const Blocks&) = delete;

    /// Aligned to 8 bytes; `size` > 0.
    char* take(std::size_t size);
    /// `size` as it was asked for.
    void give(char* block, std::size_t size);

  private:
    static constexpr std::size_t kUnit = 8;
    static constexpr std::size_t kSlab = 64 * 1024;
    static std::size_t class_of(std::size_t size) { return (size - 1) / kUnit; }

    std::array<char*, kLargest / kUnit> free_{};  // by class; each block holds the next one
    std::vector<std::unique_ptr<char[]>> slabs_;
};

}  // namespace journey::core
