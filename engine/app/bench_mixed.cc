// journey bench mixed: a working day at a given pace: out of ten events eight views, one identify
// and one order, and who ordered is written to two seconds later. How long a caller waits for the
// answer, checkpoints and all, and how late the message is.

#include "engine/app/bench_send.h"
#include "engine/app/bench_texts.h"
#include "engine/app/commands.h"

#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr const char* kLater = R"(event product_viewed {
  category string
  price float
}
journey later "Thanks, a moment later" {
  version 1
  enter when order_paid
  reenter always
  key trigger.order_id
  expires after 30 days
  do {
    wait 2 seconds
    send webhook receipt with { order_id: trigger.order_id, total: trigger.total }
  }
}
)";
constexpr auto kWait = std::chrono::seconds(2);
constexpr std::uint64_t kInBatch = 10;

/// One order, one identify, eight views, of people met at random.
std::string batch_json(std::uint64_t number, std::uint64_t people) {
    static constexpr const char* kCategories[] = {"shoes", "coats", "books", "tea"};
    Rng chance(number + 1);
    std::vector<std::string> events{order_json(number)};
    events.push_back(fmt::format(
        R"({{"type":"identify","userId":"p{}","messageId":"i{}","traits":{{"first_name":"Ada {}"}}}})",
        chance.below(people), number, number % 100));
    while (events.size() < kInBatch) {
        events.push_back(fmt::format(
            R"({{"type":"track","userId":"p{}","messageId":"v{}-{}","event":"product_viewed","properties":{{"category":"{}","price":{}.5}}}})",
            chance.below(people), number, events.size(), kCategories[chance.below(4)],
            chance.below(300)));
    }
    return batch_of(events);
}

struct Both {
    Measured events;
    Measured sends;
};

Result<Both> run_once(const BenchOptions& options, const std::string& program_path) {
    const BenchDirectory directory;
    LoadOptions load;
    const auto batches = static_cast<double>(options.rate) / kInBatch;
    const auto requests =
        static_cast<std::uint64_t>(batches * static_cast<double>(options.seconds));
    BenchSink sink(requests);
    TRY(BenchDaemon daemon,
        BenchDaemon::in_child(program_path, directory.path(),
                              send_project(kLater) + std::string(kCoats), send_config(sink)));
    load = daemon.load();
    load.connections = 32;
    load.per_second = batches;
    load.requests = requests;
    load.body = [&](std::uint64_t request) { return batch_json(request, options.people); };
    std::vector<BenchSink::Steady::time_point> due(requests);
    load.accepted = [&](std::uint64_t request, BenchSink::Steady::time_point at) {
        due[request] = at + kWait;
    };
    const std::uint64_t empty = daemon.resident_bytes();
    const double cpu = daemon.cpu_seconds();
    TRY(LoadResult taken, run_load(load));
    if (taken.refused > 0) return error(ErrorCode::refused, "the daemon refused events");
    if (!sink.wait_for(requests)) {
        return error(ErrorCode::retry,
                     fmt::format("{} of {} requests came to the sink", sink.requests(), requests));
    }
    const auto events = static_cast<double>(requests * kInBatch);
    Both out;
    out.events.per_second = events / taken.seconds;
    out.events.latency = latency_of(taken.latency_micros);
    out.events.cpu_micros = (daemon.cpu_seconds() - cpu) * 1e6 / events;
    const std::uint64_t full = daemon.resident_bytes();
    out.events.memory_bytes = static_cast<double>(full > empty ? full - empty : 0) / events;
    out.events.more = {{"refused_for_overload", static_cast<double>(taken.overloaded)}};
    TRY(auto waits, waits_at(sink, 0, due));
    out.sends.latency = latency_of(waits);
    out.sends.per_second = static_cast<double>(requests) / taken.seconds;
    out.sends.more = {{"repeated_requests", static_cast<double>(sink.repeated())}};
    daemon.stop();
    out.events.disk_bytes = static_cast<double>(bytes_below(directory.data())) / events;
    model::Command order;
    order.external_id = "user:p12345";
    order.message_id = "o12345";
    order.body =
        model::Track{"product_viewed", {{"category", Value("coats")}, {"price", Value(10.5)}}};
    TRY(out.events.bare_per_second, bare_log_rate(directory.path() + "/bare", {order}));
    return out;
}

}  // namespace

int bench_mixed_command(const BenchOptions& options, const std::string& program_path) {
    Report report{"mixed",
                  fmt::format("{} events a second for {} s, 10 a request: views, identifies, "
                              "orders, and a message 2 s after each order",
                              options.rate, options.seconds)};
    report.cases = {{"events", "events", "request to answer, from when it was due",
                     "the log alone, 500 a sync"},
                    {"messages", "sends", "due to the request at the sink", ""}};
    Progress progress("measuring", options.repeat);
    for (std::uint32_t run = 0; run < options.repeat; ++run) {
        auto both = run_once(options, program_path);
        if (!both) return fail(both.error());
        report.cases[0].runs.push_back(std::move(both.value().events));
        report.cases[1].runs.push_back(std::move(both.value().sends));
        progress.at(run + 1);
    }
    progress.finish(fmt::format("{} runs", options.repeat));
    print(report, options.json);
    return 0;
}

}  // namespace journey::app
