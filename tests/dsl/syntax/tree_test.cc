#include "dsl/ast/same.h"
#include "dsl/syntax/syntax.h"

#include <catch2/catch.hpp>

using namespace journey;

namespace {

std::string tree_of(std::string_view text) {
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    const auto id = sources.add("a.journey", text, diagnostics);
    const syntax::Piece piece{sources.at(*id).text(), *id, 0, {}};
    const ast::ExprPtr made = syntax::parse_expr(piece, diagnostics);
    INFO(render(sources, diagnostics));
    CHECK(diagnostics.empty());
    return made ? ast::dump(*made) : std::string();
}

}  // namespace

TEST_CASE("operators bind as LANGUAGE 2.10 says", "[syntax]") {
    const auto [text, same] = GENERATE(table<std::string, std::string>({
        {"a or b and c", "a or (b and c)"},
        {"not a and b", "(not a) and b"},
        {"not a is b", "not (a is b)"},
        {"a + b * c", "a + (b * c)"},
        {"a - b - c", "(a - b) - c"},
        {"-a + b", "(-a) + b"},
        {"a default b + c", "(a default b) + c"},
        {"trigger.price default CNY 0 >= CNY 100",
         "((trigger.price) default (CNY 0)) >= (CNY 100)"},
        {"a is not b", "a is not (b)"},
        {"a between b and c and d", "(a between b and c) and d"},
        {"a\n  and b", "a and b"},
        {"a and\n  b", "a and b"},
        {"(a\n  is\n b)", "a is b"},
    }));
    CAPTURE(text);
    CHECK(tree_of(text) == tree_of(same));
}

TEST_CASE("expressions become the tree they look like", "[syntax]") {
    const auto [text, tree] = GENERATE(table<std::string, std::string>({
        {"true", "1:true"},
        {"missing", "0:null"},
        {"1_000_000", "2:1000000"},
        {"3.5", "3:3.5"},
        {"50%", "4:0.5"},
        {R"("a \"b\" \u{1F338}\n")", R"(5:"a \"b\" 🌸\n")"},
        {"1h30m", "6:\"1h30m\""},
        {"2026-03-20", "7:\"2026-03-20\""},
        {"09:30", "8:\"09:30\""},
        {"user.email is present", "(presence1 no (. user email))"},
        {"user.email is not blank", "(presence2 yes (. user email))"},
        {"user in vips", "(cmp2 user vips)"},
        {"a not contains \"x\"", "(cmp5 a 5:\"x\")"},
        {"a starts with b", "(cmp6 a b)"},
        {"time since last(order_paid) > 90 days",
         "(cmp8 (time-since (last no order_paid - - -)) 6:\"90d\")"},
        {"count(distinct a.b within 7 days)", "(count yes a.b - (window0 0mo7d0s - -) -)"},
        {"did(a where b is 1 since entry)", "(did no a (cmp0 b 2:1) (window1 - entry -) -)"},
        {"count(a between 2026-03-01 and 2026-03-08) > 0",
         "(cmp8 (count no a - (window3 - 7:\"2026-03-01\" 7:\"2026-03-08\") -) 2:0)"},
        {"list(a within 1w limit 10)", "(list no a - (window0 0mo7d0s - -) 10)"},
        {"last(a).total * 2", "(* (. (last no a - - -) total) 2:2)"},
        {"hour(now, user.zone)", "(call hour [ now (. user zone)])"},
        {"min(a, b)", "(call min [ a b])"},
        {"{ a: 1, \"b c\": x }", "(map [ (pair a 2:1) (pair b c x)])"},
        {"a[0].b", "(. ([] a 2:0) b)"},
        {"2026-03-20 10:00 in \"Asia/Shanghai\"", "2026-03-20T10:00 \"Asia/Shanghai\""},
        {"-3", "(neg 2:3)"},
        {"名称 is \"欢迎\"", "(cmp0 名称 5:\"欢迎\")"},
    }));
    CAPTURE(text);
    CHECK(tree_of(text) == tree);
}

TEST_CASE("a date-time with its offset is an instant", "[syntax]") {
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    const auto id = sources.add("a", "2026-03-20T10:00:00+08:00", diagnostics);
    const ast::ExprPtr made = syntax::parse_expr({sources.at(*id).text(), *id, 0, {}}, diagnostics);
    REQUIRE(made);
    const auto* literal = std::get_if<ast::Literal>(&made->what);
    REQUIRE(literal);
    CHECK(literal->kind == ast::LiteralKind::instant);
    CHECK(literal->value == Value(parse_instant("2026-03-20T02:00:00Z").value()));
}

