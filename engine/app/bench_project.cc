#include "engine/app/bench_project.h"

#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr const char* kShared = R"(language 1
workspace bench {
  time zone "Asia/Shanghai"
  currency CNY
}
profile user {
  email string pii
  phone string pii
  first_name string
  country string
  tier one of "free", "plus", "pro" default "free"
  time_zone zone
}
event signed_up {
  source string
}
event product_viewed {
  sku string required
  category string
  price money CNY
}
event order_paid {
  order_id string required
  total money CNY required
}
channel email {
  address user.email
}
channel sms {
  address user.phone
}
consent news "News" {
  channels email, sms
}
frequency gentle {
  at most 6 messages per 168h
}
quiet night {
  from 21:30 to 09:00 local
  on sms
  then hold
  if no zone use "Asia/Shanghai"
}
)";

}  // namespace

std::string bench_journey(std::size_t number, std::size_t steps) {
    const std::string n = std::to_string(number);
    std::string text = fmt::format(R"(use "shop.journey"

template hello_{0} email marketing {{
  consent news
  subject "Welcome, {{{{ first_name }}}}"
  body "<p>Hello {{{{ first_name }}}}, here is what we made for you.</p>"
  needs first_name string default "there"
  unsubscribe automatic
}}
template text_{0} sms marketing {{
  consent news
  body "Your cart is waiting. Reply STOP to opt out."
}}
segment buyers_{0} "Bought lately" = count(order_paid within 30d) >= {1}

# What happens after somebody looked {0} times.
journey nurture_{0} "Nurture {0}" {{
  version 1
  about "Generated for the benchmark"
  enter when product_viewed where category is "shoes_{0}"
  only if user.country is "CN" or user.tier is "pro"
  reenter after 400 days
  goal bought_{0} when order_paid where total > CNY {1} within 300 days
  exit when order_paid where order_id is "none_{0}"
  frequency gentle
  quiet night
  expires after 390 days
  do {{
)",
                                   n, number % 9 + 1);
    const auto line = [&](std::size_t i, const char* words) {
        text += fmt::format("    s{}: {}\n", i, fmt::format(fmt::runtime(words), n));
    };
    std::size_t made = 0;
    for (std::size_t turn = 0; made < steps; ++turn) {
        text += turn % 2 == 0 ? "    wait 1 day\n" : "    wait until 10:00 local\n";
        if (++made == steps) break;
        line(made,
             "send email hello_{0}  with {{ first_name: user.first_name default \"friend\" }}");
        if (++made == steps) break;
        text += fmt::format(
            "    if count(order_paid within {} days) >= 2 and user.tier is \"plus\" {{\n",
            turn + 1);
        line(made + 1, "send sms text_{0} valid for 12h");
        text += "    }\n";
        if ((made += 2) >= steps) break;
        text += "    wait at most 2 days {\n";
        text +=
            fmt::format("      on order_paid where total > CNY {} {{ stop as bought }}\n", turn);
        text += "      timeout { add tag \"slow\" }\n    }\n";
        made += 3;
    }
    text += fmt::format(R"(  }}
}}
test "starts" of nurture_{0} {{
  start 2026-03-02 09:00 in "Asia/Shanghai"
  given user {{ country: "CN", email: "a@example.com" }}
  given consent news
  at +0m product_viewed {{ sku: "A", category: "shoes_{0}" }}
  at +1m expect entered
}}
)",
                        n);
    return text;
}

std::vector<dsl::SourceFile> bench_project(std::size_t journeys, std::size_t steps) {
    std::vector<dsl::SourceFile> files;
    files.push_back({"shop.journey", kShared});
    for (std::size_t i = 0; i < journeys; ++i)
        files.push_back({fmt::format("nurture_{}.journey", i), bench_journey(i, steps)});
    return files;
}

}  // namespace journey::app
