#pragma once
// What bands are made of, for whoever compares with them.

#include "dsl/sema/model.h"

namespace journey::sema {

/// How two constants stand to each other; nullopt when nobody can say (a month and 30 days).
std::optional<int> order_of(const Value& a, const Value& b);
/// What a band can give, smallest first; empty for everything else.
std::vector<std::int64_t> scores_of(const Node& node);

}  // namespace journey::sema
