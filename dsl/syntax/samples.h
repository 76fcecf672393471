#pragma once
// What every construct looks like when it is right: the small valid examples that messages show.

#include "dsl/syntax/marks.h"

#include <span>
#include <string_view>

namespace journey::syntax {

struct Sample {
    BlockKind in;
    std::string_view word;      // the first word of the line
    std::string_view reading;   // "a `wait`"
    std::string_view examples;  // a line each
};

std::span<const Sample> samples();
/// Null when lines of this kind do not begin so.
const Sample* find_sample(BlockKind in, std::string_view word);

/// Words people bring from elsewhere.
struct Foreign {
    BlockKind in;
    std::string_view word;
    std::string_view ours;
    bool certain;
};
std::span<const Foreign> foreign_words();

/// Words people bring from elsewhere that no word here stands for: what to do instead.
struct Elsewhere {
    BlockKind in;
    std::string_view word;
    std::string_view help;
};
const Elsewhere* find_elsewhere(BlockKind in, std::string_view word);
/// A word of everyday language, or ours in another place, is hardly a slip of the pen for `near`,
/// unless only its last letter is too many or lacks.
bool means_something_else(std::string_view word, std::string_view near);

/// "the steps of a journey", and what one of its lines is called: "A step".
std::string_view place_of(BlockKind kind);
std::string_view line_of(BlockKind kind);

}  // namespace journey::syntax
