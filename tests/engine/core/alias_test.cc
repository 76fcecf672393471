#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

Builder shop() {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "hello");
    b.wait(j, hours(5), {{b.on("bought"), ir::kNone, 3}});
    b.end(j, "timeout");
    b.end(j, "bought");
    b.keep(std::move(j));
    return b;
}

World open_shop(std::uint16_t partitions = 5) {
    World world(partitions);
    world.publish(shop());
    return world;
}

std::string profile(World& world, const std::string& who) {
    return world.of(who).profile_json(model::person_id_of(external(who)));
}

}  // namespace

TEST_CASE("an alias moves the person, the live entry keeps its id, and later commands follow",
          "[core]") {
    World world = open_shop();
    world.identify("anon", {{"email", "a@example.com"}, {"tier", "old"}, {"hobby", "chess"}});
    world.identify("ada", {{"tier", "gold"}});
    world.consent("anon", "news");
    world.track("anon", "viewed", {}, "m1");
    const Sent sent = world.last();
    world.alias("anon", "ada");
    CHECK(profile(world, "ada").find(R"("attributes":{"email":"a@example.com","tier":"gold"})") !=
          std::string::npos);
    CHECK(profile(world, "ada").find("chess") != std::string::npos);
    CHECK(profile(world, "ada").find("news") != std::string::npos);
    CHECK(profile(world, "anon").find(R"("moved_to":"user:ada")") != std::string::npos);
    CHECK(world.counts().people == 1);
    CHECK(world.journey("j").waiting == std::map<std::string, std::uint64_t>{{"step_1", 1}});

    world.track("anon", "viewed", {}, "m1");
    CHECK(world.counts().duplicates == 1);
    world.receipt(sent, model::ReceiptKind::opened);
    world.track("anon", "bought", {{"order_id", "1"}});
    CHECK(world.reasons("j") == std::vector<std::string>{"bought"});
    CHECK(world.counts().events == 3 - 1 + 0);
}

TEST_CASE("an alias of somebody not known yet is remembered", "[core]") {
    World world = open_shop();
    world.alias("anon", "ada");
    world.track("anon", "viewed");
    CHECK(world.of("ada").timeline(model::person_id_of("user:ada")).size() > 1);
    CHECK(world.journey("j").entered == 1);
}

TEST_CASE("a chain of aliases leads to its end, whatever the order", "[core]") {
    const bool forwards = GENERATE(true, false);
    World world = open_shop();
    world.identify("a", {{"tier", "gold"}});
    if (forwards) {
        world.alias("a", "b");
        world.alias("b", "c");
    } else {
        world.alias("b", "c");
        world.alias("a", "b");
    }
    world.track("a", "viewed");
    CHECK(profile(world, "c").find("gold") != std::string::npos);
    CHECK(world.journey("j").entered == 1);
    CHECK(world.counts().people == 1);
}

TEST_CASE("a ring of aliases ends with one person who has everything", "[core]") {
    World world = open_shop();
    world.identify("a", {{"tier", "gold"}});
    world.identify("b", {{"first_name", "B"}});
    world.identify("c", {{"age", 7}});
    world.alias("a", "b");
    world.alias("b", "c");
    world.alias("c", "a");
    CHECK(world.counts().people == 1);
    world.track("a", "viewed");
    world.track("b", "bought", {{"order_id", "1"}});
    CHECK(world.journey("j").entered == 1);
    CHECK(world.journey("j").ended == 1);
    int whole = 0;
    for (const char* who : {"a", "b", "c"}) {
        whole += profile(world, who).find(R"("first_name":"B","tier":"gold","age":7)") !=
                         std::string::npos
                     ? 1
                     : 0;
    }
    CHECK(whole == 1);
}

