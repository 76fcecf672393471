// The expression half of the grammar, compiled on its own: PEGTL is most of this room's build time.

#include "dsl/syntax/expr_grammar.h"

namespace journey::syntax {

bool match_expr(Input& in, Matching& state) {
    return match_rule<grammar::any_expr>(in, state);
}
bool match_sum(Input& in, Matching& state) {
    return match_rule<grammar::any_sum>(in, state);
}
bool match_map(Input& in, Matching& state) {
    return match_rule<grammar::any_map>(in, state);
}
bool match_literal(Input& in, Matching& state) {
    return match_rule<grammar::any_literal>(in, state);
}
bool match_aggregate(Input& in, Matching& state) {
    return match_rule<grammar::aggregate>(in, state);
}

}  // namespace journey::syntax
