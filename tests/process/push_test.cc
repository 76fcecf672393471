// A push all the way: the daemon, Google's token for the service account, Firebase's answer, and what
// a person's story says of it. All of Google is `journey sink`'s.

#include "connectors/fake/fake.h"
#include "tests/connectors/crypto/sample_keys.h"
#include "tests/process/kit.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace journey;
using namespace journey::process_tests;

namespace {

constexpr const char* kProject = R"(language 1
workspace push_test {
  time zone "UTC"
}
profile user {
  devices list of string pii
}
event asked
channel push {
  address user.devices
}
template hello push transactional {
  title "Hello"
  body "It is waiting ☂"
}
journey hello "Whoever asks gets a push" transactional {
  version 1
  enter when asked
  reenter always
  while running parallel
  do {
    send push hello
  }
}
)";

std::string account(const std::string& email, const std::string& token_uri) {
    Record file;
    put(file, "type", "service_account");
    put(file, "project_id", "my-shop");
    put(file, "private_key_id", "k1");
    put(file, "private_key", connectors::crypto::sample::kRsaPrivate);
    put(file, "client_email", email);
    put(file, "token_uri", token_uri);
    return to_json(file);
}

struct Phones : Served {
    std::unique_ptr<connectors::fake::SinkServer> sink;

    explicit Phones(const std::string& known = "push@my-shop.example") {
        connectors::fake::SinkOptions options;
        options.service_account = account(known, "");
        auto started = connectors::fake::SinkServer::start(options);
        REQUIRE(started);
        sink = std::move(started).value();
        write_file(directory.path("project/push.journey"), kProject);
        write_file(directory.path("firebase.json"),
                   account("push@my-shop.example", sink->http_url() + "/token"));
        write_file(directory.path("c.yaml"),
                   fmt::format(R"(connectors:
  push: {{kind: fcm, base: "{}", service account: "file:{}", priority: high}}
network: {{allow private: yes, allow http: yes}}
)",
                               sink->http_url(), directory.path("firebase.json")));
        start({directory.path("project"), "--config", directory.path("c.yaml")});
    }
    void ask(const std::string& who, const std::string& token) const {
        post("/v1/identify",
             fmt::format(R"({{"userId":"{}","traits":{{"devices":{}}}}})", who, token));
        post("/v1/track", fmt::format(R"({{"userId":"{}","event":"Asked"}})", who));
    }
    bool tells(const std::string& who, std::string_view part) const {
        return eventually(std::chrono::seconds(10), [&] {
            auto answer = client->get("/admin/people/user%3A" + who + "/timeline");
            return answer && has(answer.value().body, part);
        });
    }
};

}  // namespace

TEST_CASE("a push goes through Firebase with Google's token, and a dead device is told",
          "[process]") {
    const Phones phones;
    phones.ask("ada", R"(["phone-of-ada"])");
    CHECK(phones.tells("ada", R"("status":"accepted")"));
    phones.ask("bob", R"(["gone-phone-of-bob"])");
    CHECK(phones.tells("bob", "token is dead"));
    CHECK(phones.sink->counts("push").accepted == 1);
    const auto last = phones.sink->last(2);
    REQUIRE(last.size() == 2);
    CHECK(last[0].to == "phone-of-ada");
    CHECK(last[0].subject == "Hello");
    CHECK(last[0].text == "It is waiting ☂");
    CHECK(model::parse_key(last[0].key));
}

TEST_CASE("a push reaches every device, and one that is gone leaves the profile", "[process]") {
    const Phones phones;
    phones.ask("ada", R"(["tablet", "gone-phone", "phone"])");
    CHECK(phones.tells("ada", "2 of 3 devices took it"));
    CHECK(phones.sink->counts("push").accepted == 2);
    const auto all = phones.sink->last(3);
    REQUIRE(all.size() == 3);
    CHECK(all[0].key == all[1].key);
    CHECK(all[0].key == all[2].key);
    phones.post("/v1/track", R"({"userId":"ada","event":"Asked"})");
    CHECK(eventually(std::chrono::seconds(10),
                     [&] { return phones.sink->counts("push").accepted == 4; }));
    CHECK(phones.sink->counts("push").refused == 1);
}

TEST_CASE("Google gives a stranger no token, and Firebase is not asked", "[process]") {
    const Phones phones("somebody@else.example");
    phones.ask("ada", R"(["phone-of-ada"])");
    CHECK(phones.tells("ada", "invalid_grant"));
    CHECK(phones.sink->counts("push").calls == 0);
}
