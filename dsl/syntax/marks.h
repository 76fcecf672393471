#pragma once
// What matching leaves behind: a flat list of marks in preorder, and where it got stuck. The tree
// is built from the marks afterwards, so that a rule that backtracks only has to shorten the list.

#include "dsl/syntax/syntax.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace journey::syntax {

enum class Kind : std::uint8_t {
    // leaves
    word,
    name,
    string,
    integer,
    decimal,
    percent,
    money,
    clock_time,
    date,
    date_time,
    duration,
    unit,
    weekday,
    currency,
    aggregate_name,
    wrong_word,
    // expressions
    expr,
    logic_or,
    logic_and,
    negation,
    relation,
    tail_is,
    tail_in,
    tail_contains,
    tail_starts,
    tail_ends,
    tail_between,
    tail_order,
    tail_wrong,
    sum,
    product,
    minus,
    fallback,
    postfix,
    member,
    index,
    time_since,
    aggregate,
    where,
    window,
    limit,
    call,
    list,
    map,
    pair,
    moment_literal,
    path,
    zone,
    event_sel,
    of_label,
    // blocks and shared pieces
    block,
    type,
    mark,
    field,
    until,
    until_at,
    reenter,
    send_option,
    moment,
    happen,
    outcome,
    given,
    limit_row,
    when_full,
    no_zone,
    basis,
    rate,
    canary,
    class_name,
    channel_template,
    dwell,
    band_row,
    param,
    template_of,
    segment_change,
    reach,
    event_trigger,
    every,
    leap,
    schedule,
    call_include,
    // items
    language,
    use,
    workspace,
    profile,
    event,
    channel,
    consent,
    frequency,
    quiet,
    webhook,
    fetch,
    catalogue,
    template_decl,
    segment,
    band,
    snippet,
    journey,
    test,
    // lines of blocks
    line,
    head,
    do_block,
    step,
    label,
    send,
    wait,
    delay,
    if_step,
    else_if,
    else_step,
    choose,
    choice,
    on_arm,
    when_arm,
    timeout_arm,
    split,
    experiment,
    holdout,
    arm,
    let,
    set,
    tag,
    stop,
    note,
    within,
    then_exit,
    start,
    at_line,
    every_line,
    move,
    others,
    call_step,
    emit,
    run,
    include,
    repeat,
    repeat_until,
    sample,
    winner,
    needs,
    confidence,
    otherwise,
    send_one,
};

struct MarkRow {
    Kind kind;
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t next;  // index after the last mark inside this one
};

/// What kind of lines stand inside a pair of braces (or in the file itself).
enum class BlockKind : std::uint8_t {
    file,
    workspace,
    profile,
    event,
    channel,
    consent,
    frequency,
    quiet,
    webhook,
    fetch,
    catalogue,
    template_decl,
    band,
    journey,
    moves,
    steps,
    wait_arms,
    choices,
    split_arms,
    experiment,
    sends,
    test,
    nothing,
};

/// Every pair of braces outside strings and comments, found before parsing. When the file has more
/// `{` than `}`, the indentation decides which ones were never closed.
class Braces {
  public:
    struct Pair {
        std::uint32_t open = 0;
        std::uint32_t end = 0;  // of the `}`, or where the block seems to stop
        bool closed = true;
        bool missing = false;  // `do` at the end of a line: the `{` was forgotten, `open` is there
    };
    void scan(std::string_view text);
    /// Null when there is no brace at `open`.
    const Pair* find(std::uint32_t open) const;
    const std::vector<Pair>& pairs() const { return pairs_; }
    const std::vector<std::uint32_t>& strays() const { return strays_; }

  private:
    void walk(std::string_view text, bool by_indentation);
    std::vector<Pair> pairs_;  // sorted by `open`
    std::vector<std::uint32_t> strays_;
};

/// More than 64 expressions or 16 blocks inside each other: thrown to the nearest line, which
/// reports it.
struct TooDeep {
    std::uint32_t at = 0;
};

/// `text` lives as long as the program. A word is something to write, the rest are descriptions.
struct Wanted {
    std::string_view text;
    bool is_word = false;
    friend bool operator==(const Wanted&, const Wanted&) = default;
};

/// The state that every rule is handed.
class Matching {
  public:
    Matching(const Piece& of, Diagnostics& to) : text(of.text), piece(of), diagnostics(to) {}

    std::uint32_t open(Kind kind, std::size_t begin) {
        const auto index = static_cast<std::uint32_t>(marks.size());
        marks.push_back({kind, static_cast<std::uint32_t>(begin), 0, 0});
        return index;
    }
    void close(std::uint32_t index, std::size_t end) {
        marks[index].end = static_cast<std::uint32_t>(end);
        marks[index].next = static_cast<std::uint32_t>(marks.size());
    }
    void forget(std::uint32_t index) { marks.resize(index); }
    void leaf(Kind kind, std::size_t begin, std::size_t end) { close(open(kind, begin), end); }

    /// A token was wanted at `at` and was not there. Only the furthest place is remembered.
    void stuck(std::size_t at, std::string_view wanted, bool is_word = false);
    void restart_stuck(std::size_t at) {
        stuck_at = static_cast<std::uint32_t>(at);
        expected.clear();
    }

    source::Span span(std::size_t begin, std::size_t end) const;
    source::Span span(const MarkRow& mark) const { return span(mark.begin, mark.end); }
    std::string_view slice(const MarkRow& mark) const {
        return text.substr(mark.begin, mark.end - mark.begin);
    }

    std::string_view text;
    const Piece& piece;
    Diagnostics& diagnostics;
    std::vector<MarkRow> marks;
    Braces braces;
    int brackets = 0;  // inside ( ) or [ ], where line ends are blanks
    int depth = 0;     // of expressions
    int blocks = 0;
    bool curly_told = false;
    int reports = 0;  // of lines that could not be read
    std::uint32_t stuck_at = 0;
    std::vector<Wanted> expected;  // at stuck_at, each once

    // What was wanted at one place, for who completes words: every rule that was tried there.
    std::optional<std::uint32_t> watch_at;
    std::vector<Wanted> watched;
    BlockKind watched_in = BlockKind::nothing;
};

}  // namespace journey::syntax
