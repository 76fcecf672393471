#pragma once
// What the tests of a journey reach of it, and what they do not.

#include "dsl/dsl.h"
#include "dsl/translate/translate.h"
#include "engine/core/core.h"

#include <set>

namespace journey::app {

/// What one test, or several, did in one journey: states, and ways out of them by number.
struct Reached {
    bool entered = false;
    std::set<ir::Index> states;
    std::set<std::pair<ir::Index, ir::Index>> ways;

    void see(const core::Happening& happening, std::string_view journey);
    void add(const Reached& other);
};

/// A way that no test takes, with what stands behind it and is reached in no other way.
struct Gap {
    ir::Index state = ir::kNone;  // where the ways part; kNone: nobody enters
    ir::Index way = 0;
    std::uint32_t first_line = 0;
    std::uint32_t last_line = 0;
    std::string says;  // "In no test is the condition of `if_2` false."
    std::string help;
};

struct Coverage {
    std::string journey;
    std::string file;
    std::uint32_t line = 0;
    std::size_t total = 0;  // steps without a choice count one, others one for each way
    std::size_t covered = 0;
    std::vector<Gap> gaps;          // by line
    std::uint32_t percent() const;  // rounded down; 100 only when nothing is missing
};

Coverage coverage_of(const ir::Program& program, const ir::Journey& journey, const Reached& reached,
                     const translate::Speech& say = translate::Speech());

/// J0702, one for each gap.
std::vector<dsl::Diagnostic> diagnostics_of(const std::vector<Coverage>& all,
                                            const dsl::SourceSet& sources,
                                            const translate::Speech& say = translate::Speech());

}  // namespace journey::app
