#pragma once
// What the tests of triggers share: a shop where people look at pages, and its segments.

#include "tests/engine/core/kit/kit.h"

namespace journey::core::kit {

/// `viewed` lasts by heartbeats `ping(sku)` every 15 seconds and ends with `left(sku)`; people have
/// a `birthday`. Adds to a Builder, before any journey.
void add_dwell(Builder& b);
/// Adds the event `name` with a text field `sku`; gives its index.
Index add_event(Builder& b, const std::string& name);
Index add_segment(Builder& b, const std::string& name, Index expr);
/// enter by `trigger`, wait ten days, end.
ir::Journey entered_by(const Builder& b, const std::string& name, ir::Trigger trigger);
void keep_waiting(Builder& b, ir::Journey journey);
/// "tier is gold".
Index is_gold(Builder& b);
ir::Window within(CalendarDuration duration);

/// The same World, as it comes back from its checkpoints.
void restart(World& world);

}  // namespace journey::core::kit
