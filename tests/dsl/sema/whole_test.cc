// Triggers, snippets, calls, experiments and moves: understood, or refused for the right reason.

#include "dsl/dsl.h"
#include "tests/kit/files.h"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace journey;
namespace fs = std::filesystem;
using testing::read_file;

namespace {

const fs::path kGolden = fs::path(JOURNEY_SOURCE_DIR) / "tests/dsl/golden";

const char* const kMore = R"(
event page_ping { view_id string required }
event page_left { view_id string required }
event page_seen {
  view_id string required
  sku string required
  dwell by page_ping on view_id every 15s ends with page_left
}
event nudged {
  kind string required
  note string
}
event lesson {
  course string required
  lesson string required
  minutes int
  skills list of string
}
webhook mint {
  post "https://api.shop.example/coupons"
  sends sku, percent
  gives code string required
  gives until instant
}
webhook ping {
  post "https://api.shop.example/ping"
}
band orders of count(order_paid within 2 years) {
  1 below 2
  2 otherwise
}
)";

dsl::Compilation compile(const std::string& text) {
    return dsl::compile({{"shop.journey", read_file(kGolden / "shop.journey")},
                         {"more.journey", kMore},
                         {"x.journey", text}});
}

std::string codes(const dsl::Compilation& made) {
    std::string all;
    for (const dsl::Diagnostic& diagnostic : made.diagnostics) {
        if (diagnostic.code == "J0111" || diagnostic.code == "J0701") continue;
        all += (all.empty() ? "" : " ") + diagnostic.code;
    }
    return all;
}

std::string journey_of(const std::string& enter, const std::string& steps,
                       const std::string& head = "") {
    return "journey j {\n  enter " + enter + "\n  frequency gentle\n  quiet night\n" + head +
           "  do {\n" + steps + "\n  }\n}\n";
}

}  // namespace

TEST_CASE("who comes in, and what trigger is then", "[sema]") {
    const auto [enter, steps, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"when page_seen lasts 90s", "let x = trigger.sku", ""},
        {"when page_seen lasts 90s unless order_paid where skus contains trigger.sku", "wait 1h",
         ""},
        {"when page_seen lasts 90s unless order_paid where time > entry", "wait 1h", "J0108"},
        {"when page_seen lasts 20s", "wait 1h", "J0321"},
        {"when page_seen lasts 1 day", "wait 1h", "J0209"},
        {"when order_paid lasts 90s", "wait 1h", "J0320"},
        {"when page_seen unless order_paid", "wait 1h", "J0326"},
        {"when count(distinct lesson.lesson within 14 days) reaches 3 per course",
         "let x = trigger.course", ""},
        {"when sum(lesson.minutes ever) reaches 60 * 10", "let x = trigger.time", ""},
        {"when sum(order_paid.total within 1y) reaches CNY 1000", "wait 1h", ""},
        {"when sum(order_paid.total within 1y) reaches 1000", "wait 1h", "J0201"},
        {"when did(lesson ever) reaches 3", "wait 1h", "J0206"},
        {"when count(lesson ever) reaches size(user.topics)", "wait 1h", "J0201"},
        {"when count(lesson ever) reaches 0", "wait 1h", "J0213"},
        {"when count(lesson ever) reaches 3 per teacher", "wait 1h", "J0102"},
        {"when count(lesson ever) reaches 3 per skills", "wait 1h", "J0201"},
        {"when count(lesson since entry) reaches 3", "wait 1h", "J0108"},
        {"when joining vip", "let x = trigger.time", ""},
        {"when leaving vip", "let x = trigger.sku", "J0102"},
        {"when joining nobody", "wait 1h", "J0104"},
        {"every day at 08:00 local for vip", "let x = trigger.total", "J0102"},
        {"every Monday, Friday at 08:00 in \"Asia/Shanghai\" for vip", "wait 1h", ""},
        {"every Monday, Monday at 08:00 local for vip", "wait 1h", "J0105"},
        {"every day at 24:00 local for vip", "wait 1h", "J0213"},
        {"every month on 28 at 08:00 local for vip", "wait 1h", ""},
        {"every month on 31 at 08:00 local for vip", "wait 1h", "J0314"},
        {"every month on 32 at 08:00 local for vip", "wait 1h", "J0213"},
        {"every day at 08:00 in \"Asia/Beijing\" for vip", "wait 1h", "J0212"},
        {"yearly on user.birthday at 09:30 local, feb 29 as mar 1 for vip", "wait 1h", ""},
        {"yearly on user.birthday at 09:30 local for vip", "wait 1h", "J0314"},
        {"yearly on user.email at 09:30 local for vip", "wait 1h", "J0201"},
        {"once at 2026-03-20 10:00 in \"Asia/Shanghai\" for vip", "wait 1h", ""},
        {"once at 2026-03-20 10:00 local for vip", "wait 1h", ""},
        {"once at 2026-03-20T10:00:00+08:00 for vip", "wait 1h", ""},
        {"when called", "wait 1h", ""},
        {"when called", "let x = trigger.code", "J0114"},
        {"when called where x is 1", "wait 1h", "J0326"},
    }));
    CAPTURE(enter, steps);
    const dsl::Compilation made = compile(journey_of(enter, steps));
    INFO(dsl::render(made));
    CHECK(codes(made) == expected);
}

