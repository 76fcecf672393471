#pragma once
// The tokens inside {{ … }} and {% … %}.

#include "engine/base/base.h"

namespace journey::render {

struct Word {
    enum class Kind : std::uint8_t { end, name, text, integer, real, mark, bad };
    Kind kind = Kind::end;
    std::string_view
        text;  // without quotes; of `mark` one of | . .. : , [ ] ( ) == != <> < <= > >= =
    std::size_t at = 0;
};

std::vector<Word> split_words(std::string_view markup);

}  // namespace journey::render
