#include "engine/render/filters.h"

#include <chrono>
#include <fmt/format.h>

namespace journey::render {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};

struct Civil {
    int year = 0;
    int month = 1;
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int micros = 0;
    int weekday = 0;  // 0 = Sunday
    int day_of_year = 1;
    std::int64_t unix_seconds = 0;
};

Civil civil_of(Instant at) {
    const auto day = floor<days>(at);
    const std::chrono::year_month_day date{day};
    const std::int64_t micros = (at - day).count();
    Civil civil;
    civil.year = int{date.year()};
    civil.month = static_cast<int>(unsigned{date.month()});
    civil.day = static_cast<int>(unsigned{date.day()});
    civil.hour = static_cast<int>(micros / 3'600'000'000);
    civil.minute = static_cast<int>(micros / 60'000'000 % 60);
    civil.second = static_cast<int>(micros / 1'000'000 % 60);
    civil.micros = static_cast<int>(micros % 1'000'000);
    civil.weekday = static_cast<int>(std::chrono::weekday{day}.c_encoding());
    const std::chrono::sys_days new_year{date.year() / std::chrono::January / 1};
    civil.day_of_year = static_cast<int>((day - new_year).count()) + 1;
    civil.unix_seconds = floor<seconds>(at).time_since_epoch().count();
    return civil;
}

struct IsoWeek {
    int year;
    int week;
};

IsoWeek iso_week(const Civil& civil) {
    const std::chrono::sys_days day{std::chrono::year{civil.year} /
                                    static_cast<unsigned>(civil.month) /
                                    static_cast<unsigned>(civil.day)};
    const auto thursday = day + days{3 - (civil.weekday + 6) % 7};
    const std::chrono::year_month_day date{thursday};
    const std::chrono::sys_days new_year{date.year() / std::chrono::January / 1};
    return {int{date.year()}, static_cast<int>((thursday - new_year).count()) / 7 + 1};
}

struct Directive {
    char flag = 0;  // - 0 ^ _ #
    int width = 0;
    int colons = 0;
};

std::string number(std::int64_t value, int digits, const Directive& how, char pad = '0') {
    if (how.flag == '-') return std::to_string(value);
    if (how.flag == '_') pad = ' ';
    if (how.flag == '0') pad = '0';
    const int width = how.width > 0 ? how.width : digits;
    std::string text = std::to_string(value < 0 ? -value : value);
    while (static_cast<int>(text.size()) + (value < 0 ? 1 : 0) < width)
        text.insert(text.begin(), pad);
    return value < 0 ? "-" + text : text;
}

std::string words(std::string_view text, const Directive& how) {
    std::string out(text);
    if (how.flag == '^' || how.flag == '#') {
        for (char& c : out)
            c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    while (static_cast<int>(out.size()) < how.width)
        out.insert(out.begin(), how.flag == '0' ? '0' : ' ');
    return out;
}

std::string half_day(const Civil& civil, const Directive& how, char letter) {
    const bool low = (letter == 'P') != (how.flag == '#');
    if (civil.hour < 12) return words(low ? "am" : "AM", {.width = how.width});
    return words(low ? "pm" : "PM", {.width = how.width});
}

std::string expand(const Civil& civil, Instant at, char letter, const Directive& how) {
    const int hour12 = civil.hour % 12 == 0 ? 12 : civil.hour % 12;
    const auto month = static_cast<std::size_t>(civil.month - 1);
    const auto weekday = static_cast<std::size_t>(civil.weekday);
    switch (letter) {
        case 'a':
            return words(kWeekdays[weekday].substr(0, 3), how);
        case 'A':
            return words(kWeekdays[weekday], how);
        case 'b':
        case 'h':
            return words(kMonths[month].substr(0, 3), how);
        case 'B':
            return words(kMonths[month], how);
        case 'c':
            return format_time(at, "%a %b %e %H:%M:%S %Y");
        case 'C':
            return number(civil.year / 100, 2, how);
        case 'd':
            return number(civil.day, 2, how);
        case 'D':
        case 'x':
            return format_time(at, "%m/%d/%y");
        case 'e':
            return number(civil.day, 2, how, ' ');
        case 'F':
            return format_time(at, "%Y-%m-%d");
        case 'g':
            return number(iso_week(civil).year % 100, 2, how);
        case 'G':
            return number(iso_week(civil).year, 4, how);
        case 'H':
            return number(civil.hour, 2, how);
        case 'I':
            return number(hour12, 2, how);
        case 'j':
            return number(civil.day_of_year, 3, how);
        case 'k':
            return number(civil.hour, 2, how, ' ');
        case 'l':
            return number(hour12, 2, how, ' ');
        case 'L':
            return number(civil.micros / 1000, 3, {});
        case 'N': {
            std::string digits = number(civil.micros, 6, {}) + "000";
            const std::size_t wanted = how.width > 0 ? static_cast<std::size_t>(how.width) : 9;
            digits.resize(std::min<std::size_t>(wanted, 9), '0');
            return digits;
        }
        case 'm':
            return number(civil.month, 2, how);
        case 'M':
            return number(civil.minute, 2, how);
        case 'n':
            return "\n";
        case 'p':
        case 'P':
            return half_day(civil, how, letter);
        case 'r':
            return format_time(at, "%I:%M:%S %p");
        case 'R':
            return format_time(at, "%H:%M");
        case 's':
            return number(civil.unix_seconds, 1, how);
        case 'S':
            return number(civil.second, 2, how);
        case 't':
            return "\t";
        case 'T':
        case 'X':
            return format_time(at, "%H:%M:%S");
        case 'u':
            return number(civil.weekday == 0 ? 7 : civil.weekday, 1, how);
        case 'U':
            return number((civil.day_of_year + 6 - civil.weekday) / 7, 2, how);
        case 'v':
            return words(format_time(at, "%e-%b-%Y"), {.flag = '^', .width = how.width});
        case 'V':
            return number(iso_week(civil).week, 2, how);
        case 'w':
            return number(civil.weekday, 1, how);
        case 'W':
            return number((civil.day_of_year + 6 - (civil.weekday + 6) % 7) / 7, 2, how);
        case 'y':
            return number(civil.year % 100, 2, how);
        case 'Y':
            return number(civil.year, 1, how);
        case 'z':
            return how.colons > 0 ? "+00:00" : "+0000";
        case 'Z':
            return words("UTC", how);
        case '%':
            return "%";
        default:
            return {};
    }
}

std::string folded(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

// "March 14, 2016", "Mar 14 2016", "14 March 2016", each with an optional "10:00" or "10:00:00".
std::optional<Instant> worded_date(std::string_view text) {
    int year = -1;
    int month = -1;
    int day = -1;
    std::string time = "00:00:00";
    std::string word;
    std::string spaced(text);
    for (char& c : spaced)
        c = c == ',' ? ' ' : c;
    spaced += ' ';
    for (const char c : spaced) {
        if (c != ' ') {
            word += c;
            continue;
        }
        if (word.empty()) continue;
        const auto whole = integer_of(Value(word));
        const std::string low = folded(word);
        if (whole && word.size() == 4) {
            year = static_cast<int>(*whole);
        } else if (whole && *whole >= 1 && *whole <= 31) {
            day = static_cast<int>(*whole);
        } else if (word.size() == 5 && word[2] == ':') {
            time = word + ":00";
        } else if (word.size() == 8 && word[2] == ':') {
            time = word;
        } else {
            const auto named = std::find_if(kMonths.begin(), kMonths.end(), [&](auto name) {
                return folded(name) == low || folded(name.substr(0, 3)) == low;
            });
            if (named == kMonths.end()) {
                const bool weekday =
                    std::any_of(kWeekdays.begin(), kWeekdays.end(), [&](auto name) {
                        return folded(name) == low || folded(name.substr(0, 3)) == low;
                    });
                if (!weekday) return std::nullopt;
            } else {
                month = static_cast<int>(named - kMonths.begin()) + 1;
            }
        }
        word.clear();
    }
    if (year < 0 || month < 0) return std::nullopt;
    auto at =
        parse_instant(fmt::format("{:04}-{:02}-{:02}T{}Z", year, month, day < 0 ? 1 : day, time));
    return at ? std::optional(at.value()) : std::nullopt;
}

std::optional<Instant> instant_of_value(FilterRun& run, const Value& value) {
    if (const auto* at = value.as<Instant>()) return *at;
    if (const auto* date = value.as<Date>()) return Instant{days{date->days}};
    const auto* words = value.as<std::string>();
    const bool signed_text =
        words != nullptr && (words->starts_with('-') || words->starts_with('+'));
    if (const auto whole = signed_text ? std::nullopt : integer_of(value)) {
        constexpr std::int64_t kMost = 253'402'300'799;  // the end of the year 9999
        if (*whole < -kMost || *whole > kMost) return std::nullopt;
        return Instant{seconds{*whole}};
    }
    const auto* text = value.as<std::string>();
    if (text == nullptr) return std::nullopt;
    if (*text == "now" || *text == "today") {
        // A template asks no clock: the message's own instant comes in as `now`.
        const Value* now = find(run.data, "now");
        const auto* at = now == nullptr ? nullptr : now->as<Instant>();
        return at == nullptr ? std::nullopt : std::optional(*at);
    }
    if (auto at = parse_instant(*text)) return at.value();
    return worded_date(*text);
}

Value date(FilterRun& run, const Value& input) {
    const std::string pattern = text_of(run[0]);
    if (pattern.empty()) return input;
    const auto at = instant_of_value(run, input);
    if (!at) return input;
    if (pattern.size() > 1000) return run.fail("the date format exceeds 1,000 characters");
    return format_time(*at, pattern);
}

constexpr std::array<FilterInfo, 1> kFilters{{{"date", 1, 1, date}}};

}  // namespace

std::string format_time(Instant at, std::string_view pattern) {
    const Civil civil = civil_of(at);
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '%') {
            out += pattern[i];
            continue;
        }
        const std::size_t begin = i++;
        Directive how;
        constexpr std::string_view kFlags = "-0^_#";
        while (i < pattern.size() && kFlags.find(pattern[i]) != std::string_view::npos)
            how.flag = pattern[i++];
        while (i < pattern.size() && pattern[i] >= '0' && pattern[i] <= '9' && how.width < 100)
            how.width = how.width * 10 + (pattern[i++] - '0');
        while (i < pattern.size() && pattern[i] == ':') {
            ++how.colons;
            ++i;
        }
        const std::string text = i < pattern.size() ? expand(civil, at, pattern[i], how) : "";
        out += text.empty() ? std::string(pattern.substr(begin, i - begin + 1)) : text;
    }
    return out;
}

std::span<const FilterInfo> date_filters() {
    return kFilters;
}

}  // namespace journey::render
