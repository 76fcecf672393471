// A copy of a running daemon's data, and a daemon that goes on from it: RELIABILITY P14. What went
// out after the copy was made is not sent again.

#include "connectors/fake/fake.h"
#include "tests/process/kit.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

using namespace journey;
using namespace journey::process_tests;
namespace fs = std::filesystem;

namespace {

constexpr const char* kProject = R"(language 1
workspace safe {
  time zone "UTC"
}
profile user {
  phone string pii
}
event order_paid
channel sms {
  address user.phone
  sender "SHOP"
}
template paid sms transactional {
  body "Paid."
}
template rate_us sms transactional {
  body "How was it?"
}
journey receipt "Two messages" transactional {
  version 1
  enter when order_paid
  reenter always
  while running parallel
  expires after 2 days
  do {
    first: send sms paid
    wait 6s
    second: send sms rate_us
  }
}
)";

constexpr std::uint64_t kOrders = 20;

struct Shop {
    TemporaryDirectory directory;
    std::unique_ptr<connectors::fake::SinkServer> sink;
    std::unique_ptr<app::ChildDaemon> daemon;
    std::unique_ptr<app::Client> client;

    Shop() {
        write_file(directory.path("project/safe.journey"), kProject);
        auto started = connectors::fake::SinkServer::start({});
        REQUIRE(started);
        sink = std::move(started).value();
        ::setenv("JOURNEY_TEST_SECRET", "secret", 1);
        write_config("");
    }
    void write_config(const std::string& more) const {
        write_file(directory.path("c.yaml"), fmt::format(R"(connectors:
  sms: {{kind: twilio, base: "{}", account sid: AC00000000000000000000000000000001, auth token: "env:JOURNEY_TEST_SECRET", sender: "+12025550100"}}
network: {{allow private: yes, allow http: yes}}
{}
)",
                                                         sink->http_url(), more));
    }
    void start_on(const std::string& data) {
        auto started = app::ChildDaemon::start(
            {journey_binary(),
             {directory.path("project"), "--config", directory.path("c.yaml")},
             directory.path(data),
             app::free_port(),
             directory.path("log")});
        INFO((started ? std::string() : started.error().detail));
        REQUIRE(started);
        daemon = std::move(started).value();
        client = std::make_unique<app::Client>(daemon->url(), daemon->write_key(),
                                               daemon->admin_token());
    }
    void order(std::uint64_t number) const {
        for (
            const std::string& body :
            {fmt::format(
                 R"({{"type":"identify","userId":"p{0}","messageId":"i{0}","traits":{{"phone":"+4917{0:08}"}}}})",
                 number),
             fmt::format(
                 R"({{"type":"track","userId":"p{0}","messageId":"t{0}","event":"order_paid"}})",
                 number)}) {
            const auto answer = client->post("/v1/batch", "{\"batch\":[" + body + "]}");
            REQUIRE(answer);
            REQUIRE(answer.value().status == 200);
        }
    }
    std::uint64_t taken() const { return sink->counts("sms").accepted; }
    std::int64_t of_journey(const char* what) const {
        const auto answer = client->get("/admin/journeys");
        if (!answer || answer.value().status != 200) return -1;
        const auto parsed = value_from_json(answer.value().body);
        const Record& one =
            *find(*parsed.value().as<Record>(), "journeys")->as<List>()->at(0).as<Record>();
        return *find(one, what)->as<std::int64_t>();
    }
    std::int64_t waiting_at(const char* step) const {
        const auto answer = client->get("/admin/journeys");
        if (!answer || answer.value().status != 200) return -1;
        const auto parsed = value_from_json(answer.value().body);
        const Record& one =
            *find(*parsed.value().as<Record>(), "journeys")->as<List>()->at(0).as<Record>();
        const Value* count = find(*find(one, "waiting")->as<Record>(), step);
        return count == nullptr ? 0 : *count->as<std::int64_t>();
    }
    Finished tool(std::vector<std::string> words, const std::string& data) const {
        words.insert(words.end(), {"--data", directory.path(data), "--to", daemon->url()});
        return run_journey(words);
    }
};

}  // namespace

