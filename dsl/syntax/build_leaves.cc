#include "dsl/syntax/build.h"
#include "dsl/syntax/durations.h"
#include "dsl/syntax/scan.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace journey::syntax {

using source::Diagnostic;

std::uint32_t Children::take() {
    ENSURE(!done(), "the grammar promised one more part");
    const std::uint32_t taken = at_;
    skip();
    return taken;
}

std::optional<std::uint32_t> Children::take(Kind kind) {
    if (!is(kind)) return std::nullopt;
    return take();
}

bool Children::word(std::string_view text) {
    if (!is(Kind::word) || this->text() != text) return false;
    skip();
    return true;
}

namespace {

int two(std::string_view text, std::size_t at) {
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

std::string without_groups(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c != '_') digits += c;
    }
    return digits;
}

void append_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&](std::uint32_t byte) {
        out += static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

/// The inside of a text that scan::string accepted.
std::string unescaped(std::string_view quoted) {
    std::string out;
    const std::string_view inside = quoted.substr(1, quoted.size() - 2);
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside[i] != '\\') {
            out += inside[i];
            continue;
        }
        switch (inside[++i]) {
            case 'n':
                out += '\n';
                break;
            case 'r':
                out += '\r';
                break;
            case 't':
                out += '\t';
                break;
            case 'u': {
                const std::size_t close = inside.find('}', i);
                std::uint32_t value = 0;
                std::from_chars(inside.data() + i + 2, inside.data() + close, value, 16);
                append_utf8(out, value);
                i = close;
                break;
            }
            default:
                out += inside[i];
        }
    }
    return out;
}

}  // namespace

ast::Name Builder::name(std::uint32_t at) const {
    return {std::string(slice(at)), span(at)};
}

ast::Path Builder::path(std::uint32_t at) const {
    ast::Path made;
    made.span = span(at);
    for (Children parts = children(at); !parts.done();)
        made.parts.push_back(name(parts.take()));
    return made;
}

ast::Text Builder::text(std::uint32_t at) const {
    return {unescaped(slice(at)), span(at)};
}

ast::Integer Builder::integer(std::uint32_t at) {
    const std::string digits = without_groups(slice(at));
    ast::Integer made;
    made.span = span(at);
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), made.value);
    if (problem != std::errc()) {
        m_.diagnostics.push_back(Diagnostic::error("J0210", "TOO LARGE", made.span,
                                                   "This number is larger than I can count.")
                                     .and_after("The largest is 9223372036854775807."));
        made.value = 0;
    }
    return made;
}

ast::Duration Builder::duration(std::uint32_t at) {
    const DurationReading reading = read_duration(slice(at));
    if (!reading.wrong.empty()) {
        Diagnostic made = Diagnostic::error("J0008", "HOW LONG?", span(at), reading.wrong);
        if (!reading.mended.empty()) {
            made = std::move(made).and_fix(source::Applicability::certain,
                                           fmt::format("write `{}`.", reading.mended),
                                           {{span(at), reading.mended}});
        }
        m_.diagnostics.push_back(std::move(made));
    }
    return {reading.value, span(at)};
}

