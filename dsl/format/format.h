#pragma once
// The door of dsl/format: one style, no options.

#include "dsl/ast/ast.h"
#include "dsl/source/source.h"

#include <string>

namespace journey::format {

/// The file in the one style: two blanks a level, one blank between words, the types of properties
/// in a column, comments and the author's line breaks kept, at most one empty line in a row, a line
/// feed at the end. `file` is what parse_file made of `source` without errors; do not format a file
/// that has some. format(format(x)) is format(x), and the tree stays the same. Linear.
std::string format_file(const ast::File& file, const source::Source& source);

}  // namespace journey::format