TEST_CASE("what is made of a backup sends nothing twice, and goes on", "[process]") {
    Shop shop;
    shop.start_on("data");
    for (std::uint64_t i = 0; i < kOrders; ++i)
        shop.order(i);
    REQUIRE(eventually(std::chrono::seconds(30), [&] { return shop.taken() == kOrders; }));
    const Finished copied =
        run_journey({"backup", shop.directory.path("copy"), "--data", shop.directory.path("data")});
    CAPTURE(copied.output, copied.errors);
    REQUIRE(copied.status == 0);
    CHECK(has(copied.output, fmt::format("holds {} people", kOrders)));
    // Life goes on after the copy, and ends in a crash.
    REQUIRE(eventually(std::chrono::seconds(60), [&] { return shop.taken() == 2 * kOrders; }));
    shop.daemon->kill_now();

    const Finished restored =
        run_journey({"restore", shop.directory.path("copy"), "--data", shop.directory.path("new")});
    CAPTURE(restored.output, restored.errors);
    REQUIRE(restored.status == 0);
    CHECK(has(restored.output, "Sending is stopped."));
    shop.start_on("new");
    // Everybody's wait is over again, and everybody's second message is held.
    REQUIRE(eventually(std::chrono::seconds(60), [&] {
        return shop.waiting_at("second") == static_cast<std::int64_t>(kOrders);
    }));
    CHECK(shop.taken() == 2 * kOrders);
    const Finished lifted = shop.tool({"start-sending", "--late", "skip"}, "new");
    CAPTURE(lifted.errors);
    REQUIRE(lifted.status == 0);
    REQUIRE(eventually(std::chrono::seconds(60), [&] {
        return shop.of_journey("ended") == static_cast<std::int64_t>(kOrders);
    }));
    CHECK(shop.of_journey("skipped") == static_cast<std::int64_t>(kOrders));
    CHECK(shop.taken() == 2 * kOrders);
    // Whoever comes now gets messages as ever.
    shop.order(kOrders);
    REQUIRE(eventually(std::chrono::seconds(60), [&] { return shop.taken() == 2 * kOrders + 2; }));
}

