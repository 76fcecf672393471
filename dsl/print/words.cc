#include "dsl/print/words.h"

#include "dsl/syntax/syntax.h"
#include "engine/base/base.h"

#include <array>
#include <cstdlib>
#include <fmt/format.h>

namespace journey::print {

namespace {

// How tightly an expression holds together; brackets stand where a looser one is needed inside.
constexpr int kOr = 1;
constexpr int kAnd = 2;
constexpr int kNot = 3;
constexpr int kRelation = 4;
constexpr int kSum = 5;
constexpr int kProduct = 6;
constexpr int kUnary = 7;
constexpr int kFallback = 8;
constexpr int kSince = 9;
constexpr int kPrimary = 10;

std::string_view sign_of(ast::CompareOp op) {
    using ast::CompareOp;
    switch (op) {
        case CompareOp::is:
            return "is";
        case CompareOp::is_not:
            return "is not";
        case CompareOp::in:
            return "in";
        case CompareOp::not_in:
            return "not in";
        case CompareOp::contains:
            return "contains";
        case CompareOp::not_contains:
            return "not contains";
        case CompareOp::starts_with:
            return "starts with";
        case CompareOp::ends_with:
            return "ends with";
        case CompareOp::greater:
            return ">";
        case CompareOp::greater_equal:
            return ">=";
        case CompareOp::less:
            return "<";
        case CompareOp::less_equal:
            return "<=";
    }
    return "is";
}

bool is_tight(ast::ArithmeticOp op) {
    return op == ast::ArithmeticOp::multiply || op == ast::ArithmeticOp::divide;
}

int level_of(const ast::Expr& expr) {
    return std::visit(
        Match{
            [](const ast::Logic& logic) { return logic.op == ast::LogicOp::logic_or ? kOr : kAnd; },
            [](const ast::Not&) { return kNot; }, [](const ast::Compare&) { return kRelation; },
            [](const ast::Between&) { return kRelation; },
            [](const ast::Presence&) { return kRelation; },
            [](const ast::Arithmetic& sum) { return is_tight(sum.op) ? kProduct : kSum; },
            [](const ast::Negate&) { return kUnary; },
            [](const ast::Fallback&) { return kFallback; },
            [](const ast::TimeSince&) { return kSince; }, [](const auto&) { return kPrimary; }},
        expr.what);
}

bool asks_history(std::string_view word) {
    using ast::AggregateFn;
    for (const AggregateFn fn :
         {AggregateFn::did, AggregateFn::count, AggregateFn::sum, AggregateFn::avg,
          AggregateFn::min, AggregateFn::max, AggregateFn::first, AggregateFn::last,
          AggregateFn::distinct, AggregateFn::list}) {
        if (ast::name_of(fn) == word) return true;
    }
    return false;
}

/// Nobody sees these, and some of them turn the text around them.
bool must_escape(std::string_view rest, std::size_t& length) {
    const auto byte = [&](std::size_t i) {
        return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U;
    };
    length = 1;
    if (byte(0) < 0x20 || byte(0) == 0x7f) return true;
    if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) < 0xa0) return length = 2, true;
    length = 3;
    if (byte(0) == 0xef) return byte(1) == 0xbb && byte(2) == 0xbf;
    if (byte(0) != 0xe2) return false;
    return (byte(1) == 0x80 && byte(2) >= 0xa8 && byte(2) <= 0xae) ||
           (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9);
}

std::uint32_t code_point(std::string_view bytes) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
    };
    if (bytes.size() == 1) return byte(0);
    if (bytes.size() == 2) return ((byte(0) & 0x1fU) << 6U) | (byte(1) & 0x3fU);
    return ((byte(0) & 0x0fU) << 12U) | ((byte(1) & 0x3fU) << 6U) | (byte(2) & 0x3fU);
}

}  // namespace

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        std::size_t length = 1;
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (must_escape(text.substr(i), length)) {
            out += fmt::format("\\u{{{:x}}}", code_point(text.substr(i, length)));
        } else {
            length = 1;
            out += c;
        }
        i += length;
    }
    return out + '"';
}

