#include "engine/render/filters.h"

#include <fmt/format.h>

namespace journey::render {

const View* Call::option(std::string_view name) const {
    for (const NamedView& one : named) {
        if (one.name == name) return &one.value;
    }
    return nullptr;
}

std::string_view Call::subject() const {
    const std::string_view text = text_of(memory, input);
    meter.step(static_cast<std::int64_t>(text.size() / 64));
    return text;
}

void refuse_argument(std::string message) {
    throw Refusal{ErrorKind::argument, std::move(message)};
}

namespace {

// 80 names: a sorted table is faster to search than to build.
std::vector<const FilterInfo*> sorted() {
    std::vector<const FilterInfo*> all;
    for (const auto& group : {text_filters(), coding_filters(), number_filters(), money_filters(),
                              list_filters(), choosing_filters(), date_filters()}) {
        for (const FilterInfo& info : group)
            all.push_back(&info);
    }
    std::sort(all.begin(), all.end(),
              [](const FilterInfo* a, const FilterInfo* b) { return a->name < b->name; });
    return all;
}

}  // namespace

const FilterInfo* find_filter(std::string_view name) {
    static const std::vector<const FilterInfo*> all = sorted();
    const auto found = std::lower_bound(
        all.begin(), all.end(), name,
        [](const FilterInfo* info, std::string_view wanted) { return info->name < wanted; });
    return found != all.end() && (*found)->name == name ? *found : nullptr;
}

std::vector<std::string> filter_names() {
    std::vector<std::string> names;
    for (const FilterInfo* info : sorted())
        names.emplace_back(info->name);
    return names;
}

std::optional<std::string> wrong_count(const FilterInfo& info, std::size_t given,
                                       std::size_t named) {
    if (named > 0 && !info.named) {
        return fmt::format("the filter `{}` takes no named arguments", info.name);
    }
    const bool few = given < info.arguments_least;
    if (!few && given <= info.arguments_most) return std::nullopt;
    const std::size_t bound = few ? info.arguments_least : info.arguments_most;
    return fmt::format("the filter `{}` wants {} {} argument{}, {} given", info.name,
                       few ? "at least" : "at most", bound, bound == 1 ? "" : "s", given);
}

}  // namespace journey::render
