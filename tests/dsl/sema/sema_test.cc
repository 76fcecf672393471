#include "dsl/dsl.h"
#include "dsl/sema/variables.h"
#include "tests/kit/files.h"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace journey;
namespace fs = std::filesystem;
using testing::read_file;

namespace {

const fs::path kGolden = fs::path(JOURNEY_SOURCE_DIR) / "tests/dsl/golden";

dsl::Compilation compile_with_shop(const std::string& text) {
    return dsl::compile(
        {{"shop.journey", read_file(kGolden / "shop.journey")}, {"x.journey", text}});
}

/// Errors and warnings, in order of place, without the hints every project has.
std::string codes(const std::string& text) {
    std::string all;
    for (const dsl::Diagnostic& diagnostic : compile_with_shop(text).diagnostics) {
        if (diagnostic.code == "J0111" || diagnostic.code == "J0701") continue;
        all += (all.empty() ? "" : " ") + diagnostic.code;
    }
    return all;
}

}  // namespace

TEST_CASE("conditions are understood or refused for the right reason", "[sema]") {
    const auto [condition, expected] = GENERATE(table<std::string, std::string>({
        // LANGUAGE 2.10, the operators and the history
        {R"(user.tier is "pro" or user.tier is "plus")", ""},
        {R"(user.tier in ["plus", "pro"])", ""},
        {R"(user in vip and not tagged("no_promo"))", ""},
        {R"(user.topics contains "travel")", ""},
        {R"(user.tags contains "vip")", ""},
        {R"(user.email is present and user.email ends with "@example.com")", ""},
        {R"(last(product_viewed).price default CNY 0 >= CNY 100)", ""},
        {R"((user.first_name default "friend") is not blank)", ""},
        {R"(time since last(order_paid) > 90 days)", ""},
        {R"(time since last(order_paid) > 36h)", ""},
        {R"(time since last(order_paid) > 2 days)", ""},
        {R"(3 days <= time since last(order_paid))", ""},
        {R"(time since last(order_paid) between 36h and 3 days)", ""},
        {R"(time since last(order_paid) is 2 days)", "J0209"},
        {R"(2 days > 48h)", "J0209"},
        {R"(size(user.topics) > 0)", ""},
        {R"(hour(now, user.time_zone) between 9 and 18)", ""},
        {R"(last(order_paid).total * 2 >= CNY 500)", ""},
        {R"(not did(order_paid within 30d))", ""},
        {R"(count(order_paid where total >= CNY 100 within 1y) is 0)", ""},
        {R"(avg(order_paid.total within 6mo) > CNY 5)", ""},
        {R"(count(distinct product_viewed.sku within 7 days) > 2)", ""},
        {R"(last(product_viewed where category is "shoes" within 7d).sku default "none" is "x")",
         ""},
        {R"(first(signed_up).source is "app")", ""},
        {R"(count(order_paid between 2026-03-01 and 2026-03-08) > 0)", ""},
        {R"(count(clicked where template is "hello" within 14 days) > 0)", ""},
        {R"(days_between(user.birthday, date_of(now)) > 365)", ""},
        // Missing values and flow typing, 2.11
        {R"(user.country is not "CN")", "J0207"},
        {R"(user.country is present and user.country is not "CN")", ""},
        {R"(user.country is not "CN" and user.country is present)", "J0207"},
        {R"(user.country is not "CN" or user.country is missing)", ""},
        {R"(user.country is missing or user.country is not "CN")", ""},
        {R"(not (user.country is missing) and user.country not in ["CN"])", ""},
        {R"(user.country is "DE" and user.country is not "CN")", ""},
        {R"(not user.vip)", "J0207"},
        {R"(not (user.vip default false))", ""},
        {R"(user.tier is not "pro")", ""},
        {R"(not (user.topics contains "a" and user.tier is "pro"))", "J0207"},
        {R"(did(order_paid where count is not 3 within 1d))", "J0207"},
        {R"(not did(order_paid where count is 3 within 1d))", ""},
        {R"(last(order_paid).total is not CNY 5)", "J0207"},
        // One mistake, one message
        {R"(user.nothing is not "x" and user.nothing > 3)", "J0102 J0102"},
        {R"(sum(nothing.total within 30d) > 100)", "J0101"},
        {R"(count(order_paid where colour is "red" and total > CNY 5 within 30d) > "x")", "J0102"},
        {R"(user in nobody or user.tier is "gold")", "J0104 J0204"},
        {R"(did(order_paid where did(signed_up ever) ever))", "J0902"},
        {R"(user.tier is missing)", "J0301"},
        {R"(user.tier is "pro" and now > trigger.time)", "J0108"},
        {R"(lower(5) is "x")", "J0201"},
        {R"(hour(now, "Mars/Base") > 3)", "J0212"},
        {R"(5 is 5.0)", "J0301"},
    }));
    CAPTURE(condition);
    CHECK(codes("segment s = " + condition + "\n") == expected);
}

