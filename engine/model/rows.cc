#include "engine/model/rows.h"

#include <algorithm>

namespace journey::model {

Bytes whole_state(const ProfileRow& kept) {
    Bytes out = kept.state;
    for (const ChapterRow& chapter : kept.chapters)
        out += chapter.bytes;
    return out;
}

void take_over(ProfileRow& kept, ProfileRow newer) {
    std::vector<ChapterRow> chapters = std::move(kept.chapters);
    const auto number_of = [&](std::uint32_t number) {
        return std::lower_bound(
            chapters.begin(), chapters.end(), number,
            [](const ChapterRow& one, std::uint32_t wanted) { return one.number < wanted; });
    };
    for (const std::uint32_t gone : newer.chapters_gone) {
        const auto place = number_of(gone);
        if (place != chapters.end() && place->number == gone) chapters.erase(place);
    }
    for (ChapterRow& chapter : newer.chapters) {
        const auto place = number_of(chapter.number);
        if (place != chapters.end() && place->number == chapter.number) {
            *place = std::move(chapter);
        } else {
            chapters.insert(place, std::move(chapter));
        }
    }
    kept = std::move(newer);
    kept.chapters = std::move(chapters);
    kept.chapters_gone.clear();
}

}  // namespace journey::model