std::string Words::spelled(const ast::Span& span) const {
    const std::string_view written = sources_.slice(span);
    for (const char c : written) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') ||
                           std::string_view(" _.%:+-").find(c) != std::string_view::npos;
        if (!plain) return {};
    }
    return std::string(written);
}

std::string Words::duration(const ast::Duration& duration) const {
    std::string words = spelled(duration.span);
    return words.empty() ? format_duration(duration.value) : words;
}

std::string Words::integer(const ast::Integer& integer) const {
    std::string words = spelled(integer.span);
    return words.empty() ? std::to_string(integer.value) : words;
}

std::string Words::percent(const ast::Percent& percent) const {
    std::string words = spelled(percent.span);
    if (words.ends_with('%')) return words;
    const int whole = percent.basis_points / 100;
    const int rest = percent.basis_points % 100;
    if (rest == 0) return fmt::format("{}%", whole);
    return rest % 10 == 0 ? fmt::format("{}.{}%", whole, rest / 10)
                          : fmt::format("{}.{:02}%", whole, rest);
}

std::string Words::time(const ast::ClockTime& time) {
    return format_time_of_day(time.value);
}

std::string Words::zone(const ast::Zone& zone) {
    if (zone.from) return "in " + zone.from->dotted();
    return zone.named ? "in " + in_quotes(zone.named->value) : "local";
}

std::string Words::moment(const ast::LocalMoment& moment) {
    std::string out = format_date(moment.date) + " " + format_time_of_day(moment.time);
    if (moment.offset_minutes) {
        const int minutes = *moment.offset_minutes;
        out += minutes == 0 ? std::string("Z")
                            : fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+',
                                          std::abs(minutes) / 60, std::abs(minutes) % 60);
    }
    if (moment.zone) out += " " + zone(*moment.zone);
    return out;
}

std::string Words::moment(const ast::Moment& moment) const {
    return std::visit(
        Match{[&](const ast::AfterStart& after) { return "+" + duration(after.offset); },
              [](const ast::LocalMoment& at) { return Words::moment(at); }},
        moment.what);
}

std::string Words::weekday(const ast::WeekdayName& day) {
    static constexpr std::array<std::string_view, 7> kDays = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    return std::string(kDays.at(static_cast<std::size_t>(day.day)));
}

std::string Words::class_name(const ast::ClassName& name) {
    return name.value == ast::MessageClass::marketing ? "marketing" : "transactional";
}

std::string Words::literal(const ast::Literal& literal, const ast::Span& span) const {
    using ast::LiteralKind;
    if (literal.kind == LiteralKind::missing) return "missing";
    if (const auto* flag = std::get_if<bool>(&literal.value.held)) return *flag ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&literal.value.held)) return in_quotes(*text);
    if (std::string words = spelled(span); !words.empty()) return words;
    return std::visit(Match{[](std::int64_t value) { return std::to_string(value); },
                            [&](double value) {
                                return literal.kind == LiteralKind::percent
                                           ? fmt::format("{}%", value * 100)
                                           : fmt::format("{}", value);
                            },
                            [](const CalendarDuration& value) { return format_duration(value); },
                            [](const Instant& value) { return format_instant(value); },
                            [](const Date& value) { return format_date(value); },
                            [](const TimeOfDay& value) { return format_time_of_day(value); },
                            [](const Money& value) { return format_money(value); },
                            [](const auto&) { return std::string("missing"); }},
                      literal.value.held);
}

std::string Words::listed(const std::vector<ast::ExprPtr>& items) const {
    std::string out;
    for (const ast::ExprPtr& item : items)
        out += (out.empty() ? "" : ", ") + expr(*item);
    return out;
}

std::string Words::pair_key(const ast::Name& key) const {
    return syntax::is_name(key.text) ? key.text : in_quotes(key.text);
}

std::string Words::map(const ast::MapLiteral& map) const {
    if (map.pairs.empty()) return "{}";
    std::string out;
    for (const ast::Pair& pair : map.pairs)
        out += (out.empty() ? "{ " : ", ") + pair_key(pair.key) + ": " + expr(*pair.value);
    return out + " }";
}

