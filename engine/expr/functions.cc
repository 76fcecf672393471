#include "engine/expr/operators.h"

#include <cmath>
#include <fmt/format.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

namespace journey::expr {
namespace {

using calendar::Zone;

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char ascii_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Unicode's White_Space property. No code point of UTF-8 is the tail of another, so both ends can
// be compared as bytes.
constexpr std::array<std::string_view, 25> kBlanks{
    {" ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\u0085", "\u00a0", "\u1680",
     "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
     "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"}};

std::string_view without_leading_blanks(std::string_view text) {
    for (;;) {
        const auto* blank = std::find_if(kBlanks.begin(), kBlanks.end(),
                                         [&](std::string_view it) { return text.starts_with(it); });
        if (blank == kBlanks.end()) return text;
        text.remove_prefix(blank->size());
    }
}

std::string_view without_trailing_blanks(std::string_view text) {
    for (;;) {
        const auto* blank = std::find_if(kBlanks.begin(), kBlanks.end(),
                                         [&](std::string_view it) { return text.ends_with(it); });
        if (blank == kBlanks.end()) return text;
        text.remove_suffix(blank->size());
    }
}

// The root locale: the same letters on every machine.
template <typename Ascii, typename Unicode>
Value with_case(const Value& a, Ascii ascii, Unicode unicode) {
    const auto* text = a.as<std::string>();
    if (text == nullptr) return {};
    std::string out;
    if (is_ascii(*text)) {
        out.resize(text->size());
        std::transform(text->begin(), text->end(), out.begin(), ascii);
    } else {
        icu::UnicodeString wide = icu::UnicodeString::fromUTF8(*text);
        unicode(wide);
        wide.toUTF8String(out);
    }
    return out;
}

double round_real(double real, ir::Op op) {
    if (op == ir::Op::floor) return std::floor(real);
    if (op == ir::Op::ceil) return std::ceil(real);
    return std::round(real);
}

Value round_money(const Money& money, ir::Op op) {
    std::int64_t unit = 1;
    for (int i = 0; i < minor_digits(money.currency); ++i)
        unit *= 10;
    const std::int64_t rest = ((money.minor % unit) + unit) % unit;
    std::int64_t down = 0;
    if (__builtin_sub_overflow(money.minor, rest, &down)) return {};
    const bool half_up = money.minor >= 0 ? rest * 2 >= unit : rest * 2 > unit;
    const bool up = rest != 0 && (op == ir::Op::ceil || (op == ir::Op::round && half_up));
    std::int64_t result = down;
    if (up && __builtin_add_overflow(down, unit, &result)) return {};
    return Money{result, money.currency};
}

std::optional<calendar::Local> local_of(const Value& a, const Zone& zone) {
    if (const auto* at = a.as<Instant>()) return calendar::to_local(*at, zone);
    if (const auto* date = a.as<Date>()) return calendar::Local{*date, TimeOfDay{0}};
    return std::nullopt;
}

Value part_of_date(Date date, ir::Op op) {
    const calendar::Civil civil = calendar::civil_of(date);
    if (op == ir::Op::year) return civil.year;
    if (op == ir::Op::month) return static_cast<int>(civil.month);
    if (op == ir::Op::day) return static_cast<int>(civil.day);
    return int{calendar::weekday_of(date)};
}

Value part_of_time(TimeOfDay time, ir::Op op) {
    if (op == ir::Op::hour) return time.seconds / 3600;
    return time.seconds / 60 % 60;
}

}  // namespace

bool is_blank(const Value& a) {
    if (a.is_missing()) return true;
    if (const auto* text = a.as<std::string>()) return without_leading_blanks(*text).empty();
    if (const auto* list = a.as<List>()) return list->empty();
    if (const auto* record = a.as<Record>()) return record->empty();
    return false;
}

bool contains(const Value& whole, const Value& part, const Zone& zone) {
    if (const auto* list = whole.as<List>()) {
        return std::any_of(list->begin(), list->end(),
                           [&](const Value& one) { return equal(one, part, zone); });
    }
    const auto* text = whole.as<std::string>();
    const auto* wanted = part.as<std::string>();
    return text != nullptr && wanted != nullptr && text->find(*wanted) != std::string::npos;
}

Value size_of(const Value& a) {
    const auto count = [](std::size_t size) { return Value(static_cast<std::int64_t>(size)); };
    if (const auto* text = a.as<std::string>()) return count(count_code_points(*text));
    if (const auto* list = a.as<List>()) return count(list->size());
    if (const auto* record = a.as<Record>()) return count(record->size());
    return {};
}

Value lower(const Value& a) {
    return with_case(a, ascii_lower,
                     [](icu::UnicodeString& it) { it.toLower(icu::Locale::getRoot()); });
}

Value upper(const Value& a) {
    return with_case(a, ascii_upper,
                     [](icu::UnicodeString& it) { it.toUpper(icu::Locale::getRoot()); });
}

Value trim(const Value& a) {
    const auto* text = a.as<std::string>();
    if (text == nullptr) return {};
    return without_trailing_blanks(without_leading_blanks(*text));
}

Value absolute(const Value& a) {
    const auto* whole = a.as<std::int64_t>();
    const auto* money = a.as<Money>();
    if (whole != nullptr) return *whole < 0 ? negate(a) : a;
    if (money != nullptr) return money->minor < 0 ? negate(a) : a;
    if (const auto* real = a.as<double>()) return std::abs(*real);
    return {};
}

Value rounded(const Value& a, ir::Op op, ir::TypeKind type) {
    if (a.as<std::int64_t>() != nullptr) return a;
    if (const auto* money = a.as<Money>()) return round_money(*money, op);
    const auto* real = a.as<double>();
    if (real == nullptr) return {};
    const double whole = round_real(*real, op);
    if (type != ir::TypeKind::integer) return whole;
    constexpr double kEdge = 9223372036854775808.0;  // 2^63
    if (!(whole >= -kEdge && whole < kEdge)) return {};
    return static_cast<std::int64_t>(whole);
}

bool append_text(std::string& out, const Value& a) {
    return std::visit(Match{[&](const std::string& it) {
                                out += it;
                                return true;
                            },
                            [&](bool it) {
                                out += it ? "true" : "false";
                                return true;
                            },
                            [&](std::int64_t it) {
                                out += std::to_string(it);
                                return true;
                            },
                            [&](double it) {
                                fmt::format_to(std::back_inserter(out), "{}", it);
                                return true;
                            },
                            [&](const CalendarDuration& it) {
                                out += format_duration(it);
                                return true;
                            },
                            [&](Instant it) {
                                out += format_instant(it);
                                return true;
                            },
                            [&](Date it) {
                                out += format_date(it);
                                return true;
                            },
                            [&](TimeOfDay it) {
                                out += format_time_of_day(it);
                                return true;
                            },
                            [&](const Money& it) {
                                out += format_money(it);
                                return true;
                            },
                            [](const auto&) { return false; }},
                      a.held);
}

Value part_of(const Value& a, ir::Op op, const Zone& zone) {
    const bool of_time = op == ir::Op::hour || op == ir::Op::minute;
    if (const auto* time = a.as<TimeOfDay>()) return of_time ? part_of_time(*time, op) : Value();
    const auto local = local_of(a, zone);
    if (!local) return {};
    return of_time ? part_of_time(local->time, op) : part_of_date(local->date, op);
}

Value date_of(const Value& a, const Zone& zone) {
    const auto local = local_of(a, zone);
    return local ? Value(local->date) : Value();
}

Value days_between(const Value& a, const Value& b, const Zone& zone) {
    const auto from = local_of(a, zone);
    const auto to = local_of(b, zone);
    if (!from || !to) return {};
    return std::int64_t{to->date.days} - from->date.days;
}

Value element_of(const Value& whole, const Value& key) {
    if (const auto* list = whole.as<List>()) {
        const auto* at = key.as<std::int64_t>();
        if (at == nullptr || *at < 0 || static_cast<std::uint64_t>(*at) >= list->size()) return {};
        return (*list)[static_cast<std::size_t>(*at)];
    }
    const auto* record = whole.as<Record>();
    const auto* name = key.as<std::string>();
    const Value* found = record != nullptr && name != nullptr ? find(*record, *name) : nullptr;
    return found != nullptr ? *found : Value();
}

}  // namespace journey::expr
