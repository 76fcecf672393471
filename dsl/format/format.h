#pragma once
// The door of dsl/format: one style, no options.

#include "dsl/ast/ast.h"
#include "dsl/source/source.h"

#include <string>

namespace journey::format {

/// The file in the one style: two blanks a level, one blank between words, fields in columns,
/// comments and the author's line breaks kept, at most one empty line in a row, a line feed at the
/// end. `file` is what parse_file made of `source` without errors; a file with errors comes back
/// unchanged. format(format(x)) is format(x), and the tree stays the same.
std::string format_file(const ast::File& file, const source::Source& source);

}  // namespace journey::format
