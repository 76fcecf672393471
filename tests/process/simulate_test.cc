// journey simulate, as somebody uses it who shows the result to others: dates that come about,
// webhooks that answer, every message as a line, and no English for who reads Chinese.

#include "engine/app/project.h"
#include "tests/process/kit.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sched.h>
#include <set>

using namespace journey;
using namespace journey::process_tests;

namespace {

constexpr const char* kClub = R"(language 1
workspace club {
  time zone "Asia/Shanghai"
  currency CNY
}
profile user {
  email     string pii
  renews_on date
  birthday  date
  time_zone zone
}
event joined
event visited
webhook mint_coupon {
  post "https://api.club.example/coupons"
  sends percent
  gives code string required
  gives expires instant required
  timeout 5s
  retry 3 times
}
channel email {
  address user.email
  from "Club <hello@club.example>"
}
segment renewing_soon = user.renews_on is present and days_between(date_of(now, user.time_zone), user.renews_on) is 10
template renew email transactional {
  subject "Hello"
  body "{{ code }}"
  needs code string default "none"
}
journey renew "续费提醒" transactional {
  version 1
  enter every day at 10:00 local for renewing_soon
  reenter always
  expires after 60 days
  do {
    call mint_coupon with { percent: 10 } as coupon
      else {
        plain: send email renew
        stop as no_coupon
      }
    gift: send email renew with { code: coupon.code }
  }
}
journey hello transactional {
  version 1
  enter when joined
  reenter never
  expires after 9 days
  do {
    wait at most 2 days {
      on visited { stop as came }
      timeout
    }
    remind: send email renew
  }
}
)";

std::size_t lines_in(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::int64_t number_at(const Value& value, std::initializer_list<std::string_view> path) {
    const Value* at = &value;
    for (const std::string_view name : path) {
        const Record* record = at->as<Record>();
        at = record == nullptr ? nullptr : find(*record, name);
        if (at == nullptr) return -1;
    }
    const auto* number = at->as<std::int64_t>();
    return number == nullptr ? -1 : *number;
}

struct Club {
    TemporaryDirectory directory;
    Club() { write_file(directory.path("project/club.journey"), kClub); }
    std::string path(const std::string& name) const { return directory.path(name); }
    Finished simulate(std::vector<std::string> more) const {
        std::vector<std::string> words{
            "simulate", directory.path("project"), "--people", "900", "--days", "30"};
        words.insert(words.end(), more.begin(), more.end());
        return run_journey(words);
    }
};

}  // namespace

TEST_CASE("dates of made-up people come about, and their webhooks answer as often as asked",
          "[process][simulate]") {
    const Club club;
    const auto sent = [&](std::vector<std::string> more) {
        more.emplace_back("--json");
        const Finished finished = club.simulate(more);
        INFO(finished.errors);
        REQUIRE(finished.status == 0);
        const auto read = value_from_json(finished.output);
        REQUIRE(read);
        const Value& value = read.value();
        const Value* renew = nullptr;
        for (const Value& one : *find(*value.as<Record>(), "journeys")->as<List>()) {
            if (*find(*one.as<Record>(), "name")->as<std::string>() == "renew") renew = &one;
        }
        REQUIRE(renew != nullptr);
        // A twelfth of 900 has the day in these 30; each call came to an answer or to none.
        const std::int64_t entered = number_at(*renew, {"entered"});
        CHECK(entered > 40);
        CHECK(entered < 120);
        const std::int64_t answered =
            number_at(value, {"made_up", "webhooks", "mint_coupon", "answered"});
        const std::int64_t failed =
            number_at(value, {"made_up", "webhooks", "mint_coupon", "failed"});
        CHECK(answered + failed == entered);
        CHECK(number_at(*renew, {"sent", "gift"}) <= answered);
        CHECK(number_at(*renew, {"sent", "gift"}) >= answered * 8 / 10);  // some have no address
        const Value* dates = find(*find(*value.as<Record>(), "made_up")->as<Record>(), "dates");
        CHECK(to_json(*dates) == R"({"birthday":"of_birth","renews_on":"ahead"})");
        return std::pair(answered, failed);
    };
    const auto usual = sent({});
    CHECK(usual.first > 8 * usual.second);
    CHECK(sent({"--answers", "1"}).second == 0);
    CHECK(sent({"--answers", "0"}).first == 0);
    const auto half = sent({"--answers", "1", "--answers", "mint_coupon=0.5"});
    CHECK(half.first > half.second / 3);
    CHECK(half.second > half.first / 3);
    const Finished table = club.simulate({});
    for (const char* part : {"made up", "in the year after the start: renews_on",
                             "answers of the webhook mint_coupon", "2026-03-02 to 2026-04-01"})
        CHECK(has(table.output, part));
}

TEST_CASE("every message is a line of CSV, also of made-up people", "[process][simulate]") {
    const Club club;
    const Finished table = club.simulate({"--sends", club.path("sends.csv"), "--json"});
    REQUIRE(table.status == 0);
    const auto read = value_from_json(table.output);
    REQUIRE(read);
    const auto rows = app::read_text_file(club.path("sends.csv"));
    REQUIRE(rows);
    CHECK(rows.value().starts_with("at,journey,step,channel,template,entry,person\n2026-03-"));
    CHECK(has(rows.value(), ",renew,gift,email,renew,"));
    CHECK(has(rows.value(), ",sim-1-"));
    CHECK(static_cast<std::int64_t>(lines_in(rows.value())) ==
          number_at(read.value(), {"channels", "email", "sent"}) + 1);
}

