#pragma once
// One small verified Program with something of everything, for the tests of engine/ir.

#include "engine/ir/ir.h"

namespace journey::ir::sample {

/// Adds one node whose operands are `operands`.
Index add(Program& program, Op op, const std::vector<Index>& operands = {}, Index a = kNone,
          Index b = kNone);
Index add_constant(Program& program, Value value);

/// Journey 0 is "welcome": enters on order_paid, waits, branches, experiments, sends, ends.
Program program();

// Where things stand in welcome's states.
enum At : Index { send_hello, wait_for, test, pick, set_field, set_local, tag, wait_until, end };

template <typename T>
T& act(Program& it, Index at) {
    return std::get<T>(it.journeys[0].states[at].act);
}

/// The same, and journey 1, "more", with every other way in and every other act.
Program whole_program();

// Where things stand in more's states.
struct More {
    enum : Index { draw, settle, call, emit, run, wait, over };
};
// And in its triggers.
struct Way {
    enum : Index { dwell, reach, segment, yearly, weekly, call };
};

template <typename T>
T& more(Program& it, Index at) {
    return std::get<T>(it.journeys[1].states[at].act);
}
template <typename T>
T& way(Program& it, Index at) {
    return std::get<T>(it.journeys[1].triggers[at]);
}

}  // namespace journey::ir::sample
