#include "tests/process/shop.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <set>

namespace journey::process_tests {

namespace {

constexpr const char* kProject = R"(language 1
workspace crash {
  time zone "UTC"
  currency EUR
}
profile user {
  phone      string pii
  push_token string pii
}
event order_paid {
  order_id string required
}
channel sms {
  address user.phone
  sender "SHOP"
}
channel push {
  address user.push_token
}
template paid_sms sms transactional {
  body "Order {{ order_id }} is paid."
  needs order_id string required
}
template paid_push push transactional {
  title "Paid"
  body "Order {{ order_id }} is paid."
  needs order_id string required
}
journey receipt "Receipt by SMS, then push" transactional {
  version 1
  enter when order_paid
  key trigger.order_id
  reenter once per trigger.order_id
  while running parallel
  expires after 2 days
  do {
    by_sms: send sms paid_sms with { order_id: trigger.order_id }
    wait 1s
    by_push: send push paid_push with { order_id: trigger.order_id }
  }
}
)";

constexpr int kEventsInBatch = 5;

struct Ledger {
    // Of calls that the provider processed, by whom they went to: how often, and under which keys.
    std::map<std::string, int> sms;
    std::map<std::string, std::set<std::string>> push_keys;
    int sms_ambiguous = 0;  // processed or not, the caller got no answer that says so
};

Ledger read_ledger(const std::string& path) {
    Ledger out;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        auto parsed = value_from_json(line);
        REQUIRE(parsed);
        const Record& call = *parsed.value().as<Record>();
        const auto text = [&](const char* name) {
            const Value* value = find(call, name);
            return value == nullptr || value->as<std::string>() == nullptr
                       ? std::string()
                       : *value->as<std::string>();
        };
        const Value* accepted = find(call, "accepted");
        const bool taken =
            accepted != nullptr && accepted->as<bool>() != nullptr && *accepted->as<bool>();
        const std::string order = text("to");  // every order has a person of its own
        if (text("channel") == "sms") {
            if (taken) ++out.sms[order];
            if (text("answer") == "server_error" || text("answer") == "accept_then_close" ||
                text("answer") == "close_before")
                ++out.sms_ambiguous;
        } else if (text("channel") == "push" && taken) {
            out.push_keys[order].insert(text("key"));
        }
    }
    return out;
}

const Record& only_journey(const Value& answer) {
    return *find(*answer.as<Record>(), "journeys")->as<List>()->at(0).as<Record>();
}

std::int64_t number(const Record& record, const char* name) {
    const Value* value = find(record, name);
    REQUIRE(value != nullptr);
    return *value->as<std::int64_t>();
}

std::string ledger_file(const TemporaryDirectory& directory) {
    return directory.path("ledger.jsonl");
}

}  // namespace

Shop::Shop(std::uint16_t port, std::string write_key, std::chrono::milliseconds pause)
    : client_(fmt::format("http://127.0.0.1:{}", port), std::move(write_key), ""), pause_(pause) {
    thread_ = std::thread([this] { run(); });
}

Shop::~Shop() {
    stop();
}

void Shop::stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void Shop::run() {
    while (!stopping_) {
        std::string batch;
        for (int i = 0; i < kEventsInBatch; ++i) {
            const int order = acknowledged_ + i;
            batch += fmt::format(
                R"({}{{"type":"identify","userId":"p{}","messageId":"i{}","traits":{{"phone":"+4917{:08}","push_token":"token-{}"}}}},{{"type":"track","userId":"p{}","messageId":"t{}","event":"Order Paid","properties":{{"order_id":"order-{}-"}}}})",
                i > 0 ? "," : "", order, order, order, order, order, order, order);
        }
        // Not given up before it is acknowledged, even while stopping: then every order is one
        // that must arrive.
        for (;;) {
            auto answer = client_.post("/v1/batch", "{\"batch\":[" + batch + "]}");
            if (answer && answer.value().status == 200) break;
            timespec pause{0, 2'000'000};
            ::nanosleep(&pause, nullptr);
        }
        acknowledged_ += kEventsInBatch;
        timespec rest{0, static_cast<long>(pause_.count()) * 1'000'000};
        ::nanosleep(&rest, nullptr);
    }
}

