#include "engine/runtime/log_clock.h"

#include <catch2/catch.hpp>

namespace journey::runtime {
namespace {

const Instant kNow = parse_instant("2026-03-02T09:00:00Z").value();
constexpr Micros kMinute = std::chrono::minutes(1);

model::Command order(Instant event_time = {}) {
    model::Command command;
    command.external_id = "user:ada";
    command.event_time = event_time;
    command.body = model::Track{"order_paid", {}};
    return command;
}

TEST_CASE("the log's time goes on from what it holds, and with the wall clock", "[clock]") {
    LogClock clock(64, kNow);
    CHECK(clock.look(kNow + kMinute) == Micros{0});
    model::Command command = order();
    clock.stamp_client(command);
    CHECK(command.at == kNow + kMinute);
    CHECK(command.event_time == command.at);
    CHECK(command.person == model::person_id_of("user:ada"));
    CHECK(command.partition == model::partition_of(command.person, 64));
}

TEST_CASE("while the wall clock is set back the log's time stands, and events keep their distance",
          "[clock]") {
    LogClock clock(64, kNow);
    CHECK(clock.look(kNow - 10 * kMinute) == 10 * kMinute);
    model::Command command = order(kNow - 12 * kMinute);  // two minutes before it came
    clock.stamp_client(command);
    CHECK(command.at == kNow);
    CHECK(command.event_time == kNow - 2 * kMinute);
    CHECK(clock.look(kNow + kMinute) == Micros{0});
    clock.stamp_client(command = order());
    CHECK(command.at == kNow + kMinute);
}

TEST_CASE("what the engine says keeps its moment, but never goes before what is written",
          "[clock]") {
    LogClock clock(64, kNow);
    clock.look(kNow + kMinute);
    model::Command client = order();
    clock.stamp_client(client);
    model::Command late = order(kNow);
    late.at = kNow;
    late.partition = model::PartitionId{7};
    clock.stamp_engine(late);
    CHECK(late.at == kNow + kMinute);
    CHECK(late.event_time == kNow);
    CHECK(late.partition == model::PartitionId{7});
    model::Command ahead = order();
    ahead.at = kNow + 2 * kMinute;
    clock.stamp_engine(ahead);
    CHECK(ahead.at == kNow + 2 * kMinute);
    // And nobody comes before that any more.
    clock.stamp_client(client = order());
    CHECK(client.at == kNow + 2 * kMinute);
}

TEST_CASE("an operator's command is for every partition", "[clock]") {
    LogClock clock(64, kNow);
    clock.look(kNow);
    model::Command command;
    command.body = model::SetPaused{"", true};
    clock.stamp_client(command);
    CHECK(command.partition == model::kEveryPartition);
}

}  // namespace
}  // namespace journey::runtime
