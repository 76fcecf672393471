#pragma once
// Private to core. When the clock alone changes an answer: so that people need no scanning, only a
// timer at the first moment that matters.

#include "engine/core/facts.h"

namespace journey::core {

/// Whether the answer of this expression (kNone: no) can change while nothing but time passes.
bool reads_clock(const ir::Program& program, ir::Index expr);

/// A condition that is nothing but: the person has (or, with `below`, has not) at least so many of
/// the events that `aggregate`, a count or did, is about.
struct NumberAsked {
    ir::Index aggregate = ir::kNone;
    std::uint64_t at_least = 0;
    bool below = false;
};
std::optional<NumberAsked> threshold_of(const ir::Program& program, ir::Index expr);

/// No later than the first moment after `now` at which the answer can change by the clock; kNever
/// when it never will. May be too early: look again then. `entry` is null outside of entries. Cost:
/// the nodes of the expression; for comparisons with the moving time about fifty evaluations.
Instant next_flip(const LinkedProgram& linked, const Person& person, Instant now,
                  const Entry* entry, ir::Index expr, const AddressList* addresses);

}  // namespace journey::core