TEST_CASE("money keeps its minor units", "[syntax]") {
    const auto [text, minor] = GENERATE(table<std::string, std::int64_t>({
        {"CNY 199.00", 19900},
        {"CNY 199", 19900},
        {"CNY 1_000.5", 100050},
        {"CNY -5", -500},
        {"JPY 500", 500},
    }));
    CAPTURE(text);
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    const auto id = sources.add("a", text, diagnostics);
    const ast::ExprPtr made = syntax::parse_expr({sources.at(*id).text(), *id, 0, {}}, diagnostics);
    REQUIRE(made);
    CHECK(std::get<ast::Literal>(made->what).value.as<Money>()->minor == minor);
}

TEST_CASE("amounts and numbers that do not exist are reported", "[syntax]") {
    const auto [text, code] = GENERATE(table<std::string, std::string>({
        {"CNY 1.999", "J0210"},
        {"JPY 1.5", "J0210"},
        {"99999999999999999999", "J0210"},
        {"2026-02-30", "J0213"},
        {"2026-03-02 25:00", "J0213"},
        {"99999999999999d", "J0008"},
        {"1h2h", "J0008"},
        {"1h2d", "J0008"},
    }));
    CAPTURE(text);
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    const auto id = sources.add("a", text, diagnostics);
    syntax::parse_expr({sources.at(*id).text(), *id, 0, {}}, diagnostics);
    REQUIRE(diagnostics.size() == 1);
    CHECK(diagnostics[0].code == code);
}

TEST_CASE("spans are what an author would point at", "[syntax]") {
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    const auto id = sources.add("a.journey", R"(journey one {
  only if user.tier is not "pro"
  do {
    hello: send email welcome
  }
}
)",
                                diagnostics);
    const ast::File file = syntax::parse_file(sources, *id, diagnostics);
    REQUIRE(diagnostics.empty());
    const auto& journey = std::get<ast::JourneyDecl>(file.items.at(0).what);
    const auto text = [&](const source::Span& span) { return std::string(sources.slice(span)); };
    CHECK(text(file.items[0].keyword) == "journey");
    CHECK(text(journey.name.span) == "one");
    CHECK(text(journey.heads.at(0).span) == "only if user.tier is not \"pro\"");
    CHECK(text(journey.heads[0].keyword) == "only");
    const auto& condition = std::get<ast::OnlyIf>(journey.heads[0].what).condition;
    CHECK(text(condition->span) == "user.tier is not \"pro\"");
    const auto& compare = std::get<ast::Compare>(condition->what);
    CHECK(text(compare.left->span) == "user.tier");
    CHECK(text(compare.right->span) == "\"pro\"");
    CHECK(text(compare.op_span) == "is not ");
    const ast::Step& step = journey.steps.at(0);
    CHECK(text(step.span) == "hello: send email welcome");
    CHECK(text(step.keyword) == "send");
    CHECK(text(step.label->span) == "hello");
    CHECK(text(std::get<ast::Send>(step.what).template_name.span) == "welcome");
    CHECK(text(*journey.do_keyword) == "do");
}

TEST_CASE("keywords may be names wherever a name is wanted", "[syntax]") {
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    const auto id = sources.add("a.journey", R"(event first {
  valid bool
  within int
  where string
  else_ string
}
event wait
event send
journey send {
  enter when wait where within > 3
  do {
    wait: send wait stop
    stop: stop as wait
  }
}
)",
                                diagnostics);
    syntax::parse_file(sources, *id, diagnostics);
    CHECK(render(sources, diagnostics).empty());
}

TEST_CASE("comments are kept with their places", "[syntax]") {
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    const auto id =
        sources.add("a.journey", "# one\nevent a # two\nuse \"# no\" # three", diagnostics);
    const ast::File file = syntax::parse_file(sources, *id, diagnostics);
    CHECK(diagnostics.empty());
    REQUIRE(file.comments.size() == 3);
    CHECK(sources.slice(file.comments[0].span) == "# one");
    CHECK(sources.slice(file.comments[2].span) == "# three");
}
