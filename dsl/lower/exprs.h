#pragma once
// Expressions into the shared tables of a Program, equal ones once.

#include "dsl/sema/sema.h"

#include <map>

namespace journey::lower {

class ExprTable {
  public:
    explicit ExprTable(ir::Program& program) : program_(program) {}

    /// Names of trigger fields are resolved in this list, which grows as they are met.
    void use_trigger_fields(std::vector<std::string>* names) { trigger_fields_ = names; }

    /// kNone for null.
    ir::Index add(const sema::Node* node);
    ir::Index add(const sema::NodePtr& node) { return add(node.get()); }
    /// The aggregate of a node that is one, counted exactly.
    ir::Index add_counted(const sema::Node& node) { return add_aggregate(*node.aggregate, 0); }

  private:
    ir::Index add_aggregate(const sema::AggregateNode& aggregate, std::uint32_t stop_at);
    /// The aggregate compared with a constant here needs to be exact only up to some number.
    ir::Index add_bounded(const sema::Node& node, std::uint32_t stop_at);
    ir::Index constant(const Value& value);
    ir::Index intern(ir::Expr expr, const std::vector<ir::Index>& operands);

    ir::Program& program_;
    std::vector<std::string>* trigger_fields_ = nullptr;
    std::map<Bytes, ir::Index> exprs_;
    std::map<Bytes, ir::Index> constants_;
    std::map<Bytes, ir::Index> aggregates_;
};

}  // namespace journey::lower
