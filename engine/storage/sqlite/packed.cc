#include "engine/storage/sqlite/packed.h"

#include <zstd.h>

namespace journey::storage::sqlite {
namespace {

constexpr std::string_view kMagic = "\x28\xb5\x2f\xfd";
constexpr int kLevel = 3;
constexpr unsigned long long kMost = 256u << 20;

}  // namespace

Packer::Packer() : zstd_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    ENSURE(zstd_ != nullptr, "no memory to pack with");
}

Bytes Packer::packed(std::string_view bytes) {
    Bytes out(ZSTD_compressBound(bytes.size()), '\0');
    const std::size_t size =
        ZSTD_compressCCtx(zstd_.get(), out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
    ENSURE(ZSTD_isError(size) == 0U, "what has room can be packed");
    if (size >= bytes.size() && !bytes.starts_with(kMagic)) return Bytes(bytes);
    out.resize(size);
    return out;
}

Result<Bytes> unpacked(std::string_view bytes) {
    if (!bytes.starts_with(kMagic)) return Bytes(bytes);
    const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (size > kMost)  // unknown and damaged sizes are the largest numbers
        return error(ErrorCode::storage_failed, "a packed row is damaged; restore a backup");
    Bytes out(size, '\0');
    const std::size_t made = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(made) != 0U || made != out.size())
        return error(ErrorCode::storage_failed, "a packed row is damaged; restore a backup");
    return out;
}

}  // namespace journey::storage::sqlite
