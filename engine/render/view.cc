#include "engine/render/view.h"

#include "engine/render/number.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace journey::render {
namespace {

constexpr std::size_t kChunk = 16 << 10;
// A list may name one long text many times: whatever the budget says, no text grows beyond this.
constexpr std::size_t kTextMost = 64 << 20;

bool is_number(const View& value) {
    return value.kind == Kind::integer || value.kind == Kind::real || value.kind == Kind::big;
}

template <typename T>
int three_way(const T& a, const T& b) {
    return a < b ? -1 : b < a ? 1 : 0;
}

bool sequences_equal(const View& a, const View& b) {
    const std::size_t size = size_of(a);
    if (size != size_of(b)) return false;
    for (std::size_t i = 0; i < size; ++i) {
        if (!are_equal(element(a, i), element(b, i))) return false;
    }
    return true;
}

bool records_equal(const Record& a, const Record& b) {
    if (a.size() != b.size()) return false;
    return std::all_of(a.begin(), a.end(), [&](const NamedValue& field) {
        const Value* other = find(b, field.name);
        return other != nullptr && are_equal(View::of(field.value), View::of(*other));
    });
}

void append_other(std::string& out, const Value& value) {
    if (const auto* at = value.as<Instant>()) out += format_instant(*at);
    if (const auto* date = value.as<Date>()) out += format_date(*date);
    if (const auto* time = value.as<TimeOfDay>()) out += format_time_of_day(*time);
    if (const auto* money = value.as<Money>()) out += format_money(*money);
    if (const auto* span = value.as<CalendarDuration>()) out += format_duration(*span);
}

std::optional<int> compare_others(const Value& a, const Value& b) {
    if (a.held.index() != b.held.index()) return std::nullopt;
    if (const auto* at = a.as<Instant>()) return three_way(*at, *b.as<Instant>());
    if (const auto* date = a.as<Date>()) return three_way(*date, *b.as<Date>());
    if (const auto* time = a.as<TimeOfDay>()) return three_way(*time, *b.as<TimeOfDay>());
    if (const auto* money = a.as<Money>()) {
        const auto* other = b.as<Money>();
        if (money->currency != other->currency) return std::nullopt;
        return three_way(money->minor, other->minor);
    }
    return std::nullopt;
}

// As Ruby shows a value inside a hash: {"name"=>"Ada", "tags"=>[1, nil]}.
void append_inspected(std::string& out, const View& value) {
    if (out.size() > kTextMost) Meter::give_up();
    if (value.kind == Kind::text) {
        append_json(out, value);
    } else if (value.kind == Kind::record) {
        out += '{';
        for (const NamedValue& field : *value.record) {
            if (&field != &value.record->front()) out += ", ";
            append_json(out, View::of(std::string_view(field.name)));
            out += "=>";
            append_inspected(out, View::of(field.value));
        }
        out += '}';
    } else if (value.kind == Kind::list || value.kind == Kind::items) {
        out += '[';
        for (std::size_t i = 0; i < size_of(value); ++i) {
            if (i > 0) out += ", ";
            append_inspected(out, element(value, i));
        }
        out += ']';
    } else if (value.is_nil()) {
        out += "nil";
    } else {
        append_text(out, value);
    }
}

}  // namespace

void Meter::give_up() {
    throw Refusal{ErrorKind::budget,
                  "the template exceeds its budget; make loops, lists or texts smaller"};
}

char* Memory::take(std::size_t bytes) {
    meter_.take(bytes);
    bytes = (bytes + 15) & ~std::size_t{15};
    if (bytes > kChunk / 4) {
        large_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
        return large_.back().get();
    }
    if (chunks_.empty() || used_ + bytes > kChunk) {
        if (!chunks_.empty()) ++chunk_;
        if (chunk_ == chunks_.size())
            chunks_.push_back(std::make_unique_for_overwrite<char[]>(kChunk));
        used_ = 0;
    }
    char* out = chunks_[chunk_].get() + used_;
    used_ += bytes;
    return out;
}

std::string_view Memory::keep(std::string_view text) {
    if (text.empty()) return "";
    char* out = take(text.size());
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
}

