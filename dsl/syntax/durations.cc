#include "dsl/syntax/durations.h"

#include "dsl/syntax/scan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace journey::syntax {
namespace {

using source::Applicability;
using source::Diagnostic;

enum class Unit : unsigned char { year, month, week, day, hour, minute, second };

struct UnitName {
    std::string_view text;
    Unit unit;
};

constexpr std::array<std::string_view, 7> kGlued = {"y", "mo", "w", "d", "h", "m", "s"};
constexpr std::array<std::string_view, 7> kSpelled = {"year", "month",  "week",  "day",
                                                      "hour", "minute", "second"};

// 10,000 years; far beyond every limit, and safe to multiply.
constexpr std::int64_t kCountMax = 1'000'000'000;

void add(CalendarDuration& value, std::int64_t count, Unit unit) {
    switch (unit) {
        case Unit::year:
            value.months += static_cast<std::int32_t>(count * 12);
            break;
        case Unit::month:
            value.months += static_cast<std::int32_t>(count);
            break;
        case Unit::week:
            value.days += static_cast<std::int32_t>(count * 7);
            break;
        case Unit::day:
            value.days += static_cast<std::int32_t>(count);
            break;
        case Unit::hour:
            value.seconds += count * 3600;
            break;
        case Unit::minute:
            value.seconds += count * 60;
            break;
        case Unit::second:
            value.seconds += count;
            break;
    }
}

std::int64_t most(Unit unit) {
    switch (unit) {
        case Unit::year:
            return 10'000;
        case Unit::month:
            return 120'000;
        case Unit::week:
            return 520'000;
        case Unit::day:
            return 3'650'000;
        case Unit::hour:
        case Unit::minute:
        case Unit::second:
            break;
    }
    return kCountMax * 100;
}

std::optional<std::int64_t> number(std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

std::size_t count_digits(std::string_view text) {
    std::size_t n = 0;
    while (n < text.size() && text[n] >= '0' && text[n] <= '9')
        ++n;
    return n;
}

std::string counted(std::int64_t count, Unit unit) {
    return fmt::format("{} {}{}", count, kSpelled[static_cast<std::size_t>(unit)],
                       count == 1 ? "" : "s");
}

/// Other people's names for our units.
std::optional<Unit> alias(std::string_view word) {
    static constexpr std::array<UnitName, 34> kAliases = {
        {{"sec", Unit::second},     {"secs", Unit::second},   {"S", Unit::second},
         {"秒", Unit::second},      {"second", Unit::second}, {"seconds", Unit::second},
         {"min", Unit::minute},     {"mins", Unit::minute},   {"minute", Unit::minute},
         {"minutes", Unit::minute}, {"分钟", Unit::minute},   {"分", Unit::minute},
         {"hr", Unit::hour},        {"hrs", Unit::hour},      {"H", Unit::hour},
         {"hour", Unit::hour},      {"hours", Unit::hour},    {"小时", Unit::hour},
         {"D", Unit::day},          {"day", Unit::day},       {"days", Unit::day},
         {"天", Unit::day},         {"日", Unit::day},        {"W", Unit::week},
         {"wk", Unit::week},        {"week", Unit::week},     {"weeks", Unit::week},
         {"周", Unit::week},        {"mon", Unit::month},     {"months", Unit::month},
         {"month", Unit::month},    {"个月", Unit::month},    {"yr", Unit::year},
         {"年", Unit::year}}};
    for (const UnitName& one : kAliases) {
        if (one.text == word) return one.unit;
    }
    for (std::size_t i = 0; i < kGlued.size(); ++i) {
        if (kGlued[i] == word) return static_cast<Unit>(i);
    }
    return std::nullopt;
}

/// `dy`, `Days`, `huors`. Words that often follow a number on purpose are left alone.
std::optional<Unit> near_unit(std::string_view word) {
    static constexpr std::array<std::string_view, 5> kOthers = {"when", "where", "with", "within",
                                                                "to"};
    if (word.size() < 2 || is_reserved(word) ||
        std::find(kOthers.begin(), kOthers.end(), word) != kOthers.end()) {
        return std::nullopt;
    }
    std::vector<std::string> names;
    for (const std::string_view name : kSpelled) {
        names.emplace_back(name);
        names.push_back(std::string(name) + "s");
    }
    const std::vector<std::string> near = did_you_mean(word, names);
    if (near.empty()) return std::nullopt;
    const std::string_view found = near.front();
    // `for` is no `hour`: who misspells a unit gets its first letter right.
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    if (lower(word.front()) != found.front()) return std::nullopt;
    for (std::size_t i = 0; i < kSpelled.size(); ++i) {
        if (found.starts_with(kSpelled[i])) return static_cast<Unit>(i);
    }
    return std::nullopt;
}

/// 1.5 hours as whole units: "1h30m". Empty when it does not come out even, or depends on the
/// calendar.
std::string without_fraction(double count, Unit unit) {
    double seconds = 0;
    switch (unit) {
        case Unit::hour:
            seconds = count * 3600;
            break;
        case Unit::minute:
            seconds = count * 60;
            break;
        case Unit::week: {
            const double days = count * 7;
            return std::floor(days) == days && days < 1e6
                       ? fmt::format("{} days", static_cast<std::int64_t>(days))
                       : "";
        }
        case Unit::day:
            seconds = count * 86400;
            break;
        case Unit::year: {
            const double months = count * 12;
            return std::floor(months) == months && months < 1e6
                       ? fmt::format("{} months", static_cast<std::int64_t>(months))
                       : "";
        }
        case Unit::month:
        case Unit::second:
            return "";
    }
    if (std::floor(seconds) != seconds || seconds > 1e12) return "";
    const auto whole = static_cast<std::int64_t>(seconds);
    std::string out;
    if (whole >= 3600) out += fmt::format("{}h", whole / 3600);
    if (whole % 3600 >= 60) out += fmt::format("{}m", whole % 3600 / 60);
    if (whole % 60 > 0) out += fmt::format("{}s", whole % 60);
    return out;
}

}  // namespace

DurationReading read_duration(std::string_view text) {
    DurationReading reading;
    std::size_t at = 0;
    int last = -1;
    std::array<std::int64_t, 7> counts{};
    while (at < text.size()) {
        const std::size_t digits = count_digits(text.substr(at));
        const std::optional<std::int64_t> count = number(text.substr(at, digits));
        at += digits;
        at += scan::blanks(text.substr(at));
        std::size_t letters = 0;
        while (at + letters < text.size() && (text[at + letters] < '0' || text[at + letters] > '9'))
            ++letters;
        std::string_view name = text.substr(at, letters);
        at += letters;
        std::optional<Unit> unit;
        for (std::size_t i = 0; i < kGlued.size(); ++i) {
            const bool spelled =
                name == kSpelled[i] || (name.ends_with('s') && name.size() > 1 &&
                                        name.substr(0, name.size() - 1) == kSpelled[i]);
            if (name == kGlued[i] || spelled) unit = static_cast<Unit>(i);
        }
        if (!unit || !count || *count > most(*unit)) {
            reading.wrong = fmt::format("`{}` is longer than anything I can wait for.", text);
            return reading;
        }
        counts[static_cast<std::size_t>(*unit)] += *count;
        if (static_cast<int>(*unit) <= last) reading.wrong = "disordered";
        last = static_cast<int>(*unit);
        add(reading.value, *count, *unit);
    }
    if (reading.wrong.empty()) return reading;
    reading.wrong =
        fmt::format("In `{}` the units do not go from large to small, each once.", text);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] > 0) reading.mended += fmt::format("{}{}", counts[i], kGlued[i]);
    }
    return reading;
}

