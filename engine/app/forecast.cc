#include "engine/app/forecast.h"

#include "engine/app/test_story.h"
#include "engine/explain/explain.h"
#include "engine/plan/plan.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace journey::app {
namespace {

using Words = std::map<std::string, std::uint64_t>;

/// What came since `before`.
Words since(const Words& after, const Words& before) {
    Words out;
    for (const auto& [word, count] : after) {
        const auto found = before.find(word);
        const std::uint64_t was = found == before.end() ? 0 : found->second;
        if (count > was) out[word] = count - was;
    }
    return out;
}

const core::JourneyCounts* counts_of(const core::Counts& counts, std::string_view journey) {
    for (const core::JourneyCounts& one : counts.journeys) {
        if (one.journey == journey) return &one;
    }
    return nullptr;
}

template <typename T>
T& grown(std::vector<T>& all, std::size_t index) {
    if (all.size() <= index) all.resize(index + 1);
    return all[index];
}

Value number(std::uint64_t count) {
    return Value(static_cast<std::int64_t>(count));
}

Value record_of(const Words& words) {
    Record out;
    for (const auto& [word, count] : words)
        out.push_back({word, number(count)});
    return Value(std::move(out));
}

void row(std::string& out, const std::string& what, std::uint64_t count) {
    out += fmt::format("  {:<44}{:>12}\n", what, plan::grouped(count));
}

/// `line` has a place for the word.
template <typename InWords>
void rows(std::string& out, const translate::Speech& say, std::string_view line, const Words& words,
          InWords in_words) {
    for (const auto& [word, count] : words)
        row(out, say(line, in_words(word, say)), count);
}

/// "When the time is over" inside a line.
std::string small_head(std::string words) {
    const bool word = words.size() > 1 && words[0] >= 'A' && words[0] <= 'Z' && words[1] >= 'a' &&
                      words[1] <= 'z';
    if (word) words[0] = static_cast<char>(words[0] - 'A' + 'a');
    return words;
}

const auto kAsItIs = [](const std::string& word, const translate::Speech&) { return word; };

void table_of_channels(std::string& out, const Forecast& forecast, const translate::Speech& say) {
    out += fmt::format("\n{:<10}{:>12}{:>14}  {:<18}{:>20}{:>16}\n", say("channel"), say("sent"),
                       say("worst hour"), "", say("longest queue"), say("cost"));
    double cost = 0;
    bool any_cost = false;
    for (const auto& [name, channel] : forecast.channels) {
        const std::uint64_t worst =
            channel.per_hour.empty() ? 0 : channel.per_hour[channel.worst_hour];
        out += fmt::format(
            "{:<10}{:>12}{:>14}  {:<18}{:>20}{:>16}\n", name, plan::grouped(channel.sent),
            plan::grouped(worst), worst == 0 ? "" : hour_in_words(forecast, channel.worst_hour),
            channel.rate_per_second == 0
                ? say("no rate")
                : say("{} at {}/s", length_in_words(channel.longest_queue, say),
                      channel.rate_per_second),
            channel.has_cost ? fmt::format("{:.2f} {}", channel.cost, forecast.currency) : "-");
        cost += channel.cost;
        any_cost = any_cost || channel.has_cost;
    }
    if (any_cost) out += fmt::format("{:>90}\n", fmt::format("{:.2f} {}", cost, forecast.currency));
}

}  // namespace

bool is_idle(const JourneyForecast& journey) {
    return journey.entered == 0 && journey.inside == 0 && journey.still_at.empty() &&
           journey.ended_by.empty() &&
           std::all_of(journey.sent.begin(), journey.sent.end(),
                       [](const StepCount& step) { return step.people == 0; });
}

