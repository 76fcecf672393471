#pragma once
// Steps into states.

#include "dsl/lower/exprs.h"

namespace journey::lower {

/// Appends the states of `journey`'s steps to `into` and sets its start.
void lower_steps(const sema::Journey& journey, const source::SourceSet& sources, ExprTable& exprs,
                 ir::Journey& into);

ir::Pattern lower_pattern(const sema::Pattern& pattern, ExprTable& exprs);

/// The words of a span on one line, at most 80 characters.
std::string one_line(std::string_view words);

}  // namespace journey::lower
