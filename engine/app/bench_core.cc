// journey bench match, aggregates, timers, segments, publish: one partition in this process, without
// log, disk and network. Each is a curve: what one event (or one timer) costs as what exists grows, and
// beside it what decoding the same commands costs, the least any engine would pay.

#include "engine/app/bench_due.h"
#include "engine/app/bench_engine.h"
#include "engine/app/bench_figures.h"
#include "engine/app/bench_many.h"
#include "engine/app/bench_texts.h"
#include "engine/app/commands.h"
#include "engine/app/progress.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <functional>

namespace journey::app {
namespace {

using namespace std::chrono_literals;

constexpr const char* kShop = R"(profile user {
  email string pii
  tier string
}
event order_paid {
  order_id string required
}
event product_viewed {
  category string
  price float
}
)";
/// Applying each, and beside it decoding the same bytes and nothing more.
Measured cost_of(BenchEngine& engine, const std::vector<model::Command>& commands) {
    ByteWriter bytes;
    for (const model::Command& command : commands)
        model::encode(command, bytes);
    const auto count = static_cast<double>(std::max<std::size_t>(commands.size(), 1));
    std::vector<std::uint32_t> nanos;
    nanos.reserve(commands.size());
    Measured out;
    const double cpu = thread_cpu_seconds();
    const auto begin = std::chrono::steady_clock::now();
    auto before = begin;
    for (const model::Command& command : commands) {
        engine.apply(command);
        const auto now = std::chrono::steady_clock::now();
        nanos.push_back(static_cast<std::uint32_t>(std::chrono::nanoseconds(now - before).count()));
        before = now;
    }
    out.per_second = count / std::chrono::duration<double>(before - begin).count();
    out.cpu_micros = (thread_cpu_seconds() - cpu) * 1e6 / count;
    out.latency = latency_of(nanos, 1000);
    ByteReader in(bytes.bytes());
    out.bare_per_second = count / seconds_of([&] {
                              for (std::size_t i = 0; i < commands.size(); ++i)
                                  static_cast<void>(model::decode_command(in));
                          });
    return out;
}

constexpr const char* kDecode = "decoding the same";
constexpr const char* kEvent = "an event";

Result<Report> matching(const BenchOptions& options, Progress& progress) {
    Report report{"match", "one event against live journeys of a name, an equality, a comparison"};
    for (const std::uint64_t journeys : {10u, 1'000u, 10'000u, 100'000u}) {
        progress.at(report.cases.size(), fmt::format("{} journeys", journeys));
        Rng chance(kBenchSeed);
        std::vector<dsl::SourceFile> files = many_journeys(bench_project(kShop), journeys, chance);
        Case one{fmt::format("{} journeys", journeys), "events", kEvent, kDecode};
        const std::uint64_t before = resident_now();
        TRY(BenchEngine engine, BenchEngine::start(std::move(files)));
        const std::uint64_t after = resident_now();
        for (std::uint32_t round = 0; round < options.repeat; ++round) {
            std::vector<model::Command> commands;
            for (std::uint64_t i = 0; i < options.events / 10; ++i) {
                const std::uint64_t person = chance.below(options.people);
                const ManyEvent event = event_of_many(chance);
                commands.push_back(engine.track(
                    person, event.name,
                    {{"category", Value(event.category)}, {"price", Value(event.price)}}));
            }
            one.runs.push_back(cost_of(engine, commands));
            engine.checkpoint();
        }
        double entered = 0;
        for (const core::JourneyCounts& journey : engine.counts().journeys)
            entered += static_cast<double>(journey.entered);
        entered *= 1000 / (static_cast<double>(options.events / 10) * options.repeat);
        one.runs.front().more = {{"entered_of_1000_events", entered}};
        // Of few journeys the pages of the process would be most of it.
        if (journeys >= 1000) {
            one.runs.front().more.emplace_back(
                "bytes_a_journey", static_cast<double>(after > before ? after - before : 0) /
                                       static_cast<double>(journeys));
        }
        report.cases.push_back(std::move(one));
    }
    return report;
}

Result<Report> aggregating(const BenchOptions& options, Progress& progress) {
    Report report{"aggregates", "one event of a person whose events of 7 days are counted"};
    for (const std::uint64_t events : {1u, 10u, 100u, 1'000u, 10'000u, 200'000u}) {
        progress.at(report.cases.size(), fmt::format("{} events", events));
        const std::string text = bench_project(kShop) + R"(journey coats "Coats" {
  version 1
  enter when product_viewed where category is "coats"
  only if count(product_viewed within 7 days) >= 1000000
  reenter always
  expires after 30 days
  do { wait 2 days }
}
)";
        TRY(BenchEngine engine, BenchEngine::start({{"shop.journey", text}}));
        const auto view = [&](const char* category) {
            return engine.track(1, "product_viewed",
                                {{"category", Value(category)}, {"price", Value(10.5)}});
        };
        engine.step(Micros(6 * 24 * 3'600'000'000LL / static_cast<std::int64_t>(events)));
        for (std::uint64_t i = 0; i < events; ++i)
            engine.apply(view("tea"));
        engine.step(1ms);
        Case one{fmt::format("{} events in the window", events), "events", kEvent, kDecode};
        for (std::uint32_t round = 0; round < options.repeat; ++round) {
            std::vector<model::Command> commands;
            for (std::uint64_t i = 0; i < std::clamp<std::uint64_t>(events, 10, 1000); ++i)
                commands.push_back(view("coats"));
            one.runs.push_back(cost_of(engine, commands));
        }
        report.cases.push_back(std::move(one));
    }
    return report;
}

constexpr const char* kParked = R"(journey parked "Parked" {
  version 1
  enter when order_paid
  reenter never
  expires after 120 days
  do { wait 60 days }
}
)";

