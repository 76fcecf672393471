#include "engine/calendar/calendar.h"
#include "engine/render/filters.h"

#include <charconv>
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

std::string offset_text(std::int32_t offset_seconds, int colons) {
    const char sign = offset_seconds < 0 ? '-' : '+';
    const std::int32_t size = std::abs(offset_seconds);
    const std::int32_t hour = size / 3600;
    const std::int32_t minute = size / 60 % 60;
    if (colons == 0) return fmt::format("{}{:02}{:02}", sign, hour, minute);
    if (colons == 1) return fmt::format("{}{:02}:{:02}", sign, hour, minute);
    return fmt::format("{}{:02}:{:02}:{:02}", sign, hour, minute, size % 60);
}

std::string expand(const Civil& civil, Instant at, char letter, const Directive& how,
                   const ZoneName& zone) {
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
            return format_time(at, "%a %b %e %H:%M:%S %Y", zone);
        case 'C':
            return number(civil.year / 100, 2, how);
        case 'd':
            return number(civil.day, 2, how);
        case 'D':
        case 'x':
            return format_time(at, "%m/%d/%y", zone);
        case 'e':
            return number(civil.day, 2, how, ' ');
        case 'F':
            return format_time(at, "%Y-%m-%d", zone);
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
        case 'L': {
            std::string digits = number(civil.micros, 6, {}) + "000";
            digits.resize(
                how.width > 0 ? std::min<std::size_t>(static_cast<std::size_t>(how.width), 9) : 3,
                '0');
            return digits;
        }
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
            return format_time(at, "%I:%M:%S %p", zone);
        case 'R':
            return format_time(at, "%H:%M", zone);
        case 's':
            return number(civil.unix_seconds - zone.offset_seconds, 1, how);
        case 'S':
            return number(civil.second, 2, how);
        case 't':
            return "\t";
        case 'T':
        case 'X':
            return format_time(at, "%H:%M:%S", zone);
        case 'u':
            return number(civil.weekday == 0 ? 7 : civil.weekday, 1, how);
        case 'U':
            return number((civil.day_of_year + 6 - civil.weekday) / 7, 2, how);
        case 'v':
            return words(format_time(at, "%e-%b-%Y", zone), {.flag = '^', .width = how.width});
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
            return offset_text(zone.offset_seconds, how.colons);
        case 'Z':
            return words(zone.name, how);
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

std::optional<int> whole_of(std::string_view word) {
    int out = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), out);
    if (read.ec != std::errc() || read.ptr != word.data() + word.size()) return std::nullopt;
    return out;
}