std::string Words::window(const ast::Window& window) const {
    switch (window.kind) {
        case ast::WindowKind::within:
            return "within " + duration(*window.within);
        case ast::WindowKind::since:
            return "since " + sum(*window.from);
        case ast::WindowKind::before:
            return "before " + sum(*window.to);
        case ast::WindowKind::between:
            return "between " + sum(*window.from) + " and " + sum(*window.to);
        case ast::WindowKind::ever:
            break;
    }
    return "ever";
}

std::string Words::aggregate(const ast::Aggregate& aggregate) const {
    std::string out(ast::name_of(aggregate.fn));
    out += aggregate.distinct ? "(distinct " : "(";
    out += aggregate.of.dotted();
    if (aggregate.where != nullptr) out += " where " + expr(*aggregate.where);
    if (aggregate.window) out += " " + window(*aggregate.window);
    if (aggregate.limit) out += " limit " + integer(*aggregate.limit);
    return out + ")";
}

std::string Words::sum(const ast::Expr& expr) const {
    return at_level(expr, kSum);
}

std::string Words::at_level(const ast::Expr& expr, int level) const {
    if (level_of(expr) < level) return "(" + at_level(expr, 0) + ")";
    return std::visit(
        Match{
            [&](const ast::Literal& what) { return literal(what, expr.span); },
            [](const ast::LocalMoment& what) { return moment(what); },
            [](const ast::NameRef& what) { return what.name.text; },
            [&](const ast::Member& what) {
                return at_level(*what.of, kPrimary) + "." + what.name.text;
            },
            [&](const ast::Index& what) {
                return at_level(*what.of, kPrimary) + "[" + at_level(*what.at, 0) + "]";
            },
            [&](const ast::Not& what) { return "not " + at_level(*what.of, kNot); },
            [&](const ast::Negate& what) { return "-" + at_level(*what.of, kUnary); },
            [&](const ast::Logic& what) {
                const bool either = what.op == ast::LogicOp::logic_or;
                std::string out;
                for (const ast::ExprPtr& part : what.parts) {
                    if (!out.empty()) out += either ? " or " : " and ";
                    out += at_level(*part, either ? kAnd : kNot);
                }
                return out;
            },
            [&](const ast::Compare& what) {
                return fmt::format("{} {} {}", sum(*what.left), sign_of(what.op), sum(*what.right));
            },
            [&](const ast::Between& what) {
                return fmt::format("{} between {} and {}", sum(*what.of), sum(*what.low),
                                   sum(*what.high));
            },
            [&](const ast::Presence& what) {
                static constexpr std::array<std::string_view, 3> kTests = {"missing", "present",
                                                                           "blank"};
                return fmt::format("{} is {}{}", sum(*what.of), what.negated ? "not " : "",
                                   kTests.at(static_cast<std::size_t>(what.test)));
            },
            [&](const ast::Arithmetic& what) {
                const int here = is_tight(what.op) ? kProduct : kSum;
                return fmt::format(
                    "{} {} {}", at_level(*what.left, here),
                    std::string_view("+-*/").substr(static_cast<std::size_t>(what.op), 1),
                    at_level(*what.right, here + 1));
            },
            [&](const ast::Fallback& what) {
                return at_level(*what.of, kSince) + " default " + at_level(*what.otherwise, kSince);
            },
            [&](const ast::TimeSince& what) { return "time since " + at_level(*what.of, kSince); },
            [&](const ast::Aggregate& what) { return aggregate(what); },
            [&](const ast::Call& what) {
                // Without the blank `first(x)` would ask about history.
                return what.fn.text + (asks_history(what.fn.text) ? " (" : "(") +
                       listed(what.args) + ")";
            },
            [&](const ast::ListLiteral& what) { return "[" + listed(what.items) + "]"; },
            [&](const ast::MapLiteral& what) { return map(what); }},
        expr.what);
}

std::string Words::event(const ast::EventSel& event) const {
    std::string out = event.event.dotted();
    if (event.of_label) out += " of " + event.of_label->text;
    if (event.where != nullptr) out += " where " + expr(*event.where);
    return out;
}