std::vector<std::string> names_of(const std::vector<StepCount>& steps, std::size_t columns) {
    constexpr std::string_view kMade = "send_";
    std::vector<std::string> names;
    std::map<std::string, int> times;
    for (const StepCount& step : steps) {
        const bool made =
            step.step.starts_with(kMade) &&
            step.step.find_first_not_of("0123456789", kMade.size()) == std::string::npos;
        names.push_back(fitting(made && !step.text.empty() ? step.text : step.step, columns));
        ++times[names.back()];
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (times[names[i]] > 1) names[i] = fitting(steps[i].step + ": " + names[i], columns);
    }
    return names;
}

std::string fitting(std::string_view text, std::size_t columns) {
    std::string out = replace_invalid_utf8(text);
    if (display_width(out) <= columns) return out;
    while (!out.empty() && display_width(out) + 1 > columns) {
        while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80)
            out.pop_back();
        if (!out.empty()) out.pop_back();
    }
    return out + "…";
}

std::string length_in_words(Micros length, const translate::Speech& say) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length).count();
    if (seconds < 60) return say("{} s", seconds);
    if (seconds < 3600) return say("{} min", (seconds + 30) / 60);
    return say("{} h {} min", seconds / 3600, seconds % 3600 / 60);
}

std::string hour_in_words(const Forecast& forecast, std::size_t hour) {
    const calendar::Zone* zone = calendar::find_zone(forecast.zone);
    const calendar::Local local = calendar::to_local(forecast.from + std::chrono::hours(hour),
                                                     zone == nullptr ? calendar::utc() : *zone);
    const calendar::Civil day = calendar::civil_of(local.date);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", day.year, day.month, day.day,
                       local.time.seconds / 3600, local.time.seconds / 60 % 60);
}

Forecaster::Forecaster(const ir::Program& program, Instant from,
                       std::map<std::string, double> costs)
    : program_(program), costs_(std::move(costs)) {
    out_.zone = program.workspace.zone;
    // Hours as a clock shows them there.
    const calendar::Zone* zone = calendar::find_zone(out_.zone);
    const calendar::Local local =
        calendar::to_local(from, zone == nullptr ? calendar::utc() : *zone);
    const auto since_hour = std::chrono::seconds(local.time.seconds % 3600);
    out_.from = std::chrono::floor<std::chrono::seconds>(from) - since_hour;
    out_.currency = program.workspace.currency;
    for (std::size_t i = 0; i < program.journeys.size(); ++i)
        journey_at_[program.journeys[i].name] = i;
    took_.resize(program.journeys.size());
    sent_.resize(program.journeys.size());
    for (const ir::Channel& channel : program.channels)
        out_.channels[channel.name].rate_per_second = channel.rate_per_second;
}

void Forecaster::see(const std::vector<core::Happening>& happenings) {
    using Kind = core::Happening::Kind;
    for (const core::Happening& one : happenings) {
        const Message message{static_cast<std::int64_t>(one.entry.number), one.state,
                              one.person.number};
        switch (one.kind) {
            case Kind::planned:
                ready_[message] = one.at;
                break;
            case Kind::held:
                ++out_.held[std::string(model::name_of(one.reason))];
                if (one.until) ready_[message] = *one.until;
                break;
            case Kind::skipped:
                ++out_.skipped[std::string(model::name_of(one.reason))];
                ready_.erase(message);
                break;
            case Kind::accepted: {
                ChannelForecast& channel = out_.channels[one.channel];
                const auto hour =
                    std::chrono::duration_cast<std::chrono::hours>(one.at - out_.from);
                ++grown(channel.per_hour,
                        static_cast<std::size_t>(std::max<std::int64_t>(0, hour.count())));
                ++channel.sent;
                if (const auto ready = ready_.find(message); ready != ready_.end()) {
                    if (one.at - ready->second > channel.longest_queue) {
                        channel.longest_queue = one.at - ready->second;
                        channel.longest_at = ready->second;
                    }
                    ready_.erase(ready);
                }
                const auto journey = journey_at_.find(one.journey);
                if (journey != journey_at_.end() && one.state != ir::kNone)
                    ++grown(sent_[journey->second], one.state);
                break;
            }
            case Kind::took: {
                const auto journey = journey_at_.find(one.journey);
                if (journey != journey_at_.end() && one.state != ir::kNone)
                    ++grown(grown(took_[journey->second], one.state), one.way);
                break;
            }
            default:
                break;
        }
    }
}

