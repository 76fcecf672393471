// What `explain` says against what the engine does: policies that are asked of nobody, moments that
// stay, and every "or else" of the language.
#include "dsl/dsl.h"
#include "engine/explain/explain.h"

#include <catch2/catch.hpp>

namespace journey::explain {
namespace {

constexpr const char* kShop = R"(language 1
workspace shop {
  time zone "Asia/Shanghai"
  currency CNY
}
profile user {
  email      string pii
  phone      string pii
  token      string pii
  time_zone  zone
  renews_on  date default 2026-06-01
  birthday   date
  trial      duration default 5 days
}
event signed_up {
  plan string
}
event order_paid {
  order_id string required
  total    money CNY required
}
channel email {
  address user.email
}
channel sms {
  address user.phone
}
channel push {
  address user.token
}
consent news "News" {
  channels email, sms, push
}
frequency gentle {
  at most 1 email per day
  at most 2 sms per week
  at most 3 push per month
  at most 4 messages per 168h
  when full hold up to 2 days
}
quiet night {
  from 21:30 to 09:00 local
  on sms, push
  then hold
  if no zone skip
}
webhook mint {
  post "https://api.example.com/mint"
  gives code string required
}
template story email marketing {
  consent news
  subject "Story"
  body "Story"
  unsubscribe automatic
}
template nudge push marketing {
  consent news
  body "Come back"
}
template code sms transactional {
  body "Your code"
}
band orders of count(order_paid within 1 year) {
  1 below 2
  2 otherwise
}
segment everybody = user.email is present
)";

/// The reading of the one journey that `text` ends with.
std::string told(const std::string& text, Language language) {
    const dsl::Compilation made = dsl::compile({{"shop.journey", kShop + text}});
    INFO(dsl::render(made));
    REQUIRE(made.ok());
    return text_of(read_journey(*made.program, made.program->journeys[0], language));
}

void check_says(const std::string& text, std::initializer_list<const char*> parts) {
    for (const char* part : parts) {
        CAPTURE(text, part);
        CHECK(text.find(part) != std::string::npos);
    }
}
void check_silent(const std::string& text, std::initializer_list<const char*> parts) {
    for (const char* part : parts) {
        CAPTURE(text, part);
        CHECK(text.find(part) == std::string::npos);
    }
}

std::string journey_of(const std::string& head, const std::string& steps) {
    return "journey told" + head + "\n  do {\n" + steps + "\n  }\n}\n";
}

}  // namespace

TEST_CASE("a transactional journey is not promised quiet hours or a limit", "[explain]") {
    const std::string source = journey_of(R"( transactional {
  version 1
  enter when signed_up
  reenter always
  frequency gentle
  quiet night
  expires after 2 days)",
                                          "    send sms code");
    const std::string english = told(source, Language::english);
    check_says(english, {"they go out at once, also at night, and no frequency limit holds them",
                         "The quiet hours `night` hold nothing back here.",
                         "The frequency policy `gentle` limits nothing here."});
    check_silent(english, {"21:30", "At most 1 email", "waits until 09:00", "No quiet hours"});
    const std::string chinese = told(source, Language::chinese);
    check_says(chinese,
               {"消息属于交易消息：立即发送，夜里也发，也不受频次限制。",
                "免打扰时段 `night` 在这里不起作用。", "频次策略 `gentle` 在这里不起作用。"});
    check_silent(chinese, {"21:30", "每天最多", "没有免打扰时段"});
}

TEST_CASE("a marketing journey says of its transactional messages that nothing holds them",
          "[explain]") {
    const std::string source = journey_of(R"( {
  version 1
  enter when signed_up
  reenter always
  frequency gentle
  quiet night
  expires after 9 days)",
                                          "    send sms code\n    wait 1 day\n    send push nudge");
    const std::string english = told(source, Language::english);
    check_says(english, {"Send the text message `code`. It goes out at once, also at night: it is "
                         "transactional.",
                         "`code` is transactional: it goes out at once, also at night",
                         "no push goes out; it waits until 09:00",
                         "People whose time zone is not known do not get it at all.",
                         "At most 1 email a day.", "At most 2 text messages a week.",
                         "At most 3 pushes a month.", "At most 4 messages in any 168 hours.",
                         "Marketing messages of all journeys count together.",
                         "When that is used up, a message waits, at most 2 days."});
    check_silent(english, {"no text message or push goes out"});
    check_says(told(source, Language::chinese),
               {"发送短信 `code`。立即发送，夜里也发：这是交易消息。", "每天最多 1 封邮件。",
                "每周最多 2 条短信。", "每月最多 3 条推送。", "任意 168 小时之内最多 4 条消息。",
                "不发推送，等到 09:00 再发。", "时区未知的人一律不发。"});
}

TEST_CASE("a wait by a property says that it is looked up once", "[explain]") {
    const std::string source = journey_of(R"( transactional {
  version 1
  enter when signed_up
  expires after 90 days)",
                                          "    wait until user.renews_on - 3 days at 09:00 local\n"
                                          "    wait user.trial\n    wait until user.renews_on\n"
                                          "    wait until trigger.time + 50 days\n"
                                          "    send sms code");
    check_says(told(source, Language::english),
               {"1. Wait until 09:00 (where the person lives), 3 days before the person's "
                "`renews_on`. If that is past, it goes on at once. That is looked up once, when "
                "the wait begins; if it changes later, the wait does not.\n",
                "2. Wait as long as the person's `trial` says. That is looked up once",
                "3. Wait until 00:00 (where the person lives) on the day of the person's "
                "`renews_on`. If that",
                "4. Wait until 50 days after the time of the trigger. If that is past, it goes on "
                "at once.\n",
                "people without a time zone are those of Asia/Shanghai"});
    check_says(told(source, Language::chinese),
               {"1. 等到此人的 `renews_on` 之前 3 天的 09:00（以此人所在地的时间为准）。如果那时已"
                "经过去，就立即继续。只在等待开始时查看一次；以后再变，等待也不跟着变。\n",
                "2. 等待的时长为此人的 `trial`。"});
}

