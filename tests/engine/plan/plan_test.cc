#include "engine/plan/plan.h"

#include "dsl/dsl.h"
#include "dsl/translate/translate.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace journey::plan {
namespace {

using Names = std::vector<std::string>;

std::string shop(const std::string& journeys, const std::string& sku = "string") {
    return fmt::format(R"(language 1
workspace shop {{
  time zone "Europe/Berlin"
}}
profile user {{
  email string pii
}}
event signed_up {{
  sku {}
}}
event left
channel email {{
  address user.email
  from "Shop <a@shop.example>"
}}
consent news "News" {{
  channels email
  basis opt in
}}
template hello email marketing {{
  consent news
  subject "Hello"
  body "{{{{ unsubscribe_url }}}}"
  unsubscribe automatic
}}
template bye email marketing {{
  consent news
  subject "Bye"
  body "{{{{ unsubscribe_url }}}}"
  unsubscribe automatic
}}
frequency gentle {{
  at most 3 messages per week
  counts marketing
  when full skip
}}
{})",
                       sku, journeys);
}

constexpr const char* kWelcome = R"(
journey welcome {
  version 3
  enter when signed_up
  reenter never
  frequency gentle
  expires after 60 days
  do {
    hello: send email hello
    stories: wait 3 days
    second_mail: send email bye
    last: wait 1 day
    send email hello
  }
}
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("the sample has no " + from);
    return text.replace(at, from.size(), to);
}

ir::Program program_of(const std::string& text) {
    dsl::Compilation compiled = dsl::compile({{"shop.journey", text}});
    INFO(dsl::render(compiled));
    REQUIRE(compiled.program);
    return *compiled.program;
}

Plan plan_of(const std::string& before, const std::string& after, const Standing& standing = {},
             const std::map<std::string, Retire>& retire = {}) {
    const ir::Program old = program_of(before);
    return compare(&old, program_of(after), standing, retire);
}

Names codes_of(const Plan& plan) {
    Names out;
    for (const Remark& remark : plan.remarks)
        out.push_back(remark.code + (remark.error ? " error" : " warning"));
    return out;
}

const std::string kShop = shop(kWelcome);
const std::string kNext = with(kShop, "version 3", "version 4");
const Standing kInside = {
    {"welcome", {{2, {{"old_wait", 5}}}, {3, {{"stories", 360}, {"last", 312}}}}}};

}  // namespace

TEST_CASE("the same project is no change, whatever stands inside", "[plan]") {
    const Plan plan = plan_of(kShop, kShop, kInside);
    CHECK_FALSE(plan.has_changes());
    CHECK_FALSE(plan.has_errors());
    CHECK(plan.count(Kind::unchanged) == 1);
    CHECK(text_of(plan).find("No changes") != std::string::npos);
}

TEST_CASE("comments and words are no change of a journey's meaning", "[plan]") {
    const Plan plan = plan_of(kShop, with(kShop, "journey welcome {", "journey welcome \"Hi\" {"));
    CHECK(plan.has_changes());
    CHECK(plan.count(Kind::unchanged) == 1);
    CHECK_FALSE(plan.has_errors());
}

TEST_CASE("of a catalogue the rows that changed are counted, by their keys", "[plan]") {
    const auto with_rows = [](std::vector<std::string> cells, const char* second = "title") {
        ir::Program program = program_of(kShop);
        ir::Catalogue table;
        table.name = "products";
        table.key = 0;
        for (const char* name : {"sku", second}) {
            ir::Field column;
            column.name = name;
            column.type.kind = ir::TypeKind::text;
            table.columns.push_back(column);
        }
        for (std::string& cell : cells)
            table.cells.emplace_back(std::move(cell));
        program.catalogues.push_back(std::move(table));
        return program;
    };
    const auto said = [](const ir::Program& before, const ir::Program& after) {
        return text_of(compare(&before, after, {}, {}));
    };
    const ir::Program none = program_of(kShop);
    const ir::Program old = with_rows({"A", "Hat", "B", "Shoe", "C", "Sock"});
    // Rows that only moved are the same rows.
    CHECK(compare(&old, with_rows({"C", "Sock", "A", "Hat", "B", "Shoe"}), {}, {}).tables.empty());
    const ir::Program young = with_rows({"D", "Tie", "A", "Cap", "C", "Sock"});
    CHECK_THAT(
        said(old, young),
        Catch::Contains("~ products         catalogue: rows added: 1, removed: 1, changed: 1\n"));
    CHECK_THAT(said(none, old), Catch::Contains("+ products         catalogue new, rows: 3\n"));
    CHECK_THAT(said(old, none), Catch::Contains("- products         catalogue gone, rows: 3\n"));
    CHECK_THAT(said(old, with_rows({"A", "Hat", "E", "Bag"}, "name")),
               Catch::Contains("catalogue with other columns; rows added: 1, removed: 2\n"));
    const Value json = json_of(compare(&old, young, {}, {}));
    CHECK_THAT(to_json(json),
               Catch::Contains(R"("catalogues":[{"name":"products","change":"changed",)"
                               R"("rows_added":1,"rows_removed":1,"rows_changed":1,)"
                               R"("columns_changed":false}])"));
}

