#pragma once
// Where a test puts its person: which arm of an experiment, the holdout, the sample or the rest.

#include "dsl/sema/expr.h"
#include "dsl/sema/test_case.h"

namespace journey::sema {

class TestPlaces {
  public:
    TestPlaces(Context& cx, TestCase& test) : cx_(cx), test_(test) {}

    void pick(const ast::Name& experiment, const ast::Name& arm);
    void put(const ast::Name& experiment, const ast::Name& place);
    /// In the workspace's holdout.
    void hold_out(Span span);
    /// After the last line. In the sample without a word about the arm: the first one, so that
    /// every run of the test is the same.
    void settle();

  private:
    const Experiment* find_experiment(const ast::Name& name);
    /// What earlier lines said about this experiment.
    GivenArm& given_arm(const std::string& experiment);
    void contradiction(const ast::Name& experiment, Span span);

    Context& cx_;
    TestCase& test_;
    std::set<std::string> placed_;
};

}  // namespace journey::sema
