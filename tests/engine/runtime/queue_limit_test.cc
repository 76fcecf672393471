#include "engine/runtime/queue_limit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::runtime;
using namespace std::chrono_literals;

namespace {

/// Groups of `commands`, each of which takes `micros`, for a second; the next one always waits.
std::int64_t keep_busy(QueueLimit& limit, std::int64_t now, std::size_t commands,
                       std::int64_t micros) {
    for (std::int64_t spent = 0; spent < 1'000'000; spent += micros) {
        now += micros;
        limit.applied(commands, now - micros - 1, now);
    }
    return now;
}

}  // namespace

TEST_CASE("what may wait follows the pace at which it is applied", "[runtime]") {
    QueueLimit limit(50'000, 5'000, 250ms);
    CHECK(limit.commands() == 50'000);
    const std::int64_t now = keep_busy(limit, 1'000'000, 1'000, 10'000);  // 100,000 a second
    CHECK(limit.commands() > 24'000);
    CHECK(limit.commands() < 27'500);
    SECTION("slower") {
        keep_busy(limit, now, 1'000, 20'000);
        CHECK(limit.commands() > 12'000);
        CHECK(limit.commands() < 14'000);
    }
    SECTION("so slow that hardly anything is applied") {
        keep_busy(limit, keep_busy(limit, now, 10, 20'000), 10, 20'000);
        CHECK(limit.commands() == 5'000);
    }
    SECTION("fast again") {
        keep_busy(limit, now, 1'000, 1'000);
        CHECK(limit.commands() > 45'000);
        CHECK(limit.commands() <= 50'000);
    }
    SECTION("one long wait says little") {
        const std::size_t before = limit.commands();
        limit.applied(1'000, now, now + 1'000'000);
        CHECK(limit.commands() >= before * 3 / 4);
    }
}

TEST_CASE("where nothing waits, more may come", "[runtime]") {
    QueueLimit limit(50'000, 5'000, 250ms);
    std::int64_t now = keep_busy(limit, 1'000'000, 10, 50'000);
    now = keep_busy(limit, now, 10, 50'000);
    REQUIRE(limit.commands() < 10'000);
    for (int i = 0; i < 30; ++i) {
        now += 1'000;
        limit.applied(10, now - 500, now);
    }
    CHECK(limit.commands() == 50'000);
    CHECK(QueueLimit(0, 0, 250ms).commands() == 0);
}
