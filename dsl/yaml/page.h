#pragma once
// A YAML text about to be written: what stands where, with the author's comments.

#include <string>
#include <string_view>
#include <vector>

namespace journey::yaml {

struct Entry;

/// What stands after a key or a dash.
struct Page {
    enum class Kind : unsigned char { nothing, scalar, list, map };
    Kind kind = Kind::nothing;
    std::string text;   // of a scalar: as it will stand in the file, with its quotes
    bool flow = false;  // [a, b] or {a: b} on one line
    std::vector<Entry> entries;
    std::vector<std::string> last;  // comments below the last entry
};

struct Entry {
    std::vector<std::string> before;  // comments on lines of their own, with their `#`
    std::string after;                // the comment on its line, or empty
    bool gap = false;                 // an empty line above
    std::string key;                  // as it will stand in the file; empty in lists
    Page value;
};

/// The page in the one style: two blanks a level, dashes below their key. Flow lists and maps that
/// do not fit on their line, or hold comments, are written in lines.
std::string write(const Page& page);

/// A scalar whose text is `words`, so that the reader gets exactly them: plain where YAML allows
/// it, in quotes otherwise. For places where quotes are only packaging.
std::string packed(std::string_view words, bool in_flow = false);
/// Always in double quotes: text where a plain scalar would be an expression.
std::string quoted(std::string_view words);
/// Whether a reader gets exactly `words` when they stand without quotes.
bool stays_plain(std::string_view words, bool in_flow);

}  // namespace journey::yaml
