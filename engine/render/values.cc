#include "engine/render/values.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace journey::render {
namespace {

// A name that no JSON document has: it is not UTF-8.
constexpr std::string_view kBlankMark =
    "\xff"
    "blank";
constexpr std::string_view kEmptyMark =
    "\xff"
    "empty";

Value marked(std::string_view mark) {
    Record record;
    record.push_back({std::string(mark), Value(true)});
    return record;
}

bool has_mark(const Value& value, std::string_view mark) {
    const Record* record = value.as<Record>();
    return record != nullptr && record->size() == 1 && record->front().name == mark;
}

bool is_mark(const Value& value) {
    return is_blank_literal(value) || is_empty_literal(value);
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view stripped(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

std::size_t digit_run(std::string_view text, std::size_t from) {
    std::size_t end = from;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9')
        ++end;
    return end - from;
}

Number integer_or_double(std::string_view digits) {
    if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
    std::int64_t whole = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
    if (read.ec != std::errc::result_out_of_range) return whole;
    double large = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), large);
    return large;
}

// How much of the text's start is "-12" or "-12.5"; `decimal` says whether it has a point.
std::size_t numeric_prefix(std::string_view text, bool& decimal) {
    decimal = false;
    const std::size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    const std::size_t whole = digit_run(text, sign);
    if (whole == 0) return 0;
    std::size_t end = sign + whole;
    if (end < text.size() && text[end] == '.') {
        if (const std::size_t fraction = digit_run(text, end + 1); fraction > 0) {
            decimal = true;
            end += 1 + fraction;
        }
    }
    return end;
}

Number number_of_text(std::string_view text) {
    text = stripped(text);
    bool decimal = false;
    const std::size_t end = numeric_prefix(text, decimal);
    if (end == 0) return std::int64_t{0};
    std::string_view digits = text.substr(0, end);
    if (decimal && end == text.size()) {
        if (digits.front() == '+') digits.remove_prefix(1);
        double number = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return number;
    }
    return integer_or_double(digits.substr(0, digits.find('.')));
}

bool numbers_equal(Number a, Number b) {
    if (const auto* x = std::get_if<std::int64_t>(&a)) {
        if (const auto* y = std::get_if<std::int64_t>(&b)) return *x == *y;
    }
    return as_double(a) == as_double(b);
}

template <typename T>
int three_way(const T& a, const T& b) {
    return a < b ? -1 : b < a ? 1 : 0;
}

std::optional<Number> held_number(const Value& value) {
    if (const auto* whole = value.as<std::int64_t>()) return *whole;
    if (const auto* real = value.as<double>()) return *real;
    return std::nullopt;
}

bool lists_equal(const List& a, const List& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), are_equal);
}

}  // namespace

Value blank_literal() {
    return marked(kBlankMark);
}
Value empty_literal() {
    return marked(kEmptyMark);
}
bool is_blank_literal(const Value& value) {
    return has_mark(value, kBlankMark);
}
bool is_empty_literal(const Value& value) {
    return has_mark(value, kEmptyMark);
}

bool is_truthy(const Value& value) {
    if (const bool* held = value.as<bool>()) return *held;
    return !value.is_missing();
}

bool is_empty(const Value& value) {
    if (const auto* text = value.as<std::string>()) return text->empty();
    if (const auto* list = value.as<List>()) return list->empty();
    if (const auto* record = value.as<Record>()) return record->empty();
    return false;
}

bool is_blank(const Value& value) {
    if (value.is_missing()) return true;
    if (const bool* held = value.as<bool>()) return !*held;
    if (const auto* text = value.as<std::string>()) return stripped(*text).empty();
    return is_empty(value);
}