TEST_CASE("what changed is said by the author's labels", "[plan]") {
    struct Row {
        const char* label;
        const char* from;
        const char* to;
        Names added, changed, removed, head;
    };
    const auto row = GENERATE(values<Row>({
        {"a longer wait", "stories: wait 3 days", "stories: wait 4 days", {}, {"stories"}, {}, {}},
        {"another template",
         "second_mail: send email bye",
         "second_mail: send email hello",
         {},
         {"second_mail"},
         {},
         {}},
        {"a step more",
         "last: wait 1 day",
         "nudge: send email bye\n    last: wait 1 day",
         {"nudge"},
         {},
         {},
         {}},
        {"a step less", "second_mail: send email bye\n", "\n", {}, {}, {"second_mail"}, {}},
        {"the trigger", "enter when signed_up", "enter when left", {}, {}, {}, {"who enters"}},
        {"the end",
         "expires after 60 days",
         "expires after 61 days",
         {},
         {},
         {},
         {"when it expires"}},
    }));
    CAPTURE(row.label);
    const Plan plan = plan_of(kShop, with(kNext, row.from, row.to));
    REQUIRE(plan.journeys.size() == 1);
    CHECK(plan.journeys[0].kind == Kind::changed);
    CHECK(plan.journeys[0].before == 3);
    CHECK(plan.journeys[0].after == 4);
    CHECK(plan.journeys[0].changes.added == row.added);
    CHECK(plan.journeys[0].changes.changed == row.changed);
    CHECK(plan.journeys[0].changes.removed == row.removed);
    CHECK(plan.journeys[0].changes.head == row.head);
}

TEST_CASE("a wait put in front does not make the waits behind it new", "[plan]") {
    const std::string plain = with(with(kShop, "stories: wait", "wait"), "last: wait", "wait");
    const std::string more = with(with(plain, "version 3", "version 4"), "hello: send email hello",
                                  "hello: send email hello\n    wait 5 hours");
    const Plan plan = plan_of(plain, more);
    CHECK(plan.journeys[0].changes.added.size() == 1);
    CHECK(plan.journeys[0].changes.changed.empty());
    CHECK(plan.journeys[0].changes.removed.empty());
}

TEST_CASE("steps that only change places are said to", "[plan]") {
    std::string swapped = with(kNext, "hello: send email hello\n    stories: wait 3 days",
                               "stories: wait 3 days\n    hello: send email hello");
    const Plan plan = plan_of(kShop, swapped);
    CHECK(plan.journeys[0].changes.order);
    CHECK(plan.journeys[0].changes.changed.empty());
}

TEST_CASE("a changed meaning wants a greater version", "[plan]") {
    struct Row {
        const char* label;
        std::string version;
        Names codes;
    };
    const auto row = GENERATE(values<Row>({{"the same", "version 3", {"J0601 error"}},
                                           {"an older one", "version 2", {"J0601 error"}},
                                           {"the next", "version 4", {}},
                                           {"a far one", "version 9", {}}}));
    CAPTURE(row.label);
    const std::string longer = with(kShop, "wait 3 days", "wait 4 days");
    const Plan plan = plan_of(kShop, with(longer, "version 3", row.version));
    CHECK(codes_of(plan) == row.codes);
    CHECK(plan.has_errors() == !row.codes.empty());
}

