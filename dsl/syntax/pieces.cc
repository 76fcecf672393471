// The entry points of the YAML surface: one rule on one piece of text.

#include "dsl/syntax/pieces.h"

#include "dsl/syntax/build.h"
#include "dsl/syntax/messages.h"

#include <string>

namespace journey::syntax {
namespace {

/// Reads the whole piece by one rule, then hands its marks to `build(builder, children)`.
template <typename Build>
auto read(const Piece& piece, Diagnostics& diagnostics, PieceRule rule, std::string_view reading,
          Build build) -> decltype(build(std::declval<Builder&>(), std::declval<Children&>())) {
    Matching state(piece, diagnostics);
    state.brackets = 1;  // the line ends of a folded scalar mean nothing
    state.braces.scan(state.text);
    Input in(state.text.data(), state.text.data() + state.text.size(), "");
    try {
        bool matched = match_piece(in, state, rule);
        if (matched) {
            const std::size_t after = next_token(in, state);
            if (after < state.text.size()) {
                state.stuck(after, "the end");
                matched = false;
            }
        }
        if (!matched) {
            report_stuck_piece(state, reading);
            return {};
        }
    } catch (const TooDeep& deep) {
        report_too_deep(state, deep.at, "brackets");
        return {};
    }
    Builder builder(state);
    Children children(state);
    return build(builder, children);
}

/// For a rule that leaves one mark, read by one method of the builder.
template <typename T>
std::optional<T> read_one(const Piece& piece, Diagnostics& diagnostics, PieceRule rule,
                          std::string_view reading, T (Builder::*build)(std::uint32_t)) {
    return read(piece, diagnostics, rule, reading,
                [&](Builder& builder, Children& parts) -> std::optional<T> {
                    return (builder.*build)(parts.take());
                });
}
template <typename T>
std::optional<T> read_one(const Piece& piece, Diagnostics& diagnostics, PieceRule rule,
                          std::string_view reading, T (Builder::*build)(std::uint32_t) const) {
    return read(piece, diagnostics, rule, reading,
                [&](Builder& builder, Children& parts) -> std::optional<T> {
                    return (builder.*build)(parts.take());
                });
}

}  // namespace

ast::ExprPtr parse_expr(const Piece& piece, Diagnostics& diagnostics, std::string_view reading) {
    return read(piece, diagnostics, PieceRule::expr, reading,
                [](Builder& builder, Children& parts) -> ast::ExprPtr {
                    return builder.expr(parts.take());
                });
}

ast::ExprPtr parse_sum(const Piece& piece, Diagnostics& diagnostics, std::string_view reading) {
    return read(piece, diagnostics, PieceRule::sum, reading,
                [](Builder& builder, Children& parts) -> ast::ExprPtr {
                    return builder.expr(parts.take());
                });
}

std::optional<ast::MapLiteral> parse_map(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::map, "`{ name: value, … }`", &Builder::map);
}
std::optional<ast::EventSel> parse_event_sel(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::event_sel, "an event", &Builder::event_sel);
}
std::optional<ast::Duration> parse_duration(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::duration, "a duration", &Builder::duration);
}
std::optional<ast::Until> parse_until(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::until, "a `wait until`", &Builder::until);
}
std::optional<ast::ClockTime> parse_time(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::clock_time, "a time of day",
                    &Builder::clock_time);
}
std::optional<ast::Zone> parse_zone(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::zone, "a zone", &Builder::zone);
}
std::optional<ast::Reenter> parse_reenter(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::reenter, "a `reenter`", &Builder::reenter);
}

std::optional<ast::Exit> parse_exit(const Piece& piece, Diagnostics& diagnostics) {
    return read(piece, diagnostics, PieceRule::exit, "an `exit`",
                [](Builder& builder, Children& parts) -> std::optional<ast::Exit> {
                    return builder.exit(parts);
                });
}

std::optional<ast::WhileRunning> parse_overlap(const Piece& piece, Diagnostics& diagnostics) {
    return read(
        piece, diagnostics, PieceRule::overlap, "a `while running`",
        [](Builder& builder, Children& parts) -> std::optional<ast::WhileRunning> {
            const std::uint32_t word = parts.take();
            return ast::WhileRunning{builder.overlap(builder.slice(word)), builder.span(word)};
        });
}

std::optional<ast::LimitRow> parse_limit_row(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::limit_row, "a limit like `2 sms per week`",
                    &Builder::limit_row);
}
std::optional<ast::WhenFull> parse_when_full(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::when_full, "a `when full`", &Builder::when_full);
}
std::optional<ast::QuietNoZone> parse_no_zone(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::no_zone, "an `if no zone`", &Builder::no_zone);
}
std::optional<ast::ConsentBasis> parse_basis(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::basis, "a basis", &Builder::basis);
}

std::optional<ast::Field> parse_field_type(ast::Name name, const Piece& piece,
                                           Diagnostics& diagnostics) {
    return read(piece, diagnostics, PieceRule::field_tail, "a property's type",
                [&](Builder& builder, Children& parts) -> std::optional<ast::Field> {
                    return builder.field(std::move(name), parts);
                });
}

std::optional<ast::Name> parse_name(const Piece& piece, Diagnostics& diagnostics,
                                    std::string_view reading) {
    return read_one(piece, diagnostics, PieceRule::name, reading, &Builder::name);
}
std::optional<ast::Path> parse_path(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::path, "a name", &Builder::path);
}

