// journey bench: what this machine does with this program. A daemon of our own in a child process,
// the load generator beside it on the same cores; the figure to quote is the median, and the ratio
// to the bare limit measured in the same run.

#include "engine/app/bench_daemon.h"
#include "engine/app/commands.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <thread>

namespace journey::app {
namespace {

constexpr const char* kSchema = R"(language 1
workspace bench {
  time zone "UTC"
  currency EUR
}
profile user {
  email string pii
}
event product_viewed {
  sku string required
  view_id string required
  category string
  price float
}
event order_paid {
  order_id string required
}
)";
constexpr const char* kWaiting = R"(
journey parked "Waits for two months" {
  version 1
  enter when order_paid
  reenter never
  expires after 120 days
  do {
    wait 60 days
  }
}
)";
constexpr const char* kMatching = R"(
journey coats "Looked at coats three times" {
  version 1
  enter when product_viewed where category is "coats"
  only if count(product_viewed where category is "coats" within 7 days) >= 3
  reenter after 7 days
  expires after 30 days
  do {
    wait 2 days
  }
}
)";

std::string event_json(std::uint64_t number, std::uint64_t people, const char* event) {
    // A product of two odd numbers walks over everybody in an order that looks like chance.
    const std::uint64_t person = number * 2654435761u % people;
    static constexpr const char* kCategories[] = {"shoes", "coats", "books", "tea",
                                                  "bags",  "toys",  "music", "garden"};
    if (std::string_view(event) == "order_paid") {
        return fmt::format(
            R"({{"type":"track","userId":"p{}","messageId":"b{}","event":"order_paid","properties":{{"order_id":"o{}"}}}})",
            person, number, number);
    }
    return fmt::format(
        R"({{"type":"track","userId":"p{}","messageId":"b{}","event":"product_viewed","properties":{{"sku":"sku-{}","view_id":"v{}","category":"{}","price":{}.5}},"context":{{"library":{{"name":"bench","version":"1"}}}}}})",
        person, number, number % 977, number, kCategories[number % 8], 10 + number % 300);
}

std::string batch_json(std::uint64_t request, std::uint64_t in_batch, std::uint64_t people,
                       const char* event) {
    std::string body = "{\"batch\":[";
    for (std::uint64_t i = 0; i < in_batch; ++i) {
        if (i > 0) body.push_back(',');
        body += event_json(request * in_batch + i, people, event);
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
    TRY(BenchDaemon daemon, BenchDaemon::in_child(program_path, directory.path(),
                                                  std::string(kSchema) + kMatching, ""));
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

int ingest(const BenchOptions& options, const std::string& program_path, std::uint64_t in_batch) {
    const std::uint64_t events =
        in_batch == 1 ? std::min<std::uint64_t>(options.events, 300'000) : options.events;
    // The bodies are made beforehand: the generator shares the daemon's two cores.
    std::vector<std::string> bodies;
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(events / in_batch, 1); ++i)
        bodies.push_back(in_batch == 1 ? event_json(i, options.people, "product_viewed")
                                       : batch_json(i, in_batch, options.people, "product_viewed"));
    Report report{in_batch == 1 ? "single" : "ingest", "events accepted durably over HTTP"};
    report.cases.push_back({fmt::format("{} a request", in_batch), "events", "request to answer",
                            "the log alone, 500 a sync"});
    Progress progress("measuring", options.repeat);
    for (std::uint32_t run = 0; run < options.repeat; ++run) {
        auto measured = ingest_once(program_path, bodies, in_batch);
        if (!measured) return fail(measured.error());
        progress.at(run + 1, fmt::format("{:.0f} events/s", measured.value().per_second));
        report.cases.front().runs.push_back(std::move(measured).value());
    }
    progress.finish(fmt::format("{} runs", options.repeat));
    print(report, options.json);
    return 0;
}

int waiting(const BenchOptions& options, const std::string& program_path) {
    const BenchDirectory directory;
    auto started =
        BenchDaemon::in_child(program_path, directory.path(), std::string(kSchema) + kWaiting, "");
    if (!started) return fail(started.error());
    BenchDaemon& daemon = started.value();
    const std::uint64_t people = options.people;
    const std::uint64_t empty = daemon.resident_bytes();
    LoadOptions load = daemon.load();
    load.requests = people / 100;
    load.body = [&](std::uint64_t request) {
        std::string body = "{\"batch\":[";
        for (std::uint64_t i = 0; i < 100; ++i) {
            const std::uint64_t number = request * 100 + i;
            body += fmt::format(
                R"({}{{"type":"track","userId":"p{}","messageId":"b{}","event":"order_paid","properties":{{"order_id":"o{}"}}}})",
                i > 0 ? "," : "", number, number, number);
        }
        return body + "]}";
    };
    auto result = run_load(load);
    if (!result) return fail(result.error());
    std::this_thread::sleep_for(std::chrono::seconds(8));  // checkpoints settle
    const std::uint64_t full = daemon.resident_bytes();
    daemon.stop();
    const std::string data = directory.data();
    std::uint64_t disk = 0;
    for (const auto& file : std::filesystem::directory_iterator(data)) {
        if (file.is_regular_file() && file.path().filename().string().starts_with("state"))
            disk += file.file_size();
    }
    std::vector<double> after_stop;
    std::vector<double> after_kill;
    std::uint64_t restarted = 0;
    for (std::uint32_t run = 0; run < options.repeat * 2; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        auto again = BenchDaemon::again(program_path, directory.path());
        if (!again) return fail(again.error());
        (run % 2 == 0 ? after_stop : after_kill)
            .push_back(
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        restarted = again.value().resident_bytes();
        if (run % 2 == 0)
            again.value().kill_now();
        else
            again.value().stop();
    }
    fmt::print("{} people, each with one entry that waits 60 days:\n", people);
    fmt::print(
        "  memory {} bytes each while running ({} MiB in all, {} MiB empty), {} bytes each after a "
        "restart\n",
        (full - empty) / people, full >> 20, empty >> 20,
        (restarted > empty ? restarted - empty : 0) / people);
    fmt::print("  state on disk {} bytes each\n", disk / people);
    fmt::print("  start to ready: {:.2f} s after a stop, {:.2f} s after kill -9 (medians of {})\n",
               median(after_stop), median(after_kill), options.repeat);
    return 0;
}

}  // namespace

int bench_command(const BenchOptions& options, const std::string& program_path) {
    if (options.scenario == "ingest") return ingest(options, program_path, 100);
    if (options.scenario == "single") return ingest(options, program_path, 1);
    if (options.scenario == "send") return bench_send_command(options, program_path);
    if (options.scenario == "waiting") return waiting(options, program_path);
    if (is_core_scenario(options.scenario)) return bench_core_command(options);
    fmt::print(stderr,
               "journey bench: I do not know the scenario `{}`; there are ingest, single, send, "
               "waiting, check, "
               "match, aggregates, timers and segments\n",
               options.scenario);
    return 2;
}

}  // namespace journey::app
