// journey bench check: how long the compiler takes for a project of many journeys, and how much of
// that is reading alone.

#include "dsl/dsl.h"
#include "engine/app/commands.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fstream>

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

/// One journey in a file of its own, with its templates, a segment and a test: what people write.
std::string journey_text(std::size_t number, std::size_t steps) {
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

std::vector<dsl::SourceFile> project(const BenchCheckOptions& options) {
    std::vector<dsl::SourceFile> files;
    files.push_back({"shop.journey", kShared});
    for (std::size_t i = 0; i < options.journeys; ++i) {
        files.push_back({fmt::format("nurture_{}.journey", i), journey_text(i, options.steps)});
    }
    return files;
}

/// A figure of /proc/self/status in MiB.
double memory_mib(const std::string& name) {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
    }
    return 0;
}

template <typename Work>
double median_seconds(std::size_t rounds, Work work) {
    std::vector<double> seconds;
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        seconds.push_back(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    std::sort(seconds.begin(), seconds.end());
    return seconds[seconds.size() / 2];
}

}  // namespace

int bench_check_command(const BenchCheckOptions& options) {
    const std::vector<dsl::SourceFile> files = project(options);
    std::size_t bytes = 0;
    for (const dsl::SourceFile& file : files)
        bytes += file.text.size();
    if (!options.write_to.empty()) {
        for (const dsl::SourceFile& file : files)
            std::ofstream(options.write_to + "/" + file.name, std::ios::binary) << file.text;
    }
    const dsl::Compilation first = dsl::compile(files);
    if (!first.ok()) {
        fmt::print(stderr, "{}", dsl::render_short(first));
        return 3;
    }
    const double whole = median_seconds(options.rounds, [&] { dsl::compile(files); });
    const double reading = median_seconds(options.rounds, [&] {
        for (const dsl::SourceFile& file : files)
            dsl::reads(file);
    });
    const double journeys = static_cast<double>(options.journeys);
    fmt::print("{} journeys of {} steps, {:.1f} MB of text, median of {}\n", options.journeys,
               options.steps, static_cast<double>(bytes) / 1e6, options.rounds);
    fmt::print("check      {:8.1f} ms   {:8.0f} journeys/s   {:.0f} MB at most\n", whole * 1e3,
               journeys / whole, memory_mib("VmHWM"));
    fmt::print("read only  {:8.1f} ms   {:8.0f} journeys/s\n", reading * 1e3, journeys / reading);
    fmt::print("check takes {:.2f} times as long as reading\n", whole / reading);
    return 0;
}

}  // namespace journey::app