TEST_CASE("steps that reach out, go round and come back", "[sema]") {
    const auto [steps, expected] = GENERATE(table<std::string, std::string>({
        // call
        {"call mint with { sku: \"A\" } as c else { stop }\nsend push coupon with { code: c.code }",
         ""},
        {"call mint as c\nsend push coupon with { code: c.code }", "J0208"},
        {"call mint as c\nsend push coupon with { code: c.code default \"x\" }", ""},
        {"call mint as c\nif c.code is present { send push coupon with { code: c.code } }", ""},
        {"call mint as c else { note \"on\" }\nsend push coupon with { code: c.code }", "J0108"},
        {"call mint as c else { send push coupon with { code: c.code } }", "J0108"},
        {"call mint as c else { stop }\nlet d = c\nsend push coupon with { code: d.code }", ""},
        {"call mint as c else { stop }\nlet d = c.until is present", ""},
        {"call mint as c else { stop }\nlet d = c.price", "J0102"},
        {"call mint with { colour: \"red\" }", "J0102"},
        {"call mint with { sku: 1, sku: 2 }", "J0105"},
        {"call ping as c", "J0102"},
        {"call pong", "J0104"},
        {"call mint as user", "J0105"},
        // emit
        {"emit nudged { kind: \"a\" }", ""},
        {"emit nudged", "J0501"},
        {"emit nudged { kind: 5 }", "J0201"},
        {"emit nudged { kind: user.country }", "J0208"},
        {"emit nudged { kind: \"a\", colour: 1 }", "J0102"},
        {"emit clicked", "J0101"},
        {"emit called", "J0108"},
        {"emit signed_up", ""},  // entered once in a life: it cannot start itself again
        // run
        {"run j", "J0115"},
        {"run nobody with { x: 1 }", "J0104"},
        // repeat
        {"repeat at most 3 times { wait 1h }", ""},
        {"repeat at most 3 times until did(order_paid since entry) {\nwait 1h\nsend email hello\n}",
         ""},
        {"repeat at most 5 times { send email hello }", "J0304"},
        {"repeat at most 5 times { if tagged(\"a\") { wait 1h } }", "J0304"},
        {"repeat at most 5 times {\nif tagged(\"a\") { wait 1h } else { wait 2h }\n}", ""},
        {"repeat at most 5 times {\nwait at most 1h {\non order_paid { stop }\ntimeout\n}\n}", ""},
        {"repeat at most 5 times {\nwait at most 1h {\nwhen user.vip { note \"x\" }\n}\n}",
         "J0304"},
        {"repeat at most 10000 times { wait 1h }", "J0305"},
        {"repeat at most 1000000000 times { wait until 10:00 local }", "J0305"},
        {"repeat at most size(user.topics) times { wait 1h }", "J0305"},
        {"repeat at most 0 times { wait 1h }", "J0213"},
        {"repeat at most \"a\" times { wait 1h }", "J0201"},
        {"let n = 0\nrepeat at most 3 times {\nwait 1h\nlet n = n + 1\n}\nwait 1h", ""},
        {"let c = \"a\"\nrepeat at most 3 times {\nwait 1h\nsend push coupon with { code: c }\nlet "
         "c "
         "= user.country\n}",
         "J0208"},
        {"repeat at most 3 times {\nwait 1h\nlet c = \"a\"\n}\nsend push coupon with { code: c }",
         "J0108"},
        {"let c = \"a\"\nif tagged(\"x\") { let c = user.country }\nsend push coupon with { code: "
         "c "
         "}",
         "J0208"},
        // send to
        {"send email hello to \"ops@shop.example\"", ""},
        {"send email hello to user.country", "J0208"},
        {"send email hello to 5", "J0201"},
        // experiments
        {"experiment e {\nsample 20%\narm a 50% { wait 1h }\narm b 50% { wait 2h }\nwinner by "
         "clicked "
         "per delivered after 4h\n}",
         ""},
        {"experiment e {\nsample 20%\narm a 100% { wait 1h }\n}", "J0306"},
        {"experiment e {\nsample 0%\narm a 100% { wait 1h }\nwinner by clicked per sent after "
         "4h\n}",
         "J0306"},
        {"experiment e {\narm a 100% { wait 1h }\nwinner by click per sent after 4h\n}", "J0104"},
        {"experiment e {\narm a 100% { wait 1h }\nwinner by clicked per sent after 4h otherwise "
         "b\n}",
         "J0104"},
        {"experiment e {\narm a 100% { wait 1h }\nwinner by clicked per sent after 4h confidence "
         "100%\n}",
         "J0213"},
        {"experiment e {\narm a 100% { wait 1h }\nwinner by bought per sent after 4h\n}", ""},
        // maps and lists
        {"let m = { a: 1, b: \"x\" }\nlet n = m.a + 1\nsend push coupon with { code: m.b }", ""},
        {"let m = { a: 1, b: \"x\" }\nlet n = m.b + 1", "J0201"},
        {"let l = [1, 2]\nlet n = l[0] default 0", ""},
    }));
    CAPTURE(steps);
    const dsl::Compilation made =
        compile(journey_of("when signed_up", steps, "  goal bought when order_paid\n"));
    INFO(dsl::render(made));
    CHECK(codes(made) == expected);
}

