#include "engine/app/population.h"

#include "dsl/dsl.h"
#include "engine/app/forecast.h"

#include <catch2/catch.hpp>

namespace journey::app {
namespace {

constexpr const char* kShop = R"(language 1
workspace shop {
  time zone "Europe/Berlin"
}
profile user {
  email string pii
  tier  one of "free", "vip"
}
event viewed {
  sku string required
}
event bought {
  sku string required
}
event closed
channel email {
  address user.email
  from "Shop <a@shop.example>"
}
consent news "News" {
  channels email
  basis opt in
}
template hello email marketing {
  consent news
  subject "Hello"
  body "{{ unsubscribe_url }}"
  unsubscribe automatic
}
journey look {
  version 1
  enter when viewed
  reenter never
  goal sold when bought within 7 days, then exit
  expires after 20 days
  do {
    wait 1 day
    send email hello
  }
}
)";

const Instant kStart = parse_instant("2026-03-02T00:00:00Z").value();
const Instant kEnd = kStart + std::chrono::days(10);

ir::Program program() {
    dsl::Compilation compiled = dsl::compile({{"shop.journey", kShop}});
    INFO(dsl::render(compiled));
    REQUIRE(compiled.program);
    return *compiled.program;
}

std::string story(const ir::Program& program, std::uint64_t seed,
                  std::vector<std::string> consents = {}) {
    Population population(program, habits_of(program),
                          {50, seed, kStart, kEnd, std::move(consents)});
    ByteWriter out;
    while (auto command = population.next())
        model::encode(*command, out);
    return out.take();
}

}  // namespace

TEST_CASE("one seed is one story, another seed another", "[population]") {
    const ir::Program shop = program();
    CHECK(story(shop, 1) == story(shop, 1));
    CHECK(story(shop, 1) != story(shop, 2));
}

TEST_CASE("people come first, then events in order of time, inside the days asked for",
          "[population]") {
    const ir::Program shop = program();
    Population population(shop, habits_of(shop), {50, 7, kStart, kEnd, {"news"}});
    std::size_t people = 0, consents = 0, events = 0;
    Instant last = kStart;
    while (const auto command = population.next()) {
        CHECK(command->event_time >= last);
        CHECK(command->event_time < kEnd);
        last = command->event_time;
        people += std::holds_alternative<model::Identify>(command->body) ? 1 : 0;
        consents += std::holds_alternative<model::ConsentChange>(command->body) ? 1 : 0;
        if (const auto* track = std::get_if<model::Track>(&command->body)) {
            CHECK(people == 50);
            if (track->event == "viewed") CHECK(find(track->properties, "sku") != nullptr);
            ++events;
        }
    }
    CHECK(people == 50);
    CHECK(consents == 50);
    CHECK(events > 20);
    CHECK(events == population.events());
}

TEST_CASE("triggers happen by themselves, and what journeys wait for follows them",
          "[population]") {
    const Habits habits = habits_of(program());
    CHECK(habits.per_day.count("viewed") == 1);
    CHECK(habits.per_day.count("bought") == 0);
    CHECK(habits.per_day.at("closed") < habits.per_day.at("viewed"));
    REQUIRE(habits.after.count("viewed") == 1);
    CHECK(habits.after.at("viewed").at(0).event == "bought");
}

TEST_CASE("a rate is a number, a unit and a declared event", "[population]") {
    struct Row {
        const char* text;
        std::optional<double> per_day;
    };
    const auto row = GENERATE(values<Row>({{"viewed=0.5/day", 0.5},
                                           {"viewed=2/hour", 48},
                                           {"viewed=7/week", 1},
                                           {"viewed=0/day", 0},
                                           {"viewed=-1/day", {}},
                                           {"viewed=nan/day", {}},
                                           {"viewed=1", {}},
                                           {"viewed=1/year", {}},
                                           {"viewd=1/day", {}},
                                           {"=1/day", {}},
                                           {"", {}}}));
    CAPTURE(row.text);
    const ir::Program shop = program();
    Habits habits;
    const auto read = read_rate(row.text, shop, habits);
    CHECK(read.has_value() == row.per_day.has_value());
    if (row.per_day) CHECK(habits.per_day.at("viewed") == Approx(*row.per_day));
}

TEST_CASE("what worlds side by side came to is what they came to together", "[forecast]") {
    const auto part = [](std::uint64_t sent, Micros queue, std::uint64_t at_two) {
        Forecast out;
        out.people = 10;
        out.events = 100;
        out.held["quiet_hours"] = sent;
        ChannelForecast& mail = out.channels["email"];
        mail.sent = sent;
        mail.per_hour = {sent - at_two, 0, at_two};
        mail.longest_queue = queue;
        JourneyForecast journey;
        journey.name = "welcome";
        journey.entered = 5;
        journey.sent = {{"hello", "send email hello", sent}};
        journey.arms["subject/plain"] = 2;
        out.journeys.push_back(journey);
        return out;
    };
    const Forecast all =
        joined({part(4, std::chrono::seconds(3), 1), part(7, std::chrono::seconds(9), 6),
                part(1, std::chrono::seconds(0), 0)});
    CHECK(all.people == 30);
    CHECK(all.events == 300);
    CHECK(all.held.at("quiet_hours") == 12);
    const ChannelForecast& mail = all.channels.at("email");
    CHECK(mail.sent == 12);
    CHECK(mail.per_hour == std::vector<std::uint64_t>{5, 0, 7});
    CHECK(mail.worst_hour == 2);
    CHECK(mail.longest_queue == std::chrono::seconds(9));
    REQUIRE(all.journeys.size() == 1);
    CHECK(all.journeys[0].entered == 15);
    CHECK(all.journeys[0].sent[0].people == 12);
    CHECK(all.journeys[0].arms.at("subject/plain") == 6);
}

}  // namespace journey::app