std::optional<std::pair<ast::Name, ast::Name>> parse_channel_template(const Piece& piece,
                                                                      Diagnostics& diagnostics) {
    using Two = std::optional<std::pair<ast::Name, ast::Name>>;
    return read(piece, diagnostics, PieceRule::channel_template, "a channel and a template",
                [](Builder& builder, Children& parts) -> Two {
                    ast::Name channel = builder.name(parts.take());
                    return std::pair{std::move(channel), builder.name(parts.take())};
                });
}

std::optional<ast::SendOption> parse_send_option(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::send_option, "an option of a `send`",
                    &Builder::send_option);
}
std::optional<ast::SendOption> parse_valid(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::valid, "how long a send is valid",
                    &Builder::send_option);
}
std::optional<ast::Percent> parse_percent(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::percent, "a share", &Builder::percent);
}
std::optional<ast::Integer> parse_integer(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::integer, "a whole number", &Builder::integer);
}
std::optional<ast::WeekdayName> parse_weekday(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::weekday, "a weekday", &Builder::weekday);
}
std::optional<ast::CurrencyName> parse_currency(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::currency, "a currency", &Builder::currency);
}
std::optional<ast::ClassName> parse_class(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::class_name, "`marketing` or `transactional`",
                    &Builder::class_name);
}
std::optional<ast::ChannelRate> parse_rate(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::rate, "a rate", &Builder::rate);
}

std::optional<ast::Canary> parse_canary(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::canary, "a canary", &Builder::canary);
}

std::optional<ast::Dwell> parse_dwell(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::dwell, "a `dwell`", &Builder::dwell);
}
std::optional<ast::Integer> parse_times(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::times, "how often to retry", &Builder::integer);
}
std::optional<ast::BandRow> parse_band_row(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::band_row, "a row of a band", &Builder::band_row);
}
std::optional<ast::Param> parse_param_type(ast::Name name, const Piece& piece,
                                           Diagnostics& diagnostics) {
    return read(piece, diagnostics, PieceRule::param_type, "a parameter's type",
                [&](Builder& builder, Children& parts) -> std::optional<ast::Param> {
                    return builder.param(std::move(name), parts);
                });
}

std::optional<ast::Enter> parse_trigger(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::trigger, "an `enter when`", &Builder::trigger);
}
std::optional<ast::Enter> parse_enter(const Piece& piece, Diagnostics& diagnostics) {
    return read(piece, diagnostics, PieceRule::enter, "an `enter`",
                [](Builder& builder, Children& parts) -> std::optional<ast::Enter> {
                    return builder.enter(parts);
                });
}
std::optional<ast::Schedule> parse_schedule(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::schedule, "a schedule", &Builder::schedule);
}
std::optional<ast::Every> parse_every(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::every, "an `every`", &Builder::every);
}
std::optional<ast::UntilClock> parse_clock(const Piece& piece, Diagnostics& diagnostics) {
    return read(piece, diagnostics, PieceRule::clock, "a time and its zone",
                [](Builder& builder, Children& parts) -> std::optional<ast::UntilClock> {
                    return builder.clock(parts);
                });
}
std::optional<ast::Leap> parse_leap(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::leap, "what February 29 becomes",
                    &Builder::leap);
}
std::optional<ast::SegmentChange> parse_segment_change(const Piece& piece,
                                                       Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::segment_change, "a `joining` or `leaving`",
                    &Builder::segment_change);
}
std::optional<ast::Name> parse_move(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::move, "a `moves to`", &Builder::name);
}
std::optional<ast::OthersRow> parse_others(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::others, "an `others`", &Builder::others);
}

ast::ExprPtr parse_repeat(const Piece& piece, Diagnostics& diagnostics) {
    return read(piece, diagnostics, PieceRule::repeat, "a `repeat`",
                [](Builder& builder, Children& parts) -> ast::ExprPtr {
                    return builder.expr(parts.take());
                });
}
std::optional<ast::Include> parse_include(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::include, "an `include`", &Builder::include);
}
std::optional<std::pair<ast::Name, ast::Name>> parse_winner_by(const Piece& piece,
                                                               Diagnostics& diagnostics) {
    using Two = std::optional<std::pair<ast::Name, ast::Name>>;
    return read(piece, diagnostics, PieceRule::winner_by, "what a winner is measured by",
                [](Builder& builder, Children& parts) -> Two {
                    ast::Name metric = builder.name(parts.take());
                    return std::pair{std::move(metric), builder.name(parts.take())};
                });
}
std::optional<ast::Integer> parse_winner_needs(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::winner_needs, "how many people each arm needs",
                    &Builder::integer);
}

std::optional<ast::LocalMoment> parse_start(const Piece& piece, Diagnostics& diagnostics) {
    return read(piece, diagnostics, PieceRule::start, "a `start`",
                [](Builder& builder, Children& parts) -> std::optional<ast::LocalMoment> {
                    const std::uint32_t digits = parts.take();
                    ast::LocalMoment made = builder.moment(digits, parts);
                    if (!made.zone && !made.offset_minutes)
                        made.zone = builder.need_zone(parts, made.span);
                    return made;
                });
}

std::optional<ast::Moment> parse_moment(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::moment, "a moment", &Builder::test_moment);
}
std::optional<ast::GivenLine> parse_given(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::given, "a `given`", &Builder::given);
}
std::optional<ast::Outcome> parse_outcome(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::outcome, "an `expect`", &Builder::outcome);
}
std::optional<ast::Happen> parse_happen(const Piece& piece, Diagnostics& diagnostics) {
    return read_one(piece, diagnostics, PieceRule::happen, "what happens", &Builder::happen);
}

}  // namespace journey::syntax
