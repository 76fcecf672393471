#include "engine/render/filters.h"

#include <fmt/format.h>

namespace journey::render {
namespace {

// What a list filter works on: a list is flattened, nothing is no element, anything else is one.
List elements_of(const Value& input) {
    List out;
    if (const List* list = input.as<List>()) {
        for (const Value& one : *list) {
            if (one.as<List>() != nullptr) {
                List inner = elements_of(one);
                std::move(inner.begin(), inner.end(), std::back_inserter(out));
            } else {
                out.push_back(one);
            }
        }
    } else if (!input.is_missing()) {
        out.push_back(input);
    }
    return out;
}

// Nothing (and failed) when an element is no object: asking "a".title is the author's mistake.
const Value* property(FilterRun& run, const Value& element, const Value& name) {
    static const Value kMissing;
    if (const Record* record = element.as<Record>()) {
        const Value* found = find(*record, text_of(name));
        return found == nullptr ? &kMissing : found;
    }
    if (!element.is_missing()) {
        run.fail(
            fmt::format("the list holds something that has no property \"{}\"", text_of(name)));
    }
    return &kMissing;
}

Value join(FilterRun& run, const Value& input) {
    const std::string glue = run.count() > 0 ? text_of(run[0]) : " ";
    std::string out;
    bool first = true;
    for (const Value& one : elements_of(input)) {
        if (!first) out += glue;
        first = false;
        append_text(out, one);
        if (out.size() > (1U << 24)) return run.fail("`join` makes a text of more than 16 MiB");
    }
    return run.may_make(out.size()) ? Value(std::move(out)) : Value();
}

Value pair_of(const NamedValue& field) {
    return List{Value(field.name), field.value};
}

Value first(FilterRun&, const Value& input) {
    if (const List* list = input.as<List>()) return list->empty() ? Value() : list->front();
    if (const Record* record = input.as<Record>()) {
        return record->empty() ? Value() : pair_of(record->front());
    }
    if (const auto* text = input.as<std::string>()) {
        const auto starts = code_point_starts(*text);
        return starts.size() < 2 ? Value("") : Value(text->substr(0, starts[1]));
    }
    return {};
}

Value last(FilterRun&, const Value& input) {
    if (const List* list = input.as<List>()) return list->empty() ? Value() : list->back();
    if (const auto* text = input.as<std::string>()) {
        const auto starts = code_point_starts(*text);
        return starts.size() < 2 ? Value("") : Value(text->substr(starts[starts.size() - 2]));
    }
    return {};
}

Value size(FilterRun&, const Value& input) {
    if (const List* list = input.as<List>()) return static_cast<std::int64_t>(list->size());
    if (const Record* record = input.as<Record>()) return static_cast<std::int64_t>(record->size());
    if (const auto* text = input.as<std::string>()) {
        return static_cast<std::int64_t>(count_code_points(*text));
    }
    return 0;
}

Value concat(FilterRun& run, const Value& input) {
    if (run[0].as<List>() == nullptr) return run.fail("`concat` needs a list");
    List out = elements_of(input);
    List more = elements_of(run[0]);
    if (!run.may_make(0, out.size() + more.size())) return {};
    std::move(more.begin(), more.end(), std::back_inserter(out));
    return out;
}

Value reverse(FilterRun&, const Value& input) {
    List out = elements_of(input);
    std::reverse(out.begin(), out.end());
    return out;
}

std::string folded(const Value& value) {
    std::string text = text_of(value);
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

struct Keyed {
    Value key;
    Value element;
};

std::vector<Keyed> keyed(FilterRun& run, const Value& input) {
    std::vector<Keyed> out;
    for (Value& one : elements_of(input)) {
        Value key = run.count() > 0 && !run[0].is_missing() ? *property(run, one, run[0]) : one;
        out.push_back({std::move(key), std::move(one)});
    }
    return out;
}

List without_keys(std::vector<Keyed> keyed_elements) {
    List out;
    for (Keyed& one : keyed_elements)
        out.push_back(std::move(one.element));
    return out;
}

// Missing values come last; a comparison that has no answer fails the template rather than
// shuffling silently.
Value sort(FilterRun& run, const Value& input) {
    std::vector<Keyed> all = keyed(run, input);
    if (!run.may_make(0, all.size())) return {};
    bool comparable = true;
    std::stable_sort(all.begin(), all.end(), [&](const Keyed& a, const Keyed& b) {
        if (a.key.is_missing() || b.key.is_missing()) {
            return !a.key.is_missing() && b.key.is_missing();
        }
        const auto order = compare(a.key, b.key);
        // A strict weak order also among what cannot be compared.
        if (!order) {
            comparable = false;
            return a.key.held.index() < b.key.held.index();
        }
        return *order < 0;
    });
    if (!comparable) return run.fail("`sort` met values of different kinds");
    return without_keys(std::move(all));
}

Value sort_natural(FilterRun& run, const Value& input) {
    std::vector<Keyed> all = keyed(run, input);
    if (!run.may_make(0, all.size())) return {};
    std::stable_sort(all.begin(), all.end(), [](const Keyed& a, const Keyed& b) {
        if (a.key.is_missing() || b.key.is_missing()) {
            return !a.key.is_missing() && b.key.is_missing();
        }
        return folded(a.key) < folded(b.key);
    });
    return without_keys(std::move(all));
}

Value uniq(FilterRun& run, const Value& input) {
    std::vector<Keyed> kept;
    std::vector<Keyed> all = keyed(run, input);
    for (Keyed& one : all) {
        if (!run.may_make(0, kept.size())) return {};
        const bool known = std::any_of(kept.begin(), kept.end(), [&](const Keyed& other) {
            return are_equal(other.key, one.key);
        });
        if (!known) kept.push_back(std::move(one));
    }
    return without_keys(std::move(kept));
}

Value compact(FilterRun& run, const Value& input) {
    std::vector<Keyed> all = keyed(run, input);
    std::erase_if(all, [](const Keyed& one) { return one.key.is_missing(); });
    return without_keys(std::move(all));
}

Value map(FilterRun& run, const Value& input) {
    List out;
    for (const Value& one : elements_of(input))
        out.push_back(*property(run, one, run[0]));
    return out;
}

// `where: "name"` asks for truth, `where: "name", value` for equality.
bool meets(FilterRun& run, const Value& found) {
    if (run.count() < 2 || run[1].is_missing()) return is_truthy(found);
    return are_equal(found, run[1]);
}

Value where(FilterRun& run, const Value& input) {
    List out;
    for (Value& one : elements_of(input)) {
        if (meets(run, *property(run, one, run[0]))) out.push_back(std::move(one));
    }
    return out;
}

// `reject`, `has`, `find` and `find_index` also take texts, whose "property" is a part of them, as
// in Ruby.
bool matches(FilterRun& run, const Value& element) {
    const auto* text = element.as<std::string>();
    if (text == nullptr) {
        if (element.is_missing()) run.fail("the list holds nothing where an object should be");
        return meets(run, *property(run, element, run[0]));
    }
    if (run[0].is_missing()) return false;
    const std::string part = text_of(run[0]);
    return meets(run, text->find(part) == std::string::npos ? Value() : Value(part));
}

Value reject(FilterRun& run, const Value& input) {
    List out;
    for (Value& one : elements_of(input)) {
        if (!matches(run, one)) out.push_back(std::move(one));
    }
    return out;
}
Value has(FilterRun& run, const Value& input) {
    const List all = elements_of(input);
    return std::any_of(all.begin(), all.end(), [&](const Value& one) { return matches(run, one); });
}
Value find_element(FilterRun& run, const Value& input) {
    for (Value& one : elements_of(input)) {
        if (matches(run, one)) return std::move(one);
    }
    return {};
}
Value find_index(FilterRun& run, const Value& input) {
    const List all = elements_of(input);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (matches(run, all[i])) return static_cast<std::int64_t>(i);
    }
    return {};
}

Value sum(FilterRun& run, const Value& input) {
    Value total = 0;
    for (const Keyed& one : keyed(run, input)) {
        FilterRun step{run.data, run.meter, {}, {}, {}};
        if (one.key.as<Money>() != nullptr && total == Value(0)) {
            total = one.key;
            continue;
        }
        step.arguments.emplace_back(one.key);
        total = find_filter("plus")->function(step, total);
        if (!step.failure.empty()) return run.fail(step.failure);
    }
    return total;
}

Value slice(FilterRun& run, const Value& input) {
    const auto whole = [](const Value& value) {
        return value.as<double>() != nullptr ? std::nullopt : integer_of(value);
    };
    const auto from = whole(run[0]);
    const bool counted = run.count() > 1 && !run[1].is_missing();
    const auto count = counted ? whole(run[1]) : std::optional<std::int64_t>(1);
    if (!from || !count) return run.fail("`slice` needs whole numbers");
    const List* list = input.as<List>();
    const std::string text = list == nullptr ? text_of(input) : "";
    const auto starts = code_point_starts(text);
    const auto length =
        static_cast<std::int64_t>(list == nullptr ? starts.size() - 1 : list->size());
    const std::int64_t begin = *from < 0 ? *from + length : *from;
    if (begin < 0 || begin > length || *count <= 0) return list == nullptr ? Value("") : List{};
    const std::int64_t end = *count > length - begin ? length : begin + *count;
    if (list != nullptr) return List(list->begin() + begin, list->begin() + end);
    const std::size_t first_byte = starts[static_cast<std::size_t>(begin)];
    return text.substr(first_byte, starts[static_cast<std::size_t>(end)] - first_byte);
}

Value fall_back(FilterRun& run, const Value& input) {
    const Value fallback = run.count() > 0 ? run[0] : Value("");
    const Value* allow_false = run.option("allow_false");
    const bool* held = input.as<bool>();
    if (held != nullptr && !*held && allow_false != nullptr && is_truthy(*allow_false))
        return input;
    if (held != nullptr) return *held ? input : fallback;
    return input.is_missing() || is_empty(input) || is_blank_literal(input) ||
                   is_empty_literal(input)
               ? fallback
               : input;
}

constexpr std::array<FilterInfo, 19> kFilters{{
    {"join", 0, 1, join},         {"first", 0, 0, first},
    {"last", 0, 0, last},         {"size", 0, 0, size},
    {"concat", 1, 1, concat},     {"reverse", 0, 0, reverse},
    {"sort", 0, 1, sort},         {"sort_natural", 0, 1, sort_natural},
    {"uniq", 0, 1, uniq},         {"compact", 0, 1, compact},
    {"map", 1, 1, map},           {"where", 1, 2, where},
    {"reject", 1, 2, reject},     {"has", 1, 2, has},
    {"find", 1, 2, find_element}, {"find_index", 1, 2, find_index},
    {"sum", 0, 1, sum},           {"slice", 1, 2, slice},
    {"default", 0, 1, fall_back},
}};

}  // namespace

std::span<const FilterInfo> list_filters() {
    return kFilters;
}

}  // namespace journey::render
