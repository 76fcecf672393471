#include "engine/app/forecast.h"

#include "dsl/dsl.h"
#include "engine/app/sent_rows.h"
#include "engine/app/test_story.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

namespace journey::app {
namespace {

using translate::Language;
using translate::Speech;

constexpr const char* kShop = R"(language 1
workspace shop { time zone "Europe/Berlin" }
profile user { email string pii }
event viewed { sku string required }
event bought { sku string required }
channel email {
  address user.email
  from "Shop <a@shop.example>"
  rate 1 per second
}
webhook mint {
  post "https://api.shop.example/mint"
  sends sku
  gives code string required
}
quiet night {
  from 21:00 to 08:00 local
  on email
  then hold
  if no zone use "Europe/Berlin"
}
template hello email transactional {
  subject "Hello"
  body "Hello."
}
journey look transactional {
  version 1
  enter when viewed
  reenter always
  quiet night
  expires after 20 days
  do {
    call mint with { sku: trigger.sku } as coupon
      else { stop as no_coupon }
    wait at most 1 day {
      on bought { stop as bought }
      timeout
    }
    experiment subject {
      arm a 50% { send email hello }
      arm b 50% { send email hello }
    }
  }
}
)";

/// One of everything; what the author named is in digits, so that every letter is ours.
Forecast everything() {
    Forecast out;
    out.from = parse_instant("2026-03-02T00:00:00Z").value();
    out.until = out.from + std::chrono::days(30);
    out.people = 1000;
    out.events = 2000;
    out.zone = "UTC";
    ChannelForecast mail;
    mail.sent = 300;
    mail.per_hour.assign(720, 0);
    mail.per_hour[9] = 300;
    mail.worst_hour = 9;
    mail.rate_per_second = 5;
    mail.longest_queue = std::chrono::minutes(75);
    mail.cost = 1.5;
    mail.has_cost = true;
    out.channels["1"] = mail;
    out.channels["2"].per_hour.assign(720, 0);
    out.held["quiet_hours"] = 4;
    out.skipped["no_consent"] = 5;
    JourneyForecast busy;
    busy.name = "11";
    busy.entered = 200;
    busy.inside = 30;
    busy.goals = 20;
    busy.sent = {{"1", "12", 150}, {"13", "", 120}};
    busy.arms["14/15"] = 3;
    busy.paths["16"] = 4;
    for (const char* ending : {"finished", "expired", "restarted", "goal 17", "moved on",
                               "too many steps", "no moment to wait for"})
        busy.ended_by[ending] = 5;
    busy.still_at["18"] = 6;
    busy.skipped_by["frequency"] = 7;
    out.journeys.push_back(busy);
    JourneyForecast idle;
    idle.name = "21";
    idle.starts = {"22"};
    out.journeys.push_back(idle);
    out.made_up.people = 1000;
    out.made_up.seed = 7;
    out.made_up.consents = {"31", "32"};
    out.made_up.dates = {{"33", DateSpread::of_birth},
                         {"34", DateSpread::yearly},
                         {"35", DateSpread::ahead},
                         {"36", DateSpread::behind},
                         {"37", DateSpread::around}};
    out.made_up.habits.per_day = {{"38", 0.1}, {"39", 0.02}, {"40", 0}};
    out.made_up.habits.after["38"] = {{"39", 0.25, std::chrono::hours(6)},
                                      {"41", 0.1, std::chrono::hours(48)},
                                      {"42", 0.1, std::chrono::minutes(10)},
                                      {"43", 0.1, std::chrono::seconds(10)}};
    out.made_up.answering = {{"", 0.95}};
    out.made_up.calls["44"] = {95, 5};
    return out;
}

bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// What stands between tags, less the style sheet; and the label for readers.
std::string words_of_svg(const std::string& svg) {
    std::string out;
    const std::string label = "aria-label=\"";
    if (const std::size_t at = svg.find(label); at != std::string::npos)
        out += svg.substr(at + label.size(), svg.find('"', at + label.size()) - at - label.size());
    const std::size_t style = svg.find("</style>");
    bool inside = false;
    for (const char c : svg.substr(style == std::string::npos ? 0 : style)) {
        if (c == '<') inside = true;
        if (!inside) out += c;
        if (c == '>') inside = false;
    }
    return out;
}

/// English words, less what is no language: UTC, and the units of a rate.
std::set<std::string> english_in(const std::string& text) {
    std::set<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && letter(text[end]))
            ++end;
        if (end > at) out.insert(text.substr(at, end - at));
        at = std::max(end, at + 1);
    }
    out.erase("UTC");
    return out;
}

}  // namespace

TEST_CASE("a forecast speaks one language: table and picture hold no English in Chinese",
          "[forecast][translate]") {
    const Speech chinese(Language::chinese);
    const Forecast forecast = everything();
    CHECK(english_in(text_of(forecast, chinese)) == std::set<std::string>{});
    CHECK(english_in(words_of_svg(svg_of(forecast, chinese))) == std::set<std::string>{});
    MadeUp own = forecast.made_up;
    own.own_consents = true;
    CHECK(english_in(text_of(own, chinese)) == std::set<std::string>{});
}

TEST_CASE("a picture of nothing says so, and names everybody who had no part", "[forecast]") {
    Forecast empty = everything();
    for (auto& [name, channel] : empty.channels)
        channel = ChannelForecast{};
    empty.journeys.clear();
    std::string names;
    for (int i = 0; i < 9; ++i) {
        JourneyForecast idle;
        idle.name = "a_journey_whose_name_takes_some_room_" + std::to_string(i);
        names += idle.name;
        empty.journeys.push_back(idle);
    }
    const std::string svg = svg_of(empty, Speech());
    CHECK_THAT(svg, Catch::Contains("No message goes out in this time"));
    for (const JourneyForecast& one : empty.journeys)
        CHECK_THAT(svg, Catch::Contains(one.name));
    CHECK_THAT(svg, Catch::Contains("1,000 people, their profiles"));  // it travels alone
    CHECK_THAT(svg_of(everything(), Speech()), !Catch::Contains("No message goes out"));
    CHECK_THAT(svg_of(everything(), Speech()), Catch::Contains("inside at the start"));
}

