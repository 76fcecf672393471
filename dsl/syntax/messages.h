#pragma once
// From "nothing fits here" to a sentence: what was being read, what was wanted, how it looks when
// it is right.

#include "dsl/syntax/marks.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace journey::syntax {

/// Says why the line that begins at `begin` could not be read beyond `state.stuck_at`. Adds nothing
/// when a better message about the same place is already there (an open quote, an invisible
/// character, an open brace).
void report_stuck(Matching& state, BlockKind kind, std::size_t begin);
/// The same for one piece handed over by the YAML surface.
void report_stuck_piece(Matching& state, std::string_view reading);
void report_too_deep(Matching& state, std::size_t at, std::string_view what);
/// J0004 for every brace without its partner; of several that are open at the end, the innermost.
void report_braces(Matching& state);

/// The first words that lines of this kind of block begin with.
const std::vector<std::string>& keywords_of(BlockKind kind);
/// The block that follows a statement beginning with `first`, also when it is misspelt.
BlockKind block_of(BlockKind kind, std::string_view statement);
/// A line of this kind of block beginning with this word goes on with the statement above it.
bool is_continuation(BlockKind kind, std::string_view first);

// Particular mistakes; nullopt when they do not apply.

/// One message for the whole text, since whoever pasted one line pasted them all; an empty
/// diagnostic for the places after the first.
std::optional<source::Diagnostic> curly_quotes(Matching& state, std::size_t at);
/// `20.05.2026`
std::optional<source::Diagnostic> foreign_date(const Matching& state, std::size_t at);
/// What other languages taught: `version: 3`, `wait: 2 days`, `monday`, `count(…) >= 3` as a
/// trigger.
std::optional<source::Diagnostic> habit(const Matching& state, BlockKind kind, std::size_t begin,
                                        std::size_t at);

}  // namespace journey::syntax