std::string Words::type(const ast::Type& type) const {
    return std::visit(
        Match{[](const ast::NamedType& named) { return named.name.text; },
              [](const ast::MoneyType& money) {
                  if (!money.currency) return std::string("money");
                  const Currency& code = money.currency->code;
                  return "money " + std::string(code.begin(), code.end());
              },
              [&](const ast::ListType& list) { return "list of " + this->type(*list.of); },
              [&](const ast::MapType& map) { return "map of " + this->type(*map.of); },
              [](const ast::OneOfType& choices) {
                  std::string out;
                  for (const ast::Text& value : choices.values)
                      out += (out.empty() ? "one of " : ", ") + in_quotes(value.value);
                  return out;
              }},
        type.what);
}

std::string Words::field(const ast::Field& field) const {
    std::string out = type(field.type);
    for (const ast::Mark& mark : field.marks) {
        out += std::visit(
            Match{[&](const ast::DefaultMark& one) { return " default " + expr(*one.value); },
                  [](const ast::RequiredMark&) { return std::string(" required"); },
                  [](const ast::PiiMark&) { return std::string(" pii"); },
                  [](const ast::AboutMark& one) { return " about " + in_quotes(one.text.value); }},
            mark.what);
    }
    return out;
}

std::string Words::dwell(const ast::Dwell& dwell) const {
    std::string out = fmt::format("by {} on {} every {}", dwell.ping.dotted(), dwell.on.text,
                                  duration(dwell.every));
    if (dwell.ends_with) out += " ends with " + dwell.ends_with->dotted();
    return out;
}

std::string Words::until(const ast::Until& until) const {
    return std::visit(
        Match{
            [](const ast::UntilClock& clock) { return time(clock.time) + " " + zone(clock.zone); },
            [](const ast::UntilWeekday& day) {
                return weekday(day.day) + " at " + time(day.time) + " " + zone(day.zone);
            },
            [&](const ast::UntilMoment& moment) {
                std::string out = sum(*moment.moment);
                if (moment.at) out += " at " + time(moment.at->time) + " " + zone(moment.at->zone);
                return out;
            }},
        until.what);
}

std::string Words::reenter(const ast::Reenter& reenter) const {
    switch (reenter.kind) {
        case ast::ReenterKind::never:
            return "never";
        case ast::ReenterKind::always:
            return "always";
        case ast::ReenterKind::after:
            return "after " + duration(*reenter.after) +
                   (reenter.per ? " per " + reenter.per->dotted() : "");
        case ast::ReenterKind::once:
            break;
    }
    return "once per " + (reenter.per ? reenter.per->dotted() : std::string());
}

std::string Words::overlap(const ast::WhileRunning& running) {
    static constexpr std::array<std::string_view, 4> kWords = {"ignore", "restart", "queue",
                                                               "parallel"};
    return std::string(kWords.at(static_cast<std::size_t>(running.overlap)));
}

std::string Words::limit(const ast::LimitRow& row) const {
    return fmt::format(
        "{} {} per {}", integer(row.count), row.channel.text,
        row.rolling ? duration(*row.rolling) : (row.unit ? row.unit->text : std::string()));
}

std::string Words::valid(const ast::SendOption& option) const {
    return std::visit(
        Match{[&](const ast::ValidFor& what) { return "for " + duration(what.duration); },
              [](const ast::ValidUntil& what) {
                  return "until " + time(what.time) + " " + zone(what.zone);
              },
              [&](const ast::RetryFor& what) { return "for " + duration(what.duration); },
              [&](const ast::AtBestHour& what) {
                  return "best hour within " + duration(what.within);
              },
              [&](const ast::SendTo& what) { return sum(*what.address); },
              [](const ast::Without& what) {
                  return std::string(what.waived == ast::Waived::quiet ? "quiet" : "frequency");
              }},
        option.what);
}

std::string Words::change(const ast::SegmentChange& change) const {
    return (change.joining ? "joining " : "leaving ") + change.segment.text;
}

