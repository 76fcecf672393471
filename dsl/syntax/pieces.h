#pragma once
// The rules that can be asked for on their own.

#include "dsl/syntax/rules.h"

namespace journey::syntax {

enum class PieceRule : std::uint8_t {
    expr,
    sum,
    map,
    event_sel,
    duration,
    until,
    clock_time,
    zone,
    reenter,
    exit,
    overlap,
    limit_row,
    when_full,
    no_zone,
    basis,
    field_tail,
    name,
    path,
    channel_template,
    send_option,
    valid,
    percent,
    integer,
    weekday,
    currency,
    class_name,
    rate,
    canary,
    start,
    moment,
    given,
    outcome,
    happen,
    trigger,
    enter,
    schedule,
    every,
    clock,
    leap,
    segment_change,
    move,
    others,
    winner_by,
    winner_needs,
    band_row,
    dwell,
    param_type,
    repeat,
    times,
    include,
};

/// One rule at the place where `in` stands; false without consuming when it does not fit.
bool match_piece(Input& in, Matching& state, PieceRule rule);

}  // namespace journey::syntax
