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

TEST_CASE("the entry rests until its message is final, whatever the end", "[core]") {
    struct Row {
        const char* label;
        std::vector<model::Observation> answers;
        MessageStatus status;
        Reason reason;
        std::uint32_t attempts;
    };
    const auto row = GENERATE(values<Row>({
        {"accepted", {}, MessageStatus::accepted, Reason::none, 1},
        {"rejected",
         {seen(ObservationKind::rejected)},
         MessageStatus::rejected,
         Reason::provider_rejected,
         1},
        {"unknown", {seen(ObservationKind::unknown)}, MessageStatus::unknown, Reason::none, 1},
        {"retried",
         {seen(ObservationKind::retry), seen(ObservationKind::retry)},
         MessageStatus::accepted,
         Reason::none,
         3},
        {"paused connector",
         {seen(ObservationKind::pause)},
         MessageStatus::accepted,
         Reason::none,
         2},
        {"released",
         {seen(ObservationKind::not_started)},
         MessageStatus::accepted,
         Reason::none,
         2},
    }));
    CAPTURE(row.label);
    World world = live(sends("hello"));
    world.answers.assign(row.answers.begin(), row.answers.end());
    world.track("ada", "viewed");
    world.advance(30min);
    CHECK(world.journey("j").ended == 1);
    const model::MessageRow message = row_of(world);
    CHECK(message.status == row.status);
    CHECK(message.reason == row.reason);
    CHECK(message.attempts == row.attempts);
    CHECK(message.message_template == "hello");
    CHECK(message.body_hash.size() == 64);
    CHECK(world.of("ada").unknown_messages().size() ==
          (row.status == MessageStatus::unknown ? 1 : 0));
}

TEST_CASE("a retry waits longer each time, keeps the key and the bytes, and gives up in the end",
          "[core]") {
    World world = live(sends("hello"));
    world.answers.assign(100, seen(ObservationKind::retry));
    world.track("ada", "viewed");
    world.identify("ada", {{"email", "new@example.com"}, {"first_name", "Changed"}});
    world.advance(2h);
    REQUIRE(world.attempts.size() > 8);
    for (std::size_t i = 1; i < world.attempts.size(); ++i) {
        CHECK(world.attempts[i].key == world.attempts[0].key);
        CHECK(world.attempts[i].data == world.attempts[0].data);
        CHECK(world.attempts[i].attempt == i + 1);
        const Micros wait = world.attempts[i].at - world.attempts[i - 1].at;
        const Micros least = 1s * (1 << (i - 1));
        CHECK(wait >= least);
        CHECK(wait <= least + least / 4 + 1s);
    }
    CHECK(world.attempts.back().at <= world.attempts[0].at + 1h);
    CHECK(row_of(world).reason == Reason::retries_exhausted);
    CHECK(world.journey("j").ended == 1);
}

TEST_CASE("a provider's own retry-after is obeyed", "[core]") {
    World world = live(sends("hello"));
    world.answers = {seen(ObservationKind::retry, 10min)};
    world.track("ada", "viewed");
    world.advance(9min + 59s);
    CHECK(world.attempts.size() == 1);
    world.advance(1s);
    CHECK(world.attempts.size() == 2);
}

TEST_CASE("what may not go out is skipped with its reason", "[core]") {
    struct Row {
        const char* label;
        const char* message_template;
        std::function<void(World&)> before;
        Reason reason;
    };
    const auto row = GENERATE(values<Row>({
        {"no address", "hello",
         [](World& w) {
             w.identify("ada", {{"email", Value()}});
         },
         Reason::no_address},
        {"no consent", "offer", [](World&) {}, Reason::no_consent},
        {"consent withdrawn", "offer",
         [](World& w) {
             w.consent("ada", "news");
             w.consent("ada", "news", false);
         },
         Reason::no_consent},
        {"suppressed channel", "hello", [](World& w) { w.suppress("ada", "email"); },
         Reason::suppressed},
        {"suppressed everywhere", "hello", [](World& w) { w.suppress("ada", ""); },
         Reason::suppressed},
        {"required variable missing", "code", [](World&) {}, Reason::missing_variable},
        {"no connector", "hello", [](World& w) { w.connector = false; }, Reason::no_connector},
    }));
    CAPTURE(row.label);
    World world = live(sends(row.message_template));
    row.before(world);
    world.track("ada", "viewed");
    CHECK(world.attempts.empty());
    CHECK(row_of(world).reason == row.reason);
    CHECK(world.journey("j").skipped == 1);
    CHECK(world.journey("j").skipped_by.at(std::string(model::name_of(row.reason))) == 1);
    CHECK(world.journey("j").ended == 1);
}