Forecast Forecaster::finish(const core::Counts& before, const core::Counts& after, Instant until,
                            translate::Language language) {
    const translate::Speech say(language);
    const auto spoken = language == translate::Language::chinese ? explain::Language::chinese
                                                                 : explain::Language::english;
    out_.until = until;
    out_.people = after.people;
    out_.events = after.events - before.events;
    const auto hours =
        static_cast<std::size_t>(std::chrono::ceil<std::chrono::hours>(until - out_.from).count());
    for (auto& [name, channel] : out_.channels) {
        channel.per_hour.resize(std::max(channel.per_hour.size(), hours));
        const auto worst = std::max_element(channel.per_hour.begin(), channel.per_hour.end());
        channel.worst_hour = static_cast<std::size_t>(worst - channel.per_hour.begin());
        if (const auto cost = costs_.find(name); cost != costs_.end()) {
            channel.has_cost = true;
            channel.cost = cost->second * static_cast<double>(channel.sent);
        }
    }
    for (std::size_t i = 0; i < program_.journeys.size(); ++i) {
        const ir::Journey& journey = program_.journeys[i];
        JourneyForecast line;
        line.name = journey.name;
        line.title = journey.title;
        for (const ir::Trigger& trigger : journey.triggers) {
            line.starts.push_back(explain::words_of_trigger(program_, journey, trigger, spoken));
        }
        const core::JourneyCounts none;
        const core::JourneyCounts* found = counts_of(after, journey.name);
        const core::JourneyCounts& now = found == nullptr ? none : *found;
        const core::JourneyCounts* earlier = counts_of(before, journey.name);
        const core::JourneyCounts& was = earlier == nullptr ? none : *earlier;
        for (const auto& [step, people] : was.waiting)
            line.inside += people;
        line.entered = now.entered - was.entered;
        line.goals = now.goals - was.goals;
        line.held_out = {now.held_out.entered - was.held_out.entered,
                         now.held_out.goals - was.held_out.goals};
        line.arms = since(now.arms, was.arms);
        line.ended_by = since(now.ended_by, was.ended_by);
        line.skipped_by = since(now.skipped_by, was.skipped_by);
        line.still_at = now.waiting;
        for (std::size_t at = 0; at < journey.states.size(); ++at) {
            const ir::State& state = journey.states[at];
            if (std::holds_alternative<ir::Send>(state.act))
                line.sent.push_back(
                    {state.step, state.text, at < sent_[i].size() ? sent_[i][at] : 0});
            const std::vector<ir::Way> ways = ir::ways_of(state);
            if (ways.size() < 2 || at >= took_[i].size()) continue;
            for (std::size_t way = 0; way < ways.size() && way < took_[i][at].size(); ++way) {
                if (took_[i][at][way] == 0) continue;
                const std::string words =
                    explain::words_of_way(program_, journey, state, ways[way], spoken);
                line.paths[say("{}, {}", state.step, small_head(words))] += took_[i][at][way];
            }
        }
        out_.journeys.push_back(std::move(line));
    }
    return std::move(out_);
}

