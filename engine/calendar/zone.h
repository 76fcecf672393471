#pragma once
// Inside engine/calendar: the table behind a Zone.

#include "engine/calendar/calendar.h"

#include <mutex>

namespace journey::calendar {

class Zone {
  public:
    /// From `from` (seconds since 1970, UTC) until the next span begins, local time is UTC +
    /// offset.
    struct Span {
        std::int64_t from = 0;
        std::int32_t offset = 0;
    };

    explicit Zone(std::string name) : name_(std::move(name)) {}
    Zone(std::string name, std::vector<Span> spans)
        : name_(std::move(name)), spans_(std::move(spans)) {}

    const std::string& name() const { return name_; }
    const std::vector<Span>& spans() const { return spans_; }
    /// Of the span that holds `seconds`.
    std::size_t span_at(std::int64_t seconds) const;
    /// Reads the table the first time; false when the database has none of this name.
    bool ready() const;

  private:
    std::string name_;
    // Filled once, under `once_`, before anybody holds a pointer to this zone.
    mutable std::vector<Span> spans_;
    mutable std::once_flag once_;
};

/// Every zone of the database by name; the same object for the life of the process.
const std::vector<std::string>& zone_names();

/// Whole seconds since 1970, rounded down.
std::int64_t seconds_of(Instant at);
/// Ends at the ends of Instant.
Instant instant_of_seconds(std::int64_t seconds, Micros rest = Micros{0});
Date add_months(Date date, std::int64_t months);

/// Appends the changes that the rule of a zone file (its last line) makes after the last span, up
/// to a year.
void extend_by_rule(std::vector<Zone::Span>& spans, std::string_view text, int last_year);
/// "" when there is no such file, or no rule in it.
std::string rule_of_file(const std::string& path);

inline constexpr std::int64_t kSecondsOfDay = 86'400;

}  // namespace journey::calendar
