#include "engine/calendar/zone.h"

#include <algorithm>
#include <date/tz.h>
#include <limits>
#include <unordered_map>

namespace journey::calendar {
namespace {

constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
// No zone is further from UTC than 26 hours.
constexpr std::int64_t kOffsetMax = 26 * 3600;
// Before the first and after the last of these years the nearest offset goes on.
constexpr int kLastYear = 2099;
const date::sys_days kTableFrom = date::sys_days{date::year{1900} / 1 / 1};
const date::sys_days kTableTo = date::sys_days{date::year{2100} / 1 / 1};

std::vector<Zone::Span> read_spans(const std::string& name) {
    std::vector<Zone::Span> spans;
    // The library throws for zones it cannot read; outside of this room they do not exist.
    try {
        const date::time_zone* zone = date::locate_zone(name);
        date::sys_seconds at = kTableFrom;
        while (at < kTableTo) {
            const date::sys_info info = zone->get_info(at);
            const auto offset = static_cast<std::int32_t>(info.offset.count());
            // Changes of the abbreviation alone are not changes of the clock.
            if (spans.empty() || spans.back().offset != offset) {
                spans.push_back({spans.empty() ? kFirst : at.time_since_epoch().count(), offset});
            }
            if (info.end <= at) break;
            at = info.end;
        }
    } catch (const std::exception&) {
        return {};
    }
    // The library reads a zone file's table, which ends in 2037 at the latest, and not the rule
    // behind it.
    extend_by_rule(spans, rule_of_file("/usr/share/zoneinfo/" + name), kLastYear);
    return spans;
}

// "posix/…" repeats every name and "right/…" counts leap seconds; neither is a place to live in.
bool is_place(std::string_view name) {
    return !name.starts_with("posix/") && !name.starts_with("right/") && name != "posixrules" &&
           name != "localtime" && name != "Factory";
}

class Database {
  public:
    Database() {
        try {
            for (const date::time_zone& zone : date::get_tzdb().zones) {
                if (is_place(zone.name())) names_.push_back(zone.name());
            }
        } catch (const std::exception&) {
            names_.clear();
        }
        std::sort(names_.begin(), names_.end());
        for (const std::string& name : names_) {
            if (name == "UTC") continue;
            auto zone = std::make_unique<Zone>(name);
            by_name_.emplace(zone->name(), zone.get());
            zones_.push_back(std::move(zone));
        }
        by_name_.emplace("UTC", &utc_);
    }

    const Zone* find(std::string_view name) const {
        const auto found = by_name_.find(name);
        if (found == by_name_.end() || !found->second->ready()) return nullptr;
        return found->second;
    }
    const std::vector<std::string>& names() const { return names_; }
    const Zone& utc() const { return utc_; }

  private:
    Zone utc_{"UTC", {{kFirst, 0}}};
    std::vector<std::string> names_;
    std::vector<std::unique_ptr<Zone>> zones_;
    std::unordered_map<std::string_view, const Zone*> by_name_;
};

// The system's zone files are a constant of the process, like the code: read once, never changed.
const Database& database() {
    static const Database database;
    return database;
}

}  // namespace

bool Zone::ready() const {
    std::call_once(once_, [this] {
        if (spans_.empty()) spans_ = read_spans(name_);
    });
    return !spans_.empty();
}

std::size_t Zone::span_at(std::int64_t seconds) const {
    const auto after =
        std::upper_bound(spans_.begin() + 1, spans_.end(), seconds,
                         [](std::int64_t value, const Span& span) { return value < span.from; });
    return static_cast<std::size_t>(after - spans_.begin()) - 1;
}

const std::vector<std::string>& zone_names() {
    return database().names();
}

bool has_zone_database() {
    return !zone_names().empty();
}

const Zone* find_zone(std::string_view name) {
    return database().find(name);
}

const Zone& utc() {
    return database().utc();
}

std::string_view name_of(const Zone& zone) {
    return zone.name();
}

Local to_local(Instant at, const Zone& zone) {
    const std::int64_t seconds = seconds_of(at);
    const std::int64_t local = seconds + zone.spans()[zone.span_at(seconds)].offset;
    const std::int64_t of_day = ((local % kSecondsOfDay) + kSecondsOfDay) % kSecondsOfDay;
    return {Date{static_cast<std::int32_t>((local - of_day) / kSecondsOfDay)},
            TimeOfDay{static_cast<std::int32_t>(of_day)}};
}

Instant to_instant(const Local& local, const Zone& zone) {
    const std::int64_t wanted = std::int64_t{local.date.days} * kSecondsOfDay + local.time.seconds;
    const auto& spans = zone.spans();
    // Spans in order: the first whose clock shows `wanted` is the earlier of two; a span whose
    // clock begins beyond it, after one whose clock ended before it, is the other side of a gap.
    for (std::size_t i = zone.span_at(wanted - kOffsetMax); i < spans.size(); ++i) {
        const std::int64_t at = wanted - spans[i].offset;
        if (at < spans[i].from) return instant_of_seconds(spans[i].from);
        if (i + 1 == spans.size() || at < spans[i + 1].from) return instant_of_seconds(at);
    }
    return kNever;
}

}  // namespace journey::calendar