std::string text_of(const Forecast& forecast, const translate::Speech& say) {
    const auto hours = static_cast<std::size_t>(
        std::chrono::duration_cast<std::chrono::hours>(forecast.until - forecast.from).count());
    std::string out = say("{} people, {} events, {} to {} ({})\n", plan::grouped(forecast.people),
                          plan::grouped(forecast.events), hour_in_words(forecast, 0).substr(0, 10),
                          hour_in_words(forecast, hours).substr(0, 10), forecast.zone);
    table_of_channels(out, forecast, say);
    if (!forecast.held.empty() || !forecast.skipped.empty()) out += "\n";
    rows(out, say, "held: {}", forecast.held, reason_in_words);
    rows(out, say, "not sent: {}", forecast.skipped, reason_in_words);
    for (const JourneyForecast& journey : forecast.journeys) {
        out += journey.title.empty() ? fmt::format("\n{}\n", journey.name)
                                     : fmt::format("\n{}  {}\n", journey.name, journey.title);
        if (journey.inside > 0) row(out, say("inside at the start"), journey.inside);
        row(out, say("entered"), journey.entered);
        if (journey.held_out.entered > 0)
            row(out, say("entered, in the holdout"), journey.held_out.entered);
        if (is_idle(journey)) {
            for (const std::string& start : journey.starts)
                out += say("  nobody: it did not come about that {}\n", start);
            continue;
        }
        const std::vector<std::string> names = names_of(journey.sent, 36);
        for (std::size_t i = 0; i < names.size(); ++i)
            row(out, say("sent: {}", names[i]), journey.sent[i].people);
        if (journey.goals > 0) row(out, say("goals"), journey.goals);
        if (journey.held_out.goals > 0)
            row(out, say("goals, in the holdout"), journey.held_out.goals);
        rows(out, say, "arm: {}", journey.arms, kAsItIs);
        rows(out, say, "way: {}", journey.paths, kAsItIs);
        rows(out, say, "left: {}", journey.ended_by, ending_in_words);
        rows(out, say, "still at: {}", journey.still_at, kAsItIs);
        rows(out, say, "not sent: {}", journey.skipped_by, reason_in_words);
    }
    return out + text_of(forecast.made_up, say);
}

Value json_of(const Forecast& forecast) {
    Record out;
    out.push_back({"from", Value(forecast.from)});
    out.push_back({"until", Value(forecast.until)});
    out.push_back({"people", number(forecast.people)});
    out.push_back({"events", number(forecast.events)});
    out.push_back({"currency", Value(forecast.currency)});
    Record channels;
    for (const auto& [name, channel] : forecast.channels) {
        Record line;
        line.push_back({"sent", number(channel.sent)});
        line.push_back({"rate_per_second", number(channel.rate_per_second)});
        line.push_back({"longest_queue_seconds",
                        Value(static_cast<double>(channel.longest_queue.count()) / 1'000'000.0)});
        line.push_back(
            {"worst_hour", Value(forecast.from + std::chrono::hours(channel.worst_hour))});
        if (channel.has_cost) line.push_back({"cost", Value(channel.cost)});
        List hours;
        for (const std::uint64_t count : channel.per_hour)
            hours.push_back(number(count));
        line.push_back({"sent_per_hour", Value(std::move(hours))});
        channels.push_back({name, Value(std::move(line))});
    }
    out.push_back({"channels", Value(std::move(channels))});
    out.push_back({"held", record_of(forecast.held)});
    out.push_back({"not_sent", record_of(forecast.skipped)});
    List journeys;
    for (const JourneyForecast& journey : forecast.journeys) {
        Record line;
        line.push_back({"name", Value(journey.name)});
        line.push_back({"inside_at_start", number(journey.inside)});
        line.push_back({"entered", number(journey.entered)});
        line.push_back({"goals", number(journey.goals)});
        Record sent;
        for (const StepCount& step : journey.sent)
            sent.push_back({step.step, number(step.people)});
        line.push_back({"sent", Value(std::move(sent))});
        line.push_back({"arms", record_of(journey.arms)});
        line.push_back({"ways", record_of(journey.paths)});
        line.push_back({"ended_by", record_of(journey.ended_by)});
        line.push_back({"still_at", record_of(journey.still_at)});
        line.push_back({"held_out", Value(Record{{"entered", number(journey.held_out.entered)},
                                                 {"goals", number(journey.held_out.goals)}})});
        line.push_back({"not_sent", record_of(journey.skipped_by)});
        journeys.emplace_back(std::move(line));
    }
    out.push_back({"journeys", Value(std::move(journeys))});
    out.push_back({"made_up", json_of(forecast.made_up)});
    return Value(std::move(out));
}

}  // namespace journey::app
