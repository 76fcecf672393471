#pragma once
// The door of dsl/schema: what editors need to know of the YAML surface.

#include "dsl/ast/ast.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace journey::schema {

/// Names that complete values, by kind: event, segment, channel, consent, frequency, quiet,
/// webhook, journey, snippet, and message ("email welcome_hello").
using Names = std::map<std::string, std::set<std::string>, std::less<>>;

/// The names the files of a project declare.
Names names_of(const std::vector<ast::File>& files);

/// The JSON Schema as text, the same for the same names.
std::string json_schema(const Names& names);

}  // namespace journey::schema
