#pragma once
// The door of dsl/syntax: text to tree. The grammar of LANGUAGE 3.1 as PEGTL rules (grammar.h), one
// recovery per line, and every rule that the YAML surface shares as an entry point of its own.

#include "dsl/ast/ast.h"
#include "dsl/source/source.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace journey::syntax {

using Diagnostics = std::vector<source::Diagnostic>;

/// The whole file. Never fails as a whole: what could be read is in the tree, everything else in
/// `diagnostics`. Linear in the text; nesting over 64 expressions or 16 blocks is J0902.
ast::File parse_file(const source::SourceSet& sources, source::FileId file,
                     Diagnostics& diagnostics);

/// Only the comments, for tools that look at broken files.
std::vector<ast::Comment> find_comments(const source::Source& source, source::FileId file);

/// One word, number, date, text, sign or comment. Dates, times, shares and numbers are one token
/// each.
enum class TokenKind : unsigned char { word, literal, text, sign, comment };
struct Token {
    TokenKind kind = TokenKind::word;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};
/// The tokens of a text that parses, in order; for the formatter and for highlighting. Total: what
/// is no token is a sign of one character.
std::vector<Token> tokenize(std::string_view text);
/// What the grammar would take at one place, and where that is ("the steps of a journey").
struct Wish {
    std::vector<std::string_view> words;     // to be written as they are
    std::vector<std::string_view> readings;  // "an event", "a value", "a duration like `2 days`"
    std::string_view place;
};
/// At `begin`, if the text from there to `end` were not written yet. As costly as parsing.
Wish wishes_at(std::string_view text, std::uint32_t begin, std::uint32_t end);

/// What a line that begins with `word` looks like when it is right.
struct Shown {
    std::string_view place;
    std::string_view reading;   // "a `wait`"
    std::string_view examples;  // a line each
};
/// One for every place where lines begin so.
std::vector<Shown> examples_of(std::string_view word);
/// All of them, place by place.
std::vector<Shown> examples();

/// A line that begins with this word goes on with the statement above it (`valid`, `within`,
/// `else`).
bool continues_statement(std::string_view first_word);

/// A piece of text to be read by one rule, and where each of its bytes stands in a file.
/// `offset_of(i)` for i from 0 to text.size() inclusive, non-decreasing; absent means `begin + i`.
/// The text must outlive the call only.
struct Piece {
    std::string_view text;
    source::FileId file;
    std::uint32_t begin = 0;
    std::function<std::uint32_t(std::uint32_t)> offset_of;
};

// Each reads the whole piece (blanks and line ends around it are skipped, line ends inside are
// blanks where the grammar allows them). Nullopt, or null, after adding a diagnostic. `reading`
// names the thing for the reader: "a condition".
ast::ExprPtr parse_expr(const Piece& piece, Diagnostics& diagnostics,
                        std::string_view reading = "a condition");
/// A value without comparison operators: waits, moments.
ast::ExprPtr parse_sum(const Piece& piece, Diagnostics& diagnostics,
                       std::string_view reading = "a value");
