// What the benchmarks print for scripts has one shape, and each of them comes to its end. How fast
// they are is nothing a test could say.

#include "engine/base/base.h"
#include "tests/process/kit.h"

#include <catch2/catch.hpp>

namespace journey::process_tests {
namespace {

struct Row {
    const char* scenario;
    std::size_t cases;
    bool latency;
    bool bare;
};

void check_case(const Value& value, const Row& row) {
    const auto* one = value.as<Record>();
    REQUIRE(one != nullptr);
    for (const char* name : {"case", "unit", "per_second", "latency", "cpu_us", "memory_bytes",
                             "disk_bytes", "bare", "ratio", "more"}) {
        CAPTURE(name);
        REQUIRE(find(*one, name) != nullptr);
    }
    const auto* rate = find(*one, "per_second")->as<double>();
    REQUIRE(rate != nullptr);
    CHECK(*rate > 0);
    if (row.latency) {
        const auto* latency = find(*one, "latency")->as<Record>();
        REQUIRE(latency != nullptr);
        double before = 0;
        for (const char* name : {"p50_us", "p99_us", "p999_us", "max_us"}) {
            CAPTURE(name);
            const auto* micros = find(*latency, name)->as<double>();
            REQUIRE(micros != nullptr);
            CHECK(*micros >= before);
            before = *micros;
        }
    }
    if (row.bare) {
        const auto* ratio = find(*one, "ratio")->as<double>();
        REQUIRE(ratio != nullptr);
        CHECK(*ratio > 0);
    }
}

TEST_CASE("every benchmark tells scripts what it measured in the same words", "[process]") {
    const Row row = GENERATE(values<Row>({
        {"ingest", 2, true, true},
        {"send", 3, true, true},
        {"recover", 2, false, true},
        {"mixed", 2, true, false},
        {"scale", 1, true, true},
        {"timers", 2, false, true},
        {"aggregates", 6, true, true},
        {"check", 2, false, true},
    }));
    CAPTURE(row.scenario);
    const Finished done =
        run_journey({"bench", row.scenario, "--events", "500", "--people", "1000", "--repeat", "1",
                     "--rate", "500", "--seconds", "1", "--journeys", "3", "--json"});
    CAPTURE(done.errors);
    REQUIRE(done.status == 0);
    const auto parsed = value_from_json(done.output);
    REQUIRE(parsed);
    const auto* report = parsed.value().as<Record>();
    REQUIRE(report != nullptr);
    CHECK(*find(*report, "scenario") == Value(row.scenario));
    const auto* cases = find(*report, "cases")->as<List>();
    REQUIRE(cases != nullptr);
    REQUIRE(cases->size() == row.cases);
    for (const Value& one : *cases)
        check_case(one, row);
}

TEST_CASE("a benchmark that does not exist is not run", "[process]") {
    const Finished done = run_journey({"bench", "everything"});
    CHECK(done.status == 2);
    CHECK(has(done.errors, "I do not know the scenario `everything`"));
}

}  // namespace
}  // namespace journey::process_tests
