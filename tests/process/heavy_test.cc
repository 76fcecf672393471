// People with a year behind them and a daemon that is killed again and again: the older part of what
// somebody has is written once, in rows of its own, and must neither get lost nor come twice.

#include "tests/process/kit.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <map>
#include <thread>

using namespace journey;
using namespace journey::process_tests;

namespace {

constexpr const char* kProject = R"(language 1
workspace shop {
  time zone "UTC"
}
profile user {
  email string pii
}
event viewed {
  n int required
  wins bool default false
}
channel webhook {
}
template hello webhook transactional {
  needs n int required
  body "{{ n }}"
}
journey winners "One view in ten" transactional {
  version 1
  enter when viewed where wins
  reenter always
  while running parallel
  expires after 30 days
  do {
    send webhook hello with { n: trigger.n }
  }
}
)";
constexpr const char* kConfig = R"(connectors:
  webhook: {kind: signed, url: "http://127.0.0.1:9/", secrets: ["env:JOURNEY_TEST_SECRET"]}
network: {allow private: yes, allow http: yes}
)";

constexpr std::uint64_t kPeople = 2;
#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t kEvents = 1500;
#else
constexpr std::uint64_t kEvents = 3000;
#endif
constexpr std::uint64_t kInBatch = 50;

/// The same number is the same event.
std::string batch(std::uint64_t first, std::uint64_t end) {
    std::string body;
    for (std::uint64_t i = first; i < end; ++i) {
        body += fmt::format(
            R"({}{{"type":"track","userId":"p{}","messageId":"m{}","event":"viewed","properties":{{"n":{},"wins":{}}}}})",
            i > first ? "," : "", i % kPeople, i, i, i / kPeople % 10 == 0);
    }
    return "{\"batch\":[" + body + "]}";
}

struct Shop {
    Served served;
    const std::uint16_t port = app::free_port();
    Rng rng{5};
    int kills = 0;

    Shop() {
        ::setenv("JOURNEY_TEST_SECRET", "whsec_am91cm5leS1iZW5jaC1zZWNyZXQtb2YtMzItYnl0ZXM=", 1);
        write_file(served.directory.path("project/shop.journey"), kProject);
        write_file(served.directory.path("c.yaml"), kConfig);
        start();
    }
    void start() {
        served.start({served.directory.path("project"), "--config", served.directory.path("c.yaml"),
                      "--dry-run"},
                     port);
    }
    void kill() {
        served.daemon->kill_now();
        ++kills;
        start();
    }
    bool post(std::uint64_t first, std::uint64_t end) const {
        const auto answer = served.client->post("/v1/batch", batch(first, end));
        return answer && answer.value().status == 200;
    }
    /// Kinds of lines in somebody's timeline, and how many of each.
    std::map<std::string, std::size_t> lines_of(std::uint64_t person) const {
        const Finished done =
            run_journey({"timeline", fmt::format("p{}", person), "--to", served.daemon->url(),
                         "--data", served.directory.path("data"), "--json"});
        CAPTURE(done.errors);
        REQUIRE(done.status == 0);
        const auto parsed = value_from_json(done.output);
        REQUIRE(parsed);
        std::map<std::string, std::size_t> kinds;
        for (const Value& line : *find(*parsed.value().as<Record>(), "timeline")->as<List>())
            ++kinds[*find(*line.as<Record>(), "kind")->as<std::string>()];
        return kinds;
    }
    void check_lines() const {
        for (std::uint64_t person = 0; person < kPeople; ++person) {
            CAPTURE(person, kills);
            std::map<std::string, std::size_t> kinds;
            eventually(std::chrono::seconds(30), [&] {
                kinds = lines_of(person);
                return kinds["event"] == kEvents / kPeople &&
                       kinds["message"] == kEvents / kPeople / 10 &&
                       kinds["ended"] == kEvents / kPeople / 10;
            });
            CHECK(kinds["event"] == kEvents / kPeople);
            CHECK(kinds["entered"] == kEvents / kPeople / 10);
            CHECK(kinds["ended"] == kEvents / kPeople / 10);
            CHECK(kinds["message"] == kEvents / kPeople / 10);
        }
    }
};

}  // namespace

TEST_CASE("who has thousands of events has each of them once, however often the daemon is killed",
          "[process][crash]") {
    Shop shop;
    std::uint64_t next = 0;
    while (next < kEvents) {
        const std::uint64_t end = std::min(kEvents, next + 1 + shop.rng.below(kInBatch));
        if (shop.rng.chance(0.15)) {
            // It goes while it is written to; nobody knows what came in.
            std::thread killer([&shop, micros = shop.rng.below(20'000)] {
                const timespec pause{0, static_cast<long>(micros) * 1000};
                ::nanosleep(&pause, nullptr);
                shop.served.daemon->kill_now();
            });
            shop.post(next, end);
            killer.join();
            shop.kill();
        } else if (shop.post(next, end)) {
            next = end;
        }
        if (next > 0 && shop.rng.chance(0.3)) {  // what is long in chapters comes again
            const std::uint64_t old = shop.rng.below(next);
            shop.post(old, std::min(next, old + kInBatch));
        }
        // Now and then checkpoints have time to end.
        const timespec pause{shop.rng.chance(0.03) ? 1 : 0, 2'000'000};
        ::nanosleep(&pause, nullptr);
    }
    REQUIRE(shop.kills > 5);
    shop.check_lines();
    shop.kill();
    shop.check_lines();
    CHECK(shop.served.daemon->stop() == 0);
    shop.start();
    shop.check_lines();
    WARN(shop.kills << " kills");
}
