#pragma once
// Which comments belong to what: for tools that write a file anew and keep what the author said in
// its margin.

#include "dsl/ast/names.h"

#include <string>
#include <string_view>
#include <vector>

namespace journey::ast {

/// Hands out the comments of one file, each once. Ask in the order of the text.
class Margin {
  public:
    /// `text` and `comments` must outlive the margin; the comments are in source order.
    Margin(std::string_view text, const std::vector<Comment>& comments)
        : text_(text), comments_(comments) {}

    struct Above {
        bool gap = false;                // an empty line above all of it
        std::vector<std::string> lines;  // an empty string where the author left a line empty
        std::string beside;              // the first one inside that shares its line with words
    };
    /// Everything not handed out yet that begins before `at`; what stands inside of the statement,
    /// up to `end`, comes along.
    Above above(std::uint32_t at, std::uint32_t end = 0);
    /// The comment on the same line behind `end`, or nothing.
    std::string beside(std::uint32_t end);
    /// Of the comments before `limit`: those that stand at `column` (from 0) or further right.
    std::vector<std::string> below(std::uint32_t limit, std::uint32_t column);
    /// An empty line stands between `at` and what is above it.
    bool empty_line_above(std::uint32_t at) const;
    std::uint32_t column_of(std::uint32_t at) const;
    /// Where the text of the line that `at` is on begins.
    std::uint32_t indent_of(std::uint32_t at) const;

  private:
    std::string take();

    std::string_view text_;
    const std::vector<Comment>& comments_;
    std::size_t next_ = 0;
};

}  // namespace journey::ast
