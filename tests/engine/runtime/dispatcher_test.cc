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

core::IntentReady mail_to(std::uint8_t number, const std::string& domain,
                          std::int32_t priority = 0) {
    core::IntentReady ready = intent(number, priority);
    ready.domain = domain;
    return ready;
}

Dispatcher with_paces(Pacing pacing, std::optional<WarmUp> warm_up = {}, std::uint32_t shares = 1) {
    Route route{"email", std::make_shared<kit::PlainConnector>(
                             "email", model::IdempotencyClass::neither, 100)};
    route.pacing = std::move(pacing);
    route.warm_up = warm_up;
    return Dispatcher({route}, {}, shares);
}

/// As run(), and everything that started has ended.
std::vector<std::uint8_t> send(Dispatcher& dispatcher, Instant now) {
    const auto started = run(dispatcher, now);
    for (std::size_t i = 0; i < started.size(); ++i)
        REQUIRE(dispatcher.ended("email", Sign::fine, std::nullopt, now).empty());
    return started;
}

using Numbers = std::vector<std::uint8_t>;

TEST_CASE("each domain goes at its own pace, and a slow one holds up nobody", "[runtime]") {
    Dispatcher dispatcher = with_paces({{{"slow.example", 1s}}, 0us});
    for (std::uint8_t i = 1; i <= 3; ++i)
        dispatcher.ready(mail_to(i, "slow.example"));
    dispatcher.ready(mail_to(4, "other.example"));
    dispatcher.ready(mail_to(5, ""));
    REQUIRE(send(dispatcher, kStart) == Numbers{1, 4, 5});
    REQUIRE(dispatcher.next_at() == kStart + 900ms);  // a tenth of a second may be made up for
    REQUIRE(send(dispatcher, kStart + 800ms).empty());
    REQUIRE(send(dispatcher, kStart + 900ms) == Numbers{2});
    dispatcher.ready(mail_to(6, "slow.example", 7));
    REQUIRE(send(dispatcher, kStart + 1899ms).empty());
    REQUIRE(send(dispatcher, kStart + 1900ms) == Numbers{6});
    REQUIRE(send(dispatcher, kStart + 10s) == Numbers{3});
    REQUIRE(dispatcher.next_at() == kNever);
}

TEST_CASE("domains without a setting share a pace, but not their turns", "[runtime]") {
    Dispatcher dispatcher = with_paces({{{"fast.example", 0us}}, 1s});
    for (std::uint8_t i = 0; i < 3; ++i) {
        dispatcher.ready(mail_to(static_cast<std::uint8_t>(10 + i), "a.example"));
        dispatcher.ready(mail_to(static_cast<std::uint8_t>(20 + i), "b.example"));
        dispatcher.ready(mail_to(static_cast<std::uint8_t>(30 + i), "fast.example"));
    }
    REQUIRE(send(dispatcher, kStart) == Numbers{10, 20, 30, 31, 32});
    REQUIRE(send(dispatcher, kStart + 1s) == Numbers{11, 21});
    REQUIRE(send(dispatcher, kStart + 2s) == Numbers{12, 22});
}

TEST_CASE("nodes that share a provider share a domain's pace", "[runtime]") {
    Dispatcher dispatcher = with_paces({{{"slow.example", 1s}}, 0us}, {}, 4);
    dispatcher.ready(mail_to(1, "slow.example"));
    dispatcher.ready(mail_to(2, "slow.example"));
    REQUIRE(send(dispatcher, kStart) == Numbers{1});
    REQUIRE(send(dispatcher, kStart + 3s).empty());
    REQUIRE(send(dispatcher, kStart + 4s) == Numbers{2});
}

TEST_CASE("a pace holds over a long queue to within the first tenth of a second", "[runtime]") {
    Dispatcher dispatcher = with_paces({{{"slow.example", 50ms}}, 0us});
    std::size_t sent = 0;
    for (int i = 0; i < 250; ++i)
        dispatcher.ready(mail_to(static_cast<std::uint8_t>(i), "slow.example"));
    for (auto now = kStart; now < kStart + 10s; now += 7ms)
        sent += send(dispatcher, now).size();
    REQUIRE(sent >= 199);
    REQUIRE(sent <= 203);
}

