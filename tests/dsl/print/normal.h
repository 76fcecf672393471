#pragma once
// YAML has a place for everything, the journey language an order. What differs in nothing else is
// the same tree.

#include "dsl/ast/ast.h"

#include <string>

namespace journey::testing {

/// The dump of the tree, everything in YAML's order.
std::string normal_dump(ast::File file);

}  // namespace journey::testing
