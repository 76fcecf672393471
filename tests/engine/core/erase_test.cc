#include "tests/engine/core/kit/lived.h"
#include "tests/engine/core/kit/messages.h"
#include "tests/engine/core/kit/triggers.h"

#include <catch2/catch.hpp>
#include <set>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

/// On a page: hello, five hours, a receipt.
Builder shop() {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "hello");
    b.wait(j, hours(5));
    b.send(j, "receipt");
    b.end(j);
    b.keep(std::move(j));
    return b;
}

World open_shop(std::uint16_t partitions = 3) {
    World world(partitions);
    world.publish(shop());
    world.identify("ada", {{"email", "ada@example.com"}, {"tier", "gold"}, {"hobby", "chess"}});
    return world;
}

std::string profile(World& world, const std::string& who) {
    return world.of(who).profile_json(model::person_id_of(external(who)));
}

bool has_erased(const model::PartitionCheckpoint& checkpoint, const std::string& who) {
    return std::any_of(
        checkpoint.erased.begin(), checkpoint.erased.end(),
        [&](const model::ErasedRow& row) { return row.external_id == external(who); });
}

}  // namespace

TEST_CASE("who is erased is nobody, and nothing that was planned is sent", "[core]") {
    World world = open_shop();
    world.consent("ada", "news");
    world.tags("ada", {"vip"});
    world.track("ada", "viewed", {}, "m1");
    REQUIRE(world.attempts.size() == 1);
    const Sent sent = world.last();
    world.identify("bob", {{"email", "bob@example.com"}});
    world.track("bob", "viewed");

    world.erase("ada");
    CHECK(profile(world, "ada").empty());
    CHECK(world.kinds("ada").empty());
    CHECK(world.counts().people == 1);
    CHECK(world.counts().erased == 1);
    CHECK(world.journey("j").entered == 2);
    CHECK(world.journey("j").ended_by == std::map<std::string, std::uint64_t>{{"erased", 1}});
    CHECK(world.journey("j").waiting == std::map<std::string, std::uint64_t>{{"step_1", 1}});
    REQUIRE_FALSE(world.cancels.empty());
    CHECK(world.cancels.back().person == model::person_id_of("user:ada"));
    CHECK(world.cancels.back().channel.empty());
    const auto rows = world.checkpoint("ada");
    REQUIRE(has_erased(rows, "ada"));
    CHECK(rows.erased.back().messages == std::vector{sent.key});
    CHECK(std::none_of(rows.profiles.begin(), rows.profiles.end(),
                       [](const auto& row) { return row.external_id == "user:ada"; }));

    world.advance(24h);
    CHECK(std::count_if(world.attempts.begin(), world.attempts.end(),
                        [](const Sent& one) { return one.person == "user:ada"; }) == 1);
    CHECK(std::count_if(world.attempts.begin(), world.attempts.end(),
                        [](const Sent& one) { return one.person == "user:bob"; }) == 2);
}

TEST_CASE("erasing twice, or nobody, changes nothing", "[core]") {
    World world = open_shop();
    world.erase("ada");
    const std::uint64_t hash = world.of("ada").state_hash();
    const std::string effects = world.effects_text;
    world.erase("ada");
    CHECK(world.of("ada").state_hash() == hash);
    CHECK(world.effects_text == effects);
    CHECK(world.counts().erased == 1);
    world.erase("eve");
    CHECK(world.counts().erased == 1);
    CHECK(world.counts().people == 0);
}

TEST_CASE("what is under way at an erasure ends without a trace", "[core]") {
    World world = open_shop();
    SECTION("a message on its way to the provider") {
        world.answering = false;
        world.track("ada", "viewed");
        REQUIRE(world.attempts.size() == 1);
        world.erase("ada");
        world.outcome(world.last(), seen(model::ObservationKind::accepted));
    }
    SECTION("a message that waits for its claim") {
        world.claiming = false;
        world.track("ada", "viewed");
        REQUIRE(world.waiting_ready.size() == 1);
        world.erase("ada");
        CHECK(world.journey("j").skipped == 1);
        world.claiming = true;
        world.claim_waiting();
        world.advance(0h);
        CHECK(world.attempts.empty());
    }
    SECTION("a message of which nobody knows whether it was sent") {
        world.answers.push_back(seen(model::ObservationKind::unknown));
        world.track("ada", "viewed");
        REQUIRE(world.journey("j").unknown == 1);
        world.erase("ada");
        CHECK(world.of("ada").unknown_messages().empty());
    }
    CHECK(world.journey("j").unknown == 0);
    CHECK(profile(world, "ada").empty());
    CHECK(world.counts().people == 0);
    world.advance(24h);
    CHECK(world.attempts.size() <= 1);
}

