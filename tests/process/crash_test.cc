// kill -9 at any instant: the real binary under load, killed again and again, while the provider's
// ledger stands outside.

#include "tests/process/shop.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fmt/format.h>

using namespace journey;
using namespace journey::process_tests;

namespace {

// A daemon with sanitizers takes seconds to come back; the optimised one, milliseconds.
#ifdef __SANITIZE_ADDRESS__
constexpr int kKills = 80;
#else
constexpr int kKills = 200;
#endif

}  // namespace

TEST_CASE("killed at any instant, nothing acknowledged is lost and no key is sent twice",
          "[process][crash]") {
    const char* wanted = std::getenv("JOURNEY_KILLS");
    const int kills = wanted == nullptr ? kKills : std::atoi(wanted);
    const char* seed = std::getenv("JOURNEY_SEED");
    const std::uint64_t seed_number = seed == nullptr ? 7 : std::strtoull(seed, nullptr, 10);
    CAPTURE(kills, seed_number);
    Rng rng(seed_number);

    const Street street;
    const app::ChildOptions options = street.daemon(street.directory.path("data"));
    const auto start = [&] {
        auto started = app::ChildDaemon::start(options);
        INFO((started ? std::string() : started.error().detail));
        REQUIRE(started);
        return std::move(started).value();
    };
    auto daemon = start();
    Shop shop(daemon->port(), daemon->write_key());
    for (int kill = 0; kill < kills; ++kill) {
        timespec pause{0, static_cast<long>(1'000'000 + rng.below(150'000'000))};
        ::nanosleep(&pause, nullptr);
        daemon->kill_now();
        daemon = start();
    }
    shop.stop();
    REQUIRE(shop.orders() >= kills);
    street.check_books(*daemon, shop.orders(), fmt::format("{} kills", kills));
}