TEST_CASE("every or-else of the language is told", "[explain]") {
    const std::string head = R"( {
  version 1
  enter when signed_up
  enter yearly on user.birthday at 10:00 local, feb 29 as mar 1 for everybody
  goal bought when order_paid within 5 days, then exit
  frequency gentle
  quiet night
  expires after 30 days)";
    const std::string steps = R"(    if user.email is present { add tag "a" } else { add tag "b" }
    choose {
      when orders is 1 { add tag "c" }
      when orders is 2 { add tag "d" }
      otherwise { add tag "e" }
    }
    wait at most 1 day {
      on order_paid { add tag "f" }
      timeout { add tag "g" }
    }
    call mint as minted else { stop as no_code }
    let word = trigger.plan default "none"
    experiment subject {
      holdout 10%
      sample 50%
      arm first 50% { send email story }
      arm second 50% { send push nudge }
      winner by clicked per delivered after 4h
        needs 40 per arm
        confidence 90%
        otherwise second
    }
    stop)";
    const std::string english = told(journey_of(head, steps), Language::english);
    check_says(english, {"If not:\n", "tag \"b\"", "tag \"e\"", "When the time is over:\n",
                         "tag \"g\"", "If no good answer comes:", "as `no_code`",
                         "(or \"none\" when that is not", "has 1 March in years without one",
                         "10% are held out", "The other 45% wait for the winner",
                         "If an arm has fewer than 40 people who received it, or the lead is not "
                         "90% certain, `second` wins.",
                         "Who comes here later gets the winner at once.",
                         "many of them may only get the winner", "a message waits, at most 2 days",
                         "do not get it at all", "else 2.", "The journey stops here"});
    const std::string chinese = told(journey_of(head, steps), Language::chinese);
    check_says(chinese, {"如果不是：\n", "标签“b”", "标签“e”", "时间到了还没有发生：\n", "标签“g”",
                         "如果没有得到可用的答复：", "结果为 `no_code`", "（未知时用“none”）",
                         "在平年按 3 月 1 日", "10% 留作对照", "其余 45% 等待胜者",
                         "若有一组的已送达的人不足 40 人，或领先的把握不到 90%，则 `second` 获胜。",
                         "直接分到胜者一组", "消息等待发送，最多等 2 天。", "时区未知的人一律不发",
                         "其余为 2。", "此人的旅程提前结束。"});
    check_silent(chinese, {"为  `", "的  `", "“ ", " ”", "` ，", "` 。"});
}

TEST_CASE("what wins when nothing else is said", "[explain]") {
    struct Row {
        const char* rule;
        const char* says;
    };
    const auto row = GENERATE(values<Row>({
        {"", "If an arm has no people who received it, or the two best are level, `first` wins."},
        {"needs 40 per arm",
         "If an arm has fewer than 40 people who received it, or the two best "
         "are level, `first` wins."},
        {"confidence 90%",
         "If an arm has no people who received it, or the lead is not 90% "
         "certain, `first` wins."},
    }));
    const std::string source = journey_of(R"( {
  version 1
  enter when signed_up
  frequency gentle
  quiet night
  expires after 9 days)",
                                          std::string(R"(    experiment subject {
      arm first 50% { send email story }
      arm second 50% { send push nudge }
      winner by clicked per delivered after 4h )") +
                                              row.rule + "\n    }");
    const std::string english = told(source, Language::english);
    check_says(english, {row.says, "Who comes here later gets the winner at once."});
    check_silent(english, {"the day begins later"});
}

TEST_CASE("re-entry and side-by-side passes name what they go by", "[explain]") {
    const std::string source = journey_of(R"( transactional {
  version 1
  enter when order_paid
  key trigger.order_id
  reenter after 3 days per trigger.order_id
  while running queue
  exit when leaving everybody
  expires after 9 days)",
                                          "    send sms code");
    check_says(told(source, Language::english),
               {"3 days after the last entry; each value of the trigger's `order_id` counts by "
                "itself.",
                "Entries with different values of the trigger's `order_id` run side by side.",
                "another start with the same value waits until this pass is over",
                "The person leaves the journey on leaving the segment `everybody`."});
    check_says(told(source, Language::chinese),
               {"触发事件的 `order_id` 的每个取值分别计算。", "同一取值的再次触发会排队",
                "此人离开人群 `everybody` 时，也离开旅程。"});
}

TEST_CASE("with a key, nobody enters twice with the same value", "[explain]") {
    const auto with = [](const char* rule) {
        return told(journey_of(std::string(R"( transactional {
  version 1
  enter when order_paid
  key trigger.order_id
  reenter )") + rule + "\n  expires after 9 days",
                               "    send sms code"),
                    Language::english);
    };
    check_says(with("never"), {"A person enters once for each value of the trigger's `order_id`."});
    check_silent(with("never"), {"Nobody enters twice."});
    check_says(with("after 3 days"), {"after the last entry; each value of the trigger's "
                                      "`order_id` counts by itself."});
    check_says(with("once per trigger.total"),
               {"once for each value of the trigger's `order_id` and the trigger's `total`."});
}

}  // namespace journey::explain