TEST_CASE("a late notice about a message to who was erased is counted and dropped", "[core]") {
    World world = open_shop();
    world.track("ada", "viewed");
    const Sent sent = world.last();
    world.erase("ada");
    const bool came_back = GENERATE(false, true);
    CAPTURE(came_back);
    if (came_back) world.identify("ada", {{"email", "ada@example.com"}});
    if (came_back) restart(world);
    world.receipt(sent, model::ReceiptKind::bounced, "n1", "hard");
    CHECK(world.counts().late_receipts == 1);
    CHECK(world.checkpoint("ada").quarantine.empty());
    CHECK(world.counts().people == (came_back ? 1 : 0));
    world.receipt({"user:eve", {}, {}, {}, {}, {}, {}, sent.key, 1, {}},
                  model::ReceiptKind::delivered);
    CHECK(world.checkpoint("eve").quarantine.size() == 1);  // of nobody we ever knew
}

TEST_CASE("who comes back while a checkpoint is being written is of the next one", "[core]") {
    World world = open_shop(1);
    world.identify("bob", {{"email", "bob@example.com"}});
    world.erase("ada");
    const std::size_t until = world.log.size();
    world.track("ada", "viewed", {}, "m1");
    Again again(0, world);
    Partition& partition = *again.partition;
    for (std::size_t i = 0; i < world.log.size(); ++i) {
        if (i == until) REQUIRE_FALSE(partition.take_checkpoint(0));
        again.apply(world.log[i]);
    }
    const auto of_ada = [](const auto& row) { return row.external_id == "user:ada"; };
    const auto written = partition.take_checkpoint(100);
    REQUIRE(written);
    CHECK(has_erased(*written, "ada"));
    CHECK(std::none_of(written->profiles.begin(), written->profiles.end(), of_ada));
    const auto next = partition.take_checkpoint(100);
    REQUIRE(next);
    CHECK(std::any_of(next->profiles.begin(), next->profiles.end(), of_ada));
}

TEST_CASE("who comes back after an erasure is somebody new", "[core]") {
    World world = open_shop();
    world.track("ada", "viewed", {}, "m1");
    const Sent before = world.last();
    world.erase("ada");
    world.checkpoint("ada");
    if (GENERATE(false, true)) restart(world);
    world.track("ada", "viewed", {}, "m1");  // the id of an event is forgotten too
    CHECK(world.counts().duplicates == 0);
    CHECK(world.journey("j").entered == 2);
    CHECK(profile(world, "ada").find("gold") == std::string::npos);
    world.identify("ada", {{"email", "ada@example.com"}});
    world.advance(24h);
    REQUIRE(world.attempts.size() > 1);
    for (std::size_t i = 1; i < world.attempts.size(); ++i)
        CHECK(world.attempts[i].key != before.key);
    const auto rows = world.checkpoint("ada");
    REQUIRE_FALSE(rows.profiles.empty());
    CHECK_FALSE(has_erased(rows, "ada"));
}

TEST_CASE("an erasure reaches every id that was merged into the person", "[core]") {
    World world = open_shop(5);
    world.identify("anon", {{"email", "anon@example.com"}});
    world.track("anon", "viewed");
    world.alias("anon", "tmp");
    world.alias("tmp", "ada");
    REQUIRE(profile(world, "anon").find("moved_to") != std::string::npos);
    const std::string asked = GENERATE("ada", "anon", "tmp");
    CAPTURE(asked);
    world.erase(asked);
    std::set<std::string> gone;
    for (std::size_t i = 0; i < world.partitions.size(); ++i) {
        for (const model::ErasedRow& row : world.checkpoint(i).erased)
            gone.insert(row.external_id);
    }
    CHECK(gone == std::set<std::string>{"user:ada", "user:anon", "user:tmp"});
    for (const char* who : {"ada", "anon", "tmp"}) {
        CAPTURE(who);
        CHECK(profile(world, who).empty());
    }
    CHECK(world.counts().people == 0);
    CHECK(world.counts().erased == 1);
    CHECK(world.journey("j").waiting.empty());
    // Nobody leads anywhere any more.
    world.track("anon", "viewed");
    CHECK(profile(world, "ada").empty());
    CHECK_FALSE(profile(world, "anon").empty());
}

TEST_CASE("who was merged and is somebody again is not erased with the other", "[core]") {
    World world = open_shop(1);
    world.alias("anon", "ada");
    world.erase("ada");
    world.identify("anon", {{"email", "anon@example.com"}});
    world.apply(world.command("anon", model::Erase{"user:ada"}));
    CHECK_FALSE(profile(world, "anon").empty());
    CHECK(world.counts().erased == 1);
}

TEST_CASE("everybody else is found after many erasures", "[core]") {
    World world(1);
    world.publish(shop());
    constexpr int kPeople = 300;
    for (int i = 0; i < kPeople; ++i)
        world.identify("p" + std::to_string(i), {{"first_name", "N" + std::to_string(i)}});
    for (int i = 0; i < kPeople; i += 3)
        world.erase("p" + std::to_string(i));
    CHECK(world.counts().people == kPeople - (kPeople + 2) / 3);
    const bool again = GENERATE(false, true);
    if (again) restart(world);
    for (int i = 0; i < kPeople; ++i) {
        const std::string who = "p" + std::to_string(i);
        const std::string name = "\"N" + std::to_string(i) + "\"";
        CHECK((profile(world, who).find(name) == std::string::npos) == (i % 3 == 0));
    }
    for (int i = 0; i < kPeople; i += 3)
        world.track("p" + std::to_string(i), "viewed");
    CHECK(world.counts().people == kPeople);
}