std::optional<Diagnostic> misspelt_duration(const Matching& state, std::size_t at) {
    const std::string_view text = state.text;
    if (at >= text.size()) return std::nullopt;
    // `feb 29 as mar 2`: a number is wanted, and it is a day.
    const bool of_month =
        std::any_of(state.expected.begin(), state.expected.end(),
                    [](const Wanted& one) { return one.text == "1" || one.text == "28"; });
    if (of_month) return std::nullopt;
    // The run of digits, dots and letters around the place; a number and a blank before a word
    // belong to it.
    const auto part_of_run = [&](std::size_t i) {
        const auto c = static_cast<unsigned char>(text[i]);
        return c == '.' || c == '_' || c >= 0x80 || (c >= '0' && c <= '9') ||
               (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    std::size_t begin = at;
    while (begin > 0 && part_of_run(begin - 1))
        --begin;
    std::size_t end = at;
    while (end < text.size() && end - begin < 64 && part_of_run(end))
        ++end;
    if (begin == at && count_digits(text.substr(begin)) == 0) {
        std::size_t before = begin;
        while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\t'))
            --before;
        std::size_t digits = before;
        while (digits > 0 && (part_of_run(digits - 1)))
            --digits;
        if (before == begin || digits == before) return std::nullopt;
        begin = digits;
    }
    // `within 10 Days` gets stuck before the number.
    if (count_digits(text.substr(begin, end - begin)) == end - begin) {
        const std::size_t word = end + scan::blanks(text.substr(end));
        end = word + scan::word(text.substr(word));
    }
    const std::string_view run = text.substr(begin, end - begin);
    if (scan::duration(run) == run.size()) return std::nullopt;  // only in the wrong place
    const std::size_t whole = count_digits(run);
    if (whole == 0 || whole > 9) return std::nullopt;
    std::size_t n = whole;
    if (n < run.size() && run[n] == '.') n += 1 + count_digits(run.substr(n + 1));
    const bool fraction = n > whole + 1;
    const std::string_view digits = run.substr(0, n);
    const std::string_view unit_word = run.substr(n + scan::blanks(run.substr(n)));
    if (unit_word.empty()) return std::nullopt;

    const source::Span span = state.span(begin, end);
    const auto mend = [&](Diagnostic made, Applicability applicability,
                          const std::string& spelling) {
        return std::move(made).and_fix(applicability, fmt::format("write `{}`.", spelling),
                                       {{span, spelling}});
    };
    const std::string title = "HOW LONG?";
    if (unit_word == "M") {
        Diagnostic made =
            Diagnostic::error("J0008", title, span, "`M` could be minutes or months.");
        made = mend(std::move(made), Applicability::probable, fmt::format("{}m", digits));
        return mend(std::move(made), Applicability::probable, fmt::format("{}mo", digits));
    }
    std::optional<Unit> unit = alias(unit_word);
    const bool guessed = !unit;
    if (!unit && !fraction) unit = near_unit(unit_word);
    if (!unit) return std::nullopt;
    if (fraction) {
        const std::string spelling = without_fraction(std::stod(std::string(digits)), *unit);
        Diagnostic made = Diagnostic::error(
            "J0008", title, span, fmt::format("`{}`: durations are whole numbers of a unit.", run));
        if (spelling.empty()) return std::move(made).and_help("use a smaller unit.");
        const auto sure = *unit == Unit::day ? Applicability::probable : Applicability::certain;
        if (*unit == Unit::day)
            made = std::move(made).and_after(
                "A day has 23 to 25 hours, so part of one is written in hours.");
        return mend(std::move(made), sure, spelling);
    }
    const std::optional<std::int64_t> count = number(run.substr(0, whole));
    if (!count || n != whole) return std::nullopt;
    const std::string spelling = counted(*count, *unit);
    if (run == spelling) return std::nullopt;
    return mend(
        Diagnostic::error("J0008", title, span, fmt::format("`{}` is written `{}`.", run, spelling))
            .and_after(
                "Units are `s m h d w mo y` right behind the number, or one word: `15 minutes`."),
        guessed ? Applicability::probable : Applicability::certain, spelling);
}

}  // namespace journey::syntax
