#pragma once
// `# allow J0407: one-off recall notice`: a remark silenced at the one place it is about, with the
// reason beside it. Mistakes (errors) cannot be silenced.

#include "dsl/source/diagnostic.h"

#include <string>
#include <vector>

namespace journey::source {

class SourceSet;

struct Allowed {
    Diagnostic diagnostic;
    std::string reason;
};

/// Moves what the `comments` of the files allow out of `diagnostics` and returns it, in the order it
/// had. A comment at the end of a line speaks of that line; one on a line of its own of the next
/// line that is not a comment. Adds J0116 for an allow without a code or a reason, for one about an
/// error and, when nothing is an error (some checks wait for that), for one that silences nothing.
std::vector<Allowed> apply_allows(const SourceSet& sources, const std::vector<Span>& comments,
                                  std::vector<Diagnostic>& diagnostics);

/// The comments of a YAML file: `#` at the start of a line or after a blank, outside of quotes.
std::vector<Span> find_yaml_comments(const SourceSet& sources, FileId file);

}  // namespace journey::source
