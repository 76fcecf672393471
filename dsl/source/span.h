#pragma once
// A range of bytes in one file. Everything the compiler keeps about places is this; lines and
// columns are computed when a person asks.

#include "engine/base/base.h"

#include <algorithm>
#include <compare>
#include <cstdint>

namespace journey::source {

struct FileTag {};
using FileId = Id<FileTag, std::uint32_t>;

/// Half open, in bytes of the decoded text (Source::text). `begin <= end`.
struct Span {
    FileId file;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    std::uint32_t size() const { return end - begin; }
    bool empty() const { return begin == end; }
    bool contains(std::uint32_t offset) const { return begin <= offset && offset < end; }
    friend auto operator<=>(const Span&, const Span&) = default;
};

/// From the start of `first` to the end of `last`; both in one file.
inline Span join(const Span& first, const Span& last) {
    return {first.file, std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

}  // namespace journey::source
