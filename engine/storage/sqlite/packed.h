#pragma once
// Bytes made small for the disk. Private to the room.

#include "engine/base/base.h"

namespace journey::storage::sqlite {

/// One frame of zstd, or the bytes themselves where that is shorter; a frame's magic tells which,
/// and bytes that begin with it are always in a frame.
Bytes packed(std::string_view bytes);
/// `storage_failed` for a damaged frame.
Result<Bytes> unpacked(std::string_view bytes);

}  // namespace journey::storage::sqlite
