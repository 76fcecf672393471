#include "engine/app/forecast.h"

#include <algorithm>

namespace journey::app {
namespace {

using Words = std::map<std::string, std::uint64_t>;

void add(Words& into, const Words& more) {
    for (const auto& [word, count] : more)
        into[word] += count;
}

void add(ChannelForecast& into, const ChannelForecast& more) {
    into.per_hour.resize(std::max(into.per_hour.size(), more.per_hour.size()));
    for (std::size_t i = 0; i < more.per_hour.size(); ++i)
        into.per_hour[i] += more.per_hour[i];
    into.sent += more.sent;
    into.cost += more.cost;
    into.has_cost = into.has_cost || more.has_cost;
    if (more.longest_queue > into.longest_queue) {
        into.longest_queue = more.longest_queue;
        into.longest_at = more.longest_at;
    }
    const auto worst = std::max_element(into.per_hour.begin(), into.per_hour.end());
    into.worst_hour = static_cast<std::size_t>(worst - into.per_hour.begin());
}

void add(JourneyForecast& into, const JourneyForecast& more) {
    into.inside += more.inside;
    into.entered += more.entered;
    into.goals += more.goals;
    into.held_out.entered += more.held_out.entered;
    into.held_out.goals += more.held_out.goals;
    for (std::size_t i = 0; i < into.sent.size(); ++i)
        into.sent[i].people += more.sent[i].people;
    add(into.paths, more.paths);
    add(into.arms, more.arms);
    add(into.ended_by, more.ended_by);
    add(into.still_at, more.still_at);
    add(into.skipped_by, more.skipped_by);
}

}  // namespace

Forecast joined(std::vector<Forecast> parts) {
    Forecast out = std::move(parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const Forecast& more = parts[i];
        out.people += more.people;
        out.events += more.events;
        for (const auto& [name, channel] : more.channels)
            add(out.channels[name], channel);
        for (std::size_t j = 0; j < out.journeys.size(); ++j)
            add(out.journeys[j], more.journeys[j]);
        add(out.held, more.held);
        add(out.skipped, more.skipped);
        for (const auto& [webhook, calls] : more.made_up.calls) {
            out.made_up.calls[webhook].answered += calls.answered;
            out.made_up.calls[webhook].failed += calls.failed;
        }
    }
    return out;
}

}  // namespace journey::app
