#include "engine/render/filters.h"

namespace journey::render {

const Value* FilterRun::option(std::string_view name) const {
    for (const NamedRef& one : named) {
        if (one.name == name) return &one.value.get();
    }
    return nullptr;
}

bool FilterRun::may_make(std::size_t bytes, std::size_t elements) {
    if (meter.spend_bytes(bytes) && meter.spend_steps(elements)) return true;
    fail("the template exceeds its budget; make lists or texts smaller");
    return false;
}

namespace {

// 70 names: a sorted table is faster to search than to build.
std::vector<const FilterInfo*> sorted() {
    std::vector<const FilterInfo*> all;
    for (const auto& group : {text_filters(), number_filters(), list_filters(), date_filters()}) {
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

}  // namespace journey::render