std::span<View> Memory::views(std::size_t count) {
    if (count == 0) return {};
    meter_.step(static_cast<std::int64_t>(count));
    auto* first = new (take(count * sizeof(View))) View[count];
    return {first, count};
}

const Value& Memory::value(Value value) {
    meter_.take(sizeof(Value));
    values_.push_back(std::make_unique<Value>(std::move(value)));
    return *values_.back();
}

void Memory::clear() {
    chunk_ = 0;
    used_ = 0;
    if (chunks_.size() > 16) chunks_.resize(16);
    large_.clear();
    values_.clear();
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (is_space(text.front()) || text.front() == '\0'))
        text.remove_prefix(1);
    while (!text.empty() && (is_space(text.back()) || text.back() == '\0'))
        text.remove_suffix(1);
    return text;
}

std::size_t code_point_size(unsigned char first) {
    if (first < 0xC0) return 1;
    if (first < 0xE0) return 2;
    return first < 0xF0 ? 3 : 4;
}

bool is_sequence(const View& value) {
    return value.kind == Kind::list || value.kind == Kind::items || value.kind == Kind::range;
}

std::size_t size_of(const View& sequence) {
    if (sequence.kind == Kind::list) return sequence.list->size();
    if (sequence.kind == Kind::items) return sequence.size;
    return static_cast<std::size_t>(sequence.range->length());
}

View element(const View& sequence, std::size_t index) {
    if (sequence.kind == Kind::list) return View::of((*sequence.list)[index]);
    if (sequence.kind == Kind::items) return sequence.items[index];
    return View::of(sequence.range->first + static_cast<std::int64_t>(index));
}

bool is_truthy(const View& value) {
    return value.kind == Kind::boolean ? value.truth : value.kind != Kind::nil;
}

bool is_empty(const View& value) {
    if (value.kind == Kind::text) return value.size == 0;
    if (value.kind == Kind::record) return value.record->empty();
    if (value.kind == Kind::list || value.kind == Kind::items) return size_of(value) == 0;
    return value.kind == Kind::empty || value.kind == Kind::blank;
}

bool is_blank(const View& value) {
    if (value.is_nil()) return true;
    if (value.kind == Kind::boolean) return !value.truth;
    if (value.kind == Kind::text) return trimmed(value.str()).empty();
    return is_empty(value);
}

bool are_equal(const View& a, const View& b) {
    const bool mark_a = a.kind == Kind::blank || a.kind == Kind::empty;
    const bool mark_b = b.kind == Kind::blank || b.kind == Kind::empty;
    if (mark_a && mark_b) return a.kind == b.kind;
    if (mark_a) return a.kind == Kind::blank ? is_blank(b) : is_empty(b);
    if (mark_b) return b.kind == Kind::blank ? is_blank(a) : is_empty(a);
    if (a.kind == Kind::text || b.kind == Kind::text) {
        return a.kind == b.kind && a.str() == b.str();
    }
    if (is_number(a) && is_number(b)) return compare(a, b) == 0;
    if (a.kind == Kind::range && b.kind == Kind::range) {
        return a.range->first == b.range->first && a.range->last == b.range->last;
    }
    if (is_sequence(a) && is_sequence(b)) {
        const bool ranges = a.kind == Kind::range || b.kind == Kind::range;
        return !ranges && sequences_equal(a, b);
    }
    if (a.kind != b.kind) return false;
    if (a.kind == Kind::boolean) return a.truth == b.truth;
    if (a.kind == Kind::record) return a.record == b.record || records_equal(*a.record, *b.record);
    if (a.kind == Kind::other) return *a.other == *b.other;
    if (a.kind == Kind::loop) return a.loop == b.loop;
    return true;
}

std::optional<int> compare(const View& a, const View& b) {
    if (a.kind == Kind::integer && b.kind == Kind::integer) return three_way(a.whole, b.whole);
    if (is_number(a) && is_number(b)) {
        if ((a.kind == Kind::real && std::isnan(a.real)) ||
            (b.kind == Kind::real && std::isnan(b.real))) {
            return std::nullopt;
        }
        return compare_numbers(a, b);
    }
    if (a.kind != b.kind) return std::nullopt;
    if (a.kind == Kind::text) return three_way(a.str(), b.str());
    if (a.kind == Kind::other) return compare_others(*a.other, *b.other);
    return std::nullopt;
}