TEST_CASE("the kill switch and a pause hold messages until the resume", "[core]") {
    const std::string what = GENERATE("", "j");
    World world = live(sends("hello"));
    world.claiming = false;
    world.track("ada", "viewed");
    world.pause(what);
    world.claiming = true;
    world.claim_waiting();
    world.apply(world.command("ada", model::Identify{}));
    world.advance(100h);
    CHECK(world.attempts.empty());
    world.pause(what, false);
    CHECK(world.attempts.size() == 1);
}

TEST_CASE("quiet hours hold, and the consent is asked again when they end", "[core]") {
    const bool withdrawn = GENERATE(false, true);
    Builder b = sends("offer");
    b.program.quiets.push_back({"night", 22 * 3600, 8 * 3600, "", {0}, true, ir::NoZone::skip, ""});
    b.program.journeys[0].quiet = 0;
    World world = live(b);
    world.identify("ada", {{"time_zone", "Europe/Berlin"}});
    world.consent("ada", "news");
    world.advance_to(parse_instant("2026-03-02T23:00:00Z").value());
    world.track("ada", "viewed");
    CHECK(world.attempts.empty());
    if (withdrawn) world.consent("ada", "news", false);
    world.advance_to(parse_instant("2026-03-03T06:59:59Z").value());
    CHECK(world.attempts.empty());
    world.advance(1s);
    CHECK(world.attempts.size() == (withdrawn ? 0 : 1));
    CHECK(row_of(world).reason == (withdrawn ? Reason::no_consent : Reason::none));
}

TEST_CASE("a message for somebody without a zone waits until the profile names one", "[core]") {
    Builder b = sends("hello");
    b.program.quiets.push_back({"night", 22 * 3600, 8 * 3600, "", {0}, true, ir::NoZone::hold, ""});
    b.program.journeys[0].quiet = 0;
    World world = live(b);
    world.track("ada", "viewed");
    CHECK(world.attempts.empty());
    world.identify("ada", {{"time_zone", "Europe/Berlin"}});
    CHECK(world.attempts.size() == 1);
}

TEST_CASE("the frequency policy counts what was claimed and is freed by a refusal", "[core]") {
    const auto [label, kind, second] = GENERATE(table<const char*, ObservationKind, std::size_t>(
        {{"accepted", ObservationKind::accepted, 1},
         {"unknown", ObservationKind::unknown, 1},
         {"rejected", ObservationKind::rejected, 2}}));
    CAPTURE(label);
    Builder b = sends("hello");
    b.program.frequencies.push_back(at_most_a_day("gentle", 1));
    b.program.journeys[0].frequency = 0;
    World world = live(b);
    world.answers = {seen(kind)};
    world.track("ada", "viewed");
    world.track("ada", "viewed");
    CHECK(world.attempts.size() == second);
    world.advance(24h);
    world.track("ada", "viewed");
    CHECK(world.attempts.size() == second + 1);
}

TEST_CASE("transactional messages and waived policies do not ask for quiet hours or frequency",
          "[core]") {
    const bool waived = GENERATE(false, true);
    Builder b = sends(waived ? "hello" : "receipt");
    b.program.frequencies.push_back(at_most_a_day("none", 0));
    b.program.quiets.push_back(
        {"always", 0, 86400, "Europe/Berlin", {0}, false, ir::NoZone::skip, ""});
    b.program.journeys[0].frequency = 0;
    b.program.journeys[0].quiet = 0;
    send_in(b).waive_quiet = waived;
    send_in(b).waive_frequency = waived;
    World world = live(b);
    world.track("ada", "viewed");
    CHECK(world.attempts.size() == 1);
}

