#pragma once
// What a test may expect: the ways out of a journey, the reasons for leaving a message out.

#include "dsl/sema/context.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

/// J0104 when nobody can leave `journey` as `name`.
void check_way_out(Context& cx, const Journey& journey, const ast::Name& name);

/// J0104 when no reason says `because`. `send`: what was left out, when it is known.
void check_reason(Context& cx, const ast::Text& because, const Send* send);

/// False, after J0213 or J0903, when `every` happens never or too often between these two.
bool can_happen(Context& cx, const ast::EveryLine& every, Instant start, Instant until,
                const calendar::Zone& zone);

}  // namespace journey::sema
