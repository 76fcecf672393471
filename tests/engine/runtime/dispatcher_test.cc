#include "engine/runtime/dispatcher.h"

#include "engine/runtime/histogram.h"
#include "tests/engine/runtime/kit.h"

#include <catch2/catch.hpp>

namespace journey::runtime {
namespace {

using namespace std::chrono_literals;

const Instant kStart = instant_of(1'772'445'600'000'000);

core::IntentReady intent(std::uint8_t number, std::int32_t priority = 0,
                         const std::string& channel = "email") {
    core::IntentReady ready;
    ready.key.bytes[0] = number;
    ready.person = model::PersonId{number};
    ready.channel = channel;
    ready.priority = priority;
    return ready;
}

core::StartAttempt grant(const core::IntentReady& ready) {
    core::StartAttempt attempt;
    attempt.key = ready.key;
    attempt.person = ready.person;
    attempt.channel = ready.channel;
    return attempt;
}

Dispatcher with_email(std::uint32_t parallel, std::uint32_t rate = 0) {
    return Dispatcher({{"email",
                        std::make_shared<kit::PlainConnector>(
                            "email", model::IdempotencyClass::neither, parallel),
                        rate}});
}

/// Asks, grants and starts everything that may go now.
std::vector<std::uint8_t> run(Dispatcher& dispatcher, Instant now) {
    std::vector<std::uint8_t> started;
    for (const auto& asked : dispatcher.ask(now, 100)) {
        dispatcher.claim_applied(asked.intent.key);
        REQUIRE(!dispatcher.granted(grant(asked.intent)));
    }
    while (auto attempt = dispatcher.start(now))
        started.push_back(attempt->key.bytes[0]);
    return started;
}

TEST_CASE("what is urgent goes first, equals in order of arrival", "[runtime]") {
    Dispatcher dispatcher = with_email(100);
    for (const auto& [number, priority] :
         std::vector<std::pair<std::uint8_t, std::int32_t>>{{1, 0}, {2, 5}, {3, 0}, {4, 5}}) {
        dispatcher.ready(intent(number, priority));
    }
    REQUIRE(run(dispatcher, kStart) == std::vector<std::uint8_t>{2, 4, 1, 3});
}

TEST_CASE("a rate holds over any stretch of time", "[runtime]") {
    Dispatcher dispatcher = with_email(200, 10);
    for (std::uint8_t i = 1; i <= 30; ++i)
        dispatcher.ready(intent(i));
    std::size_t started = 0;
    Instant now = kStart;
    run(dispatcher, now);
    for (int i = 0; i < 20; ++i) {
        REQUIRE(dispatcher.next_at() <= now + 100ms);
        now += 100ms;
        started += run(dispatcher, now).size();
    }
    REQUIRE(started >= 19);
    REQUIRE(started <= 21);
    REQUIRE(run(dispatcher, now + 1h).size() == 1);  // nothing is saved up over a pause
}

TEST_CASE("nodes that share a rate get their parts of it", "[runtime]") {
    RateLimit part;
    part.set_rate(10, 4);
    std::size_t sent = 0;
    for (Instant now = kStart; now < kStart + 40s; now += 100ms) {
        if (!part.has_one(now)) {
            REQUIRE(part.next() > now);
            continue;
        }
        part.take_one();
        ++sent;
    }
    CHECK(sent >= 99);
    CHECK(sent <= 101);
}

TEST_CASE("five troubles in ten seconds shut the door, one probe opens it", "[runtime]") {
    Dispatcher dispatcher = with_email(5);
    for (std::uint8_t i = 1; i <= 20; ++i)
        dispatcher.ready(intent(i));
    REQUIRE(run(dispatcher, kStart).size() == 5);
    std::size_t released = 0;
    for (int i = 0; i < 5; ++i)
        released += dispatcher.ended("email", Sign::troubled, std::nullopt, kStart + 1s).size();
    REQUIRE(released == 5);  // granted ahead, now taken back
    REQUIRE(run(dispatcher, kStart + 2s).empty());
    REQUIRE(dispatcher.next_at() == kStart + 31s);
    REQUIRE(run(dispatcher, kStart + 31s).size() == 1);
    SECTION("a fine probe lets everybody through") {
        REQUIRE(dispatcher.ended("email", Sign::fine, std::nullopt, kStart + 32s).empty());
        REQUIRE(run(dispatcher, kStart + 32s).size() == 5);
    }
    SECTION("a troubled probe shuts it again") {
        static_cast<void>(dispatcher.ended("email", Sign::troubled, std::nullopt, kStart + 32s));
        REQUIRE(run(dispatcher, kStart + 33s).empty());
        REQUIRE(run(dispatcher, kStart + 62s).size() == 1);
    }
}

TEST_CASE("troubles far apart mean nothing", "[runtime]") {
    Breaker breaker;
    for (int i = 0; i < 20; ++i)
        REQUIRE(!breaker.ended(Sign::troubled, kStart + i * 3s));
    REQUIRE(breaker.gate(kStart + 60s) == Breaker::Gate::open_to_all);
}

TEST_CASE("a provider that refuses our credentials is left alone for a minute at least",
          "[runtime]") {
    Dispatcher dispatcher = with_email(1);
    for (std::uint8_t i = 1; i <= 5; ++i)
        dispatcher.ready(intent(i));
    REQUIRE(run(dispatcher, kStart).size() == 1);
    REQUIRE(dispatcher.ended("email", Sign::no_opinion, Micros{5s}, kStart).size() == 1);
    REQUIRE(run(dispatcher, kStart + 59s).empty());
    REQUIRE(dispatcher.next_at() == kStart + 60s);
    REQUIRE(run(dispatcher, kStart + 60s).size() == 1);
}

TEST_CASE("a lane claims ahead what it gets done in a moment, where a stop leaves nothing unknown",
          "[runtime]") {
    struct Row {
        const char* label;
        model::IdempotencyClass idempotency;
        Micros between;
        std::size_t ahead;
    };
    const Row row = GENERATE(values<Row>({
        {"fast, repeatable", model::IdempotencyClass::keyed, 100us, 500},
        {"fast, a stop would leave each unknown", model::IdempotencyClass::neither, 100us, 8},
        {"slow, repeatable", model::IdempotencyClass::keyed, 100ms, 8},
    }));
    CAPTURE(row.label);
    Dispatcher dispatcher(
        {{"email", std::make_shared<kit::PlainConnector>("email", row.idempotency, 4), 0}});
    const auto offer = [&](std::uint64_t number) {
        core::IntentReady ready = intent(0);
        for (std::size_t i = 0; i < 8; ++i)
            ready.key.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
        dispatcher.ready(std::move(ready));
    };
    for (std::uint64_t i = 1; i < 10'000; ++i)
        offer(i);
    Instant now = kStart;
    for (int i = 0; i < 2000; ++i) {
        run(dispatcher, now);
        now += row.between;
        REQUIRE(dispatcher.ended("email", Sign::fine, std::nullopt, now).empty());
    }
    run(dispatcher, now);
    const std::size_t under_way = dispatcher.under_way();
    CHECK(under_way >= row.ahead);
    CHECK(under_way <= row.ahead + 4);
    run(dispatcher, now + 1h);
    CHECK(dispatcher.under_way() == under_way);  // what is claimed stays; nothing is added
}

TEST_CASE("after stop nothing is asked for or started", "[runtime]") {
    Dispatcher dispatcher = with_email(1);
    for (std::uint8_t i = 1; i <= 5; ++i)
        dispatcher.ready(intent(i));
    const auto asked = dispatcher.ask(kStart, 100);
    REQUIRE(asked.size() == 2);
    REQUIRE(!dispatcher.granted(grant(asked[0].intent)));
    REQUIRE(dispatcher.stop().size() == 1);
    REQUIRE(dispatcher.granted(grant(asked[1].intent)));  // given back
    REQUIRE(dispatcher.ask(kStart, 100).empty());
    REQUIRE(!dispatcher.start(kStart));
    REQUIRE(dispatcher.next_at() == kNever);
}

TEST_CASE("histogram buckets double", "[runtime]") {
    struct Case {
        std::uint64_t value;
        std::uint64_t first;
        std::size_t bucket;
    };
    for (const Case& one : {Case{0, 1, 0}, Case{1, 1, 0}, Case{2, 1, 1}, Case{3, 1, 2},
                            Case{4, 1, 2}, Case{5, 1, 3}, Case{16, 16, 0}, Case{17, 16, 1},
                            Case{32, 16, 1}, Case{33, 16, 2}, Case{1ull << 60, 1, 23}}) {
        CAPTURE(one.value);
        REQUIRE(bucket_of(one.value, one.first) == one.bucket);
    }
}

}  // namespace
}  // namespace journey::runtime
