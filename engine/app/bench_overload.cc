// journey bench overload: a daemon that is offered twice and ten times what it can take, for as long
// as you say. What it does take must be answered as soon as at half load, the rest told when to come
// again; people who wish for no more mail must be heard; memory must stay where it is; and afterwards
// all must be as it was, within a minute.
//
// The generator has the daemon's cores to itself no more than the daemon has: what it could not offer
// because every one of its connections waited is told as missed.

#include "engine/app/bench_daemon.h"
#include "engine/app/bench_texts.h"
#include "engine/app/commands.h"
#include "engine/app/flood.h"

#include <fmt/format.h>
#include <thread>

namespace journey::app {
namespace {

constexpr const char* kSchema = R"(profile user {
  email string pii
}
channel email {
  address user.email
  from "Bench <bench@shop.example>"
}
event product_viewed {
  category string
  price float
}
)";
constexpr std::uint64_t kInBatch = 100;
constexpr std::uint32_t kConnections = 128;
constexpr double kCapacitySeconds = 5;
constexpr double kWishesPerSecond = 50;
constexpr double kRecoverSecondsMost = 60;

/// Everything a bench offers is new: the same again would cost the daemon less.
class Bodies {
  public:
    explicit Bodies(std::uint64_t people) : people_(people) {}
    std::string events() {
        static constexpr const char* kCategories[] = {"shoes", "coats", "books", "tea"};
        std::string body = "{\"batch\":[";
        for (std::uint64_t i = 0; i < kInBatch; ++i, ++number_) {
            if (i > 0) body.push_back(',');
            body += fmt::format(
                R"({{"type":"track","userId":"p{}","messageId":"v{}","event":"product_viewed","properties":{{"category":"{}","price":{}.5}}}})",
                number_ * 2654435761u % people_, number_, kCategories[number_ % 4], number_ % 300);
        }
        return body + "]}";
    }
    std::string wish() {
        return fmt::format(
            R"({{"source":"bench","suppressions":[{{"channel":"email","address":"p{}@mail.example"}}]}})",
            wishes_++);
    }

  private:
    std::uint64_t people_;
    std::uint64_t number_ = 0;
    std::uint64_t wishes_ = 0;
};