TEST_CASE("everybody inside stays on their version unless the journey says otherwise", "[plan]") {
    struct Row {
        const char* label;
        const char* rule;
        Fate at_stories, at_last;
        const char* to;
    };
    const auto row = GENERATE(values<Row>({
        {"no rule", "", Fate::stays, Fate::stays, ""},
        {"others stay", "from version 3 {\n    others stay\n  }", Fate::stays, Fate::stays, ""},
        {"others stop", "from version 3 {\n    others stop\n  }", Fate::stops, Fate::stops, ""},
        {"others restart", "from version 3 {\n    others restart\n  }", Fate::restarts,
         Fate::restarts, ""},
        {"one moves", "from version 3 {\n    stories moves to last\n    others stop\n  }",
         Fate::moves, Fate::stops, "last"},
    }));
    CAPTURE(row.label);
    const std::string rule = std::string("expires after 60 days\n  ") + row.rule;
    const Plan plan = plan_of(
        kShop, with(with(kNext, "wait 3 days", "wait 4 days"), "expires after 60 days", rule),
        kInside);
    REQUIRE(plan.journeys.size() == 1);
    const JourneyPlan& welcome = plan.journeys[0];
    CHECK(welcome.inside == 677);
    REQUIRE(welcome.groups.size() == 3);
    CHECK(welcome.groups[0].step == "old_wait");
    CHECK(welcome.groups[0].fate == Fate::stays);
    CHECK(welcome.groups[1].step == "last");
    CHECK(welcome.groups[1].fate == row.at_last);
    CHECK(welcome.groups[2].step == "stories");
    CHECK(welcome.groups[2].fate == row.at_stories);
    CHECK(welcome.groups[2].to == row.to);
    CHECK(welcome.groups[2].people == 360);
}

TEST_CASE("people at a step that is gone are pointed out", "[plan]") {
    const std::string shorter =
        with(kNext, "last: wait 1 day\n    send email hello\n", "send email hello\n");
    const Plan plan = plan_of(kShop, shorter, {{"welcome", {{3, {{"last", 312}}}}}});
    CHECK(codes_of(plan) == Names{"J0602 warning"});
    CHECK(plan.remarks[0].says ==
          "312 people wait at `last` of `welcome`, which is gone; they finish on version 3 unless "
          "you move them.");
    CHECK(codes_of(plan_of(kShop, shorter)).empty());
}

TEST_CASE("a retired journey with people inside needs a rule", "[plan]") {
    struct Row {
        const char* label;
        Standing standing;
        std::map<std::string, Retire> retire;
        bool refused;
    };
    const auto row = GENERATE(values<Row>({
        {"nobody inside", {}, {}, false},
        {"people and no rule", kInside, {}, true},
        {"they finish", kInside, {{"welcome", Retire::finish}}, false},
        {"they stop", kInside, {{"welcome", Retire::stop}}, false},
        {"a rule for another", kInside, {{"welcom", Retire::stop}}, true},
    }));
    CAPTURE(row.label);
    const Plan plan = plan_of(kShop, shop(""), row.standing, row.retire);
    CHECK(plan.count(Kind::retired) == 1);
    CHECK(plan.has_errors() == row.refused);
}

TEST_CASE("an event's property that changes its kind under people is refused", "[plan]") {
    const std::string reads =
        with(kWelcome, "enter when signed_up", "enter when signed_up where sku is \"a\"");
    const std::string counts =
        with(kWelcome, "enter when signed_up", "enter when signed_up where sku is 7");
    const std::string after = with(shop(counts, "int"), "version 3", "version 4");
    CHECK(codes_of(plan_of(shop(reads), after, kInside)) == Names{"J0604 error"});
    CHECK(codes_of(plan_of(shop(reads), after)) == Names{"J0604 warning"});
    CHECK(codes_of(plan_of(kShop, with(shop(kWelcome, "int"), "version 3", "version 4"), kInside))
              .empty());
}

constexpr const char* kZone = "time zone \"Europe/Berlin\"";