TEST_CASE("a message that is not valid any more expires, also while it is held or retried",
          "[core]") {
    Builder b = sends("hello");
    send_in(b).validity = {ir::Validity::Kind::for_duration, minutes(10), 0, ""};
    SECTION("while paused") {
        World world = live(b);
        world.claiming = false;
        world.track("ada", "viewed");
        world.pause("j");
        world.claiming = true;
        world.claim_waiting();
        world.identify("ada", {});
        world.advance(10min);
        CHECK(row_of(world).status == MessageStatus::expired);
        CHECK(world.journey("j").ended == 1);
        world.pause("j", false);
        CHECK(world.attempts.empty());
    }
    SECTION("while retried") {
        World world = live(b);
        world.answers.assign(50, seen(ObservationKind::retry));
        world.track("ada", "viewed");
        world.advance(1h);
        CHECK(row_of(world).reason == Reason::retries_exhausted);
        CHECK(world.attempts.back().at <= world.attempts.front().at + 10min);
    }
}

TEST_CASE("an exit before the claim takes the message back; after it, the outcome is still counted",
          "[core]") {
    const bool claimed = GENERATE(false, true);
    Builder b = sends("hello");
    b.program.journeys[0].exits.push_back({"bought", b.on("bought"), ir::kNone});
    World world = live(b);
    world.claiming = claimed;
    world.answering = false;
    world.track("ada", "viewed");
    world.track("ada", "bought", {{"order_id", "1"}});
    CHECK(world.reasons("j") == std::vector<std::string>{"bought"});
    if (claimed) {
        world.outcome(world.last(), seen(ObservationKind::accepted));
        CHECK(world.journey("j").sent == 1);
    } else {
        CHECK(row_of(world).reason == Reason::entry_over);
        world.claim_waiting();
        world.identify("ada", {});
        CHECK(world.attempts.empty());
    }
    CHECK(world.journey("j").ended == 1);
}

TEST_CASE("a retry of an entry that is over is not made", "[core]") {
    Builder b = sends("hello");
    b.program.journeys[0].exits.push_back({"bought", b.on("bought"), ir::kNone});
    World world = live(b);
    world.answering = false;
    world.track("ada", "viewed");
    world.track("ada", "bought", {{"order_id", "1"}});
    world.outcome(world.last(), seen(ObservationKind::retry));
    world.advance(2h);
    CHECK(world.attempts.size() == 1);
    CHECK(row_of(world).reason == Reason::entry_over);
}

TEST_CASE("claims and outcomes that come twice, late or never asked for change nothing", "[core]") {
    World world = live(sends("hello"));
    world.answering = false;
    world.claiming = false;
    world.track("ada", "viewed");
    REQUIRE(world.waiting_ready.size() == 1);
    const IntentReady ready = world.waiting_ready[0];
    IntentReady wrong = ready;
    wrong.attempt = 7;
    world.claim(wrong);
    CHECK(world.attempts.empty());
    wrong = ready;
    wrong.key.bytes[0] ^= 1;
    world.claim(wrong);
    CHECK(world.attempts.empty());
    world.claim(ready);
    world.claim(ready);
    REQUIRE(world.attempts.size() == 1);
    Sent other = world.last();
    other.attempt = 2;
    world.outcome(other, seen(ObservationKind::rejected));
    CHECK(world.journey("j").ended == 0);
    world.outcome(world.last(), seen(ObservationKind::accepted));
    world.outcome(world.last(), seen(ObservationKind::rejected));
    CHECK(world.journey("j").sent == 1);
    world.claim(ready);
    CHECK(world.attempts.size() == 1);
}

TEST_CASE(
    "an opt-out calls back what has not started and the message is skipped with the true reason",
    "[core]") {
    World world = live(sends("offer"));
    world.consent("ada", "news");
    world.answering = false;
    world.track("ada", "viewed");
    REQUIRE(world.attempts.size() == 1);
    world.consent("ada", "news", false);
    REQUIRE(world.cancels.size() == 1);
    model::Observation released = seen(ObservationKind::not_started);
    released.reason = "suppressed";
    world.outcome(world.last(), released);
    CHECK(world.attempts.size() == 1);
    CHECK(row_of(world).reason == Reason::no_consent);
}

