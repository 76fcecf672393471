// When things happen: the lines of a test by their times, and days counted from a moment on where
// the person lives.

#include "engine/app/test_trial.h"

#include <catch2/catch.hpp>

namespace journey::app {
namespace {

constexpr const char* kShop = R"(language 1
workspace shop { time zone "Asia/Shanghai" }
profile user {
  email      string pii
  time_zone  zone
  hotel_zone zone
}
event viewed { view_id string required }
event page_ping { view_id string required }
event cart_added
event booked {
  arrives instant required
}
channel email { address user.email }
template hello email transactional {
  subject "Hello"
  body "Hello"
}
template bye email transactional {
  subject "Bye"
  body "Bye"
}
)";

constexpr const char* kJourneys = R"(
journey pings "Counts" transactional {
  version 1
  enter when viewed
  do {
    wait at most 1 day {
      on cart_added {
        if count(page_ping since entry) is 3 { send email hello } else { send email bye }
      }
      timeout
    }
  }
}

journey by_entry "A day from the entry on" transactional {
  version 1
  enter when viewed
  do {
    wait until entry + 1 day
    send email hello
  }
}

journey by_let "A day from now on" transactional {
  version 1
  enter when viewed
  do {
    let soon = now + 1 day
    wait until soon
    send email hello
  }
}

journey by_trigger "A day before it" transactional {
  version 1
  enter when booked
  do {
    wait until trigger.arrives - 1 day
    send email hello
  }
}

journey by_condition "Asked after a day" transactional {
  version 1
  enter when viewed
  do {
    wait 1 day
    if now >= entry + 1 day and time since entry >= 1 day { send email hello } else { send email bye }
  }
}

journey by_watch "As soon as it is so" transactional {
  version 1
  enter when viewed
  do {
    wait at most 3 days {
      when now >= entry + 1 day { send email hello }
      timeout
    }
  }
}

journey by_place "Where the hotel is" transactional {
  version 1
  enter when viewed
  time zone user.hotel_zone
  do {
    wait until entry + 1 day
    send email hello
  }
}

segment a_day_old = last(viewed within 30 days) is present and now >= last(viewed within 30 days).time + 1 day

journey by_segment "A segment is the workspace's" transactional {
  version 1
  enter when viewed
  do {
    wait at most 3 days {
      when user in a_day_old { send email hello }
      timeout
    }
  }
}
)";

dsl::Compilation compiled(const std::string& tests) {
    dsl::Compilation out = dsl::compile({{"shop.journey", std::string(kShop) + kJourneys + tests}});
    INFO(dsl::render(out));
    REQUIRE(out.ok());
    return out;
}

/// "" or what the only test complained of.
std::string trial_of(const std::string& test) {
    const dsl::Compilation project = compiled(test);
    REQUIRE(project.tests.size() == 1);
    return run_trial(*project.program, project.tests[0], translate::Speech()).problem;
}

}  // namespace

TEST_CASE("single lines and series of a test happen in the order of their times", "[app]") {
    const auto [label, lines, problem] = GENERATE(table<std::string, std::string, std::string>({
        {"a line between two rounds", R"(
  at +0s viewed { view_id: "v" }
  at +50s cart_added
  every 15s until +120s page_ping { view_id: "v" }
  at +120s expect sent email hello)",
         ""},
        {"the series written first", R"(
  at +0s viewed { view_id: "v" }
  every 15s until +120s page_ping { view_id: "v" }
  at +50s cart_added
  at +120s expect sent email hello)",
         ""},
        {"an expectation inside a series", R"(
  at +0s viewed { view_id: "v" }
  every 15s until +120s page_ping { view_id: "v" }
  at +49s expect nothing sent
  at +50s cart_added
  at +50s expect sent email hello
  at +51s expect no more sends)",
         ""},
        {"an expectation inside a series that fails", R"(
  at +0s viewed { view_id: "v" }
  every 15s until +120s page_ping { view_id: "v" }
  at +49s expect sent email hello
  at +50s cart_added)",
         "email hello was not sent"},
        {"of one moment, the series written first", R"(
  at +0s viewed { view_id: "v" }
  every 15s until +120s page_ping { view_id: "v" }
  at +45s cart_added
  at +45s expect sent email hello)",
         ""},
        {"of one moment, the single line written first", R"(
  at +0s viewed { view_id: "v" }
  at +45s cart_added
  every 15s until +120s page_ping { view_id: "v" }
  at +120s expect sent email bye)",
         ""},
        {"two series side by side", R"(
  at +0s viewed { view_id: "v" }
  every 20s until +80s page_ping { view_id: "v" }
  every 70s until +75s cart_added
  at +75s expect sent email hello)",
         ""},
    }));
    CAPTURE(label);
    CHECK(trial_of("test \"times\" of pings {\n  start 2026-03-02 09:00 in \"UTC\"\n"
                   "  given user { email: \"a@example.com\" }" +
                   lines + "\n}\n") == problem);
}

TEST_CASE("days from a moment on are counted where the person lives, as a wait counts them",
          "[app]") {
    // The night of 2026-03-08 New York loses an hour, that of 2026-11-01 it has one twice. Shanghai,
    // where the workspace is, knows neither.
    struct Case {
        std::string label, journey, start, event, before, at;
    };
    const auto one = GENERATE(values<Case>({
        {"an entry, in spring", "by_entry", "2026-03-07 09:00", "viewed { view_id: \"v\" }",
         "2026-03-08 08:59", "2026-03-08 09:00"},
        {"an entry, in autumn", "by_entry", "2026-10-31 09:00", "viewed { view_id: \"v\" }",
         "2026-11-01 08:59", "2026-11-01 09:00"},
        {"a value kept", "by_let", "2026-03-07 09:00", "viewed { view_id: \"v\" }",
         "2026-03-08 08:59", "2026-03-08 09:00"},
        {"before a moment", "by_trigger", "2026-03-01 09:00",
         "booked { arrives: 2026-03-08 09:00 in \"America/New_York\" }", "2026-03-07 08:59",
         "2026-03-07 09:00"},
        {"a condition after a wait, in spring", "by_condition", "2026-03-07 09:00",
         "viewed { view_id: \"v\" }", "2026-03-08 08:59", "2026-03-08 09:00"},
        {"a condition after a wait, in autumn", "by_condition", "2026-10-31 09:00",
         "viewed { view_id: \"v\" }", "2026-11-01 08:59", "2026-11-01 09:00"},
        {"a condition that the clock makes true", "by_watch", "2026-03-07 09:00",
         "viewed { view_id: \"v\" }", "2026-03-08 08:59", "2026-03-08 09:00"},
        {"a journey of another place", "by_place", "2026-03-07 09:00", "viewed { view_id: \"v\" }",
         "2026-03-08 09:59", "2026-03-08 10:00"},
        {"a segment means the same for everyone", "by_segment", "2026-03-07 09:00",
         "viewed { view_id: \"v\" }", "2026-03-08 09:59", "2026-03-08 10:00"},
    }));
    CAPTURE(one.label);
    CHECK(trial_of("test \"days\" of " + one.journey + " {\n  start " + one.start +
                   " in \"America/New_York\"\n"
                   "  given user { email: \"a@example.com\", time_zone: \"America/New_York\", "
                   "hotel_zone: \"Asia/Tokyo\" }\n"
                   "  at +0s " +
                   one.event + "\n  at " + one.before + " expect nothing sent\n  at " + one.at +
                   " expect sent email hello\n}\n") == "");
}

}  // namespace journey::app