TEST_CASE("every remark reads as reviewed, in both languages", "[plan][golden]") {
    const std::string longer = with(kShop, "wait 3 days", "wait 4 days");
    const std::string shorter =
        with(kNext, "last: wait 1 day\n    send email hello\n", "send email hello\n");
    const std::string reads =
        with(kWelcome, "enter when signed_up", "enter when signed_up where sku is \"a\"");
    const std::string counts =
        with(kWelcome, "enter when signed_up", "enter when signed_up where sku is 7");
    const std::string other_kind = with(shop(counts, "int"), "version 3", "version 4");
    const std::string moves = with(kNext, "expires after 60 days",
                                   "expires after 60 days\n  from version 3 {\n    storys moves "
                                   "to last\n    others stay\n  }");
    const Standing one = {{"welcome", {{3, {{"last", 1}}}}}};
    const Standing many = {{"welcome", {{3, {{"last", 1312}}}}}};
    const std::vector<Plan> plans = {
        plan_of(kShop, longer),
        plan_of(kShop, with(longer, "version 3", "version 2")),
        plan_of(kShop, with(kShop, "reenter never", "reenter always")),
        plan_of(kShop, shorter, one),
        plan_of(kShop, shorter, many),
        plan_of(kShop, moves, many),
        plan_of(shop(reads), other_kind, many),
        plan_of(shop(reads), other_kind),
        plan_of(kShop, shop(""), many),
        plan_of(kShop, shop(""), {}, {{"welcom", Retire::stop}}),
        plan_of(kShop, with(kShop, kZone, std::string(kZone) + "\n  holdout 5%")),
        plan_of(with(kShop, kZone, std::string(kZone) + "\n  holdout 12.5%"), kShop),
    };
    std::string english;
    std::string chinese;
    for (const Plan& plan : plans) {
        for (Remark remark : plan.remarks) {
            english += text_of(remark) + "\n";
            for (std::string* words : {&remark.says, &remark.help}) {
                CAPTURE(*words);
                const auto said = translate::sentence(*words, translate::Language::chinese);
                CHECK(said);
                *words = said.value_or(*words);
            }
            chinese += text_of(remark, {"错误", "警告", "建议："}) + "\n";
        }
    }
    const std::string here = std::string(JOURNEY_SOURCE_DIR) + "/tests/engine/plan/golden/";
    const auto check = [](const std::string& path, const std::string& said) {
        if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << said;
        std::ifstream in(path, std::ios::binary);
        CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == said);
    };
    check(here + "remarks.expect", english);
    check(here + "remarks.zh.expect", chinese);
}

TEST_CASE("the program that stops people can run, and lets nobody in", "[plan]") {
    const ir::Program before = program_of(kShop);
    const auto closing = stopping_program(before, {"welcome"}, kInside);
    REQUIRE(closing);
    CHECK(ir::decode(ir::encode(*closing)));
    const ir::Journey& welcome = closing->journeys[0];
    CHECK(welcome.version == 4);
    REQUIRE(welcome.migrations.size() == 2);
    CHECK(welcome.migrations[0].others == ir::Others::stop);
    CHECK_FALSE(stopping_program(before, {}, kInside));
}

TEST_CASE("the first publication is all new", "[plan]") {
    const Plan plan = compare(nullptr, program_of(kShop), {}, {});
    CHECK(plan.count(Kind::created) == 1);
    CHECK(plan.has_changes());
    CHECK(text_of(plan).find("+ welcome") != std::string::npos);
}

