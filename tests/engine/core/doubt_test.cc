#include "tests/engine/core/kit/messages.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::MessageStatus;
using model::ObservationKind;
using model::Reason;
using model::ReceiptKind;

TEST_CASE("a message held by a pause goes out on resume when it is still valid", "[core]") {
    const bool in_time = GENERATE(true, false);
    const std::string what = GENERATE("j", "");
    const bool restarted = GENERATE(false, true);
    Builder b = sends("hello");
    send_in(b).validity.kind = ir::Validity::Kind::for_duration;
    send_in(b).validity.duration = hours(5);
    World world = live(b);
    world.claiming = false;  // a paused journey is not entered, so the pause comes later
    world.track("ada", "viewed");
    world.pause(what, true);
    world.claiming = true;
    world.claim(world.waiting_ready.at(0));
    world.waiting_ready.clear();
    REQUIRE(world.attempts.empty());
    if (restarted) {
        model::PartitionCheckpoint stored;
        store(world.checkpoint("ada"), stored);
        Partition again(stored.partition, world.options, world.catalog);
        REQUIRE(again.restore(stored));
        CHECK(again.state_hash() == world.of("ada").state_hash());
        world.of("ada") = std::move(again);
    }
    world.advance(in_time ? Micros(1h) : Micros(5h));
    world.pause(what, false);
    world.advance(1s);
    CHECK(world.attempts.size() == (in_time ? 1 : 0));
    CHECK(world.journey("j").sent == (in_time ? 1 : 0));
    CHECK(world.journey("j").skipped == (in_time ? 0 : 1));
}

TEST_CASE("a resume moves what it let go on only once, also over a restart", "[core]") {
    Builder b = sends("hello");
    World world = live(b);
    world.pause("", true);
    world.track("ada", "viewed");
    Partition& lived = world.of("ada");
    Effects effects;
    const CatalogPtr open = set_paused(world.catalog, "", false);
    lived.use_catalog(open, ++world.position, effects);
    model::PartitionCheckpoint stored;
    store(world.checkpoint("ada"), stored);
    Partition again(stored.partition, world.options, open);
    REQUIRE(again.restore(stored));
    model::Command later = world.command("bob", model::Identify{});
    later.partition = stored.partition;
    later.at += 1h;
    ++world.position;
    lived.apply(later, world.position, effects);
    again.apply(later, world.position, effects);
    ++world.position;
    const CatalogPtr other = set_paused(open, "elsewhere", true);
    lived.use_catalog(other, world.position, effects);
    again.use_catalog(other, world.position, effects);
    CHECK(lived.next_due() == again.next_due());
    CHECK(lived.state_hash() == again.state_hash());
}