TEST_CASE("no two steps of a journey have one name in a report", "[forecast]") {
    const std::vector<StepCount> steps{{"hello", "send email a", 0},
                                       {"send_1", "send email offer with { subject: \"A\" }", 0},
                                       {"send_2", "send email offer with { subject: \"B\" }", 0},
                                       {"send_3", "send sms b", 0},
                                       {"send_it", "send sms b", 0},
                                       {"send_4", "", 0}};
    CHECK(names_of(steps, 24) == std::vector<std::string>{"hello", "send_1: send email offe…",
                                                          "send_2: send email offe…", "send sms b",
                                                          "send_it", "send_4"});
    CHECK(names_of(steps, 60)[1] == "send email offer with { subject: \"A\" }");
}

TEST_CASE("a forecast that looks at what it needs is the one that looks at everything",
          "[forecast]") {
    dsl::Compilation compiled = dsl::compile({{"shop.journey", kShop}});
    INFO(dsl::render(compiled));
    REQUIRE(compiled.program);
    const ir::Program& shop = *compiled.program;
    const auto forecast = [&](core::HappeningKinds kinds, bool record_sent) {
        sim::WorldOptions options;
        options.start = parse_instant("2026-03-02T00:20:00Z").value();
        options.happenings = kinds;
        options.record_sent = record_sent;
        sim::VirtualWorld world(options);
        REQUIRE(world.publish(ir::encode(shop)));
        const Instant end = options.start + std::chrono::days(8);
        Population people(shop, habits_of(shop), {200, 3, options.start, end, {}});
        MadeUpAnswers answers(shop, {{"", 0.5}}, 3);
        world.set_provider([&](const sim::SentMessage& sent) { return answers.answer(sent); });
        Forecaster forecaster(shop, options.start, {{"email", 0.01}});
        while (auto command = people.next()) {
            world.advance_to(command->event_time);
            world.submit(std::move(*command));
            forecaster.see(world.take_happenings());
        }
        world.advance_to(end);
        forecaster.see(world.take_happenings());
        const Forecast out = forecaster.finish({}, world.node().counts(), end);
        CHECK(format_instant(out.from) == "2026-03-02T00:00:00.000Z");  // a full hour
        CHECK(out.channels.at("email").sent > 10);
        CHECK(answers.calls().at("mint").failed > 0);
        return to_json(json_of(out));
    };
    const std::string all = forecast(core::kEveryHappening, true);
    CHECK(forecast(Forecaster::kKinds, false) == all);
}

TEST_CASE("a forecast says what was made up, and by which rule", "[forecast]") {
    const Speech english;
    const std::string text = text_of(everything().made_up, english);
    for (const char* part :
         {"made up\n", "1,000 people", "seed 7", "85 of 100 people have given each of: 31, 32",
          "18 to 75 years before the start: 33", "in the year after the start: 35",
          "a person does, 0.1 a day each: 38\n", "a person does, 0.6 a month each: 39\n",
          "after 38 in 25 of 100 cases: 39, 6 h later on average", ", 2 d later on average",
          "answers of the webhook 44: 95 calls answered, 5 failed (95 of 100 are to be answered)"})
        CHECK_THAT(text, Catch::Contains(part));
    CHECK(text_of(MadeUp{}, english).empty());
    MadeUp data;  // of real people
    data.calls["44"] = {1, 0};
    data.habits.per_day["38"] = 0.1;
    CHECK_THAT(text_of(data, english), Catch::Contains("44") && !Catch::Contains("38"));
}

TEST_CASE("every word that ends a journey is said in both languages", "[forecast][translate]") {
    const Speech chinese(Language::chinese);
    CHECK(ending_in_words("finished", chinese) == "走完了");
    CHECK(english_in(ending_in_words("no moment to wait for", chinese)).empty());
    CHECK(ending_in_words("account_closed", chinese) == "account_closed");
}

TEST_CASE("sends of several worlds are one list by time", "[forecast]") {
    const Instant start = parse_instant("2026-03-02T00:00:00Z").value();
    const auto row = [&](int second, const char* text) {
        return SentRow{start + std::chrono::seconds(second), text};
    };
    CHECK(csv_of({{row(1, "a"), row(3, "b")}, {row(1, "c"), row(2, "d")}, {}}) ==
          std::string(SentRows::kHeader) + "a\nc\nd\nb\n");

    SentRows rows;
    sim::SentMessage sent;
    sent.message.external_id = "user:ada";
    rows.provider_saw(sent);
    core::Happening accepted;
    accepted.kind = core::Happening::Kind::accepted;
    accepted.at = start;
    accepted.journey = "welcome";
    accepted.step = "hello";
    accepted.channel = "email";
    accepted.message_template = "hi, you";
    accepted.entry = model::EntryId{5};
    accepted.person = model::person_id_of("user:ada");
    core::Happening other = accepted;
    other.kind = core::Happening::Kind::planned;
    rows.see({other, accepted});
    const std::vector<SentRow> taken = rows.take();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].text == "2026-03-02T00:00:00.000Z,welcome,hello,email,\"hi, you\",5,ada");
    CHECK(rows.take().empty());
}

}  // namespace journey::app