/// The least that knowing when each is due can cost: sixteen bytes each, sorted once.
double bare_timers(std::uint64_t waiting) {
    Rng chance(kBenchSeed);
    std::vector<std::pair<std::int64_t, std::uint64_t>> timers(waiting);
    return static_cast<double>(waiting) / seconds_of([&] {
               for (std::uint64_t i = 0; i < waiting; ++i)
                   timers[i] = {static_cast<std::int64_t>(chance.below(86'400'000'000)), i};
               std::sort(timers.begin(), timers.end());
           });
}

/// A tick every ten milliseconds of the day, as the runtime asks for them; each takes what is due.
Result<Measured> park_and_fire(std::uint64_t waiting) {
    const auto count = static_cast<double>(waiting);
    const std::uint64_t before = resident_now();
    TRY(BenchEngine engine, BenchEngine::start({{"shop.journey", bench_project(kShop) + kParked}}));
    engine.step(Micros(24 * 3'600'000'000LL / static_cast<std::int64_t>(waiting)));
    double enter = 0;
    for (std::uint64_t i = 0; i < waiting;) {
        std::vector<model::Command> commands;
        for (; commands.size() < 100'000 && i < waiting; ++i)
            commands.push_back(
                engine.track(i, "order_paid", {{"order_id", Value(fmt::format("o{}", i))}}));
        enter += static_cast<double>(commands.size()) / cost_of(engine, commands).per_second;
    }
    const std::uint64_t full = resident_now();
    Measured out;
    out.memory_bytes = static_cast<double>(full > before ? full - before : 0) / count;
    out.disk_bytes = static_cast<double>(engine.checkpoint()) / count;
    const Instant last = engine.now() + std::chrono::hours(24 * 61);
    std::vector<std::uint32_t> nanos;
    const double cpu = thread_cpu_seconds();
    const auto begin = std::chrono::steady_clock::now();
    auto then = begin;
    for (Instant due = engine.next_due(); due <= last; due = engine.next_due()) {
        engine.tick(std::max(due, engine.now() + 10ms));
        const auto now = std::chrono::steady_clock::now();
        nanos.push_back(static_cast<std::uint32_t>(std::chrono::nanoseconds(now - then).count()));
        then = now;
    }
    out.per_second = count / std::chrono::duration<double>(then - begin).count();
    out.cpu_micros = (thread_cpu_seconds() - cpu) * 1e6 / count;
    out.latency = latency_of(nanos, 1000);
    out.bare_per_second = bare_timers(waiting);
    out.more = {{"entered_per_second", count / enter}};
    return out;
}

Result<Report> timing(const BenchOptions& options, Progress& progress) {
    Report report{"timers", "entries that wait 60 days, all due within one day, then fired"};
    for (std::uint64_t waiting = 1000; waiting <= std::max<std::uint64_t>(options.people, 1000);
         waiting *= 10) {
        Case one{fmt::format("{} waiting", waiting), "timers", "a tick", "sorting the moments"};
        for (std::uint32_t round = 0; round < options.repeat; ++round) {
            progress.at(report.cases.size(), one.name);
            TRY(Measured measured, park_and_fire(waiting));
            one.runs.push_back(std::move(measured));
        }
        report.cases.push_back(std::move(one));
    }
    return report;
}

Result<Report> segmenting(const BenchOptions& options, Progress& progress) {
    Report report{"segments", "one event beside watched segments, one in ten about that event"};
    for (const std::uint64_t segments : {1u, 10u, 100u, 1'000u}) {
        progress.at(report.cases.size(), fmt::format("{} segments", segments));
        std::vector<dsl::SourceFile> files{{"shop.journey", bench_project(kShop)}};
        for (std::uint64_t i = 0; i < segments; ++i) {
            files.push_back(
                {fmt::format("s{}.journey", i),
                 fmt::format("segment s{0} = count({1} within 30 days) >= {2}\njourney j{0} \"J\" "
                             "{{\n  version 1\n  enter when joining s{0}\n  reenter never\n  "
                             "expires after 90 days\n  do {{ wait 60 days }}\n}}\n",
                             i, i % 10 == 0 ? "product_viewed" : "order_paid", 1000 + i)});
        }
        TRY(BenchEngine engine, BenchEngine::start(std::move(files)));
        Rng chance(kBenchSeed);
        Case one{fmt::format("{} segments", segments), "events", kEvent, kDecode};
        for (std::uint32_t round = 0; round < options.repeat; ++round) {
            std::vector<model::Command> commands;
            for (std::uint64_t i = 0; i < options.events / 50; ++i) {
                commands.push_back(
                    engine.track(chance.below(options.people / 10 + 1), "product_viewed",
                                 {{"category", Value("coats")}, {"price", Value(10.5)}}));
            }
            one.runs.push_back(cost_of(engine, commands));
        }
        report.cases.push_back(std::move(one));
    }
    return report;
}

/// Everybody is asked about a segment that no program had. `people_a_tick`: of a slice.
Result<Measured> publish_to(std::uint64_t people, int people_a_tick) {
    core::PartitionOptions options;
    options.people_a_tick = people_a_tick;
    const std::string shop = bench_project(kShop);
    TRY(BenchEngine engine, BenchEngine::start({{"shop.journey", shop + kParked}}, options));
    for (std::uint64_t i = 0; i < people; ++i)
        engine.apply(engine.track(i, "product_viewed",
                                  {{"category", Value("coats")}, {"price", Value(10.5)}}));
    const std::string club = R"(segment fans = count(product_viewed within 30 days) >= 3
journey club "Club" {
  version 1
  enter when joining fans
  reenter never
  expires after 90 days
  do { wait 60 days }
}
)";
    std::vector<std::uint32_t> nanos;
    const double cpu = thread_cpu_seconds();
    const auto begin = std::chrono::steady_clock::now();
    auto then = begin;
    const auto note = [&] {
        const auto now = std::chrono::steady_clock::now();
        nanos.push_back(static_cast<std::uint32_t>(
            std::min<std::int64_t>(std::chrono::nanoseconds(now - then).count(), 0xffffffff)));
        then = now;
    };
    TRY(engine.publish({{"shop.journey", shop + kParked + club}}));
    note();
    while (engine.next_due() <= engine.now()) {
        engine.tick(engine.now());
        note();
    }
    Measured out;
    out.per_second =
        static_cast<double>(people) / std::chrono::duration<double>(then - begin).count();
    out.cpu_micros = (thread_cpu_seconds() - cpu) * 1e6 / static_cast<double>(people);
    out.latency = latency_of(nanos, 1000);
    return out;
}

Result<Report> publishing(const BenchOptions& options, Progress& progress) {
    Report report{"publish", "a program with a new segment goes live, and everybody is asked"};
    for (std::uint64_t people = 1000; people <= std::max<std::uint64_t>(options.people, 1000);
         people *= 10) {
        Case one{fmt::format("{} people of a partition", people), "people",
                 "the command, and each slice after it", "all of them in the command"};
        for (std::uint32_t round = 0; round < options.repeat; ++round) {
            progress.at(report.cases.size(), one.name);
            TRY(Measured measured, publish_to(people, core::PartitionOptions{}.people_a_tick));
            TRY(const Measured at_once, publish_to(people, std::numeric_limits<int>::max()));
            measured.bare_per_second = at_once.per_second;
            measured.more = {{"at_once_longest_us", at_once.latency->max}};
            one.runs.push_back(std::move(measured));
        }
        report.cases.push_back(std::move(one));
    }
    return report;
}

}  // namespace

bool is_core_scenario(std::string_view scenario) {
    return scenario == "match" || scenario == "aggregates" || scenario == "timers" ||
           scenario == "segments" || scenario == "publish";
}

int bench_core_command(const BenchOptions& options, const std::string& program_path) {
    Progress progress(options.scenario, 0);
    const auto measure = options.scenario == "match"        ? matching
                         : options.scenario == "aggregates" ? aggregating
                         : options.scenario == "timers"     ? timing
                         : options.scenario == "publish"    ? publishing
                                                            : segmenting;
    Result<Report> report = measure(options, progress);
    if (!report) return fail(report.error());
    if (options.scenario == "timers") {
        Case due{"due in a daemon, 300,000 a second", "timers", "late", "the pace they fall due"};
        for (std::uint32_t round = 0; round < options.repeat; ++round) {
            progress.at(report.value().cases.size(), due.name);
            auto measured = measure_due(options, program_path);
            if (!measured) return fail(measured.error());
            due.runs.push_back(std::move(measured).value());
        }
        report.value().cases.push_back(std::move(due));
    }
    progress.finish("measured");
    print(report.value(), options.json);
    return 0;
}

}  // namespace journey::app
