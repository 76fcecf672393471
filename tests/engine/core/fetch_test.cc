// What a message shows of others: asked for before it goes, once, and kept until it is final.
#include "tests/engine/core/kit/lived.h"

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::ObservationKind;

namespace {

// viewed → the receipt, which shows the weather → "good"
Builder weather() {
    Builder b;
    b.fetch("weather", "receipt");
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "receipt");
    b.end(j, "good");
    b.keep(std::move(j));
    return b;
}

World live(const Builder& b) {
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "ada@example.com"}, {"first_name", "Ada"}});
    return world;
}

model::Observation seen(ObservationKind kind, std::string text = {}) {
    model::Observation observation;
    observation.kind = kind;
    (kind == ObservationKind::accepted ? observation.answer : observation.reason) = std::move(text);
    return observation;
}

std::string timeline_of(World& world, const std::string& kind) {
    std::string out;
    for (const TimelineItem& item :
         world.of("ada").timeline(model::person_id_of(external("ada")))) {
        if (item.kind == kind) out += item.text + "\n";
    }
    return out;
}

Value fetched(const Sent& sent) {
    return *find(sent.data, "fetch");
}

model::MessageRow row_of(World& world) {
    const model::PartitionCheckpoint checkpoint = world.checkpoint();
    REQUIRE_FALSE(checkpoint.messages.empty());
    return checkpoint.messages.back();
}

}  // namespace

TEST_CASE("a message asks for what it shows, and then goes with it", "[core]") {
    World world = live(weather());
    world.track("ada", "viewed");
    REQUIRE(world.fetches.size() == 1);
    CHECK(world.fetches[0].webhook == "weather");
    CHECK(world.fetches[0].channel == "fetch:weather");
    CHECK(find(*find(world.fetches[0].data, "user")->as<Record>(), "first_name") != nullptr);
    REQUIRE(world.attempts.size() == 1);
    CHECK(fetched(world.last()) == Value(Record{{"weather", Value(Record{{"temperature", 7}})}}));
    CHECK(world.reasons("j") == std::vector<std::string>{"good"});
    CHECK(timeline_of(world, "fetch") == "Fetched \"weather\" for journey \"j\" in 120 ms.\n");
}

TEST_CASE("a fetch that fails skips the message, or leaves a blank", "[core]") {
    struct Row {
        const char* label;
        model::Observation answer;
        std::string why;
    };
    const auto row = GENERATE(values<Row>({
        {"refused", seen(ObservationKind::rejected, "it answered 500"), "it answered 500"},
        {"no JSON", seen(ObservationKind::accepted, "<html>"), "the answer is not JSON"},
        {"nothing", seen(ObservationKind::accepted), "the answer is not JSON"},
        {"too long", seen(ObservationKind::accepted, '"' + std::string(64u << 10, 'x') + '"'),
         "the answer is longer than 64 KiB"},
        {"kept back", seen(ObservationKind::withheld, "not on the list"), "not on the list"},
    }));
    const bool blank = GENERATE(false, true);
    CAPTURE(row.label, blank);
    Builder b = weather();
    if (blank) b.program.fetches[0].if_fails = ir::Fetch::IfFails::blank;
    World world = live(b);
    world.fetch_answers = {row.answer};
    world.track("ada", "viewed");
    CHECK(world.fetches.size() == 1);
    CHECK(world.attempts.size() == (blank ? 1 : 0));
    CHECK(world.reasons("j") == std::vector<std::string>{"good"});
    CHECK(timeline_of(world, "fetch") ==
          "Could not fetch \"weather\" for journey \"j\", after 120 ms: " + row.why + ".\n");
    const model::MessageRow message = row_of(world);
    CHECK(message.status ==
          (blank ? model::MessageStatus::accepted : model::MessageStatus::skipped));
    CHECK(message.reason == (blank ? model::Reason::none : model::Reason::fetch_failed));
    if (blank) CHECK(fetched(world.last()) == Value(Record{}));
}

TEST_CASE("a dry run fetches nothing and goes on", "[core]") {
    World world = live(weather());
    world.fetch_answers = {seen(ObservationKind::pretended)};
    world.track("ada", "viewed");
    REQUIRE(world.attempts.size() == 1);
    CHECK(fetched(world.last()) == Value(Record{}));
}

TEST_CASE("without anybody who fetches the message is skipped", "[core]") {
    World world = live(weather());
    world.connector = false;
    world.track("ada", "viewed");
    CHECK(world.fetches.empty());
    CHECK(row_of(world).reason == model::Reason::fetch_failed);
}

TEST_CASE("nothing is fetched for a message that may not go", "[core]") {
    Builder b;
    b.fetch("weather", "offer");
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "offer");
    b.end(j);
    b.keep(std::move(j));
    World world = live(b);
    world.track("ada", "viewed");
    CHECK(world.fetches.empty());
    CHECK(row_of(world).reason == model::Reason::no_consent);
}

TEST_CASE("what shows two things fetches them one after the other", "[core]") {
    Builder b = weather();
    b.fetch("stock", "receipt");
    World world = live(b);
    world.fetch_answers = {seen(ObservationKind::accepted, "[1]"),
                           seen(ObservationKind::accepted, "true")};
    world.track("ada", "viewed");
    REQUIRE(world.fetches.size() == 2);
    CHECK(world.fetches[1].webhook == "stock");
    CHECK(fetched(world.last()) ==
          Value(Record{{"weather", Value(List{Value(1)})}, {"stock", true}}));
}

