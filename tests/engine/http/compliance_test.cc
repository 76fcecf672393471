// What laws and mailbox providers ask of links and lists, one case a row of the compliance table.
// Cases that other files have carry its mark too: [CMP-04] quiet hours, [CMP-06] what counts as
// transactional, [CMP-07] double opt-in.

#include "connectors/inbound/inbound.h"
#include "tests/engine/http/kit/world.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace journey;
using namespace journey::http::test;
namespace inbound = journey::connectors::inbound;

namespace {

const http::HttpOptions kOptions = test_options();

std::string unsubscribe_path() {
    const inbound::LinkContext links{
        kOptions.public_url, kOptions.link_secret, model::person_id_of("user:ada@example.com"),
        model::message_key_of({"shop", "welcome", model::EntryId{7}, "send_1", 1, "email"})};
    return inbound::unsubscribe_url(links).substr(kOptions.public_url.size());
}

TEST_CASE("one click needs no cookie, no redirect and no second page, and a scanner clicks nothing",
          "[http][CMP-01]") {
    World world;
    for (const char* method : {"GET", "HEAD"}) {
        const Answer answer = world.ask(method, unsubscribe_path());
        CHECK(answer.status == 200);
        CHECK(answer.header("Set-Cookie").empty());
        CHECK(answer.header("Location").empty());
    }
    CHECK(world.engine.submissions().empty());
    const Answer answer =
        world.ask("POST", unsubscribe_path(), "Content-Type: application/x-www-form-urlencoded\r\n",
                  "List-Unsubscribe=One-Click");
    CHECK(answer.status == 200);
    CHECK(answer.header("Set-Cookie").empty());
    CHECK(answer.header("Location").empty());
    REQUIRE(world.engine.submissions().size() == 1);
    CHECK(world.engine.submissions()[0].when == runtime::AckWhen::applied);
}

TEST_CASE("a link tells nothing of whom it is for, and is good for years", "[http][CMP-02]") {
    World world;
    const std::string path = unsubscribe_path();
    CHECK(path.find('@') == std::string::npos);
    CHECK(path.find("ada") == std::string::npos);
    CHECK(path.size() ==
          std::string("/u/").size() + 55);  // 328 bits, of which 128 only we can make
    world.engine.set_now(world.engine.now() + std::chrono::hours(24) * 366 * 2);
    CHECK(world.ask("POST", path, "", "List-Unsubscribe=One-Click").status == 200);
    CHECK(world.engine.submissions().size() == 1);
    // Not the next one, and not the last one's neighbour.
    for (std::size_t at = 3; at < path.size(); ++at) {
        std::string other = path;
        other[at] = other[at] == 'A' ? 'B' : 'A';
        CAPTURE(at);
        CHECK(world.ask("POST", other, "", "List-Unsubscribe=One-Click").status == 404);
    }
    CHECK(world.engine.submissions().size() == 1);
}

TEST_CASE("an address stays suppressed however it is spelt, and the list holds no address",
          "[http][CMP-08]") {
    World world;
    const std::string address = GENERATE("ada@example.com", "ADA@Example.COM", " ada@example.com ");
    CAPTURE(address);
    CHECK(world
              .post("/v1/suppressions",
                    fmt::format(R"({{"suppressions":[{{"address":"{}"}}]}})", address))
              .status == 200);
    const auto commands = world.engine.commands();
    REQUIRE(commands.size() == 1);
    const auto& change = std::get<model::SuppressAddresses>(commands[0].body);
    REQUIRE(change.items.size() == 1);
    CHECK(change.items[0].key ==
          world.engine.addresses.key_of("email", ir::ChannelKind::email, "ada@example.com"));
    ByteWriter logged;
    model::encode(commands[0], logged);
    CHECK(logged.bytes().find("xample") == std::string::npos);
    CHECK(logged.bytes().find("XAMPLE") == std::string::npos);
}

}  // namespace
