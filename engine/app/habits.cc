#include "engine/app/population.h"
#include "engine/settings/settings.h"

#include <charconv>
#include <fmt/format.h>
#include <set>

namespace journey::app {
namespace {

/// Events that matter to a journey after its trigger.
std::set<ir::Index> awaited_by(const ir::Journey& journey) {
    std::set<ir::Index> out;
    for (const ir::Goal& goal : journey.goals)
        out.insert(goal.pattern.event);
    for (const ir::Exit& exit : journey.exits)
        out.insert(exit.pattern.event);
    for (const ir::State& state : journey.states) {
        const auto* await = std::get_if<ir::Await>(&state.act);
        if (await == nullptr) continue;
        for (const ir::WaitArm& arm : await->arms)
            out.insert(arm.pattern.event);
    }
    out.erase(ir::kNone);
    return out;
}

std::optional<double> leading_number(std::string_view& text) {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || !(value >= 0) || value > 1e6) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<double> rate_of(std::string_view text) {
    const auto number = leading_number(text);
    if (!number) return std::nullopt;
    if (text == "/hour") return *number * 24;
    if (text == "/day") return *number;
    if (text == "/week") return *number / 7;
    if (text == "/month") return *number / 30;
    return std::nullopt;
}

/// "0.15 in 10m"; s, m, h or d.
std::optional<Habits::Follow> follow_of(const std::string& event, std::string_view text) {
    Habits::Follow out;
    out.event = event;
    const auto chance = leading_number(text);
    if (!chance || *chance > 1 || !text.starts_with(" in ")) return std::nullopt;
    text.remove_prefix(4);
    const auto length = leading_number(text);
    if (!length || text.size() != 1) return std::nullopt;
    const double seconds = text == "s" ? 1 : text == "m" ? 60 : text == "h" ? 3600 : 86'400;
    if (std::string_view("smhd").find(text.front()) == std::string_view::npos) return std::nullopt;
    out.chance = *chance;
    out.after = Micros{static_cast<std::int64_t>(*length * seconds * 1e6)};
    return out;
}

Result<void> declared(const ir::Program& program, const std::string& event) {
    if (ir::find_named(program.events, event) != ir::kNone) return success();
    std::vector<std::string> names;
    for (const ir::EventType& one : program.events)
        names.push_back(one.name);
    const auto near = did_you_mean(event, names);
    return error(ErrorCode::invalid,
                 near.empty() ? fmt::format("the project declares no event `{}`", event)
                              : fmt::format("the project declares no event `{}`; did you mean "
                                            "`{}`?",
                                            event, near.front()));
}

}  // namespace

Habits habits_of(const ir::Program& program) {
    constexpr double kOfTriggers = 0.1;
    constexpr double kOfOthers = 0.02;
    constexpr double kFollow = 0.25;
    Habits out;
    std::set<ir::Index> follows;
    std::map<ir::Index, std::set<ir::Index>> after;
    std::set<ir::Index> triggers;
    for (const ir::Journey& journey : program.journeys) {
        const std::set<ir::Index> awaited = awaited_by(journey);
        for (const ir::Trigger& trigger : journey.triggers) {
            const ir::Index event = ir::event_of(program, trigger);
            if (event == ir::kNone || program.events[event].builtin) continue;
            triggers.insert(event);
            for (const ir::Index one : awaited) {
                if (one == event || program.events[one].builtin) continue;
                after[event].insert(one);
                follows.insert(one);
            }
        }
    }
    for (std::size_t i = 0; i < program.events.size(); ++i) {
        const auto at = static_cast<ir::Index>(i);
        if (program.events[i].builtin) continue;
        if (triggers.count(at) != 0) {
            out.per_day[program.events[i].name] = kOfTriggers;
        } else if (follows.count(at) == 0) {
            out.per_day[program.events[i].name] = kOfOthers;
        }
    }
    for (const auto& [event, all] : after) {
        for (const ir::Index one : all) {
            out.after[program.events[event].name].push_back(
                {program.events[one].name, kFollow / static_cast<double>(all.size()),
                 std::chrono::hours(6)});
        }
    }
    return out;
}

Result<void> read_rate(std::string_view text, const ir::Program& program, Habits& habits) {
    const std::size_t equals = text.find('=');
    const std::string event(text.substr(0, equals));
    const auto rate =
        equals == std::string_view::npos ? std::nullopt : rate_of(text.substr(equals + 1));
    if (!rate) {
        return error(ErrorCode::invalid,
                     fmt::format("`--rate {}` is no rate; write it like `signed_up=0.1/day` (hour, "
                                 "day, week or month)",
                                 text));
    }
    TRY(declared(program, event));
    habits.per_day[event] = *rate;
    return success();
}

Result<void> read_habits(const std::string& path, const ir::Program& program, Habits& habits) {
    TRY(const settings::Setting file, settings::Setting::load(path));
    for (const auto& [event, setting] : file["rates"].entries()) {
        const auto known = declared(program, event);
        if (!known) setting.complain(known.error().detail);
        const auto rate = rate_of(setting.text());
        if (!rate) setting.complain("write a rate like `0.1/day` (hour, day, week or month)");
        habits.per_day[event] = rate.value_or(0);
    }
    for (const auto& [event, setting] : file["after"].entries()) {
        const auto known = declared(program, event);
        if (!known) setting.complain(known.error().detail);
        std::vector<Habits::Follow>& follows = habits.after[event];
        follows.clear();
        double sum = 0;
        for (const auto& [next, how] : setting.entries()) {
            const auto next_known = declared(program, next);
            if (!next_known) how.complain(next_known.error().detail);
            const auto follow = follow_of(next, how.text());
            if (!follow) {
                how.complain("write what follows like `0.15 in 10m` (s, m, h or d)");
                continue;
            }
            sum += follow->chance;
            follows.push_back(*follow);
        }
        if (sum > 1.0 + 1e-9) setting.complain("together, what follows is more than certain");
    }
    return file.finish();
}

}  // namespace journey::app
