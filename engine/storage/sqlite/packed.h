#pragma once
// Bytes made small for the disk. Private to the room.

#include "engine/base/base.h"

#include <memory>

struct ZSTD_CCtx_s;

namespace journey::storage::sqlite {

/// Of one thread. Kept, because to make one asks the processor what it can do, which on a virtual
/// machine costs four times what packing a short letter does (120 us of 150, as measured).
class Packer {
  public:
    Packer();
    /// One frame of zstd, or the bytes themselves where that is shorter; a frame's magic tells which,
    /// and bytes that begin with it are always in a frame.
    Bytes packed(std::string_view bytes);

  private:
    std::unique_ptr<ZSTD_CCtx_s, std::size_t (*)(ZSTD_CCtx_s*)> zstd_;
};

/// `storage_failed` for a damaged frame.
Result<Bytes> unpacked(std::string_view bytes);

}  // namespace journey::storage::sqlite
