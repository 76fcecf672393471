#include "engine/base/time.h"

#include "engine/base/result.h"
#include "engine/base/value.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace journey {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// A thread that wakes looks at its clock again, so sleeping in pieces costs nothing, and no caller
// has to fear the overflow of a deadline at the end of time.
constexpr Micros kSleepMax = hours{24};

constexpr std::int64_t kDaysOfEra = 146'097;  // 400 years

// std::chrono::year ends at 32767, Instant at 294247. H. Hinnant, "chrono-Compatible Low-Level
// Date Algorithms".
struct Civil {
    std::int64_t year;
    int month;
    int day;
};

Civil civil_of(std::int64_t days_since_1970) {
    const std::int64_t shifted = days_since_1970 + 719'468;
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - (kDaysOfEra - 1)) / kDaysOfEra;
    const std::int64_t of_era = shifted - era * kDaysOfEra;
    const std::int64_t year_of_era =
        (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * of_year + 2) / 153;
    const auto day = static_cast<int>(of_year - (153 * month_from_march + 2) / 5 + 1);
    const auto month =
        static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

// Reads the parts of a fixed notation; the first that does not fit spoils the rest.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        if (rest_.size() < count) ok_ = false;
        int number = 0;
        for (std::size_t i = 0; ok_ && i < count; ++i) {
            const char c = rest_[i];
            if (c < '0' || c > '9') ok_ = false;
            number = number * 10 + (c - '0');
        }
        if (!ok_) return 0;
        rest_.remove_prefix(count);
        return number;
    }

    bool take(std::string_view any_of) {
        if (!ok_ || rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) {
            return false;
        }
        taken_ = rest_.front();
        rest_.remove_prefix(1);
        return true;
    }

    void expect(char c) {
        if (!take({&c, 1})) ok_ = false;
    }

    char taken() const { return taken_; }
    bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
    bool at_end() const { return rest_.empty(); }
    void fail() { ok_ = false; }
    bool ok() const { return ok_; }

  private:
    std::string_view rest_;
    char taken_ = '\0';
    bool ok_ = true;
};

std::chrono::sys_days scan_date(Scanner& scan) {
    const int year = scan.digits(4);
    scan.expect('-');
    const int month = scan.digits(2);
    scan.expect('-');
    const int day = scan.digits(2);
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) scan.fail();
    return scan.ok() ? std::chrono::sys_days{date} : std::chrono::sys_days{};
}

// What is finer than a microsecond is cut off.
Micros scan_fraction(Scanner& scan) {
    if (!scan.at_digit()) scan.fail();
    std::int64_t micros = 0;
    std::int64_t place = 100'000;
    while (scan.ok() && scan.at_digit()) {
        micros += scan.digits(1) * place;
        place /= 10;
    }
    return Micros{micros};
}

Micros scan_time(Scanner& scan) {
    const int hour = scan.digits(2);
    scan.expect(':');
    const int minute = scan.digits(2);
    int second = 0;
    Micros fraction{0};
    if (scan.take(":")) {
        second = scan.digits(2);
        if (scan.take(".")) fraction = scan_fraction(scan);
    }
    // RFC 3339 allows the leap second; UTC as computers keep it counts it as the next one.
    const bool leap = second == 60 && minute == 59;
    if (hour > 23 || minute > 59 || (second > 59 && !leap)) scan.fail();
    return hours{hour} + minutes{minute} + seconds{second} + fraction;
}

minutes scan_offset(Scanner& scan) {
    if (scan.at_end() || scan.take("Zz")) return minutes{0};
    if (!scan.take("+-")) {
        scan.fail();
        return minutes{0};
    }
    const int sign = scan.taken() == '-' ? -1 : 1;
    const int hour = scan.digits(2);
    int minute = 0;
    if (scan.take(":") || !scan.at_end()) minute = scan.digits(2);
    if (hour > 23 || minute > 59) scan.fail();
    return sign * (hours{hour} + minutes{minute});
}

}  // namespace

std::string format_instant(Instant at) {
    constexpr std::int64_t kMicrosOfDay = 86'400'000'000;
    if (at == kNever) return "never";
    // By hand: std::chrono::floor steps over the edge of what an Instant can hold.
    std::int64_t day = micros_of(at) / kMicrosOfDay;
    std::int64_t since_midnight = micros_of(at) % kMicrosOfDay;
    if (since_midnight < 0) {
        --day;
        since_midnight += kMicrosOfDay;
    }
    const Civil civil = civil_of(day);
    const std::int64_t milli = since_midnight / 1000;
    const std::int64_t second = milli / 1000;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", civil.year, civil.month,
                       civil.day, second / 3600, second / 60 % 60, second % 60, milli % 1000);
}

std::string format_date(Date date) {
    const Civil civil = civil_of(date.days);
    return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

Result<Instant> parse_instant(std::string_view text) {
    Scanner scan(text);
    Instant at = scan_date(scan);
    if (scan.ok() && !scan.at_end()) {
        if (!scan.take("Tt ")) scan.fail();
        at += scan_time(scan);
        at -= scan_offset(scan);
    }
    if (!scan.ok() || !scan.at_end()) {
        constexpr std::size_t kShown = 40;
        return error(ErrorCode::invalid,
                     fmt::format("\"{}\" is not a date-time; write it as 2026-03-02T09:00:00Z or "
                                 "with an offset, 2026-03-02T09:00:00+08:00",
                                 text.substr(0, kShown)));
    }
    return at;
}

Instant SystemClock::now() const {
    return std::chrono::floor<Micros>(std::chrono::system_clock::now());
}

Micros SystemClock::real_time_until(Instant at) const {
    const Instant present = now();
    if (at <= present) return Micros{0};
    return at >= present + kSleepMax ? kSleepMax : at - present;
}

FastClock::FastClock(Instant start, double speed)
    : start_(start), real_start_(std::chrono::steady_clock::now()), speed_(speed) {
    ENSURE(std::isfinite(speed) && speed > 0, "a clock's speed is above zero");
}

Instant FastClock::now() const {
    const std::chrono::duration<double, std::micro> real =
        std::chrono::steady_clock::now() - real_start_;
    return start_ + Micros{static_cast<std::int64_t>(real.count() * speed_)};
}

Micros FastClock::real_time_until(Instant at) const {
    const Instant present = now();
    if (at <= present) return Micros{0};
    // Rounded up: waking one microsecond early would mean waking twice.
    const double span_us =
        static_cast<double>(micros_of(at)) - static_cast<double>(micros_of(present));
    const double real_us = std::ceil(span_us / speed_);
    const auto most_us = static_cast<double>(kSleepMax.count());
    return Micros{static_cast<std::int64_t>(std::min(real_us, most_us))};
}

}  // namespace journey
