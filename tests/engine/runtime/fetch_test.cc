// What messages show of others, as the runtime gets it.
#include "connectors/webhook/fetch/fetch.h"

#include "engine/runtime/fetch_cache.h"
#include "engine/storage/memory/memory.h"
#include "tests/engine/runtime/kit.h"

#include <catch2/catch.hpp>

namespace journey::runtime {
namespace {

using namespace std::chrono_literals;
using core::kit::Builder;

/// A Node with a log that outlives it; fetches wait until they are answered.
struct Process {
    Process() { start(); }
    void start() {
        NodeOptions options = more;
        options.partitions = 4;
        options.routes = {{"email", std::make_shared<kit::PlainConnector>("email"), 0}};
        options.fetches[""] = connectors::webhook::make_fetch({}).value();
        node = std::make_unique<Node>(options);
        REQUIRE(node->recover(state, log, now));
    }
    void append(std::vector<model::Command> commands) {
        kit::append_to(log, *node, now, std::move(commands));
        settle();
    }
    void settle() {
        for (;;) {
            node->turn(now);
            std::vector<OutgoingAttempt> some = node->take_attempts(now);
            const bool any = !some.empty();
            for (OutgoingAttempt& one : some) {
                const connectors::Message message = std::exchange(one.message, {});  // as Service
                if (!one.fetch.empty()) {
                    asked.push_back(std::move(one));
                } else {
                    sent.push_back(message.text);
                    node->observe(one, kit::answer(202), now);
                }
            }
            std::vector<model::Command> commands = node->take_commands();
            if (commands.empty() && !any) return;
            if (!commands.empty()) append(std::move(commands));
        }
    }
    void view(const std::string& person, const std::string& name) {
        append({kit::command_of(person, model::Identify{{{"email", person + "@example.com"},
                                                         {"first_name", name}}}),
                kit::viewed(person)});
    }
    void answer(const OutgoingAttempt& fetch, std::uint32_t status, std::string body) {
        connectors::Response response = kit::answer(status);
        response.body = std::move(body);
        node->observe(fetch, response, now);
        settle();
    }

    NodeOptions more;
    storage::memory::MemoryLog log;
    storage::memory::MemoryState state;
    Instant now = instant_of(1'772'445'600'000'000);
    std::unique_ptr<Node> node;
    std::vector<OutgoingAttempt> asked;
    std::vector<std::string> sent;
};

Builder weather() {
    Builder b = kit::receipts();
    b.fetch("weather", "receipt");
    b.program.fetches[0].cache_seconds = 600;
    b.program.fetches[0].timeout_seconds = 3;
    b.program.templates[b.message("receipt")].body = "{{ fetch.weather.temperature }} degrees";
    return b;
}

std::string url_of(const OutgoingAttempt& fetch) {
    return std::get<connectors::HttpRequest>(fetch.request).url;
}

}  // namespace

TEST_CASE("a message shows what its fetch brought", "[runtime]") {
    Process process;
    process.append({kit::publish_of(weather())});
    process.view("ada", "Ada & Co");
    REQUIRE(process.asked.size() == 1);
    CHECK(process.sent.empty());
    CHECK(process.asked[0].channel == "fetch:weather");
    CHECK(process.asked[0].deadline == 3s);
    CHECK(url_of(process.asked[0]) == "https://api.example.com/weather?who=Ada+%26+Co");
    process.answer(process.asked[0], 200, R"({"temperature": 7})");
    CHECK(process.sent == std::vector<std::string>{"7 degrees"});
    CHECK(process.node->attempts_under_way() == 0);
}

TEST_CASE("the same address is not asked again while its answer is good", "[runtime]") {
    Process process;
    process.append({kit::publish_of(weather())});
    process.view("ada", "Ada");
    process.answer(process.asked[0], 200, R"({"temperature": 7})");
    process.now += 9min;
    process.view("bea", "Ada");
    CHECK(process.asked.size() == 1);
    CHECK(process.sent.size() == 2);
    process.view("eve", "Eve");
    CHECK(process.asked.size() == 2);
    process.now += 1min;
    process.view("kim", "Ada");
    CHECK(process.asked.size() == 3);
}

TEST_CASE("a failure is not kept, and shuts nobody else out", "[runtime]") {
    Process process;
    process.append({kit::publish_of(weather())});
    for (int i = 0; i < 12; ++i) {
        process.view("p" + std::to_string(i), "Ada");
        REQUIRE(process.asked.size() == static_cast<std::size_t>(i) + 1);
        switch (i % 4) {
            case 0:
                process.answer(process.asked.back(), 500, "");
                break;
            case 1:
                process.answer(process.asked.back(), 429, "");
                break;
            case 2:
                process.answer(process.asked.back(), 200, "<html>Sorry</html>");
                break;
            default:
                process.answer(process.asked.back(), 200, '"' + std::string(64u << 10, 'x') + '"');
                break;
        }
    }
    CHECK(process.sent.empty());
    CHECK(process.node->counts().journeys[0].skipped_by.at("fetch_failed") == 12);
}

TEST_CASE("what was asked before a stop is asked again, and what came is not", "[runtime]") {
    Process process;
    process.append({kit::publish_of(weather())});
    process.view("ada", "Ada");
    REQUIRE(process.asked.size() == 1);
    process.start();
    process.settle();
    REQUIRE(process.asked.size() == 2);
    CHECK(process.asked[1].key == process.asked[0].key);
    CHECK(url_of(process.asked[1]) == url_of(process.asked[0]));
    process.node->observe(
        process.asked[1],
        [] {
            connectors::Response response = kit::answer(200);
            response.body = R"({"temperature": 7})";
            return response;
        }(),
        process.now);
    const std::uint64_t straight = [&] {
        process.settle();
        return process.node->state_hash();
    }();
    CHECK(process.sent.size() == 1);
    process.start();
    CHECK(process.node->state_hash() == straight);
    process.settle();
    CHECK(process.asked.size() == 2);
    CHECK(process.sent.size() == 1);
}

TEST_CASE("a dry run fetches nothing, and an allow-list says whom", "[runtime]") {
    const bool dry = GENERATE(true, false);
    Process process;
    process.more.dry_run = dry;
    if (!dry) {
        process.more.only_to.emplace();
        REQUIRE(process.more.only_to->add("host:api.example.org"));
        REQUIRE(process.more.only_to->add("*@example.com"));
    }
    process.start();
    process.append({kit::publish_of(weather())});
    process.view("ada", "Ada");
    CHECK(process.asked.empty());
    const core::Counts counts = process.node->counts();
    const auto& journey = counts.journeys[0];
    CHECK(journey.sent == (dry ? 1 : 0));
    CHECK(journey.skipped == (dry ? 0 : 1));
}

TEST_CASE("answers beyond the room there is go, the oldest first", "[runtime]") {
    FetchCache cache;
    const Instant now = instant_of(1'000'000);
    for (int i = 0; i < 300; ++i)
        cache.put("weather", std::to_string(i), std::string(64u << 10, 'x'), now + 1h);
    CHECK(cache.find("weather", "0", now) == nullptr);
    REQUIRE(cache.find("weather", "299", now) != nullptr);
    CHECK(cache.find("stock", "299", now) == nullptr);
    CHECK(cache.find("weather", "299", now + 1h) == nullptr);
    cache.put("weather", "299", "new", now + 2h);
    CHECK(*cache.find("weather", "299", now + 1h) == "new");
    for (int i = 0; i < 20'000; ++i)
        cache.put("weather", "same", "y", now + 1h);
    CHECK(*cache.find("weather", "same", now) == "y");
}

}  // namespace journey::runtime
