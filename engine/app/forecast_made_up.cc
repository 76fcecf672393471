#include "engine/app/forecast.h"
#include "engine/plan/plan.h"

#include <fmt/format.h>

namespace journey::app {
namespace {

const char* name_of(DateSpread spread) {
    switch (spread) {
        case DateSpread::of_birth:
            return "of_birth";
        case DateSpread::yearly:
            return "yearly";
        case DateSpread::ahead:
            return "ahead";
        case DateSpread::behind:
            return "behind";
        case DateSpread::around:
            return "around";
    }
    return "";
}

std::string words_of(DateSpread spread, const std::string& dates, const translate::Speech& say) {
    switch (spread) {
        case DateSpread::of_birth:
            return say("18 to 75 years before the start: {}", dates);
        case DateSpread::yearly:
            return say("1 to 20 years before the start: {}", dates);
        case DateSpread::ahead:
            return say("in the year after the start: {}", dates);
        case DateSpread::behind:
            return say("in the year before the start: {}", dates);
        case DateSpread::around:
            return say("within a year before or after the start: {}", dates);
    }
    return "";
}

std::string after_in_words(Micros length, const translate::Speech& say) {
    constexpr Micros kDay = std::chrono::hours(24);
    if (length >= kDay && length % kDay == Micros{}) return say("{} d", length / kDay);
    constexpr Micros kHour = std::chrono::hours(1);
    if (length >= kHour && length % kHour == Micros{}) return say("{} h", length / kHour);
    return length_in_words(length, say);
}

/// "0.1 a day", "3 a month": as few digits as say it.
std::string rate_in_words(double per_day, const translate::Speech& say) {
    if (per_day >= 0.05) return say("{} a day", fmt::format("{:.3g}", per_day));
    return say("{} a month", fmt::format("{:.3g}", per_day * 30));
}

void append_list(std::string& to, const std::string& one) {
    to += (to.empty() ? "" : ", ") + one;
}

std::string text_of_people(const MadeUp& made_up, const translate::Speech& say) {
    std::string out =
        say("  {} people, their profiles, consents and events, out of seed {} and these rules:\n",
            plan::grouped(made_up.people), made_up.seed);
    std::string consents;
    for (const std::string& one : made_up.consents)
        append_list(consents, one);
    if (made_up.own_consents) {
        out += say("  everybody has given: {}\n", consents);
    } else if (!made_up.consents.empty()) {
        out += say("  85 of 100 people have given each of: {}\n", consents);
    }
    std::map<DateSpread, std::string> dates;
    for (const auto& [name, spread] : made_up.dates)
        append_list(dates[spread], name);
    for (const auto& [spread, names] : dates)
        out += "  " + words_of(spread, names, say) + "\n";
    std::map<double, std::string, std::greater<>> events;
    for (const auto& [event, rate] : made_up.habits.per_day) {
        if (rate > 0) append_list(events[rate], event);
    }
    for (const auto& [rate, names] : events)
        out += say("  a person does, {} each: {}\n", rate_in_words(rate, say), names);
    for (const auto& [event, follows] : made_up.habits.after) {
        for (const Habits::Follow& one : follows) {
            out += say("  after {} in {:.3g} of 100 cases: {}, {} later on average\n", event,
                       one.chance * 100, one.event, after_in_words(one.after, say));
        }
    }
    return out;
}

}  // namespace

std::string text_of(const MadeUp& made_up, const translate::Speech& say) {
    std::string out;
    if (made_up.people > 0) out += text_of_people(made_up, say);
    for (const auto& [webhook, calls] : made_up.calls) {
        const auto own = made_up.answering.find(webhook);
        const auto share = own == made_up.answering.end() ? made_up.answering.find("") : own;
        out += say(
            "  answers of the webhook {}: {} calls answered, {} failed ({:.3g} of 100 are to be "
            "answered)\n",
            webhook, plan::grouped(calls.answered), plan::grouped(calls.failed),
            100 * (share == made_up.answering.end() ? kAnswering : share->second));
    }
    if (out.empty()) return out;
    return say("\nmade up\n") + out;
}

Value json_of(const MadeUp& made_up) {
    const auto texts = [](const std::vector<std::string>& all) {
        List out;
        for (const std::string& one : all)
            out.emplace_back(one);
        return Value(std::move(out));
    };
    Record out;
    out.push_back({"people", Value(static_cast<std::int64_t>(made_up.people))});
    if (made_up.people > 0) {
        out.push_back({"seed", Value(static_cast<std::int64_t>(made_up.seed))});
        out.push_back({"consent_share", Value(made_up.own_consents ? 1.0 : kConsentShare)});
        out.push_back({"consents", texts(made_up.consents)});
        Record dates;
        for (const auto& [name, spread] : made_up.dates)
            dates.push_back({name, Value(name_of(spread))});
        out.push_back({"dates", Value(std::move(dates))});
        Record rates;
        for (const auto& [event, rate] : made_up.habits.per_day)
            rates.push_back({event, Value(rate)});
        out.push_back({"events_per_day", Value(std::move(rates))});
        Record after;
        for (const auto& [event, follows] : made_up.habits.after) {
            Record all;
            for (const Habits::Follow& one : follows) {
                Record how;
                how.push_back({"share", Value(one.chance)});
                how.push_back({"seconds", Value(static_cast<double>(one.after.count()) / 1e6)});
                all.push_back({one.event, Value(std::move(how))});
            }
            after.push_back({event, Value(std::move(all))});
        }
        out.push_back({"after", Value(std::move(after))});
    }
    Record calls;
    for (const auto& [webhook, made] : made_up.calls) {
        Record counts;
        counts.push_back({"answered", Value(static_cast<std::int64_t>(made.answered))});
        counts.push_back({"failed", Value(static_cast<std::int64_t>(made.failed))});
        calls.push_back({webhook, Value(std::move(counts))});
    }
    out.push_back({"webhooks", Value(std::move(calls))});
    return Value(std::move(out));
}

}  // namespace journey::app
