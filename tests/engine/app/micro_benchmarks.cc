// What one event, one expression, one timer, one message costs. The whole curves are `journey bench`.

#include "engine/app/bench_engine.h"
#include "engine/app/bench_texts.h"
#include "engine/render/render.h"
#include "tests/engine/expr/bench.h"

#include <benchmark/benchmark.h>

namespace journey::micro {
namespace {

using namespace std::chrono_literals;
using app::BenchEngine;

constexpr const char* kShop = R"(profile user {
  email string pii
}
event viewed {
  category string
  price float
}
)";

Record view(std::uint64_t number) {
    return {{"category", Value("c" + std::to_string(number % 1000))},
            {"price", Value(static_cast<double>(number % 300))}};
}

BenchEngine engine_of(const std::string& journeys) {
    auto engine = BenchEngine::start({{"shop.journey", app::bench_project(kShop) + journeys}});
    ENSURE(engine.has_value(), "the benchmark's own project has no mistakes");
    return std::move(engine).value();
}

std::vector<model::Command> views(BenchEngine& engine, std::uint64_t people) {
    std::vector<model::Command> commands;
    for (std::uint64_t i = 0; i < 10'000; ++i)
        commands.push_back(engine.track(i % people, "viewed", view(i)));
    return commands;
}

// ---------------------------------------------------------------- the log's bytes

void log_encode(benchmark::State& state) {
    BenchEngine engine = engine_of("");
    const model::Command command = engine.track(1, "viewed", view(1));
    ByteWriter out;
    for (auto _ : state) {
        out.clear();
        model::encode(command, out);
        benchmark::DoNotOptimize(out.size());
    }
}
BENCHMARK(log_encode);

void log_decode(benchmark::State& state) {
    BenchEngine engine = engine_of("");
    ByteWriter out;
    model::encode(engine.track(1, "viewed", view(1)), out);
    const Bytes bytes = out.take();
    for (auto _ : state) {
        ByteReader in(bytes);
        auto command = model::decode_command(in);
        benchmark::DoNotOptimize(command);
    }
}
BENCHMARK(log_decode);

void json_decode(benchmark::State& state) {
    const std::string text =
        R"({"type":"track","userId":"p1","messageId":"b1","event":"viewed","properties":{"sku":"sku-1","category":"coats","price":10.5}})";
    for (auto _ : state) {
        auto value = value_from_json(text);
        benchmark::DoNotOptimize(value);
    }
}
BENCHMARK(json_decode);

// ---------------------------------------------------------------- applying

/// An event of a thousand people against so many journeys, of which none takes it.
void match(benchmark::State& state) {
    std::string journeys;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        journeys += fmt::format(
            "journey j{0} \"J\" {{\n  version 1\n  enter when viewed where category is \"c{0}\" "
            "and "
            "price > 100000\n  reenter never\n  expires after 90 days\n  do {{ wait 60 days "
            "}}\n}}\n",
            i);
    }
    BenchEngine engine = engine_of(journeys);
    const auto commands = views(engine, 1000);
    std::size_t next = 0;
    for (auto _ : state)
        engine.apply(commands[next++ % commands.size()]);
}
BENCHMARK(match)->Arg(1)->Arg(100);

/// An event of a person with so many in the window that a condition counts.
void aggregate(benchmark::State& state) {
    BenchEngine engine = engine_of(R"(journey many "Many" {
  version 1
  enter when viewed
  only if count(viewed within 7 days) >= 1000000
  reenter always
  expires after 30 days
  do { wait 2 days }
}
)");
    engine.step(1s);
    for (std::int64_t i = 0; i < state.range(0); ++i)
        engine.apply(engine.track(1, "viewed", view(1)));
    for (auto _ : state)
        engine.apply(engine.track(1, "viewed", view(1)));
}
// What is counted grows with the rounds, so their number is fixed.
BENCHMARK(aggregate)->Arg(10)->Arg(1000)->Iterations(1000);

/// In, and a minute later out again.
void timer(benchmark::State& state) {
    BenchEngine engine = engine_of(R"(journey short "Short" {
  version 1
  enter when viewed
  reenter always
  while running ignore
  expires after 30 days
  do { wait 1 minute }
}
)");
    std::uint64_t person = 0;
    for (auto _ : state) {
        engine.apply(engine.track(person++ % 1000, "viewed", view(1)));
        engine.tick(engine.now() + 1min);
    }
}
BENCHMARK(timer);

// ---------------------------------------------------------------- expressions, messages

void evaluate(benchmark::State& state) {
    expr::bench::Bench facts;
    const ir::Index visits = facts.op(ir::Op::user_field, {}, 2);
    const ir::Index name = facts.op(ir::Op::user_field, {}, 0);
    const ir::Index often = facts.op(ir::Op::greater, {visits, facts.value(Value(5))});
    const ir::Index ada = facts.op(ir::Op::equal, {name, facts.value(Value("Ada"))});
    const ir::Index both = facts.op(ir::Op::logical_and, {often, ada});
    for (auto _ : state) {
        const bool holds = expr::holds(facts.program, both, facts);
        benchmark::DoNotOptimize(holds);
    }
}
BENCHMARK(evaluate);

void render(benchmark::State& state) {
    auto parsed = render::Template::parse(
        "Hi {{ first_name }}, {{ product }} is back. Your code {{ code }} ends today.");
    const auto* made = std::get_if<render::Template>(&parsed);
    ENSURE(made != nullptr, "the benchmark's own template parses");
    const Record data{
        {"first_name", Value("Ada")}, {"product", Value("Trail shoes")}, {"code", Value("TEN")}};
    render::Renderer renderer;
    for (auto _ : state) {
        auto text = renderer.render(*made, data, {});
        benchmark::DoNotOptimize(text);
    }
}
BENCHMARK(render);

}  // namespace
}  // namespace journey::micro