TEST_CASE("an alias to oneself or to and fro loses nothing", "[core]") {
    World world = open_shop();
    world.identify("a", {{"tier", "gold"}});
    world.alias("a", "a");
    world.alias("a", "b");
    world.alias("b", "a");
    CHECK(world.counts().people == 1);
    CHECK(profile(world, "b").find("gold") != std::string::npos);
    world.track("a", "viewed");
    CHECK(world.journey("j").entered == 1);
}

TEST_CASE("two ids told apart and together for ever stay one person of one size", "[core]") {
    World world = open_shop();
    world.identify("a", {{"tier", "gold"}});
    world.identify("b", {{"tier", "silver"}});
    world.alias("a", "b");
    const std::size_t log = world.log.size();
    for (int i = 0; i < 40; ++i) {
        world.alias("b", "a");
        world.alias("a", "b");
    }
    CHECK(world.counts().people == 1);
    CHECK(world.log.size() == log + 80);  // the aliases themselves, and nothing they led to
}

TEST_CASE("an Absorb that is appended twice is absorbed once", "[core]") {
    World world = open_shop();
    world.track("anon", "viewed");
    world.alias("anon", "ada");
    const Applied absorb = world.log.back();
    const std::uint64_t hash = world.of("ada").state_hash();
    world.apply(absorb.command);
    CHECK(world.of("ada").state_hash() == hash);
}

TEST_CASE("what has to be appended is listed until it is confirmed, also over a restart",
          "[core]") {
    const PartitionOptions options{.partitions = 2, .late_event_grace = 10min};
    const auto catalog = publish(empty_catalog(), shop().bytes(), 1).value();
    Partition partition(model::PartitionId{0}, options, catalog);
    Effects effects;
    model::Command alias;
    alias.external_id = "user:anon";
    alias.person = model::person_id_of(alias.external_id);
    alias.at = instant_of(1'000'000);
    alias.body = model::Alias{"user:ada"};
    partition.apply(alias, 2, effects);
    model::Command track = alias;
    track.body = model::Track{"viewed", {}};
    partition.apply(track, 3, effects);
    REQUIRE(effects.appends.size() == 2);
    CHECK_FALSE(effects.appends[1].command.message_id.empty());
    model::PartitionCheckpoint stored;
    store(partition.take_checkpoint(), stored);
    Partition again(model::PartitionId{0}, options, catalog);
    REQUIRE(again.restore(stored));
    CHECK(again.unfinished().appends.size() == 2);
    again.confirm_append("user:anon", 2);
    REQUIRE(again.unfinished().appends.size() == 1);
    CHECK(again.unfinished().appends[0].cause == 3);
    again.confirm_append("user:anon", 3);
    CHECK(again.unfinished().appends.empty());
}

TEST_CASE("an Absorb of nonsense is kept aside", "[core]") {
    World world = open_shop(1);
    for (const Bytes& state : {Bytes(), Bytes("\xff\xff\xff\xff"), Bytes(100, '\1')}) {
        world.apply(world.command("ada", model::Absorb{"user:x", state, 9}));
    }
    CHECK(world.checkpoint(0).quarantine.size() == 3);
}

TEST_CASE("an alias of somebody who has moved already moves nobody", "[core]") {
    World world = open_shop();
    world.identify("first", {{"tier", "gold"}});
    world.identify("second", {{"tier", "old"}});
    world.alias("device", "first");
    world.alias("device", "first");
    world.alias("device", "second");
    CHECK(world.counts().people == 2);
    CHECK(profile(world, "first").find("moved_to") == std::string::npos);
    CHECK(profile(world, "first").find("gold") != std::string::npos);
    CHECK(profile(world, "second").find("gold") == std::string::npos);
    world.track("device", "viewed");
    world.track("first", "bought", {{"order_id", "1"}});
    CHECK(world.reasons("j") == std::vector<std::string>{"bought"});

    world.alias("first", "second");  // said about that very person, it holds
    CHECK(world.counts().people == 1);
    world.track("device", "viewed");
    CHECK(world.journey("j").entered == 2);
}