TEST_CASE("what is known in a branch stays known until somebody waits", "[sema]") {
    const auto [steps, expected] = GENERATE(table<std::string, std::string>({
        {"if user.country is present { send push coupon with { code: user.country } }", ""},
        {"if user.country is present {\n wait 1h\n send push coupon with { code: user.country }\n}",
         "J0208"},
        {"if user.country is missing { stop }\nsend push coupon with { code: user.country }", ""},
        {"if user.country is missing { wait 1h } else { send push coupon with { code: user.country "
         "} }",
         ""},
        {"set user.country = \"CN\"\nsend push coupon with { code: user.country }", ""},
        {"if trigger.source is present {\n wait 1h\n send push coupon with { code: trigger.source "
         "}\n}",
         ""},
        {"if tagged(\"a\") { let x = \"1\" } else { let x = \"2\" }\nsend push coupon with { code: "
         "x }",
         ""},
        {"if tagged(\"a\") { let x = \"1\" } else { stop }\nsend push coupon with { code: x }", ""},
        {"if tagged(\"a\") { let x = \"1\" }\nsend push coupon with { code: x }", "J0108"},
        {"let x = user.country\nsend push coupon with { code: x default \"y\" }", ""},
        {"let x = user.country\nsend push coupon with { code: x }", "J0208"},
        {"let x = 1\nlet x = \"a\"", "J0105"},
    }));
    CAPTURE(steps);
    CHECK(codes("journey j {\n enter when signed_up\n frequency gentle\n quiet night\n do {\n" +
                steps + "\n}\n}\n") == expected);
}

TEST_CASE("time in a journey is added up by its shortest path", "[sema]") {
    const auto [steps, expected] = GENERATE(table<std::string, std::string>({
        {"wait 9 days\nsend email hello", ""},
        {"wait 11 days\nsend email hello", "J0309"},
        {"if tagged(\"a\") { wait 8 days }\nwait 3 days\nsend email hello", ""},
        {"if tagged(\"a\") { wait 8 days } else { wait 9 days }\nwait 3 days\nsend email hello",
         "J0309"},
        {"if tagged(\"a\") { wait 8 days } else { stop }\nwait 3 days\nsend email hello", "J0309"},
        {"wait at most 12 days {\n on order_paid { stop }\n timeout { send email hello }\n}",
         "J0309"},
        {"wait at most 8 days {\n on order_paid\n timeout\n}\nwait 3 days", ""},
    }));
    CAPTURE(steps);
    std::string fixed = steps;
    const std::size_t bare = fixed.find("on order_paid\n");
    if (bare != std::string::npos) fixed.replace(bare, 13, "on order_paid { note \"x\" }");
    CHECK(codes("journey j {\n enter when signed_up\n frequency gentle\n expires after 10 days\n "
                "do {\n" +
                fixed + "\n}\n}\n") == expected);
}

