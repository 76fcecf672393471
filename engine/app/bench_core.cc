// journey bench match, aggregates, timers, segments: one partition in this process, without log,
// disk and network. Each prints a curve: what one event (or one timer) costs as what exists grows,
// and beside it what decoding the same commands costs, the least any engine would pay.

#include "dsl/dsl.h"
#include "engine/app/bench_figures.h"
#include "engine/app/commands.h"
#include "engine/app/progress.h"
#include "engine/core/core.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <functional>

namespace journey::app {
namespace {

using namespace std::chrono_literals;

constexpr const char* kShop = R"(language 1
workspace bench {
  time zone "UTC"
  currency EUR
}
profile user {
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
constexpr std::size_t kEventTypes = 200;

/// The same chance in every run and on every machine.
constexpr std::uint64_t kSeed = 20260302;

/// Few are frequent, many are rare: about 1/rank.
std::uint64_t skewed(Rng& chance, std::uint64_t end) {
    const std::uint64_t shift = chance.below(8);
    return chance.below(std::max<std::uint64_t>(1, end >> shift));
}

/// One partition that holds everybody.
class Engine {
  public:
    static Result<Engine> start(std::vector<dsl::SourceFile> files) {
        dsl::Compilation made = dsl::compile(std::move(files));
        if (!made.ok()) return error(ErrorCode::invalid, dsl::render_short(made));
        Engine engine;
        TRY(engine.catalog_, core::publish(core::empty_catalog(), ir::encode(*made.program), 1));
        core::PartitionOptions options;
        options.partitions = 1;
        engine.partition_ = std::make_unique<core::Partition>(model::PartitionId{0}, options,
                                                              core::empty_catalog());
        engine.partition_->use_catalog(engine.catalog_, 1, engine.effects_, engine.now_);
        engine.position_ = 1;
        return engine;
    }

    model::Command track(std::uint64_t person, const std::string& event, Record properties) {
        model::Command command;
        command.external_id = fmt::format("user:p{}", person);
        command.person = model::person_id_of(command.external_id);
        command.at = now_;
        command.event_time = now_;
        command.message_id = fmt::format("b{}", ++made_);
        command.body = model::Track{event, std::move(properties)};
        now_ += step_;
        return command;
    }
    void step(Micros step) { step_ = step; }

    void apply(const model::Command& command) {
        effects_.clear();
        partition_->apply(command, ++position_, effects_);
    }
    /// Everything due until then, as the runtime asks for it.
    void tick(Instant until) {
        model::Command command;
        command.at = until;
        command.event_time = until;
        command.body = model::Tick{};
        now_ = until;
        apply(command);
    }
    double checkpoint() {
        const auto begin = std::chrono::steady_clock::now();
        const model::PartitionCheckpoint rows = partition_->take_checkpoint();
        last_rows_ = rows.profiles.size();
        last_bytes_ = 0;
        for (const auto& row : rows.profiles)
            last_bytes_ += row.state.size();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
    std::size_t last_rows() const { return last_rows_; }
    std::size_t last_bytes() const { return last_bytes_; }
    Instant now() const { return now_; }
    Instant next_due() const { return partition_->next_due(); }
    core::Counts counts() const { return partition_->counts(); }

  private:
    core::CatalogPtr catalog_;
    std::unique_ptr<core::Partition> partition_;
    core::Effects effects_;
    model::LogPosition position_ = 0;
    Instant now_{std::chrono::seconds(1'772'442'000)};
    Micros step_ = 1ms;
    std::uint64_t made_ = 0;
    std::size_t last_rows_ = 0;
    std::size_t last_bytes_ = 0;
};

/// Nanoseconds a command: applying, and decoding alone.
struct Cost {
    double apply = 0;
    double decode = 0;
};
Cost cost_of(Engine& engine, const std::vector<model::Command>& commands) {
    ByteWriter bytes;
    for (const model::Command& command : commands)
        model::encode(command, bytes);
    const double count = static_cast<double>(std::max<std::size_t>(commands.size(), 1));
    const auto since = [&](std::chrono::steady_clock::time_point begin) {
        return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
                   .count() /
               count;
    };
    Cost cost;
    auto begin = std::chrono::steady_clock::now();
    for (const model::Command& command : commands)
        engine.apply(command);
    cost.apply = since(begin);
    begin = std::chrono::steady_clock::now();
    ByteReader in(bytes.bytes());
    for (std::size_t i = 0; i < commands.size(); ++i)
        static_cast<void>(model::decode_command(in));
    cost.decode = since(begin);
    return cost;
}

struct Point {
    std::uint64_t size = 0;
    Record figures;  // by column
};
struct Curve {
    std::string title;
    std::string size_word;
    std::vector<std::string> columns;
    std::vector<Point> points;
};

void print(const Curve& curve, bool json) {
    if (json) {
        List points;
        for (const Point& point : curve.points) {
            Record one{{curve.size_word, Value(static_cast<std::int64_t>(point.size))}};
            one.insert(one.end(), point.figures.begin(), point.figures.end());
            points.emplace_back(std::move(one));
        }
        fmt::print("{}\n", to_json(Value(Record{{"scenario", Value(curve.title)},
                                                {"points", Value(std::move(points))}})));
        return;
    }
    fmt::print("{}\n{:>12}", curve.title, curve.size_word);
    for (const std::string& column : curve.columns)
        fmt::print("  {:>18}", column);
    fmt::print("\n");
    for (const Point& point : curve.points) {
        fmt::print("{:>12}", point.size);
        for (const auto& figure : point.figures) {
            const auto* number = figure.value.as<double>();
            fmt::print("  {:>18.1f}", number == nullptr ? 0.0 : *number);
        }
        fmt::print("\n");
    }
}

Result<Curve> matching(const BenchOptions& options, Progress& progress) {
    Curve curve{"one event against N live journeys (a name, one equality, one comparison each)",
                "journeys",
                {"ns an event", "ns decode only", "entered a 1000"},
                {}};
    for (const std::uint64_t journeys : {10u, 1'000u, 10'000u, 100'000u}) {
        progress.at(curve.points.size(), fmt::format("{} journeys", journeys));
        std::vector<dsl::SourceFile> files{{"shop.journey", kShop}, {"events.journey", ""}};
        for (std::size_t i = 0; i < kEventTypes; ++i) {
            files[1].text += fmt::format("event e{} {{\n  category string\n  price float\n}}\n", i);
        }
        Rng chance(kSeed);
        constexpr std::uint64_t kInFile = 200;
        for (std::uint64_t i = 0; i < journeys; ++i) {
            if (i % kInFile == 0) files.push_back({fmt::format("j{}.journey", i / kInFile), ""});
            files.back().text += fmt::format(
                "journey j{} \"J\" {{\n  version 1\n  enter when e{} where category is \"c{}\" and "
                "price > {}\n  reenter never\n  expires after 90 days\n  do {{ wait 60 days "
                "}}\n}}\n",
                i, skewed(chance, kEventTypes), chance.below(1000), i % 50 == 0 ? 250 : 100'000);
        }
        std::vector<double> apply;
        std::vector<double> decode;
        double entered = 0;
        TRY(Engine engine, Engine::start(std::move(files)));
        for (std::uint32_t round = 0; round < options.repeat; ++round) {
            std::vector<model::Command> commands;
            for (std::uint64_t i = 0; i < options.events / 10; ++i) {
                commands.push_back(engine.track(
                    chance.below(options.people), fmt::format("e{}", skewed(chance, kEventTypes)),
                    {{"category", Value(fmt::format("c{}", chance.below(1000)))},
                     {"price", Value(static_cast<double>(chance.below(300)))}}));
            }
            const Cost cost = cost_of(engine, commands);
            apply.push_back(cost.apply);
            decode.push_back(cost.decode);
            engine.checkpoint();
        }
        for (const core::JourneyCounts& one : engine.counts().journeys)
            entered += static_cast<double>(one.entered);
        entered *= 1000 / (static_cast<double>(options.events / 10) * options.repeat);
        curve.points.push_back({journeys,
                                {{"ns_an_event", Value(median(apply))},
                                 {"ns_decode_only", Value(median(decode))},
                                 {"entered_a_1000", Value(entered)}}});
    }
    return curve;
}

Result<Curve> aggregating(const BenchOptions& options, Progress& progress) {
    Curve curve{"one event of a person with N events in the last 7 days, whose count is asked",
                "events",
                {"ns an event", "ns decode only"},
                {}};
    for (const std::uint64_t events : {1u, 10u, 100u, 1'000u, 10'000u, 100'000u}) {
        progress.at(curve.points.size(), fmt::format("{} events", events));
        const std::string text = std::string(kShop) + R"(journey coats "Coats" {
  version 1
  enter when product_viewed where category is "coats"
  only if count(product_viewed within 7 days) >= 1000000
  reenter always
  expires after 30 days
  do { wait 2 days }
}
)";
        TRY(Engine engine, Engine::start({{"shop.journey", text}}));
        const auto view = [&](const char* category) {
            return engine.track(1, "product_viewed",
                                {{"category", Value(category)}, {"price", Value(10.5)}});
        };
        engine.step(Micros(6 * 24 * 3'600'000'000LL / static_cast<std::int64_t>(events)));
        for (std::uint64_t i = 0; i < events; ++i)
            engine.apply(view("tea"));
        engine.step(1ms);
        std::vector<double> apply;
        std::vector<double> decode;
        for (std::uint32_t round = 0; round < options.repeat; ++round) {
            std::vector<model::Command> commands;
            for (std::uint64_t i = 0; i < std::clamp<std::uint64_t>(events, 10, 1000); ++i)
                commands.push_back(view("coats"));
            const Cost cost = cost_of(engine, commands);
            apply.push_back(cost.apply);
            decode.push_back(cost.decode);
        }
        curve.points.push_back(
            {events,
             {{"ns_an_event", Value(median(apply))}, {"ns_decode_only", Value(median(decode))}}});
    }
    return curve;
}

Result<Curve> timing(const BenchOptions& options, Progress& progress) {
    Curve curve{"N entries that wait 60 days; then all are due within one day",
                "waiting",
                {"ns to enter", "bytes of memory", "bytes stored", "ns to fire"},
                {}};
    for (std::uint64_t waiting = 1000; waiting <= options.people; waiting *= 10) {
        progress.at(curve.points.size(), fmt::format("{} waiting", waiting));
        const std::string text = std::string(kShop) + R"(journey parked "Parked" {
  version 1
  enter when order_paid
  reenter never
  expires after 120 days
  do { wait 60 days }
}
)";
        const std::uint64_t before = resident_now();
        TRY(Engine engine, Engine::start({{"shop.journey", text}}));
        engine.step(Micros(24 * 3'600'000'000LL / static_cast<std::int64_t>(waiting)));
        double enter = 0;
        for (std::uint64_t i = 0; i < waiting;) {
            std::vector<model::Command> commands;
            for (; commands.size() < 100'000 && i < waiting; ++i)
                commands.push_back(
                    engine.track(i, "order_paid", {{"order_id", Value(fmt::format("o{}", i))}}));
            enter += cost_of(engine, commands).apply * static_cast<double>(commands.size());
        }
        const std::uint64_t full = resident_now();
        engine.checkpoint();
        const double stored =
            static_cast<double>(engine.last_bytes()) / static_cast<double>(waiting);
        const Instant last = engine.now() + std::chrono::hours(24 * 61);
        const auto begin = std::chrono::steady_clock::now();
        for (Instant due = engine.next_due(); due <= last; due = engine.next_due())
            engine.tick(std::max(due, engine.now() + 10ms));
        const double fire =
            std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
                .count();
        const double count = static_cast<double>(waiting);
        curve.points.push_back(
            {waiting,
             {{"ns_to_enter", Value(enter / count)},
              {"bytes_of_memory",
               Value(static_cast<double>(full > before ? full - before : 0) / count)},
              {"bytes_stored", Value(stored)},
              {"ns_to_fire", Value(fire / count)}}});
    }
    return curve;
}

Result<Curve> segmenting(const BenchOptions& options, Progress& progress) {
    Curve curve{"one event with N segments whose joining is watched, one in ten about that event",
                "segments",
                {"ns an event", "ns decode only"},
                {}};
    for (const std::uint64_t segments : {1u, 10u, 100u, 1'000u}) {
        progress.at(curve.points.size(), fmt::format("{} segments", segments));
        std::vector<dsl::SourceFile> files{{"shop.journey", kShop}};
        for (std::uint64_t i = 0; i < segments; ++i) {
            files.push_back(
                {fmt::format("s{}.journey", i),
                 fmt::format("segment s{0} = count({1} within 30 days) >= {2}\njourney j{0} \"J\" "
                             "{{\n  version 1\n  enter when joining s{0}\n  reenter never\n  "
                             "expires after 90 days\n  do {{ wait 60 days }}\n}}\n",
                             i, i % 10 == 0 ? "product_viewed" : "order_paid", 1000 + i)});
        }
        TRY(Engine engine, Engine::start(std::move(files)));
        Rng chance(kSeed);
        std::vector<double> apply;
        std::vector<double> decode;
        for (std::uint32_t round = 0; round < options.repeat; ++round) {
            std::vector<model::Command> commands;
            for (std::uint64_t i = 0; i < options.events / 50; ++i) {
                commands.push_back(
                    engine.track(chance.below(options.people / 10), "product_viewed",
                                 {{"category", Value("coats")}, {"price", Value(10.5)}}));
            }
            const Cost cost = cost_of(engine, commands);
            apply.push_back(cost.apply);
            decode.push_back(cost.decode);
        }
        curve.points.push_back(
            {segments,
             {{"ns_an_event", Value(median(apply))}, {"ns_decode_only", Value(median(decode))}}});
    }
    return curve;
}

}  // namespace

bool is_core_scenario(std::string_view scenario) {
    return scenario == "match" || scenario == "aggregates" || scenario == "timers" ||
           scenario == "segments";
}

int bench_core_command(const BenchOptions& options) {
    Progress progress(options.scenario, 0);
    const auto measure = options.scenario == "match"        ? matching
                         : options.scenario == "aggregates" ? aggregating
                         : options.scenario == "timers"     ? timing
                                                            : segmenting;
    const Result<Curve> curve = measure(options, progress);
    if (!curve) return fail(curve.error());
    progress.finish("measured");
    print(curve.value(), options.json);
    return 0;
}

}  // namespace journey::app
