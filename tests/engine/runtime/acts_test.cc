// Calls and winners as the runtime does them.
#include "engine/storage/memory/memory.h"
#include "tests/engine/runtime/kit.h"

#include <catch2/catch.hpp>

namespace journey::runtime {
namespace {

using namespace std::chrono_literals;
using core::kit::Builder;

const Instant kStart = instant_of(1'772'445'600'000'000);

class CallConnector final : public connectors::Connector {
  public:
    CallConnector() {
        traits_.name = "call";
        traits_.idempotency = model::IdempotencyClass::keyed;
        traits_.parallel = 4;
    }
    const connectors::Traits& traits() const override { return traits_; }
    Result<connectors::Request> request(const connectors::Message& message) const override {
        connectors::HttpRequest request;
        request.url = message.url;
        request.body = message.payload;
        return connectors::Request(std::move(request));
    }
    model::Observation observe(const connectors::Response& response) const override {
        model::Observation seen =
            connectors::observe_http(response, model::IdempotencyClass::keyed);
        seen.answer = response.body;
        return seen;
    }

  private:
    connectors::Traits traits_;
};

/// A Node with a log that outlives it.
struct Process {
    explicit Process(bool can_call = true) : with_calls(can_call) { start(); }
    void start() {
        NodeOptions options;
        options.partitions = 4;
        options.routes = {{"email", std::make_shared<kit::PlainConnector>("email"), 0},
                          {"sms", std::make_shared<kit::PlainConnector>("sms"), 0}};
        if (with_calls) options.calls[""] = std::make_shared<CallConnector>();
        options.forced_winners = forced;
        node = std::make_unique<Node>(options);
        REQUIRE(node->recover(state, log, now));
    }
    void append(std::vector<model::Command> commands) {
        for (const model::Command& command : commands) {
            if (const auto* decide = std::get_if<model::Decide>(&command.body))
                decided.push_back(*decide);
        }
        kit::append_to(log, *node, now, std::move(commands));
    }
    void settle(bool accept = true) {
        for (;;) {
            node->turn(now);
            std::vector<OutgoingAttempt> some = node->take_attempts(now);
            for (OutgoingAttempt& one : some) {
                if (one.is_call) {
                    calls.push_back(std::move(one));
                } else if (accept) {
                    sent.push_back(one.message);
                    node->observe(one, kit::answer(202), now);
                }
            }
            std::vector<model::Command> commands = node->take_commands();
            if (commands.empty() && some.empty()) return;
            if (!commands.empty()) append(std::move(commands));
        }
    }
    void advance(Micros by) {
        const Instant to = now + by;
        while (node->next_turn() <= to) {
            now = std::max(now, node->next_turn());
            settle();
        }
        now = to;
    }

    bool with_calls;
    std::map<std::string, std::string, std::less<>> forced;
    storage::memory::MemoryLog log;
    storage::memory::MemoryState state;
    Instant now = kStart;
    std::unique_ptr<Node> node;
    std::vector<OutgoingAttempt> calls;
    std::vector<connectors::Message> sent;
    std::vector<model::Decide> decided;
};

Builder coupons() {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.call(j, {{"sku", b.trigger(j, "sku")}});
    b.end(j, "good");
    std::get<ir::Call>(j.states[0].act).failed = b.end(j, "bad");
    b.keep(std::move(j));
    return b;
}

std::uint64_t ended_as(const Node& node, const std::string& reason) {
    for (const core::JourneyCounts& one : node.counts().journeys) {
        const auto found = one.ended_by.find(reason);
        if (found != one.ended_by.end()) return found->second;
    }
    return 0;
}

// viewed → a sample of half: x hello, y receipt; opened per sent after 4 hours
Builder trial() {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.add(j,
          {ir::Pick{"subject", 0, ir::kNone, 0.5, 3, {{"x", 0.5, 1}, {"y", 0.5, 2}}}, "", 0, ""});
    b.send(j, "hello");
    b.send(j, "receipt");
    b.add(j, {ir::Settle{0, {1, 2}}, "", 0, ""});
    b.end(j);
    std::get<ir::Send>(j.states[1].act).next = 4;
    std::get<ir::Send>(j.states[2].act).next = 4;
    ir::Winner winner;
    winner.experiment = "subject";
    winner.numerator = ir::Metric::opened;
    winner.denominator = ir::Metric::sent;
    winner.after = core::kit::hours(4);
    winner.otherwise = 0;
    j.winners.push_back(winner);
    b.keep(std::move(j));
    return b;
}

void crowd(Process& process, int people) {
    for (int i = 0; i < people; ++i) {
        const std::string who = "p" + std::to_string(i);
        process.append({kit::identify(who), kit::viewed(who)});
    }
    process.settle();
}

}  // namespace

TEST_CASE("a call goes out in its webhook's own lane, with its own deadline", "[runtime]") {
    Process process;
    process.append({kit::publish_of(coupons()), kit::viewed("ada")});
    process.settle();
    REQUIRE(process.calls.size() == 1);
    const OutgoingAttempt& call = process.calls[0];
    CHECK(call.channel == "call:coupons");
    CHECK(call.deadline == 10s);
    const auto& request = std::get<connectors::HttpRequest>(call.request);
    CHECK(request.url == "https://shop.example/coupons");
    CHECK(request.body == R"({"sku":"a"})");
    connectors::Response response = kit::answer(200);
    response.body = R"({"code":"TEN"})";
    process.node->observe(call, response, process.now);
    process.settle();
    CHECK(ended_as(*process.node, "good") == 1);
    CHECK(process.node->attempts_under_way() == 0);
}

TEST_CASE("a call that was under way at a stop is repeated by the same key", "[runtime]") {
    Process process;
    process.append({kit::publish_of(coupons()), kit::viewed("ada")});
    process.settle();
    REQUIRE(process.calls.size() == 1);
    process.start();
    process.settle();
    process.advance(10s);
    REQUIRE(process.calls.size() == 2);
    CHECK(process.calls[1].key == process.calls[0].key);
    CHECK(process.calls[1].attempt == 2);
    connectors::Response response = kit::answer(200);
    response.body = R"({"code":"TEN"})";
    process.node->observe(process.calls[1], response, process.now);
    process.settle();
    CHECK(ended_as(*process.node, "good") == 1);
}

TEST_CASE("without anybody who posts, calls fail", "[runtime]") {
    Process process(false);
    process.append({kit::publish_of(coupons()), kit::viewed("ada")});
    process.settle();
    CHECK(process.calls.empty());
    CHECK(ended_as(*process.node, "bad") == 1);
}

TEST_CASE("a winner is decided once, over all partitions, when its time has come", "[runtime]") {
    Process process;
    process.append({kit::publish_of(trial())});
    crowd(process, 40);
    const std::size_t sample = process.sent.size();
    REQUIRE(sample > 5);
    REQUIRE(sample < 35);
    // Everybody of y opens.
    const std::vector<connectors::Message> messages = process.sent;
    for (const connectors::Message& message : messages) {
        if (message.step != "receipt") continue;
        model::Command command;
        command.external_id = message.external_id;
        command.person = model::person_id_of(message.external_id);
        command.body = model::ReceiptArrived{message.key,
                                             {model::ReceiptKind::opened, process.now, "", "", ""}};
        process.append({command});
    }
    process.advance(3h + 59min);
    CHECK(process.decided.empty());
    SECTION("straight on") {}
    SECTION("with a stop just before") {
        process.start();
    }
    process.advance(2min);
    REQUIRE(process.decided.size() == 1);
    CHECK(process.decided[0].arm == "y");
    CHECK(process.sent.size() == 40);
    for (std::size_t i = sample; i < 40; ++i)
        CHECK(process.sent[i].step == "receipt");
    process.start();
    process.advance(24h);
    CHECK(process.decided.size() == 1);
}

TEST_CASE("a decision that is in the log stands, also when nobody had acted on it", "[runtime]") {
    Process process;
    process.append({kit::publish_of(trial())});
    crowd(process, 20);
    const std::size_t sample = process.sent.size();
    process.now += 5h;
    model::Command decide;
    decide.partition = model::kEveryPartition;
    decide.body = model::Decide{"j", 1, "subject", "y"};
    process.append({decide});
    process.start();
    process.advance(1s);
    CHECK(process.decided.size() == 1);
    REQUIRE(process.sent.size() == 20);
    for (std::size_t i = sample; i < 20; ++i)
        CHECK(process.sent[i].step == "receipt");
}

TEST_CASE("with nothing to tell the arms apart, the arm otherwise wins; a test may say which",
          "[runtime]") {
    const bool forced = GENERATE(false, true);
    Process process;
    if (forced) {
        process.forced["subject"] = "y";
        process.start();
    }
    process.append({kit::publish_of(trial())});
    crowd(process, 20);
    process.advance(5h);
    REQUIRE(process.decided.size() == 1);
    CHECK(process.decided[0].arm == (forced ? "y" : "x"));
}

}  // namespace journey::runtime