bool contains(const View& whole, const View& part) {
    if (!is_truthy(part) || !is_truthy(whole)) return false;
    if (whole.kind == Kind::text) {
        if (part.kind == Kind::text) return whole.str().find(part.str()) != std::string_view::npos;
        std::string wanted;
        append_text(wanted, part);
        return whole.str().find(wanted) != std::string_view::npos;
    }
    if (whole.kind == Kind::range) {
        return part.kind == Kind::integer && part.whole >= whole.range->first &&
               part.whole <= whole.range->last;
    }
    if (is_sequence(whole)) {
        const std::size_t size = size_of(whole);
        for (std::size_t i = 0; i < size; ++i) {
            if (are_equal(element(whole, i), part)) return true;
        }
        return false;
    }
    return whole.kind == Kind::record && part.kind == Kind::text &&
           find(*whole.record, part.str()) != nullptr;
}

void append_double(std::string& out, double number) {
    if (std::isnan(number)) {
        out += "NaN";
        return;
    }
    if (std::isinf(number)) {
        out += number < 0 ? "-Infinity" : "Infinity";
        return;
    }
    const double size = std::abs(number);
    const bool scientific = size != 0 && (size >= 1e16 || size < 1e-4);
    std::array<char, 64> buffer{};
    const auto end = scientific ? std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                                number, std::chars_format::scientific)
                                : std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                                number, std::chars_format::fixed);
    const std::string_view text{buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data())};
    if (text.find('.') != std::string_view::npos) {
        out += text;
    } else if (scientific) {
        const std::size_t e = text.find('e');
        out.append(text.substr(0, e)).append(".0").append(text.substr(e));
    } else {
        out.append(text).append(".0");
    }
}

void append_text(std::string& out, const View& value) {
    switch (value.kind) {
        case Kind::text:
        case Kind::big:
            out.append(value.text, value.size);
            return;
        case Kind::integer: {
            const fmt::format_int digits(value.whole);
            out.append(digits.data(), digits.size());
            return;
        }
        case Kind::real:
            append_double(out, value.real);
            return;
        case Kind::boolean:
            out += value.truth ? "true" : "false";
            return;
        case Kind::list:
        case Kind::items:
            for (std::size_t i = 0; i < size_of(value); ++i) {
                append_text(out, element(value, i));
                if (out.size() > kTextMost) Meter::give_up();
            }
            return;
        case Kind::record:
            append_inspected(out, value);
            return;
        case Kind::range:
            out += fmt::format("{}..{}", value.range->first, value.range->last);
            return;
        case Kind::other:
            append_other(out, *value.other);
            return;
        case Kind::loop:
            out += value.loop->table ? "Liquid::TablerowloopDrop" : "Liquid::ForloopDrop";
            return;
        case Kind::nil:
        case Kind::table:
        case Kind::blank:
        case Kind::empty:
            return;
    }
}

std::string_view text_of(Memory& memory, const View& value) {
    if (value.kind == Kind::text) return value.str();
    if (value.is_nil()) return "";
    std::string text;
    append_text(text, value);
    return memory.keep(text);
}

void append_json(std::string& out, const View& value) {
    switch (value.kind) {
        case Kind::text:
            out += to_json(Value(value.str()));
            return;
        case Kind::list:
            out += to_json(Value(*value.list));
            return;
        case Kind::record:
            out += to_json(Value(*value.record));
            return;
        case Kind::other:
            out += to_json(*value.other);
            return;
        case Kind::items:
        case Kind::range:
            out += '[';
            for (std::size_t i = 0; i < size_of(value); ++i) {
                if (i > 0) out += ',';
                append_json(out, element(value, i));
            }
            out += ']';
            return;
        case Kind::real:
            out += to_json(Value(value.real));
            return;
        case Kind::integer:
        case Kind::big:
        case Kind::boolean:
            append_text(out, value);
            return;
        case Kind::nil:
        case Kind::loop:
        case Kind::table:
        case Kind::blank:
        case Kind::empty:
            out += "null";
            return;
    }
}

}  // namespace journey::render