TEST_CASE("with the send journal a restore sends nothing twice and misses nothing", "[process]") {
    Shop shop;
    shop.write_config("send journal: {directory: \"" + shop.directory.path("journal") + "\"}\n");
    shop.start_on("data");
    for (std::uint64_t i = 0; i < kOrders; ++i)
        shop.order(i);
    REQUIRE(eventually(std::chrono::seconds(30), [&] { return shop.taken() == kOrders; }));
    const std::string copy = shop.directory.path("copy");
    REQUIRE(run_journey({"backup", copy, "--data", shop.directory.path("data")}).status == 0);
    // Life goes on: everybody's second message, and people whom the copy does not know, half of whom
    // get theirs.
    REQUIRE(eventually(std::chrono::seconds(60), [&] { return shop.taken() == 2 * kOrders; }));
    for (std::uint64_t i = kOrders; i < kOrders + 10; ++i)
        shop.order(i);
    REQUIRE(eventually(std::chrono::seconds(30), [&] { return shop.taken() == 2 * kOrders + 10; }));
    shop.daemon->kill_now();
    const std::vector<std::string> restore{"restore",   copy,
                                           "--data",    shop.directory.path("new"),
                                           "--journal", shop.directory.path("journal")};
    const Finished restored = run_journey(restore);
    CAPTURE(restored.output, restored.errors);
    REQUIRE(restored.status == 0);
    CHECK(has(restored.output, fmt::format("{} messages went out since then", kOrders + 10)));
    shop.start_on("new");
    // What happened since the backup comes in again, with some of what the backup has, and five more
    // whom nobody had heard of.
    for (std::uint64_t i = kOrders / 2; i < kOrders + 15; ++i)
        shop.order(i);
    REQUIRE(shop.tool({"start-sending", "--late", "send"}, "new").status == 0);
    REQUIRE(eventually(std::chrono::seconds(60), [&] {
        return shop.of_journey("ended") == static_cast<std::int64_t>(kOrders + 15);
    }));
    // Ten second messages, and both of five.
    CHECK(shop.taken() == 2 * (kOrders + 15));
    CHECK(shop.of_journey("unknown") == static_cast<std::int64_t>(kOrders + 10));
    CHECK(shop.of_journey("skipped") == 0);
    const Finished story = shop.tool({"timeline", "p3"}, "new");
    CAPTURE(story.output);
    CHECK(has(in_one_line(story.output), "by the send journal the message went out"));

    // A journal that began when the backup was made already says too little.
    shop.daemon->kill_now();
    shop.write_config("send journal: {directory: \"" + shop.directory.path("late") + "\"}\n");
    shop.start_on("new");
    const Finished late = run_journey({"restore", copy, "--data", shop.directory.path("third"),
                                       "--journal", shop.directory.path("late")});
    CHECK(late.status == 1);
    CHECK(has(late.errors, "which is after the backup was made"));
    const Finished nowhere =
        run_journey({"restore", copy, "--data", shop.directory.path("third"), "--journal", copy});
    CHECK(nowhere.status == 1);
    CHECK(has(nowhere.errors, "there is no send journal in"));
    CHECK_FALSE(fs::exists(shop.directory.path("third.part")));
}

TEST_CASE("a backup that does not work is no backup", "[process]") {
    Shop shop;
    shop.start_on("data");
    shop.order(1);
    const std::string copy = shop.directory.path("copy");
    REQUIRE(run_journey({"backup", copy, "--data", shop.directory.path("data")}).status == 0);

    const Finished again = run_journey({"backup", copy, "--data", shop.directory.path("data")});
    CHECK(again.status == 1);
    CHECK(has(again.errors, "is there already and not empty; name a new directory"));
    const Finished nothing =
        run_journey({"backup", shop.directory.path("b"), "--data", shop.directory.path("nix")});
    CHECK(nothing.status == 1);
    CHECK(has(nothing.errors, "is not a daemon's data"));

    const Finished other =
        run_journey({"restore", shop.directory.path("data"), "--data", shop.directory.path("new")});
    CHECK(other.status == 1);
    CHECK(has(other.errors, "is no backup"));
    {
        // One byte of what a medium returns is wrong.
        std::fstream state(copy + "/state.db", std::ios::in | std::ios::out | std::ios::binary);
        state.seekp(5000);
        state.put('x');
    }
    const Finished damaged = run_journey({"restore", copy, "--data", shop.directory.path("new")});
    CAPTURE(damaged.output, damaged.errors);
    CHECK(damaged.status == 1);
    CHECK(has(damaged.errors, "is damaged"));
    CHECK(!fs::exists(shop.directory.path("new")));
    CHECK(!fs::exists(shop.directory.path("new.part")));
}

