#include "engine/storage/disk/disk.h"

#include <cstring>

namespace journey::storage::disk {

std::size_t Content::read(std::uint64_t offset, std::span<char> into) const {
    const std::size_t there =
        offset >= size_ ? 0 : std::min<std::uint64_t>(into.size(), size_ - offset);
    for (std::size_t done = 0; done < there;) {
        const std::size_t at = (offset + done) % kPage;
        const std::size_t part = std::min(kPage - at, there - done);
        const auto& page = pages_[(offset + done) / kPage];
        if (page) {
            std::memcpy(into.data() + done, page->data() + at, part);
        } else {
            std::memset(into.data() + done, 0, part);
        }
        done += part;
    }
    if (there < into.size()) std::memset(into.data() + there, 0, into.size() - there);
    return there;
}

void Content::write(std::uint64_t offset, std::string_view bytes) {
    size_ = std::max(size_, offset + bytes.size());
    pages_.resize((size_ + kPage - 1) / kPage);
    for (std::size_t done = 0; done < bytes.size();) {
        const std::size_t at = (offset + done) % kPage;
        const std::size_t part = std::min(kPage - at, bytes.size() - done);
        auto& page = pages_[(offset + done) / kPage];
        if (!page) {
            page = std::make_shared<Page>();
            page->fill(0);
        } else if (page.use_count() > 1) {
            page = std::make_shared<Page>(*page);
        }
        std::memcpy(page->data() + at, bytes.data() + done, part);
        done += part;
    }
}

void Content::truncate(std::uint64_t size) {
    if (size < size_ && size % kPage != 0) {  // what is cut off must be zeros when it grows again
        const std::uint64_t page_end = std::min<std::uint64_t>(size_, (size / kPage + 1) * kPage);
        write(size, std::string(page_end - size, '\0'));
    }
    size_ = size;
    pages_.resize((size_ + kPage - 1) / kPage);
}

}  // namespace journey::storage::disk
