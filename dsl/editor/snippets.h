#pragma once
// Whole statements with places to fill in, in the syntax of LSP snippets.

#include <span>
#include <string_view>

namespace journey::editor {

struct Snippet {
    std::string_view place;  // as syntax::Wish says it
    std::string_view label;
    std::string_view says;
    std::string_view text;
};
std::span<const Snippet> snippets();

}  // namespace journey::editor