Street::Street() {
    write_file(directory.path("project/receipt.journey"), kProject);
    connectors::fake::SinkOptions options;
    options.ledger_file = ledger_file(directory);
    auto weather = connectors::fake::Script::parse(
        "too_many=0.01,server_error=0.01,accept_then_close=0.01,close_before=0.01");
    REQUIRE(weather);
    options.script = weather.value();
    auto sink = connectors::fake::SinkServer::start(options);
    REQUIRE(sink);
    sink_ = std::move(sink).value();
    ::setenv("JOURNEY_TEST_SECRET", "secret", 1);
    write_file(directory.path("c.yaml"), fmt::format(R"(connectors:
  sms: {{kind: twilio, base: "{0}", account sid: AC00000000000000000000000000000001, auth token: "env:JOURNEY_TEST_SECRET", sender: "+12025550100"}}
  push: {{kind: onesignal, base: "{0}", app id: 0b9c0b9c-0000-4000-8000-000000000001, api key: "env:JOURNEY_TEST_SECRET"}}
network: {{allow private: yes, allow http: yes}}
)",
                                                     sink_->http_url()));
}

app::ChildOptions Street::daemon(const std::string& data_directory) const {
    return {journey_binary(),
            {directory.path("project"), "--config", directory.path("c.yaml")},
            data_directory,
            port_,
            directory.path("log")};
}

void Street::check_books(const app::ChildDaemon& daemon, int orders,
                         std::string_view faults) const {
    const app::Client client(daemon.url(), daemon.write_key(), daemon.admin_token());
    Value counts;
    const bool settled = eventually(std::chrono::seconds(400), [&] {
        auto answer = client.get("/admin/journeys");
        if (!answer || answer.value().status != 200) return false;
        counts = value_from_json(answer.value().body).value();
        const Record& journey = only_journey(counts);
        return number(journey, "entered") == number(journey, "ended");
    });
    INFO(to_json(counts));
    REQUIRE(settled);
    const Record& journey = only_journey(counts);
    CHECK(number(journey, "entered") == orders);

    auto unknown_answer = client.get("/admin/messages/unknown");
    REQUIRE(unknown_answer);
    auto unknown_parsed = value_from_json(unknown_answer.value().body);
    REQUIRE(unknown_parsed);
    const List& unknown = *find(*unknown_parsed.value().as<Record>(), "messages")->as<List>();
    std::int64_t unknown_sms = 0;
    for (const Value& one : unknown)
        unknown_sms += *find(*one.as<Record>(), "channel")->as<std::string>() == "sms" ? 1 : 0;
    CHECK(static_cast<std::int64_t>(unknown.size()) == number(journey, "unknown"));

    const Ledger ledger = read_ledger(ledger_file(directory));
    int doubled = 0;
    int pushes_with_two_keys = 0;
    int sms_taken = 0;
    for (const auto& [order, times] : ledger.sms) {
        doubled += times > 1 ? 1 : 0;
        sms_taken += times > 0 ? 1 : 0;
    }
    for (const auto& [order, keys] : ledger.push_keys)
        pushes_with_two_keys += keys.size() > 1 ? 1 : 0;
    CHECK(doubled == 0);
    CHECK(pushes_with_two_keys == 0);
    // Whoever has no SMS at the provider is one of the unknown; whoever's answer got lost is listed
    // too.
    CHECK(orders - sms_taken <= unknown_sms);
    CHECK(unknown_sms >= ledger.sms_ambiguous);
    CHECK(static_cast<int>(ledger.push_keys.size()) + number(journey, "unknown") - unknown_sms >=
          orders);
    WARN(
        fmt::format("{}: {} orders acknowledged; at the provider {} SMS and {} pushes; {} unknown "
                    "and listed; {} sent twice",
                    faults, orders, sms_taken, ledger.push_keys.size(), unknown.size(), doubled));
}

}  // namespace journey::process_tests
