// Lists: joined, ordered, cut, changed.

#include "engine/render/filters.h"

#include <fmt/format.h>

namespace journey::render {
namespace {

constexpr int kFlattenMost = 100;

void gather(const View& input, std::vector<View>& out, Meter& meter, int depth) {
    if (depth > kFlattenMost) Meter::give_up();
    const std::size_t size = size_of(input);
    meter.step(static_cast<std::int64_t>(size));
    for (std::size_t i = 0; i < size; ++i) {
        const View one = element(input, i);
        if (one.kind == Kind::list || one.kind == Kind::items) {
            gather(one, out, meter, depth + 1);
        } else {
            out.push_back(one);
        }
    }
}

bool has_nested(const View& input) {
    const std::size_t size = input.kind == Kind::range ? 0 : size_of(input);
    for (std::size_t i = 0; i < size; ++i) {
        const Kind kind = element(input, i).kind;
        if (kind == Kind::list || kind == Kind::items) return true;
    }
    return false;
}

View kept(std::span<const View> all) {
    return View::of(all);
}

bool can_be_asked(const View& item) {
    return item.kind == Kind::record || item.kind == Kind::text || item.kind == Kind::integer ||
           item.kind == Kind::big || is_sequence(item);
}

View join(const Call& call) {
    const std::string_view glue = call.count() > 0 ? call.text(call[0]) : " ";
    const std::span<View> all = elements_of(call, call.input);
    std::string& out = call.fresh();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i > 0) out += glue;
        append_text(out, all[i]);
        if (out.size() > (64U << 20)) Meter::give_up();
    }
    return call.made(out);
}

View first(const Call& call) {
    return first_of(call.memory, call.input);
}
View last(const Call& call) {
    return last_of(call.memory, call.input);
}
View size(const Call& call) {
    return View::of(size_asked(call.input).value_or(0));
}

View concat(const Call& call) {
    if (!is_sequence(call[0])) refuse_argument("`concat` needs a list");
    const std::span<View> before = elements_of(call, call.input);
    const std::size_t more = size_of(call[0]);
    if (more > (1U << 24)) Meter::give_up();
    const std::span<View> all = call.memory.views(before.size() + more);
    std::copy(before.begin(), before.end(), all.begin());
    for (std::size_t i = 0; i < more; ++i)
        all[before.size() + i] = element(call[0], i);
    return kept(all);
}

View reverse(const Call& call) {
    const std::span<View> all = elements_of(call, call.input);
    std::reverse(all.begin(), all.end());
    return kept(all);
}

struct Keyed {
    View key;
    View item;
};

/// The items with what they are ordered or told apart by. Nothing when an item cannot be asked.
std::optional<std::vector<Keyed>> keyed(const Call& call, bool all_asked) {
    const std::span<View> all = elements_of(call, call.input);
    std::vector<Keyed> out;
    out.reserve(all.size());
    const bool named = call.count() > 0 && !call[0].is_nil();
    if (named && all_asked && !std::all_of(all.begin(), all.end(), can_be_asked)) {
        return std::nullopt;
    }
    if (named && !all.empty() && !can_be_asked(all.front())) return std::nullopt;
    for (const View& item : all)
        out.push_back({named ? property(item, call[0]).value_or(View()) : item, item});
    return out;
}

View without_keys(const Call& call, const std::vector<Keyed>& some) {
    const std::span<View> all = call.memory.views(some.size());
    std::transform(some.begin(), some.end(), all.begin(),
                   [](const Keyed& one) { return one.item; });
    return kept(all);
}

// What an order of n items costs beyond the items themselves.
void pay_order(const Call& call, std::size_t size) {
    std::int64_t log = 1;
    for (std::size_t left = size; left > 1; left /= 2)
        ++log;
    call.meter.step(static_cast<std::int64_t>(size) * log / 4);
}

