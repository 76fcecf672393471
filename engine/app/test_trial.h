#pragma once
// One test block, run.

#include "dsl/dsl.h"
#include "engine/app/test_coverage.h"
#include "engine/app/test_story.h"

namespace journey::app {

struct TrialResult {
    std::string problem;                     // "": every line holds
    const sema::TestLine* failed = nullptr;  // of the test; null: it could not be set up
    std::string help;
    std::vector<StoryLine> story;
    Reached reached;  // of the journey under test
};

/// Only the journey under test lives in its world: others would send too. Pure: the same twice.
TrialResult run_trial(const ir::Program& program, const sema::TestCase& test,
                      const translate::Speech& say = translate::Speech());

}  // namespace journey::app