std::optional<ast::MapLiteral> parse_map(const Piece& piece, Diagnostics& diagnostics);
std::optional<ast::EventSel> parse_event_sel(const Piece& piece, Diagnostics& diagnostics);
std::optional<ast::Duration> parse_duration(const Piece& piece, Diagnostics& diagnostics);
std::optional<ast::Until> parse_until(const Piece& piece, Diagnostics& diagnostics);
std::optional<ast::ClockTime> parse_time(const Piece& piece, Diagnostics& diagnostics);
/// `local`, or `in "Asia/Shanghai"`.
std::optional<ast::Zone> parse_zone(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `reenter`: never, always, after D [per REF], once per REF.
std::optional<ast::Reenter> parse_reenter(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `exit`: `when EVENT …`, `when leaving SEGMENT` or `if EXPR`.
std::optional<ast::Exit> parse_exit(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `while running`.
std::optional<ast::WhileRunning> parse_overlap(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `at most`: "2 sms per week", "6 messages per 168h".
std::optional<ast::LimitRow> parse_limit_row(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `when full`: skip, or `hold up to D`.
std::optional<ast::WhenFull> parse_when_full(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `if no zone`: hold, skip, or `use "Asia/Shanghai"`.
std::optional<ast::QuietNoZone> parse_no_zone(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `basis`: opt in, double opt in, opt out.
std::optional<ast::ConsentBasis> parse_basis(const Piece& piece, Diagnostics& diagnostics);
/// What stands after a field's name: type and marks.
std::optional<ast::Field> parse_field_type(ast::Name name, const Piece& piece,
                                           Diagnostics& diagnostics);
std::optional<ast::Name> parse_name(const Piece& piece, Diagnostics& diagnostics,
                                    std::string_view reading = "a name");
std::optional<ast::Path> parse_path(const Piece& piece, Diagnostics& diagnostics);
/// Two names: `email welcome_hello` after `send`.
std::optional<std::pair<ast::Name, ast::Name>> parse_channel_template(const Piece& piece,
                                                                      Diagnostics& diagnostics);
/// What follows the key in `valid: for 24h`, `retry: for 12h`: the piece begins with the key's word
/// itself, so pass the key and the value joined by a blank ("valid for 24h") with an offset table.
std::optional<ast::SendOption> parse_send_option(const Piece& piece, Diagnostics& diagnostics);
/// `valid` without its word: "for 24h", "until 20:00 local".
std::optional<ast::SendOption> parse_valid(const Piece& piece, Diagnostics& diagnostics);
std::optional<ast::Percent> parse_percent(const Piece& piece, Diagnostics& diagnostics);
std::optional<ast::Integer> parse_integer(const Piece& piece, Diagnostics& diagnostics);
std::optional<ast::WeekdayName> parse_weekday(const Piece& piece, Diagnostics& diagnostics);
std::optional<ast::CurrencyName> parse_currency(const Piece& piece, Diagnostics& diagnostics);
std::optional<ast::ClassName> parse_class(const Piece& piece, Diagnostics& diagnostics);
/// "200 per second" after `rate`.
std::optional<ast::ChannelRate> parse_rate(const Piece& piece, Diagnostics& diagnostics);
/// "100 for 30 minutes stop above 5%" after `canary`.
std::optional<ast::Canary> parse_canary(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `dwell`: `by page_ping on view_id every 15s ends with page_left`.
std::optional<ast::Dwell> parse_dwell(const Piece& piece, Diagnostics& diagnostics);
/// "3 times" after a webhook's `retry`.
std::optional<ast::Integer> parse_times(const Piece& piece, Diagnostics& diagnostics);
/// One row of a band: "5 below 14 days", "1 otherwise".
std::optional<ast::BandRow> parse_band_row(const Piece& piece, Diagnostics& diagnostics);
/// What stands after a parameter's name: `push template`, or a type.
std::optional<ast::Param> parse_param_type(ast::Name name, const Piece& piece,
                                           Diagnostics& diagnostics);

// How people enter.
/// What stands after `enter when`: EVENT [lasts D] [unless EVENT]…, AGGREGATE reaches N [per NAME],
/// joining SEGMENT, leaving SEGMENT. Further keys (`lasts:`, `unless:`) are the caller's to add.
std::optional<ast::Enter> parse_trigger(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `enter`: `when TRIGGER`, or `SCHEDULE for SEGMENT`.
std::optional<ast::Enter> parse_enter(const Piece& piece, Diagnostics& diagnostics);
/// `every Monday at 08:00 local`, `yearly on …`, `once at …`, without its `for`: the audience is
/// left empty.
std::optional<ast::Schedule> parse_schedule(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `every`: `day`, `month on 3`, `Monday, Friday`; `at` and `zone` are left empty.
std::optional<ast::Every> parse_every(const Piece& piece, Diagnostics& diagnostics);
/// A time and its zone: "08:00 local". Without a zone it is J0211 and taken as local.
std::optional<ast::UntilClock> parse_clock(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `feb 29`: `as feb 28`, `as mar 1`.
std::optional<ast::Leap> parse_leap(const Piece& piece, Diagnostics& diagnostics);
/// `joining SEGMENT`, `leaving SEGMENT`.
std::optional<ast::SegmentChange> parse_segment_change(const Piece& piece,
                                                       Diagnostics& diagnostics);
/// What stands after a step's name in `from version N`: `moves to stories`. Answers the target.
std::optional<ast::Name> parse_move(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `others`: stay, stop, restart. The span is the word's.
std::optional<ast::OthersRow> parse_others(const Piece& piece, Diagnostics& diagnostics);

// Steps.
/// What stands after `repeat`: `at most 2 times`. Answers the number of times.
ast::ExprPtr parse_repeat(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `include`: `push_until_click(gap: 6 days)`; the brackets must be there.
std::optional<ast::Include> parse_include(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `winner by`: `clicked per delivered`.
std::optional<std::pair<ast::Name, ast::Name>> parse_winner_by(const Piece& piece,
                                                               Diagnostics& diagnostics);
/// What stands after a winner's `needs`: `500 per arm`.
std::optional<ast::Integer> parse_winner_needs(const Piece& piece, Diagnostics& diagnostics);

// Tests.
/// A date-time with its zone, after `start` and `once at`.
std::optional<ast::LocalMoment> parse_start(const Piece& piece, Diagnostics& diagnostics);
/// +30h, or a date-time.
std::optional<ast::Moment> parse_moment(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `given`.
std::optional<ast::GivenLine> parse_given(const Piece& piece, Diagnostics& diagnostics);
/// What stands after `expect`.
std::optional<ast::Outcome> parse_outcome(const Piece& piece, Diagnostics& diagnostics);
/// An event with its data, `clicked of LABEL`, or `set REF = EXPR`.
std::optional<ast::Happen> parse_happen(const Piece& piece, Diagnostics& diagnostics);

/// Words that cannot be names (LANGUAGE 3.1, note c).
bool is_reserved(std::string_view word);
/// A name by the rule NAME: a letter (any script) or `_`, then letters, digits, `_`; not reserved.
bool is_name(std::string_view word);

}  // namespace journey::syntax