// Nothing comes last; what cannot be ordered is refused rather than shuffled silently.
View sort(const Call& call) {
    auto all = keyed(call, true);
    if (!all) return {};
    pay_order(call, all->size());
    bool comparable = true;
    std::stable_sort(all->begin(), all->end(), [&](const Keyed& a, const Keyed& b) {
        if (a.key.is_nil() || b.key.is_nil()) return !a.key.is_nil() && b.key.is_nil();
        if (const auto order = compare(a.key, b.key)) return *order < 0;
        comparable = comparable && are_equal(a.key, b.key);
        // A strict weak order also among what cannot be compared.
        return a.key.kind < b.key.kind;
    });
    if (!comparable) refuse_argument("`sort` met values of different kinds");
    return without_keys(call, *all);
}

View sort_natural(const Call& call) {
    auto all = keyed(call, true);
    if (!all) return {};
    pay_order(call, all->size());
    struct Folded {
        bool nil;
        std::string_view text;
        Keyed* of;
    };
    std::vector<Folded> folded;
    for (Keyed& one : *all) {
        std::string text(call.text(one.key));
        for (char& c : text)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
        folded.push_back({one.key.is_nil(), call.memory.keep(text), &one});
    }
    std::stable_sort(folded.begin(), folded.end(), [](const Folded& a, const Folded& b) {
        if (a.nil || b.nil) return !a.nil && b.nil;
        return a.text < b.text;
    });
    const std::span<View> sorted = call.memory.views(folded.size());
    std::transform(folded.begin(), folded.end(), sorted.begin(),
                   [](const Folded& one) { return one.of->item; });
    return kept(sorted);
}

View uniq(const Call& call) {
    const auto all = keyed(call, false);
    if (!all) return {};
    std::vector<Keyed> different;
    for (const Keyed& one : *all) {
        call.meter.step(static_cast<std::int64_t>(different.size() / 16));
        const bool known = std::any_of(different.begin(), different.end(), [&](const Keyed& other) {
            return are_equal(other.key, one.key) &&
                   (other.key.kind == Kind::real) == (one.key.kind == Kind::real);
        });
        if (!known) different.push_back(one);
    }
    return without_keys(call, different);
}

View compact(const Call& call) {
    auto all = keyed(call, false);
    if (!all) return {};
    std::erase_if(*all, [](const Keyed& one) { return one.key.is_nil(); });
    return without_keys(call, *all);
}

View map(const Call& call) {
    const std::span<View> all = elements_of(call, call.input);
    for (View& one : all)
        one = property(one, call[0]).value_or(View());
    return kept(all);
}

View sum(const Call& call) {
    View total = View::of(std::int64_t{0});
    const bool named = call.count() > 0 && !call[0].is_nil();
    bool first_money = true;
    for (const View& one : elements_of(call, call.input)) {
        const View value = named ? property(one, call[0]).value_or(View()) : one;
        if (value.kind == Kind::other && value.other->as<Money>() != nullptr) {
            const View start = first_money ? View::of(call.memory.value(Value(
                                                 Money{0, value.other->as<Money>()->currency})))
                                           : total;
            const std::array<View, 1> more{value};
            total = find_filter("plus")->function(
                {call.memory, call.meter, call.buffer, call.now, call.zone, start, more, {}});
            first_money = false;
            continue;
        }
        total = reckon(call.memory, Sum::plus, total, number_of(call.memory, value));
    }
    return total;
}

View slice(const Call& call) {
    const std::int64_t from = to_integer(call[0]);
    const bool counted = call.count() > 1 && !call[1].is_nil();
    const std::int64_t count = counted ? to_integer(call[1]) : 1;
    const bool list = is_sequence(call.input);
    const std::string_view text = list ? std::string_view() : call.subject();
    const auto length =
        static_cast<std::int64_t>(list ? size_of(call.input) : count_code_points(text));
    const std::int64_t begin = from < 0 ? from + length : from;
    if (begin < 0 || begin > length || count <= 0) {
        return list ? kept(std::span<const View>()) : View::of("");
    }
    const std::int64_t size = std::min(count, length - begin);
    if (list) {
        if (size > (1 << 24)) Meter::give_up();
        const std::span<View> all = call.memory.views(static_cast<std::size_t>(size));
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = element(call.input, static_cast<std::size_t>(begin) + i);
        return kept(all);
    }
    std::size_t at = 0;
    const auto skip = [&](std::int64_t points) {
        for (; points > 0 && at < text.size(); --points)
            at += code_point_size(static_cast<unsigned char>(text[at]));
        at = std::min(at, text.size());
        return at;
    };
    const std::size_t first_byte = skip(begin);
    return View::of(text.substr(first_byte, skip(size) - first_byte));
}

