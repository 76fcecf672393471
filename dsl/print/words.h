#pragma once
// What both surfaces write alike: expressions, events, durations, dates, types.

#include "dsl/ast/ast.h"
#include "dsl/source/source.h"

#include <string>

namespace journey::print {

/// "text" as the journey language writes it.
std::string in_quotes(std::string_view text);

class Words {
  public:
    explicit Words(const source::SourceSet& sources) : sources_(sources) {}

    std::string expr(const ast::Expr& expr) const { return at_level(expr, 0); }
    /// Without comparison operators around it: brackets where they are needed.
    std::string sum(const ast::Expr& expr) const;
    std::string event(const ast::EventSel& event) const;
    std::string map(const ast::MapLiteral& map) const;
    std::string pair_key(const ast::Name& key) const;

    /// The author's own spelling, or the value's when that is not plain.
    std::string duration(const ast::Duration& duration) const;
    std::string integer(const ast::Integer& integer) const;
    std::string percent(const ast::Percent& percent) const;
    static std::string time(const ast::ClockTime& time);
    static std::string zone(const ast::Zone& zone);
    static std::string moment(const ast::LocalMoment& moment);
    std::string moment(const ast::Moment& moment) const;
    static std::string weekday(const ast::WeekdayName& day);
    static std::string class_name(const ast::ClassName& name);
    std::string type(const ast::Type& type) const;
    /// What stands after a property's name.
    std::string field(const ast::Field& field) const;
    std::string until(const ast::Until& until) const;
    std::string reenter(const ast::Reenter& reenter) const;
    static std::string overlap(const ast::WhileRunning& running);
    std::string limit(const ast::LimitRow& row) const;
    /// "for 24h", "until 20:00 local".
    std::string valid(const ast::SendOption& option) const;
    std::string change(const ast::SegmentChange& change) const;
    std::string reach(const ast::ReachTrigger& trigger) const;
    std::string days(const ast::Every& every) const;
    static std::string leap(ast::Leap leap);
    std::string dwell(const ast::Dwell& dwell) const;
    std::string outcome(const ast::Outcome& outcome, bool with_data) const;
    static std::string basis(ast::ConsentBasis basis);
    std::string no_zone(const ast::QuietNoZone& line) const;
    std::string rate(const ast::ChannelRate& rate) const;
    std::string canary(const ast::Canary& canary) const;
    std::string when_full(const ast::WhenFull& line) const;
    std::string parameter(const ast::Param& param) const;
    /// `experiment` or `split`: both are drawn alike in tests, and the author's word stays.
    std::string_view pick_word(const ast::Name& drawn) const;

  private:
    std::string at_level(const ast::Expr& expr, int level) const;
    std::string aggregate(const ast::Aggregate& aggregate) const;
    std::string window(const ast::Window& window) const;
    std::string literal(const ast::Literal& literal, const ast::Span& span) const;
    /// The text at `span` when it is nothing but letters, digits and their signs.
    std::string spelled(const ast::Span& span) const;
    std::string listed(const std::vector<ast::ExprPtr>& items) const;

    const source::SourceSet& sources_;
};

}  // namespace journey::print
