// One message over one of several channels.
#include "tests/engine/core/kit/lived.h"
#include "tests/engine/core/kit/messages.h"

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::ObservationKind;

namespace {

using Texts = std::vector<std::string>;

ir::OneOf& choice_in(Builder& b) {
    return std::get<ir::OneOf>(b.program.journeys[0].states[0].act);
}

// viewed → the first of: push ping, sms code, email hello → the end
Builder first_of() {
    Builder b;
    ir::Channel& push = b.program.channels[b.channel("hook")];
    push.name = "push";
    push.kind = ir::ChannelKind::push;
    push.address_field = b.field("tier");
    ir::Journey j = b.journey("j", "viewed");
    j.overlap = ir::Overlap::parallel;
    j.locals.push_back("tried 1");
    ir::OneOf one;
    one.sends = {1, 2, 3};
    one.tried = 0;
    one.next = 4;
    b.add(j, {one, "nudge", 0, ""});
    b.send(j, "ping");
    b.send(j, "code", {{"code", b.constant(Value("TEN"))}});
    b.send(j, "hello");
    for (const Index at : {1U, 2U, 3U}) {
        auto& send = std::get<ir::Send>(j.states[at].act);
        send.among = 0;
        send.next = 4;
        j.states[at].step = "nudge." + b.program.channels[send.channel].name;
    }
    b.end(j);
    b.keep(std::move(j));
    return b;
}

Builder best_of() {
    Builder b = first_of();
    choice_in(b).best = ir::Return{b.on("bought"), days(1), 10.0, 0};
    b.program.channels[b.channel("sms")].cost = 0.5;
    return b;
}

Record everything() {
    return {{"tier", "token"}, {"phone", "+491"}, {"email", "ada@example.com"}};
}

Texts channels(const World& world) {
    Texts out;
    for (const Sent& one : world.attempts)
        out.push_back(one.channel);
    return out;
}

std::string told(World& world, const std::string& person) {
    std::string out;
    for (const TimelineItem& item :
         world.of(person).timeline(model::person_id_of(external(person)))) {
        if (item.kind == "choice") out += item.text + "\n";
    }
    return out;
}

World with(const Builder& b, Record traits) {
    World world;
    world.publish(b);
    world.identify("ada", std::move(traits));
    return world;
}

}  // namespace

TEST_CASE("the first channel that is allowed gets the message", "[core]") {
    struct Row {
        const char* label;
        Record traits;
        Texts suppressed;
        Texts sent;
    };
    const auto row = GENERATE(values<Row>({
        {"all", everything(), {}, {"push"}},
        {"no token", {{"phone", "+491"}, {"email", "a@example.com"}}, {}, {"sms"}},
        {"only mail", {{"email", "a@example.com"}}, {}, {"email"}},
        {"push refused by the person", everything(), {"push"}, {"sms"}},
        {"two refused", everything(), {"push", "sms"}, {"email"}},
        {"nobody may", everything(), {"push", "sms", "email"}, {}},
        {"no address at all", {}, {}, {}},
    }));
    CAPTURE(row.label);
    World world = with(first_of(), row.traits);
    for (const std::string& channel : row.suppressed)
        world.suppress("ada", channel);
    world.track("ada", "viewed");
    CHECK(channels(world) == row.sent);
    CHECK(world.journey("j").ended == 1);
    // Who gets nothing is told why, once.
    CHECK(world.journey("j").skipped == (row.sent.empty() ? 1 : 0));
}

TEST_CASE("a message that reached nobody lets the next channel try, any other does not", "[core]") {
    struct Row {
        const char* label;
        std::vector<model::Observation> answers;
        Texts sent;
    };
    model::Observation doubtful = seen(ObservationKind::retry);
    doubtful.ambiguous = true;
    const auto row = GENERATE_COPY(values<Row>({
        {"accepted", {}, {"push"}},
        {"rejected", {seen(ObservationKind::rejected)}, {"push", "sms"}},
        {"rejected twice",
         {seen(ObservationKind::rejected), seen(ObservationKind::rejected)},
         {"push", "sms", "email"}},
        {"rejected by all",
         {seen(ObservationKind::rejected), seen(ObservationKind::rejected),
          seen(ObservationKind::rejected)},
         {"push", "sms", "email"}},
        {"unknown", {seen(ObservationKind::unknown)}, {"push"}},
        {"in doubt, then rejected", {doubtful, seen(ObservationKind::rejected)}, {"push", "push"}},
    }));
    CAPTURE(row.label);
    World world = with(first_of(), everything());
    world.answers.assign(row.answers.begin(), row.answers.end());
    world.track("ada", "viewed");
    world.advance(1h);
    CHECK(channels(world) == row.sent);
    CHECK(world.journey("j").ended == 1);
}

TEST_CASE("a full cap sends over another channel instead of waiting", "[core]") {
    const bool waits = GENERATE(false, true);
    CAPTURE(waits);
    Builder b = first_of();
    ir::Frequency policy = at_most_a_day("few", 1);
    policy.limits[0].channel = b.channel("push");
    policy.hold_when_full = waits;
    policy.hold_at_most = days(3);
    b.program.frequencies.push_back(policy);
    b.program.journeys[0].frequency = 0;
    World world = with(b, everything());
    world.track("ada", "viewed");
    world.track("ada", "viewed");
    CHECK(channels(world) == Texts{"push", "sms"});
    CHECK(told(world, "ada").find("push: frequency (1 of 1 push today)") != std::string::npos);

    // Full between the choice and the claim.
    world.advance(24h);
    world.claiming = false;
    world.track("ada", "viewed");
    world.track("ada", "viewed");
    world.claiming = true;
    world.claim_waiting();
    world.tags("ada", {"claimed"});
    CHECK(channels(world) == Texts{"push", "sms", "push", "sms"});
    world.advance(72h);
    CHECK(world.attempts.size() == 4);
}

