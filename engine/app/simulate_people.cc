#include "engine/app/simulate_people.h"

#include "engine/app/forecast.h"
#include "engine/app/plan_live.h"
#include "engine/app/population.h"
#include "engine/app/progress.h"
#include "engine/app/project.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <fmt/format.h>
#include <thread>

namespace journey::app {
namespace {

Result<std::map<std::string, double>> costs_of(const std::vector<std::string>& given,
                                               const ir::Program& program) {
    std::map<std::string, double> out;
    for (const std::string& one : given) {
        const std::size_t equals = one.find('=');
        const std::string channel = one.substr(0, equals);
        double cost = -1;
        if (equals != std::string::npos)
            std::from_chars(one.data() + equals + 1, one.data() + one.size(), cost);
        if (!(cost >= 0)) {
            return error(ErrorCode::invalid,
                         fmt::format("`--cost {}` is no price; write it like `sms=0.05`", one));
        }
        if (ir::find_named(program.channels, channel) == ir::kNone) {
            return error(ErrorCode::invalid,
                         fmt::format("the project declares no channel `{}`", channel));
        }
        out[channel] = cost;
    }
    return out;
}

/// A Monday. The same people must meet the same days whenever one looks.
constexpr const char* kStart = "2026-03-02T00:00:00Z";
constexpr std::uint64_t kMicrosADay = 86'400'000'000;

struct World {
    std::unique_ptr<DataCopy> data;
    std::unique_ptr<sim::VirtualWorld> world;
};

/// People do not meet: large crowds are dealt to several worlds, which run side by side and share
/// the providers' rates. Their number depends on nothing but the question, so that the same
/// question has the same answer on every machine.
constexpr std::uint32_t kWorlds = 8;
constexpr std::uint32_t kCrowd = 10'000;

std::uint32_t worlds_for(const ForecastOptions& options, const ir::Program& program) {
    const bool meet = std::any_of(program.journeys.begin(), program.journeys.end(),
                                  [](const ir::Journey& one) { return !one.winners.empty(); });
    const bool stored = !options.data_directory.empty();
    return options.people < kCrowd || meet || stored ? 1 : kWorlds;
}

struct Question {
    const ForecastOptions& options;
    const ir::Program& program;
    Bytes bytes;
    std::map<std::string, double> costs;
    Habits habits;
    std::uint32_t worlds = 1;
};

Result<World> make_world(const Question& asked) {
    World out;
    const ForecastOptions& options = asked.options;
    TRY(Instant start, parse_instant(options.start.empty() ? kStart : options.start));
    if (options.data_directory.empty()) {
        sim::WorldOptions world;
        world.start = start;
        world.record_sent = false;
        world.rate_shares = asked.worlds;
        out.world = std::make_unique<sim::VirtualWorld>(world);
    } else {
        if (options.start.empty()) start = SystemClock().now();
        TRY(out.data, DataCopy::of(options.data_directory));
        TRY(out.world, out.data->world(start, true));
    }
    TRY(out.world->publish(asked.bytes));
    return out;
}

/// How far the worlds are, in microseconds of their time, all together.
using Passed = std::atomic<std::uint64_t>;

Result<Forecast> forecast_world(const Question& asked, std::uint32_t number, Passed& passed) {
    const ForecastOptions& options = asked.options;
    TRY(World made, make_world(asked));
    sim::VirtualWorld& world = *made.world;
    const Instant start = world.now();
    const Instant end = start + std::chrono::days(options.days);
    const core::Counts before = world.node().counts();
    Forecaster forecaster(asked.program, start, asked.costs);
    PopulationOptions crowd{options.people / asked.worlds, options.seed, start, end,
                            options.consents};
    if (number < options.people % asked.worlds) ++crowd.people;
    if (asked.worlds > 1) crowd.seed = options.seed * kWorlds + number;
    Population population(asked.program, asked.habits, crowd);
    Instant seen = start;
    const auto look = [&] {
        forecaster.see(world.take_happenings());
        passed += static_cast<std::uint64_t>((world.now() - seen).count());
        seen = world.now();
    };
    constexpr std::uint64_t kLookEvery = 1024;
    std::uint64_t taken = 0;
    while (auto command = population.next()) {
        world.advance_to(command->event_time);
        world.submit(std::move(*command));
        if (++taken % kLookEvery == 0) look();
    }
    // Timers alone, a little at a time: what happens is kept until it is looked at.
    while (world.now() < end) {
        world.advance_to(std::min(end, world.now() + std::chrono::hours(1)));
        look();
    }
    return forecaster.finish(before, world.node().counts(), end,
                             translate::language_of_environment());
}

Result<Forecast> forecast_of(const ForecastOptions& options, const ir::Program& program) {
    for (const std::string& consent : options.consents) {
        if (ir::find_named(program.consents, consent) == ir::kNone)
            return error(ErrorCode::invalid,
                         fmt::format("the project declares no consent `{}`", consent));
    }
    Question asked{options, program, ir::encode(program), {}, habits_of(program), 1};
    TRY(asked.costs, costs_of(options.costs, program));
    if (!options.habits.empty()) {
        TRY(read_habits(options.habits, program, asked.habits));
    }
    for (const std::string& rate : options.rates) {
        TRY(read_rate(rate, program, asked.habits));
    }
    asked.worlds = worlds_for(options, program);

    const auto whole = std::chrono::microseconds(std::chrono::days(options.days)).count();
    const translate::Speech say(translate::language_of_environment());
    Progress progress(say("simulating"), static_cast<std::uint64_t>(whole));
    std::vector<std::optional<Result<Forecast>>> answers(asked.worlds);
    Passed passed = 0;
    std::atomic<std::uint32_t> next = 0;
    std::atomic<std::uint32_t> answered = 0;
    const auto work = [&] {
        for (std::uint32_t number = next++; number < asked.worlds; number = next++) {
            answers[number] = forecast_world(asked, number, passed);
            ++answered;
        }
    };
    {
        std::vector<std::jthread> threads;
        const std::uint32_t cores = std::max(1u, std::thread::hardware_concurrency());
        for (std::uint32_t i = 0; i < std::min(cores, asked.worlds); ++i)
            threads.emplace_back(work);
        while (answered < asked.worlds) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            const std::uint64_t days = passed / asked.worlds / kMicrosADay;
            progress.at(passed / asked.worlds, say("day {}", days + 1));
        }
    }
    progress.finish(say("{} days", options.days));
    std::vector<Forecast> parts;
    for (std::optional<Result<Forecast>>& answer : answers) {
        TRY(Forecast part, std::move(*answer));
        parts.push_back(std::move(part));
    }
    return joined(std::move(parts));
}

}  // namespace

int forecast_command(const ForecastOptions& options) {
    auto compiled = compile_project({options.project});
    if (!compiled) return fail(compiled.error());
    if (!compiled.value().program) {
        print_diagnostics(compiled.value(), false);
        return 1;
    }
    const auto forecast = forecast_of(options, *compiled.value().program);
    if (!forecast) return fail(forecast.error());
    if (!options.svg.empty()) {
        if (const auto written = replace_file(options.svg, svg_of(forecast.value())); !written)
            return fail(written.error());
    }
    if (options.json) {
        fmt::print("{}\n", to_json(json_of(forecast.value())));
    } else {
        const translate::Speech say(translate::language_of_environment());
        fmt::print("{}", text_of(forecast.value(), say));
        if (!options.svg.empty()) fmt::print("{}", say("\nThe picture: {}\n", options.svg));
    }
    return 0;
}

}  // namespace journey::app