TEST_CASE("tests arrive resolved, typed and in order", "[sema]") {
    const dsl::Compilation made = compile_with_shop(R"(
journey j {
  enter when signed_up
  frequency gentle
  goal bought when order_paid
  do {
    mail: send email hello
    experiment e {
      holdout 10%
      arm a 100% { wait 1h }
    }
  }
}
test "all" of j {
  start 2026-03-07 12:00 in "America/New_York"
  given user { birthday: 1990-03-08, tier: "plus" }
  given history order_paid { order_id: "o", total: CNY 19.90 } at -2 days
  given experiment e puts user in holdout
  at +0s signed_up { source: "web" }
  every 15s until +90s product_viewed { sku: "A" }
  at +1 day expect sent email hello with { first_name: "Ada" }
  at 2026-03-09 09:30 in "UTC" expect goal bought
}
)");
    INFO(dsl::render(made));
    REQUIRE(made.tests.size() == 1);
    const dsl::TestCase& test = made.tests[0];
    CHECK(test.zone == "America/New_York");
    CHECK(format_instant(test.start) == "2026-03-07T17:00:00.000Z");
    CHECK(*find(test.profile, "birthday") == Value(parse_date("1990-03-08").value()));
    REQUIRE(test.history.size() == 1);
    CHECK(test.history[0].before_start == CalendarDuration{0, 2, 0});
    CHECK(*find(test.history[0].data, "total") == Value(Money{1990, {{'C', 'N', 'Y'}}}));
    REQUIRE(test.arms.size() == 1);
    CHECK(test.arms[0].holdout);
    REQUIRE(test.lines.size() == 4);
    CHECK(test.lines[1].every == CalendarDuration{0, 0, 15});
    CHECK(test.lines[1].text == "every 15s until +90s product_viewed { sku: \"A\" }");
    // The clocks change that night: a day is 23 hours.
    CHECK(format_instant(test.lines[2].at.absolute) == "2026-03-08T16:00:00.000Z");
    CHECK(format_instant(test.lines[3].at.absolute) == "2026-03-09T09:30:00.000Z");
    CHECK(std::get<sema::ExpectGoal>(test.lines[3].act).name == "bought");
}

TEST_CASE("a text's variables are found, its own are not", "[sema]") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"Hello {{ first_name }}", "first_name"},
        {"{{ user.tier | upcase }}", "user.tier"},
        {"{{ name | default: other }}", "name other"},
        {"{{ name | default: \"x }} y\" }} {{ b }}", "name b"},
        {"{% for x in items limit: 3 %}{{ x.name }} {{ forloop.index }}{% endfor %}", "items"},
        {"{% assign y = a | plus: 1 %}{{ y }}", "a"},
        {"{% if a and b == \"c\" or d contains 'e' %}{% endif %}", "a b d"},
        {"{% comment %}{{ nothing }}{% endcomment %}{{ z }}", "z"},
        {"{% raw %}{{ nothing }}{% endraw %}", ""},
        {"{% doc %}{{ nothing }}{% enddoc %}", ""},
        {"{% liquid\n  assign y = a\n  # no\n  if b\n    echo y\n  endif %}", "a b"},
        {"{% tablerow x in items %}{{ tablerowloop.col }}{{ x }}{% endtablerow %}", "items"},
        {"{% increment n %}{{ n }}", ""},
        {"{{ broken", "broken"},
        {"{{ 3.14 }} {{ true }}", ""},
        {"{{- a -}}", "a"},
    }));
    CAPTURE(text);
    std::string found;
    for (const sema::Mention& mention : sema::find_mentions(text)) {
        found += (found.empty() ? "" : " ") + mention.name;
        if (!mention.property.empty()) found += "." + mention.property;
        CHECK(mention.end <= text.size());
    }
    CHECK(found == expected);
}

