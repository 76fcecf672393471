// journey bench: what this machine does with this program. A daemon of our own in a child process,
// the load generator beside it on the same cores; the figure to quote is the median, and the ratio
// to the bare limit measured in the same run.

#include "engine/app/bench_daemon.h"
#include "engine/app/bench_texts.h"
#include "engine/app/commands.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr const char* kSchema = R"(profile user {
  email string pii
}
event product_viewed {
  sku string required
  view_id string required
  category string
  price float
}
)";

std::string event_json(std::uint64_t number, std::uint64_t people) {
    // A product of two odd numbers walks over everybody in an order that looks like chance.
    const std::uint64_t person = number * 2654435761u % people;
    static constexpr const char* kCategories[] = {"shoes", "coats", "books", "tea",
                                                  "bags",  "toys",  "music", "garden"};
    return fmt::format(
        R"({{"type":"track","userId":"p{}","messageId":"b{}","event":"product_viewed","properties":{{"sku":"sku-{}","view_id":"v{}","category":"{}","price":{}.5}},"context":{{"library":{{"name":"bench","version":"1"}}}}}})",
        person, number, number % 977, number, kCategories[number % 8], 10 + number % 300);
}

std::string batch_json(std::uint64_t request, std::uint64_t in_batch, std::uint64_t people) {
    std::string body = "{\"batch\":[";
    for (std::uint64_t i = 0; i < in_batch; ++i) {
        if (i > 0) body.push_back(',');
        body += event_json(request * in_batch + i, people);
    }
    return body + "]}";
}

/// What the Log keeps of one event.
model::Command command_of_a_view() {
    model::Command command;
    command.external_id = "user:p12345";
    command.message_id = "b123456789";
    command.body = model::Track{"product_viewed",
                                {{"sku", Value("sku-123")},
                                 {"view_id", Value("v123456")},
                                 {"category", Value("coats")},
                                 {"price", Value(10.5)}}};
    return command;
}

Result<Measured> ingest_once(const std::string& program_path,
                             const std::vector<std::string>& bodies, std::uint64_t in_batch) {
    const BenchDirectory directory;
    TRY(BenchDaemon daemon,
        BenchDaemon::in_child(program_path, directory.path(),
                              bench_project(kSchema) + std::string(kCoats), ""));
    LoadOptions load = daemon.load();
    load.connections = in_batch == 1 ? 64 : 8;
    load.path = in_batch == 1 ? "/v1/track" : "/v1/batch";
    load.body = [&](std::uint64_t request) { return bodies[request]; };
    load.requests = bodies.size();
    const auto events = static_cast<double>(bodies.size() * in_batch);
    const std::uint64_t empty = daemon.resident_bytes();
    const double cpu = daemon.cpu_seconds();
    TRY(LoadResult result, run_load(load));
    if (result.refused > 0)
        return error(ErrorCode::refused, fmt::format("{} requests were refused", result.refused));
    Measured out;
    out.per_second = events / result.seconds;
    out.latency = latency_of(result.latency_micros);
    out.cpu_micros = (daemon.cpu_seconds() - cpu) * 1e6 / events;
    const std::uint64_t full = daemon.resident_bytes();
    out.memory_bytes = static_cast<double>(full > empty ? full - empty : 0) / events;
    daemon.stop();
    out.disk_bytes = static_cast<double>(bytes_below(directory.data())) / events;
    TRY(out.bare_per_second, bare_log_rate(directory.path() + "/bare", {command_of_a_view()}));
    return out;
}

/// The bodies are made beforehand: the generator shares the daemon's two cores.
std::vector<std::string> bodies_of(std::uint64_t events, std::uint64_t in_batch,
                                   std::uint64_t people) {
    std::vector<std::string> bodies;
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(events / in_batch, 1); ++i)
        bodies.push_back(in_batch == 1 ? event_json(i, people) : batch_json(i, in_batch, people));
    return bodies;
}

int ingest(const BenchOptions& options, const std::string& program_path) {
    constexpr std::uint64_t kSinglesMost = 300'000;
    constexpr std::array<std::uint64_t, 2> kInBatch = {1, 100};
    Report report{"ingest", "events accepted durably over HTTP"};
    Progress progress("measuring", options.repeat * kInBatch.size());
    std::uint64_t done = 0;
    for (const std::uint64_t in_batch : kInBatch) {
        const std::uint64_t events =
            in_batch == 1 ? std::min(options.events, kSinglesMost) : options.events;
        const std::vector<std::string> bodies = bodies_of(events, in_batch, options.people);
        Case one{fmt::format("{} a request", in_batch), "events", "request to answer",
                 "the log alone, 500 a sync"};
        for (std::uint32_t run = 0; run < options.repeat; ++run) {
            auto measured = ingest_once(program_path, bodies, in_batch);
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

}  // namespace

int bench_command(const BenchOptions& options, const std::string& program_path) {
    if (options.scenario == "ingest") return ingest(options, program_path);
    if (options.scenario == "send") return bench_send_command(options, program_path);
    if (options.scenario == "recover") return bench_recover_command(options, program_path);
    if (options.scenario == "mixed") return bench_mixed_command(options, program_path);
    if (options.scenario == "scale") return bench_scale_command(options, program_path);
    if (options.scenario == "overload") return bench_overload_command(options, program_path);
    if (is_core_scenario(options.scenario)) return bench_core_command(options, program_path);
    fmt::print(
        stderr,
        "journey bench: I do not know the scenario `{}`; there are ingest, match, timers, "
        "aggregates, segments, publish, send, recover, mixed, scale, overload, render, check and "
        "lsp\n",
        options.scenario);
    return 2;
}

}  // namespace journey::app
