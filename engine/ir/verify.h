#pragma once
// Inside engine/ir: what the two halves of the verifier say to each other.

#include "engine/ir/ir.h"

namespace journey::ir {

/// Remembers the first complaint and where it was.
class Complaint {
  public:
    void set_place(std::string place) { place_ = std::move(place); }
    const std::string& place() const { return place_; }
    /// True when `condition` holds; else remembers `what`, unless something is remembered already.
    bool expect(bool condition, std::string_view what);
    bool any() const { return !first_.empty(); }
    Result<void> result() const;

  private:
    std::string place_;
    std::string first_;
};

inline constexpr std::size_t kStatesMax = 500;
inline constexpr std::uint32_t kDepthMax = 64;
/// Nodes one evaluation may visit; engine/expr has the same budget and so never meets it.
inline constexpr std::uint32_t kCostMax = 10'000;
inline constexpr std::uint32_t kListMax = 100;

/// What stands around an expression, and so what it may ask for.
struct Scope {
    Index row_event = kNone;           // kNone: there is no row
    const Journey* journey = nullptr;  // null: outside of journeys, no trigger and no locals
    bool entry = false;                // an entry exists: trigger and locals have values
};

/// Every expression and aggregate by itself; then `check` each use of one.
class ExprVerifier {
  public:
    ExprVerifier(const Program& program, Complaint& complaint);
    void verify_all();
    /// `expr` must exist (kNone complains) and must ask for nothing that `scope` lacks.
    void check(Index expr, const Scope& scope, std::string_view what);
    /// The same, but kNone is good.
    void check_optional(Index expr, const Scope& scope, std::string_view what);

  private:
    // What a tree asks for: one more than the largest number asked for, 0 for nothing.
    struct Needs {
        enum class Mark : std::uint8_t { unseen, open, done } mark = Mark::unseen;
        std::uint32_t depth = 0;
        std::uint32_t cost = 0;
        Index row_fields = 0;
        Index trigger_fields = 0;
        Index locals = 0;
        bool row = false;
        bool entry = false;
    };
    void verify_shape(Index at);
    void verify_named(const Expr& expr);
    void verify_aggregate(const Aggregate& aggregate);
    const Needs& needs_of(Index at, std::uint32_t depth);
    void add(Needs& sum, Index child, std::uint32_t depth, bool same_row);
    bool row_fits(const Needs& needs, Index event) const;

    const Program& program_;
    Complaint& complaint_;
    std::vector<Needs> needs_;
};

}  // namespace journey::ir
