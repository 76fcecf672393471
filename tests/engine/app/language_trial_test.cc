// What a journey takes from data: whose clock it goes by, how long it waits; and a journey that
// others run, tested by itself. Written in one surface, converted to the other: the same meaning,
// and the tests pass in both.

#include "engine/app/test_trial.h"

#include <catch2/catch.hpp>

namespace journey::app {
namespace {

constexpr const char* kShop = R"(language 1

workspace shop {
  time zone "Europe/Berlin"
  currency EUR
}

profile user {
  email         string pii
  push_token    string pii
  time_zone     zone
  hotel_zone    zone
  trial_length  duration default 14 days
}

event hotel_booked {
  check_in  date required
  zone      zone
  place     string
}
event signed_up
event order_paid {
  total money EUR required
}

channel email {
  address user.email
}
channel push {
  address user.push_token
}

consent news "News" {
  channels push
}

frequency seldom {
  at most 1 push per year
  counts marketing
  when full skip
}

quiet night {
  from 22:00 to 08:00 local
  on push
  then hold
  if no zone use "Europe/Berlin"
}

template hello email transactional {
  subject "Hello"
  body "Hello"
}
template bye email transactional {
  subject "Bye"
  body "Bye"
}
template nudge push marketing {
  consent news
  body "Still there?"
}
template scored email transactional {
  subject "Scored"
  body "{{ score }}"
  needs score int required
}
)";

constexpr const char* kJourneys = R"(language 1
use "shop.journey"

journey arrival "The hotel's clock" transactional {
  version 1
  enter when hotel_booked
  reenter always
  time zone trigger.zone
  expires after 60 days
  do {
    wait until trigger.check_in - 1 day at 18:00 local
    send email hello
    wait until 09:00 local
    send email bye
  }
}

journey step_zone "A clock of one step" transactional {
  version 1
  enter when hotel_booked
  reenter always
  expires after 60 days
  do {
    wait until Tuesday at 10:00 in trigger.place
    send email hello valid until 20:00 in user.hotel_zone
    wait until 10:00 local
    send email bye
  }
}

journey trial "As long as the trial lasts" transactional {
  version 1
  enter when signed_up
  expires after 90 days
  do {
    wait user.trial_length
    send email hello
  }
}

snippet later(gap: duration) {
  wait gap
  send email bye
}

journey through_a_snippet "A length through a snippet" transactional {
  version 1
  enter when signed_up
  expires after 90 days
  do {
    include later(gap: user.trial_length + 1 day)
  }
}

journey called_one "Others run it" transactional {
  version 1
  enter when called
  reenter always
  expires after 1 day
  do {
    if trigger.sum > EUR 100 and trigger.who is "Ada" { send email hello } else { send email bye }
  }
}

journey caller "Runs it" transactional {
  version 1
  enter when order_paid
  reenter always
  expires after 1 day
  do {
    run called_one with { sum: trigger.total, who: user.email default "nobody" }
  }
}

journey nobody_runs "Only its tests know what it is given" transactional {
  version 1
  enter when called
  reenter always
  expires after 1 day
  do {
    if trigger.level >= 3 { send email hello } else { send email bye }
  }
}

journey yearly_nudge "Once a year" {
  version 1
  enter when signed_up
  reenter always
  frequency seldom
  quiet night
  expires after 1 day
  do {
    send push nudge
  }
}

band spent of max(order_paid.total ever) {
  1 below EUR 50
  2 below EUR 500
  3 otherwise
}

journey scores "A score" transactional {
  version 1
  enter when signed_up
  expires after 1 day
  do {
    send email scored with { score: spent }
  }
}
)";

constexpr const char* kTests = R"(language 1
use "shop.journey"

test "six in the evening at the hotel, wherever the guest lives" of arrival {
  start 2026-05-01 09:00 in "Asia/Shanghai"
  given user { email: "a@example.com", time_zone: "Asia/Shanghai" }
  at +0s hotel_booked { check_in: 2026-05-10, zone: "Europe/Lisbon" }
  at 2026-05-09 17:59 in "Europe/Lisbon" expect nothing sent
  at 2026-05-09 18:00 in "Europe/Lisbon" expect sent email hello
  at 2026-05-10 08:59 in "Europe/Lisbon" expect no more sends
  at 2026-05-10 09:00 in "Europe/Lisbon" expect sent email bye
}

test "no zone of the hotel: where the guest lives" of arrival {
  start 2026-05-01 09:00 in "Asia/Shanghai"
  given user { email: "a@example.com", time_zone: "Asia/Shanghai" }
  at +0s hotel_booked { check_in: 2026-05-10 }
  at 2026-05-09 17:59 expect nothing sent
  at 2026-05-09 18:00 expect sent email hello
}

test "nor where the guest lives: the workspace" of arrival {
  start 2026-05-01 09:00 in "Europe/Berlin"
  given user { email: "a@example.com" }
  at +0s hotel_booked { check_in: 2026-05-10 }
  at 2026-05-09 17:59 expect nothing sent
  at 2026-05-09 18:00 expect sent email hello
}

