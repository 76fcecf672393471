#pragma once
// Which triggers an event may fire: a trigger whose filter demands that a text or yes/no property
// equals a constant is found through that value, so that ten thousand journeys on one event cost
// what the matching ones cost.

#include "engine/core/names.h"
#include "engine/ir/ir.h"

namespace journey::core {

class TriggerIndex {
  public:
    struct Ref {
        std::uint32_t order = 0;  // rank in journey-name order, then the author's
        ir::Index journey = ir::kNone;
        ir::Index pattern = ir::kNone;
        friend bool operator==(const Ref&, const Ref&) = default;
    };

    void add(const ir::Program& program, Ref ref, const ir::Pattern& pattern);
    /// Fills `out` with the triggers that may match, in order. `row` is by field of the program's
    /// event.
    void candidates(const std::vector<Value>& row, std::vector<Ref>& out) const;
    bool empty() const { return always_.empty() && by_field_.empty(); }

  private:
    struct ByField {
        ir::Index field = ir::kNone;
        std::unordered_map<std::uint64_t, std::vector<Ref>> by_value;  // probed, never iterated
    };
    std::vector<Ref> always_;
    std::vector<ByField> by_field_;
};

}  // namespace journey::core
