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

TEST_CASE("each piece of what enters, moves, repeats and wins is read", "[syntax][pieces]") {
    using Reader = bool (*)(const Piece&, syntax::Diagnostics&);
#define READS(function)                                   \
    Reader {                                              \
        [](const Piece& piece, syntax::Diagnostics& to) { \
            return bool(syntax::function(piece, to));     \
        }                                                 \
    }
    const auto [reader, text, good] = GENERATE(table<Reader, std::string, bool>({
        {READS(parse_trigger), "signed_up", true},
        {READS(parse_trigger), "viewed where a is 1 lasts 90s unless b unless c", true},
        {READS(parse_trigger), "count(distinct a.b within 14 days) reaches 3 per c", true},
        {READS(parse_trigger), "count(a within 1d)\n  reaches 3", true},
        {READS(parse_trigger), "count(a within 1d) >= 3", false},
        {READS(parse_trigger), "joining vips", true},
        {READS(parse_trigger), "leaving vips", true},
        {READS(parse_trigger), "every Monday", false},
        {READS(parse_enter), "when joining vips", true},
        {READS(parse_enter), "every Monday at 08:00 local for vips", true},
        {READS(parse_enter), "every Monday at 08:00 local", false},
        {READS(parse_schedule), "yearly on user.birthday at 09:30 local, feb 29 as mar 1", true},
        {READS(parse_schedule), "once at 2026-03-20 10:00 in \"UTC\"", true},
        {READS(parse_schedule), "weekly", false},
        {READS(parse_every), "Monday, Friday", true},
        {READS(parse_every), "day", true},
        {READS(parse_every), "month on 3", true},
        {READS(parse_every), "monday", false},
        {READS(parse_clock), "08:00 local", true},
        {READS(parse_clock), "8 local", false},
        {READS(parse_leap), "as feb 28", true},
        {READS(parse_leap), "feb 28", false},
        {READS(parse_segment_change), "leaving vips", true},
        {READS(parse_segment_change), "vips", false},
        {READS(parse_move), "moves to stories", true},
        {READS(parse_move), "stories", false},
        {READS(parse_others), "restart", true},
        {READS(parse_others), "go", false},
        {READS(parse_dwell), "by ping on id every 15s ends with left", true},
        {READS(parse_dwell), "by ping on id", false},
        {READS(parse_times), "3 times", true},
        {READS(parse_times), "3", false},
        {READS(parse_band_row), "5 below 14 days", true},
        {READS(parse_band_row), "1 otherwise", true},
        {READS(parse_band_row), "below 3", false},
        {READS(parse_repeat), "at most tries + 1 times", true},
        {READS(parse_repeat), "2 times", false},
        {READS(parse_include), "remind(gap: 6 days, n: 2)", true},
        {READS(parse_include), "remind()", true},
        {READS(parse_include), "remind(6 days)", false},
        {READS(parse_winner_by), "clicked per delivered", true},
        {READS(parse_winner_by), "clicked", false},
        {READS(parse_winner_needs), "500 per arm", true},
        {READS(parse_winner_needs), "500", false},
        {READS(parse_exit), "when leaving vips", true},
        {READS(parse_given), "webhook w gives { a: 1 }", true},
        {READS(parse_given), "webhook w fails", true},
        {READS(parse_given), "webhook w", false},
        {READS(parse_outcome), "not called w with { a: 1 }", true},
        {READS(parse_outcome), "tagged \"a\"", true},
        {READS(parse_outcome), "tagged a", false},
        {READS(parse_happen), "clicked of mail { url: \"x\" }", true},
    }));
#undef READS
    CAPTURE(text);
    const Fixture fixture(text);
    syntax::Diagnostics diagnostics;
    CHECK(reader(fixture.whole(), diagnostics) == good);
    CAPTURE(render(fixture.sources, diagnostics));
    CHECK(diagnostics.size() == (good ? 0 : 1));
}

TEST_CASE("a parameter is a template of a channel or a type", "[syntax][pieces]") {
    syntax::Diagnostics diagnostics;
    const Fixture of_channel("push template");
    const auto first = syntax::parse_param_type({"message", {}}, of_channel.whole(), diagnostics);
    REQUIRE(first);
    CHECK(std::get<ast::Name>(first->type).text == "push");
    const Fixture of_type("list of string");
    const auto second = syntax::parse_param_type({"tiers", {}}, of_type.whole(), diagnostics);
    REQUIRE(second);
    CHECK(std::holds_alternative<ast::ListType>(std::get<ast::Type>(second->type).what));
    CHECK(diagnostics.empty());
}

TEST_CASE("names are letters of any script, and reserved words are none", "[syntax][pieces]") {
    for (const std::string good : {"a", "_x", "名称", "été", "a1", "order_paid"})
        CHECK(syntax::is_name(good));
    for (const std::string bad : {"", "1a", "a-b", "a b", "is", "not", "，", "🌸", "a："})
        CHECK_FALSE(syntax::is_name(bad));
}
