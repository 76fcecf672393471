// journey bench: what this machine does with this program. A daemon of our own in a child process,
// the load generator beside it on the same cores; the figure to quote is the median, and the ratio
// to the bare limit measured in the same run.

#include "engine/app/bench_figures.h"
#include "engine/app/child.h"
#include "engine/app/commands.h"
#include "engine/app/load.h"
#include "engine/app/progress.h"
#include "engine/storage/sqlite/sqlite.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
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

struct Bench {
    std::string directory;
    std::unique_ptr<ChildDaemon> daemon;
};

Result<Bench> start_daemon(const std::string& program_path, const char* journeys) {
    Bench bench;
    bench.directory = make_temporary_directory("bench");
    std::filesystem::create_directories(bench.directory + "/project");
    std::ofstream(bench.directory + "/project/bench.journey") << kSchema << journeys;
    TRY(bench.daemon,
        ChildDaemon::start(
            {program_path, {bench.directory + "/project"}, bench.directory + "/data", 0, ""}));
    return bench;
}

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

/// Events/s that the Log alone takes: the same number of commands of the same size, one append and
/// sync per 500 events.
Result<double> bare_log_rate(const std::string& directory) {
    TRY(auto store, storage::sqlite::open_store(directory + "/bare", {}, Logger::silent()));
    model::Command command;
    command.external_id = "user:p12345";
    command.message_id = "b123456789";
    command.body = model::Track{"product_viewed",
                                {{"sku", Value("sku-123")},
                                 {"view_id", Value("v123456")},
                                 {"category", Value("coats")},
                                 {"price", Value(10.5)}}};
    ByteWriter one;
    model::encode(command, one);
    constexpr std::uint32_t kInBatch = 500;
    storage::LogBatch batch;
    batch.count = kInBatch;
    for (std::uint32_t i = 0; i < kInBatch; ++i)
        batch.commands += one.bytes();
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t events = 0;
    while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(1500)) {
        batch.first = store.log->end() + 1;
        TRY(store.log->append({batch}, store.lease->epoch()));
        events += kInBatch;
    }
    return static_cast<double>(events) /
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int ingest(const BenchOptions& options, const std::string& program_path, std::uint64_t in_batch) {
    std::vector<double> rates;
    std::vector<double> cpu;
    LoadResult last;
    const std::uint64_t events =
        in_batch == 1 ? std::min<std::uint64_t>(options.events, 300'000) : options.events;
    double bare = 0;
    Progress progress("measuring", options.repeat);
    for (std::uint32_t run = 0; run < options.repeat; ++run) {
        auto bench = start_daemon(program_path, kMatching);
        if (!bench) return fail(bench.error());
        ChildDaemon& daemon = *bench.value().daemon;
        LoadOptions load;
        load.port = daemon.port();
        load.write_key = daemon.write_key();
        load.connections = in_batch == 1 ? 64 : 8;
        load.path = in_batch == 1 ? "/v1/track" : "/v1/batch";
        const auto body = [&, in_batch](std::uint64_t request) {
            return in_batch == 1 ? event_json(request, options.people, "product_viewed")
                                 : batch_json(request, in_batch, options.people, "product_viewed");
        };
        // The bodies are made beforehand: the generator shares the daemon's two cores.
        std::vector<std::string> bodies;
        for (std::uint64_t i = 0; i < events / in_batch; ++i)
            bodies.push_back(body(i));
        load.body = [&](std::uint64_t request) { return bodies[request]; };
        load.requests = bodies.size();
        const double cpu_before = daemon.cpu_seconds();
        auto result = run_load(load);
        if (!result) return fail(result.error());
        last = std::move(result).value();
        if (last.refused > 0)
            return fail(
                error(ErrorCode::refused, fmt::format("{} requests were refused", last.refused)));
        rates.push_back(static_cast<double>(last.answered * in_batch) / last.seconds);
        cpu.push_back((daemon.cpu_seconds() - cpu_before) * 1e6 / static_cast<double>(events));
        daemon.stop();
        if (bare == 0) {
            auto rate = bare_log_rate(bench.value().directory);
            if (!rate) return fail(rate.error());
            bare = rate.value();
        }
        std::filesystem::remove_all(bench.value().directory);
        progress.at(run + 1, fmt::format("{:.0f} events/s", rates.back()));
    }
    progress.finish(fmt::format("{} runs", options.repeat));
    const double rate = median(rates);
    if (options.json) {
        fmt::print(
            "{}\n",
            to_json(Value(Record{{"scenario", Value(in_batch == 1 ? "single" : "ingest")},
                                 {"events_per_second", Value(rate)},
                                 {"cpu_micros_per_event", Value(median(cpu))},
                                 {"log_append_only_events_per_second", Value(bare)},
                                 {"ratio", Value(rate / bare)},
                                 {"p50_micros", Value(std::int64_t{last.percentile(0.5)})},
                                 {"p99_micros", Value(std::int64_t{last.percentile(0.99)})},
                                 {"max_micros", Value(std::int64_t{last.percentile(1.0)})}})));
        return 0;
    }
    fmt::print(
        "durable events, {} a request: {:.0f} events/s (median of {}), daemon CPU {:.2f} us an "
        "event\n",
        in_batch, rate, options.repeat, median(cpu));
    fmt::print("  answer after p50 {} us, p99 {} us, max {} us\n", last.percentile(0.5),
               last.percentile(0.99), last.percentile(1.0));
    fmt::print(
        "  the log alone (append and sync, 500 events each): {:.0f} events/s; ratio {:.2f}\n", bare,
        rate / bare);
    return 0;
}

int waiting(const BenchOptions& options, const std::string& program_path) {
    auto bench = start_daemon(program_path, kWaiting);
    if (!bench) return fail(bench.error());
    ChildDaemon& daemon = *bench.value().daemon;
    const std::uint64_t people = options.people;
    const std::uint64_t empty = daemon.resident_bytes();
    LoadOptions load;
    load.port = daemon.port();
    load.write_key = daemon.write_key();
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
    const std::string data = bench.value().directory + "/data";
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
        auto again = ChildDaemon::start({program_path, {}, data, 0, ""});
        if (!again) return fail(again.error());
        (run % 2 == 0 ? after_stop : after_kill)
            .push_back(
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        restarted = again.value()->resident_bytes();
        if (run % 2 == 0)
            again.value()->kill_now();
        else
            again.value()->stop();
    }
    std::filesystem::remove_all(bench.value().directory);
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
    if (options.scenario == "waiting") return waiting(options, program_path);
    if (is_core_scenario(options.scenario)) return bench_core_command(options);
    fmt::print(
        stderr,
        "journey bench: I do not know the scenario `{}`; there are ingest, single, waiting, check, "
        "match, aggregates, timers and segments\n",
        options.scenario);
    return 2;
}

}  // namespace journey::app