TEST_CASE("a backup brings nobody back who was erased since", "[process]") {
    Shop shop;
    shop.start_on("data");
    for (std::uint64_t i = 0; i < 5; ++i)
        shop.order(i);
    const std::string copy = shop.directory.path("copy");
    const std::string data = shop.directory.path("data");
    const std::string made = shop.directory.path("new");
    REQUIRE(run_journey({"backup", copy, "--data", data}).status == 0);
    REQUIRE(shop.tool({"forget", "--person", "p3", "--yes"}, "data").status == 0);
    shop.order(6);

    const Finished foreign = run_journey({"restore", copy, "--data", made, "--erased-in", copy});
    CAPTURE(foreign.output, foreign.errors);
    CHECK(foreign.status == 0);  // nobody was erased before the backup
    CHECK_FALSE(has(foreign.output, "erased again"));
    fs::remove_all(made);
    const Finished restored = run_journey({"restore", copy, "--data", made, "--erased-in", data});
    CAPTURE(restored.output, restored.errors);
    REQUIRE(restored.status == 0);
    CHECK(has(restored.output, "1 ids that were erased since then are erased again."));
    CHECK_FALSE(fs::exists(made + ".part.later"));
    shop.daemon->kill_now();
    shop.start_on("new");
    CHECK(has(shop.tool({"timeline", "p3"}, "new").errors, "Nobody is known as `user:p3`"));
    CHECK(shop.tool({"timeline", "p2"}, "new").status == 0);

    Shop other;
    other.start_on("data");
    for (std::uint64_t i = 50; i < 80; ++i)
        other.order(i);
    const Finished refused = run_journey({"restore", copy, "--data", shop.directory.path("third"),
                                          "--erased-in", other.directory.path("data")});
    CAPTURE(refused.output);
    CHECK(refused.status == 1);
    CHECK(has(refused.errors, "lacks people whom nobody erased"));
    CHECK_FALSE(fs::exists(shop.directory.path("third") + ".part"));
}

TEST_CASE("a restore that was killed partway is done again, and holds what it made", "[process]") {
    const bool by_journal = GENERATE(false, true);
    CAPTURE(by_journal);
    Shop shop;
    if (by_journal)
        shop.write_config("send journal: {directory: \"" + shop.directory.path("journal") +
                          "\"}\n");
    shop.start_on("data");
    shop.order(1);
    REQUIRE(eventually(std::chrono::seconds(30), [&] { return shop.taken() == 1; }));
    const std::string copy = shop.directory.path("copy");
    REQUIRE(run_journey({"backup", copy, "--data", shop.directory.path("data")}).status == 0);
    if (by_journal) {
        shop.order(2);
        REQUIRE(eventually(std::chrono::seconds(30), [&] { return shop.taken() >= 2; }));
    }
    shop.daemon->kill_now();
    for (const char* point : {"backup.copied", "backup.proved", "backup.written", "backup.done"}) {
        CAPTURE(point);
        const std::string made = shop.directory.path(point);
        std::vector<std::string> restore{"restore", copy, "--data", made};
        if (by_journal) {
            restore.push_back("--journal");
            restore.push_back(shop.directory.path("journal"));
        }
        ::setenv("JOURNEY_CRASH_AT", fmt::format("{}:1", point).c_str(), 1);
        const Finished killed = run_journey(restore);
        ::unsetenv("JOURNEY_CRASH_AT");
        REQUIRE(killed.status == -SIGKILL);
        // All of it is there, or nothing that a daemon could take for data.
        const bool whole = std::string_view(point) == "backup.done";
        REQUIRE(fs::exists(made + "/state.db") == whole);
        const Finished again = run_journey(restore);
        INFO(again.errors);
        CHECK((again.status == 0) == !whole);  // it is there already
        CHECK(fs::exists(made + "/state.db"));
        CHECK_FALSE(fs::exists(made + ".part"));
    }
    // Whichever of them a daemon starts on: nothing goes out.
    const std::uint64_t before = shop.taken();
    shop.start_on("backup.done");
    shop.order(2);
    if (!by_journal) {
        REQUIRE(
            eventually(std::chrono::seconds(30), [&] { return shop.waiting_at("first") == 1; }));
    }
    CHECK(shop.taken() == before);
    if (!by_journal) return;
    // Order 2 went out after the backup; with sending on again, only second messages may come.
    REQUIRE(eventually(std::chrono::seconds(30), [&] { return shop.waiting_at("second") >= 1; }));
    CHECK(shop.of_journey("unknown") >= 1);
}