TEST_CASE("the same step of a circle makes another key at each visit", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "hello");
    b.wait(j, hours(1));
    std::get<ir::Await>(j.states[1].act).timeout = 0;
    b.keep(std::move(j));
    World world = live(b);
    world.track("ada", "viewed");
    world.advance(2h);
    REQUIRE(world.attempts.size() == 3);
    CHECK(world.attempts[0].key != world.attempts[1].key);
    CHECK(world.attempts[1].key != world.attempts[2].key);
}

TEST_CASE("receipts become events, settle what was unknown, and stop channels", "[core]") {
    Builder b = sends("offer");
    ir::Journey k = b.journey("k", "clicked");
    b.end(k, "clicked");
    b.keep(std::move(k));
    World world = live(b);
    world.consent("ada", "news");
    world.answers = {seen(ObservationKind::unknown)};
    world.track("ada", "viewed");
    const Sent sent = world.last();
    REQUIRE(world.of("ada").unknown_messages().size() == 1);

    SECTION("delivered settles") {
        world.receipt(sent, ReceiptKind::delivered, "n1");
        CHECK(world.of("ada").unknown_messages().empty());
        CHECK(world.journey("j").sent == 1);
        CHECK(world.journey("j").unknown == 0);
        world.receipt(sent, ReceiptKind::delivered, "n2");
        CHECK(world.counts().duplicates == 1);
    }
    SECTION("failed settles the other way") {
        world.receipt(sent, ReceiptKind::failed);
        CHECK(world.of("ada").unknown_messages().empty());
        CHECK(row_of(world).status == MessageStatus::rejected);
    }
    SECTION("a second click counts, the same notice does not") {
        world.receipt(sent, ReceiptKind::clicked, "c1");
        world.receipt(sent, ReceiptKind::clicked, "c1");
        world.receipt(sent, ReceiptKind::clicked, "c2");
        CHECK(world.journey("k").entered == 2);
    }
    SECTION("a late delivery does not hide a bounce") {
        world.receipt(sent, ReceiptKind::bounced, "", "soft: mailbox full");
        world.receipt(sent, ReceiptKind::delivered);
        const std::vector<std::string> kinds = world.kinds("ada");
        CHECK(std::count(kinds.begin(), kinds.end(), "event") == 2);  // viewed, bounced
        CHECK(std::count(kinds.begin(), kinds.end(), "receipt") == 2);
        world.track("ada", "viewed");
        CHECK(world.attempts.size() == 2);
    }
    SECTION("a hard bounce suppresses the channel") {
        world.receipt(sent, ReceiptKind::bounced, "", "hard: no such user");
        world.track("ada", "viewed");
        CHECK(row_of(world).reason == Reason::suppressed);
    }
    SECTION("unsubscribed withdraws the consent of the template") {
        world.receipt(sent, ReceiptKind::unsubscribed);
        world.track("ada", "viewed");
        CHECK(row_of(world).reason == Reason::no_consent);
    }
    SECTION("about a message nobody knows") {
        Sent stranger = sent;
        stranger.key.bytes[3] ^= 1;
        world.receipt(stranger, ReceiptKind::delivered);
        CHECK(world.checkpoint("ada").quarantine.size() == 1);
    }
}

TEST_CASE("arms hear about the messages of their own entry", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    j.overlap = ir::Overlap::parallel;
    b.send(j, "hello");
    const Index mine = b.op(ir::Op::equal, {b.row("opened", "entry"), b.op(ir::Op::entry_id, {})});
    b.wait(j, hours(1), {{b.on("opened", mine), ir::kNone, 3}});
    b.end(j, "not opened");
    b.end(j, "opened");
    b.keep(std::move(j));
    World world = live(b);
    world.track("ada", "viewed");
    world.track("ada", "viewed");
    REQUIRE(world.attempts.size() == 2);
    world.receipt(world.attempts[1], ReceiptKind::opened);
    CHECK(world.journey("j").ended == 1);
    world.advance(1h);
    CHECK(world.journey("j").ended_by ==
          std::map<std::string, std::uint64_t>{{"not opened", 1}, {"opened", 1}});
}
