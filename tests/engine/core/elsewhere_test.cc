// Data made of a backup, and what went out after that was made: beside it the life that went on.
#include "tests/engine/core/kit/messages.h"
#include "tests/engine/core/kit/triggers.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::MessageStatus;
using model::Reason;

namespace {

/// "first", two hours, "second", two hours, "third".
Builder series() {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    for (const char* step : {"first", "second", "third"}) {
        b.send(j, "code", {{"code", b.constant(step)}});
        j.states.back().step = step;
        if (step != std::string_view("third")) b.wait(j, hours(2));
    }
    b.end(j);
    b.keep(std::move(j));
    return b;
}

World open_shop(std::uint16_t partitions = 3) {
    World world(partitions);
    world.publish(series());
    return world;
}

void comes(World& world, const std::string& who) {
    world.identify(who, {{"phone", "+4915112345678"}});
    world.track(who, "viewed", {}, "m1");
}

/// The attempts of a life that had no backup made of it: ada comes, and all three go out.
std::vector<Sent> all_three(const std::string& who = "ada") {
    World world = open_shop();
    comes(world, who);
    world.advance(5h);
    REQUIRE(world.attempts.size() == 3);
    return world.attempts;
}

/// By the journal, which knows people by their number alone.
void tell(World& world, const Sent& sent) {
    model::Command command =
        world.command(sent.person.substr(5), model::SentElsewhere{sent.key, sent.at});
    command.external_id.clear();
    world.apply(command);
}

std::vector<std::string> steps(const World& world) {
    std::vector<std::string> steps;
    for (const Sent& one : world.attempts)
        steps.push_back(one.step);
    return steps;
}

using Steps = std::vector<std::string>;

}  // namespace

TEST_CASE("what went out after the backup is not sent again, and the journey goes on", "[core]") {
    const std::vector<Sent> went_out = all_three();
    World copy = open_shop();
    comes(copy, "ada");
    tell(copy, went_out[1]);
    if (GENERATE(false, true)) tell(copy, went_out[1]);  // twice is once
    if (GENERATE(false, true)) restart(copy);
    copy.advance(5h);
    CHECK(steps(copy) == Steps{"first", "third"});
    CHECK(copy.last().key == went_out[2].key);
    CHECK(copy.journey("j").unknown == 1);
    CHECK(copy.journey("j").ended == 1);
    const auto rows = copy.checkpoint("ada").messages;
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const auto& one) { return one.key == went_out[1].key; });
    if (row != rows.end()) {  // else it was stored before the restart
        CHECK(row->status == MessageStatus::unknown);
        CHECK(row->reason == Reason::in_journal);
        CHECK(row->claimed_at == went_out[1].at);  // for frequency policies
    }
    // A repeat after all of it changes nothing, nor does what is known anyway.
    for (const Sent& one : went_out)
        tell(copy, one);
    CHECK(copy.journey("j").unknown == 1);
    CHECK(copy.attempts.size() == 2);
}

TEST_CASE("a message that is planned already, or claimed, is unknown at once", "[core]") {
    const std::vector<Sent> went_out = all_three();
    World copy = open_shop();
    const bool claims = GENERATE(false, true);
    copy.claiming = claims;
    copy.answering = false;
    comes(copy, "ada");
    REQUIRE(copy.attempts.size() == (claims ? 1 : 0));
    const Sent first = went_out[0];
    tell(copy, first);
    CHECK(copy.journey("j").unknown == 1);
    CHECK(copy.journey("j").waiting == std::map<std::string, std::uint64_t>{{"step_1", 1}});
    // What comes back of it concerns nobody.
    copy.claiming = copy.answering = true;
    copy.claim_waiting();
    copy.outcome(first, seen(model::ObservationKind::retry));
    copy.advance(5h);
    CHECK(steps(copy) == (claims ? Steps{"first", "second", "third"} : Steps{"second", "third"}));
    CHECK(copy.journey("j").sent == 2);
}

TEST_CASE("who came after the backup was made gets no doubles when they come again", "[core]") {
    const std::vector<Sent> went_out = all_three("eve");
    World copy = open_shop();
    tell(copy, went_out[0]);
    tell(copy, went_out[1]);
    CHECK(copy.counts().people == 0);
    CHECK(copy.kinds("eve").empty());
    if (GENERATE(false, true)) restart(copy);
    comes(copy, "eve");
    copy.advance(5h);
    CHECK(steps(copy) == Steps{"third"});
    CHECK(copy.journey("j").unknown == 2);
    CHECK(copy.counts().people == 1);
}

