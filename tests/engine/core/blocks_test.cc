#include "engine/core/blocks.h"

#include "engine/base/base.h"

#include <catch2/catch.hpp>
#include <cstring>

using namespace journey;
using namespace journey::core;

namespace {

struct Kept {
    char* block = nullptr;
    std::size_t size = 0;
    char mark = 0;
};

void fill(const Kept& kept) {
    std::memset(kept.block, kept.mark, kept.size);
}
bool is_whole(const Kept& kept) {
    return std::all_of(kept.block, kept.block + kept.size,
                       [&](char byte) { return byte == kept.mark; });
}

}  // namespace

TEST_CASE("a block is as large as was asked, aligned, and rounded by an eighth at most", "[core]") {
    Blocks blocks;
    std::vector<Kept> all;
    std::size_t in_use = 0;
    for (std::size_t size = 1; size <= Blocks::kLargest + 40; ++size) {
        Kept& kept = all.emplace_back(Kept{blocks.take(size), size, static_cast<char>(size)});
        fill(kept);
        CHECK(reinterpret_cast<std::uintptr_t>(kept.block) % 8 == 0);
        CHECK(Blocks::rounded(size) >= size);
        CHECK(Blocks::rounded(size) <= size + std::max<std::size_t>(16, size / 8));
        in_use += Blocks::rounded(size);
    }
    CHECK(blocks.bytes_in_use() == in_use);
    for (const Kept& kept : all) {
        CHECK(is_whole(kept));
        blocks.give(kept.block, kept.size);
    }
    CHECK(blocks.bytes_in_use() == 0);
    CHECK(blocks.bytes_held() == 0);
}

TEST_CASE("blocks keep their bytes while others come, go and are gathered", "[core]") {
    Blocks blocks;
    Rng rng(7);
    std::vector<Kept> all;
    // Blocks grow from phase to phase, so that the room left by small ones is of no use to them.
    for (std::size_t phase = 1; phase <= 12; ++phase) {
        for (int i = 0; i < 4000; ++i) {
            if (all.size() > 3000 || (!all.empty() && rng.chance(0.3))) {
                const std::size_t at = rng.below(all.size());
                CHECK(is_whole(all[at]));
                blocks.give(all[at].block, all[at].size);
                all[at] = all.back();
                all.pop_back();
            }
            const std::size_t size = phase * 60 + rng.below(60);
            fill(
                all.emplace_back(Kept{blocks.take(size), size, static_cast<char>(rng.below(256))}));
            if (!blocks.is_sparse()) continue;
            blocks.gather([&](char* from, char* to) {
                const auto kept = std::find_if(all.begin(), all.end(),
                                               [&](const Kept& one) { return one.block == from; });
                REQUIRE(kept != all.end());
                kept->block = to;
            });
        }
        CHECK(blocks.bytes_held() <= blocks.bytes_in_use() * 5 / 4 + 512 * 1024);
    }
    for (const Kept& kept : all) {
        CHECK(is_whole(kept));
        blocks.give(kept.block, kept.size);
    }
    CHECK(blocks.bytes_in_use() == 0);
}
