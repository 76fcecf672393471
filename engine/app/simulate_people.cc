#include "engine/app/simulate_people.h"

#include "engine/app/forecast.h"
#include "engine/app/plan_live.h"
#include "engine/app/population.h"
#include "engine/app/progress.h"
#include "engine/app/project.h"

#include <charconv>
#include <fmt/format.h>

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

struct World {
    std::unique_ptr<DataCopy> data;
    std::unique_ptr<sim::VirtualWorld> world;
};

Result<World> make_world(const ForecastOptions& options, const ir::Program& program) {
    World out;
    TRY(Instant start, parse_instant(options.start.empty() ? kStart : options.start));
    if (options.data_directory.empty()) {
        sim::WorldOptions world;
        world.start = start;
        world.record_sent = false;
        out.world = std::make_unique<sim::VirtualWorld>(world);
    } else {
        if (options.start.empty()) start = SystemClock().now();
        TRY(out.data, DataCopy::of(options.data_directory));
        TRY(out.world, out.data->world(start, true));
    }
    TRY(out.world->publish(ir::encode(program)));
    return out;
}

Result<Forecast> forecast_of(const ForecastOptions& options, const ir::Program& program) {
    TRY(auto costs, costs_of(options.costs, program));
    for (const std::string& consent : options.consents) {
        if (ir::find_named(program.consents, consent) == ir::kNone)
            return error(ErrorCode::invalid,
                         fmt::format("the project declares no consent `{}`", consent));
    }
    Habits habits = habits_of(program);
    if (!options.habits.empty()) {
        TRY(read_habits(options.habits, program, habits));
    }
    for (const std::string& rate : options.rates) {
        TRY(read_rate(rate, program, habits));
    }
    TRY(World made, make_world(options, program));
    sim::VirtualWorld& world = *made.world;
    const Instant start = world.now();
    const Instant end = start + std::chrono::days(options.days);
    const core::Counts before = world.node().counts();
    Forecaster forecaster(program, start, std::move(costs));
    Population population(program, std::move(habits),
                          {options.people, options.seed, start, end, options.consents});
    Progress progress("simulating", static_cast<std::uint64_t>((end - start).count()));
    constexpr std::uint64_t kLookEvery = 1024;
    std::uint64_t taken = 0;
    while (auto command = population.next()) {
        world.advance_to(command->event_time);
        world.submit(std::move(*command));
        if (++taken % kLookEvery != 0) continue;
        forecaster.see(world.take_happenings());
        progress.at(static_cast<std::uint64_t>((world.now() - start).count()),
                    format_instant(world.now()).substr(0, 10));
    }
    // Timers alone, a little at a time: what happens is kept until it is looked at.
    while (world.now() < end) {
        world.advance_to(std::min(end, world.now() + std::chrono::hours(1)));
        forecaster.see(world.take_happenings());
        progress.at(static_cast<std::uint64_t>((world.now() - start).count()),
                    format_instant(world.now()).substr(0, 10));
    }
    progress.finish(fmt::format("{} days", options.days));
    return forecaster.finish(before, world.node().counts(), end);
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
        fmt::print("{}", text_of(forecast.value()));
        if (!options.svg.empty()) fmt::print("\nThe picture: {}\n", options.svg);
    }
    return 0;
}

}  // namespace journey::app