test "one step goes by its own place" of step_zone {
  start 2026-05-01 09:00 in "Asia/Shanghai"
  given user { email: "a@example.com", time_zone: "Asia/Shanghai", hotel_zone: "America/New_York" }
  at +0s hotel_booked { check_in: 2026-05-10, place: "America/Los_Angeles" }
  at 2026-05-05 09:59 in "America/Los_Angeles" expect nothing sent
  at 2026-05-05 10:00 in "America/Los_Angeles" expect sent email hello
  at 2026-05-06 09:59 expect no more sends
  at 2026-05-06 10:00 expect sent email bye
}

test "a place nobody knows is as none" of step_zone {
  start 2026-05-01 09:00 in "Asia/Shanghai"
  given user { email: "a@example.com", time_zone: "Asia/Shanghai" }
  at +0s hotel_booked { check_in: 2026-05-10, place: "Mars/Base" }
  at 2026-05-05 09:59 expect nothing sent
  at 2026-05-05 10:00 expect sent email hello
}

test "the trial of this person" of trial {
  start 2026-03-02 10:00 in "Europe/Berlin"
  given user { email: "a@example.com", trial_length: 30 days }
  at +0s signed_up
  at 2026-04-01 09:59 expect nothing sent
  at 2026-04-01 10:00 expect sent email hello
}

test "the usual trial" of trial {
  start 2026-03-02 10:00 in "Europe/Berlin"
  given user { email: "a@example.com" }
  at +0s signed_up
  at 2026-03-16 09:59 expect nothing sent
  at 2026-03-16 10:00 expect sent email hello
}

test "a day more, through a snippet" of through_a_snippet {
  start 2026-03-02 10:00 in "Europe/Berlin"
  given user { email: "a@example.com", trial_length: 2h }
  at +0s signed_up
  at 2026-03-03 11:59 expect nothing sent
  at 2026-03-03 12:00 expect sent email bye
}

test "called by the test" of called_one {
  start 2026-03-02 10:00 in "Europe/Berlin"
  given user { email: "a@example.com" }
  at +0s expect not entered
  at +1m called { sum: EUR 120, who: "Ada" }
  at +1m expect entered
  at +1m expect sent email hello
  at +2m called { sum: EUR 20, who: "Ada" }
  at +2m expect sent email bye
}

test "called by nobody but the test" of nobody_runs {
  start 2026-03-02 10:00 in "Europe/Berlin"
  given user { email: "a@example.com" }
  at +0s called { level: 3 }
  at +0s expect sent email hello
  at +1m called { level: 2 }
  at +1m expect sent email bye
}

test "one a year, by the calendar" of yearly_nudge {
  start 2026-12-30 12:00 in "Europe/Berlin"
  given user { push_token: "t", time_zone: "Europe/Berlin" }
  given consent news
  at +0s signed_up
  at +1m expect sent push nudge
  at 2026-12-31 12:00 signed_up
  at 2026-12-31 12:01 expect no more sends
  at 2027-01-01 12:00 signed_up
  at 2027-01-01 12:01 expect sent push nudge
}

test "who never bought is scored by otherwise" of scores {
  start 2026-03-02 10:00 in "Europe/Berlin"
  given user { email: "a@example.com" }
  at +0s signed_up
  at +0s expect sent email scored with { score: 3 }
}

test "who bought little is scored so" of scores {
  start 2026-03-02 10:00 in "Europe/Berlin"
  given user { email: "a@example.com" }
  given history order_paid { total: EUR 20 } at -3 days
  at +0s signed_up
  at +0s expect sent email scored with { score: 1 }
}
)";

std::vector<dsl::SourceFile> project() {
    return {{"shop.journey", kShop}, {"all.journey", kJourneys}, {"tests.journey", kTests}};
}

std::vector<dsl::SourceFile> in_yaml() {
    std::vector<dsl::SourceFile> files = project();
    for (dsl::SourceFile& file : files) {
        const dsl::Formatted made = dsl::convert_source(file, dsl::Surface::yaml);
        REQUIRE(made.text);
        // There and back is where it began.
        const dsl::Formatted back =
            dsl::convert_source({file.name + ".yaml", *made.text}, dsl::Surface::journey);
        REQUIRE(back.text);
        const dsl::Formatted again =
            dsl::convert_source({file.name, *back.text}, dsl::Surface::yaml);
        REQUIRE(again.text);
        CHECK(*again.text == *made.text);
        file.name += ".yaml";
        file.text = *made.text;
    }
    return files;
}

}  // namespace

TEST_CASE("zones, lengths and calls out of data work in both surfaces", "[app]") {
    const dsl::Compilation written = dsl::compile(project());
    INFO(dsl::render(written));
    REQUIRE(written.ok());
    const dsl::Compilation converted = dsl::compile(in_yaml());
    INFO(dsl::render(converted));
    REQUIRE(converted.ok());
    REQUIRE(written.program->journeys.size() == converted.program->journeys.size());
    for (std::size_t i = 0; i < written.program->journeys.size(); ++i) {
        CAPTURE(written.program->journeys[i].name);
        CHECK(written.program->journeys[i].hash == converted.program->journeys[i].hash);
    }
    REQUIRE(written.tests.size() == 13);
    for (const dsl::Compilation* made : {&written, &converted}) {
        for (const sema::TestCase& test : made->tests) {
            CAPTURE(test.title);
            const TrialResult result = run_trial(*made->program, test);
            std::string story;
            for (const StoryLine& line : result.story)
                story += line.text + "\n";
            INFO(story);
            CHECK(result.problem == "");
        }
    }
}

}  // namespace journey::app