TEST_CASE("snippets keep their names to themselves", "[sema]") {
    const auto [snippets, steps, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"snippet s(t: push template, d: duration, n: int) {\nrepeat at most n times {\nwait "
         "d\nsend "
         "push t with { code: \"x\" }\n}\n}",
         "include s(t: coupon, d: 2 days, n: 3)\ninclude s(t: coupon, d: 1 day, n: 1)", "J0322"},
        {"snippet s(t: push template) { send push t }", "include s(t: coupon)", "J0501"},
        {"snippet s(t: push template) { send email t }", "wait 1h", "J0103"},
        {"snippet s(t: push template) { send push t with { code: \"a\" } }", "include s(t: hello)",
         "J0103"},
        {"snippet s(t: push template) { send push t with { code: \"a\" } }", "include s(t: 5)",
         "J0201"},
        {"snippet s(w: segment) { if user in w { stop } }", "include s(w: vip)", ""},
        {"snippet s(w: segment) { if user in w { stop } }", "include s(w: nobody)", "J0104"},
        {"snippet s(x: string) { send push coupon with { code: x } }",
         "include s(x: trigger.source default \"a\")", ""},
        {"snippet s(x: string) { send push coupon with { code: x } }", "include s(x: user.country)",
         "J0208"},
        {"snippet s(x: string) { send push coupon with { code: x } }", "include s(x: 5)", "J0201"},
        {"snippet s(x: string) { send push coupon with { code: x } }", "include s()", "J0501"},
        {"snippet s(x: string) { send push coupon with { code: x } }",
         "include s(x: \"a\", y: \"b\")", "J0102"},
        {"snippet s(x: string) { send push coupon with { code: x } }",
         "include s(x: \"a\", x: \"b\")", "J0105"},
        {"snippet s(x: string) { wait 1h }", "include s(x: \"a\")", "J0502"},
        {"snippet s() { let y = \"a\" }", "include s()\nsend push coupon with { code: y }",
         "J0108"},
        {"snippet s() { let z = y }", "let y = 1\ninclude s()", "J0108"},
        {"snippet s() {\nm: send email hello\nwait at most 1h {\non clicked of m { stop }\n}\n}",
         "m: send email hello\ninclude s()\ninclude s()\nwait at most 1h {\non clicked of m { stop "
         "}\n}",
         "J0322"},
        {"snippet s() {\nwait at most 1h {\non clicked of m { stop }\n}\n}",
         "m: send email hello\ninclude s()", "J0104"},
        {"snippet s() { include s() }", "include s()", "J0110"},
        {"snippet a() { include b() }\nsnippet b() { include a() }", "include a()", "J0110"},
        {"snippet s() { let t = trigger.source default \"x\" }", "include s()", ""},
        {"snippet s() { let t = trigger.nothing }", "include s()", "J0102"},
        {"snippet s() { send push coupon }", "include s()\ninclude s()", "J0501"},
        {"snippet s() {\nexperiment e {\narm a 100% { wait 1h }\n}\n}", "include s()\ninclude s()",
         ""},
        {"", "include s()", "J0104"},
    }));
    CAPTURE(snippets, steps);
    const dsl::Compilation made = compile(snippets + "\n" + journey_of("when signed_up", steps));
    INFO(dsl::render(made));
    CHECK(codes(made) == expected);
}

