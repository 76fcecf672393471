// Killed at each named crash point, under load, while a provider's ledger stands outside. A point that
// is never reached fails: what it stood for is not proved any more.

#include "tests/process/shop.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

using namespace journey;
using namespace journey::process_tests;
using namespace std::chrono_literals;

namespace {

// In the order in which they are visited.
constexpr std::string_view kPoints[] = {
    "start.recovered",     "start.running",      "http.read",         "http.answered",
    "log.gathered",        "log.synced",         "log.told",          "log.handed_on",
    "log.tidied",          "catalog.changed",    "engine.applied",    "engine.turned",
    "send.granted",        "send.begun",         "send.answered",     "send.judged",
    "checkpoint.gathered", "checkpoint.catalog", "checkpoint.people", "checkpoint.addresses",
    "checkpoint.rendered", "checkpoint.told",    "drain.begun",       "drain.quiet",
    "drain.saved",         "drain.closed",       "backup.copied",     "backup.proved",
    "backup.written",      "backup.done"};

bool is_of(std::string_view group, std::string_view point) {
    return point.starts_with(group) && point[group.size()] == '.';
}

/// For whoever is started while this lives.
class Armed {
  public:
    Armed(std::string_view point, std::uint64_t times) {
        ::setenv("JOURNEY_CRASH_AT", fmt::format("{}:{}", point, times).c_str(), 1);
    }
    ~Armed() { ::unsetenv("JOURNEY_CRASH_AT"); }
    Armed(const Armed&) = delete;
    Armed& operator=(const Armed&) = delete;
};

/// The same journeys as a next version.
void publish_next(const Street& street, int version) {
    const std::string path = street.directory.path("project/receipt.journey");
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    std::string next = text.str();
    const std::string before = fmt::format("\n  version {}\n", version - 1);
    const std::size_t at = next.find(before);
    REQUIRE(at != std::string::npos);
    next.replace(at, before.size(), fmt::format("\n  version {}\n", version));
    write_file(path, next);
}

/// How often the point is passed before it is the one. Everybody who looks whether the daemon is ready
/// passes those of HTTP.
std::uint64_t times_of(std::string_view point, Rng& rng) {
    if (is_of("http", point)) return 40 + rng.below(40);
    if (is_of("log", point) || is_of("engine", point)) return 20 + rng.below(30);
    if (is_of("send", point)) return 1 + rng.below(10);
    return 1;
}

}  // namespace

TEST_CASE("killed at each crash point, nothing acknowledged is lost and no key is sent twice",
          "[process][crash]") {
    Rng rng(11);
    const Street street;
    const app::ChildOptions options = street.daemon(street.directory.path("data"));
    const auto start = [&] {
        auto started = app::ChildDaemon::start(options);
        INFO((started ? std::string() : started.error().detail));
        REQUIRE(started);
        return std::move(started).value();
    };
    auto daemon = start();
    Shop shop(daemon->port(), daemon->write_key(), 10ms);
    int version = 1;
    int visited = 0;
    for (const std::string_view point : kPoints) {
        CAPTURE(std::string(point));
        if (is_of("backup", point)) {
            const std::string to = street.directory.path("backup-" + std::string(point));
            const std::vector<std::string> backup{"backup", to, "--data", options.data_directory};
            {
                const Armed armed(point, 1);
                CHECK(run_journey(backup).status == -SIGKILL);
            }
            const bool whole = point == "backup.done";
            const Finished again = run_journey(backup);
            INFO(again.errors);
            CHECK((again.status == 0) == !whole);  // it is there already
            ++visited;
            continue;
        }
        daemon->kill_now();
        if (point == "catalog.changed") publish_next(street, ++version);
        {
            const Armed armed(point, times_of(point, rng));
            auto started = app::ChildDaemon::start(options);
            if (started && is_of("drain", point)) {
                CHECK(started.value()->stop() == -SIGKILL);
            } else if (started) {
                CHECK(eventually(30s, [&] { return !started.value()->running(); }));
            }
        }
        ++visited;
        daemon = start();
    }
    shop.stop();
    street.check_books(*daemon, shop.orders(), fmt::format("{} crash points", visited));
}
