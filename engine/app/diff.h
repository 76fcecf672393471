#pragma once
// Two texts as a unified diff, as `diff -u` and patch(1) write and read it.

#include <string>

namespace journey::app {

/// "" when they are the same. Three lines of context; `name` after "--- a/" and "+++ b/". Texts
/// that differ in more than some thousand lines are shown as one change.
std::string unified_diff(const std::string& name, const std::string& before,
                         const std::string& after);

}  // namespace journey::app
