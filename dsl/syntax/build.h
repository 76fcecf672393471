#pragma once
// Marks to tree. Every method reads the children of one mark through a cursor and trusts the
// grammar about their order.

#include "dsl/syntax/marks.h"

#include <optional>
#include <string_view>

namespace journey::syntax {

/// Walks the children of one mark.
class Children {
  public:
    Children(const Matching& state, std::uint32_t parent)
        : state_(&state), at_(parent + 1), end_(state.marks[parent].next) {}
    /// All marks of the list, as children of nothing.
    explicit Children(const Matching& state)
        : state_(&state), at_(0), end_(static_cast<std::uint32_t>(state.marks.size())) {}

    bool done() const { return at_ >= end_; }
    Kind kind() const { return state_->marks[at_].kind; }
    bool is(Kind kind) const { return !done() && state_->marks[at_].kind == kind; }
    std::string_view text() const { return state_->slice(state_->marks[at_]); }
    std::uint32_t index() const { return at_; }
    void skip() { at_ = state_->marks[at_].next; }
    /// The index of the next child, which must be there.
    std::uint32_t take();
    /// The next child when it is of this kind.
    std::optional<std::uint32_t> take(Kind kind);
    /// Takes the next child when it is this keyword.
    bool word(std::string_view text);

  private:
    const Matching* state_;
    std::uint32_t at_;
    std::uint32_t end_;
};

class Builder {
  public:
    explicit Builder(Matching& state) : m_(state) {}

    // Leaves (build_leaves.cc). The argument is the index of the mark.
    ast::Name name(std::uint32_t at) const;
    ast::Path path(std::uint32_t at) const;
    ast::Text text(std::uint32_t at) const;
    ast::Integer integer(std::uint32_t at);
    ast::Duration duration(std::uint32_t at);
    ast::Percent percent(std::uint32_t at);
    ast::ClockTime clock_time(std::uint32_t at) const;
    ast::WeekdayName weekday(std::uint32_t at) const;
    ast::CurrencyName currency(std::uint32_t at) const;
    ast::ClassName class_name(std::uint32_t at) const;
    ast::Zone zone(std::uint32_t at) const;
    /// The zone, or `local` after saying that one is missing (J0211).
    ast::Zone need_zone(Children& children, source::Span after);
    /// A date-time with the zone that follows it, when one does.
    ast::LocalMoment moment(std::uint32_t date_time, Children& rest);
    source::Span span(std::uint32_t at) const { return m_.span(m_.marks[at]); }
    std::string_view slice(std::uint32_t at) const { return m_.slice(m_.marks[at]); }
    Kind kind(std::uint32_t at) const { return m_.marks[at].kind; }
    Children children(std::uint32_t at) const { return Children(m_, at); }
    /// The first word of a statement.
    source::Span keyword(std::uint32_t at) const;
    std::vector<ast::Name> names(Children& children) const;
    std::vector<ast::Text> texts(Children& children) const;

    // Expressions (build_expr.cc).
    ast::ExprPtr expr(std::uint32_t at);
    ast::MapLiteral map(std::uint32_t at);
    ast::EventSel event_sel(std::uint32_t at);
    std::optional<ast::MapLiteral> maybe_map(Children& children);

    // Pieces and declarations (build_declarations.cc).
    ast::Type type(std::uint32_t at);
    ast::Field field(ast::Name name, Children& rest);
    ast::LimitRow limit_row(std::uint32_t at);
    ast::WhenFull when_full(std::uint32_t at);
    ast::QuietNoZone no_zone(std::uint32_t at);
    ast::ConsentBasis basis(std::uint32_t at);
    ast::ChannelRate rate(std::uint32_t at);
    ast::Canary canary(std::uint32_t at);
    ast::Dwell dwell(std::uint32_t at);
    ast::BandRow band_row(std::uint32_t at);
    ast::Param param(ast::Name name, Children& rest);
    std::optional<ast::Item> item(std::uint32_t at);

    // Journeys (build_journey.cc).
    ast::Until until(std::uint32_t at);
    ast::Reenter reenter(std::uint32_t at);
    ast::SendOption send_option(std::uint32_t at);
    ast::Exit exit(Children& rest);
    ast::Overlap overlap(std::string_view word) const;
    ast::JourneyDecl journey(std::uint32_t at);
    ast::Steps steps(std::uint32_t block);

    // Entering (build_enter.cc).
    ast::Enter enter(Children& rest);
    ast::Enter trigger(std::uint32_t at);
    ast::SegmentChange segment_change(std::uint32_t at);
    ast::Schedule schedule(std::uint32_t at);
    ast::Every every(std::uint32_t at);
    ast::UntilClock clock(Children& rest);
    ast::Leap leap(std::uint32_t at);
    ast::OthersRow others(std::uint32_t word) const;
    ast::Include include(std::uint32_t at);

    // Tests (build_tests.cc).
    ast::TestDecl test(std::uint32_t at);
    ast::Moment test_moment(std::uint32_t at);
    ast::Happen happen(std::uint32_t at);
    ast::Outcome outcome(std::uint32_t at);
    ast::GivenLine given(std::uint32_t at);

  private:
    ast::ExprPtr make(std::uint32_t at, ast::ExprKind what) const;
    ast::ExprPtr make(source::Span span, ast::ExprKind what) const;
    ast::ExprPtr literal(std::uint32_t at);
    Money money(std::uint32_t at);
    ast::ExprPtr logic(std::uint32_t at, ast::LogicOp op);
    ast::ExprPtr relation(std::uint32_t at);
    ast::ExprPtr tail(ast::ExprPtr left, std::uint32_t at);
    ast::ExprPtr arithmetic(std::uint32_t at);
    ast::ExprPtr postfix(std::uint32_t at);
    ast::ExprPtr aggregate(std::uint32_t at);
    ast::Window window(std::uint32_t at);
    void report_wrong_word(std::uint32_t sign, std::string_view ours, std::string code);

    ast::WorkspaceLine workspace_line(std::uint32_t at);
    ast::FieldLine field_line(std::uint32_t at);
    ast::ChannelLine channel_line(std::uint32_t at);
    ast::ConsentLine consent_line(std::uint32_t at);
    ast::FrequencyLine frequency_line(std::uint32_t at);
    ast::QuietLine quiet_line(std::uint32_t at);
    ast::TemplateLine template_line(std::uint32_t at);
    ast::CatalogueLine catalogue_line(std::uint32_t at);
    ast::FetchLine fetch_line(std::uint32_t at);
    ast::WebhookLine webhook_line(std::uint32_t at);
    ast::SnippetDecl snippet(std::uint32_t at);

    ast::Head head(std::uint32_t at);
    ast::Step step(std::uint32_t at);
    ast::StepKind send(std::uint32_t at);
    ast::StepKind send_one(std::uint32_t at);
    ast::StepKind wait(std::uint32_t at);
    ast::StepKind if_step(std::uint32_t at);
    ast::StepKind choose(std::uint32_t at);
    ast::StepKind call(std::uint32_t at);
    ast::StepKind repeat(std::uint32_t at);
    ast::Otherwise otherwise(std::uint32_t at);
    std::vector<ast::ArmLine> arm_lines(std::uint32_t block);
    ast::Winner winner(std::uint32_t at);
    ast::FromVersion from_version(Children& rest);
    void said_twice(source::Span again, std::string_view rule);
    ast::WaitArm wait_arm(std::uint32_t at);

    ast::TestLine test_line(std::uint32_t at);

    Matching& m_;
};

}  // namespace journey::syntax
