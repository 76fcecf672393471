#pragma once
// The door of dsl/yaml: the YAML surface to the same tree. See README.md.

#include "dsl/ast/ast.h"
#include "dsl/source/source.h"
#include "dsl/yaml/keys.h"
#include "dsl/yaml/page.h"

#include <optional>
#include <string>

namespace journey::yaml {

/// The whole file. Never fails as a whole: what could be read is in the tree, everything else in
/// `diagnostics`, pointing into the YAML text.
ast::File parse_file(const source::SourceSet& sources, source::FileId file,
                     std::vector<source::Diagnostic>& diagnostics);

/// The file in the one style: the author's order, words, quotes and comments, our indentation and
/// empty lines. Nullopt with the reasons when it cannot be read. format(format(x)) is format(x).
std::optional<std::string> format_file(const source::SourceSet& sources, source::FileId file,
                                       std::vector<source::Diagnostic>& diagnostics);

}  // namespace journey::yaml