TEST_CASE("an include bomb is refused before it goes off", "[sema][hostile]") {
    std::string text = "snippet s0() { wait 1h }\n";
    for (int i = 1; i <= 60; ++i) {
        text += "snippet s" + std::to_string(i) + "() {\n";
        for (int k = 0; k < 10; ++k)
            text += "include s" + std::to_string(i - 1) + "()\n";
        text += "}\n";
    }
    const dsl::Compilation made = compile(text + journey_of("when signed_up", "include s60()"));
    CHECK(codes(made).find("J0902") != std::string::npos);
    CHECK_FALSE(made.ok());
}

TEST_CASE("journeys that run each other agree on what is given", "[sema]") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"journey a {\nenter when signed_up\ndo { run b with { code: \"x\", n: 1 } }\n}\n"
         "journey b {\nenter when called\ndo { let x = trigger.code\nlet y = trigger.n + 1 }\n}",
         ""},
        {"journey a {\nenter when signed_up\ndo { run b }\n}\n"
         "journey b {\nenter when called\ndo { let x = trigger.code }\n}",
         "J0114"},
        {"journey a {\nenter when signed_up\ndo { run b with { code: \"x\" }\nrun b }\n}\n"
         "journey b {\nenter when called\ndo { let x = trigger.code }\n}",
         "J0501"},
        {"journey a {\nenter when signed_up\ndo { run b with { code: \"x\" } }\n}\n"
         "journey b {\nenter when called\ndo { wait 1h }\n}",
         "J0502"},
        {"journey a {\nenter when signed_up\ndo { run b with { n: 1 }\nrun b with { n: \"x\" } "
         "}\n}\n"
         "journey b {\nenter when called\ndo { let x = trigger.n }\n}",
         "J0201"},
        {"journey a {\nenter when called\ndo { run b }\n}\n"
         "journey b {\nenter when called\ndo { run a }\n}",
         "J0110"},
        {"journey a {\nenter when called\ndo { wait 1h\nrun b }\n}\n"
         "journey b {\nenter when called\ndo { run a }\n}",
         ""},
        {"journey a {\nenter when called\ndo {\nwait 1h\nrun b with { n: trigger.n }\n}\n}\n"
         "journey b {\nenter when called\ndo { run a with { n: trigger.n } }\n}\n"
         "journey c {\nenter when signed_up\ndo { run a with { n: 5 } }\n}",
         ""},
        {"journey a {\nenter when nudged\nreenter always\ndo { emit nudged { kind: \"x\" } }\n}",
         "J0316"},
        {"journey a {\nenter when nudged where kind is \"y\"\nreenter always\ndo { emit nudged { "
         "kind: \"x\" } }\n}",
         ""},
        {"journey a {\nenter when signed_up\nreenter always\ndo { emit account_closed }\n}\n"
         "journey b {\nenter when account_closed\nreenter always\ndo { emit signed_up }\n}",
         "J0316"},
    }));
    CAPTURE(text);
    const dsl::Compilation made = compile(text);
    INFO(dsl::render(made));
    CHECK(codes(made) == expected);
}

