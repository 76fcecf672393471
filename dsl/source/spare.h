#pragma once
// Private to dsl/source: how much of one line is worth showing.

#include "dsl/source/diagnostic.h"
#include "dsl/source/text.h"

#include <vector>

namespace journey::source {

/// Place::line alone: place_of() reads the line too, for its column. O(log lines).
std::uint32_t line_of(const Source& source, std::uint32_t offset);

/// Twenty of one severity on a line: nobody makes more by hand, and a file of one long line could
/// have as many as it has bytes. The order stays.
std::vector<const Diagnostic*> worth_showing(const SourceSet& sources,
                                             const std::vector<Diagnostic>& diagnostics);

}  // namespace journey::source