TEST_CASE("nobody waits for ever for those who never come again", "[core]") {
    const std::vector<Sent> went_out = all_three("eve");
    World copy = open_shop();
    tell(copy, went_out[0]);
    comes(copy, "bob");
    copy.advance(24h * 91);
    const std::size_t before = copy.attempts.size();
    comes(copy, "eve");
    CHECK(copy.attempts.size() == before + 1);
}

TEST_CASE("what went out goes with a person into another one", "[core]") {
    const std::vector<Sent> went_out = all_three("anon");
    World copy = open_shop();
    comes(copy, "anon");
    const bool told_before = GENERATE(true, false);
    if (told_before) tell(copy, went_out[1]);
    copy.alias("anon", "ada");
    if (!told_before) tell(copy, went_out[1]);
    copy.advance(5h);
    CHECK(steps(copy) == Steps{"first", "third"});
}

TEST_CASE("what went out under the name of somebody merged is met when the merge comes again",
          "[core]") {
    // In the life that went on, anon had become ada before the second left.
    std::vector<Sent> went_out = all_three("anon");
    went_out[1].person = external("ada");
    World copy = open_shop();
    copy.claiming = false;  // as while sending is stopped
    comes(copy, "anon");
    copy.claim_waiting();
    tell(copy, went_out[1]);
    copy.advance(3h);
    copy.alias("anon", "ada");
    copy.claiming = true;
    copy.claim_waiting();
    copy.advance(3h);
    CHECK(steps(copy) == Steps{"first", "third"});
    CHECK(copy.journey("j").unknown == 1);
}

TEST_CASE("what is known of who is not there yet goes with an alias, too", "[core]") {
    const std::vector<Sent> went_out = all_three("anon");
    World copy = open_shop();
    tell(copy, went_out[1]);
    comes(copy, "anon");
    copy.alias("anon", "ada");
    copy.advance(5h);
    CHECK(steps(copy) == Steps{"first", "third"});
}

TEST_CASE("erasing forgets what went out", "[core]") {
    const std::vector<Sent> went_out = all_three();
    World copy = open_shop();
    const bool known = GENERATE(true, false);
    if (known) comes(copy, "ada");
    tell(copy, went_out[1]);
    copy.erase("ada");
    tell(copy, went_out[2]);
    comes(copy, "ada");
    copy.advance(5h);
    // Who was erased gives no message a key of before; of the other only what was told last is known.
    CHECK(copy.journey("j").unknown == (known ? 0 : 1));
}

TEST_CASE("what went out to who was erased and came back is not sent again", "[core]") {
    World copy = open_shop();
    comes(copy, "ada");
    copy.advance(5h);
    copy.erase("ada");
    copy.attempts.clear();
    World world = open_shop();
    comes(world, "ada");
    world.advance(5h);
    world.erase("ada");
    world.attempts.clear();
    comes(world, "ada");
    world.advance(5h);
    REQUIRE(steps(world) == Steps{"first", "second", "third"});
    tell(copy, world.attempts[1]);
    if (GENERATE(false, true)) restart(copy);
    comes(copy, "ada");
    copy.advance(5h);
    CHECK(steps(copy) == Steps{"first", "third"});
}

TEST_CASE("what went out counts for caps", "[core]") {
    const bool journal = GENERATE(true, false);
    CAPTURE(journal);
    Builder b;
    b.program.frequencies.push_back(at_most_a_day("gentle", 1));
    for (const auto& [name, event] : {std::pair("a", "viewed"), std::pair("b", "bought")}) {
        ir::Journey j = b.journey(name, event);
        b.send(j, "hello");
        b.end(j);
        j.frequency = 0;
        b.keep(std::move(j));
    }
    const auto comes = [](World& world) {
        world.identify("ada", {{"email", "ada@example.com"}, {"time_zone", "UTC"}});
        world.consent("ada", "news");
        world.track("ada", "viewed", {}, "m1");
    };
    World life = live(b);
    comes(life);
    REQUIRE(life.attempts.size() == 1);

    World copy(3);
    copy.publish(b);
    if (journal) tell(copy, life.attempts[0]);
    comes(copy);
    copy.track("ada", "bought");
    // One message a day: the first went out, before or now, and is the only one.
    CHECK(copy.attempts.size() == (journal ? 0 : 1));
    CHECK(copy.journey("b").skipped_by.at("frequency") == 1);
}
