#pragma once
// The names a Liquid text mentions at top level: enough to know what a template needs. Rendering
// is engine/render's; this reads `{{ … }}` and `{% … %}` and follows for, assign and capture.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace journey::sema {

struct Mention {
    std::string name;      // "user", "first_name"
    std::string property;  // "tier" of user.tier, or ""
    std::uint32_t begin = 0;
    std::uint32_t end = 0;  // of name and property in the text
    bool has_default = false;
};

/// In order of appearance; names the text makes itself (for, assign, capture, forloop) are left
/// out.
std::vector<Mention> find_mentions(std::string_view text);

/// Does `at` stand inside an address that began before it?
bool inside_link(std::string_view text, std::size_t at);

/// A `{{` without its `}}`.
struct OpenMention {
    std::uint32_t begin = 0;
    std::uint32_t brace = 0;  // the lone `}` that was meant to close it, or 0
};
std::vector<OpenMention> find_open_mentions(std::string_view text);

}  // namespace journey::sema