std::string format_double(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
    const double size = std::abs(number);
    if (size != 0 && (size >= 1e16 || size < 1e-4)) {
        std::string text = fmt::format("{:e}", number);
        std::array<char, 40> shortest{};
        const auto end = std::to_chars(shortest.data(), shortest.data() + shortest.size(), number,
                                       std::chars_format::scientific);
        text.assign(shortest.data(), end.ptr);
        const std::size_t e = text.find('e');
        if (text.find('.') == std::string::npos) text.insert(e, ".0");
        return text;
    }
    std::string text = fmt::format("{}", number);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

void append_text(std::string& out, const Value& value) {
    std::visit(Match{[&](Missing) {}, [&](bool held) { out += held ? "true" : "false"; },
                     [&](std::int64_t held) { out += fmt::format_int(held).c_str(); },
                     [&](double held) { out += format_double(held); },
                     [&](const std::string& held) { out += held; },
                     [&](const CalendarDuration& held) { out += format_duration(held); },
                     [&](Instant held) { out += format_instant(held); },
                     [&](Date held) { out += format_date(held); },
                     [&](TimeOfDay held) { out += format_time_of_day(held); },
                     [&](const Money& held) { out += format_money(held); },
                     [&](const List& held) {
                         for (const Value& one : held)
                             append_text(out, one);
                     },
                     [&](const Record&) {
                         if (!is_mark(value)) out += to_json(value);
                     }},
               value.held);
}

std::string text_of(const Value& value) {
    std::string out;
    append_text(out, value);
    return out;
}

Number number_of(const Value& value) {
    if (const auto number = held_number(value)) return *number;
    if (const auto* text = value.as<std::string>()) return number_of_text(*text);
    return std::int64_t{0};
}

std::optional<Number> strict_number(const Value& value) {
    if (const auto number = held_number(value)) return number;
    const auto* text = value.as<std::string>();
    if (text == nullptr) return std::nullopt;
    const std::string_view whole = stripped(*text);
    bool decimal = false;
    const std::size_t end = numeric_prefix(whole, decimal);
    if (end == 0 || end != whole.size()) return std::nullopt;
    return number_of_text(whole);
}

Value value_of(Number number) {
    return std::visit([](auto held) { return Value(held); }, number);
}

double as_double(Number number) {
    return std::visit([](auto held) { return static_cast<double>(held); }, number);
}

std::optional<std::int64_t> integer_of(const Value& value) {
    const auto number = strict_number(value);
    if (!number) return std::nullopt;
    if (const auto* whole = std::get_if<std::int64_t>(&*number)) return *whole;
    const double real = std::get<double>(*number);
    if (!(std::abs(real) < 9.0e18)) return std::nullopt;
    return static_cast<std::int64_t>(real);
}

std::int64_t lenient_integer(const Value& value) {
    const Number number = number_of(value);
    if (const auto* whole = std::get_if<std::int64_t>(&number)) return *whole;
    const double real = std::get<double>(number);
    return std::abs(real) < 9.0e18 ? static_cast<std::int64_t>(real) : 0;
}

bool are_equal(const Value& a, const Value& b) {
    if (is_mark(a) && is_mark(b)) return is_blank_literal(a) == is_blank_literal(b);
    if (is_blank_literal(a)) return is_blank(b);
    if (is_blank_literal(b)) return is_blank(a);
    if (is_empty_literal(a)) return is_empty(b);
    if (is_empty_literal(b)) return is_empty(a);
    const auto x = held_number(a);
    const auto y = held_number(b);
    if (x && y) return numbers_equal(*x, *y);
    if (a.as<List>() != nullptr && b.as<List>() != nullptr) {
        return lists_equal(*a.as<List>(), *b.as<List>());
    }
    return a == b;
}

std::optional<int> compare(const Value& a, const Value& b) {
    const auto x = held_number(a);
    const auto y = held_number(b);
    if (x && y) {
        const auto* whole_x = std::get_if<std::int64_t>(&*x);
        const auto* whole_y = std::get_if<std::int64_t>(&*y);
        if (whole_x != nullptr && whole_y != nullptr) return three_way(*whole_x, *whole_y);
        const double real_x = as_double(*x);
        const double real_y = as_double(*y);
        if (std::isnan(real_x) || std::isnan(real_y)) return std::nullopt;
        return three_way(real_x, real_y);
    }
    if (a.held.index() != b.held.index()) return std::nullopt;
    if (const auto* text = a.as<std::string>()) return three_way(*text, *b.as<std::string>());
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

bool contains(const Value& whole, const Value& part) {
    if (!is_truthy(part)) return false;
    if (const auto* text = whole.as<std::string>()) {
        return text->find(text_of(part)) != std::string::npos;
    }
    if (const auto* list = whole.as<List>()) {
        return std::any_of(list->begin(), list->end(),
                           [&](const Value& one) { return are_equal(one, part); });
    }
    if (const auto* record = whole.as<Record>()) {
        const auto* name = part.as<std::string>();
        return name != nullptr && find(*record, *name) != nullptr;
    }
    return false;
}

std::vector<std::size_t> code_point_starts(std::string_view text) {
    std::vector<std::size_t> starts;
    starts.reserve(text.size() + 1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) starts.push_back(i);
    }
    starts.push_back(text.size());
    return starts;
}

}  // namespace journey::render
