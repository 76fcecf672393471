// The statement half of the grammar: which rule reads a line of which block.

#include "dsl/syntax/grammar.h"
#include "dsl/syntax/pieces.h"

namespace journey::syntax {

bool match_line(Input& in, Matching& state, BlockKind kind) {
    switch (kind) {
        case BlockKind::file:
            return match_rule<grammar::any_item>(in, state);
        case BlockKind::workspace:
            return match_rule<grammar::workspace_line>(in, state);
        case BlockKind::profile:
            return match_rule<grammar::profile_line>(in, state);
        case BlockKind::event:
            return match_rule<grammar::event_line>(in, state);
        case BlockKind::channel:
            return match_rule<grammar::channel_line>(in, state);
        case BlockKind::consent:
            return match_rule<grammar::consent_line>(in, state);
        case BlockKind::frequency:
            return match_rule<grammar::frequency_line>(in, state);
        case BlockKind::quiet:
            return match_rule<grammar::quiet_line>(in, state);
        case BlockKind::webhook:
            return match_rule<grammar::webhook_line>(in, state);
        case BlockKind::fetch:
            return match_rule<grammar::fetch_line>(in, state);
        case BlockKind::catalogue:
            return match_rule<grammar::catalogue_line>(in, state);
        case BlockKind::band:
            return match_rule<grammar::band_row>(in, state);
        case BlockKind::moves:
            return match_rule<grammar::move_line>(in, state);
        case BlockKind::template_decl:
            return match_rule<grammar::template_line>(in, state);
        case BlockKind::journey:
            return match_rule<grammar::head_line>(in, state);
        case BlockKind::steps:
            return match_rule<grammar::any_step>(in, state);
        case BlockKind::wait_arms:
            return match_rule<grammar::wait_arm>(in, state);
        case BlockKind::choices:
            return match_rule<grammar::choice>(in, state);
        case BlockKind::split_arms:
            return match_rule<grammar::split_arm>(in, state);
        case BlockKind::experiment:
            return match_rule<grammar::experiment_line>(in, state);
        case BlockKind::sends:
            return match_rule<grammar::send_row>(in, state);
        case BlockKind::test:
            return match_rule<grammar::test_line>(in, state);
        case BlockKind::nothing:
            return false;
    }
    return false;
}

bool match_piece(Input& in, Matching& state, PieceRule rule) {
    switch (rule) {
        case PieceRule::expr:
            return match_expr(in, state);
        case PieceRule::sum:
            return match_sum(in, state);
        case PieceRule::map:
            return match_map(in, state);
        case PieceRule::event_sel:
            return match_rule<grammar::event_sel>(in, state);
        case PieceRule::duration:
            return match_rule<grammar::duration>(in, state);
        case PieceRule::until:
            return match_rule<grammar::until>(in, state);
        case PieceRule::clock_time:
            return match_rule<grammar::clock_time>(in, state);
        case PieceRule::zone:
            return match_rule<grammar::zone>(in, state);
        case PieceRule::reenter:
            return match_rule<grammar::reenter>(in, state);
        case PieceRule::exit:
            return match_rule<grammar::exit_tail>(in, state);
        case PieceRule::overlap:
            return match_rule<grammar::overlap>(in, state);
        case PieceRule::limit_row:
            return match_rule<grammar::limit_row>(in, state);
        case PieceRule::when_full:
            return match_rule<grammar::when_full>(in, state);
        case PieceRule::no_zone:
            return match_rule<grammar::no_zone>(in, state);
        case PieceRule::basis:
            return match_rule<grammar::basis>(in, state);
        case PieceRule::field_tail:
            return match_rule<grammar::field_tail>(in, state);
        case PieceRule::name:
            return match_rule<grammar::name>(in, state);
        case PieceRule::path:
            return match_rule<grammar::path>(in, state);
        case PieceRule::channel_template:
            return match_rule<grammar::channel_template>(in, state);
        case PieceRule::send_option:
            return match_rule<grammar::send_option>(in, state);
        case PieceRule::valid:
            return match_rule<grammar::valid_option>(in, state);
        case PieceRule::percent:
            return match_rule<grammar::percent>(in, state);
        case PieceRule::integer:
            return match_rule<grammar::integer>(in, state);
        case PieceRule::weekday:
            return match_rule<grammar::weekday>(in, state);
        case PieceRule::currency:
            return match_rule<grammar::currency>(in, state);
        case PieceRule::class_name:
            return match_rule<grammar::class_name>(in, state);
        case PieceRule::rate:
            return match_rule<grammar::rate>(in, state);
        case PieceRule::canary:
            return match_rule<grammar::canary>(in, state);
        case PieceRule::start:
            return match_rule<grammar::start_tail>(in, state);
        case PieceRule::moment:
            return match_rule<grammar::moment>(in, state);
        case PieceRule::given:
            return match_rule<grammar::given>(in, state);
        case PieceRule::outcome:
            return match_rule<grammar::outcome>(in, state);
        case PieceRule::happen:
            return match_rule<grammar::happen>(in, state);
        case PieceRule::trigger:
            return match_rule<grammar::trigger>(in, state);
        case PieceRule::enter:
            return match_rule<grammar::enter_tail>(in, state);
        case PieceRule::schedule:
            return match_rule<grammar::schedule>(in, state);
        case PieceRule::every:
            return match_rule<grammar::every>(in, state);
        case PieceRule::clock:
            return match_rule<grammar::clock>(in, state);
        case PieceRule::leap:
            return match_rule<grammar::leap>(in, state);
        case PieceRule::segment_change:
            return match_rule<grammar::segment_change>(in, state);
        case PieceRule::move:
            return match_rule<grammar::move_tail>(in, state);
        case PieceRule::others:
            return match_rule<grammar::others>(in, state);
        case PieceRule::winner_by:
            return match_rule<grammar::winner_per>(in, state);
        case PieceRule::winner_needs:
            return match_rule<grammar::winner_needs>(in, state);
        case PieceRule::band_row:
            return match_rule<grammar::band_row>(in, state);
        case PieceRule::dwell:
            return match_rule<grammar::dwell>(in, state);
        case PieceRule::param_type:
            return match_rule<grammar::param_type>(in, state);
        case PieceRule::repeat:
            return match_rule<grammar::at_most_times>(in, state);
        case PieceRule::times:
            return match_rule<grammar::times>(in, state);
        case PieceRule::include:
            return match_rule<grammar::include_call>(in, state);
    }
    return false;
}

}  // namespace journey::syntax
