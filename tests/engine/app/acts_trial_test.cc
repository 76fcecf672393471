// What a test may say about webhooks, tags, receipts and winners, run on programs made by hand.
#include "engine/app/test_trial.h"

#include <catch2/catch.hpp>

namespace journey::app {
namespace {

constexpr const char* kProject = R"(language 1
workspace shop { time zone "Europe/Berlin" }
profile user { email string pii }
event signed_up { plan string }
channel email { address user.email }
consent news "News" {
  channels email
  basis opt in
}
template hello email transactional {
  subject "Hi"
  body "Hi there"
}
template bye email transactional {
  subject "Bye"
  body "Bye"
}
journey greet "Greet" {
  enter when signed_up
  do {
    first: send email hello
    second: send email bye
    last: wait 1 day
  }
}
test "made by hand" of greet {
  start 2026-03-02 09:00 in "Europe/Berlin"
  given user { email: "a@example.com" }
  at +0s signed_up { plan: "x" }
}
)";

struct Made {
    ir::Program program;
    sema::TestCase test;

    Made() {
        dsl::Compilation compiled = dsl::compile({{"shop.journey", kProject}});
        INFO(dsl::render(compiled));
        REQUIRE(compiled.ok());
        program = *compiled.program;
        test = compiled.tests.at(0);
    }
    ir::Journey& journey() { return program.journeys[0]; }
    ir::Index state(const std::string& step) {
        for (std::size_t i = 0; i < journey().states.size(); ++i) {
            if (journey().states[i].step == step) return static_cast<ir::Index>(i);
        }
        FAIL("no step " + step);
        return ir::kNone;
    }
    void expect(std::int64_t seconds, sema::TestAct act) {
        sema::TestLine line;
        line.at.offset = CalendarDuration{0, 0, seconds};
        line.act = std::move(act);
        test.lines.push_back(std::move(line));
    }
    std::string run() const { return run_trial(program, test).problem; }

    /// Instead of the first message: a call; with an answer on to `second`, else to `last`.
    void call() {
        ir::Webhook webhook;
        webhook.name = "coupons";
        webhook.url = "https://shop.example/coupons";
        webhook.sends = {"plan"};
        ir::Field code;
        code.name = "code";
        code.type.kind = ir::TypeKind::text;
        code.required = true;
        webhook.gives = {code};
        program.webhooks.push_back(webhook);
        ir::Call call;
        call.webhook = 0;
        call.next = state("second");
        call.failed = state("last");
        ir::Expr plan;
        plan.op = ir::Op::trigger_field;
        plan.type = ir::TypeKind::text;
        plan.may_be_missing = true;
        plan.a = 0;
        journey().trigger_fields = {"plan"};
        program.exprs.push_back(plan);
        call.args.push_back({"plan", static_cast<ir::Index>(program.exprs.size() - 1)});
        journey().states[state("first")].act = call;
    }
};

sema::ExpectSent sent(const Made& made, const std::string& name, bool negated = false) {
    sema::ExpectSent one;
    one.negated = negated;
    one.channel = 0;
    one.message_template = ir::find_named(made.program.templates, name);
    return one;
}

}  // namespace

TEST_CASE("a webhook answers as the test says", "[app]") {
    Made made;
    made.call();
    SECTION("gives") {
        made.test.webhooks.push_back({"coupons", Record{{"code", "TEN"}}});
        made.expect(1, sent(made, "bye"));
        made.expect(1, sema::ExpectCalled{false, "coupons", {{"plan", "x"}}});
        CHECK(made.run() == "");
    }
    SECTION("fails") {
        made.test.webhooks.push_back({"coupons", std::nullopt});
        made.expect(1, sent(made, "bye", true));
        made.expect(1, sema::ExpectCalled{false, "coupons", {}});
        CHECK(made.run() == "");
    }
    SECTION("called with something else") {
        made.test.webhooks.push_back({"coupons", Record{{"code", "TEN"}}});
        made.expect(1, sema::ExpectCalled{false, "coupons", {{"plan", "y"}}});
        CHECK(made.run() == "it was called, but with plan: \"x\"");
    }
    SECTION("was called although it should not") {
        made.test.webhooks.push_back({"coupons", Record{{"code", "TEN"}}});
        made.expect(1, sema::ExpectCalled{true, "coupons", {}});
        CHECK(made.run() == "coupons was called");
    }
    SECTION("the test says nothing about it") {
        made.expect(1, sent(made, "bye", true));
        CHECK(made.run() ==
              "the journey calls the webhook `coupons`, and this test does not say what it "
              "answers; say it with `given webhook coupons gives { … }`, or `given webhook "
              "coupons fails`");
    }
}

