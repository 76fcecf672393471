// journey bench scale: the whole daemon, events a hundred a request over HTTP, as what exists grows:
// live journeys, then people. Cost grows with what matches, not with what exists, or a curve bends.

#include "engine/app/bench_daemon.h"
#include "engine/app/bench_many.h"
#include "engine/app/bench_texts.h"
#include "engine/app/commands.h"

#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr const char* kSchema = R"(profile user {
  email string pii
}
)";
constexpr std::uint64_t kInBatch = 100;
constexpr std::uint64_t kFewJourneys = 10;
constexpr std::uint64_t kFewPeople = 10'000;

std::string event_json(std::uint64_t person, std::uint64_t number, const ManyEvent& event) {
    return fmt::format(
        R"({{"type":"track","userId":"p{}","messageId":"b{}","event":"{}","properties":{{"category":"{}","price":{}}}}})",
        person, number, event.name, event.category, event.price);
}

/// Requests of a hundred events each; `person` says of whom.
std::string batch(std::uint64_t request, std::uint64_t first, Rng& chance,
                  const std::function<std::uint64_t(std::uint64_t)>& person) {
    std::string body = "{\"batch\":[";
    for (std::uint64_t i = 0; i < kInBatch; ++i) {
        const std::uint64_t number = request * kInBatch + i;
        if (i > 0) body.push_back(',');
        body += event_json(person(number), first + number, event_of_many(chance));
    }
    return body + "]}";
}

struct Point {
    std::uint64_t journeys = 0;
    std::uint64_t people = 0;
};

/// Everybody comes once; then `events` of people met at random, and only those are measured.
Result<Measured> measure(const std::string& program_path, Point point, std::uint64_t events) {
    const BenchDirectory directory;
    Rng chance(kBenchSeed);
    TRY(BenchDaemon daemon,
        BenchDaemon::in_child(program_path, directory.path(),
                              many_journeys(bench_project(kSchema), point.journeys, chance), ""));
    const std::uint64_t empty = daemon.resident_bytes();
    LoadOptions load = daemon.load();
    load.requests = (point.people + kInBatch - 1) / kInBatch;
    load.body = [&](std::uint64_t request) {
        return batch(request, 0, chance, [](std::uint64_t number) { return number; });
    };
    const std::uint64_t met = load.requests * kInBatch;
    TRY(const LoadResult filled, run_load(load));
    if (filled.refused > 0) return error(ErrorCode::refused, "the daemon refused events");
    const std::uint64_t full = daemon.resident_bytes();

    // Made beforehand: the generator shares the daemon's two cores.
    std::vector<std::string> bodies;
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(events / kInBatch, 1); ++i)
        bodies.push_back(batch(i, met, chance, [&](std::uint64_t) { return chance.below(met); }));
    load.requests = bodies.size();
    load.body = [&](std::uint64_t request) { return bodies[request]; };
    const double cpu = daemon.cpu_seconds();
    TRY(LoadResult taken, run_load(load));
    if (taken.refused > 0) return error(ErrorCode::refused, "the daemon refused events");
    const auto count = static_cast<double>(bodies.size() * kInBatch);
    Measured out;
    out.per_second = count / taken.seconds;
    out.latency = latency_of(taken.latency_micros);
    out.cpu_micros = (daemon.cpu_seconds() - cpu) * 1e6 / count;
    out.memory_bytes =
        static_cast<double>(full > empty ? full - empty : 0) / static_cast<double>(met);
    out.more = {{"filled_per_second", static_cast<double>(met) / filled.seconds}};
    daemon.stop();
    out.disk_bytes =
        static_cast<double>(bytes_below(directory.data())) / (static_cast<double>(met) + count);
    model::Command event;
    event.external_id = "user:p12345";
    event.message_id = "b123456789";
    event.body = model::Track{"e17", {{"category", Value("c123")}, {"price", Value(105.0)}}};
    TRY(out.bare_per_second, bare_log_rate(directory.path() + "/bare", {event}));
    return out;
}

/// Journeys by tens at few people, people by tens at few journeys, and the most of both.
std::vector<Point> points(const BenchOptions& options) {
    std::vector<Point> all;
    const std::uint64_t people = std::max(options.people, kFewPeople);
    const std::uint64_t journeys = std::max<std::uint64_t>(options.journeys, kFewJourneys);
    for (std::uint64_t i = kFewJourneys; i <= journeys; i *= 10)
        all.push_back({i, kFewPeople});
    for (std::uint64_t i = kFewPeople * 10; i <= people; i *= 10)
        all.push_back({kFewJourneys, i});
    if (journeys > kFewJourneys && people > kFewPeople) all.push_back({journeys, people});
    return all;
}

}  // namespace

int bench_scale_command(const BenchOptions& options, const std::string& program_path) {
    Report report{"scale",
                  "events accepted durably over HTTP, 100 a request, as what exists grows"};
    const std::vector<Point> all = points(options);
    Progress progress("measuring", options.repeat * all.size());
    std::uint64_t done = 0;
    for (const Point point : all) {
        Case one{fmt::format("{} journeys, {} people", point.journeys, point.people), "events",
                 "request to answer", "the log alone, 500 a sync"};
        for (std::uint32_t run = 0; run < options.repeat; ++run) {
            auto measured = measure(program_path, point, options.events);
            if (!measured) return fail(measured.error());
            progress.at(++done, fmt::format("{:.0f} events/s", measured.value().per_second));
            one.runs.push_back(std::move(measured).value());
        }
        report.cases.push_back(std::move(one));
    }
    progress.finish(fmt::format("{} runs", options.repeat));
    print(report, options.json);
    return 0;
}

}  // namespace journey::app