TEST_CASE("an erasure in the middle of a checkpoint is true in the next one", "[core]") {
    const auto catalog = publish(empty_catalog(), shop().bytes(), 1).value();
    Partition partition(model::PartitionId{0}, {.partitions = 1}, catalog);
    model::LogPosition position = 1;
    Effects effects;
    const auto apply = [&](const std::string& who, model::CommandBody body) {
        model::Command made;
        made.external_id = external(who);
        made.person = model::person_id_of(made.external_id);
        made.at = made.event_time = instant_of(1'000'000);
        made.body = std::move(body);
        partition.apply(made, ++position, effects);
    };
    for (int i = 0; i < 20; ++i)
        apply("p" + std::to_string(i), model::Identify{{{"tier", "gold"}}});
    CHECK_FALSE(partition.take_checkpoint(5));
    for (int i = 0; i < 20; ++i)
        apply("p" + std::to_string(i), model::Erase{});
    apply("p7", model::Identify{{{"tier", "new"}}});
    const auto first = partition.take_checkpoint(1000);
    REQUIRE(first);
    CHECK(first->profiles.size() == 20);
    CHECK(first->erased.empty());
    const auto second = partition.take_checkpoint();
    CHECK(second.erased.size() == 20);
    REQUIRE(second.profiles.size() == 1);
    CHECK(second.profiles[0].external_id == "user:p7");
}

TEST_CASE("addresses that nothing may be sent to outlive the person", "[core]") {
    struct Case {
        const char* label;
        std::vector<model::CommandBody> said;
        std::vector<std::pair<std::string, std::string>> listed;  // scope, reason
    };
    using model::Suppress;
    const std::vector<Case> cases = {
        {"nothing was said", {model::ConsentChange{"news", true, "t", ""}}, {}},
        {"a channel was stopped", {Suppress{"sms", true, "told Mr Smith"}}, {{"sms", "opted out"}}},
        {"everything was stopped",
         {Suppress{"", true, "unsubscribed"}},
         {{"email", "unsubscribed"}, {"sms", "unsubscribed"}}},
        {"a stop was taken back", {Suppress{"", true, "x"}, Suppress{"", false, "x"}}, {}},
        {"a bounce", {Suppress{"email", true, "bounced"}}, {{"email", "hard bounce"}}},
        {"a consent was withdrawn",
         {model::ConsentChange{"news", true, "t", ""},
          model::ConsentChange{"news", false, "t", ""}},
         {{"email", "opted out"}}},
        {"a consent was given again",
         {model::ConsentChange{"news", false, "t", ""},
          model::ConsentChange{"news", true, "t", ""}},
         {}},
    };
    const auto list = std::make_shared<AddressList>("pepper");
    const auto catalog = publish(empty_catalog(), shop().bytes(), 1).value();
    for (const Case& one : cases) {
        CAPTURE(one.label);
        Partition partition(model::PartitionId{0}, {.partitions = 1, .addresses = list}, catalog);
        model::LogPosition position = 1;
        Effects effects;
        const auto apply = [&](model::CommandBody body) {
            model::Command made;
            made.external_id = "user:ada";
            made.person = model::person_id_of(made.external_id);
            made.at = made.event_time = instant_of(1'000'000);
            made.body = std::move(body);
            partition.apply(made, ++position, effects);
        };
        apply(model::Identify{{{"email", "Ada@Example.com"}, {"phone", "+4917012345678"}}});
        for (const model::CommandBody& body : one.said)
            apply(body);
        effects.clear();
        apply(model::Erase{});
        std::vector<std::pair<std::string, std::string>> listed;
        for (const AppendCommand& append : effects.appends) {
            const auto& change = std::get<model::SuppressAddresses>(append.command.body);
            CHECK(change.suppressed);
            CHECK(append.command.external_id.empty());  // of nobody
            CHECK(append.command.person == model::PersonId{});
            for (const auto& item : change.items) {
                listed.emplace_back(item.scope, item.reason);
                const bool mail = item.scope == "email";
                CHECK(item.key == list->key_of(item.scope,
                                               mail ? ir::ChannelKind::email : ir::ChannelKind::sms,
                                               mail ? "ada@example.com" : "+4917012345678"));
            }
        }
        CHECK(listed == one.listed);
        // Until the Log has it, it is asked for again after every restart.
        CHECK(partition.appends().size() == effects.appends.size());
        for (const AppendCommand& append : effects.appends)
            partition.confirm_append(append.from, append.cause);
        CHECK(partition.appends().empty());
    }
}
