#pragma once
// The names a Liquid text mentions at top level: enough to know what a template needs. Rendering
// is engine/render's; this reads `{{ … }}` and `{% … %}` and follows for, assign and capture.

#include <cstdint>
#include <functional>
#include <set>
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
    std::string column = {};  // "title" of products[item.sku].title
};

using MadeNames = std::set<std::string>;

/// In order of appearance; names the text makes itself (for, assign, capture, forloop) are left
/// out, and so are those of `made`: who puts this text in made them.
std::vector<Mention> find_mentions(std::string_view text, const MadeNames& made = {});

/// `{% render "header", title: x %}` or `{% include "header" %}`.
struct PartialMention {
    std::string name;         // "" when the text computes it
    std::uint32_t begin = 0;  // of the name with its quotes
    std::uint32_t end = 0;
    bool shares = false;  // include: knows what the text made, and what it makes is known after it
    MadeNames given;      // what the partial gets by name
};
struct LiquidReading {
    std::vector<Mention> mentions;
    std::vector<PartialMention> partials;
    MadeNames made;  // by the text, `made` among them
};
/// All of it in one go. `made_by(name)`: what a partial makes that is put in by `include`.
LiquidReading read_liquid(std::string_view text, const MadeNames& made,
                          const std::function<MadeNames(const std::string& partial)>& made_by);

/// Does `at` stand inside an address that began before it?
bool inside_link(std::string_view text, std::size_t at);

/// A `{{` without its `}}`.
struct OpenMention {
    std::uint32_t begin = 0;
    std::uint32_t brace = 0;  // the lone `}` that was meant to close it, or 0
};
std::vector<OpenMention> find_open_mentions(std::string_view text);

}  // namespace journey::sema
