#pragma once
// Which triggers an event may fire: a trigger whose filter demands that a text or yes/no property
// equals a constant (or one of some) is found through that value, and one that demands a number in
// some range is passed over by one look, so that ten thousand journeys on one event cost what the
// matching ones cost.

#include "engine/core/names.h"
#include "engine/ir/ir.h"

#include <limits>

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
    /// What the filter demands of one number at least; of a field kNone: nothing.
    struct Range {
        ir::Index field = ir::kNone;
        bool above = false;  // not `least` itself
        bool below = false;  // not `most` itself
        double least = -std::numeric_limits<double>::infinity();
        double most = std::numeric_limits<double>::infinity();

        bool refuses(const std::vector<Value>& row) const;
        void demand(ir::Op op, double number);
    };
    struct Candidate {
        Range range;
        Ref ref;
    };
    struct ByField {
        ir::Index field = ir::kNone;
        // probed, never iterated
        std::unordered_map<std::uint64_t, std::vector<Candidate>> by_value;
    };
    static void find_range(const ir::Program& program, ir::Index filter, Range& range);
    static void take(const std::vector<Candidate>& from, const std::vector<Value>& row,
                     std::vector<Ref>& out);
    std::vector<Candidate> always_;
    std::vector<ByField> by_field_;
};

}  // namespace journey::core
