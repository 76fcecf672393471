#include "tests/engine/core/kit/messages.h"

#include <catch2/catch.hpp>

namespace journey::core::kit {

Builder sends(const std::string& message_template) {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, message_template);
    b.end(j);
    b.keep(std::move(j));
    return b;
}

ir::Send& send_in(Builder& b) {
    return std::get<ir::Send>(b.program.journeys[0].states[0].act);
}

World live(const Builder& b) {
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "ada@example.com"}, {"phone", "+491"}});
    return world;
}

model::Observation seen(model::ObservationKind kind, Micros retry_after) {
    model::Observation observation;
    observation.kind = kind;
    observation.retry_after = retry_after;
    return observation;
}

ir::Frequency at_most_a_day(const std::string& name, std::uint32_t count) {
    ir::Frequency frequency;
    frequency.name = name;
    frequency.limits.push_back({count, ir::kNone, ir::CalendarUnit::day, 0});
    return frequency;
}

model::MessageRow row_of(World& world, const std::string& person) {
    model::PartitionCheckpoint checkpoint = world.checkpoint(person);
    REQUIRE_FALSE(checkpoint.messages.empty());
    return checkpoint.messages.back();
}

}  // namespace journey::core::kit
