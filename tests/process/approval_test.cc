// A mistake that the workspace's blast limit keeps small: what goes out, what waits, who may let it
// go on, and that a kill -9 in the middle changes nothing of it.

#include "connectors/fake/fake.h"
#include "tests/process/kit.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace journey;
using namespace journey::process_tests;

namespace {

constexpr const char* kProject = R"(language 1
workspace shop {
  time zone "UTC"
  blast limit 10 per day
}
profile user {
  email string pii
}
event seen
channel email {
  address user.email
  from "Shop <hello@shop.example>"
}
frequency gentle {
  at most 9 messages per 168h
  counts marketing
  when full skip
}
consent news "News" {
  channels email
  basis opt out
}
template letter email marketing {
  consent news
  subject "A letter"
  body "Hello."
  unsubscribe automatic
}
journey letters "A letter" {
  version 1
  enter when seen
  frequency gentle
  expires after 9 days
  do {
    mail: send email letter
  }
}
)";

}  // namespace

TEST_CASE("a step beyond the blast limit waits for a second person, also after a kill",
          "[process]") {
    Served shop;
    write_file(shop.directory.path("project/shop.journey"), kProject);
    auto started = connectors::fake::SinkServer::start({});
    REQUIRE(started);
    const auto sink = std::move(started).value();
    write_file(shop.directory.path("c.yaml"), fmt::format(R"(connectors:
  email: {{kind: smtp, url: "{}", require tls: no}}
network: {{allow private: yes, allow http: yes}}
)",
                                                          sink->smtp_url()));
    const std::vector<std::string> words = {shop.directory.path("project"), "--config",
                                            shop.directory.path("c.yaml")};
    shop.start(words);
    const auto approve = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "approve");
        for (const std::string& one :
             {std::string("--to"), fmt::format("http://127.0.0.1:{}", shop.daemon->port()),
              std::string("--data"), shop.directory.path("data")})
            arguments.push_back(one);
        return run_journey(arguments);
    };
    const auto waits = [&](int count) {
        return eventually(std::chrono::seconds(60), [&] {
            return approve({}).output ==
                   fmt::format("letters/mail: {} messages wait for an approval\n", count);
        });
    };
    const auto sent = [&](std::size_t count) {
        return eventually(std::chrono::seconds(60),
                          [&] { return sink->last(1000).size() >= count; });
    };
    CHECK(approve({}).output == "None.\n");
    for (int i = 0; i < 60; ++i) {
        shop.post("/v1/identify",
                  fmt::format(R"({{"userId":"p{0}","traits":{{"email":"p{0}@x.example"}}}})", i));
        shop.post("/v1/track", fmt::format(R"({{"userId":"p{}","event":"seen"}})", i));
    }
    REQUIRE(waits(50));
    CHECK(sent(10));
    shop.daemon->kill_now();
    shop.start(words);
    REQUIRE(waits(50));
    CHECK(sink->last(1000).size() == 10);

    const Finished self = approve({"letters/mail", "--token", shop.daemon->admin_token()});
    CHECK(self.status == 1);
    CHECK(self.errors ==
          "journey: Who publishes does not approve as well: send an approver's own token.\n");
    CHECK(has(approve({"letters"}).errors, "write JOURNEY/STEP, like welcome/hello"));
    CHECK(has(approve({"letters/male"}).errors,
              "`letters` has no step `male` that sends a message."));
    CHECK(sink->last(1000).size() == 10);

    const Finished done = approve({"letters/mail"});
    CHECK(done.output == "Done.\n");
    CHECK(sent(60));
    CHECK(eventually(std::chrono::seconds(60), [&] { return approve({}).output == "None.\n"; }));
    CHECK(sink->last(1000).size() == 60);
}
