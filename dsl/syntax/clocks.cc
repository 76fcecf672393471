// Times of day as other people write them: `10am`, `6 pm`, `9:00`, `晚上8点`.

#include "dsl/syntax/scan.h"
#include "dsl/syntax/slips.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace journey::syntax {

using source::Applicability;
using source::Diagnostic;

namespace {

struct ClockReading {
    int hour = 0;
    int minute = 0;
    std::size_t length = 0;
    bool certain = false;
};

std::size_t digits_of(std::string_view text, int& value) {
    std::size_t n = 0;
    for (value = 0; n < 2 && n < text.size() && text[n] >= '0' && text[n] <= '9'; ++n)
        value = value * 10 + (text[n] - '0');
    return n;
}

/// `am`, `PM`, `p.m.`: 'a' or 'p', or 0.
char half_of_day(std::string_view text, std::size_t& length) {
    const auto lower = [&](std::size_t i) {
        const char c = i < text.size() ? text[i] : '\0';
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    const char half = lower(0);
    if (half != 'a' && half != 'p') return 0;
    length = 1;
    if (lower(length) == '.') ++length;
    if (lower(length++) != 'm') return 0;
    if (lower(length) == '.') ++length;
    return scan::is_word_byte_at(text, length) ? '\0' : half;
}

/// `点`, `点半`, `点15分`, `时`
bool chinese_hour(std::string_view text, ClockReading& reading, std::size_t& length) {
    static constexpr std::array<std::string_view, 4> kHours = {"点", "點", "时", "時"};
    for (const std::string_view word : kHours) {
        if (!text.starts_with(word)) continue;
        length = word.size();
        const std::string_view rest = text.substr(length);
        if (rest.starts_with("半")) {
            reading.minute = 30;
            length += std::string_view("半").size();
        } else if (const std::size_t n = digits_of(rest, reading.minute)) {
            length += n;
            if (rest.substr(n).starts_with("分")) length += std::string_view("分").size();
        }
        return true;
    }
    return false;
}

/// `早上`: 'a', `晚上`: 'p'.
char chinese_half(std::string_view text, std::size_t& length) {
    static constexpr std::array<std::pair<std::string_view, char>, 6> kHalves = {
        {{"上午", 'a'}, {"早上", 'a'}, {"凌晨", 'a'}, {"下午", 'p'}, {"晚上", 'p'}, {"傍晚", 'p'}}};
    for (const auto& [word, half] : kHalves) {
        if (!text.starts_with(word)) continue;
        length = word.size();
        return half;
    }
    return 0;
}

/// `wanted`: only a time can stand here, so `9:00` and `9` are meant as one too.
std::optional<ClockReading> read_clock(std::string_view text, bool wanted) {
    ClockReading reading;
    std::size_t n = 0;
    char half = chinese_half(text, n);
    const std::size_t digits = digits_of(text.substr(n), reading.hour);
    if (digits == 0) return std::nullopt;
    n += digits;
    std::size_t length = 0;
    const bool chinese = chinese_hour(text.substr(n), reading, length);
    if (chinese) n += length;
    bool minutes = false;
    const std::string_view colon = text.substr(n).starts_with("：") ? "：" : ":";
    if (!chinese && (text.substr(n).starts_with(colon) || text.substr(n).starts_with("."))) {
        const std::size_t sign = text[n] == '.' ? 1 : colon.size();
        minutes = digits_of(text.substr(n + sign), reading.minute) == 2;
        if (minutes) n += sign + 2;
    }
    if (!chinese) {
        const std::size_t gap = scan::blanks(text.substr(n));
        if (const char said = half_of_day(text.substr(n + gap), length)) {
            half = said;
            n += gap + length;
        }
    }
    if (scan::is_word_byte_at(text, n) || reading.minute > 59) return std::nullopt;
    if (half == 0 && !chinese && !wanted) return std::nullopt;
    if (half != 0 && (reading.hour > 12 || reading.hour == 0)) half = 0;  // `18点`, already ours
    if (half == 'p' && reading.hour < 12) reading.hour += 12;
    if (half == 'a' && reading.hour == 12) reading.hour = 0;
    if (reading.hour > 23) return std::nullopt;
    reading.length = n;
    reading.certain = half != 0 || minutes;
    return reading;
}

}  // namespace

std::optional<source::Diagnostic> foreign_clock(const Matching& state, std::size_t at) {
    const std::string_view text = state.text;
    const bool wanted =
        std::any_of(state.expected.begin(), state.expected.end(),
                    [](const Wanted& one) { return one.text == "a time like `10:00`"; });
    std::size_t begin = std::min(at, text.size());
    // `6 pm` gets stuck at `pm`, `10:5` at its colon.
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    std::size_t before = begin;
    while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == ':'))
        --before;
    if (before > 0 && digit(before - 1)) begin = before;
    while (begin > 0 && (digit(begin - 1) || text[begin - 1] == ':'))
        --begin;
    if (begin > 0 && (scan::is_word_byte_at(text, begin - 1) || text[begin - 1] == '.'))
        return std::nullopt;
    const std::optional<ClockReading> reading = read_clock(text.substr(begin), wanted);
    if (!reading || begin + reading->length < at) return std::nullopt;
    const std::string_view written = text.substr(begin, reading->length);
    const std::string meant = fmt::format("{:02}:{:02}", reading->hour, reading->minute);
    if (written == meant) return std::nullopt;
    const source::Span span = state.span(begin, begin + reading->length);
    return Diagnostic::error("J0001", "WHAT TIME?", span,
                             fmt::format("`{}` is written `{}`.", written, meant))
        .and_after(
            "Times are written by the 24-hour clock, with two digits each: `09:00`, `18:30`.")
        .and_fix(reading->certain ? Applicability::certain : Applicability::probable,
                 fmt::format("write `{}`.", meant), {{span, meant}});
}

}  // namespace journey::syntax
