#include "engine/app/bench_figures.h"

#include <catch2/catch.hpp>
#include <filesystem>

namespace journey::app {
namespace {

const Record& record_of(const Value& value) {
    const auto* record = value.as<Record>();
    REQUIRE(record != nullptr);
    return *record;
}
const Value& at(const Value& value, std::string_view name) {
    const Value* found = find(record_of(value), name);
    CAPTURE(name);
    REQUIRE(found != nullptr);
    return *found;
}

TEST_CASE("a percentile is a value that was measured", "[bench]") {
    std::vector<std::uint32_t> none;
    CHECK_FALSE(latency_of(none));
    std::vector<std::uint32_t> micros;
    for (std::uint32_t i = 1000; i > 0; --i)
        micros.push_back(i);
    const auto latency = latency_of(micros);
    REQUIRE(latency);
    CHECK(latency->p50 == 501);
    CHECK(latency->p99 == 991);
    CHECK(latency->p999 == 1000);
    CHECK(latency->max == 1000);
}

TEST_CASE("a report quotes medians, the greatest latency, and the ratio of each run", "[bench]") {
    Report report{"send", "what it is", {}};
    Case one{"to a sink", "sends", "from here to there", "libcurl alone", {}};
    for (const double rate : {100.0, 300.0, 200.0}) {
        Measured run;
        run.per_second = rate;
        run.bare_per_second = rate * (rate == 200.0 ? 4 : 2);
        run.latency = Latency{1, 2, 3, rate};
        run.more = {{"lost", rate}};
        one.runs.push_back(run);
    }
    report.cases.push_back(one);
    const Value value = to_value(report);
    CHECK(at(value, "runs") == Value(std::int64_t{3}));
    const List* cases = at(value, "cases").as<List>();
    REQUIRE(cases != nullptr);
    REQUIRE(cases->size() == 1);
    const Value& figures = cases->front();
    CHECK(at(figures, "per_second") == Value(200.0));
    CHECK(at(figures, "ratio") == Value(0.5));
    CHECK(at(at(figures, "bare"), "per_second") == Value(600.0));
    CHECK(at(at(figures, "latency"), "max_us") == Value(300.0));
    CHECK(at(at(figures, "more"), "lost") == Value(200.0));
    CHECK(at(figures, "memory_bytes").is_missing());
}

TEST_CASE("what was not measured is null, not nought", "[bench]") {
    Report report{"match", "what it is", {}};
    report.cases.push_back({"ten", "events", "", "", {Measured{}}});
    const Value value = to_value(report);
    const List* cases = at(value, "cases").as<List>();
    const Value& figures = cases->front();
    for (const char* name : {"latency", "cpu_us", "memory_bytes", "disk_bytes", "bare", "ratio"}) {
        CAPTURE(name);
        CHECK(at(figures, name).is_missing());
    }
}

}  // namespace
}  // namespace journey::app
