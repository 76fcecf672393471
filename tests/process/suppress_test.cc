// The suppression list as an operator keeps it: a file taken in, row by row accounted for; asked,
// added to, taken off; and over a stop of the daemon still true.

#include "connectors/fake/fake.h"
#include "tests/process/kit.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fstream>

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
event ordered
channel email {
  address user.email
  from "Shop <hello@shop.example>"
}
template receipt email transactional {
  subject "Your receipt"
  body "Thank you."
}
journey receipts "A receipt" transactional {
  version 1
  enter when ordered
  reenter always
  while running parallel
  expires after 9 days
  do {
    mail: send email receipt
  }
}
)";

struct Shop : Served {
    std::unique_ptr<connectors::fake::SinkServer> sink;

    Shop() {
        write_file(directory.path("project/shop.journey"), kProject);
        auto started = connectors::fake::SinkServer::start({});
        REQUIRE(started);
        sink = std::move(started).value();
        write_file(directory.path("c.yaml"), fmt::format(R"(connectors:
  email: {{kind: smtp, url: "{}", require tls: no}}
network: {{allow private: yes, allow http: yes}}
)",
                                                         sink->smtp_url()));
        start({directory.path("project"), "--config", directory.path("c.yaml")});
    }
    Finished suppress(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "suppress");
        for (const std::string& one :
             {std::string("--to"), fmt::format("http://127.0.0.1:{}", daemon->port()),
              std::string("--data"), directory.path("data")})
            arguments.push_back(one);
        return run_journey(arguments);
    }
    void order(const std::string& who, const std::string& email) const {
        post("/v1/identify",
             fmt::format(R"({{"userId":"{}","traits":{{"email":"{}"}}}})", who, email));
        post("/v1/track", fmt::format(R"({{"userId":"{}","event":"ordered"}})", who));
    }
    bool sent(std::size_t count) const {
        return eventually(std::chrono::seconds(10),
                          [&] { return sink->last(100).size() >= count; });
    }
};

}  // namespace

TEST_CASE("an imported list stops mail to its addresses, whoever has them", "[process]") {
    const Shop shop;
    const std::string csv = shop.directory.path("bounces.csv");
    write_file(csv,
               "\xef\xbb\xbf"
               "E-Mail,Reason,Date\r\n"
               "Ada@Example.com,hard bounce,2026-02-01\r\n"
               "ada@example.com,again,\r\n"
               "\"nobody, really\",typo,2026-02-01\r\n"
               "\r\n"
               "wei@例子.中国,退订,2026-02-30\r\n"
               "wei@例子.中国,退订,2026-02-03\r\n");
    const Finished first = shop.suppress({"import", csv, "--channel", "email"});
    CAPTURE(first.output, first.errors);
    CHECK(first.status == 1);
    CHECK(first.output == "5 rows: 2 addresses taken, 1 were on the list already, 2 refused\n");
    std::ifstream in(csv + ".rejects.csv");
    const std::string rejects((std::istreambuf_iterator<char>(in)), {});
    CHECK(rejects ==
          "4,That is not an e-mail address.,\"nobody, really\",typo,2026-02-01\n"
          "6,\"`2026-02-30` is no date; write 2026-03-02, or "
          "2026-03-02T10:00:00Z.\",wei@例子.中国,退订,2026-02-30\n");
    const Finished again = shop.suppress({"import", csv, "--channel", "email"});
    CHECK(again.output == "5 rows: 0 addresses taken, 3 were on the list already, 2 refused\n");

    shop.order("ada", "ADA@example.com");
    shop.order("bob", "bob@example.com");
    REQUIRE(shop.sent(1));
    CHECK(shop.sink->last(100).size() == 1);
    const Finished list = shop.suppress({"list"});
    CHECK(list.output ==
          "2 addresses are suppressed\n"
          "  email                1  hard bounce (import bounces.csv)\n"
          "  email                1  退订 (import bounces.csv)\n");
    CHECK(shop.suppress({"list", "ada@EXAMPLE.com"}).output ==
          "ada@example.com is suppressed since 2026-02-01: hard bounce (import bounces.csv)\n");

    CHECK(shop.suppress({"remove", "ada@example.com"}).status == 1);
    const Finished removed = shop.suppress({"remove", "ada@example.com", "--reason", "she called"});
    CHECK(removed.output == "ada@example.com is written to again\n");
    CHECK(has(shop.suppress({"list", "ada@example.com"}).output, "she called"));
    shop.order("ada", "ada@example.com");
    REQUIRE(shop.sent(2));
    CHECK(shop.suppress({"add", "bob@example.com", "--reason", "by letter"}).output ==
          "bob@example.com is suppressed; nothing goes there any more\n");
    CHECK(shop.suppress({"add", "bob"}).status == 1);
    auto story = shop.client->get("/admin/people/user%3Abob/timeline");
    REQUIRE(story);
    CHECK(has(story.value().body, "The address for email is on the suppression list: by letter."));
}

TEST_CASE("a person is forgotten, and not written to again", "[process]") {
    const Shop shop;
    const auto journey = [&](std::vector<std::string> arguments) {
        for (const std::string& one :
             {std::string("--to"), fmt::format("http://127.0.0.1:{}", shop.daemon->port()),
              std::string("--data"), shop.directory.path("data")})
            arguments.push_back(one);
        return run_journey(arguments);
    };
    shop.order("wei", "wei.the.person@example.com");
    REQUIRE(shop.sent(1));
    shop.post("/v1/suppress", R"({"userId":"wei","suppressed":true,"reason":"asked"})");

    const Finished unsure = journey({"forget", "--person", "wei"});
    CHECK(unsure.status == 1);
    CHECK(has(unsure.errors, "give --yes"));
    const Finished done = journey({"forget", "--person", "wei", "--yes"});
    CAPTURE(done.output, done.errors);
    CHECK(done.status == 0);
    CHECK(done.output ==
          "wei is forgotten. Backups made before still know wei: let them age out.\n");
    const Finished again = journey({"forget", "--person", "wei", "--yes"});
    CHECK(again.status == 1);
    CHECK(has(again.errors, "Nobody is known as `user:wei`"));
    CHECK(has(journey({"timeline", "wei"}).errors, "Nobody is known as `user:wei`"));

    shop.order("wei", "wei.the.person@example.com");
    shop.order("bob", "bob@example.com");
    REQUIRE(shop.sent(2));
    CHECK(shop.sink->last(100).size() == 2);
    CHECK(has(shop.suppress({"list", "wei.the.person@example.com"}).output, "opted out (erasure)"));
    const Finished gone = journey({"forget", "--person", "wei", "--yes"});
    CHECK(gone.status == 0);
    const auto kept = [&](const std::string& name) {
        std::ifstream in(shop.directory.path("data/" + name), std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), {});
        return has(bytes, "wei.the.person");
    };
    CHECK(eventually(std::chrono::seconds(20),
                     [&] { return !kept("state.db") && !kept("state.db-wal"); }));
}