TEST_CASE("every attempt shows the same, whatever is so by then", "[core]") {
    World world = live(weather());
    world.fetch_answers = {seen(ObservationKind::accepted, "1"),
                           seen(ObservationKind::accepted, "2")};
    world.answers = {seen(ObservationKind::retry, "busy")};
    world.track("ada", "viewed");
    world.advance(1h);
    CHECK(world.fetches.size() == 1);
    REQUIRE(world.attempts.size() == 2);
    CHECK(world.attempts[0].data == world.attempts[1].data);
}

TEST_CASE("what a held message fetched long ago is fetched anew", "[core]") {
    World world = live(weather());
    world.answering = false;
    world.track("ada", "viewed");
    CHECK(world.fetches.size() == 1);
    world.pause("j");
    world.answering = true;
    world.apply(world.command("ada", model::Fetched{world.fetches[0].key, 1, "weather",
                                                    seen(ObservationKind::accepted, "1"), 1s}));
    CHECK(world.attempts.empty());
    world.advance(1h);
    world.fetch_answers = {seen(ObservationKind::accepted, "2")};
    world.pause("j", false);
    world.advance(1s);
    CHECK(world.fetches.size() == 2);
    REQUIRE(world.attempts.size() == 1);
    CHECK(fetched(world.last()) == Value(Record{{"weather", 2}}));
}

TEST_CASE("a stop between the question and the answer asks again", "[core]") {
    const bool told = GENERATE(false, true);
    World world = live(weather());
    world.answering = false;
    world.track("ada", "viewed");
    REQUIRE(world.fetches.size() == 1);
    CHECK(timeline_of(world, "fetch") == "Is fetching \"weather\" for journey \"j\".\n");
    model::PartitionCheckpoint stored;
    store(world.checkpoint(0), stored);
    Partition again(model::PartitionId{0}, world.options, world.catalog);
    REQUIRE(again.restore(stored));
    CHECK(again.state_hash() == world.of("ada").state_hash());
    const auto unfinished = again.unfinished();
    CHECK(unfinished.ready.empty());
    REQUIRE(unfinished.claimed.size() == 1);
    CHECK(unfinished.claimed[0].channel == "fetch:weather");
    world.answering = true;
    const auto kind = told ? ObservationKind::lost : ObservationKind::not_started;
    world.outcome(world.fetches[0], seen(kind, "the daemon stopped"));
    CHECK(world.fetches.size() == 2);
    CHECK(world.attempts.size() == 1);
    // Its first answer comes after all, and changes nothing.
    world.apply(world.command("ada", model::Fetched{world.fetches[0].key, 1, "weather",
                                                    seen(ObservationKind::accepted, "9"), 1s}));
    CHECK(world.attempts.size() == 1);
}

TEST_CASE("who is known by another name meanwhile gets the message all the same", "[core]") {
    World world = live(weather());
    world.answering = false;
    world.track("ada", "viewed");
    REQUIRE(world.fetches.size() == 1);
    world.alias("ada", "bea");
    world.answering = true;
    world.apply(world.command("ada", model::Fetched{world.fetches[0].key, 1, "weather",
                                                    seen(ObservationKind::accepted, "9"), 1s}));
    REQUIRE(world.attempts.size() == 1);
    CHECK(world.attempts[0].person == external("bea"));
    CHECK(fetched(world.last()) == Value(Record{{"weather", 9}}));
}

TEST_CASE("who has left the journey meanwhile gets nothing", "[core]") {
    Builder b;
    b.fetch("weather", "receipt");
    ir::Journey j = b.journey("j", "viewed");
    j.exits.push_back({"bought", b.on("bought"), ir::kNone});
    b.send(j, "receipt");
    b.end(j);
    b.keep(std::move(j));
    World world = live(b);
    world.answering = false;
    world.track("ada", "viewed");
    world.track("ada", "bought", {{"order_id", "1"}});
    world.answering = true;
    world.apply(world.command("ada", model::Fetched{world.fetches[0].key, 1, "weather",
                                                    seen(ObservationKind::accepted, "9"), 1s}));
    CHECK(world.attempts.empty());
    CHECK(row_of(world).reason == model::Reason::entry_over);
}

TEST_CASE("a partition that lives it again, stored anywhere, ends the same", "[core]") {
    Builder b = weather();
    b.fetch("stock", "receipt");
    World world = live(b);
    for (int i = 0; i < 6; ++i) {
        world.answering = i != 2;
        if (i == 3) world.fetch_answers = {seen(ObservationKind::rejected, "it answered 500")};
        world.track("ada", "viewed");
        world.advance(1h);
    }
    for (std::size_t cut = 0; cut < world.log.size(); ++cut) {
        CAPTURE(cut);
        Again again(0, world);
        for (std::size_t i = 0; i < world.log.size(); ++i) {
            again.apply(world.log[i]);
            if (i != cut) continue;
            again.store_now();
            again.restart();
        }
        CHECK(again.partition->state_hash() == world.partitions[0].state_hash());
    }
}
