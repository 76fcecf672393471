#pragma once
// Durations: their value, and the spellings people try instead (J0008).

#include "dsl/syntax/marks.h"

#include <optional>
#include <string>

namespace journey::syntax {

struct DurationReading {
    CalendarDuration value;
    std::string wrong;   // empty when it is good; a sentence otherwise
    std::string mended;  // the spelling to write, when there is one
};

/// `text` is what scan::duration found.
DurationReading read_duration(std::string_view text);

/// `1.5h`, `3M`, `2 hrs`, `10min` at the place where matching got stuck.
std::optional<source::Diagnostic> misspelt_duration(const Matching& state, std::size_t at);

}  // namespace journey::syntax