ast::Percent Builder::percent(std::uint32_t at) {
    std::string_view digits = slice(at);
    digits.remove_suffix(1);
    ast::Percent made;
    made.span = span(at);
    double value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const double points = value * 100;
    const bool fits = value <= 100 && std::abs(points - std::round(points)) < 1e-6;
    if (!fits) {
        m_.diagnostics.push_back(Diagnostic::error(
            "J0306", "NOT A SHARE", made.span,
            value > 100 ? "A share is at most 100%." : "A share has at most two decimals."));
    }
    made.basis_points = static_cast<std::int32_t>(std::lround(std::min(points, 10'000.0)));
    return made;
}

ast::ClockTime Builder::clock_time(std::uint32_t at) const {
    const std::string_view digits = slice(at);
    return {TimeOfDay{two(digits, 0) * 3600 + two(digits, 3) * 60}, span(at)};
}

ast::WeekdayName Builder::weekday(std::uint32_t at) const {
    const std::string_view word = slice(at);
    using ast::Weekday;
    for (const auto& [text, day] : {std::pair{"Monday", Weekday::monday},
                                    {"Tuesday", Weekday::tuesday},
                                    {"Wednesday", Weekday::wednesday},
                                    {"Thursday", Weekday::thursday},
                                    {"Friday", Weekday::friday},
                                    {"Saturday", Weekday::saturday}}) {
        if (word == text) return {day, span(at)};
    }
    return {Weekday::sunday, span(at)};
}

ast::CurrencyName Builder::currency(std::uint32_t at) const {
    const std::string_view code = slice(at);
    return {Currency{code[0], code[1], code[2]}, span(at)};
}

ast::ClassName Builder::class_name(std::uint32_t at) const {
    const bool marketing = slice(at) == "marketing";
    return {marketing ? ast::MessageClass::marketing : ast::MessageClass::transactional, span(at)};
}

ast::Zone Builder::zone(std::uint32_t at) const {
    ast::Zone made;
    made.span = span(at);
    Children parts = children(at);
    if (const auto named = parts.take(Kind::string)) made.named = text(*named);
    if (const auto from = parts.take(Kind::path)) made.from = path(*from);
    return made;
}

ast::Zone Builder::need_zone(Children& rest, source::Span after) {
    if (const auto at = rest.take(Kind::zone)) return zone(*at);
    const source::Span end{after.file, after.end, after.end};
    m_.diagnostics.push_back(
        Diagnostic::error("J0211", "WHERE?", after,
                          "This time has no zone, and it is a different moment in every place.")
            .and_fix(source::Applicability::probable,
                     "add `local`, which is where the person lives.", {{end, " local"}})
            .and_fix(source::Applicability::sketch, "or name a zone: `in \"Asia/Shanghai\"`.", {}));
    return {std::nullopt, std::nullopt, end};
}

ast::LocalMoment Builder::moment(std::uint32_t at, Children& rest) {
    const std::string_view digits = slice(at);
    ast::LocalMoment made;
    made.span = span(at);
    const Result<Date> date = parse_date(digits.substr(0, 10));
    const int hour = two(digits, 11);
    const int minute = two(digits, 14);
    std::size_t n = 16;
    int second = 0;
    if (digits.size() > n && digits[n] == ':') {
        second = two(digits, 17);
        n += 3;
    }
    const bool clock =
        (hour < 24 && minute < 60 && second < 60) || (hour == 24 && minute == 0 && second == 0);
    if (!date || !clock) {
        m_.diagnostics.push_back(Diagnostic::error(
            "J0213", "NO SUCH DAY", made.span,
            !date ? fmt::format("There is no {} in the calendar.", digits.substr(0, 10))
                  : fmt::format("There is no {} on a clock.", digits.substr(11, n - 11))));
    }
    if (date) made.date = date.value();
    made.time = TimeOfDay{hour * 3600 + minute * 60 + second};
    if (n < digits.size()) {
        int offset = 0;
        if (digits[n] != 'Z') {
            offset = two(digits, n + 1) * 60 + two(digits, n + 4);
            if (digits[n] == '-') offset = -offset;
        }
        made.offset_minutes = offset;
    }
    if (const auto named = rest.take(Kind::zone)) {
        made.zone = zone(*named);
        made.span = source::join(made.span, made.zone->span);
    }
    return made;
}

source::Span Builder::keyword(std::uint32_t at) const {
    const std::uint32_t begin = m_.marks[at].begin;
    return m_.span(begin, begin + scan::word(slice(at)));
}

std::vector<ast::Name> Builder::names(Children& rest) const {
    std::vector<ast::Name> all;
    while (const auto at = rest.take(Kind::name))
        all.push_back(name(*at));
    return all;
}

std::vector<ast::Text> Builder::texts(Children& rest) const {
    std::vector<ast::Text> all;
    while (const auto at = rest.take(Kind::string))
        all.push_back(text(*at));
    return all;
}

}  // namespace journey::syntax
