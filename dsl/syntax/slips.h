#pragma once
// Small slips with one likely mend; nullopt when they do not apply, an empty diagnostic when what is
// wrong here follows from something that was told.

#include "dsl/syntax/messages.h"

namespace journey::syntax {

/// `，` and `７`, all on the line together.
std::optional<source::Diagnostic> full_width_sign(const Matching& state, std::size_t at);
/// `;`, `//`, a text in single quotes, a comma that ends a line.
std::optional<source::Diagnostic> foreign_sign(const Matching& state, std::size_t at);
/// `10am`, `6 pm`, `9:00`, `晚上8点`
std::optional<source::Diagnostic> foreign_clock(const Matching& state, std::size_t at);
/// Inside a value, so in YAML too: `=>`, `reachable push`, `¥100`, `in the last 7 days`.
std::optional<source::Diagnostic> slip_in_value(const Matching& state, std::size_t at);
/// In a line of a block: a step in the head, `if` without braces, `50` for `50%`.
std::optional<source::Diagnostic> slip_in_line(const Matching& state, BlockKind kind,
                                               std::size_t begin, std::size_t at);

/// In a line of steps: `send(…)`, `split 50/50`, two steps on a line.
std::optional<source::Diagnostic> slip_in_step(const Matching& state, BlockKind kind,
                                               std::size_t begin, std::size_t at);
/// In declarations and heads: `every weekday`, `goal order_paid`, `array of`, `basis opt-in`.
std::optional<source::Diagnostic> slip_in_head(const Matching& state, BlockKind kind,
                                               std::size_t begin, std::size_t at);

}  // namespace journey::syntax