/// Who takes care beside the flood: wishes to be left alone, and the daemon's memory second by second.
class Watch {
  public:
    Watch(const BenchDaemon& daemon, Bodies& bodies)
        : wishes_([this, &daemon, &bodies] {
              FloodOptions options = flood_of(daemon);
              options.path = "/v1/suppressions";
              options.connections = 4;
              options.per_second = kWishesPerSecond;
              options.seconds = 1e6;
              options.body = [&bodies] { return bodies.wish(); };
              options.stop = &stop_;
              heard_ = run_flood(options);
          }),
          memory_([this, &daemon] {
              while (!stop_) {
                  sizes_.push_back(static_cast<double>(daemon.resident_bytes()));
                  std::this_thread::sleep_for(std::chrono::milliseconds(200));
              }
          }) {}
    ~Watch() { end(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    static FloodOptions flood_of(const BenchDaemon& daemon) {
        const LoadOptions load = daemon.load();
        FloodOptions options;
        options.port = load.port;
        options.write_key = load.write_key;
        return options;
    }

    Result<FloodResult>& end() {
        stop_ = true;
        for (std::thread* thread : {&wishes_, &memory_}) {
            if (thread->joinable()) thread->join();
        }
        return heard_;
    }
    /// Of the last quarter's greatest over the second quarter's; after end().
    double growth() const {
        const std::size_t quarter = sizes_.size() / 4;
        if (quarter == 0) return 1;
        const auto most = [&](std::size_t from) {
            const auto first = sizes_.begin() + static_cast<std::ptrdiff_t>(from);
            return *std::max_element(first, first + static_cast<std::ptrdiff_t>(quarter));
        };
        return most(sizes_.size() - quarter) / most(quarter);
    }
    double most_bytes() const {
        return sizes_.empty() ? 0 : *std::max_element(sizes_.begin(), sizes_.end());
    }

  private:
    std::atomic<bool> stop_ = false;
    Result<FloodResult> heard_ = FloodResult{};
    std::vector<double> sizes_;
    std::thread wishes_;  // last: they use all that is above
    std::thread memory_;
};

class Overload {
  public:
    Overload(const BenchOptions& options, BenchDaemon& daemon)
        : options_(options), daemon_(daemon), bodies_(options.people) {}

    Result<void> find_capacity() {
        FloodOptions flood = events(kCapacitySeconds);
        flood.per_second = 1e6;
        TRY(const FloodResult taken, run_flood(flood));
        capacity_ = static_cast<double>(taken.answered) / taken.seconds;
        return success();
    }

    /// Every case after the first is compared with half load, which comes first.
    Result<Measured> at(double times, double seconds) {
        Measured out;
        FloodOptions flood = events(seconds);
        flood.per_second = capacity_ * times;
        const double cpu = daemon_.cpu_seconds();
        Watch watch(daemon_, bodies_);
        TRY(FloodResult taken, run_flood(flood));
        TRY(FloodResult heard, std::move(watch.end()));
        for (const int status : {taken.otherwise, heard.otherwise}) {
            if (status != 0)
                return error(ErrorCode::refused, fmt::format("the daemon answered {}", status));
        }
        const auto events = [&](std::uint64_t requests) {
            return static_cast<double>(requests * kInBatch) / taken.seconds;
        };
        out.per_second = events(taken.answered);
        out.latency = latency_of(taken.latency_micros);
        out.cpu_micros = (daemon_.cpu_seconds() - cpu) * 1e6 /
                         static_cast<double>(std::max<std::uint64_t>(taken.answered, 1) * kInBatch);
        if (times < 1 && out.latency) usual_p99_ = out.latency->p99;
        const auto wishes = latency_of(heard.latency_micros);
        out.more = {{"offered_per_second", events(taken.offered)},
                    {"missed_per_second", events(taken.missed)},
                    {"refused_per_second", events(taken.refused)},
                    {"refused_without_retry_after", static_cast<double>(taken.unsaid)},
                    {"unsubscribes_heard", static_cast<double>(heard.answered)},
                    {"unsubscribes_refused", static_cast<double>(heard.refused)},
                    {"unsubscribes_p99_us", wishes ? wishes->p99 : 0},
                    {"memory_most_bytes", watch.most_bytes()},
                    {"memory_late_over_early", watch.growth()}};
        if (times >= 1) {
            TRY(const double recovered, recover());
            out.more.emplace_back("seconds_until_half_load_was_as_before", recovered);
        }
        return out;
    }

  private:
    FloodOptions events(double seconds) {
        FloodOptions flood = Watch::flood_of(daemon_);
        flood.connections = kConnections;
        flood.seconds = seconds;
        flood.body = [this] { return bodies_.events(); };
        return flood;
    }

    /// Half load a second at a time, until nothing is refused and nobody waits twice as long as usual.
    Result<double> recover() {
        const auto began = std::chrono::steady_clock::now();
        for (;;) {
            FloodOptions flood = events(1);
            flood.per_second = capacity_ / 2;
            const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - began;
            TRY(FloodResult taken, run_flood(flood));
            const auto latency = latency_of(taken.latency_micros);
            const bool usual =
                taken.refused == 0 && latency && latency->p99 <= std::max(2 * usual_p99_, 10'000.0);
            if (usual || gone.count() > kRecoverSecondsMost) return gone.count();
        }
    }

    const BenchOptions& options_;
    BenchDaemon& daemon_;
    Bodies bodies_;
    double capacity_ = 0;   // requests a second
    double usual_p99_ = 0;  // microseconds, at half load
};

Result<std::vector<Measured>> run_once(const BenchOptions& options,
                                       const std::string& program_path) {
    const BenchDirectory directory;
    TRY(BenchDaemon daemon,
        BenchDaemon::in_child(program_path, directory.path(),
                              bench_project(kSchema) + std::string(kCoats),
                              "connectors: {email: {kind: smtp, url: \"smtp://127.0.0.1:9\", "
                              "require tls: no}}\nnetwork: {allow private: yes}\n"));
    Overload overload(options, daemon);
    TRY(overload.find_capacity());
    const auto seconds = static_cast<double>(options.seconds);
    std::vector<Measured> out;
    for (const double times : {0.5, 2.0, 10.0}) {
        TRY(Measured one, overload.at(times, times < 1 ? std::min(seconds, 30.0) : seconds));
        out.push_back(std::move(one));
    }
    daemon.stop();
    return out;
}

}  // namespace

int bench_overload_command(const BenchOptions& options, const std::string& program_path) {
    Report report{"overload",
                  fmt::format("{} events a request, {} s of each load", kInBatch, options.seconds)};
    for (const char* name : {"half load", "twice what it can take", "ten times what it can take"})
        report.cases.push_back({name, "events", "request to answer, of what was taken", ""});
    Progress progress("measuring", options.repeat);
    for (std::uint32_t run = 0; run < options.repeat; ++run) {
        auto measured = run_once(options, program_path);
        if (!measured) return fail(measured.error());
        for (std::size_t i = 0; i < report.cases.size(); ++i)
            report.cases[i].runs.push_back(std::move(measured.value()[i]));
        progress.at(run + 1);
    }
    progress.finish(fmt::format("{} runs", options.repeat));
    print(report, options.json);
    return 0;
}

}  // namespace journey::app
