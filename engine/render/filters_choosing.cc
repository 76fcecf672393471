// Filters that choose: among a list's items, or between a value and its stand-in.

#include "engine/render/filters.h"

namespace journey::render {
namespace {

enum class Met : std::uint8_t { no, yes, cannot_be_asked };

// `where: "name"` asks for truth, `where: "name", value` for equality.
Met meets(const Call& call, const View& item) {
    if (item.kind == Kind::text && call[0].kind == Kind::text) {
        pay_search(call.meter, item.size, call[0].size);
    }
    const auto found = property(item, call[0]);
    if (!found) return Met::cannot_be_asked;
    const bool holds =
        call.count() < 2 || call[1].is_nil() ? is_truthy(*found) : are_equal(*found, call[1]);
    return holds ? Met::yes : Met::no;
}

/// The items that meet (or do not meet) the test; nothing once an item cannot be asked.
View chosen(const Call& call, Met wanted) {
    std::vector<View> out;
    for (const View& item : elements_of(call, call.input)) {
        const Met met = meets(call, item);
        if (met == Met::cannot_be_asked) return {};
        if (met == wanted) out.push_back(item);
    }
    const std::span<View> all = call.memory.views(out.size());
    std::copy(out.begin(), out.end(), all.begin());
    return View::of(std::span<const View>(all));
}

View where(const Call& call) {
    return chosen(call, Met::yes);
}
View reject(const Call& call) {
    return chosen(call, Met::no);
}

/// The first item that meets the test, its place, or that there is one.
enum class Asked : std::uint8_t { item, place, presence };

View searched(const Call& call, Asked asked) {
    const std::span<View> all = elements_of(call, call.input);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Met met = meets(call, all[i]);
        if (met == Met::cannot_be_asked) return {};
        if (met == Met::no) continue;
        if (asked == Asked::item) return all[i];
        return asked == Asked::place ? View::of(static_cast<std::int64_t>(i)) : View::of(true);
    }
    return asked == Asked::presence ? View::of(false) : View();
}

View find_item(const Call& call) {
    return searched(call, Asked::item);
}
View find_index(const Call& call) {
    return searched(call, Asked::place);
}
View has(const Call& call) {
    return searched(call, Asked::presence);
}

View fall_back(const Call& call) {
    const View* allow_false = call.option("allow_false");
    const bool false_counts = allow_false != nullptr && is_truthy(*allow_false);
    const bool missing = false_counts ? call.input.is_nil() : !is_truthy(call.input);
    if (!missing && !is_empty(call.input)) return call.input;
    return call.count() > 0 ? call[0] : View::of("");
}

constexpr std::array<FilterInfo, 6> kFilters{{
    {"where", 1, 2, where},
    {"reject", 1, 2, reject},
    {"find", 1, 2, find_item, Output::same},
    {"find_index", 1, 2, find_index},
    {"has", 1, 2, has},
    {"default", 0, 1, fall_back, Output::same, true},
}};

}  // namespace

std::span<const FilterInfo> choosing_filters() {
    return kFilters;
}

}  // namespace journey::render
