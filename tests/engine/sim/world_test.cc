#include "engine/sim/sim.h"
#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

namespace journey::sim {
namespace {

using core::kit::Builder;

const Instant kStart = parse_instant("2026-03-02T09:00:00Z").value();

model::Command command_of(const std::string& person, model::CommandBody body) {
    model::Command command;
    command.external_id = "user:" + person;
    command.body = std::move(body);
    return command;
}

Builder cart() {
    Builder builder;
    ir::Journey journey = builder.journey("cart", "viewed");
    ir::WaitArm bought;
    bought.pattern = builder.on("bought");
    bought.target = 2;
    builder.wait(journey, core::kit::minutes(90), {bought});
    builder.send(journey, "hello");
    Builder::end(journey);
    builder.keep(std::move(journey));
    return builder;
}

struct Fixture {
    Fixture() {
        WorldOptions options;
        options.start = kStart;
        world = std::make_unique<VirtualWorld>(options);
        REQUIRE(world->publish(cart().bytes()));
        world->submit(command_of(
            "ada", model::Identify{{{"email", "ada@example.com"}, {"first_name", "Ada"}}}));
    }
    std::unique_ptr<VirtualWorld> world;
};

TEST_CASE("a message goes out at the very instant its wait ends", "[sim]") {
    Fixture fixture;
    VirtualWorld& world = *fixture.world;
    world.submit(command_of("ada", model::Track{"viewed", {{"sku", "a"}}}));
    REQUIRE(world.take_sent().empty());
    world.advance_to(kStart + std::chrono::minutes(90) - Micros{1});
    REQUIRE(world.take_sent().empty());
    world.advance_to(kStart + std::chrono::hours(3));
    const auto sent = world.take_sent();
    REQUIRE(sent.size() == 1);
    REQUIRE(sent[0].at == kStart + std::chrono::minutes(90));
    REQUIRE(sent[0].message.to == "ada@example.com");
    REQUIRE(world.now() == kStart + std::chrono::hours(3));
    REQUIRE(world.next_due() == kNever);
}

TEST_CASE("an event in time changes the way", "[sim]") {
    Fixture fixture;
    VirtualWorld& world = *fixture.world;
    world.submit(command_of("ada", model::Track{"viewed", {{"sku", "a"}}}));
    world.advance_to(kStart + std::chrono::minutes(10));
    world.submit(command_of("ada", model::Track{"bought", {{"order_id", "1"}}}));
    world.advance_to(kStart + std::chrono::hours(24));
    REQUIRE(world.take_sent().empty());
    bool ended = false;
    for (const core::Happening& happening : world.take_happenings()) {
        ended = ended || happening.kind == core::Happening::Kind::ended;
    }
    REQUIRE(ended);
}

TEST_CASE("a scripted provider is retried with the same key", "[sim]") {
    Fixture fixture;
    VirtualWorld& world = *fixture.world;
    int calls = 0;
    world.set_provider([&](const SentMessage&) {
        connectors::Response response;
        response.answered = true;
        response.bytes_left = true;
        response.status = ++calls == 1 ? 503 : 202;
        return response;
    });
    world.submit(command_of("ada", model::Track{"viewed", {{"sku", "a"}}}));
    world.advance_to(kStart + std::chrono::hours(24));
    const auto sent = world.take_sent();
    REQUIRE(sent.size() == 2);
    REQUIRE(sent[0].message.key == sent[1].message.key);
    REQUIRE(sent[1].attempt == 2);
    REQUIRE(sent[1].at > sent[0].at);
}

TEST_CASE("a program that is none is refused with a reason", "[sim]") {
    WorldOptions bare;
    bare.start = kStart;
    VirtualWorld world(bare);
    const auto published = world.publish("rubbish");
    REQUIRE(!published);
    REQUIRE(published.error().code == ErrorCode::invalid);
}

TEST_CASE("a person is found for every arm and for the holdout", "[sim]") {
    ir::Pick pick;
    pick.experiment = "subject";
    pick.holdout = 0.1;
    pick.arms = {{"plain", 0.5, 0}, {"emoji", 0.5, 0}};
    for (const char* arm : {"plain", "emoji", ""}) {
        const ArmWish wish{&pick, arm};
        REQUIRE(person_in_arms({&wish, 1}));
    }
    const ArmWish none{&pick, "third"};
    REQUIRE(!person_in_arms({&none, 1}, {}, 1000));
    const ArmWish both[] = {{&pick, "plain"}, {&pick, "emoji"}};
    REQUIRE(!person_in_arms(both, {}, 1000));
}

}  // namespace
}  // namespace journey::sim
