#pragma once
// The door of dsl/print: the tree to text.

#include "dsl/ast/ast.h"
#include "dsl/source/source.h"

#include <string>

namespace journey::print {

/// The file in the journey language, in the one style. `file` was read without errors from
/// `sources`, from either surface. Comments stand at the statement they stood at.
std::string to_journey(const ast::File& file, const source::SourceSet& sources);

/// The same as YAML. Declarations of one kind come together under one key, in the order of the
/// first of each kind.
std::string to_yaml(const ast::File& file, const source::SourceSet& sources);

}  // namespace journey::print