TEST_CASE("what a template puts in travels with it and counts in the journey's hash", "[sema]") {
    std::map<std::string, std::string, std::less<>> files = {
        {"templates/partials/header.liquid", "Dear {{ name }},{% include 'line' %}"},
        {"templates/partials/line.liquid", "{% assign rest = 'x' %}{{ user.country }}{{ rest }}"},
        {"templates/partials/item.liquid", "{{ item.sku }} {{ forloop.index }}"}};
    dsl::Options options;
    options.read_file = [&](std::string_view path) -> std::optional<std::string> {
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    };
    const auto compiled = [&] {
        const std::string text =
            "template letter email transactional {\n"
            "  body \"{% render 'header', name: first_name %}{% render 'item' for things %}"
            "{% include 'line' %}{{ rest }}\"\n"
            "  needs things list of string required\n}\n"
            "template other email transactional {\n  body \"{% render 'header', name: 'x' %}\"\n}\n"
            "journey j transactional {\n enter when signed_up\n do { send email letter with "
            "{ things: [\"a\"] } }\n}\n"
            "journey k transactional {\n enter when signed_up\n do { send email receipt with "
            "{ order_id: \"1\", total: CNY 1 } }\n}\n";
        dsl::Compilation made = dsl::compile(
            {{"shop.journey", read_file(kGolden / "shop.journey")}, {"x.journey", text}}, options);
        INFO(dsl::render(made));
        REQUIRE(made.program);
        return std::move(*made.program);
    };
    const ir::Program before = compiled();
    REQUIRE(before.partials.size() == 3);
    const auto& letter = before.templates[ir::find_named(before.templates, "letter")];
    CHECK(letter.partials.size() == 3);
    CHECK(before.templates[ir::find_named(before.templates, "other")].partials.size() == 2);
    std::vector<std::string> reads;
    for (const ir::Index field : letter.profile_fields)
        reads.push_back(before.profile[field].name);
    CHECK(reads == std::vector<std::string>{"first_name", "country"});
    CHECK(ir::decode(ir::encode(before)));

    files["templates/partials/line.liquid"] += "!";
    const ir::Program after = compiled();
    CHECK(before.journeys[0].hash != after.journeys[0].hash);
    CHECK(before.journeys[1].hash == after.journeys[1].hash);
}

TEST_CASE("files are one project, in any order", "[sema]") {
    const std::string journey =
        "use \"shop.journey\"\njourney j {\n enter when signed_up\n frequency gentle\n do { send "
        "email hello }\n}\n";
    const std::string shop = read_file(kGolden / "shop.journey");
    const dsl::Compilation one = dsl::compile({{"shop.journey", shop}, {"j.journey", journey}});
    const dsl::Compilation two = dsl::compile({{"j.journey", journey}, {"shop.journey", shop}});
    REQUIRE(one.program);
    REQUIRE(two.program);
    CHECK(one.program->journeys[0].hash == two.program->journeys[0].hash);
}

TEST_CASE("damaged projects are answered with diagnostics, never with a crash", "[sema][hostile]") {
    std::vector<std::string> seeds;
    for (const auto& entry : fs::directory_iterator(kGolden)) {
        if (entry.path().extension() == ".journey") seeds.push_back(read_file(entry.path()));
    }
    std::sort(seeds.begin(), seeds.end());
    const std::string shop = read_file(kGolden / "shop.journey");
    Rng rng(7);
    const std::vector<std::string> words = {
        "not ", "is ",   "trigger.", "user.", "missing", "()",     "{",    "}",
        "5",    "\"x\"", "1 day",    "CNY 5", "where ",  "since ", "and ", "entry"};
    for (int round = 0; round < 300; ++round) {
        std::string text = seeds[rng.below(seeds.size())];
        for (std::uint64_t edits = 1 + rng.below(4); edits > 0 && !text.empty(); --edits) {
            const std::size_t at = rng.below(text.size());
            if (rng.chance(0.6)) {
                text.insert(at, words[rng.below(words.size())]);
            } else {
                text.erase(at, 1 + rng.below(12));
            }
        }
        CAPTURE(round, text);
        const dsl::Compilation made = dsl::compile({{"shop.journey", shop}, {"x.journey", text}});
        CHECK(made.program.has_value() != source::has_errors(made.diagnostics));
    }
}
