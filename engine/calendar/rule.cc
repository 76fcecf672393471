#include "engine/calendar/zone.h"

#include <algorithm>
#include <fstream>
#include <iterator>

// The rule at the end of a zone file, for the years after its table: RFC 8536 section 3.3, POSIX
// TZ.
//
// rule   := std offset dst [offset] "," change "," change       "CET-1CEST,M3.5.0,M10.5.0/3"
// std    := letters | "<" anything ">"
// offset := ["+" | "-"] hours [":" minutes [":" seconds]]       west of UTC is positive
// change := "M" month "." week "." day ["/" offset]             week 5 is the last, day 0 is Sunday
//
// Zones without a dst have no changes; the forms with a day of the year occur in no zone file.

namespace journey::calendar {
namespace {

constexpr std::int64_t kHour = 3600;

struct Change {
    int month = 1;
    int week = 1;
    int day = 0;
    std::int64_t seconds = 2 * kHour;
};

struct Rule {
    std::int64_t standard = 0;
    std::int64_t summer = 0;
    Change to_summer;
    Change to_standard;
};

class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    bool ok() const { return ok_; }
    bool at_end() const { return rest_.empty(); }
    bool at(char c) const { return !rest_.empty() && rest_.front() == c; }
    bool take(char c) {
        if (!at(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char c) { ok_ = take(c) && ok_; }

    int number() {
        const std::size_t size = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        if (size == 0 || size > 3) {
            ok_ = false;
            return 0;
        }
        int value = 0;
        for (const char c : rest_.substr(0, size))
            value = value * 10 + (c - '0');
        rest_.remove_prefix(size);
        return value;
    }
    int number(int least, int most) {
        const int value = number();
        if (value < least || value > most) ok_ = false;
        return value;
    }

    void name() {
        const bool quoted = take('<');
        std::size_t size = quoted ? rest_.find('>') : rest_.find_first_of("+-0123456789,");
        if (size == std::string_view::npos) size = quoted ? 0 : rest_.size();
        if (size == 0) ok_ = false;
        rest_.remove_prefix(size);
        if (quoted) expect('>');
    }

    std::int64_t offset() {
        const bool negative = take('-');
        if (!negative) take('+');
        std::int64_t seconds = number() * kHour;
        if (take(':')) seconds += number(0, 59) * 60;
        if (take(':')) seconds += number(0, 59);
        return negative ? -seconds : seconds;
    }

    Change change() {
        Change it;
        expect(',');
        expect('M');
        it.month = number(1, 12);
        expect('.');
        it.week = number(1, 5);
        expect('.');
        it.day = number(0, 6);
        if (take('/')) it.seconds = offset();
        return it;
    }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

std::optional<Rule> read_rule(std::string_view text) {
    Scanner scan(text);
    Rule rule;
    scan.name();
    rule.standard = -scan.offset();
    if (!scan.ok() || scan.at_end()) return std::nullopt;
    scan.name();
    rule.summer = scan.at(',') ? rule.standard + kHour : -scan.offset();
    rule.to_summer = scan.change();
    rule.to_standard = scan.change();
    if (!scan.ok() || !scan.at_end()) return std::nullopt;
    return rule;
}

// Seconds of the local clock, counted from 1970.
std::int64_t local_of(const Change& change, int year) {
    const auto month = static_cast<unsigned>(change.month);
    const Date first = *date_of(Civil{year, month, 1});
    const std::int32_t to_day = (change.day - weekday_of(first) % 7 + 7) % 7;
    Date date{first.days + to_day + (change.week - 1) * 7};
    while (civil_of(date).month != month)
        date.days -= 7;
    return date.days * kSecondsOfDay + change.seconds;
}

}  // namespace

void extend_by_rule(std::vector<Zone::Span>& spans, std::string_view text, int last_year) {
    const auto rule = read_rule(text);
    if (!rule || spans.empty()) return;
    const std::int64_t known = spans.back().from;
    std::vector<Zone::Span> more;
    for (int year = 1970; year <= last_year; ++year) {
        more.push_back({local_of(rule->to_summer, year) - rule->standard,
                        static_cast<std::int32_t>(rule->summer)});
        more.push_back({local_of(rule->to_standard, year) - rule->summer,
                        static_cast<std::int32_t>(rule->standard)});
    }
    std::sort(more.begin(), more.end(),
              [](const Zone::Span& a, const Zone::Span& b) { return a.from < b.from; });
    for (const Zone::Span& span : more) {
        if (span.from > known && span.offset != spans.back().offset) spans.push_back(span);
    }
}

std::string rule_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    // The last line, between two line feeds.
    if (!bytes.starts_with("TZif") || bytes.back() != '\n') return {};
    bytes.pop_back();
    const std::size_t line = bytes.rfind('\n');
    return line == std::string::npos ? std::string() : bytes.substr(line + 1);
}

}  // namespace journey::calendar
