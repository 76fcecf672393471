#pragma once
// The leaves: words, literals in fixed places, comments.

#include "dsl/source/source.h"
#include "engine/base/base.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace journey::ast {

using source::FileId;
using source::Span;

/// Plain data compares by content; spans are where, not what, so comparisons of trees (the
/// formatter's property) go through `same` in dsl/ast/same.h.
struct Name {
    std::string text;
    Span span;
};

/// "user.email", "order_paid.total": one or more names with dots between.
struct Path {
    std::vector<Name> parts;
    Span span;
    std::string dotted() const;
};

/// A string in quotes, escapes resolved. `span` includes the quotes.
struct Text {
    std::string value;
    Span span;
};

struct Integer {
    std::int64_t value = 0;
    Span span;
};

struct Duration {
    CalendarDuration value;
    Span span;
};

/// In hundredths of a percent: 34% is 3,400.
struct Percent {
    std::int32_t basis_points = 0;
    Span span;
};

/// 24:00 is 86,400 seconds.
struct ClockTime {
    TimeOfDay value;
    Span span;
};

enum class Weekday : unsigned char {
    monday,
    tuesday,
    wednesday,
    thursday,
    friday,
    saturday,
    sunday
};
struct WeekdayName {
    Weekday day = Weekday::monday;
    Span span;
};

struct CurrencyName {
    Currency code{{'X', 'X', 'X'}};
    Span span;
};

/// `local` (the person's), `in "Asia/Shanghai"`, or `in trigger.zone`.
struct Zone {
    std::optional<Text> named;
    std::optional<Path> from;  // neither: local
    Span span;
};

/// "2026-03-20 10:00 in …". Exactly one of `offset_minutes` (written as +08:00 or Z) and `zone` may
/// be there; with neither, the moment is local to whoever asks (tests: the zone of `start`;
/// expressions: J0211 in sema).
struct LocalMoment {
    Date date;
    TimeOfDay time;
    std::optional<std::int32_t> offset_minutes;
    std::optional<Zone> zone;
    Span span;
};

enum class MessageClass : unsigned char { marketing, transactional };
struct ClassName {
    MessageClass value = MessageClass::marketing;
    Span span;
};

/// From `#` to the end of the line, without the line feed.
struct Comment {
    Span span;
};

/// A line that stands in the text and could not be read. The reader has said so.
struct Unread {
    std::string keyword;
};

}  // namespace journey::ast
