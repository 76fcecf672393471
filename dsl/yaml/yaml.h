#pragma once
// The door of dsl/yaml: the YAML surface to the same tree. See README.md.

#include "dsl/ast/ast.h"
#include "dsl/source/source.h"

namespace journey::yaml {

/// The whole file. Never fails as a whole: what could be read is in the tree, everything else in
/// `diagnostics`, pointing into the YAML text.
ast::File parse_file(const source::SourceSet& sources, source::FileId file,
                     std::vector<source::Diagnostic>& diagnostics);

}  // namespace journey::yaml