// "2016-03-14", "2016/3/14", "2016-03-14 10:00" or "… 10:00:00 +0800": what forms and databases
// write.
std::optional<Instant> numbered_date(std::string_view text) {
    std::array<int, 6> parts{0, 1, 1, 0, 0, 0};
    constexpr std::array<std::string_view, 5> kBetween{"-/.", "-/.", " T", ":", ":"};
    std::size_t at = 0;
    std::size_t count = 0;
    for (; count < parts.size(); ++count) {
        if (count > 0) {
            if (at >= text.size() || kBetween[count - 1].find(text[at]) == std::string_view::npos) {
                break;
            }
            ++at;
        }
        std::size_t end = at;
        while (end < text.size() && text[end] >= '0' && text[end] <= '9')
            ++end;
        const auto whole = whole_of(text.substr(at, end - at));
        if (!whole || (count == 0 && end - at != 4)) return std::nullopt;
        parts[count] = *whole;
        at = end;
    }
    if (count < 2) return std::nullopt;
    std::string_view zone = text.substr(at);
    while (zone.starts_with(' '))
        zone.remove_prefix(1);
    std::string offset = "Z";
    if (zone.size() == 5 && (zone[0] == '+' || zone[0] == '-')) {
        offset = fmt::format("{}:{}", zone.substr(0, 3), zone.substr(3));
    } else if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-')) {
        offset = zone;
    } else if (!zone.empty() && zone != "UTC" && zone != "Z" && zone != "z") {
        return std::nullopt;
    }
    auto made =
        parse_instant(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}", parts[0], parts[1],
                                  parts[2], parts[3], parts[4], parts[5], offset));
    return made ? std::optional(made.value()) : std::nullopt;
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
        const auto whole = whole_of(word);
        const std::string low = folded(word);
        if (whole && word.size() == 4) {
            year = *whole;
        } else if (whole && *whole >= 1 && *whole <= 31) {
            day = *whole;
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

constexpr std::int64_t kSecondsMost = 253'402'300'799;  // the end of the year 9999

std::optional<Instant> instant_of_seconds(std::int64_t whole) {
    if (whole < -kSecondsMost || whole > kSecondsMost) return std::nullopt;
    return Instant{seconds{whole}};
}

std::optional<Instant> instant_of_text(const Call& call, std::string_view text) {
    if (text.empty()) return std::nullopt;
    const std::string low = folded(text);
    if (low == "now" || low == "today") {
        return call.now == nullptr ? std::nullopt : std::optional(*call.now);
    }
    const bool all_digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (all_digits) return instant_of_seconds(to_integer(View::of(text)));
    if (auto at = parse_instant(text)) return at.value();
    if (const auto at = numbered_date(text)) return at;
    return worded_date(text);
}

std::optional<Instant> instant_of(const Call& call) {
    const View& value = call.input;
    if (value.kind == Kind::integer) return instant_of_seconds(value.whole);
    if (value.kind == Kind::text) return instant_of_text(call, value.str());
    if (value.kind != Kind::other) return std::nullopt;
    if (const auto* at = value.other->as<Instant>()) return *at;
    if (const auto* date = value.other->as<Date>()) return Instant{days{date->days}};
    return std::nullopt;
}

/// "+08:00" or "+0800" at the end of a text with a time in it: the offset its own clock stands at.
std::optional<std::int32_t> offset_written(std::string_view text) {
    const std::size_t sign = text.find_last_of("+-");
    const std::size_t colon = text.find(':');
    if (sign == std::string_view::npos || colon == std::string_view::npos || sign < colon) {
        return std::nullopt;
    }
    std::string digits(text.substr(sign + 1));
    std::erase(digits, ':');
    const auto whole = digits.size() == 4 ? whole_of(digits) : std::nullopt;
    if (!whole || *whole / 100 > 23 || *whole % 100 > 59) return std::nullopt;
    const std::int32_t size = *whole / 100 * 3600 + *whole % 100 * 60;
    return text[sign] == '-' ? -size : size;
}

bool is_moment(const View& value) {
    if (value.kind == Kind::integer) return true;
    if (value.kind == Kind::other) return value.other->as<Instant>() != nullptr;
    if (value.kind != Kind::text) return false;
    const std::string low = folded(value.str());
    return low == "now" || low == "today";
}

// The wall clock of a zone, as an instant that reads the same in UTC. Without a zone a text shows
// the clock it was written by, a moment that of the render's zone, everything else UTC. A date has
// no zone to move it.
ZoneName moved(const Call& call, Instant& at) {
    const View* wanted = call.option("zone");
    const bool civil = call.input.kind == Kind::other && call.input.other->as<Date>() != nullptr;
    if (civil) return {};
    std::string_view name;
    if (wanted != nullptr && !wanted->is_nil()) {
        name = call.text(*wanted);
    } else if (!call.zone.empty() && is_moment(call.input)) {
        name = call.zone;
    } else {
        const auto offset =
            call.input.kind == Kind::text ? offset_written(call.input.str()) : std::nullopt;
        if (!offset) return {};
        at += seconds{*offset};
        return {"", *offset};
    }
    const calendar::Zone* zone = calendar::find_zone(name);
    if (zone == nullptr) refuse_argument(fmt::format("there is no time zone `{}`", name));
    const calendar::Local local = calendar::to_local(at, *zone);
    const Instant wall =
        Instant{days{local.date.days}} + seconds{local.time.seconds} + (at - floor<seconds>(at));
    const auto offset = std::chrono::duration_cast<seconds>(wall - at).count();
    at = wall;
    return {calendar::name_of(*zone), static_cast<std::int32_t>(offset)};
}

View date(const Call& call) {
    const std::string_view pattern = call.text(call[0]);
    if (pattern.empty()) return call.input;
    auto at = instant_of(call);
    if (!at) return call.input;
    if (pattern.size() > 1000) refuse_argument("the date format exceeds 1,000 characters");
    const ZoneName zone = moved(call, *at);
    return call.made(format_time(*at, pattern, zone));
}

// 2026年3月29日 星期日; `chinese_date: "short"` leaves the weekday out.
View chinese_date(const Call& call) {
    auto at = instant_of(call);
    if (!at) return call.input;
    moved(call, *at);
    const Civil civil = civil_of(*at);
    std::string out = fmt::format("{}年{}月{}日", civil.year, civil.month, civil.day);
    const bool is_short = call.count() > 0 && call.text(call[0]) == "short";
    constexpr std::array<std::string_view, 7> kDays{"日", "一", "二", "三", "四", "五", "六"};
    if (!is_short) out.append(" 星期").append(kDays[static_cast<std::size_t>(civil.weekday)]);
    return call.made(out);
}

constexpr std::array<FilterInfo, 2> kFilters{{
    {"date", 1, 1, date, Output::plain, true},
    {"chinese_date", 0, 1, chinese_date, Output::plain, true},
}};

}  // namespace

std::string format_time(Instant at, std::string_view pattern, const ZoneName& zone) {
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
        const std::string text = i < pattern.size() ? expand(civil, at, pattern[i], how, zone) : "";
        const bool known = !text.empty() || (i < pattern.size() && pattern[i] == 'Z');
        out += known ? text : std::string(pattern.substr(begin, i - begin + 1));
    }
    return out;
}

std::span<const FilterInfo> date_filters() {
    return kFilters;
}

}  // namespace journey::render