TEST_CASE("a crowd dealt to several worlds has one answer, however many cores run them",
          "[process][simulate]") {
    const Club club;
    const auto crowd = [&](const std::string& name, void (*setup)() = nullptr) {
        const Finished finished =
            run_journey({"simulate", club.path("project"), "--people", "10000", "--days", "12",
                         "--seed", "3", "--sends", club.path(name)},
                        setup);
        INFO(finished.errors);
        REQUIRE(finished.status == 0);
        const auto rows = app::read_text_file(club.path(name));
        REQUIRE(rows);
        return std::pair(finished.output.substr(0, finished.output.find("Every message")),
                         rows.value());
    };
    const auto once = crowd("a.csv");
    const auto twice = crowd("b.csv", [] {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(0, &one);
        ::sched_setaffinity(0, sizeof one, &one);
    });
    CHECK(once == twice);
    CHECK(has(once.first, "10,000 people"));
    std::set<std::string> entries;  // no two worlds share one
    std::size_t first_sends = 0;
    for (std::size_t at = 0; (at = once.second.find(",remind,", at)) != std::string::npos; ++at) {
        const std::size_t end = once.second.find('\n', at);
        entries.insert(once.second.substr(at, end - at));
        ++first_sends;
    }
    CHECK(first_sends > 500);
    CHECK(entries.size() == first_sends);
}

TEST_CASE("habits out of a file say what people do and what follows", "[process][simulate]") {
    const Club club;
    write_file(club.path("habits.yaml"),
               "rates:\n  joined: 1/week\nafter:\n  joined:\n    visited: 1 in 1h\n");
    const Finished all = club.simulate({"--habits", club.path("habits.yaml")});
    CAPTURE(all.output, all.errors);
    CHECK(all.status == 0);
    CHECK(has(all.output, "a person does, 0.143 a day each: joined"));
    CHECK(has(all.output, "after joined in 100 of 100 cases: visited, 1 h later"));
    CHECK(has(all.output, "left: came"));
    CHECK_FALSE(has(all.output, "left: expired"));
    // Nobody joins, nobody enters.
    write_file(club.path("nothing.yaml"), "rates: {joined: 0/day}\n");
    const Finished none = club.simulate({"--habits", club.path("nothing.yaml")});
    CHECK(has(none.output, "it did not come about that `joined`"));
}

TEST_CASE("a forecast begins on the day that is asked for, and its help says on which otherwise",
          "[process][simulate]") {
    const Club club;
    struct Row {
        const char* start;
        const char* says;  // a journey of days where the workspace is
    };
    for (const Row& row : {Row{"2027-01-05", "2027-01-05 to 2027-02-04"},
                           Row{"2027-01-05T20:00:00Z", "2027-01-06 to 2027-02-05"}}) {
        const Finished finished = club.simulate({"--start", row.start});
        CAPTURE(row.start, finished.output, finished.errors);
        CHECK(has(finished.output, row.says));
    }
    const Finished help = run_journey({"simulate", "--help"});
    std::string flat;
    for (const char c : help.output) {
        if (c != '\n' && (c != ' ' || flat.empty() || flat.back() != ' ')) flat += c;
    }
    for (const char* part : {"--start", "default 2026-03-02", "--habits", "--answers"})
        CHECK(has(flat, part));
}

TEST_CASE("what a kind of simulation cannot do is refused, not ignored", "[process][simulate]") {
    const Club club;
    write_file(club.path("map.yaml"),
               "person: id\ntime: {column: when}\nevents: [{event: joined}]\n");
    write_file(club.path("rows.csv"), "id,when\n1,2020-01-01 00:00:00\n");
    struct Row {
        const char* label;
        std::vector<std::string> words;
        int status;
        const char* says;
    };
    const std::vector<std::string> made{"--people", "9"};
    const std::vector<std::string> csv{"--csv", club.path("rows.csv"), "--map",
                                       club.path("map.yaml")};
    const auto with = [](std::vector<std::string> first, std::vector<std::string> more) {
        first.insert(first.end(), more.begin(), more.end());
        return first;
    };
    const std::vector<Row> rows{
        {"counts of made-up people", with(made, {"--counts"}), 2, "--csv"},
        {"a tail of made-up people", with(made, {"--tail-days", "3"}), 2, "--csv"},
        {"a rate of real events", with(csv, {"--rate", "joined=1/day"}), 2, "--csv"},
        {"habits of real events", with(csv, {"--habits", "h.yaml"}), 2, "--csv"},
        {"a start of real events", with(csv, {"--start", "2026-03-02"}), 2, "--csv"},
        {"a price of real events", with(csv, {"--cost", "email=1"}), 2, "--csv"},
        {"a share that is none", with(made, {"--answers", "often"}), 1, "`--answers often`"},
        {"a webhook nobody declares", with(made, {"--answers", "mnt=1"}), 1, "no webhook `mnt`"},
        {"a day that is none", with(made, {"--start", "2026-02-30"}), 1, "`--start 2026-02-30`"},
        {"sends nowhere", with(made, {"--sends", "/nowhere/a.csv"}), 1, "/nowhere/a.csv"},
    };
    for (const Row& row : rows) {
        std::vector<std::string> words{"simulate", club.path("project")};
        words.insert(words.end(), row.words.begin(), row.words.end());
        const Finished finished = run_journey(words);
        CAPTURE(row.label, finished.output, finished.errors);
        CHECK(finished.status == row.status);
        CHECK(has(finished.errors, row.says));
    }
    // Real events: the webhook's answers are still made up, and it is said.
    const Finished replay = run_journey(with(
        {"simulate", club.path("project"), "--tail-days", "20", "--sends", club.path("sends.csv")},
        csv));
    CAPTURE(replay.output, replay.errors);
    CHECK(replay.status == 0);
    const auto sends = app::read_text_file(club.path("sends.csv"));
    REQUIRE(sends);
    CHECK(sends.value().starts_with("at,journey,step,channel,template,entry,person\n"));
}