constexpr std::array<FilterInfo, 13> kFilters{{
    {"join", 0, 1, join},
    {"first", 0, 0, first, Output::same},
    {"last", 0, 0, last, Output::same},
    {"size", 0, 0, size},
    {"concat", 1, 1, concat},
    {"reverse", 0, 0, reverse},
    {"sort", 0, 1, sort},
    {"sort_natural", 0, 1, sort_natural},
    {"uniq", 0, 1, uniq},
    {"compact", 0, 1, compact},
    {"map", 1, 1, map},
    {"sum", 0, 1, sum},
    {"slice", 1, 2, slice},
}};

}  // namespace

std::span<View> elements_of(const Call& call, const View& input) {
    if (!is_sequence(input)) {
        if (input.is_nil()) return {};
        const std::span<View> one = call.memory.views(1);
        one[0] = input;
        return one;
    }
    if (!has_nested(input)) {
        const std::span<View> all = call.memory.views(size_of(input));
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = element(input, i);
        return all;
    }
    std::vector<View> flat;
    gather(input, flat, call.meter, 0);
    const std::span<View> all = call.memory.views(flat.size());
    std::copy(flat.begin(), flat.end(), all.begin());
    return all;
}

std::optional<View> property(const View& item, const View& name) {
    const auto refuse = [&] {
        std::string text;
        append_text(text, name);
        refuse_argument(fmt::format("the list holds something that has no property `{}`", text));
    };
    switch (item.kind) {
        case Kind::record: {
            const Value* found = name.kind == Kind::text ? find(*item.record, name.str()) : nullptr;
            return found == nullptr ? View() : View::of(*found);
        }
        case Kind::text:
            if (name.kind == Kind::text) {
                const std::size_t at = item.str().find(name.str());
                return at == std::string_view::npos ? View()
                                                    : View::of(item.str().substr(at, name.size));
            }
            if (name.is_nil()) return std::nullopt;
            refuse();
            return {};
        case Kind::integer:
            if (name.kind == Kind::integer) {
                const bool inside = name.whole >= 0 && name.whole < 64;
                const std::int64_t bit = inside ? (item.whole >> name.whole) & 1 : 0;
                return View::of(bit);
            }
            refuse();
            return {};
        case Kind::list:
        case Kind::items:
        case Kind::range:
        case Kind::big:
            refuse();
            return {};
        default:
            return std::nullopt;
    }
}

View first_of(Memory& memory, const View& whole) {
    if (is_sequence(whole)) return size_of(whole) == 0 ? View() : element(whole, 0);
    if (whole.kind == Kind::record && !whole.record->empty()) {
        const NamedValue& field = whole.record->front();
        const std::span<View> pair = memory.views(2);
        pair[0] = View::of(std::string_view(field.name));
        pair[1] = View::of(field.value);
        return View::of(std::span<const View>(pair));
    }
    if (whole.kind != Kind::text) return {};
    if (whole.size == 0) return View::of("");
    const std::string_view text = whole.str();
    return View::of(text.substr(0, code_point_size(static_cast<unsigned char>(text.front()))));
}

View last_of(Memory&, const View& whole) {
    if (is_sequence(whole)) {
        const std::size_t size = size_of(whole);
        return size == 0 ? View() : element(whole, size - 1);
    }
    if (whole.kind != Kind::text) return {};
    const std::string_view text = whole.str();
    std::size_t at = text.size();
    while (at > 0 && (static_cast<unsigned char>(text[--at]) & 0xC0) == 0x80)
        continue;
    return View::of(text.substr(at));
}

std::optional<std::int64_t> size_asked(const View& whole) {
    if (is_sequence(whole)) return static_cast<std::int64_t>(size_of(whole));
    if (whole.kind == Kind::record) return static_cast<std::int64_t>(whole.record->size());
    if (whole.kind == Kind::text) {
        return static_cast<std::int64_t>(count_code_points(whole.str()));
    }
    return std::nullopt;
}

std::span<const FilterInfo> list_filters() {
    return kFilters;
}

}  // namespace journey::render
