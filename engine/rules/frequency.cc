#include "engine/rules/gates.h"

#include <algorithm>

namespace journey::rules {
namespace {

using ir::CalendarUnit;

bool is_about(const ir::FrequencyLimit& limit, ir::Index channel) {
    return limit.channel == ir::kNone || limit.channel == channel;
}

// Calendar windows live where the person does; a week begins on the workspace's day.
Instant start_of(CalendarUnit unit, Instant at, const SendFacts& facts) {
    const calendar::Zone& zone = zone_for(facts);
    if (unit == CalendarUnit::week) return calendar::start_of_week(at, facts.week_starts, zone);
    if (unit == CalendarUnit::month) return calendar::start_of_month(at, zone);
    if (unit == CalendarUnit::year) return calendar::start_of_year(at, zone);
    return calendar::start_of_day(at, zone);
}

Instant end_of(CalendarUnit unit, Instant at, const SendFacts& facts) {
    CalendarDuration one{0, 1, 0};
    if (unit == CalendarUnit::week) one = {0, 7, 0};
    if (unit == CalendarUnit::month) one = {1, 0, 0};
    if (unit == CalendarUnit::year) one = {12, 0, 0};
    const Instant start = start_of(unit, at, facts);
    const calendar::Zone& zone = zone_for(facts);
    const calendar::Local local = calendar::to_local(start, zone);
    // Midnight to midnight: where clocks skip midnight the day starts late, and the next does not.
    const Instant noon = calendar::to_instant({local.date, TimeOfDay{12 * 3600}}, zone);
    return calendar::start_of_day(calendar::add(noon, one, zone), zone);
}

// The first instant that no longer lies in the window at `now`.
Instant window_start(const ir::FrequencyLimit& limit, const SendFacts& facts) {
    if (limit.unit != CalendarUnit::none) return start_of(limit.unit, facts.now, facts);
    // A message sent exactly that long ago has left the window.
    return calendar::subtract(facts.now, {0, 0, limit.rolling_seconds}, calendar::utc()) +
           Micros{1};
}

std::vector<Instant> counted(const ir::FrequencyLimit& limit, const SendFacts& facts) {
    const Instant start = window_start(limit, facts);
    std::vector<Instant> times;
    for (const SentBefore& sent : facts.sent) {
        if (sent.message_class == facts.frequency->counts && is_about(limit, sent.channel) &&
            sent.at >= start) {
            times.push_back(sent.at);
        }
    }
    return times;
}

// When enough of `times` have left the window; kNever for "at most 0".
Instant frees_at(const ir::FrequencyLimit& limit, std::vector<Instant> times,
                 const SendFacts& facts) {
    if (limit.count == 0) return kNever;
    if (limit.unit != CalendarUnit::none) return end_of(limit.unit, facts.now, facts);
    std::sort(times.begin(), times.end());
    const Instant last_to_leave = times[times.size() - limit.count];
    return calendar::add(last_to_leave, {0, 0, limit.rolling_seconds}, calendar::utc());
}

// "2 of 2 push today"
std::string seen(const ir::FrequencyLimit& limit, std::size_t count, const SendFacts& facts) {
    std::string out = std::to_string(count) + " of " + std::to_string(limit.count) + " ";
    out += limit.channel == ir::kNone ? "messages" : std::string(facts.channel_name);
    switch (limit.unit) {
        case CalendarUnit::none:
            return out + " in " + format_duration({0, 0, limit.rolling_seconds});
        case CalendarUnit::day:
            return out + " today";
        case CalendarUnit::week:
            return out + " this week";
        case CalendarUnit::month:
            return out + " this month";
        case CalendarUnit::year:
            return out + " this year";
    }
    return out;
}

// After the last message that a place is kept for could have gone, should nobody say so earlier.
constexpr Micros kAskAgain = std::chrono::minutes(10);

/// Places that are kept.
struct Kept {
    std::size_t places = 0;  // 0: there is one for this message as well
    Instant last{};          // when the last of them can be taken
};

// Each message of a higher priority finds its place at its moment, although this one goes now.
Kept kept_places(const ir::FrequencyLimit& limit, std::span<const Instant> sent,
                 const SendFacts& facts) {
    const bool rolling = limit.unit == CalendarUnit::none;
    const Micros window = std::chrono::seconds(limit.rolling_seconds);
    const Instant over = rolling ? facts.now + window : end_of(limit.unit, facts.now, facts);
    std::vector<Instant> moments;
    for (const Expected& one : facts.expected) {
        if (one.message_class == facts.frequency->counts && is_about(limit, one.channel) &&
            one.at < over) {
            moments.push_back(std::max(one.at, facts.now));
        }
    }
    std::sort(moments.begin(), moments.end());
    for (std::size_t i = 0; i < moments.size(); ++i) {
        const auto counts_then = [&](Instant at) { return !rolling || at > moments[i] - window; };
        const auto before = static_cast<std::size_t>(
            std::count_if(sent.begin(), sent.end(), counts_then) +
            std::count_if(moments.begin(), moments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                          counts_then));
        if (before + 1 > limit.count) return {moments.size(), moments.back()};
    }
    return {};
}

}  // namespace

std::optional<Verdict> give_way_gate(const SendFacts& facts) {
    if (facts.frequency == nullptr || !facts.frequency->gives_way || facts.expected.empty())
        return std::nullopt;
    const ir::Frequency& policy = *facts.frequency;
    std::optional<Instant> until;
    std::string saw;
    for (const ir::FrequencyLimit& limit : policy.limits) {
        if (!is_about(limit, facts.channel)) continue;
        const std::vector<Instant> sent = counted(limit, facts);
        const Kept kept = kept_places(limit, sent, facts);
        if (kept.places == 0) continue;
        if (!saw.empty()) saw += ", ";
        saw += seen(limit, sent.size(), facts) + " and " + std::to_string(kept.places) +
               " of a higher priority to come";
        until = std::max(until.value_or(kept.last), kept.last);
    }
    if (!until) return std::nullopt;
    const Instant latest = calendar::add(facts.planned_at, policy.hold_at_most, zone_for(facts));
    if (latest <= facts.now) return skip(model::Reason::gave_way, std::move(saw));
    return hold(model::Reason::gave_way, std::min(*until + kAskAgain, latest), std::move(saw));
}

std::optional<Verdict> frequency_gate(const SendFacts& facts) {
    if (facts.frequency == nullptr) return std::nullopt;
    const ir::Frequency& policy = *facts.frequency;
    Instant until = facts.now;
    std::string saw;
    for (const ir::FrequencyLimit& limit : policy.limits) {
        if (!is_about(limit, facts.channel)) continue;
        std::vector<Instant> times = counted(limit, facts);
        if (times.size() < limit.count) continue;
        if (!saw.empty()) saw += ", ";
        saw += seen(limit, times.size(), facts);
        until = std::max(until, frees_at(limit, std::move(times), facts));
    }
    if (saw.empty()) return std::nullopt;
    const Instant latest = calendar::add(facts.planned_at, policy.hold_at_most, zone_for(facts));
    if (!policy.hold_when_full || until == kNever || until > latest) {
        return skip(model::Reason::frequency, std::move(saw));
    }
    return hold(model::Reason::frequency, until, std::move(saw));
}

}  // namespace journey::rules
