#include "dsl/syntax/grammar.h"

#include "dsl/syntax/expr_grammar.h"

#include <catch2/catch.hpp>
#include <tao/pegtl/contrib/analyze.hpp>

using namespace journey::syntax;

namespace {
template <typename... Rules>
std::size_t problems() {
    return (tao::pegtl::analyze<Rules>(1) + ...);
}
}  // namespace

TEST_CASE("no rule of the grammar loops without eating", "[syntax]") {
    CHECK(problems<grammar::any_expr, grammar::any_sum, grammar::any_map, grammar::any_literal>() ==
          0);
    CHECK(
        problems<grammar::any_item, grammar::head_line, grammar::any_step, grammar::test_line>() ==
        0);
    CHECK(problems<grammar::workspace_line, grammar::profile_line, grammar::event_line,
                   grammar::channel_line, grammar::consent_line, grammar::frequency_line,
                   grammar::quiet_line, grammar::template_line, grammar::webhook_line,
                   grammar::band_row, grammar::move_line>() == 0);
    CHECK(problems<grammar::wait_arm, grammar::choice, grammar::split_arm,
                   grammar::experiment_line>() == 0);
    CHECK(problems<grammar::enter_tail, grammar::trigger, grammar::schedule, grammar::param_type,
                   grammar::include_call, grammar::winner>() == 0);
}
