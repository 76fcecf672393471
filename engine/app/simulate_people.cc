#include "engine/app/simulate_people.h"

#include "engine/app/forecast.h"
#include "engine/app/plan_live.h"
#include "engine/app/population.h"
#include "engine/app/progress.h"
#include "engine/app/project.h"
#include "engine/app/sent_rows.h"

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
constexpr const char* kStart = "2026-03-02";
constexpr std::uint64_t kMicrosADay = 86'400'000'000;

/// A moment, or the beginning of a day where the workspace is.
Result<Instant> start_of(const std::string& given, const ir::Program& program) {
    if (const auto moment = parse_instant(given)) return moment.value();
    const auto date = parse_date(given);
    if (!date) {
        return error(ErrorCode::invalid,
                     fmt::format("`--start {}` is no beginning; write a day like `2026-03-02`, or "
                                 "a moment like `2026-03-02T09:00:00Z`",
                                 given));
    }
    const calendar::Zone* zone = calendar::find_zone(program.workspace.zone);
    return calendar::to_instant({date.value(), {}}, zone == nullptr ? calendar::utc() : *zone);
}

struct World {
    std::unique_ptr<DataCopy> data;
    std::unique_ptr<sim::VirtualWorld> world;
};

/// People do not meet: large crowds are dealt to several worlds, which run side by side and share
/// the providers' rates. So small that a world stays in a core's cache; not so many that a slow
/// provider has less than a message a second for each. Their number depends on nothing but the
/// question, so that the same question has the same answer on every machine.
constexpr std::uint32_t kCrowd = 10'000;
constexpr std::uint32_t kWorldPeople = 3'000;
constexpr std::uint32_t kWorldsLeast = 8;
constexpr std::uint32_t kWorldsMost = 256;

std::uint32_t worlds_for(const ForecastOptions& options, const ir::Program& program) {
    const bool meet = std::any_of(program.journeys.begin(), program.journeys.end(),
                                  [](const ir::Journey& one) { return !one.winners.empty(); });
    const bool stored = !options.data_directory.empty();
    if (options.people < kCrowd || meet || stored) return 1;
    std::uint32_t most = kWorldsMost;
    for (const ir::Channel& channel : program.channels) {
        if (channel.rate_per_second > 0) most = std::min(most, channel.rate_per_second);
    }
    return std::clamp(options.people / kWorldPeople, kWorldsLeast, std::max(most, kWorldsLeast));
}

struct Question {
    const ForecastOptions& options;
    const ir::Program& program;
    Bytes bytes;
    std::map<std::string, double> costs;
    Habits habits;
    Answering answering;
    std::uint32_t worlds = 1;
};

struct Answer {
    Forecast forecast;
    std::vector<SentRow> sends;  // when asked for
};

Result<World> make_world(const Question& asked) {
    World out;
    const ForecastOptions& options = asked.options;
    TRY(Instant start, start_of(options.start.empty() ? kStart : options.start, asked.program));
    if (options.data_directory.empty()) {
        sim::WorldOptions world;
        world.start = start;
        world.record_sent = false;
        world.happenings = Forecaster::kKinds;
        world.rate_shares = asked.worlds;
        out.world = std::make_unique<sim::VirtualWorld>(world);
    } else {
        if (options.start.empty()) start = SystemClock().now();
        TRY(out.data, DataCopy::of(options.data_directory));
        TRY(out.world, out.data->world(start, true, Forecaster::kKinds));
    }
    TRY(out.world->publish(asked.bytes));
    return out;
}

/// How far the worlds are, in microseconds of their time, all together.
using Passed = std::atomic<std::uint64_t>;

Result<Answer> forecast_world(const Question& asked, std::uint32_t number, Passed& passed) {
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
    if (asked.worlds > 1) crowd.seed = options.seed * kWorldsMost + number;
    Population population(asked.program, asked.habits, crowd);
    MadeUpAnswers answers(asked.program, asked.answering, crowd.seed);
    SentRows rows;
    const bool keeps_rows = !options.sends_csv.empty();
    world.set_provider([&](const sim::SentMessage& sent) {
        if (keeps_rows) rows.provider_saw(sent);
        return answers.answer(sent);
    });
    Instant seen = start;
    const auto look = [&] {
        const std::vector<core::Happening> happenings = world.take_happenings();
        forecaster.see(happenings);
        if (keeps_rows) rows.see(happenings);
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
    Answer out;
    out.forecast =
        forecaster.finish(before, world.node().counts(), end, translate::language_of_environment());
    out.forecast.made_up.calls = answers.calls();
    out.sends = rows.take();
    return out;
}

/// What the numbers rest on, but for what happened to calls.
void tell_made_up(MadeUp& out, const Question& asked) {
    const ForecastOptions& options = asked.options;
    out.seed = options.seed;
    out.people = options.people;
    out.own_consents = !options.consents.empty();
    out.consents = options.consents;
    if (!out.own_consents) {
        for (const ir::Consent& one : asked.program.consents)
            out.consents.push_back(one.name);
    }
    for (const ir::Field& field : asked.program.profile) {
        if (field.type.kind == ir::TypeKind::date || field.type.kind == ir::TypeKind::instant)
            out.dates[field.name] = date_spread_of(field.name);
    }
    out.habits = asked.habits;
    out.answering = asked.answering;
}

Result<Forecast> forecast_of(const ForecastOptions& options, const ir::Program& program) {
    for (const std::string& consent : options.consents) {
        if (ir::find_named(program.consents, consent) == ir::kNone)
            return error(ErrorCode::invalid,
                         fmt::format("the project declares no consent `{}`", consent));
    }
    Question asked{options, program, ir::encode(program), {}, habits_of(program), {}, 1};
    TRY(asked.answering, read_answering(options.answers, program));
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
    std::vector<std::optional<Result<Answer>>> answers(asked.worlds);
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
    std::vector<std::vector<SentRow>> sends;
    for (std::optional<Result<Answer>>& answer : answers) {
        TRY(Answer part, std::move(*answer));
        parts.push_back(std::move(part.forecast));
        sends.push_back(std::move(part.sends));
    }
    if (!options.sends_csv.empty()) {
        TRY(replace_file(options.sends_csv, csv_of(std::move(sends))));
    }
    Forecast out = joined(std::move(parts));
    tell_made_up(out.made_up, asked);
    return out;
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
    const translate::Speech say(translate::language_of_environment());
    if (!options.svg.empty()) {
        if (const auto written = replace_file(options.svg, svg_of(forecast.value(), say)); !written)
            return fail(written.error());
    }
    if (options.json) {
        fmt::print("{}\n", to_json(json_of(forecast.value())));
    } else {
        fmt::print("{}", text_of(forecast.value(), say));
        if (!options.sends_csv.empty())
            fmt::print("{}", say("\nEvery message: {}\n", options.sends_csv));
        if (!options.svg.empty()) fmt::print("{}", say("\nThe picture: {}\n", options.svg));
    }
    return 0;
}

}  // namespace journey::app