TEST_CASE("a warm-up grows by its curve and ends", "[runtime]") {
    WarmUp curve;
    curve.from = kStart;
    curve.start_per_day = 500;
    curve.doubles_every_days = 3;
    curve.until_per_day = 4000;
    const auto per_day = [&](int days) {
        return WarmUpPace::per_day(curve, kStart + days * 24h).value_or(-1);
    };
    REQUIRE(WarmUpPace::per_day(curve, kStart - 24h) == 500.0);
    REQUIRE(per_day(0) == 500.0);
    REQUIRE(per_day(3) == 1000.0);
    REQUIRE(per_day(6) == 2000.0);
    REQUIRE(per_day(8) > 3000.0);
    REQUIRE(per_day(9) == -1.0);
    curve.until_per_day = 0;
    REQUIRE(per_day(100'000) == -1.0);

    // One every 172.8 s, from the first moment: a restart has nothing saved up.
    Dispatcher dispatcher = with_paces({}, curve);
    for (std::uint8_t i = 1; i <= 200; ++i)
        dispatcher.ready(intent(i));
    REQUIRE(send(dispatcher, kStart + 12h) == Numbers{1});
    REQUIRE(dispatcher.next_at() == kStart + 12h + 172'800ms);
    REQUIRE(send(dispatcher, kStart + 13h).size() == 20);
}

TEST_CASE("a day of a warm-up is its number and no more", "[runtime]") {
    WarmUp curve;
    curve.from = kStart;
    curve.start_per_day = 100;
    Dispatcher dispatcher = with_paces({}, curve);
    for (int i = 0; i < 250; ++i)
        dispatcher.ready(intent(static_cast<std::uint8_t>(i)));
    std::size_t sent = 0;
    for (auto now = kStart; now < kStart + 24h; now += 1min)
        sent += send(dispatcher, now).size();
    REQUIRE(sent >= 98);
    REQUIRE(sent <= 106);
}

TEST_CASE("a domain that comes new stands behind those that wait, and priorities count everywhere",
          "[runtime]") {
    // All of it in one lane that lets one start at a time, so that the order shows.
    const auto one_at_a_time = [] {
        Route route{"email", std::make_shared<kit::PlainConnector>(
                                 "email", model::IdempotencyClass::neither, 1)};
        route.pacing = {{}, 1s};
        return Dispatcher({route});
    };
    // Not more than one by one: what was granted ahead has its order already.
    const auto order = [](Dispatcher& dispatcher, Instant now, std::size_t count) {
        Numbers out;
        for (std::size_t i = 0; i < count; ++i) {
            const auto asked = dispatcher.ask(now, 1);
            REQUIRE(asked.size() == 1);
            out.push_back(asked[0].intent.key.bytes[0]);
            dispatcher.claim_applied(asked[0].intent.key);
        }
        return out;
    };
    Dispatcher waiting = one_at_a_time();
    waiting.ready(mail_to(1, "m.example"));
    waiting.ready(mail_to(2, "m.example"));
    waiting.ready(mail_to(3, "z.example"));
    waiting.ready(mail_to(4, "z.example"));
    REQUIRE(order(waiting, kStart, 2) == Numbers{1, 3});
    // Their turn has come, and only then does another domain appear.
    waiting.ready(mail_to(5, "a.example"));
    REQUIRE(order(waiting, kStart + 5s, 3) == Numbers{2, 4, 5});

    Dispatcher important = one_at_a_time();
    important.ready(mail_to(1, "a.example"));
    important.ready(mail_to(2, "b.example"));
    important.ready(mail_to(3, "c.example", 5));
    REQUIRE(order(important, kStart, 1) == Numbers{3});
    // Behind others of its domain, whose turn has come already.
    important.ready(mail_to(4, "b.example", 9));
    REQUIRE(order(important, kStart, 2) == Numbers{4, 1});
    REQUIRE(order(important, kStart + 5s, 1) == Numbers{2});
    REQUIRE(important.next_at() == kNever);
}

TEST_CASE("what was granted and has not started is given back when sending is stopped",
          "[runtime]") {
    const bool all = GENERATE(true, false);
    CAPTURE(all);
    Route route{"email", std::make_shared<kit::PlainConnector>(
                             "email", model::IdempotencyClass::neither, 1)};
    Dispatcher dispatcher({route});
    for (std::uint8_t i = 1; i <= 2; ++i) {
        dispatcher.ready(intent(i));
        REQUIRE(dispatcher.ask(kStart, 1).size() == 1);
        core::StartAttempt attempt;
        attempt.key = intent(i).key;
        attempt.channel = "email";
        attempt.journey = i == 1 ? "welcome" : "other";
        dispatcher.claim_applied(attempt.key);
        REQUIRE_FALSE(dispatcher.granted(attempt));
    }
    const auto back =
        dispatcher.cancel(core::set_paused(core::empty_catalog(), all ? "" : "other", true));
    REQUIRE(back.size() == (all ? 2 : 1));
    REQUIRE(back.back().journey == "other");
    REQUIRE(dispatcher.start(kStart).has_value() == !all);
}

}  // namespace
}  // namespace journey::runtime