TEST_CASE("a pause holds the first channel; nothing else is tried", "[core]") {
    World world = with(first_of(), everything());
    world.claiming = false;
    world.track("ada", "viewed");
    world.pause("j");
    world.claiming = true;
    world.claim_waiting();
    world.tags("ada", {"claimed"});
    CHECK(world.attempts.empty());
    world.pause("j", false);
    world.advance(1min);
    CHECK(channels(world) == Texts{"push"});
}

TEST_CASE("while nobody knows enough the channels share; then the return decides", "[core]") {
    Builder b = best_of();
    World world;
    world.publish(b);
    const auto view = [&](int i) {
        const std::string person = "p" + std::to_string(i);
        world.identify(person, everything());
        world.track(person, "viewed");
        return person;
    };
    for (int i = 0; i < 300; ++i) {
        const std::string person = view(i);
        // One in two buys after a text message, one in ten after a push.
        const std::string by = world.last().channel;
        if (by == "sms" ? i % 2 == 0 : i % 10 == 0) world.track(person, "bought");
        world.track(person, "bought");
        if (by != "sms") world.advance(1s);
    }
    std::map<std::string, int> shares;
    for (const Sent& one : world.attempts)
        ++shares[one.channel];
    for (const char* channel : {"push", "sms", "email"}) {
        CAPTURE(channel);
        CHECK(shares[channel] > 60);
    }

    // What is still open says nothing; a day later everything is counted.
    const auto counts = [&] { return world.partitions[0].lessons(world.now); };
    REQUIRE(counts().size() == 1);
    CHECK(counts()[0].subject == "j/nudge/bought");
    std::uint64_t known = 0;
    const auto open = counts();
    for (const auto& one : open[0].counts)
        known += one.of;
    CHECK(known == 0);
    world.advance(26h);
    CHECK(world.partitions[0].next_decision() <= world.now);
    const auto closed = counts();
    for (const auto& one : closed[0].counts) {
        CHECK(one.of == static_cast<std::uint64_t>(shares[one.name]));
        CHECK(one.came == one.of);  // everybody bought in the end, and each counts once
        known += one.of;
    }
    CHECK(known == 300);

    world.learn({"j/nudge/bought", {{"push", 1000, 20}, {"sms", 1200, 120}, {"email", 1000, 30}}});
    CHECK(world.partitions[0].next_decision() == kNever);
    const std::size_t before = world.attempts.size();
    for (int i = 300; i < 320; ++i)
        view(i);
    // 10% × 10 − 0.5 is more than 3% × 10 and 2% × 10.
    for (std::size_t i = before; i < world.attempts.size(); ++i)
        CHECK(world.attempts[i].channel == "sms");
    CHECK(told(world, "p300") ==
          "Step \"nudge\" of journey \"j\" chose sms; push: 2% of 1,000 came back × 10 − 0 = 0.2; "
          "sms: 10% of 1,200 came back × 10 − 0.5 = 0.5; email: 3% of 1,000 came back × 10 − 0 = "
          "0.3.\n");
    // Who cannot be reached there gets the next best.
    world.identify("bob", {{"tier", "token"}, {"email", "bob@example.com"}});
    world.track("bob", "viewed");
    CHECK(world.last().channel == "email");
}

TEST_CASE("a share explores, by the entry and not by chance", "[core]") {
    Builder b = best_of();
    choice_in(b).best->explore = 0.2;
    World world;
    world.publish(b);
    world.learn({"j/nudge/bought", {{"push", 1000, 20}, {"sms", 1200, 600}, {"email", 1000, 30}}});
    std::map<std::string, int> shares;
    for (int i = 0; i < 300; ++i) {
        const std::string person = "p" + std::to_string(i);
        world.identify(person, everything());
        world.track(person, "viewed");
        ++shares[world.last().channel];
    }
    CHECK(shares["sms"] > 200);
    CHECK(shares["sms"] < 280);
    CHECK(shares["push"] > 10);
    CHECK(shares["email"] > 10);
}

TEST_CASE("what comes too late, before, or to somebody else brings nothing", "[core]") {
    World world = with(best_of(), everything());
    world.identify("bob", everything());
    world.track("ada", "bought");
    world.track("ada", "viewed");
    world.track("bob", "bought");
    world.advance(25h);
    world.track("ada", "bought");
    world.advance(2h);
    const auto lessons = world.partitions[0].lessons(world.now);
    REQUIRE(lessons.size() == 1);
    REQUIRE(lessons[0].counts.size() == 1);
    CHECK(lessons[0].counts[0].of == 1);
    CHECK(lessons[0].counts[0].came == 0);
}

TEST_CASE("choices and what came back of them outlive a restart", "[core]") {
    World world(2);
    world.publish(best_of());
    for (int i = 0; i < 30; ++i) {
        const std::string person = "p" + std::to_string(i);
        world.identify(person, everything());
        if (i % 5 == 0) world.answers.push_back(seen(ObservationKind::rejected));
        world.track(person, "viewed");
        if (i % 3 == 0) world.track(person, "bought");
        if (i == 20) {
            world.advance(26h);
            world.learn(
                {"j/nudge/bought", {{"push", 150, 3}, {"sms", 150, 20}, {"email", 150, 9}}});
        }
    }
    check_that_stops_change_nothing(world);
}