std::string Words::reach(const ast::ReachTrigger& trigger) const {
    return expr(*trigger.aggregate) + " reaches " + sum(*trigger.threshold) +
           (trigger.per ? " per " + trigger.per->text : "");
}

std::string Words::days(const ast::Every& every) const {
    switch (every.kind) {
        case ast::Every::Kind::day:
            return "day";
        case ast::Every::Kind::month:
            return "month on " + integer(*every.month_day);
        case ast::Every::Kind::weekdays:
            break;
    }
    std::string out;
    for (const ast::WeekdayName& day : every.weekdays)
        out += (out.empty() ? "" : ", ") + weekday(day);
    return out;
}

std::string Words::leap(ast::Leap leap) {
    return leap == ast::Leap::feb_28 ? "as feb 28" : "as mar 1";
}

std::string Words::basis(ast::ConsentBasis basis) {
    switch (basis) {
        case ast::ConsentBasis::opt_in:
            return "opt in";
        case ast::ConsentBasis::double_opt_in:
            return "double opt in";
        case ast::ConsentBasis::opt_out:
            break;
    }
    return "opt out";
}

std::string Words::no_zone(const ast::QuietNoZone& line) const {
    if (line.use) return "use " + in_quotes(line.use->value);
    return line.action == ast::QuietAction::skip ? "skip" : "hold";
}

std::string Words::rate(const ast::ChannelRate& rate) const {
    return integer(rate.count) + " per " + rate.unit.text;
}

std::string Words::canary(const ast::Canary& canary) const {
    return integer(canary.count) + " for " + duration(canary.wait) + " stop above " +
           percent(canary.stop);
}

std::string Words::when_full(const ast::WhenFull& line) const {
    if (!line.hold_up_to) return "skip";
    return (line.gives_way ? "give way up to " : "hold up to ") + duration(*line.hold_up_to);
}

std::string Words::parameter(const ast::Param& param) const {
    return std::visit(Match{[](const ast::Name& channel) { return channel.text + " template"; },
                            [&](const ast::Type& what) { return type(what); }},
                      param.type);
}

std::string_view Words::pick_word(const ast::Name& drawn) const {
    const std::string_view text = sources_.at(drawn.span.file).text();
    const std::string_view before = text.substr(0, drawn.span.begin);
    const std::size_t end = before.find_last_not_of(" \t:\"'");
    return before.substr(0, end + 1).ends_with("split") ? "split" : "experiment";
}

std::string Words::outcome(const ast::Outcome& outcome, bool with_data) const {
    const auto data = [&](const std::optional<ast::MapLiteral>& with) {
        return with && with_data ? " with " + map(*with) : std::string();
    };
    const auto negation = [](bool negated) { return std::string(negated ? "not " : ""); };
    return std::visit(
        Match{[](const ast::ExpectNothingSent&) { return std::string("nothing sent"); },
              [](const ast::ExpectNoMoreSends&) { return std::string("no more sends"); },
              [&](const ast::ExpectEntered& what) { return negation(what.negated) + "entered"; },
              [](const ast::ExpectExited& what) {
                  return what.as ? "exited as " + what.as->text : std::string("exited");
              },
              [&](const ast::ExpectSent& what) {
                  return negation(what.negated) + "sent " + what.channel.text + " " +
                         what.template_name.text + data(what.with);
              },
              [&](const ast::ExpectHeld& what) {
                  return "held " + what.label.text + " until " + moment(what.until);
              },
              [](const ast::ExpectSkipped& what) {
                  return "skipped " + what.label.text +
                         (what.because ? " because " + in_quotes(what.because->value) : "");
              },
              [](const ast::ExpectGoal& what) { return "goal " + what.goal.text; },
              [](const ast::ExpectWaiting& what) { return "waiting at " + what.label.text; },
              [&](const ast::ExpectCalled& what) {
                  return negation(what.negated) + "called " + what.webhook.text + data(what.with);
              },
              [&](const ast::ExpectTagged& what) {
                  return negation(what.negated) + "tagged " + in_quotes(what.tag.value);
              }},
        outcome.what);
}

}  // namespace journey::print