TEST_CASE("people who moved on since a plan was saved are told apart from those it would touch",
          "[plan]") {
    const std::string next = with(kNext, "stories: wait 3 days", "tales: wait 3 days");
    const auto moving = [&](const char* others) {
        return with(
            next, "  do {",
            fmt::format("  from version 3 {{ stories moves to tales\n  others {} }}\n  do {{",
                        others));
    };
    struct Row {
        const char* label;
        const char* others;
        Standing then, now;
        Names more;  // "step then now"
        std::string inside;
    };
    const auto at = [](std::uint64_t stories, std::uint64_t last) {
        Steps steps;
        if (stories > 0) steps["stories"] = stories;
        if (last > 0) steps["last"] = last;
        return Standing{{"welcome", {{3, steps}}}};
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"nobody moved", "stay", at(5, 5), at(5, 5), {}, ""},
        {"one more", "stay", at(5, 5), at(6, 5), {}, "1 more entered welcome than left it"},
        {"fewer", "stay", at(5, 5), at(2, 5), {}, "3 more left welcome than entered it"},
        {"some went on, as many came", "stay", at(5, 5), at(4, 6), {}, ""},
        {"ten more are within", "stay", at(5, 5), at(15, 5), {}, "10 more entered"},
        {"eleven are not", "stay", at(5, 5), at(16, 5), {"stories 5 16"}, "11 more entered"},
        {"a tenth more is within", "stay", at(1000, 0), at(1100, 0), {}, "100 more entered"},
        {"more is not", "stay", at(1000, 0), at(1101, 0), {"stories 1000 1101"}, "101 more"},
        {"one where nobody was", "stay", at(0, 5), at(1, 5), {"stories 0 1"}, "1 more entered"},
        {"any number who go on as before", "stay", at(5, 0), at(5, 5000), {}, "5,000 more entered"},
        {"they stop", "stop", at(5, 0), at(5, 1), {"last 0 1"}, "1 more entered"},
        {"they start again", "restart", at(5, 0), at(5, 1), {"last 0 1"}, "1 more entered"},
    }));
    CAPTURE(row.label);
    const Since moved = since(plan_of(kShop, moving(row.others), row.then),
                              plan_of(kShop, moving(row.others), row.now));
    Names more;
    for (const Since::More& one : moved.more)
        more.push_back(fmt::format("{} {} {}", one.group.step, one.then, one.group.people));
    CHECK(more == row.more);
    const std::string inside = text_of_inside(moved);
    CAPTURE(inside);
    CHECK(inside.empty() == row.inside.empty());
    CHECK(inside.find(row.inside) != std::string::npos);
    const std::string said = text_of_more(moved);
    CAPTURE(said);
    CHECK(said.empty() == row.more.empty());
    CHECK((said.find("the plan shows") != std::string::npos) == !row.more.empty());
}

TEST_CASE("thousands are grouped", "[plan]") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1312) == "1,312");
    CHECK(grouped(1000000) == "1,000,000");
}

TEST_CASE("a moment that is past lets nobody in, and the plan says so", "[plan]") {
    const auto sale = [](const std::string& zone) {
        return shop(
            "segment all = user.email is present\njourney sale {\n  version 1\n"
            "  enter once at 2026-03-20 10:00 " +
            zone + " for all\n  frequency gentle\n  do {\n    send email hello\n  }\n}\n");
    };
    struct Row {
        const char* zone;
        const char* now;
        const char* says;
    };
    const char* over =
        "`sale` is entered once at 2026-03-20 10:00, and that is past: nobody will enter by it.";
    const auto row = GENERATE_COPY(values<Row>({
        {"in \"Asia/Shanghai\"", "2026-03-20T01:59:59Z", ""},
        {"in \"Asia/Shanghai\"", "2026-03-20T02:00:00Z", over},
        {"local", "2026-03-19T19:59:59Z", ""},
        {"local", "2026-03-19T20:00:00Z",
         "`sale` is entered once at 2026-03-20 10:00 where each person lives, and in the east that "
         "is past: people there will not enter."},
        {"local", "2026-03-20T22:00:00Z", over},
    }));
    CAPTURE(row.zone, row.now);
    const ir::Program program = program_of(sale(row.zone));
    Plan plan = compare(nullptr, program, {}, {});
    remark_past_moments(plan, program, parse_instant(row.now).value());
    REQUIRE(plan.remarks.size() == (row.says[0] == '\0' ? 0 : 1));
    if (plan.remarks.empty()) return;
    CHECK(plan.remarks[0].says == row.says);
    CHECK_FALSE(plan.has_errors());
    CHECK(translate::sentence(plan.remarks[0].says, translate::Language::chinese));
    CHECK(translate::sentence(plan.remarks[0].help, translate::Language::chinese));
    // What nobody touches is not told again.
    Plan again = compare(&program, program, {}, {});
    remark_past_moments(again, program, parse_instant(row.now).value());
    CHECK(again.remarks.empty());
}

}  // namespace journey::plan