TEST_CASE("what the provider may have is unknown, however it ends", "[core]") {
    struct Row {
        const char* label;
        std::vector<model::Observation> then;
        std::function<void(World&)> meanwhile;
        MessageStatus status;
        Reason reason;
    };
    const auto nothing = [](World&) {};
    const auto row = GENERATE_COPY(values<Row>({
        {"the repeat is accepted", {}, nothing, MessageStatus::accepted, Reason::none},
        {"the repeat is rejected",
         {seen(ObservationKind::rejected)},
         nothing,
         MessageStatus::unknown,
         Reason::provider_rejected},
        {"every repeat fails", std::vector<model::Observation>(100, seen(ObservationKind::retry)),
         nothing, MessageStatus::unknown, Reason::retries_exhausted},
        {"the consent is withdrawn",
         {},
         [](World& w) { w.consent("ada", "news", false); },
         MessageStatus::unknown,
         Reason::no_consent},
        {"the repeat is released, and meanwhile suppressed",
         {seen(ObservationKind::not_started)},
         [](World& w) { w.suppress("ada", "email"); },
         MessageStatus::unknown,
         Reason::suppressed},
        {"the entry ends",
         {},
         [](World& w) {
             w.track("ada", "bought", {{"order_id", "1"}});
         },
         MessageStatus::unknown,
         Reason::entry_over},
        {"it is not valid any more",
         {seen(ObservationKind::retry, 50min)},
         nothing,
         MessageStatus::unknown,
         Reason::retries_exhausted},
        {"all sending is stopped until it is not valid any more",
         {},
         [](World& w) { w.pause("", true); },
         MessageStatus::unknown,
         Reason::not_valid_anymore},
        {"a receipt speaks before the end",
         {seen(ObservationKind::rejected)},
         [](World& w) { w.receipt(w.last(), ReceiptKind::delivered); },
         MessageStatus::accepted,
         Reason::none},
    }));
    CAPTURE(row.label);
    const bool restarted = GENERATE(false, true);
    Builder b = sends("offer");
    b.program.journeys[0].exits.push_back({"bought", b.on("bought"), ir::kNone});
    send_in(b).validity.kind = ir::Validity::Kind::for_duration;
    send_in(b).validity.duration = minutes(45);
    World world = live(b);
    world.consent("ada", "news");
    model::Observation lost = seen(ObservationKind::retry);
    lost.ambiguous = true;
    world.answers = {lost};
    world.answers.insert(world.answers.end(), row.then.begin(), row.then.end());
    world.track("ada", "viewed");
    REQUIRE(world.attempts.size() == 1);
    if (restarted) {
        model::PartitionCheckpoint stored;
        store(world.checkpoint("ada"), stored);
        Partition again(stored.partition, world.options, world.catalog);
        REQUIRE(again.restore(stored));
        world.of("ada") = std::move(again);
    }
    row.meanwhile(world);
    world.advance(2h);
    const model::MessageRow message = row_of(world);
    CHECK(message.status == row.status);
    CHECK(message.reason == row.reason);
    const bool unknown = row.status == MessageStatus::unknown;
    CHECK(world.of("ada").unknown_messages().size() == (unknown ? 1 : 0));
    CHECK(world.journey("j").unknown == (unknown ? 1 : 0));
    CHECK(world.journey("j").skipped == 0);
    CHECK(world.journey("j").ended == 1);
}

TEST_CASE("a message in doubt takes its place under the frequency policy", "[core]") {
    Builder b = sends("hello");
    b.program.frequencies.push_back(at_most_a_day("one", 1));
    b.program.journeys[0].frequency = 0;
    b.program.journeys[0].overlap = ir::Overlap::parallel;
    World world = live(b);
    model::Observation lost = seen(ObservationKind::retry, 30min);
    lost.ambiguous = true;
    world.answers = {lost};
    world.track("ada", "viewed");
    world.track("ada", "viewed");
    REQUIRE(world.attempts.size() == 1);
    CHECK(world.journey("j").skipped_by == std::map<std::string, std::uint64_t>{{"frequency", 1}});
    world.advance(1h);
    CHECK(world.attempts.size() == 2);  // it does not stand in its own way
    CHECK(world.journey("j").sent == 1);
}

TEST_CASE("an attempt released after validity ended leaves the message expired", "[core]") {
    Builder b = sends("hello");
    send_in(b).validity.kind = ir::Validity::Kind::for_duration;
    send_in(b).validity.duration = minutes(5);
    World world = live(b);
    world.answering = false;
    world.track("ada", "viewed");
    const Sent sent = world.last();
    world.advance(6min);
    world.outcome(sent, seen(ObservationKind::not_started));
    CHECK(row_of(world).status == MessageStatus::expired);
}

TEST_CASE("an entry that comes to a message already sent goes on", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "hello");
    b.send(j, "hello");  // the same step, so the same key
    b.end(j, "through");
    b.keep(std::move(j));
    World world = live(b);
    world.track("ada", "viewed");
    CHECK(world.attempts.size() == 1);
    CHECK(world.reasons("j") == std::vector<std::string>{"through"});
}