TEST_CASE("people of older versions are moved to steps that have what they need", "[sema]") {
    const auto [rows, expected] = GENERATE(table<std::string, std::string>({
        {"from version 2 {\nold moves to hi\nothers stay\n}", ""},
        {"from version 3 { others stop }", "J0603"},
        {"from version 2 { others stop }\nfrom version 2 { others stay }", "J0105"},
        {"from version 2 {\nothers stop\nothers stay\n}", "J0105"},
        {"from version 2 { old moves to hy }", "J0603"},
        {"from version 2 { old moves to late }", "J0603"},
        {"from version 2 { middle moves to late }", ""},
        {"from version 2 { old moves to again }", ""},
        {"from version 2 {\nold moves to hi\nold moves to late\n}", "J0105"},
    }));
    CAPTURE(rows);
    const dsl::Compilation made = compile(journey_of(
        "when signed_up",
        "hi: send email hello\nlet code = \"x\"\nmiddle: wait 1h\nlate: send push coupon "
        "with { code: code }\nrepeat at most 3 times { again: wait 1h }",
        "  version 3\n" + rows + "\n"));
    INFO(dsl::render(made));
    CHECK(codes(made) == expected);
}

TEST_CASE("tests speak of webhooks, receipts, places and tags", "[sema]") {
    const auto [line, expected] = GENERATE(table<std::string, std::string>({
        {"given webhook mint gives { code: \"TEN\" }", "J0704"},
        {"given webhook mint fails", "J0704"},
        {"given webhook mint gives { until: 2026-03-08 00:00 }", "J0501"},
        {"given webhook mint gives { code: 5 }", "J0201"},
        {"given webhook mint fails\n  given webhook mint fails", "J0105"},
        {"given experiment e puts user in rest\n  given experiment e picks a", "J0704"},
        {"given experiment e puts user in sample", "J0704"},
        {"given experiment e puts user in holdout", "J0704"},
        {"given experiment e puts user in attic", "J0104"},
        {"given experiment e picks a\n  given experiment e picks b", "J0105"},
        {"given experiment e puts user in holdout\n  given experiment e picks b", "J0105"},
        {"at +1h clicked of mail { url: \"https://shop.example\" }", ""},
        {"at +1h clicked of mail { message: \"x\" }", "J0102"},
        {"at +1h order_paid of mail", "J0311"},
        {"at +1h opened of text", "J0311"},
        {"at +1h clicked of nothing", "J0104"},
        {"at +1h expect called mint with { sku: \"A\", percent: 10 }", ""},
        {"at +1h expect not called mint", ""},
        {"at +1h expect called mint with { colour: \"A\" }", "J0102"},
        {"at +1h expect tagged \"a\"", ""},
        {"at +2h expect nothing sent\n  at +1h expect nothing sent", "J0703"},
    }));
    CAPTURE(line);
    const dsl::Compilation made = compile(
        journey_of(
            "when signed_up",
            "mail: send email hello\ntext: send sms reminder\nexperiment e {\nholdout "
            "5%\nsample 20%\narm a 50% { wait 1h }\narm b 50% { wait 2h }\nwinner by clicked "
            "per sent after 4h\n}\ncall mint",
            "  goal bought when order_paid\n") +
        "test \"t\" of j {\n  start 2026-03-02 09:00 in \"Asia/Shanghai\"\n  " + line + "\n}\n");
    INFO(dsl::render(made));
    CHECK(codes(made) == expected);
}