TEST_CASE("who unsubscribes by their own word gets nothing more", "[app]") {
    const auto [label, happens, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"nothing happened", "", "sent email weekly"},
        {"from everything", "at +1h unsubscribed", "nothing sent"},
        {"from this channel", "at +1h unsubscribed { channel: \"email\" }", "nothing sent"},
        {"from another channel", "at +1h unsubscribed { channel: \"sms\" }", "sent email weekly"},
    }));
    CAPTURE(label);
    const std::string project = R"(language 1
workspace shop { time zone "Europe/Berlin" }
profile user { email string pii }
event signed_up
channel email { address user.email }
consent news "News" { channels email }
template weekly email marketing {
  consent news
  subject "Hi"
  body "Hi there"
  unsubscribe automatic
}
journey greet {
  enter when signed_up
  do {
    wait 1 day
    send email weekly
  }
}
test "she leaves" of greet {
  start 2026-03-02 09:00 in "Europe/Berlin"
  given user { email: "a@example.com" }
  given consent news
  at +0s signed_up
  )" + happens + "\n  at +25h expect " +
                                expected + "\n}\n";
    const dsl::Compilation compiled = dsl::compile({{"shop.journey", project}});
    INFO(dsl::render(compiled));
    REQUIRE(compiled.ok());
    CHECK(run_trial(*compiled.program, compiled.tests.at(0)).problem == "");
}

TEST_CASE("a test gives tags and looks at them", "[app]") {
    Made made;
    made.test.tags = {"vip"};
    made.expect(1, sema::ExpectTagged{false, "vip"});
    made.expect(1, sema::ExpectTagged{true, "new"});
    CHECK(made.run() == "");
    made.expect(1, sema::ExpectTagged{false, "new"});
    CHECK(made.run() == "the person is not tagged \"new\"");
}

TEST_CASE("a receipt of a step's message is the provider's word", "[app]") {
    Made made;
    SECTION("of what was sent") {
        made.expect(1, sema::ReceiptHappens{"bounced", "first", {}});
        CHECK(made.run() == "");
    }
    SECTION("of what was not") {
        made.expect(1, sema::ReceiptHappens{"clicked", "last", {}});
        CHECK(made.run() == "no message of `last` was sent by then");
    }
}

TEST_CASE("a test puts its person into the rest and says who wins", "[app]") {
    const std::string arm = GENERATE("plain", "fancy");
    CAPTURE(arm);
    Made made;
    ir::Journey& j = made.journey();
    const ir::Index first = made.state("first");
    const ir::Index second = made.state("second");
    const ir::Index last = made.state("last");
    std::get<ir::Send>(j.states[first].act).next = last;
    ir::Pick pick;
    pick.experiment = "taste";
    pick.sample = 0.2;
    pick.arms = {{"plain", 0.5, first}, {"fancy", 0.5, second}};
    pick.rest_target = static_cast<ir::Index>(j.states.size());
    ir::State settle;
    settle.step = "settle";
    settle.act = ir::Settle{0, {first, second}};
    j.states.push_back(settle);
    ir::State draw;
    draw.step = "draw";
    draw.act = pick;
    j.states.push_back(draw);
    j.start = static_cast<ir::Index>(j.states.size() - 1);
    ir::Winner winner;
    winner.experiment = "taste";
    winner.after = CalendarDuration{0, 0, 4 * 3600};
    j.winners.push_back(winner);
    sema::GivenArm given;
    given.experiment = "taste";
    given.rest = true;
    given.arm = arm;
    made.test.arms.push_back(given);
    made.expect(4 * 3600 - 1, sema::ExpectNothingSent{});
    made.expect(4 * 3600 + 1, sent(made, arm == "plain" ? "hello" : "bye"));
    CHECK(made.run() == "");
}

}  // namespace journey::app
