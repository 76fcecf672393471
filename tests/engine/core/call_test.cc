#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::ObservationKind;

namespace {

// viewed → call coupons → code by sms with the code → "good"; without an answer → "bad"
Builder calls() {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.call(j, {{"sku", b.trigger(j, "sku")}});
    const Index code = b.op(ir::Op::element, {b.local(j, "coupon"), b.constant("code")});
    b.send(j, "code", {{"code", code}});
    b.end(j, "good");
    const Index bad = b.end(j, "bad");
    std::get<ir::Call>(j.states[0].act).failed = bad;
    b.keep(std::move(j));
    return b;
}

World live(const Builder& b) {
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "ada@example.com"}, {"phone", "+4915112345678"}});
    return world;
}

model::Observation seen(ObservationKind kind, std::string text = {}) {
    model::Observation observation;
    observation.kind = kind;
    if (kind == ObservationKind::accepted) {
        observation.answer = std::move(text);
    } else {
        observation.reason = std::move(text);
    }
    return observation;
}

std::string timeline_of(World& world) {
    std::string out;
    for (const TimelineItem& item :
         world.of("ada").timeline(model::person_id_of(external("ada")))) {
        if (item.kind == "call") out += item.text + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("a call posts its arguments, and its answer becomes a local", "[core]") {
    World world = live(calls());
    world.track("ada", "viewed", {{"sku", "tea"}});
    REQUIRE(world.calls.size() == 1);
    CHECK(world.calls[0].webhook == "coupons");
    CHECK(world.calls[0].data == Record{{"sku", "tea"}});
    CHECK(world.calls[0].channel == "call:coupons");
    REQUIRE(world.attempts.size() == 1);
    CHECK(*find(world.attempts[0].data, "code") == Value("TEN"));
    CHECK(world.reasons("j") == std::vector<std::string>{"good"});
    CHECK(timeline_of(world) == "Webhook \"coupons\" answered journey \"j\".\n");
}

TEST_CASE("an answer is read as the webhook promises, or the call has failed", "[core]") {
    struct Row {
        const char* label;
        std::string answer;
        std::string why;  // "": good
    };
    const auto row = GENERATE(values<Row>({
        {"all of it", R"({"code":"A","percent":10})", ""},
        {"more than promised", R"({"code":"A","more":[1,{"x":null}]})", ""},
        {"an optional one of the wrong type", R"({"code":"A","percent":"ten"})", ""},
        {"a required one is missing", R"({"percent":10})", "the answer has no `code`"},
        {"a required one is null", R"({"code":null})", "the answer has no `code`"},
        {"a required one of the wrong type", R"({"code":[1]})",
         "`code` of the answer has the wrong type"},
        {"a list", R"(["A"])", "the answer is not a JSON object"},
        {"no JSON", "<html>It works!</html>", "the answer is not a JSON object"},
        {"nothing", "", "the answer is not a JSON object"},
        {"cut off", R"({"code":"A","more":")" + std::string(64u << 10, 'x'),
         "the answer is longer than 64 KiB"},
    }));
    CAPTURE(row.label);
    World world = live(calls());
    world.call_answers = {seen(ObservationKind::accepted, row.answer)};
    world.track("ada", "viewed");
    CHECK(world.calls.size() == 1);
    CHECK(world.reasons("j") == std::vector<std::string>{row.why.empty() ? "good" : "bad"});
    if (!row.why.empty()) {
        CHECK(timeline_of(world) ==
              "Webhook \"coupons\" did not answer journey \"j\": " + row.why + ".\n");
    }
}

TEST_CASE("a call is tried again by the same key as often as its webhook says", "[core]") {
    struct Row {
        const char* label;
        std::vector<model::Observation> answers;
        std::size_t calls;
        const char* end;
    };
    const auto retry = seen(ObservationKind::retry, "it failed (500)");
    const auto lost = seen(ObservationKind::lost, "the daemon stopped");
    const auto row = GENERATE_COPY(values<Row>({
        {"once", {retry}, 2, "good"},
        {"twice", {retry, retry}, 3, "good"},
        {"too often", {retry, retry, retry}, 3, "bad"},
        {"lost answers do not count", {lost, lost, lost, lost, retry, retry}, 7, "good"},
        {"a refusal is final", {seen(ObservationKind::rejected, "no (400)")}, 1, "bad"},
        {"so are bad credentials", {seen(ObservationKind::pause, "no (401)")}, 1, "bad"},
        {"released before it began", {seen(ObservationKind::not_started)}, 2, "good"},
    }));
    CAPTURE(row.label);
    World world = live(calls());
    world.call_answers.assign(row.answers.begin(), row.answers.end());
    world.track("ada", "viewed");
    world.advance(1h);
    CHECK(world.calls.size() == row.calls);
    for (const Sent& one : world.calls)
        CHECK(one.key == world.calls[0].key);
    CHECK(world.reasons("j") == std::vector<std::string>{row.end});
}

TEST_CASE("retries wait longer each time, and a lost answer asks again soon", "[core]") {
    World world = live(calls());
    const auto retry = seen(ObservationKind::retry);
    world.call_answers = {retry, retry, seen(ObservationKind::lost)};
    world.track("ada", "viewed");
    world.advance(1h);
    REQUIRE(world.calls.size() == 4);
    CHECK(world.calls[1].at - world.calls[0].at >= 1s);
    CHECK(world.calls[2].at - world.calls[1].at >= 2s);
    CHECK(world.calls[3].at - world.calls[2].at < 2s);
}

TEST_CASE("a call asks none of the gates of messages but pause and kill switch", "[core]") {
    const std::string stopped = GENERATE("j", "");
    CAPTURE(stopped);
    World world = live(calls());
    world.pause(stopped);
    if (stopped == "j") {
        world.pause("j", false);
        world.claiming = false;
        world.track("ada", "viewed");
        world.pause("j");
        world.claiming = true;
        world.claim_waiting();
        world.advance(0s);
        world.apply(world.command("ada", model::Identify{}));
    } else {
        world.track("ada", "viewed");
    }
    CHECK(world.calls.empty());
    CHECK(timeline_of(world).find("when sending is resumed") != std::string::npos);
    world.advance(2h);
    CHECK(world.calls.empty());
    world.pause(stopped, false);
    world.advance(1s);
    CHECK(world.calls.size() == 1);
    CHECK(world.reasons("j") == std::vector<std::string>{"good"});
}

TEST_CASE("a call of an entry that is over does not begin, and one under way changes nothing",
          "[core]") {
    Builder b = calls();
    ir::Exit exit;
    exit.reason = "bought";
    exit.pattern = b.on("bought");
    b.program.journeys[0].exits.push_back(exit);
    World world = live(b);
    SECTION("not begun") {
        world.claiming = false;
        world.track("ada", "viewed");
        world.track("ada", "bought", {{"order_id", "o"}});
        world.claiming = true;
        world.claim_waiting();
        world.apply(world.command("ada", model::Identify{}));
        CHECK(world.calls.empty());
    }
    SECTION("under way") {
        world.answering = false;
        world.track("ada", "viewed");
        world.track("ada", "bought", {{"order_id", "o"}});
        REQUIRE(world.calls.size() == 1);
        world.apply(world.command(
            "ada", model::Answered{world.calls[0].key, 1,
                                   seen(ObservationKind::accepted, R"({"code":"A"})")}));
        CHECK(timeline_of(world) == "Webhook \"coupons\" answered journey \"j\".\n");
    }
    CHECK(world.attempts.empty());
    CHECK(world.reasons("j") == std::vector<std::string>{"bought"});
}

TEST_CASE("a call without a connector fails, and an answer nobody waits for changes nothing",
          "[core]") {
    World world = live(calls());
    world.connector = false;
    world.track("ada", "viewed");
    CHECK(world.reasons("j") == std::vector<std::string>{"bad"});
    const std::uint64_t before = world.of("ada").state_hash();
    world.apply(world.command("ada", model::Answered{{}, 1, seen(ObservationKind::accepted)}));
    CHECK(world.of("ada").state_hash() == before);
}

TEST_CASE("a call that is under way is found again after a stop, and moves with its person",
          "[core]") {
    World world = live(calls());
    world.answering = false;
    world.track("ada", "viewed");
    REQUIRE(world.calls.size() == 1);
    model::PartitionCheckpoint stored;
    store(world.checkpoint("ada"), stored);
    Partition again(model::PartitionId{0}, world.options, world.catalog);
    REQUIRE(again.restore(stored));
    CHECK(again.state_hash() == world.of("ada").state_hash());
    const Partition::Unfinished unfinished = again.unfinished();
    REQUIRE(unfinished.claimed.size() == 1);
    CHECK(unfinished.claimed[0].channel == "call:coupons");

    world.alias("ada", "eve");
    world.answering = true;
    model::Command answer = world.command(
        "eve",
        model::Answered{world.calls[0].key, 1, seen(ObservationKind::accepted, R"({"code":"B"})")});
    world.apply(std::move(answer));
    REQUIRE(world.attempts.size() == 1);
    CHECK(world.attempts[0].person == "user:eve");
    CHECK(*find(world.attempts[0].data, "code") == Value("B"));
}

TEST_CASE("an address of the step's own is used, and suppression still holds", "[core]") {
    struct Row {
        const char* label;
        Value to;
        bool suppressed;
        std::size_t sent;
        const char* skipped;
    };
    const auto row = GENERATE(values<Row>({
        {"another address", Value("boss@example.com"), false, 1, ""},
        {"nothing there", Value(), false, 0, "no_address"},
        {"suppressed", Value("boss@example.com"), true, 0, "suppressed"},
    }));
    CAPTURE(row.label);
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "hello");
    std::get<ir::Send>(j.states[0].act).to = b.trigger(j, "category");
    b.end(j);
    b.keep(std::move(j));
    World world = live(b);
    if (row.suppressed) world.suppress("ada", "email");
    world.answering = false;
    world.track("ada", "viewed", {{"category", row.to}});
    CHECK(world.attempts.size() == row.sent);
    if (row.sent > 0) {
        CHECK(world.effects_text.find("boss@example.com") != std::string::npos);
    } else {
        CHECK(world.journey("j").skipped_by.count(row.skipped) == 1);
    }
}

TEST_CASE("tags from outside are those of `tag`, once a message id", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    const Index vip = b.op(ir::Op::tagged, {b.constant("vip")});
    b.wait(j, days(9), {{{}, vip, 1}});
    b.end(j, "vip");
    b.keep(std::move(j));
    World world = live(b);
    world.track("ada", "viewed");
    world.tags("ada", {"new", "vip"}, {"old"});
    CHECK(world.reasons("j") == std::vector<std::string>{"vip"});
    world.tags("ada", {}, {"vip"});
    CHECK(world.of("ada").profile_json(model::person_id_of("user:ada")).find("vip") ==
          std::string::npos);
}

TEST_CASE("an answer lost with the daemon is no failure of the provider's", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "hello");
    b.end(j);
    b.keep(std::move(j));
    World world = live(b);
    model::Observation lost = seen(ObservationKind::lost);
    lost.ambiguous = true;
    world.answers.assign(20, lost);
    world.track("ada", "viewed");
    world.advance(1min);
    REQUIRE(world.attempts.size() == 21);
    for (std::size_t i = 1; i < world.attempts.size(); ++i)
        CHECK(world.attempts[i].at - world.attempts[i - 1].at < 2s);
    CHECK(world.journey("j").sent == 1);
}
