#pragma once
// The tree as text without places: two trees are the same when their dumps are equal. For tests of
// the formatter and of the two surfaces, and for reading a tree in a debugger.

#include "dsl/ast/ast.h"

#include <string>

namespace journey::ast {

std::string dump(const File& file);
std::string dump(const Expr& expr);

}  // namespace journey::ast