TEST_CASE("bands and webhooks are refused for the right reason", "[sema]") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"band b of time since last(order_paid) {\n5 below 14 days\n4 below 45 days\n1 "
         "otherwise\n}",
         ""},
        {"band b of sum(order_paid.total ever) {\n1 below CNY 300\n2 otherwise\n}", ""},
        {"band b of sum(order_paid.total ever) {\n1 below 300\n2 otherwise\n}", "J0201"},
        {"band b of count(order_paid ever) {\n1 below 5\n2 below 3\n3 otherwise\n}", "J0325"},
        {"band b of count(order_paid ever) {\n1 below 5\n2 below 5\n3 otherwise\n}", "J0325"},
        {"band b of count(order_paid ever) {\n1 below 5\n}", "J0325"},
        {"band b of count(order_paid ever) {\n3 otherwise\n1 below 5\n}", "J0302"},
        {"band b of user.email {\n1 below 5\n2 otherwise\n}", "J0201"},
        {"band b of orders {\n1 below 5\n2 otherwise\n}", "J0325"},
        {"band b of time since last(order_paid) {\n5 below 2 days\n1 otherwise\n}", ""},
        {"band orders of count(order_paid ever) {\n1 below 5\n2 otherwise\n}", "J0105"},
        {"webhook w { post \"ftp://x\" }", "J0112"},
        {"webhook w { sends a }", "J0112"},
        {"webhook w {\npost \"https://a.example\"\nsends a, a\n}", "J0105"},
        {"webhook w {\npost \"https://a.example\"\ntimeout 2h\n}", "J0213"},
        {"webhook w {\npost \"https://a.example\"\ntimeout 1 day\n}", "J0209"},
        {"webhook w {\npost \"https://a.example\"\nretry 11 times\n}", "J0213"},
        {"webhook w {\npost \"https://a.example\"\ngives a order_paid\n}", "J0201"},
        {"event e {\nk string required\ndwell by page_ping on k every 15s\n}", "J0102"},
        {"event e {\nview_id int required\ndwell by page_ping on view_id every 15s\n}", "J0201"},
        {"event e {\nview_id string\ndwell by page_ping on view_id every 15s\n}", "J0208"},
        {"event e {\nview_id string required\ndwell by page_ping on view_id every 1 day\n}",
         "J0209"},
        {"event e {\nview_id string required\ndwell by nobody on view_id every 15s\n}", "J0101"},
    }));
    CAPTURE(text);
    const dsl::Compilation made = compile(text + "\n");
    INFO(dsl::render(made));
    CHECK(codes(made) == expected);
}

TEST_CASE("the workspace's rails are read, and what makes no sense is refused", "[sema]") {
    const auto [line, expected] = GENERATE(table<std::string, std::string>({
        {"blast limit 10000 per day", ""},
        {"blast limit 10000 per month", "J0213"},
        {"blast limit 0 per day", "J0213"},
        {"blast limit 9 per day\nblast limit 8 per day", "J0105"},
        {"canary 100 for 30 minutes stop above 5%", ""},
        {"canary 100 for 30 minutes stop above 0%", ""},
        {"canary 0 for 30 minutes stop above 5%", "J0213"},
        {"canary 100 for 2 days stop above 5%", "J0213"},
        {"canary 100 for 25 hours stop above 5%", "J0213"},
        {"canary 100 for 30 minutes stop above 100%", "J0213"},
    }));
    CAPTURE(line);
    const dsl::Compilation made =
        dsl::compile({{"x.journey", "language 1\nworkspace w {\n" + line + "\n}\n"}});
    INFO(dsl::render(made));
    CHECK(codes(made) == expected);
}
