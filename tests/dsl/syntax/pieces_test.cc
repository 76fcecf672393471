// The rules one at a time, as the YAML surface calls them.

#include "dsl/ast/same.h"
#include "dsl/syntax/syntax.h"

#include <catch2/catch.hpp>

using namespace journey;
using syntax::Piece;

namespace {

struct Fixture {
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    source::FileId id;
    explicit Fixture(std::string_view text) { id = *sources.add("a.yaml", text, diagnostics); }
    Piece whole() const { return {sources.at(id).text(), id, 0, {}}; }
};

}  // namespace

TEST_CASE("each piece reads what stands after its key", "[syntax][pieces]") {
    const auto [label, text, good] = GENERATE(table<std::string, std::string, bool>({
        {"until", "Tuesday at 10:00 local", true},
        {"until", "10:00 local", true},
        {"until", "trigger.start - 1 day at 09:00 local", true},
        {"until", "at ten", false},
        {"reenter", "never", true},
        {"reenter", "after 3 days per trigger.sku", true},
        {"reenter", "once", false},
        {"exit", "when account_closed", true},
        {"exit", "if user.x is 3", true},
        {"overlap", "parallel", true},
        {"overlap", "maybe", false},
        {"limit", "2 sms per week", true},
        {"limit", "6 messages per 168h", true},
        {"limit", "two sms per week", false},
        {"full", "hold up to 2 days", true},
        {"no zone", "use \"Asia/Shanghai\"", true},
        {"basis", "double opt in", true},
        {"valid", "until 20:00 local", true},
        {"option", "retry for 12h", true},
        {"percent", "12.5%", true},
        {"percent", "140%", true},
        {"start", "2026-03-02 09:00 in \"Asia/Shanghai\"", true},
        {"moment", "+2 days", true},
        {"moment", "2026-03-10 10:00", true},
        {"given", "history order_paid { total: CNY 5 } at -2 days", true},
        {"outcome", "not sent email welcome", true},
        {"happen", "set user.tier = \"pro\"", true},
        {"rate", "200 per second", true},
        {"send", "email welcome", true},
        {"send", "email", false},
        {"duration", "15 minutes", true},
        {"duration", "15", false},
        {"event", "clicked of mail where template is \"x\"", true},
    }));
    CAPTURE(label, text);
    const Fixture fixture(text);
    syntax::Diagnostics diagnostics;
    const Piece piece = fixture.whole();
    const bool read =
        label == "until"      ? syntax::parse_until(piece, diagnostics).has_value()
        : label == "reenter"  ? syntax::parse_reenter(piece, diagnostics).has_value()
        : label == "exit"     ? syntax::parse_exit(piece, diagnostics).has_value()
        : label == "overlap"  ? syntax::parse_overlap(piece, diagnostics).has_value()
        : label == "limit"    ? syntax::parse_limit_row(piece, diagnostics).has_value()
        : label == "full"     ? syntax::parse_when_full(piece, diagnostics).has_value()
        : label == "no zone"  ? syntax::parse_no_zone(piece, diagnostics).has_value()
        : label == "basis"    ? syntax::parse_basis(piece, diagnostics).has_value()
        : label == "valid"    ? syntax::parse_valid(piece, diagnostics).has_value()
        : label == "option"   ? syntax::parse_send_option(piece, diagnostics).has_value()
        : label == "percent"  ? syntax::parse_percent(piece, diagnostics).has_value()
        : label == "start"    ? syntax::parse_start(piece, diagnostics).has_value()
        : label == "moment"   ? syntax::parse_moment(piece, diagnostics).has_value()
        : label == "given"    ? syntax::parse_given(piece, diagnostics).has_value()
        : label == "outcome"  ? syntax::parse_outcome(piece, diagnostics).has_value()
        : label == "happen"   ? syntax::parse_happen(piece, diagnostics).has_value()
        : label == "rate"     ? syntax::parse_rate(piece, diagnostics).has_value()
        : label == "send"     ? syntax::parse_channel_template(piece, diagnostics).has_value()
        : label == "duration" ? syntax::parse_duration(piece, diagnostics).has_value()
                              : syntax::parse_event_sel(piece, diagnostics).has_value();
    CHECK(read == good);
    if (!good) CHECK(diagnostics.size() == 1);
}

TEST_CASE("a field is read behind its name", "[syntax][pieces]") {
    const Fixture fixture("one of \"free\", \"pro\" default \"free\" pii");
    syntax::Diagnostics diagnostics;
    const auto field = syntax::parse_field_type({"tier", {}}, fixture.whole(), diagnostics);
    REQUIRE(field);
    CHECK(std::get<ast::OneOfType>(field->type.what).values.size() == 2);
    CHECK(field->marks.size() == 2);
}

TEST_CASE("the caller's table of offsets reaches every span", "[syntax][pieces]") {
    // The scalar stands at byte 4 of the file, and every line end of it is followed by two blanks
    // there.
    Fixture fixture("if: a is b\n  and c is 3\n");
    const std::string folded = "a is b\nand c is 3";
    const auto offset = [](std::uint32_t at) { return at < 7 ? at + 4 : at + 6; };
    const ast::ExprPtr made =
        syntax::parse_expr({folded, fixture.id, 0, offset}, fixture.diagnostics);
    REQUIRE(made);
    const auto& logic = std::get<ast::Logic>(made->what);
    CHECK(fixture.sources.slice(logic.parts.at(0)->span) == "a is b");
    CHECK(fixture.sources.slice(logic.parts.at(1)->span) == "c is 3");
}

TEST_CASE("a mistake in a piece is shown in the file", "[syntax][pieces]") {
    Fixture fixture("wait: upto 3 days\n");
    const Piece piece{
        std::string_view(fixture.sources.at(fixture.id).text()).substr(6, 11), fixture.id, 6, {}};
    CHECK_FALSE(syntax::parse_duration(piece, fixture.diagnostics));
    CHECK(render(fixture.sources, fixture.diagnostics) ==
          R"(-- I GOT STUCK HERE ------------------------------------------ a.yaml:1:7  J0001

I was reading a duration and got stuck at `upto`.

 1 | wait: upto 3 days
   |       ^^^^
Here I expected a duration like `2 days`.
)");
}

TEST_CASE("wrong signs in a piece are corrected like in a file", "[syntax][pieces]") {
    Fixture fixture("a == 1 && !b");
    CHECK(syntax::parse_expr(fixture.whole(), fixture.diagnostics));
    CHECK(fixture.diagnostics.size() == 3);
}

TEST_CASE("what comes later is known by its first words", "[syntax][pieces]") {
    for (const std::string word :
         {"call", "repeat", "webhook", "enter every", "enter when joining", "lasts",
          "from version 2", "sample", "winner", "band", "snippet", "emit", "run", "include"}) {
        CAPTURE(word);
        const auto said = syntax::not_yet(word, {});
        REQUIRE(said);
        CHECK(said->code == "J0011");
        CHECK(said->help.size() == 1);
    }
    CHECK_FALSE(syntax::not_yet("send", {}));
}

TEST_CASE("names are letters of any script, and reserved words are none", "[syntax][pieces]") {
    for (const std::string good : {"a", "_x", "名称", "été", "a1", "order_paid"})
        CHECK(syntax::is_name(good));
    for (const std::string bad : {"", "1a", "a-b", "a b", "is", "not", "，", "🌸", "a："})
        CHECK_FALSE(syntax::is_name(bad));
}
